import { describe, expect, it } from "vitest";
import type { GateEngine } from "./gate-engine.ts";
import { defaultBudget, type Disclosure, type GuardedEndpoint } from "./gate-policy.ts";
import { ask, caller, gateOf, guardedLookup, person } from "../testing/guarded-lookup.ts";

const start = 1_700_000_000_000;
const ids = { one: "00000000000000a1", two: "00000000000000a2", both: "00000000000000b1", part: "00000000000000c1" };

function door(id: string, template: string, formerly?: readonly string[]): GuardedEndpoint {
  return guardedLookup({ id, template, subjects: [{ location: { in: "query", name: "phone" }, type: "phone" }], ...(formerly === undefined ? {} : { formerly }) });
}
const one = door(ids.one, "/lookup/status");
const two = door(ids.two, "/lookup/presence");
const both = door(ids.both, "/lookup/{what}", [ids.one, ids.two]);

let version = 0;
function tell(gate: GateEngine, ...endpoints: GuardedEndpoint[]): void {
  gate.setPolicy({ version: ++version, mode: "enforce", endpoints, principals: [] });
}

let asked = 0;
/** How many of so many questions about ever new people are answered truthfully. */
function learns(gate: GateEngine, id: string, who: number, questions: number, rows: Disclosure[] = []): number {
  let truthful = 0;
  for (let n = 0; n < questions; n++) {
    const about = ++asked;
    const answer = ask(gate, caller(who), [{ ...person(about), location: { in: "query", name: "phone" } }], start + about * 100, id);
    rows.push(...answer.rows);
    if (answer.truthful) truthful++;
  }
  return truthful;
}

describe("credits of doors that a person made one or several", () => {
  it.each([ids.one, ids.two])("what was spent at %s is spent at the door it became part of", (id) => {
    const gate = gateOf([one, two]);
    expect(learns(gate, id, 1, 20)).toBe(8);
    tell(gate, both);
    expect(learns(gate, ids.both, 1, 20)).toBe(0);
    expect(learns(gate, ids.both, 2, 20)).toBe(8);
  });

  it("taking the merge back and making it again refills nothing", () => {
    const gate = gateOf([one]);
    expect(learns(gate, ids.one, 1, 20)).toBe(8);
    for (let n = 0; n < 3; n++) {
      tell(gate, both);
      expect(learns(gate, ids.both, 1, 20)).toBe(0);
      tell(gate, door(ids.both, "/lookup/{what}"), door(ids.one, "/lookup/status", [ids.both]));
      expect(learns(gate, ids.one, 1, 20)).toBe(0);
      expect(learns(gate, ids.both, 1, 20)).toBe(0);
    }
  });

  it("each door keeps rows of its own when a name comes back", () => {
    const gate = gateOf([one]);
    tell(gate, both);
    tell(gate, door(ids.both, "/lookup/{what}"), door(ids.one, "/lookup/status", [ids.both]));
    const rows: Disclosure[] = [];
    learns(gate, ids.one, 5, 1, rows);
    learns(gate, ids.both, 6, 1, rows);
    expect(rows.map((row) => row.endpointId)).toEqual([ids.one, ids.both]);
  });

  it.each([["the part first"], ["the whole first"]])("what was spent before a split is spent at each part; told with %s", (order) => {
    const whole = door(ids.both, "/lookup/{what}");
    const part = door(ids.part, "/lookup/presence", [ids.both]);
    const gate = gateOf([whole]);
    expect(learns(gate, ids.both, 1, 5)).toBe(5);
    tell(gate, ...(order === "the part first" ? [part, whole] : [whole, part]));
    expect(learns(gate, ids.part, 1, 20)).toBe(3);
    expect(learns(gate, ids.part, 2, 20)).toBe(8);
  });

  it("a gate that starts anew with the merged door charges the rows that stand under the old names", () => {
    const rows: Disclosure[] = [];
    learns(gateOf([one, two]), ids.two, 1, 20, rows);
    const again = gateOf([both]);
    for (const row of rows) again.replay(row, caller(1).network);
    expect(learns(again, ids.both, 1, 20)).toBe(0);
  });

  it("the day's ceiling does not begin anew", () => {
    const bounded = (guard: GuardedEndpoint): GuardedEndpoint => ({ ...guard, budget: { ...defaultBudget, unanchoredCeiling: 20 } });
    const gate = gateOf([bounded(one), bounded(two)]);
    let learned = 0;
    for (let who = 10; who < 30; who++) learned += learns(gate, who % 2 === 0 ? ids.one : ids.two, who, 1);
    expect(learned).toBe(20);
    tell(gate, bounded(both));
    for (let who = 30; who < 60; who++) learned += learns(gate, ids.both, who, 1);
    expect(learned).toBe(20);
  });
});
