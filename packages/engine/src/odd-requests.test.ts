import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { carriesAll, type Exchange, type HeaderList } from "./exchange/exchange.ts";
import type { Ports } from "./exchange/ports.ts";
import { type Decision, Judge } from "./judge.ts";
import { seededRandom } from "./testing/seeded-random.ts";

/**
 * One question can be written in many ways. Wherever a request names somebody, one source that walks through a list is stopped; and where a question is guarded, another way of
 * writing it is no new budget and no way round.
 */
const ports: Ports = {
  hash: (type, normal) => createHmac("sha256", "k").update(`${type}\0${normal}`).digest("hex").slice(0, 16),
  random: () => 7,
  decodeUtf8: (bytes) => new TextDecoder().decode(bytes),
};

interface Asked {
  readonly method?: string;
  readonly url: string;
  readonly headers?: HeaderList;
  readonly body?: string;
}
interface Said {
  readonly status?: number;
  readonly headers?: HeaderList;
  readonly body: string;
}

const form: HeaderList = [["Content-Type", "application/x-www-form-urlencoded"]];
const multipart: HeaderList = [["Content-Type", "multipart/form-data; boundary=AbC"]];
const inJson: HeaderList = [["Content-Type", "application/json"]];
const xml: HeaderList = [["Content-Type", "text/xml; charset=utf-8"]];
const part = (name: string, value: string): string => `--AbC\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--AbC--\r\n`;
const soap = (value: string): string => `<s:Envelope><s:Body><GetCustomer><c:phone>${value}</c:phone></GetCustomer></s:Body></s:Envelope>`;
const word = (exists: boolean): Said => ({ headers: inJson, body: JSON.stringify({ known: exists }) });

const random = seededRandom(3);
const digits = (length: number): string => Array.from({ length }, () => Math.floor(random() * 10)).join("");
const phone = (): string => `+447${digits(9)}`;
const email = (): string => `ann${digits(6)}@mail.example`;
/** With right check digits. */
function iban(): string {
  const account = `NWBK${digits(14)}`;
  const number = Array.from(`${account}GB00`, (c) => (c >= "A" ? String(c.charCodeAt(0) - 55) : c)).join("");
  return `GB${String(98n - (BigInt(number) % 97n)).padStart(2, "0")}${account}`;
}

/** What a source learns about `list` that asks so, after others were asked about as in `before`. */
function learned(
  before: readonly (readonly [id: string, Asked])[],
  then: readonly (readonly [id: string, Asked])[],
  says: (exists: boolean, id: string, asked: Asked) => Said,
): { reasons: ReadonlySet<string>; known: number; refused: number } {
  const decisions: Decision[] = [];
  const asked = [...before.map((one) => [...one, "203.0.113.9"] as const), ...then.map((one) => [...one, "198.51.100.77"] as const)];
  const judge = new Judge(
    ports,
    { mode: "enforce", newId: () => "s", sourceSlots: 4_096, pairs: 20_000, pending: 4_096 },
    { decision: (index, decision) => (decisions[index] = decision), exchange: () => undefined, signals: () => undefined },
  );
  for (const [n, [id, question, address]] of asked.entries()) {
    const { method = "GET", url, headers = [], body } = question;
    const said = says(existing(id), id, question);
    const exchange: Exchange = {
      id: `x${n}`,
      at: Date.UTC(2026, 2, 2, 10) + n * 1_500,
      durationMs: 5,
      method,
      url: `https://api.example${url}`,
      client: { address },
      carries: carriesAll,
      request: { headers: [["Host", "api.example"], ["User-Agent", "curl/8"], ...headers], ...(body === undefined ? {} : { body }) },
      response: { status: said.status ?? 200, headers: said.headers ?? [], body: said.body },
    };
    judge.push(exchange);
  }
  judge.finish();
  const from = then.length === 0 ? 0 : before.length;
  const told = new Set<string>();
  for (let n = from; n < asked.length; n++) if (decisions[n]?.action === "allow") told.add(asked[n]?.[0] ?? "");
  const reasons = new Set(asked.flatMap(([, { method }], n) => (n >= from && method === "POST" ? [decisions[n]?.reason ?? ""] : [])));
  return { reasons, known: [...told].filter(existing).length, refused: asked.length - from - told.size };
}

function existing(id: string): boolean {
  return Number.parseInt(ports.hash("segment", id).slice(0, 8), 16) % 2 === 0;
}

const list = (of: () => string, count: number): string[] => Array.from({ length: count }, of);
const asking = (ids: readonly string[], how: (id: string) => Asked): (readonly [string, Asked])[] => ids.map((id) => [id, how(id)]);

describe("wherever a request names somebody, one source is stopped", () => {
  it.each<[string, () => string, (id: string) => Asked, (exists: boolean) => Said]>([
    ["a part of a multipart form", email, (id) => ({ method: "POST", url: "/newsletter", headers: multipart, body: part("email", id) }), word],
    ["an element of an XML body", phone, (id) => ({ method: "POST", url: "/ws", headers: xml, body: soap(id) }), word],
    ["a field of a form with a name in brackets", email, (id) => ({ method: "POST", url: "/check", headers: form, body: `user[email]=${id}&user[plan]=basic` }), word],
    ["a matrix parameter", email, (id) => ({ url: `/photo;email=${encodeURIComponent(id)}` }), word],
    ["a query named as searches are", phone, (id) => ({ url: `/presence?q=${encodeURIComponent(id)}` }), word],
    ["a field named as pages are", phone, (id) => ({ method: "POST", url: "/pay", headers: form, body: `to=${encodeURIComponent(id)}&amount=3` }), word],
    ["an account number with right check digits", iban, (id) => ({ method: "POST", url: "/payee", headers: inJson, body: JSON.stringify({ iban: id }) }), word],
  ])("%s", (_, of, how, says) => {
    const { known, refused } = learned(asking(list(of, 80), how), [], says);
    expect(known).toBeLessThanOrEqual(16);
    expect(refused).toBeGreaterThan(50);
  });
});

describe("however an answer tells", () => {
  const filler = "<nav><a href='/c'>All</a> <a href='/d'>New</a></nav>".repeat(20);
  const page = (text: string): Said => ({
    headers: [["Content-Type", "text/html"]],
    body: `<html><body>${filler}<input name="csrf" value="${digits(16)}"><p class="note">${text}</p><p>Seen by ${digits(3)} people</p><footer>Since 1999</footer></body></html>`,
  });
  const to = (location: string, headers: HeaderList = []): Said => ({ status: 302, headers: [["Location", location], ...headers], body: "" });
  const json = (body: unknown): Said => ({ headers: inJson, body: JSON.stringify(body) });
  it.each<[string, (exists: boolean) => Said]>([
    ["in the text of a page", (exists) => page(exists ? "We have sent you a message, look there." : "This address is not known to our shop.")],
    [
      "in an element of XML",
      (exists) => ({ headers: xml, body: `<Envelope><Body>${exists ? "<State>ACTIVE</State>" : "<Fault>NoSuchCustomer</Fault>"}${" ".repeat(40)}</Body></Envelope>` }),
    ],
    ["in a number in the target of a redirect", (exists) => to(exists ? `/login?e=9&flow=${digits(20)}` : `/login?e=7&flow=${digits(20)}`)],
    [
      "in a cookie beside a redirect",
      (exists) =>
        to("/sent", [
          ["Set-Cookie", `flash=${exists ? "ok" : "nouser"}; Path=/`],
          ["Set-Cookie", `sid=${digits(32)}`],
        ]),
    ],
    ["in a list of one, deep in its envelopes", (exists) => json({ cart: { ok: true, groups: [{ guests: [{ member: exists }] }] } })],
    ["in a count of none or one", (exists) => json({ rows: exists ? 1 : 0 })],
  ])("%s: one source is stopped", (_, says) => {
    const { known, refused } = learned(
      asking(list(email, 80), (id) => ({ method: "POST", url: "/forgotten", headers: form, body: `email=${encodeURIComponent(id)}` })),
      [],
      says,
    );
    expect(known).toBeLessThanOrEqual(16);
    expect(refused).toBeGreaterThan(50);
  });
  it("a page whose other parts change with every answer is no sign", () => {
    const { refused } = learned(
      asking(list(email, 80), (id) => ({ method: "POST", url: "/forgotten", headers: form, body: `email=${encodeURIComponent(id)}` })),
      [],
      () =>
        page(
          `If there is an account, a message is on its way. Your number: ${digits(6)}. ${["Hats", "Shoes", "Coats", "Bags", "Belts", "Gloves"][Math.floor(random() * 6)]} for you!`,
        ),
    );
    expect(refused).toBe(0);
  });
});

describe("a guarded question is guarded however it is written", () => {
  const query = (id: string): Asked => ({ url: `/v2/lookup?email=${encodeURIComponent(id)}` });
  const posted = (id: string): Asked => ({ method: "POST", url: "/v2/lookup", headers: inJson, body: JSON.stringify({ who: { email: id } }) });
  const path = (id: string): Asked => ({ url: `/v2/people/${encodeURIComponent(id)}` });
  it.each<[string, (id: string) => Asked, (id: string) => Asked]>([
    ["in a form in place of the query", query, (id) => ({ method: "POST", url: "/v2/lookup", headers: form, body: `email=${encodeURIComponent(id)}` })],
    ["in JSON in place of the query", query, (id) => ({ method: "POST", url: "/v2/lookup", headers: inJson, body: JSON.stringify({ email: id }) })],
    ["in a multipart form in place of JSON", posted, (id) => ({ method: "POST", url: "/v2/lookup", headers: multipart, body: part("who[email]", id) })],
    ["in the query in place of JSON", posted, (id) => ({ method: "POST", url: `/v2/lookup?email=${encodeURIComponent(id)}` })],
    ["in XML in place of JSON", posted, (id) => ({ method: "POST", url: "/v2/lookup", headers: xml, body: `<who email="${id}"/>` })],
    ["with parameters in the path", path, (id) => ({ url: `/v2;x=1/people;y=2/${encodeURIComponent(id)};z=3` })],
    ["with encoded parameters in the path", path, (id) => ({ url: `/v2%3Bx=1/people/${encodeURIComponent(id)}` })],
  ])("%s", (_, usual, other) => {
    const { known, refused } = learned(asking(list(email, 40), usual), asking(list(email, 40), other), word);
    // Another method is another endpoint, with first answers of its own.
    expect(known).toBeLessThanOrEqual(12);
    expect(refused).toBeGreaterThan(20);
  });

  it("one person in many spellings is charged once", () => {
    const spellings = (id: string): Asked[] =>
      [id, id.replace("+", "00"), id.replace("+44", "+44 (0)"), `${id.slice(0, 6)} ${id.slice(6)}`].map((text) => ({ url: `/presence?q=${encodeURIComponent(text)}` }));
    const { refused } = learned(
      asking(list(phone, 40), (id) => ({ url: `/presence?q=${encodeURIComponent(id)}` })),
      list(phone, 5).flatMap((id) => spellings(id).map((asked) => [id, asked] as const)),
      word,
    );
    expect(refused).toBe(15);
  });
});

describe("another method of a guarded path", () => {
  it("a sign-in of its own goes on, however many sign in at one place", () => {
    const lookups = asking(list(email, 40), (id) => ({ url: `/account?email=${encodeURIComponent(id)}` }));
    const people = list(email, 40).filter(existing);
    const visits = (count: number): (readonly [string, Asked])[] =>
      people.slice(0, count).flatMap((id): (readonly [string, Asked])[] => [
        [id, { method: "POST", url: "/account", headers: form, body: `email=${encodeURIComponent(id)}&password=x${id}` }],
        [`inside ${id}`, { url: "/inbox", headers: [["Cookie", `sid=${sidOf(id)}`]] }],
        [`outside ${id}`, { url: "/inbox" }],
      ]);
    const { reasons } = learned([...visits(people.length), ...lookups], visits(people.length), (exists, id, { method, url, headers = [] }) => {
      if (method === "POST") return { headers: [...inJson, ["Set-Cookie", `sid=${sidOf(id)}`]], body: '{"ok":true}' };
      if (url === "/inbox") return headers.length > 0 ? { headers: inJson, body: '{"mail":[]}' } : { status: 401, headers: inJson, body: "{}" };
      return word(exists);
    });
    expect([...reasons]).toEqual(["not-guarded"]);
  });
});

const sidOf = (id: string): string => ports.hash("segment", `a ${id}`) + ports.hash("segment", `b ${id}`);

describe("what is nobody's name", () => {
  it("ids that a service makes, all of one length, are objects of their owner and no user names", () => {
    const { refused } = learned(
      asking(
        list(() => `aBc${digits(3)}xyZ${digits(3)}`, 100),
        (id) => ({ url: `/accounts/${id}`, headers: [["Cookie", "sid=0123456789abcdef0123456789abcdef"]] }),
      ),
      [],
      (exists) => ({ headers: inJson, body: JSON.stringify(exists ? { balance: 3 } : { code: "E2001" }) }),
    );
    expect(refused).toBe(0);
  });
});
