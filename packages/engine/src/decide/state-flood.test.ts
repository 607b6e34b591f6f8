import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Actor } from "../exchange/actor.ts";
import type { GateEngine } from "./gate-engine.ts";
import { defaultBudget, type GuardedEndpoint } from "./gate-policy.ts";
import { caller as actor, gateOf, guardedLookup, person as subject } from "../testing/guarded-lookup.ts";

// The attacker reads our source and sprays addresses, clients and questions to make the gate forget. Tables are small here, floods many times as large.

const start = 1_700_000_000_000;
const slots = 1_024;
const pending = 256;

const endpoint = (id: string, state: GuardedEndpoint["state"]): GuardedEndpoint =>
  guardedLookup({ id, template: `/${id}/{phone}`, state, budget: { ...defaultBudget, unanchoredCeiling: 1_000_000 } });

class World {
  readonly gate: GateEngine;
  at = start;
  #asked = 0;

  constructor(mode: "observe" | "enforce") {
    const doors = [endpoint("lookup", "budgeted"), endpoint("catalogue", "watched")];
    this.gate = gateOf(doors, { sourceSlots: slots, pairs: 200_000, pending }, { mode });
  }

  ask(who: Actor, about: number, id = "lookup", wait = 1): string {
    this.at += wait;
    const reservation = this.gate.reserve(id, who, [subject(about)], false, this.at);
    if (reservation === undefined) throw new Error("not guarded");
    this.gate.settle(reservation, { exchangeId: `e${this.#asked++}`, tells: true, failed: false, classId: "c" });
    return reservation.would;
  }

  /** The honest party follows up; how many questions were thereby known to be honest. */
  follow(n: number, about: number): number {
    this.at += 1;
    return this.gate.anchor({ at: this.at, endpointId: "x", kind: "sign-in", narrow: "", network: actor(n).network, subjects: [subject(about).hash] });
  }
}

describe("a flood of fresh state", () => {
  it("does not make the gate forget what a source has spent, whatever mix of addresses, programs and doors it comes by", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("observe" as const, "enforce" as const),
        fc.integer({ min: 5, max: 20 }),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        (mode, asked, clients, watched) => {
          const world = new World(mode);
          let learned = 0;
          const thief = (about: number, wait: number): void => {
            if (world.ask(actor(1), about, "lookup", wait) === "allow") learned++;
          };
          for (let n = 0; n < asked; n++) thief(n, 60_000);
          for (let n = 0; n < 5 * slots; n++) world.ask(actor(1_000 + Math.floor(n / clients), n % clients), 10_000 + n, watched && n % 2 === 0 ? "catalogue" : "lookup");
          expect(world.gate.sources.used).toBeLessThanOrEqual(slots);
          for (let n = 0; n < 12; n++) thief(500 + n, 1);
          expect(learned).toBeLessThanOrEqual(defaultBudget.startCredits);
        },
      ),
      { numRuns: 8 },
    );
  });

  it.each(["observe", "enforce"] as const)("by questions that cost nothing does not wash out those that wait for their follow-up (%s)", (mode) => {
    const world = new World(mode);
    for (let n = 0; n < 20; n++) world.ask(actor(10 + n), 100 + n);
    for (let n = 0; n < 10 * pending; n++) world.ask(actor(5), 10_000 + n, "catalogue");
    for (let n = 0; n < 10 * pending; n++) world.ask(actor(6), 50_000 + n);
    expect(world.gate.pendingSize).toBeLessThanOrEqual(pending);
    let followed = 0;
    for (let n = 0; n < 20; n++) followed += world.follow(10 + n, 100 + n);
    expect(followed).toBe(20);
  });
});
