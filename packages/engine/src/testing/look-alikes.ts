import { allFakers } from "@faker-js/faker";
import { encodeBase64 } from "../exchange/encode-base64.ts";
import { luhnDigit, number, pick } from "./make-government-id.ts";

/** A field that must have no class, and how its values come; `n` counts up. */
export interface LookAlike {
  readonly kind: string;
  readonly names: readonly string[];
  readonly make: (n: number) => string | number;
}

/**
 * What merely looks like personal data: identifiers of 9 to 19 digits, dates, hashes, ids, binary, versions, addresses of machines and wallets, places on a screen,
 * prices, articles with check digits, parcels, words that are also names. Under names of their own, and most of them under names that say nothing (`""`).
 */
export function lookAlikes(next: () => number, seed: number): readonly LookAlike[] {
  const faker = allFakers.en;
  faker.seed(seed);
  const of = (...words: readonly string[]): string => words[pick(next, words.length)] ?? "";
  const digits = (length: number): string => `${1 + pick(next, 9)}${number(next, length - 1)}`;
  const hex = (length: number): string => Array.from({ length }, () => "0123456789abcdef".charAt(pick(next, 16))).join("");
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => pick(next, 256));
  const binary = (length: number): string => encodeBase64(bytes(length));
  const day = (): string => faker.date.past({ years: 40 }).toISOString();
  const mod10 = (head: string, weights: readonly [number, number]): string => {
    let sum = 0;
    for (let i = 0; i < head.length; i++) sum += Number(head[i]) * (weights[i % 2] ?? 0);
    return `${head}${(10 - (sum % 10)) % 10}`;
  };
  const list: LookAlike[] = [];
  const add = (kind: string, names: string, make: (n: number) => string | number): void => {
    list.push({ kind, names: names.split(" ").map((name) => (name === "_" ? "" : name)), make });
  };

  for (let length = 9; length <= 19; length++) {
    add(`${length} digits`, "id number no key reference externalId accountNumber memberNumber customerNumber loyaltyCard code userId contractNumber policyNumber deviceId", () =>
      digits(length),
    );
    add(`${length} digits`, "uid identifier documentId docNo legacyId contactId account entity source target parent owner _ _ _", () => digits(length));
    if (length <= 15) add(`numbers of ${length} digits`, "id number userId total _", () => Number(digits(length)));
  }
  let [large, small] = [1e9 + pick(next, 8e9), 1e7 + pick(next, 8e7)];
  add("counted up", "id number customerNo ref _", () => String((large += 1 + pick(next, 50))));
  add("counted up", "id number _", () => (small += 1 + pick(next, 5_000)));
  add("ISO dates", "date createdAt startDate day when from dueDate released hireDate lastLogin _", () => day().slice(0, 10));
  add("ISO times", "date createdAt birthdayReminderAt at _", day);
  add("compact dates", "date period batchDate stamp _", () => day().slice(0, 10).replaceAll("-", ""));
  add("compact times", "ts stamp batch _", () => day().slice(0, 19).replaceAll(/[-:T]/g, ""));
  add("American dates", "date day _", () => `${1 + pick(next, 12)}/${1 + pick(next, 28)}/${1_990 + pick(next, 40)}`);
  add("epochs", "ts time at iat exp lastSeen validUntil start _", () => 1_000_000_000 + pick(next, 1e9));
  add("epochs in milliseconds", "ts time at _", () => 1_000_000_000_000 + Math.floor(next() * 1e12));
  add("epochs as text", "ts time _", () => String(1_000_000_000 + pick(next, 1e9)));
  add("UUIDs", "id key userId session traceId idempotencyKey primaryKey cacheKey routingKey translationKey _", () => faker.string.uuid());
  add("hex", "sha commit digest fingerprint checksum etag md5 gravatar _id objectId traceId _", () => hex([7, 16, 24, 32, 40, 64][pick(next, 6)] ?? 8));
  add("hex of 24", "_id objectId id _", () => hex(24));
  add("hex of 32", "md5 avatarHash traceId id _", () => hex(32));
  add("base64 of binary", "data thumbnail blob image payload content cursor etag _", () => binary(24 + pick(next, 100)));
  add("short base64", "cursor next etag shard _", () => binary(9 + pick(next, 9)));
  add("places in a list", "nextToken pageToken continuationToken nextPageToken syncToken", () => encodeBase64(bytes(24)).replaceAll("+", "-").replaceAll("/", "_"));
  add("numbers on a screen", "x y left top _", () => Math.round((next() * 180 - 90) * 1e5) / 1e5);
  add("points on a screen", "position offset point _", () => `${pick(next, 2_000)},${pick(next, 2_000)}`);
  add("ranges", "range confidence bounds interval _", () => `${(next() * 10).toFixed(3)},${(next() * 10).toFixed(3)}`);
  add("percent of a screen", "position location.x pos", () => Math.round(next() * 1e4) / 1e2);
  add("milliseconds", "lat lng latMs latencyMs", () => Math.round(next() * 1e4) / 1e2);
  add("sizes", "size resolution _", () => `${pick(next, 4_000)}x${pick(next, 4_000)}`);
  add("versions", "version engine appVersion sdk _", () => `${pick(next, 20)}.${pick(next, 40)}.${pick(next, 200)}`);
  add("versions of four parts", "version build firmware driver assembly release _", () => `${pick(next, 20)}.${pick(next, 40)}.${pick(next, 200)}.${pick(next, 250)}`);
  add("object identifiers", "oid node _", () => `1.3.6.1.${pick(next, 9)}.${pick(next, 250)}`);
  add("prices", "price amount total balance salary _", () => (next() * 10_000).toFixed(2));
  add("prices of Europe", "price preis _", () => `${1 + pick(next, 999)}.${digits(3)},${digits(2)}`);
  add("large amounts", "amountCents micros population _", () => pick(next, 1e9) * 1_000);
  add("thousands", "population budget views _", () => digits(9).replaceAll(/\B(?=(\d{3})+$)/g, of(",", " ")));
  add("parcels", "tracking trackingNumber awb waybill shipment _", () => of(`1Z${faker.string.alphanumeric({ length: 6, casing: "upper" })}${digits(10)}`, `94${digits(20)}`));
  add("parcels of digits", "tracking awb waybill _", () => digits(12));
  add("articles", "ean gtin barcode productCode _", () => mod10(digits(12), [1, 3]));
  add("articles", "upc code _", () => mod10(digits(11), [3, 1]));
  add("books", "isbn book _", () => mod10(`978${digits(9)}`, [1, 3]));
  add("devices", "imei deviceId serial _", () => luhn(digits(14)));
  add("SIM cards", "iccid sim _", () => luhn(`8949${digits(14)}`));
  add("cars", "vin chassis plate _", () => faker.vehicle.vin());
  add("routing", "routingNumber aba sortCode bic _", () => faker.finance.routingNumber());
  add("wallets", "wallet address walletAddress bitcoinAddress _", () => faker.finance.bitcoinAddress());
  add("wallets", "wallet address contractAddress to _", () => faker.finance.ethereumAddress());
  add("grouped orders", "order orderNumber invoice reference _", () => `${digits(3)}-${digits(7)}-${digits(7)}`);
  add("grouped like phones", "orderNumber reference ticket confirmation bookingReference", () => `${digits(3)}-${digits(3)}-${digits(4)}`);
  add("grouped like social security", "caseNumber partNumber ticketNumber serialNumber orderNumber", () => `${digits(3)}-${number(next, 2)}-${number(next, 4)}`);
  add("grouped like cards", "voucher giftCode license order _", () => `${digits(4)}-${digits(4)}-${digits(4)}-${digits(4)}`);
  add("tickets", "key issue ticket _", () => `${of("ABC", "PROJ", "OPS")}-${pick(next, 1e5)}`);
  add("stock keeping", "sku partNumber model asset _", () => faker.string.alphanumeric({ length: 8, casing: "upper" }));
  add("a letter and digits", "sku code asset _", () => `${faker.string.alpha({ length: 1, casing: "upper" })}${digits(8)}`);
  add("seats", "seat gate room slot bay class _", () => `${of("A", "B", "C", "D", "E", "F", "G")}${number(next, 2)}${of("", ".1")}`);
  add("products", "name title product.name label displayName item model _", () => faker.commerce.productName());
  add("words that are also names", "city town station stop from to", () =>
    of("Austin", "Charlotte", "Victoria", "Florence", "Jackson", "Madison", "Adelaide", "San Jose", "Santiago", "Valencia", "Sofia", "Elizabeth"),
  );
  add("words that are also names", "name month label engine _", () =>
    of("April", "May", "June", "August", "Ruby", "Rose", "Daisy", "Iris", "Julia", "Ada", "Pascal", "Python", "Dart"),
  );
  add("brands called like people", "brand vendor merchant manufacturer", () =>
    of("Ralph Lauren", "Calvin Klein", "Hugo Boss", "Morgan Stanley", "Paul Smith", "Ted Baker", "Marc Jacobs"),
  );
  add("teams", "owner assignee reporter author", () =>
    of("Platform Team", "Billing", "Core Services", "Security Team", "The Associated Press", "Editorial Board", "Data Platform"),
  );
  add("companies", "company name vendor merchant brand", () => faker.company.name());
  add("music and books", "title album artist name _", () => of(faker.music.songName(), faker.book.title()));
  add("places", "country state region name timezone", () => of(faker.location.country(), faker.location.state()));
  add("jobs", "title position role jobTitle", () => faker.person.jobTitle());
  add("system accounts", "user.name author createdBy member.name", () => of("system", "admin", "root", "deploy-bot", "svc-import", "user17", "cron"));
  add("names of things", "fileName hostname className eventName planName queueName serviceName", () =>
    of("report.pdf", "Users", "OrderCreated", "Gold Plan", "eu-west-1", "Main Queue", "Default"),
  );
  add("about phones", "phoneType phoneModel mobileOs mobileVersion phoneVerified", () => of("iOS 17.2", "Android 14", "Pixel 8", "1234567", "40500"));
  add("ids of phones and cards", "phoneId mobileId phone_number_id phoneCountryCode emailId cardId cardLast4", () => 100_000 + pick(next, 9e5));
  add("about passwords", "passwordStrength passwordPolicy tokenType keyId maxTokens promptTokens tokenExpiresIn", () => of("bearer", "strong", "12", "3600", "main"));
  add("about health", "healthStatus prescriptionId allergyCount", () => of("UP", "DOWN", "degraded", "17"));
  add("about birth", "birthplace birthWeight birthdayVisible", () => of("Paris", "3.4", "true", "Rome"));
  add("machines", "address addr endpoint host _", () => `${faker.internet.domainName()}:${pick(next, 65_000)}`);
  add("eight bytes", "eui64 guid _", () => Array.from({ length: 8 }, () => hex(2)).join(":"));
  add("fingerprints", "fingerprint thumbprint _", () => Array.from({ length: 20 }, () => hex(2)).join(":"));
  add("networks", "cidr subnet network", () => `${pick(next, 250)}.${pick(next, 250)}.${pick(next, 250)}.0/24`);
  add("times of day", "time opensAt _", () => `${String(pick(next, 24)).padStart(2, "0")}:${String(pick(next, 60)).padStart(2, "0")}:00`);
  add("files of two sizes", "file asset _", () => `${faker.lorem.word()}@2x.png`);
  add("things with an at sign", "package image handle _", () =>
    of(`@${faker.lorem.word()}/${faker.lorem.word()}@1.2.3`, `git@example.com:a/${faker.lorem.word()}.git`, `@${faker.internet.username()}`),
  );
  add("user agents", "userAgent _", () => faker.internet.userAgent());
  add("lists of words", "tags labels keywords _", () => Array.from({ length: 12 }, () => faker.lorem.word()).join(", "));
  add("curves", "points path d _", () => Array.from({ length: 12 }, () => `${pick(next, 100)} ${pick(next, 100)}`).join(" L "));
  add("traces", "stack trace _", () => `Error: ${faker.lorem.word()}\n    at foo (/app/index.js:${pick(next, 100)}:7)\n    at bar (/app/lib/main.js:${pick(next, 100)}:9)`);
  add("titles of numbers", "title text _", () => of("7 Ways", "24 Hours in Rome", "100 Best Places", "3 Day Trail", "12 Angry Men", "5 Star Hotel", "365 Days Park"));
  add("states", "type state status", () => of("ORDER_CREATED", "IN_TRANSIT", "DELIVERED"));
  add("flights", "flight line _", () => `LH${digits(4)}`);
  return list;
}

function luhn(head: string): string {
  return `${head}${luhnDigit(head)}`;
}
