import { describe, expect, it } from "vitest";
import type { Actor } from "../exchange/actor.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import type { GateEngine } from "./gate-engine.ts";
import { defaultBudget } from "./gate-policy.ts";
import { ask as askAbout, caller, gateOf, person, signIn as signInAs } from "../testing/guarded-lookup.ts";

const start = 1_700_000_000_000;
const minute = 60_000;
const ask = (gate: GateEngine, who: Actor, about: number, at: number): boolean => askAbout(gate, who, [person(about)], at).truthful;
const signIn = (gate: GateEngine, who: Actor, about: number, at: number): number => signInAs(gate, who, [person(about)], at);

/** It sets out to sign in, and the service fails it. */
function failed(gate: GateEngine, who: Actor, about: number, at: number): void {
  gate.anchor({ at, endpointId: "x", kind: "failed", narrow: who.narrow, network: who.network, subjects: [person(about).hash] });
}

/** A day on which somebody new comes each two minutes and signs in 40 seconds later. */
function calmDay(gate: GateEngine): number {
  for (let n = 0; n < 720; n++) {
    const at = start + n * 2 * minute;
    const who = caller(10_000 + n);
    ask(gate, who, 100_000 + n, at);
    gate.advance(at + 40_000);
    signIn(gate, who, 100_000 + n, at + 40_000);
  }
  return start + 1_440 * minute;
}

/** Telephones set up one a second, each signing in after `delayMs`; `share` of them do. Returns how many were told. */
function office(gate: GateEngine, n: number, telephones: number, from: number, share: number, delayMs = 45_000): number {
  const due: { at: number; who: Actor; about: number }[] = [];
  let told = 0;
  for (let telephone = 0; telephone < telephones; telephone++) {
    const at = from + telephone * 1_000;
    while (due[0] !== undefined && due[0].at <= at) {
      const one = due.shift();
      if (one !== undefined) signIn(gate, one.who, one.about, one.at);
    }
    const who = caller(n, n * 100 + (telephone % 12));
    const about = n * 10_000 + telephone;
    if (!ask(gate, who, about, at)) continue;
    told++;
    if ((telephone * 7) % 100 < share * 100) due.push({ at: at + (telephone < 3 ? 15_000 : delayMs), who, about });
  }
  return told;
}

describe("an office that sets up its telephones", () => {
  it("is answered but for a few seconds, although it asks faster than any of them can follow up", () => {
    const gate = gateOf();
    const at = calmDay(gate);
    expect(office(gate, 1, 400, at, 0.95)).toBeGreaterThanOrEqual(385);
  });

  it("that never follows up learns its credits, and one with a few own accounts no more than eight for each and 96 in all of an endpoint", () => {
    const gate = gateOf();
    const at = calmDay(gate);
    expect(office(gate, 1, 400, at, 0)).toBeLessThanOrEqual(defaultBudget.startCredits);
    let told = 0;
    let own = 0;
    for (let place = 0; place < 60; place++) {
      for (let n = 0; n < 5; n++) if (ask(gate, caller(2_000 + place), place * 1_000 + n, at + minute + place)) told++;
      signIn(gate, caller(2_000 + place), place * 1_000, at + minute + place);
      own++;
      for (let n = 5; n < 60; n++) if (ask(gate, caller(2_000 + place), place * 1_000 + n, at + minute + place)) told++;
    }
    // Its own are told too; each buys what it bought before, and all together the endpoint's grants.
    expect(told).toBeLessThanOrEqual(own * (defaultBudget.startCredits + policy.refundPerAnchor) + policy.grantsTogether);
  });
});

describe("a program that never followed up behind an address where others do", () => {
  it("is a newcomer: forty such programs behind forty trusted gateways are told as much as forty new addresses, not what honest people there have earned", () => {
    const gate = gateOf();
    const at = calmDay(gate);
    for (let gateway = 0; gateway < 40; gateway++) {
      for (let n = 0; n < 6; n++) {
        const when = at + gateway * 5 * minute + n * 45_000;
        const about = 500_000 + gateway * 10 + n;
        ask(gate, caller(gateway, 5_000 + gateway), about, when);
        signIn(gate, caller(gateway, 5_000 + gateway), about, when + 30_000);
      }
    }
    const attack = at + 300 * minute;
    let told = 0;
    for (let n = 0; n < 2_000; n++) if (ask(gate, caller(n % 40, 7_000 + (n % 40)), 900_000 + n, attack + n * 20)) told++;
    expect(told).toBeLessThanOrEqual(30);
    // Who is known there notices nothing.
    expect(ask(gate, caller(1, 5_001), 990_000, attack + 60_000)).toBe(true);
  });
});

describe("an outage of the follow-ups in which people are seen to set out", () => {
  /** A calm day, then an hour in which those who are known come back and are failed. */
  function inOutage(): { readonly gate: GateEngine; at: number } {
    const gate = gateOf();
    let at = calmDay(gate);
    for (const works of [true, false]) {
      for (let n = 0; n < 60; n++) {
        const who = caller(10_000 + n);
        ask(gate, who, 100_000 + n, (at += minute));
        gate.advance(at + 10_000);
        if (works) signIn(gate, who, 100_000 + n, at + 10_000);
        else failed(gate, who, 100_000 + n, at + 10_000);
      }
    }
    return { gate, at: at + 5 * minute };
  }

  it("lets an office set up its telephones, which set out and are failed", () => {
    const { gate, at } = inOutage();
    let told = 0;
    for (let telephone = 0; telephone < 75; telephone++) {
      const when = at + telephone * 8_000;
      const who = caller(5, 50_000 + (telephone % 6));
      if (ask(gate, who, 200_000 + telephone, when)) told++;
      failed(gate, who, 200_000 + telephone, when + 5_000);
    }
    expect(told).toBe(75);
  });

  it("gives one address that sets out after each question no more than all of an endpoint share, and only its credits where nothing fails", () => {
    const questions = (gate: GateEngine, from: number): number => {
      let told = 0;
      for (let n = 0; n < 1_000; n++) {
        const who = caller(6, 60_000 + (n % 6));
        if (!ask(gate, who, 500_000 + n, from + n * 1_000)) continue;
        told++;
        failed(gate, who, 500_000 + n, from + n * 1_000 + 500);
      }
      return told;
    };
    const { gate, at } = inOutage();
    expect(questions(gate, at)).toBeLessThanOrEqual(defaultBudget.startCredits + policy.grantsTogether + 2);
    const calm = gateOf();
    expect(questions(calm, calmDay(calm))).toBeLessThanOrEqual(defaultBudget.startCredits);
  });

  it("finds addresses that only ask, which it would not where all is silent, and not the newcomers who set out", () => {
    for (const attack of [true, false]) {
      const { gate, at } = inOutage();
      let told = 0;
      const signals: string[] = [];
      for (let n = 0; n < 300; n++) {
        const when = at + n * 20_000;
        // Somebody new each minute; between them those who only ask. People who are known go on failing.
        const who = caller(20_000 + n);
        gate.advance(when);
        if (n % 3 === 0) {
          ask(gate, who, 300_000 + n, when);
          if (n % 30 !== 0) failed(gate, who, 300_000 + n, when + 5_000);
          const known = caller(10_000 + n);
          ask(gate, known, 100_000 + n, when + 1);
          failed(gate, known, 100_000 + n, when + 6_000);
        } else if (attack && ask(gate, who, 300_000 + n, when)) told++;
        signals.push(...gate.drain().map(({ detector }) => detector));
      }
      expect(signals.includes("enumeration.follow-up")).toBe(attack);
      expect(told).toBeLessThan(attack ? 60 : 1);
    }
  });
});

describe("an outage of the follow-ups", () => {
  it("leaves newcomers answered at the rate of honest days, and an attack no more than that beside the ceiling", () => {
    const gate = gateOf();
    let from = calmDay(gate);
    for (let n = 0; n < 100; n++) {
      const who = caller(10_000 + n);
      ask(gate, who, 100_000 + n, (from += minute));
      gate.advance(from + 40_000);
      signIn(gate, who, 100_000 + n, from + 40_000);
    }
    from += 10 * minute;
    // Those who are known come back and cannot finish either.
    let honest = 0;
    let attacker = 0;
    for (let n = 0; n < 600; n++) {
      const at = from + n * minute;
      ask(gate, caller(10_000 + n), 100_000 + n, at);
      if (n % 2 === 0 && ask(gate, caller(20_000 + n), 300_000 + n, at + 1)) honest++;
    }
    expect(honest).toBe(300);
    for (let n = 0; n < 3_000; n++) if (ask(gate, caller(30_000 + n), 400_000 + n, from + 600 * minute + n * 12_000)) attacker++;
    // Ten hours: 30 an hour followed up at the busiest.
    expect(attacker).toBeLessThanOrEqual(10 * 30 * policy.outagePerAnchor + 2 * policy.ceilingFloor + 2 * policy.ceilingPerAnchor * 720);
  });
});
