import { describe, expect, it } from "vitest";
import type { GateEngine } from "./gate-engine.ts";
import { ask, caller, gateOf, person, signIn } from "../testing/guarded-lookup.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";

const start = Date.UTC(2026, 8, 7);
const hour = 3_600_000;

/** Thirty days at one address: the same people sign in, `visits` a day, and twice a day a name is asked about that nobody has. */
function month(gate: GateEngine, people: number, visits: number): readonly string[] {
  const told: string[] = [];
  const who = caller(1);
  let visit = 0;
  for (let day = 0; day < 30; day++) {
    for (let n = 0; n < visits; n++) {
      const at = start + day * 24 * hour + n * Math.floor((24 * hour) / visits);
      gate.advance(at);
      if (n % Math.ceil(visits / 2) === 0) ask(gate, who, [person(10_000 + day * 10 + n)], at);
      const about = [person(100 + (visit++ % people))];
      ask(gate, who, about, at + 10_000);
      gate.advance(at + 40_000);
      signIn(gate, who, about, at + 40_000);
    }
    told.push(...gate.drain().map(({ detector }) => detector));
  }
  return told;
}

/** The endpoint has seen others follow up, so that a question without it says something. */
function known(): GateEngine {
  const gate = gateOf();
  for (let n = 0; n < 5; n++) {
    ask(gate, caller(500 + n), [person(900_000 + n)], start - 2 * hour);
    signIn(gate, caller(500 + n), [person(900_000 + n)], start - 2 * hour + 30_000);
  }
  return gate;
}

describe("the same people at one address every day", () => {
  it("may mistype twice a day for a month: their coming back speaks for the address", () => {
    expect(month(known(), 36, 14)).toEqual([]);
  });

  it("speak for nobody while they are fewer than one who owns accounts would pay for", () => {
    expect(month(known(), policy.returnsCountFrom - 1, 14)).toContain("enumeration.source");
  });
});
