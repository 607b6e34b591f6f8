import { describe, expect, it } from "vitest";
import { Ledger } from "./ledger.ts";
import type { Exchange } from "./exchange/exchange.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";
import { ports } from "./testing/ports.ts";

/** A service that answers one question at any number of paths: behind wildcards, mounts, handlers that take every method. Nothing is declared. */
const minute = 60_000;
const start = Date.UTC(2026, 2, 2, 8);
const phoneOf = (n: number): string => `+4915155${String(100_000 + ((n * 7_919) % 900_000))}`;
const tokenOf = (n: number): string => `tok_${ports.hash("credential", String(n))}A1${n}`;
const exists = (n: number): boolean => n % 2 === 0;

interface Asked {
  readonly method?: string;
  readonly path: string;
}
type Variant = (k: number, phone: string) => Asked;
const door = (phone: string): string => `/api/v1/users/lookup/${encodeURIComponent(phone)}`;
const word = (k: number): string => `${["alpha", "mobile", "legacy", "internal", "beta", "public", "edge"][k % 7] ?? ""}${"y".repeat(Math.floor(k / 7))}`;

const variants: Readonly<Record<string, Variant>> = {
  "another version": (k, phone) => ({ path: `/api/v${k + 2}/users/lookup/${encodeURIComponent(phone)}` }),
  "a mount in front": (k, phone) => ({ path: `/${word(k)}${door(phone)}` }),
  "another beginning": (k, phone) => ({ path: `/${word(k)}/users/lookup/${encodeURIComponent(phone)}` }),
  "a word between": (k, phone) => ({ path: `/api/v1/users/lookup/${word(k)}/${encodeURIComponent(phone)}` }),
  "words behind": (k, phone) => ({ path: `${door(phone)}/${word(k)}/${word(k + 3)}` }),
  "more segments than are read": (k, phone) => ({ path: `${"/a".repeat(32)}/${word(k)}/users/lookup/${encodeURIComponent(phone)}` }),
  "another method": (k, phone) => ({ method: ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND"][k % 7] ?? "", path: door(phone) }),
  "another version and method": (k, phone) => ({ method: ["POST", "PUT", "HEAD"][k % 3] ?? "", path: `/api/v${k + 2}/users/lookup/${encodeURIComponent(phone)}` }),
  "another version with an ending": (k, phone) => ({ path: `/api/v${k + 2}/users/lookup/${encodeURIComponent(phone)}.json` }),
};

class Service {
  judged: Judged;
  at = start;
  #asked = 0;

  constructor(ledger?: Ledger) {
    this.judged = new Judged(ledger === undefined ? {} : { ledger });
  }

  /** True when the service's own answer went out. */
  ask(address: string, { method = "GET", path }: Asked, n: number): boolean {
    const there = exists(n);
    const whole = this.#exchange(address, { method, path, status: there ? 200 : 404, answer: there ? { active: true } : { error: "unknown" } });
    return this.judged.answers(method === "HEAD" ? { ...whole, response: { status: whole.response.status, headers: whole.response.headers } } : whole);
  }

  /** People who ask about themselves and sign in; one in four mistypes first, a tenth give up. How many of their questions were not answered as they are. */
  people(visits: number, path: (phone: string, k: number) => string = door, offset = 0): number {
    let refused = 0;
    for (let k = offset; k < offset + visits; k++) {
      this.at += minute;
      const address = k % 9 < 2 ? "10.200.0.1" : `10.1.${k >> 8}.${k & 255}`;
      const n = 2 * (k % 170);
      if (k % 4 === 1 && !this.ask(address, { path: path(phoneOf(n + 1), k) }, n + 1)) refused++;
      if (!this.ask(address, { path: path(phoneOf(n), k) }, n)) refused++;
      if (k % 10 === 7) continue;
      this.#answers(address, { path: "/enter", sent: { phone: phoneOf(n), code: String(500_000 + k * 61) }, answer: { token: tokenOf(n), expires_in: 3_600 } });
      this.#answers(address, { path: "/me", bearer: tokenOf(n), answer: { plan: "free", unread: k % 9 } });
    }
    return refused;
  }

  /** Anything else that is asked there. */
  other(address: string, more: Omit<Parameters<typeof jsonExchange>[0], "id" | "at" | "address">): boolean {
    return this.#answers(address, more);
  }

  /** How many of those who exist somebody learns by so many questions about ever new people. */
  learns(questions: number, asked: Variant, k: number, address: (n: number) => string): number {
    let learned = 0;
    for (let q = 0; q < questions; q++) {
      this.at += 2_000;
      const n = 200_000 + this.#asked;
      if (this.ask(address(n), asked(k, phoneOf(n)), n) && exists(n)) learned++;
    }
    return learned;
  }

  guards(): readonly string[] {
    return this.judged.ledger.policy(this.at + minute).endpoints.flatMap(({ state, method, template }) => (state === "budgeted" ? [`${method} ${template}`] : []));
  }

  #answers(address: string, more: Omit<Parameters<typeof jsonExchange>[0], "id" | "at" | "address">): boolean {
    return this.judged.answers(this.#exchange(address, more));
  }

  #exchange(address: string, more: Omit<Parameters<typeof jsonExchange>[0], "id" | "at" | "address">): Exchange {
    this.at += 1_000;
    return jsonExchange({ id: `x${this.#asked++}`, at: this.at, address, ...more });
  }
}

const one = (): string => "203.0.113.9";
const many = (n: number): string => `192.${n % 200}.${(n >> 8) % 250}.${(n * 7) % 250}`;

function guarded(): Service {
  const service = new Service();
  expect(service.people(200)).toBe(0);
  expect(service.guards()).toEqual(["GET /api/v1/users/lookup/{lookupId}"]);
  return service;
}

describe("one handler at any number of paths", () => {
  it.each(Object.entries(variants))("%s teaches nobody more, however many there are: one thief, then a crowd", (_, variant) => {
    const service = guarded();
    for (const address of [one, many]) {
      expect(service.learns(60, (__, phone) => ({ path: door(phone) }), 0, address)).toBeLessThanOrEqual(10);
      for (let k = 0; k < 12; k++) expect(service.learns(16, variant, k, address)).toBe(0);
    }
    expect(service.guards()).toEqual(["GET /api/v1/users/lookup/{lookupId}"]);
  });

  it("all share the credits of the first: asked in turns by one who asks at the guarded path last", () => {
    const service = guarded();
    let learned = 0;
    for (let k = 0; k < 40; k++) for (const variant of Object.values(variants)) learned += service.learns(1, variant, k, one);
    learned += service.learns(40, (_, phone) => ({ path: door(phone) }), 0, one);
    expect(learned).toBeGreaterThan(0);
    expect(learned).toBeLessThanOrEqual(10);
    expect(service.judged.signals.some(({ level }) => level === "high")).toBe(true);
  });

  it("stays so after a restart", () => {
    const service = guarded();
    for (let k = 0; k < 10; k++) service.learns(25, variants["another version"] ?? fail, k, many);
    const state: unknown = JSON.parse(JSON.stringify(service.judged.ledger.exportState()));
    const again = new Service(new Ledger(ports, { mode: "enforce" }, state as ReturnType<Ledger["exportState"]>));
    again.at = service.at + minute;
    again.people(20);
    expect(again.guards()).toEqual(["GET /api/v1/users/lookup/{lookupId}"]);
    again.learns(60, (_, phone) => ({ path: door(phone) }), 0, many);
    for (let k = 0; k < 12; k++) again.learns(25, variants["another version"] ?? fail, k, many);
    expect(again.guards()).toEqual(["GET /api/v1/users/lookup/{lookupId}"]);
  });

  it("is recorded: who was told of is in the rows, whatever path was asked", () => {
    const service = guarded();
    const before = service.judged.rows.length;
    const learned = service.learns(200, variants["words behind"] ?? fail, 3, one);
    const told = service.judged.rows.slice(before).filter(({ row }) => row.answer === "truthful");
    expect(learned).toBeGreaterThan(0);
    expect(told.length).toBeGreaterThanOrEqual(learned);
  });
});

describe("honest people", () => {
  it("use two versions of a lookup side by side, and both follow up", () => {
    const service = guarded();
    const either = (phone: string, k: number): string => (k % 2 === 0 ? door(phone) : `/api/v2/users/lookup/${encodeURIComponent(phone)}`);
    expect(service.people(400, either, 200)).toBe(0);
    expect(service.people(200, (phone) => `/api/v2/users/lookup/${encodeURIComponent(phone)}`, 600)).toBe(0);
    expect(service.judged.signals.filter(({ level }) => level === "high")).toEqual([]);
  });

  it("are not held at their path by who asked at another before them and goes on there, and he learns nothing more at theirs", () => {
    const service = new Service();
    const thief = variants["another version"] ?? fail;
    service.learns(200, thief, 0, one);
    let refused = 0;
    for (let n = 0; n < 4; n++) {
      refused += service.people(50, door, 50 * n);
      service.learns(20, thief, 0, one);
    }
    expect(refused).toBe(0);
    expect(service.guards()).toHaveLength(1);
    expect(service.learns(20, (_, phone) => ({ path: door(phone) }), 0, one)).toBe(0);
  });

  it("get what other endpoints around a guarded path say, however often they ask and whoever spent his credits", () => {
    const service = guarded();
    service.learns(60, (_, phone) => ({ path: door(phone) }), 0, one);
    for (let n = 0; n < 200; n++) {
      const phone = encodeURIComponent(phoneOf(2 * n));
      for (const address of [one(), many(n)]) {
        expect(service.other(address, { path: `/api/v1/users/lookup/${phone}/devices`, answer: { colour: "grey", size: 3 } })).toBe(true);
        expect(service.other(address, { path: `/api/v2/users/lookup/${phone}`, status: 410, answer: { moved: "/api/v1" } })).toBe(true);
        expect(service.other(address, { path: `/avatars/users/lookup/${phone}`, status: 200, answer: { url: "x", width: 3 } })).toBe(true);
      }
    }
  });

  it("who are told of nobody behind a guarded path have spent nothing at it", () => {
    const service = guarded();
    for (let n = 0; n < 60; n++) service.other("10.7.7.7", { path: `${door(phoneOf(2 * n + 1))}/avatar`, status: 404, answer: { error: "unknown" } });
    let answered = 0;
    for (let n = 0; n < 8; n++) if (service.ask("10.7.7.7", { path: door(phoneOf(400 + n)) }, 400 + n)) answered++;
    expect(answered).toBe(8);
  });
});

function fail(): never {
  throw new Error("no such variant");
}
