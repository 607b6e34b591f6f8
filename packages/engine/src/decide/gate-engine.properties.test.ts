import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Actor } from "../exchange/actor.ts";
import { hourOf } from "../detect/observe/source-table.ts";
import { EndpointWatch } from "./endpoint-watch.ts";
import { enumerationPolicy } from "./enumeration-policy.ts";
import type { GateEngine } from "./gate-engine.ts";
import type { Reservation } from "./reservation.ts";
import { defaultBudget, type Disclosure, type GuardedEndpoint } from "./gate-policy.ts";
import { ask, caller as actor, gateOf, guardedLookup, hex, lookupId as id, person as subject, signIn as signInAs } from "../testing/guarded-lookup.ts";

const hour = 3_600_000;
const start = Math.floor(1_700_000_000_000 / 86_400_000) * 86_400_000;
const network = (n: number): string => actor(n).network;
const principal = (n: number): Actor => ({ narrow: hex(n, 21), network: network(n), address: "10.9.9.9", credential: hex(n, 22), principal: true });

const guarded = (unanchoredCeiling = 0, won: readonly string[] = []): GuardedEndpoint =>
  guardedLookup({ budget: { ...defaultBudget, unanchoredCeiling }, ...(won.length === 0 ? {} : { won }) });

function engine(ceiling = 0, principals: readonly string[] = [], won: readonly string[] = []): GateEngine {
  return gateOf([guarded(ceiling, won)], { sourceSlots: 512, pairs: 20_000, pending: 1_024 }, { principals });
}

type Step =
  | { readonly do: "reserve"; readonly who: number; readonly client: number; readonly about: readonly number[]; readonly wait: number }
  | { readonly do: "settle"; readonly which: number; readonly tells: boolean; readonly wait: number }
  | { readonly do: "anchor"; readonly who: number; readonly about: number; readonly wait: number };

const wait = fc.oneof({ weight: 8, arbitrary: fc.nat(2_000) }, { weight: 2, arbitrary: fc.nat(15 * 60_000) }, { weight: 1, arbitrary: fc.nat(20 * hour) });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant("reserve" as const), who: fc.nat(3), client: fc.nat(3), about: fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }), wait }),
    },
    { weight: 6, arbitrary: fc.record({ do: fc.constant("settle" as const), which: fc.nat(5), tells: fc.integer({ min: 0, max: 9 }).map((n) => n < 7), wait }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("anchor" as const), who: fc.nat(3), about: fc.nat(40), wait }) },
  ),
  { minLength: 20, maxLength: 250 },
);

/** Plays the steps; tells `watch` of every answer as it is given. */
function play(
  gate: GateEngine,
  list: readonly Step[],
  on: {
    answer?: (who: number, at: number, reservation: Reservation, rows: readonly Disclosure[]) => void;
    anchor?: (who: number, at: number, pairs: number) => void;
    after?: (at: number) => void;
  },
): number {
  let at = start;
  const open: { who: number; reservation: Reservation }[] = [];
  let exchange = 0;
  for (const step of list) {
    at += step.wait;
    if (step.do === "reserve") {
      const about = [...new Set(step.about)].map(subject);
      const reservation = gate.reserve(id, actor(step.who, step.client), about, false, at);
      if (reservation !== undefined) open.push({ who: step.who, reservation });
    } else if (step.do === "settle") {
      const held = open.splice(step.which % Math.max(1, open.length), 1)[0];
      if (held !== undefined) {
        const rows = gate.settle(held.reservation, { exchangeId: `e${exchange++}`, tells: step.tells, failed: false, classId: "c" });
        on.answer?.(held.who, at, held.reservation, rows);
        expect(gate.settle(held.reservation, { exchangeId: "again", tells: false, failed: false, classId: "" })).toEqual([]);
      }
    } else {
      const pairs = gate.anchor({ at, endpointId: "x", kind: "sign-in", narrow: "", network: network(step.who), subjects: [subject(step.about).hash] });
      on.anchor?.(step.who, at, pairs);
    }
    on.after?.(at);
  }
  return at;
}

/** What is known of every asker, by slot; counts of an hour that is over are none. */
function books(gate: GateEngine, at: number): string[] {
  const { credits, window, asked, refused, anchors, grants, evidence, flaggedAt, hour: counted, inHour, keyHi, keyLo } = gate.sources;
  const lines: string[] = [];
  for (let n = 0; n < gate.sources.slots; n++) {
    if (keyHi[n] === 0 && keyLo[n] === 0) continue;
    const thisHour = counted[n] === hourOf(at) ? inHour[n] : 0;
    lines.push(
      `${n}: ${credits[n]}/${window[n]} credits, ${asked[n]} asked, ${refused[n]} refused, ${anchors[n]} anchors, ${grants[n]} grants, ${evidence[n]}, ${flaggedAt[n]}, ${thisHour} this hour`,
    );
  }
  return lines;
}

describe("GateEngine, whatever the order of requests, answers, anchors and aborts", () => {
  it("never has negative credits, nor more than the window", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const gate = engine();
        play(gate, list, {
          after: () => {
            const { credits, window } = gate.sources;
            for (let slot = 0; slot < gate.sources.slots; slot++) {
              const left = credits[slot] ?? 0;
              if (left < 0 || left > (window[slot] ?? 0)) throw new Error(`slot ${slot} has ${left} credits`);
            }
          },
        });
      }),
      { numRuns: 60 },
    );
  });

  it("tells a network no more new pairs than its start, its anchors and its patience bought", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const gate = engine();
        const told = new Map<number, Set<string>>();
        const bought = new Map<number, number>();
        play(gate, list, {
          anchor: (who, _at, pairs) => bought.set(who, (bought.get(who) ?? 0) + pairs * (enumerationPolicy.refundPerAnchor + enumerationPolicy.grantPerAnchor)),
          answer: (who, at, reservation, rows) => {
            if (reservation.action !== "allow") return;
            const pairs = told.get(who) ?? new Set<string>();
            for (const row of rows) pairs.add(`${row.narrow} ${row.subject}`);
            told.set(who, pairs);
            const regained = (at - start) / enumerationPolicy.regainEveryMs;
            expect(pairs.size).toBeLessThanOrEqual(defaultBudget.startCredits + (bought.get(who) ?? 0) + regained + 1e-3);
          },
        });
      }),
      { numRuns: 200 },
    );
  });

  it("never gives newcomers more than the ceiling in a day, net of what was followed up", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 6 }), (list, ceiling) => {
        const gate = engine(ceiling);
        const days = new Map<number, number>();
        play(gate, list, {
          anchor: (_who, at, pairs) => days.set(Math.floor(at / 86_400_000), (days.get(Math.floor(at / 86_400_000)) ?? 0) - pairs),
          answer: (_who, _at, reservation, rows) => {
            if (reservation.action !== "allow" || !reservation.newcomer) return;
            const day = Math.floor(reservation.at / 86_400_000);
            days.set(day, (days.get(day) ?? 0) + Math.min(rows.length, reservation.charged));
            expect(days.get(day)).toBeLessThanOrEqual(ceiling);
          },
        });
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ["", []],
    [", where some know whom they ask about", ["right"]],
  ])("judges the next questions as it would have without the crash, when its rows and anchors are replayed%s", (_, won) => {
    fc.assert(
      fc.property(steps, (list) => {
        const live = engine(won.length === 0 ? 0 : 5, [], won);
        const journal: ({ readonly rows: readonly Disclosure[]; readonly who: number } | { readonly anchor: number; readonly about: number; readonly at: number })[] = [];
        // Answers come at once here: the journal then holds the order in which credits were taken.
        let at = start;
        let n = 0;
        for (const step of list) {
          at += step.wait;
          if (step.do === "anchor") {
            live.anchor({ at, endpointId: "x", kind: "sign-in", narrow: "", network: network(step.who), subjects: [subject(step.about).hash] });
            journal.push({ anchor: step.who, about: step.about, at });
          } else if (step.do === "reserve") {
            const reservation = live.reserve(id, actor(step.who, step.client), [...new Set(step.about)].map(subject), false, at);
            if (reservation === undefined) continue;
            live.allowRight(reservation, (step.about[0] ?? 0) % 3 > 0);
            journal.push({ who: step.who, rows: live.settle(reservation, { exchangeId: `e${n++}`, tells: true, failed: false, classId: "c" }) });
          }
        }
        const again = engine(won.length === 0 ? 0 : 5, [], won);
        for (const entry of journal) {
          if ("anchor" in entry) {
            again.anchor({ at: entry.at, endpointId: "x", kind: "sign-in", narrow: "", network: network(entry.anchor), subjects: [subject(entry.about).hash] });
          } else for (const row of entry.rows) again.replay(row, network(entry.who));
        }
        expect(books(again, at)).toEqual(books(live, at));
        for (let who = 0; who < 4; who++) {
          for (let about = 100; about < 112; about++) {
            at += 100;
            const asked = [live, again].map((gate) => {
              const reservation = gate.reserve(id, actor(who, about % 3), [subject(about)], false, at);
              if (reservation === undefined) return undefined;
              gate.allowRight(reservation, about % 4 === 0);
              gate.settle(reservation, { exchangeId: `q${about}`, tells: true, failed: false, classId: "c" });
              return reservation.action;
            });
            expect(asked[1]).toBe(asked[0]);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("counts a repeated question of one who follows up against its hour, also when it is replayed", () => {
    const live = engine();
    const again = engine();
    const both = (step: (gate: GateEngine) => void): void => [live, again].forEach(step);
    const asks = (about: readonly number[], at: number, exchangeId: string): void => {
      const reservation = live.reserve(id, actor(1), about.map(subject), false, at);
      if (reservation === undefined) throw new Error("not guarded");
      for (const row of live.settle(reservation, { exchangeId, tells: true, failed: false, classId: "c" })) again.replay(row, network(1));
    };
    asks([1], start, "e0");
    both((gate) => gate.anchor({ at: start + 1, endpointId: "x", kind: "sign-in", narrow: "", network: network(1), subjects: [subject(1).hash] }));
    asks([1], start + hour, "e1");
    asks([1], start + hour + 1, "e2");
    asks([1], start + hour + 2, "e3");
    expect(books(live, start + hour + 3)).toContainEqual(expect.stringContaining(" 2 this hour"));
    expect(books(again, start + hour + 3)).toEqual(books(live, start + hour + 3));
  });
});

describe("GateEngine against an attacker with this source", () => {
  const tell = (gate: GateEngine, who: Actor, about: readonly number[], at: number): boolean => ask(gate, who, about.map(subject), at).truthful;
  const signIn = (gate: GateEngine, n: number, own: number, at: number): number => signInAs(gate, actor(n), [subject(own)], at);

  it("gains nothing by asking about his own account under ever new fingerprints and signing in each time", () => {
    const gate = engine();
    let learned = 0;
    let victim = 1_000;
    let at = start;
    for (let round = 0; round < 200; round++) {
      for (let client = 0; client < 4; client++) tell(gate, actor(1, round * 4 + client), [7], (at += 1_000));
      signIn(gate, 1, 7, (at += 1_000));
      if (tell(gate, actor(1), [victim++], (at += 1_000))) learned++;
    }
    expect(learned).toBeLessThanOrEqual(10);
  });

  it("opens no more than four networks with one own account", () => {
    const gate = engine();
    for (let n = 0; n < 200; n++) {
      tell(gate, actor(n), [7], start + n * 1_000);
      signIn(gate, n, 7, start + n * 1_000 + 500);
    }
    let anchored = 0;
    for (let slot = 0; slot < gate.sources.slots; slot++) if ((gate.sources.anchors[slot] ?? 0) > 0) anchored++;
    // A network and its client each.
    expect(anchored).toBe(2 * enumerationPolicy.networksPerSubject);
  });

  it("learns one more person for each own account, besides its start, from one address", () => {
    const gate = engine();
    let at = start;
    let learned = 0;
    for (let own = 0; own < 10; own++) {
      tell(gate, actor(1), [own], (at += 1_000));
      signIn(gate, 1, own, (at += 1_000));
    }
    for (let victim = 1_000; victim < 1_200; victim++) if (tell(gate, actor(1), [victim], (at += 1_000))) learned++;
    expect(learned).toBeLessThanOrEqual(8 + 10);
  });

  it("learns nothing more by keeping requests in flight over midnight: another day's ceiling is not refunded", () => {
    const gate = engine(5);
    const evening = start + 86_400_000 - 1_000;
    const open = Array.from({ length: 5 }, (_, n) => gate.reserve(id, actor(n), [subject(n)], false, evening));
    let learned = 0;
    for (let n = 10; n < 15; n++) if (tell(gate, actor(n), [n], start + 86_400_000 + 1_000)) learned++;
    for (const reservation of open) if (reservation !== undefined) gate.settle(reservation, { exchangeId: "e", tells: false, failed: false, classId: "" });
    for (let n = 20; n < 30; n++) if (tell(gate, actor(n), [n], start + 86_400_000 + 2_000)) learned++;
    expect(learned).toBe(5);
  });

  it("is charged by parallel requests about one pair once, whichever answer comes first, and by an abort not at all", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 7 }), (answers) => {
        const gate = engine();
        const open = answers.map(() => gate.reserve(id, actor(1), [subject(1)], false, start));
        for (const [n, reservation] of open.entries())
          if (reservation !== undefined) gate.settle(reservation, { exchangeId: `e${n}`, tells: answers[n] ?? false, failed: false, classId: "c" });
        let learned = 0;
        for (let n = 10; n < 30; n++) if (tell(gate, actor(1), [n], start + n)) learned++;
        expect(learned).toBe(answers.includes(true) ? 7 : 8);
      }),
    );
  });

  it("gets a batch of eight, and nothing of a batch of nine or of one that could not be read to its end", () => {
    expect(tell(engine(), actor(1), [1, 2, 3, 4, 5, 6, 7, 8], start)).toBe(true);
    expect(tell(engine(), actor(1), [1, 2, 3, 4, 5, 6, 7, 8, 9], start)).toBe(false);
    expect(engine().reserve(id, actor(1), [subject(1)], true, start)?.action).toBe("uniform");
  });

  it("does not regain more by asking all the time than by waiting: four credits a day", () => {
    for (const everyMs of [60_000, 7 * hour]) {
      const gate = engine();
      for (let n = 0; n < 8; n++) tell(gate, actor(1), [n], start);
      let learned = 0;
      // Two days; evidence is not ripe before the eighteenth.
      for (let at = start + everyMs, n = 100; at <= start + 42 * hour; at += everyMs) if (tell(gate, actor(1), [n++], at)) learned++;
      expect(learned).toBeLessThanOrEqual(7);
    }
  });
});

describe("GateEngine and principals", () => {
  it("gives a proven principal its own wide start and charges neither its address nor the newcomers' limits", () => {
    const gate = engine(3, [hex(1, 22)]);
    let learned = 0;
    for (let n = 0; n < 100; n++) {
      const reservation = gate.reserve(id, principal(1), [subject(n)], false, start + n);
      if (reservation !== undefined) gate.settle(reservation, { exchangeId: `e${n}`, tells: true, failed: false, classId: "c" });
      if (reservation?.action === "allow") learned++;
    }
    expect(learned).toBe(enumerationPolicy.principalStartCredits);
    expect(gate.reserve(id, actor(1), [subject(500)], false, start + 1_000)?.action).toBe("allow");
  });

  it("keeps a principal's spent credits spent when its rows are replayed, and leaves its address alone", () => {
    const gate = engine(0, [hex(1, 22)]);
    for (let n = 0; n < 64; n++) {
      const reservation = gate.reserve(id, principal(1), [subject(n)], false, start + n);
      const again = reservation === undefined ? [] : gate.settle(reservation, { exchangeId: `e${n}`, tells: true, failed: false, classId: "c" });
      expect(again).toHaveLength(1);
    }
    const fresh = engine(0, [hex(1, 22)]);
    for (let n = 0; n < 64; n++) {
      const row: Disclosure = {
        id: `e${n}.0`,
        exchangeId: `e${n}`,
        at: start + n,
        endpointId: id,
        subjectType: "phone",
        subject: subject(n).hash,
        answer: "truthful",
        responseClass: "c",
        narrow: principal(1).narrow,
        address: "10.9.9.9",
        credential: hex(1, 22),
      };
      fresh.replay(row, network(1));
    }
    expect(fresh.reserve(id, principal(1), [subject(900)], false, start + 100)?.action).toBe("uniform");
    expect(fresh.reserve(id, actor(1), [subject(901)], false, start + 100)?.action).toBe("allow");
  });
});

describe("EndpointWatch", () => {
  it("remembers ten thousand sources it told of and then tells of no further one", () => {
    const watch = new EndpointWatch(0, guarded());
    let told = 0;
    for (let n = 0; n < 12_000; n++) if (watch.told.once(n, n, 0)) told++;
    expect(told).toBe(10_000);
    expect(watch.told.once(1, 1, 0)).toBe(false);
    expect(watch.told.once(1, 1, 1)).toBe(true);
  });

  it("opens again within minutes of a surge's end, and doubles the least closing time each time it is confirmed", () => {
    const watch = new EndpointWatch(0, guarded());
    for (let n = 0; n < enumerationPolicy.anchorsSeenMin; n++) watch.vouched(start);
    let at = start;
    const calmHour = (): void => {
      for (let n = 0; n < 60; n++) {
        watch.advance((at += 60_000));
        watch.newcomer(at);
      }
    };
    const surge = (): void => {
      for (let n = 0; n < 40; n++) watch.newcomer((at += 20));
      for (let n = 0; n < 10; n++) watch.cohortAsked(at);
      watch.cohort((at += enumerationPolicy.cohortJudgedAfterMs), false);
    };
    calmHour();
    const closedMinutes = [0, 1, 2].map(() => {
      surge();
      expect(watch.phase).toBe("closed");
      let minutes = 0;
      while (watch.phase === "closed" && minutes < 2_000) {
        watch.advance((at += 60_000));
        watch.newcomer(at);
        minutes++;
      }
      calmHour();
      return minutes;
    });
    expect(closedMinutes[0]).toBeLessThan(30);
    expect(closedMinutes[1]).toBeGreaterThanOrEqual(20);
    expect(closedMinutes[2]).toBeGreaterThanOrEqual(40);
  });

  it("answers nobody ahead of his follow-up for a day after a surge was confirmed as an attack", () => {
    const watch = new EndpointWatch(0, guarded());
    for (let n = 0; n < enumerationPolicy.anchorsSeenMin; n++) watch.vouched(start);
    let at = start;
    for (let n = 0; n < 60; n++) watch.newcomer((at += 60_000));
    for (let n = 0; n < 40; n++) watch.newcomer((at += 20));
    for (let n = 0; n < 10; n++) watch.cohortAsked(at);
    expect(watch.grants(1, at)).toBe(true);
    expect(watch.cohort((at += enumerationPolicy.cohortJudgedAfterMs), false)).toBe("confirmed");
    expect(watch.grants(1, at)).toBe(false);
    const next = new EndpointWatch(1, guarded());
    next.goesOnFrom(watch);
    expect([at + 86_399_999, at + 86_400_000].map((when) => [watch.grants(1, when), next.grants(1, when)])).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  it("judges no crowd by its follow-up where none was ever seen: it shares the learned rate until the surge is over", () => {
    const watch = new EndpointWatch(0, guarded());
    let at = start;
    for (let n = 0; n < 60; n++) watch.newcomer((at += 60_000));
    for (let n = 0; n < 40; n++) watch.newcomer((at += 20));
    expect(watch.phase).toBe("provisional");
    for (let n = 0; n < 50; n++) watch.cohortAsked(at);
    expect(watch.cohort(at + 180_000, false)).toBeUndefined();
    expect(watch.phase).toBe("provisional");
    for (let n = 0; n < 90; n++) watch.advance((at += 60_000));
    expect(watch.phase).toBe("calm");
  });

  it("has a ceiling that an attacker who is there from the first minute, for weeks, cannot raise beyond a thousand, or beyond what anchors of others allow", () => {
    for (const anchors of [0, 100]) {
      const watch = new EndpointWatch(0, guarded());
      let most = 0;
      let last = 0;
      for (let day = 0; day < 30; day++) {
        let given = 0;
        for (let second = 0; second < 86_400; second += 20) {
          const at = start + day * 86_400_000 + second * 1_000;
          watch.advance(at);
          for (let n = 0; n < 20; n++) {
            if (watch.ceiling() < given + 1) break;
            watch.takeNewcomer(0, 1, at, false);
            given++;
          }
          if (second < anchors * 20) watch.vouched(at);
        }
        most = Math.max(most, given);
        last = given;
      }
      expect(most).toBeLessThanOrEqual(enumerationPolicy.ceilingUnprovenMax);
      expect(last).toBeLessThanOrEqual(anchors === 0 ? enumerationPolicy.ceilingUnprovenMax : enumerationPolicy.ceilingFloor + enumerationPolicy.ceilingPerAnchor * anchors);
    }
  });

  it("has no ceiling of its own where follow-up cannot be seen, but obeys a configured one", () => {
    expect(new EndpointWatch(0, { ...guarded(), blind: true }).ceiling()).toBeGreaterThan(1e8);
    expect(new EndpointWatch(0, { ...guarded(7), blind: true }).ceiling()).toBe(7);
  });

  it("releases a crowd whose members follow up", () => {
    const watch = new EndpointWatch(0, guarded());
    for (let n = 0; n < enumerationPolicy.anchorsSeenMin; n++) watch.vouched(start);
    let at = start;
    for (let n = 0; n < 60; n++) watch.newcomer((at += 60_000));
    for (let n = 0; n < 40; n++) watch.newcomer((at += 20));
    expect(watch.phase).toBe("provisional");
    for (let n = 0; n < 20; n++) watch.cohortAsked(at);
    for (let n = 0; n < 16; n++) watch.cohortFollowedUp(at);
    expect(watch.cohort(at + 180_000, false)).toBe("released");
  });
});
