import { describe, expect, test } from "vitest";
import type { Exchange } from "./exchange/exchange.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

/** Services that say who is there in a sentence, in one character, in the fragment of a redirect, or by refusing who is there already. */
const start = Date.UTC(2026, 2, 2, 8);
const mail = (n: number): string => `${["anna", "ben", "carla"][n % 3] ?? ""}.${(Math.imul(n + 3, 2_654_435_761) >>> 0).toString(36)}@mail.example`;
const exists = (n: number): boolean => ((Math.imul(n + 7, 2_654_435_761) >>> 9) & 1) === 0;

interface Said {
  readonly status?: number;
  readonly type?: string;
  readonly location?: string;
  readonly body: string;
}
type Door = (there: boolean, n: number) => Said;
const json = (said: unknown, status = 200): Said => ({ status, body: JSON.stringify(said) });
const found = ["We found the account of {}", "Es gibt ein Konto zu {}", "Il y a un compte pour {}", "Hay una cuenta para {}"];
const missing = ["We do not know that address", "Diese Adresse kennen wir nicht", "Cette adresse est inconnue", "No conocemos esta dirección"];
const doors: readonly (readonly [name: string, door: Door])[] = [
  [
    "long sentences, one with the address in it",
    (there, n) =>
      json({ message: there ? `We have sent a link to ${mail(n)} with which you can set a new one.` : "Please have another look at the address that you have typed in." }),
  ],
  ["a sentence with a masked hint", (there, n) => json({ info: there ? `A code is on its way to ••• •• ${n % 90}` : "Please try it with another one" })],
  ["sentences in four languages", (there, n) => json({ message: ((there ? found : missing)[n % 4] ?? "").replace("{}", mail(n)) })],
  ["422 with a list of one reason", (there) => (there ? json({ errors: { email: ["has already been taken"] } }, 422) : json({ state: "queued" }, 202))],
  ["400 with a code", (there) => (there ? json({ errcode: "M_USER_IN_USE" }, 400) : json({ available: true }))],
  ["one character that is called HTML", (there) => ({ type: "text/html", body: there ? "1" : "0" })],
  ["one number in XML", (there) => ({ type: "text/xml", body: `<answer><present>${there ? 1 : 0}</present></answer>` })],
  ["a long code in XML", (there) => ({ type: "text/xml", body: `<answer><ResultCode>${there ? 1_000 : 1_042}</ResultCode></answer>` })],
  ["the fragment of a redirect", (there) => ({ status: 302, type: "text/html", location: there ? "https://site.example/#already" : "https://site.example/#thanks", body: "" })],
];

class Service {
  readonly judged = new Judged();
  refused = 0;
  readonly #door: Door;
  #ids = 0;

  constructor(door: Door) {
    this.#door = door;
  }

  /** True when the service itself answered. */
  asks(n: number, at: number, address: string): boolean {
    const { status = 200, type = "application/json", location, body } = this.#door(exists(n), n);
    const asked = jsonExchange({ id: `x${this.#ids++}`, at, address, path: "/account/find", sent: { email: mail(n) }, answer: "" });
    return this.#put({ ...asked, response: { status, headers: [["Content-Type", type], ...(location === undefined ? [] : [["Location", location] as const])], body } });
  }

  signsUp(n: number, at: number, address: string): boolean {
    const said = exists(n) ? { status: 409, answer: { error: "conflict" } } : { status: 201, answer: { id: n } };
    return this.#put(jsonExchange({ id: `x${this.#ids++}`, at, address, path: "/accounts", sent: { email: mail(n), password: `pw-${n}` }, ...said }));
  }

  signsIn(n: number, at: number, address: string): void {
    const token = `t-${n}-0123456789abcdef0123`;
    this.#put(jsonExchange({ id: `x${this.#ids++}`, at, address, path: "/sessions", sent: { email: mail(n), password: `pw-${n}` }, answer: { token } }));
    this.#put(jsonExchange({ id: `x${this.#ids++}`, at: at + 1_000, address, path: "/me", bearer: token, answer: { unread: n % 4 } }));
  }

  /** Each asks about himself once, at times about a second one, and signs in where he has an account. */
  day(): void {
    for (let n = 0; n < 160; n++) {
      const [at, address] = [start + n * 240_000, `10.1.0.${n}`];
      if (n % 6 === 0 && !this.asks(50_000 + n, at - 5_000, address)) this.refused++;
      if (!this.asks(n, at, address)) this.refused++;
      if (exists(n)) this.signsIn(n, at + 30_000, address);
    }
  }

  get told(): boolean {
    return this.judged.signals.some(({ level }) => level === "high" || level === "critical");
  }

  #put(exchange: Exchange): boolean {
    return this.judged.answers(exchange);
  }
}

const later = start + 86_400_000;
const learned = (asks: (n: number, at: number) => boolean): number =>
  Array.from({ length: 120 }, (_, k) => 100_000 + k).filter((n) => asks(n, later + (n - 100_000) * 2_000) && exists(n)).length;

describe("one who goes through a list is stopped and told", () => {
  test.each(doors)("at a service just started: %s", (_, door) => {
    const service = new Service(door);
    expect(learned((n, at) => service.asks(n, at, "203.0.113.9"))).toBeLessThanOrEqual(16);
    expect(service.told).toBe(true);
  });

  test.each(doors)("after a day of people who ask about themselves, none of whom is refused: %s", (_, door) => {
    const service = new Service(door);
    service.day();
    expect(service.told).toBe(false);
    expect(learned((n, at) => service.asks(n, at, "203.0.113.9"))).toBeLessThanOrEqual(8);
    expect(service.told).toBe(true);
    expect(service.refused).toBe(0);
  });

  test.each(doors)("and so is a crowd in which each asks once: %s", (_, door) => {
    const service = new Service(door);
    service.day();
    expect(learned((n, at) => service.asks(n, at, `198.51.${n % 100}.${n % 7}`))).toBeLessThanOrEqual(14);
    expect(service.told).toBe(true);
  });
});

describe("a sign-up that says 409 to who is there, where nobody was seen to sign in", () => {
  test("stops and tells one who goes through a list, however many passwords he sends along", () => {
    const service = new Service(() => json(null));
    expect(learned((n, at) => service.signsUp(n, at, "203.0.113.9"))).toBeLessThanOrEqual(8);
    expect(service.told).toBe(true);
  });

  test("lets a day of people sign up, also many in one office who then sign in", () => {
    const service = new Service(() => json(null));
    let refused = 0;
    for (let n = 0; n < 300; n++) {
      const [at, address] = [start + n * 120_000, n % 5 === 0 ? "10.9.9.9" : `10.1.${n >> 8}.${n & 255}`];
      // Some forgot that they have an account.
      const who = n % 8 === 0 ? n : ([n, n + 1_000, n + 2_000, n + 3_000, n + 4_000].find((one) => !exists(one)) ?? n);
      if (!service.signsUp(who, at, address)) refused++;
      service.signsIn(who, at + 60_000, address);
    }
    expect(refused).toBe(0);
    expect(service.told).toBe(false);
  });
});
