import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Signal } from "../detect/signal.ts";
import type { Actor } from "../exchange/actor.ts";
import type { Subject } from "../exchange/subject.ts";
import type { CanaryKind } from "./canaries.ts";
import { CanaryTouches, CanaryWatch, touchedMax } from "./canary-watch.ts";
import type { GateEngine } from "./gate-engine.ts";
import { ask as askAbout, caller as actor, gateOf, guardedLookup, lookupId, person as subject, signIn } from "../testing/guarded-lookup.ts";

const start = 1_700_000_000_000;
const minute = 60_000;
const dark = (n: number): Subject => ({ ...subject(n), dark: "fictional-number" });

/** 700,000 and up are canaries. */
function engine(options: { readonly canaries?: boolean; readonly dark?: boolean } = {}): GateEngine {
  const canaries = new Map<string, CanaryKind>(Array.from({ length: 100 }, (_, k) => [subject(700_000 + k).hash, k % 2 === 0 ? "registered" : "unregistered"]));
  const gate = gateOf([guardedLookup()], { dark: options.dark ?? false, ...(options.canaries === false ? {} : { canaries }) });
  for (let k = 0; k < 30; k++) honest(gate, actor(900 + k), 900_000 + k, start - 60 * minute + k * minute);
  return gate;
}

const ask = (gate: GateEngine, who: Actor, about: Subject, at: number): boolean => askAbout(gate, who, [about], at).truthful;

function honest(gate: GateEngine, who: Actor, about: number, at: number): boolean {
  const answered = ask(gate, who, subject(about), at);
  signIn(gate, who, [subject(about)], at + 20_000);
  return answered;
}

const learned = (gate: GateEngine, who: Actor, about: readonly Subject[], everyMs: number): number => about.filter((one, n) => ask(gate, who, one, start + n * everyMs)).length;
const people = (from: number, count: number): Subject[] => Array.from({ length: count }, (_, n) => subject(from + n));

describe("a question about a canary", () => {
  test("cuts what its asker may still learn: three instead of eight, two after a second", () => {
    expect(learned(engine({ canaries: false }), actor(1), [subject(700_000), ...people(1, 50)], 1_000)).toBe(8);
    expect(learned(engine(), actor(1), [subject(700_000), ...people(1, 50)], 1_000)).toBe(3);
    expect(learned(engine(), actor(1), [subject(700_000), subject(700_001), ...people(1, 50)], 1_000)).toBe(2);
  });

  test("is told at once, at level high from the second on, without saying who", () => {
    const gate = engine();
    learned(gate, actor(1), [subject(700_000), subject(700_003)], 1_000);
    const told = gate.drain().filter(({ detector }) => detector === "canary.touched");
    expect(told.map(({ level, evidence }) => [level, evidence["about"], evidence["canaries"]])).toEqual([
      ["medium", "registered", 1],
      ["high", "unregistered", 2],
    ]);
    expect(JSON.stringify(told)).not.toContain(subject(700_000).hash);
  });

  test("makes a slow source's evidence enough earlier", () => {
    const flaggedAfter = (gate: GateEngine): number => {
      // Two questions a day stay below the credits that come back.
      for (let n = 0; n < 60; n++) {
        ask(gate, actor(1), n === 0 ? subject(700_000) : subject(n), start + n * 12 * 60 * minute);
        if (gate.drain().some(({ detector }) => detector === "enumeration.source")) return n;
      }
      return Number.POSITIVE_INFINITY;
    };
    const [without, with_] = [flaggedAfter(engine({ canaries: false })), flaggedAfter(engine())];
    expect(without).toBeLessThan(30);
    expect(with_).toBeLessThan(without / 2 + 1);
  });

  test("never touches the honest people behind the same gateway and program", () => {
    const gate = engine();
    const gateway = actor(5);
    for (let n = 0; n < 20; n++) honest(gate, gateway, 1_000 + n, start + n * minute);
    for (let n = 0; n < 3; n++) ask(gate, gateway, subject(700_000 + n), start + (30 + n) * minute);
    let refused = 0;
    for (let n = 0; n < 200; n++) if (!honest(gate, gateway, 2_000 + n, start + (60 + n) * minute)) refused++;
    expect(refused).toBe(0);
  });

  test("from two networks wakes somebody, from one network however many programs it does not for the endpoint", () => {
    const touches = new CanaryTouches();
    for (let client = 0; client < 50; client++) touches.touch("registered", client, 1_000, true, start + client);
    expect(touches.endpointCut(start + 100)).toBe(1);
    touches.touch("registered", 2_000, 2_000, true, start + 200);
    expect(touches.endpointCut(start + 300)).toBe(0.4);
    for (let network = 0; network < 5; network++) touches.touch("registered", 3_000 + network, 3_000 + network, true, start + 400);
    expect(touches.endpointCut(start + 500)).toBe(0.15);
    // And it fades.
    expect(touches.endpointCut(start + 60 * 86_400_000)).toBe(1);
  });

  test("is none any more once the canary signed in", () => {
    const gate = engine();
    honest(gate, actor(3), 700_000, start);
    gate.drain();
    expect(learned(gate, actor(1), [subject(700_000), ...people(1, 50)], 1_000)).toBe(8);
  });
});

test("who knows the canaries and skips them is answered to the last question as if there were none", () => {
  const answers = (gate: GateEngine): boolean[] =>
    Array.from({ length: 400 }, (_, n) => ask(gate, actor(100 + (n % 40)), subject(5_000 + n), start + n * 20_000)).concat(learned(gate, actor(1), people(1, 40), 7_000) === 8);
  expect(answers(engine())).toEqual(answers(engine({ canaries: false })));
});

describe("dark ranges", () => {
  test("count as one canary in three, once enough known callers were seen and none of them asks there", () => {
    const three = [dark(1), dark(2), dark(3)];
    // Known callers ask again: their later questions are those of known ones.
    const ready = (range: boolean): GateEngine => {
      const gate = engine({ dark: true });
      for (let n = 0; n < 25; n++) {
        const at = start - 20 * minute + n * 10_000;
        const about = range && n < 3 ? { ...dark(40_000 + n) } : subject(40_000 + n);
        ask(gate, actor(900 + n), about, at);
        signIn(gate, actor(900 + n), [about], at + 5_000);
      }
      gate.drain();
      return gate;
    };
    expect(learned(ready(false), actor(1), [...three, ...people(1_000, 50)], 1_000)).toBe(3);
    expect(learned(ready(true), actor(1), [...three, ...people(1_000, 50)], 1_000)).toBe(8);
    expect(learned(engine({ dark: true }), actor(1), [...three, ...people(1_000, 50)], 1_000)).toBe(8);
  });

  test("are not learned from journals of before they counted: of those rows only hashes are known", () => {
    const gate = engine({ dark: true });
    for (let n = 0; n < 25; n++) {
      const row = {
        id: `r${n}.0`,
        exchangeId: `r${n}`,
        at: start - 20 * minute + n * 10_000,
        endpointId: lookupId,
        subjectType: "phone",
        subject: subject(40_000 + n).hash,
      } as const;
      const who = actor(900 + n);
      gate.replay({ ...row, answer: "truthful", responseClass: "c", narrow: who.narrow, address: who.address, credential: "" }, who.network);
    }
    expect(learned(gate, actor(1), [dark(1), dark(2), dark(3), ...people(1_000, 50)], 1_000)).toBe(8);
  });
});

describe("a gate that died and was put back from its journal", () => {
  const cases = {
    asked: fc.array(fc.record({ who: fc.nat(12), about: fc.nat(60), follows: fc.boolean(), waitMs: fc.nat(20 * minute) }), { minLength: 5, maxLength: 120 }),
    cut: fc.nat(100),
  };

  test("says of canaries and dark ranges next what one says that never stopped", () => {
    let told = 0;
    fc.assert(
      fc.property(cases.asked, cases.cut, (asked, cut) => {
        const live = engine({ dark: true });
        const again = engine({ dark: true });
        // Enough known callers that the dark counts.
        let at = start;
        let exchange = 0;
        const died = Math.floor((asked.length * cut) / 100);
        const steps = [...Array.from({ length: 25 }, (_, n) => ({ who: 900 + n, about: 5_000 + n, follows: true, waitMs: 1_000 })), ...asked];
        for (const [n, { who, about, follows, waitMs }] of steps.entries()) {
          at += waitMs;
          const subjectOf = about < 20 ? subject(700_000 + about) : about < 40 ? dark(about) : subject(about);
          const after = n >= 25 + died;
          const judged = (gate: GateEngine): readonly unknown[] => {
            const reservation = gate.reserve(lookupId, actor(who), [subjectOf], false, at);
            if (reservation === undefined) throw new Error("not guarded");
            const rows = gate.settle(reservation, { exchangeId: `e${exchange}`, tells: true, failed: false, classId: "c" });
            if (!after && gate === live) for (const row of rows) again.replay(structuredClone(row), actor(who).network);
            return [reservation.action, rows];
          };
          const answer = judged(live);
          if (after) expect(judged(again)).toEqual(answer);
          exchange++;
          for (const gate of [live, again]) if (follows) signIn(gate, actor(who), [subjectOf], at + 5_000);
          const said = news(live);
          const saidAgain = news(again);
          if (!after) continue;
          expect(saidAgain).toEqual(said);
          told += said.filter(({ detector }) => detector === "canary.touched").length;
        }
      }),
      { numRuns: 40 },
    );
    expect(told).toBeGreaterThan(10);
  });
});

/** That a source is out of credits may be said once more after a restart: incidents take it as the same. */
const news = (gate: GateEngine): Signal[] =>
  gate
    .drain()
    .filter(({ detector }) => detector !== "enumeration.credits")
    .map((signal) => ({ ...signal, id: "" }));

describe("bounds", () => {
  test("touched sources are forgotten oldest first, and only by as many others that touch canaries", () => {
    const touches = new CanaryTouches();
    touches.touch("registered", 1, 1, true, start);
    for (let n = 0; n < touchedMax - 1; n++) touches.touch("registered", 10 + n, 10 + n, false, start);
    expect(touches.sourceCut(1)).toBe(0.4);
    touches.touch("registered", 1_000_000, 1_000_000, false, start);
    expect(touches.sourceCut(1)).toBe(1);
    expect(touches.sourceCut(1_000_000)).toBe(0.4);
  });

  test("canaries in use are at most those of the list", () => {
    const watch = new CanaryWatch();
    watch.set(new Map([["aa", "registered"]]), false);
    expect([watch.followedUp("aa"), watch.followedUp("aa"), watch.followedUp("bb")]).toEqual([true, false, false]);
    expect(watch.look({ ...subject(1), hash: "aa" })).toBeUndefined();
  });
});
