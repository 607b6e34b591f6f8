import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Actor } from "../exchange/actor.ts";
import type { Signal } from "../detect/signal.ts";
import { ask as askAt, caller, gateOf, guardedLookup, hex, person, signIn as signInAs } from "../testing/guarded-lookup.ts";
import type { GateEngine } from "./gate-engine.ts";
import { defaultBudget, type GuardedEndpoint } from "./gate-policy.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = Math.floor(1_700_000_000_000 / day) * day;

let exchange = 0;
const idOf = (door: number): string => hex(door, 3);
function door(n: number, more: Partial<GuardedEndpoint> = {}): GuardedEndpoint {
  return guardedLookup({ id: idOf(n), template: `/door${n}/{phone}`, ...more });
}
const five = [0, 1, 2, 3, 4];
const doors = five.map((n) => door(n));

function engine(endpoints: readonly GuardedEndpoint[] = doors): GateEngine {
  return gateOf(endpoints, { sourceSlots: 1_024, pairs: 50_000 });
}

/** Whether it was answered as it is. */
function ask(gate: GateEngine, at: number, where: number, who: Actor, about: number): boolean {
  return askAt(gate, who, [person(about)], at, idOf(where)).truthful;
}
const signIn = (gate: GateEngine, at: number, who: number, about: number): number => signInAs(gate, caller(who), [person(about)], at);

/** Three honest people of their own at each of these doors, so that follow-up is known there. */
function withAnchors(gate: GateEngine, at = start - hour, where: readonly number[] = five): GateEngine {
  for (const one of where) {
    for (let n = 0; n < 3; n++) {
      const who = 5_000 + one * 10 + n;
      ask(gate, at, one, caller(who), who);
      signIn(gate, at + 1_000, who, who);
    }
  }
  return gate;
}

/** How many of so many new people one address is told of, each asked about at the next door. */
function learns(gate: GateEngine, who: number, questions: number, everyMs: number, where: readonly number[] = five, from = start): number {
  let learned = 0;
  for (let n = 0; n < questions; n++) if (ask(gate, from + n * everyMs, where[n % where.length] ?? 0, caller(who), (from - start) / 1_000 + who * 10_000 + n)) learned++;
  return learned;
}

describe("one asker at several doors", () => {
  it("learns ten in all where people follow up, and eight where nobody does; forty before", () => {
    expect(learns(withAnchors(engine()), 1, 500, 1_000)).toBe(10);
    expect(learns(engine(), 1, 500, 1_000)).toBe(8);
    // Whatever the order of doors, and with another program at each.
    expect(learns(withAnchors(engine()), 1, 500, 1_000, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 4])).toBe(10);
    const gate = withAnchors(engine());
    let learned = 0;
    for (let n = 0; n < 500; n++) if (ask(gate, start + n * 1_000, n % 5, caller(1, n), 10_000 + n)) learned++;
    expect(learned).toBe(10);
  });

  it("learns no more than at one door by patience: it is stopped by what it left without follow-up everywhere", () => {
    const oneDoor = learns(withAnchors(engine()), 1, 60 * 24, hour, [2]);
    const signals: Signal[] = [];
    const gate = withAnchors(engine());
    let learned = 0;
    for (let n = 0; n < 60 * 24; n++) {
      if (ask(gate, start + n * hour, n % 5, caller(1), 10_000 + n)) learned++;
      signals.push(...gate.drain());
    }
    expect(oneDoor).toBeLessThanOrEqual(18);
    expect(learned).toBeLessThanOrEqual(oneDoor + 2);
    expect(signals.some((signal) => signal.detector === "enumeration.source")).toBe(true);
  });

  it("is told about, with what it asked everywhere, at the 24th question", () => {
    const gate = engine();
    const told: number[] = [];
    for (let n = 0; n < 40; n++) {
      ask(gate, start + n * 100, n % 5, caller(1), n);
      if (gate.drain().some((signal) => signal.level === "high")) told.push(n + 1);
    }
    expect(told[0]).toBe(24);
  });

  it("pays once for one person, whom it may hear about at every door", () => {
    const gate = withAnchors(engine());
    for (let about = 0; about < 8; about++) for (const where of five) expect(ask(gate, start + about * minute + where, where, caller(1), about)).toBe(true);
    expect(ask(gate, start + 9 * minute, 0, caller(1), 8)).toBe(false);
    expect(ask(gate, start + 9 * minute, 1, caller(1), 8)).toBe(false);
  });

  it("pays once for one person at two doors at the same time", () => {
    const gate = withAnchors(engine());
    const open = five.map((where) => gate.reserve(idOf(where), caller(1), [person(1)], false, start));
    for (const reservation of open) if (reservation !== undefined) gate.settle(reservation, { exchangeId: `x${exchange++}`, tells: true, failed: false, classId: "c" });
    expect(learns(gate, 1, 100, 1_000)).toBe(9);
  });

  it("gets back what an answer did not tell", () => {
    const gate = withAnchors(engine());
    for (let n = 0; n < 100; n++) {
      const reservation = gate.reserve(idOf(n % 5), caller(1), [person(n)], false, start + n);
      if (reservation !== undefined) gate.settle(reservation, { exchangeId: `x${exchange++}`, tells: false, failed: true, classId: "" });
    }
    expect(learns(gate, 1, 100, 1_000, five, start + minute)).toBe(10);
  });

  it("finds its credits spent at a door that was only watched when it began", () => {
    const gate = engine(five.map((n) => door(n, { state: "watched" })));
    for (let n = 0; n < 4; n++) ask(gate, start + n, 0, caller(1), n);
    gate.setPolicy({ version: 2, mode: "enforce", endpoints: doors, principals: [] });
    expect(learns(gate, 1, 500, 1_000, [0, 1, 2, 3, 4], start + minute)).toBe(4);
  });

  it("cannot be washed out of the table: a flood takes other fresh ones first", () => {
    const gate = withAnchors(engine());
    expect(learns(gate, 1, 50, 100)).toBe(10);
    // A flood of fresh addresses, ten times as many as there is room for.
    for (let n = 0; n < 10_000; n++) ask(gate, start + minute + n, 0, caller(20_000 + n), 90_000 + n);
    expect(learns(gate, 1, 50, 100, five, start + 2 * minute)).toBe(0);
  });
});

describe("honest people at several doors", () => {
  it("who look up themselves at each, and follow up, are never refused, however many share an address", () => {
    const gate = withAnchors(engine());
    for (let n = 0; n < 400; n++) {
      const at = start + n * 3 * minute;
      for (const where of [0, 1, 2]) expect(ask(gate, at + where * 5_000, where, caller(1, n), n)).toBe(true);
      // One in four gives up.
      if (n % 4 !== 0) signIn(gate, at + minute, 1, n);
    }
    expect(gate.drain().filter((signal) => signal.level === "high")).toEqual([]);
  });

  it("keep what they earned at a door that was only watched then", () => {
    const gate = engine(five.map((n) => door(n, { state: "watched" })));
    for (let n = 0; n < 60; n++) {
      ask(gate, start + n * minute, 0, caller(1, n), n);
      if (n % 3 !== 0) signIn(gate, start + n * minute + 1_000, 1, n);
    }
    gate.setPolicy({ version: 2, mode: "enforce", endpoints: doors, principals: [] });
    for (let n = 0; n < 15; n++) expect(ask(gate, start + 2 * hour + n * 1_000, 0, caller(1, 3 * n + 1), 100 + n)).toBe(true);
  });

  it("a gateway whose people look at many others where nobody follows up can still sign in elsewhere", () => {
    const gate = withAnchors(engine(), start - hour, [3]);
    let refusedAtOpen = 0;
    for (let n = 0; n < 300; n++) {
      const at = start + n * 5 * minute;
      for (const where of [0, 1, 2]) if (!ask(gate, at, where, caller(1, n), 100_000 + 3 * n + where)) refusedAtOpen++;
      expect(ask(gate, at + minute, 3, caller(1, n), n)).toBe(true);
      signIn(gate, at + 2 * minute, 1, n);
    }
    // As at each of those doors alone, where nothing comes back.
    expect(refusedAtOpen).toBeGreaterThan(700);
  });

  it("have a budget of their own where the operator gives more than usual, and it is not held against them elsewhere", () => {
    const open = door(0, { budget: { ...defaultBudget, startCredits: 50 } });
    const gate = withAnchors(engine([open, ...doors.slice(1)]), start - hour, [1, 2, 3, 4]);
    expect(learns(gate, 1, 200, 1_000, [0])).toBe(50);
    expect(learns(gate, 1, 200, 1_000, [1, 2, 3, 4], start + 10 * minute)).toBe(10);
    expect(learns(gate, 2, 200, 1_000, [1, 2, 3, 4])).toBe(10);
    expect(learns(gate, 2, 200, 1_000, [0], start + 10 * minute)).toBe(50);
  });

  it("are judged by what callers begin with here: twenty where the operator says so for all", () => {
    const more = doors.map((one) => ({ ...one, budget: { ...defaultBudget, startCredits: 20 } }));
    const gate = engine(more);
    gate.setPolicy({ version: 2, mode: "enforce", endpoints: more, principals: [], startCredits: 20 });
    expect(learns(gate, 1, 500, 1_000)).toBe(20);
  });

  it("with a credential of their own are judged at each door alone", () => {
    const gate = withAnchors(engine());
    const clerk: Actor = { narrow: hex(1, 21), network: caller(1).network, address: "10.9.9.9", credential: hex(1, 22), principal: true };
    for (const where of five) for (let n = 0; n < 60; n++) expect(ask(gate, start + n, where, clerk, 1_000 * where + n)).toBe(true);
  });
});

describe("a crash", () => {
  const steps = fc.array(
    fc.record({
      who: fc.nat(2),
      client: fc.nat(1),
      where: fc.nat(2),
      about: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
      anchors: fc.integer({ min: 0, max: 9 }).map((n) => n < 3),
      wait: fc.oneof({ weight: 8, arbitrary: fc.nat(2_000) }, { weight: 2, arbitrary: fc.nat(15 * minute) }, { weight: 1, arbitrary: fc.nat(20 * hour) }),
    }),
    { minLength: 20, maxLength: 120 },
  );
  const books = ({ sources }: GateEngine): string[] => {
    const lines: string[] = [];
    for (let n = 0; n < sources.slots; n++) {
      if (sources.seenAt[n] === 0) continue;
      const { credits, window, evidence, asked, anchors, owed, anchorsInAll, askedInAll, door: of, flaggedAt } = sources;
      lines.push([n, credits[n], window[n], evidence[n], asked[n], anchors[n], owed[n], anchorsInAll[n], askedInAll[n], of[n], flaggedAt[n]].join(" "));
    }
    return lines;
  };

  it("changes nothing: rows and anchors of several doors, replayed, leave the same books and the same answers", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const live = withAnchors(engine(), start - hour, [0, 2]);
        const again = withAnchors(engine(), start - hour, [0, 2]);
        let at = start;
        for (const step of list) {
          at += step.wait;
          if (step.anchors) {
            for (const gate of [live, again]) signIn(gate, at, step.who, step.about[0] ?? 0);
            continue;
          }
          const subjects = [...new Set(step.about)].map(person);
          const reservation = live.reserve(idOf(step.where), caller(step.who, step.client), subjects, false, at);
          if (reservation === undefined) throw new Error("not guarded");
          for (const row of live.settle(reservation, { exchangeId: `x${exchange++}`, tells: true, failed: false, classId: "c" })) again.replay(row, caller(step.who).network);
        }
        expect(books(again)).toEqual(books(live));
        for (let n = 0; n < 30; n++) expect(ask(again, at + n, n % 3, caller(n % 2), 100 + n)).toBe(ask(live, at + n, n % 3, caller(n % 2), 100 + n));
      }),
      { numRuns: 60 },
    );
  });

  it("never leaves an asker more in all than it began with, its follow-ups and its patience bought", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const gate = withAnchors(engine());
        const told = new Set<string>();
        let bought = 0;
        let at = start;
        for (const step of list) {
          at += step.wait;
          if (step.anchors) bought += signIn(gate, at, 0, step.about[0] ?? 0) * (1.8 + 8);
          else {
            for (const about of step.about) if (ask(gate, at, step.where, caller(0, step.client), about)) told.add(`${step.client} ${about}`);
          }
          expect(told.size).toBeLessThanOrEqual(10 + bought + (at - start) / (6 * hour) + 1);
        }
      }),
      { numRuns: 60 },
    );
  });
});
