import { expect, it } from "vitest";
import type { Exchange } from "./exchange/exchange.ts";
import { ports } from "./testing/ports.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

/** Sign-ups that take a password and tell whether there is an account already; nothing is declared. */
const emailOf = (n: number): string => `${["anna", "ben", "carla", "dora"][n % 4] ?? ""}.${(Math.imul(n + 3, 2_654_435_761) >>> 0).toString(36)}@mail.example`;
const tokenOf = (n: number): string => `tok_${ports.hash("credential", String(n))}A1${n}`;

interface SignUp {
  readonly taken: readonly [status: number, body: object];
  readonly done: (n: number) => readonly [status: number, body: object];
  /** The account is there once a code was sent back. */
  readonly code: boolean;
}
const services: Readonly<Record<string, SignUp>> = {
  "202 and 409, then a code": { taken: [409, { error: { code: "already_registered" } }], done: () => [202, { next: "verify" }], code: true },
  "200 either way, a flag tells": { taken: [200, { ok: false, error: "member already" }], done: (n) => [200, { ok: true, token: tokenOf(n) }], code: false },
};

class Traffic {
  readonly exchanges: Exchange[] = [];
  readonly #service: SignUp;

  constructor(service: SignUp) {
    this.#service = service;
  }

  call(at: number, address: string, path: string, body: object | undefined, [status, answer]: readonly [number, object], bearer?: string): void {
    this.exchanges.push(jsonExchange({ id: `x${this.exchanges.length}`, at, address, path, sent: body, status, answer, bearer }));
  }

  signUp(at: number, address: string, n: number, exists: boolean): void {
    this.call(at, address, "/join", { profile: { email: emailOf(n) }, password: `pw-${n}` }, exists ? this.#service.taken : this.#service.done(n));
  }

  /** Members come back, one visitor in five is new. */
  day(from: number, visits: number, first: number): void {
    for (let k = 0; k < visits; k++) {
      const at = from + k * 60_000;
      const address = `10.${first % 7}.${k >> 8}.${k & 255}`;
      const isNew = k % 5 === 0;
      const n = isNew ? 50_000 + first + k : k % 60;
      if (!isNew) {
        if (k % 9 === 0) this.call(at, address, "/enter", { email: emailOf(n), password: `oops-${k}` }, [401, { error: "no" }]);
        this.call(at + 4_000, address, "/enter", { email: emailOf(n), password: `pw-${n}` }, [200, { token: tokenOf(k) }]);
      } else {
        this.signUp(at, address, n, false);
        if (this.#service.code) this.call(at + 9_000, address, "/verify", { email: emailOf(n), code: "482911" }, [201, { token: tokenOf(n) }]);
      }
      this.call(at + 12_000, address, "/me", undefined, [200, { plan: "free" }], tokenOf(isNew ? n : k));
    }
  }
}

it.each(Object.keys(services))("%s: stops who walks through a list after an honest day, says rightly who was exposed, and lets honest people sign up", (name) => {
  const service = services[name];
  if (service === undefined) throw new Error(name);
  const attacker = "203.0.113.9";
  const start = Date.UTC(2026, 2, 2, 8);
  const traffic = new Traffic(service);
  traffic.day(start, 400, 0);
  const before = traffic.exchanges.length;
  const from = start + 9 * 3_600_000;
  for (let q = 0; q < 120; q++) traffic.signUp(from + q * 4_000, attacker, 100_000 + q, q % 2 === 0);
  const after = traffic.exchanges.length;
  traffic.day(from + 3_600_000, 60, 700);
  const { decisions, ledger, signals } = new Judged().all(traffic.exchanges);
  const learned = decisions.slice(before, after).filter((decision, q) => q % 2 === 0 && decision.action === "allow").length;
  expect(learned).toBeLessThanOrEqual(10);
  expect(signals.map(({ level }) => level)).toContain("high");
  expect(ledger.findings().map((finding) => [finding.check, finding.endpoint.path])).toContainEqual(["existence-oracle", "/join"]);
  const [join] = ledger.inventory.endpoints().filter((endpoint) => endpoint.template === "/join");
  const state = ledger.oracles.state(join?.id ?? "");
  const meanings = state.classes.map((one) => [one.status, one.meaning]);
  expect(meanings).toHaveLength(2);
  expect(new Set(meanings.map(([, meaning]) => meaning))).toEqual(new Set(["confirmed", "denied"]));
  expect([...decisions.slice(0, before), ...decisions.slice(after)].filter((decision) => decision.action !== "allow")).toEqual([]);
});
