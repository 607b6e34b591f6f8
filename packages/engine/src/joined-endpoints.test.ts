import { describe, expect, it } from "vitest";
import type { Exchange } from "./exchange/exchange.ts";
import type { TemplateRule } from "./inventory/template-rules.ts";
import { type Decision, Judge } from "./judge.ts";
import { Ledger } from "./ledger.ts";
import { ports } from "./testing/ports.ts";
import { jsonExchange } from "./testing/json-exchange.ts";

/** What a person joins or takes apart is shown otherwise, and changes nobody's protection: evidence, guards and what was spent stay with what was learned. */
const start = Date.UTC(2026, 2, 2, 10);
const phone = (n: number): string => `+9991${String(2_000_000 + n * 7_919).slice(0, 7)}`;
const joined: TemplateRule = { kind: "merge", template: "/lookup/{what}" };

type Answers = Readonly<Record<string, (n: number) => object>>;
/** Two endpoints that answer otherwise, and each everybody alike. */
const harmless: Answers = { status: () => ({ state: "active", devices: 1, since: 2020 }), presence: () => ({ enabled: false }) };
/** One tells who has an account; the other answers everybody alike. */
const telling: Answers = { status: (n) => (n % 2 === 0 ? { state: "active", devices: 1 } : { error: "not found" }), presence: () => ({ enabled: false }) };

class World {
  readonly decisions: Decision[] = [];
  readonly signals: string[] = [];
  readonly judge: Judge;
  readonly #answers: Answers;
  #asked = 0;

  constructor(answers: Answers, rules: readonly TemplateRule[] = []) {
    this.#answers = answers;
    const options = { mode: "enforce" as const, rules };
    this.judge = new Judge(
      ports,
      { ...options, ledger: new Ledger(ports, options), newId: () => `s${this.signals.length}` },
      {
        decision: (_, decision) => this.decisions.push(decision),
        exchange: () => undefined,
        signals: (list) => this.signals.push(...list.map((one) => one.detector)),
      },
    );
  }

  get ledger(): Ledger {
    return this.judge.ledger;
  }

  /** Asks one of the endpoints about some people, one a second, each network about a few; gives how many were answered as it is. */
  ask(what: string, people: readonly number[], network = 0): number {
    const before = this.decisions.length;
    for (const n of people) {
      const at = start + ++this.#asked * 1_000;
      this.judge.push(this.#exchange(what, n, network === 0 ? n % 29 : network, at));
    }
    this.judge.finish();
    return this.decisions.slice(before).filter((one) => one.action === "allow").length;
  }

  guards(): Readonly<Record<string, string>> {
    const policy = this.ledger.policy(start + ++this.#asked * 1_000);
    return Object.fromEntries(policy.endpoints.filter((one) => one.state === "budgeted").map((one) => [one.template, one.state]));
  }

  #exchange(what: string, n: number, network: number, at: number): Exchange {
    return jsonExchange({
      id: `x${at}`,
      at,
      address: `198.51.${network}.7`,
      path: `/lookup/${what}?phone=${encodeURIComponent(phone(n))}`,
      answer: this.#answers[what]?.(n) ?? {},
    });
  }
}

const range = (from: number, length: number): number[] => Array.from({ length }, (_, n) => from + n);
const shown = (world: World): readonly string[] => world.ledger.inventory.endpoints().map((one) => `${one.clearTemplate} ${one.requests}`);

describe("endpoints that a person joined though they answer otherwise", () => {
  it.each([
    ["from the start", true],
    ["after a while", false],
  ])("%s: nobody is refused, nothing is raised, no oracle is said to be there", (_, atOnce) => {
    const world = new World(harmless, atOnce ? [joined] : []);
    for (const what of ["status", "presence"]) world.ask(what, range(0, 40));
    if (!atOnce) world.ledger.govern([joined]);
    expect(shown(world)).toEqual(["/lookup/{what} 80"]);
    for (let n = 0; n < 120; n++) {
      expect(world.ask("status", [n], 200)).toBe(1);
      expect(world.ask("presence", [n], 200)).toBe(1);
    }
    expect(world.signals).toEqual([]);
    expect(world.guards()).toEqual({});
    expect(world.ledger.findings().filter((one) => one.check === "existence-oracle")).toEqual([]);
  });
});

describe("a guarded endpoint that a person joined with another", () => {
  it("keeps its guard, what was spent and its finding through the merge and back; the other is never guarded", () => {
    const world = new World(telling);
    world.ask("status", range(0, 60));
    world.ask("presence", range(0, 30));
    expect(world.guards()).toEqual({ "/lookup/status": "budgeted" });
    const learned = world.ask("status", range(1_000, 40), 201);
    expect(learned).toBeLessThan(20);
    const findings = () => world.ledger.findings().flatMap((one) => (one.check === "existence-oracle" ? [one.id] : []));
    const before = findings();
    expect(before).toHaveLength(1);

    world.ledger.govern([joined]);
    expect(shown(world)).toHaveLength(1);
    expect(world.guards()).toEqual({ "/lookup/status": "budgeted" });
    expect(world.ask("status", range(2_000, 20), 201)).toBe(0);
    expect(world.ask("presence", range(2_000, 60), 201)).toBe(60);
    expect(findings()).toEqual(before);
    const door = world.ledger.tellingId(world.ledger.inventory.endpoints()[0] ?? fail());
    expect(world.ledger.inventory.byId(door)?.clearTemplate).toBe("/lookup/{what}");

    const state: unknown = JSON.parse(JSON.stringify(world.ledger.exportState()));
    const again = new Ledger(ports, { mode: "enforce", rules: [joined] }, state as ReturnType<Ledger["exportState"]>);
    expect(
      again
        .policy(start + 10_000_000)
        .endpoints.filter((one) => one.state === "budgeted")
        .map((one) => one.template),
    ).toEqual(["/lookup/status"]);

    world.ledger.govern([]);
    expect(shown(world).toSorted()).toEqual(["/lookup/presence 90", "/lookup/status 120"]);
    expect(world.guards()).toEqual({ "/lookup/status": "budgeted" });
    expect(world.ask("status", range(3_000, 20), 201)).toBe(0);
    expect(world.ask("presence", range(3_000, 60), 201)).toBe(60);
    expect(findings()).toEqual(before);
  });
});

function fail(): never {
  throw new Error("no such endpoint");
}
