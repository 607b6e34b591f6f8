import { describe, expect, test } from "vitest";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

/** Lookups that say the same of everybody who is not there, in a field that says something else of each who is; and such that say the same of many who are. */
const start = Date.UTC(2026, 2, 2, 8);
const later = start + 2 * 86_400_000;
const mixed = (n: number, k: number): number => {
  const once = Math.imul(n ^ (k * 0x9e3779b9), 0x85ebca6b);
  return Math.imul(once ^ (once >>> 13), 0xc2b2ae35) >>> 0;
};
const hex = (n: number, length: number): string =>
  Array.from({ length: Math.ceil(length / 8) }, (_, k) =>
    mixed(n, 40 + k)
      .toString(16)
      .padStart(8, "0"),
  )
    .join("")
    .slice(0, length);
const uuid = (n: number): string => `${hex(n, 8)}-${hex(n + 1, 4)}-4${hex(n + 2, 3)}-a${hex(n + 3, 3)}-${hex(n + 4, 12)}`;
const mail = (n: number): string => `${["anna", "ben", "carla"][n % 3] ?? ""}.${hex(n, 7)}@mail.example`;
const first = (n: number): string =>
  ["Anna", "Ben", "Carla", "David", "Eva", "Frank", "Greta", "Hans", "Ida", "Jan", "Klara", "Lars", "Mia", "Nils", "Olga", "Paul"][mixed(n, 1) % 16] ?? "";
const moment = (n: number): number => start - (mixed(n, 2) % 900_000_000);
const one = (n: number, k: number, of: number): boolean => mixed(n, k) % of === 0;

type Service = (there: boolean, n: number) => unknown;
/** What tells of itself: empty, or in words. */
const plain: readonly (readonly [string, Service])[] = [
  ["an id or an empty text", (there, n) => ({ accountRef: there ? hex(n, 20) : "" })],
  ["an id or the nil UUID", (there, n) => ({ userId: there ? uuid(n) : "00000000-0000-0000-0000-000000000000" })],
  ["a greeting or a word", (there, n) => ({ result: { text: there ? `Hallo ${first(n)}!` : "Unbekannt" } })],
];
/** What only those show who turn out to exist, or to be new. */
const dark: readonly (readonly [string, Service])[] = [
  ["a time or zero", (there, n) => ({ lastSeen: there ? moment(n) : 0, v: 3 })],
  ["a moment or the epoch", (there, n) => ({ seenAt: new Date(there ? moment(n) : 0).toISOString(), region: ["eu", "us"][n % 2] })],
  ["an amount or -1", (there, n) => ({ amount: there ? mixed(n, 3) % 90_000 : -1 })],
  ["the same token for those who exist, a random one for nobody", (there, n) => ({ hint: there ? "use-your-password" : `decoy-${hex(n, 6)}` })],
  [
    "a profile in which many lack a middle name",
    (there, n) => ({
      id: there ? uuid(n) : "N/A",
      middleName: there && one(n, 4, 3) ? first(n + 1) : "",
      points: there && !one(n, 5, 3) ? mixed(n, 6) % 9_000 : 0,
      requestId: hex(n + 9_999, 16),
    }),
  ],
];
/** Of people all of whom exist. */
const honest: readonly (readonly [string, Service])[] = [
  ["a middle name that half of them lack", (_, n) => ({ name: `${first(n)} ${hex(n, 6)}`, middleName: one(n, 4, 2) ? first(n + 1) : "" })],
  ["a balance that is 0 for a third", (_, n) => ({ balance: one(n, 5, 3) ? 0 : mixed(n, 6) % 90_000 })],
  ["somebody never seen", (_, n) => ({ lastSeen: one(n, 5, 2) ? 0 : moment(n), v: 3 })],
  ["points and a nickname that new members lack", (_, n) => ({ nickname: one(n, 5, 2) ? "" : hex(n, 8), points: one(n, 5, 2) ? 0 : mixed(n, 6) % 9_000, memberNo: hex(n, 12) })],
];

class World {
  readonly judged = new Judged();
  asked = 0;
  refused = 0;
  readonly #service: Service;
  readonly #exists: (n: number) => boolean;
  #ids = 0;

  constructor(service: Service, exists: (n: number) => boolean) {
    this.#service = service;
    this.#exists = exists;
  }

  /** True when the service itself answered. */
  asks(n: number, at: number, address: string): boolean {
    return this.#put("/account/find", at, address, { sent: { email: mail(n) }, answer: this.#service(this.#exists(n), n) });
  }

  /** People who ask about themselves, sign in where they have an account, and make one where they have none. */
  day(): void {
    for (let n = 0; n < 300; n++) {
      const [at, address] = [start + n * 180_000, `10.${1 + (n % 9)}.${n % 250}.${mixed(n, 7) % 250}`];
      if (one(n, 8, 8)) this.#counts(this.asks(50_000 + n, at - 5_000, address));
      this.#counts(this.asks(n, at, address));
      if (one(n, 9, 6)) this.#counts(this.asks(n, at + 9_000, address));
      const token = `t-${n}-0123456789abcdef0123`;
      if (!this.#exists(n)) {
        if (n % 2 === 0) continue;
        this.#put("/accounts", at + 60_000, address, { sent: { email: mail(n), password: `pw-${n}` }, status: 201, answer: { id: uuid(n), token } });
      } else this.#put("/sessions", at + 30_000, address, { sent: { email: mail(n), password: `pw-${n}` }, answer: { token } });
      this.#put("/me", at + 62_000, address, { bearer: token, answer: { unread: n % 4 } });
    }
  }

  /** Of a list, half of whom exist, how many he learns of. */
  list(address: (k: number) => string): number {
    return Array.from({ length: 160 }, (_, k) => k).filter((k) => this.asks(100_000 + k, later + k * 3_000, address(k)) && this.#exists(100_000 + k)).length;
  }

  get told(): boolean {
    return this.judged.signals.some(({ level }) => level === "high" || level === "critical");
  }

  #counts(answered: boolean): void {
    this.asked++;
    if (!answered) this.refused++;
  }

  #put(path: string, at: number, address: string, rest: Omit<Parameters<typeof jsonExchange>[0], "id" | "path" | "at" | "address">): boolean {
    return this.judged.answers(jsonExchange({ id: `x${this.#ids++}`, path, at, address, ...rest }));
  }
}

/** Among honest people one in seven is nobody. */
const exists = (n: number): boolean => (n < 100_000 ? !one(n, 20, 7) : one(n, 21, 2));
const everybody = (): boolean => true;
const alone = (): string => "203.0.113.9";
const crowd = (k: number): string => `${100 + (k % 90)}.${k % 250}.${mixed(k, 22) % 250}.7`;

describe("one who goes through a list is stopped and told", () => {
  test.each(plain)("at a service just started that says %s", (_, service) => {
    const world = new World(service, exists);
    expect(world.list(alone)).toBeLessThanOrEqual(30);
    expect(world.told).toBe(true);
  });

  test.each([...plain, ...dark])("after a day of people none of whom is refused, at a service that says %s", (_, service) => {
    const world = new World(service, exists);
    world.day();
    expect(world.told).toBe(false);
    expect(world.refused).toBe(0);
    expect(world.list(alone)).toBeLessThanOrEqual(10);
    expect(world.told).toBe(true);
  });

  test.each([...plain, ...dark])("and so is a crowd in which each asks once, at a service that says %s", (_, service) => {
    const world = new World(service, exists);
    world.day();
    expect(world.list(crowd)).toBeLessThanOrEqual(16);
    expect(world.told).toBe(true);
  });
});

describe("what many who exist have in common is no answer about existence", () => {
  test.each(honest)("one who goes through his customers is neither held nor told at a service just started that says %s", (_, service) => {
    const world = new World(service, everybody);
    expect(world.list(alone)).toBe(160);
    expect(world.told).toBe(false);
  });

  test.each(honest)("nor after two days in which people ask and sign in, each again the next day, at a service that says %s", (_, service) => {
    const world = new World(service, everybody);
    world.day();
    world.day();
    expect(world.refused).toBe(0);
    expect(world.list(alone)).toBe(160);
    expect(world.told).toBe(false);
  });
});
