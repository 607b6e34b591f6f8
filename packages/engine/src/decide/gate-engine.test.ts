import { describe, expect, it } from "vitest";
import type { Actor } from "../exchange/actor.ts";
import { enumerationPolicy } from "./enumeration-policy.ts";
import { anchoredSubjectsMax } from "./follow-ups.ts";
import { GateEngine } from "./gate-engine.ts";
import { endpointsMax } from "./watches.ts";
import { defaultBudget, type Disclosure, type GatePolicy, type GuardedEndpoint } from "./gate-policy.ts";
import { type Asked, ask as askAbout, caller as actor, gateOf, guardedLookup, hex, lookupId, person as subject, signIn } from "../testing/guarded-lookup.ts";

const start = 1_700_000_000_000;

const endpoint = (state: GuardedEndpoint["state"] = "budgeted", ceiling = 0): GuardedEndpoint =>
  guardedLookup({ template: "/users/{cc}-{phone}/status", state, budget: { ...defaultBudget, unanchoredCeiling: ceiling } });
const engine = (mode: GatePolicy["mode"] = "enforce", guarded = endpoint()): GateEngine => gateOf([guarded], {}, { mode });
const ask = (gate: GateEngine, who: Actor, about: number, at: number): Asked => askAbout(gate, who, [subject(about)], at);

/** Three honest people of their own, so that follow-up is known here. */
function withAnchors(gate: GateEngine): GateEngine {
  for (let n = 0; n < 3; n++) {
    ask(gate, actor(900 + n), 900_000 + n, start - 60_000 + n);
    signIn(gate, actor(900 + n), [subject(900_000 + n)], start - 30_000);
  }
  return gate;
}

describe("GateEngine", () => {
  it("lets a single fast source learn no more than its starting credits", () => {
    const gate = engine();
    let learned = 0;
    for (let n = 0; n < 5_000; n++) if (ask(gate, actor(1), n, start + n * 20).truthful) learned++;
    expect(learned).toBe(8);
  });

  it("stops a slow source by its evidence: one question a minute for a fortnight learns at most sixteen", () => {
    const gate = withAnchors(engine());
    let learned = 0;
    for (let n = 0; n < 14 * 1_440; n++) if (ask(gate, actor(1), n, start + n * 60_000).truthful) learned++;
    expect(learned).toBeLessThanOrEqual(16);
    expect(gate.drain().some((signal) => signal.detector === "enumeration.source")).toBe(true);
  });

  it("takes nobody for an enumerator for want of follow-up where nobody ever followed up, and says so", () => {
    const gate = engine();
    let learned = 0;
    for (let n = 0; n < 14 * 1_440; n++) if (ask(gate, actor(1), n, start + n * 60_000).truthful) learned++;
    // Its credits alone: eight, and four a day.
    expect(learned).toBeGreaterThanOrEqual(8 + 13 * 4);
    expect(learned).toBeLessThanOrEqual(8 + 14 * 4);
    const signals = gate.drain();
    expect(signals.some((signal) => signal.detector === "enumeration.source")).toBe(false);
    expect(signals.every((signal) => String(signal.evidence["meaning"]).includes("nobody was ever seen to follow up"))).toBe(true);
    // Forty homes in which three people look somebody up within an hour and a half, and never anybody signs in: none is refused.
    const homes = engine();
    let refused = 0;
    for (let n = 0; n < 120; n++) if (!ask(homes, actor(n % 40), n, start + n * 45_000).truthful) refused++;
    expect(refused).toBe(0);
  });

  it("tells nothing of an office where most follow up at once and those who do not reach their deadline in a row", () => {
    const gate = withAnchors(engine());
    // A program each, so that only the address has them all; one in twelve does not follow up.
    for (let n = 0; n < 400; n++) {
      const who = actor(1, 10_000 + n);
      const at = start + n * 1_500;
      ask(gate, who, n, at);
      if (n % 12 !== 0) gate.anchor({ at: at + 30_000, endpointId: "x", kind: "sign-in", narrow: who.narrow, network: who.network, subjects: [subject(n).hash] });
    }
    gate.advance(start + 3 * 3_600_000);
    expect(gate.drain().some((signal) => signal.detector === "enumeration.source")).toBe(false);
  });

  it("gives a fast crowd that is there from the first minute, each asking once, no more than the floor of the ceiling", () => {
    const gate = engine();
    let learned = 0;
    for (let n = 0; n < 2_000; n++) if (ask(gate, actor(n), n, start + n * 50).truthful) learned++;
    expect(learned).toBeLessThanOrEqual(220);
  });

  it("charges what was answered before the guard stood, once however often it is told, and leaves out nobody else", () => {
    const before = Array.from({ length: 20 }, (_, n) => ({ at: start + n, narrow: actor(1).narrow, network: actor(1).network, type: "phone" as const, subject: subject(n).hash }));
    const gate = engine("enforce", { ...endpoint(), before: before.slice(0, 7) });
    for (let again = 0; again < 5; again++) gate.setPolicy({ version: 2 + again, mode: "enforce", endpoints: [{ ...endpoint(), before: before.slice(0, 7) }], principals: [] });
    expect(ask(gate, actor(1), 100, start + 1_000).truthful).toBe(true);
    expect(ask(gate, actor(1), 101, start + 1_000).truthful).toBe(false);
    const late = engine("enforce", { ...endpoint(), before });
    expect(ask(late, actor(1), 100, start + 1_000).truthful).toBe(false);
    // What it learned already it may hear again; another address has its own credits.
    expect(ask(late, actor(1), 3, start + 1_000).truthful).toBe(true);
    expect(ask(late, actor(2), 3, start + 1_000).truthful).toBe(true);
  });

  it("does not answer truthfully the second time what it answered uniformly the first", () => {
    const gate = engine();
    for (let n = 0; n < 100; n++) ask(gate, actor(1), n, start + n);
    expect(ask(gate, actor(1), 99, start + 1_000).truthful).toBe(false);
  });

  it("charges a repeated question once", () => {
    const gate = engine();
    for (let n = 0; n < 200; n++) expect(ask(gate, actor(1), 5, start + n * 1_000).truthful).toBe(true);
  });

  it("gives a batch that exceeds the credits no answer at all, and charges nothing for it", () => {
    const gate = engine();
    const batch = Array.from({ length: 9 }, (_, n) => subject(n));
    const refused = gate.reserve(lookupId, actor(1), batch, false, start);
    expect(refused?.action).toBe("uniform");
    for (let n = 100; n < 108; n++) expect(ask(gate, actor(1), n, start + n).truthful).toBe(true);
  });

  it("holds parallel requests to the count although none is settled yet", () => {
    const gate = engine();
    const open = Array.from({ length: 50 }, (_, n) => gate.reserve(lookupId, actor(1), [subject(n)], false, start));
    expect(open.filter((reservation) => reservation?.action === "allow")).toHaveLength(8);
  });

  it("gives credits back when the answer told nothing", () => {
    const gate = engine();
    for (let n = 0; n < 100; n++) {
      const reservation = gate.reserve(lookupId, actor(1), [subject(n)], false, start + n);
      expect(reservation?.action).toBe("allow");
      if (reservation !== undefined) gate.settle(reservation, { exchangeId: "e", tells: false, failed: false, classId: "" });
    }
  });

  it("lets an honest gateway with 3,000 users work on, because its users follow up", () => {
    const gate = engine();
    let uniform = 0;
    for (let n = 0; n < 3_000; n++) {
      const at = start + n * 20_000;
      if (!ask(gate, actor(1, n % 40), n, at).truthful) uniform++;
      if ((Math.imul(n, 2_654_435_761) >>> 8) % 10 < 8)
        gate.anchor({ at: at + 15_000, endpointId: "x", kind: "sign-in", narrow: "", network: actor(1).network, subjects: [subject(n).hash] });
    }
    expect(uniform / 3_000).toBeLessThan(0.005);
    expect(gate.drain().filter((signal) => signal.level === "high")).toEqual([]);
  });

  it("spends the address's credits whatever fingerprint the client shows", () => {
    const gate = engine();
    let learned = 0;
    for (let n = 0; n < 500; n++) if (ask(gate, actor(1, n), n, start + n * 50).truthful) learned++;
    expect(learned).toBe(8);
  });

  it("refunds a pair once, however often it is anchored", () => {
    const gate = engine();
    for (let n = 0; n < 8; n++) ask(gate, actor(1), n, start + n);
    for (let n = 0; n < 100; n++) gate.anchor({ at: start + 100, endpointId: "x", kind: "sign-in", narrow: "", network: actor(1).network, subjects: [subject(0).hash] });
    let learned = 0;
    for (let n = 100; n < 200; n++) if (ask(gate, actor(1), n, start + n).truthful) learned++;
    // One for what it cost, and once what a source that asks faster than it follows up may ask ahead.
    expect(learned).toBe(1 + enumerationPolicy.grantPerAnchor);
  });

  it("notices many new sources at once and answers only at the learned rate", () => {
    const gate = engine();
    let at = start;
    for (let n = 0; n < 120; n++) {
      at += 60_000;
      ask(gate, actor(10_000 + n), 50_000 + n, at);
      gate.anchor({ at: at + 5_000, endpointId: "x", kind: "sign-in", narrow: "", network: actor(10_000 + n).network, subjects: [subject(50_000 + n).hash] });
    }
    let learned = 0;
    for (let n = 0; n < 20_000; n++) if (ask(gate, actor(20_000 + (n % 10_000)), 100_000 + n, at + n * 60).truthful) learned++;
    expect(learned).toBeLessThanOrEqual(15);
    // Two thousand low signals do not crowd out the one that matters.
    expect(
      gate
        .drain()
        .filter((signal) => signal.detector === "enumeration.endpoint")
        .map((signal) => signal.level),
    ).toEqual(["low", "medium", "high"]);
  });

  it("never gives never-anchored sources more than the ceiling in a day", () => {
    const gate = engine("enforce", endpoint("budgeted", 50));
    let learned = 0;
    for (let n = 0; n < 10_000; n++) if (ask(gate, actor(n), n, Math.floor(start / 86_400_000) * 86_400_000 + n * 8_000).truthful) learned++;
    expect(learned).toBeLessThanOrEqual(50);
  });

  it("only counts while observing, and says what it would have done", () => {
    const gate = engine("observe");
    const wouldBe = [];
    for (let n = 0; n < 100; n++) {
      const reservation = gate.reserve(lookupId, actor(1), [subject(n)], false, start + n * 10);
      expect(reservation?.action).toBe("allow");
      wouldBe.push(reservation?.would);
      if (reservation !== undefined) gate.settle(reservation, { exchangeId: `e${n}`, tells: true, failed: false, classId: "c" });
    }
    expect(wouldBe.filter((action) => action === "uniform")).toHaveLength(92);
    expect(gate.drain().some((signal) => signal.level === "high")).toBe(true);
  });

  it("remembers spent credits after its rows are replayed into a fresh engine", () => {
    const gate = engine();
    const rows: Disclosure[] = [];
    for (let n = 0; n < 40; n++) rows.push(...ask(gate, actor(1), n, start + n).rows);
    const again = engine();
    for (const row of rows) again.replay(row, actor(1).network);
    for (let n = 100; n < 140; n++) expect(ask(again, actor(1), n, start + n).truthful).toBe(false);
  });

  it.each(["/users/{any}-{any2}/status", "/users/{phone}/status"])("keeps what was spent when an endpoint declared as %s gets its learned name", (template) => {
    const declared = { ...endpoint(), id: "00000000000000dd", host: "*", template };
    const gate = engine("enforce", declared);
    let learned = 0;
    const at = (n: number): number => start + n * 1_000;
    for (let n = 0; n < 20; n++) {
      const reservation = gate.reserve(n < 10 ? declared.id : endpoint().id, actor(1), [subject(n)], false, at(n));
      if (reservation === undefined) throw new Error("not guarded");
      gate.settle(reservation, { exchangeId: `e${n}`, tells: true, failed: false, classId: "c" });
      if (reservation.action === "allow") learned++;
      if (n === 9) gate.setPolicy({ version: 2, mode: "enforce", endpoints: [endpoint()], principals: [] });
    }
    expect(learned).toBe(8);
  });

  it("guards 4,096 endpoints and no more, where the guard that was taken down longest ago gives its place to a new one and takes none of its own along", () => {
    const guard = (n: number): GuardedEndpoint => ({ ...endpoint(), id: hex(n, 3), template: `/door-${n}/{phone}` });
    const policy = (...numbers: number[]): GatePolicy => ({ version: 1, mode: "enforce", endpoints: numbers.map(guard), principals: [] });
    const all = Array.from({ length: endpointsMax }, (_, n) => n);
    const fresh = new GateEngine({ newId: () => "s", sourceSlots: 64, pairs: 1_024, pending: 64 });
    fresh.setPolicy(policy(...all, endpointsMax));
    expect([fresh.endpointIds().length, fresh.guarded(guard(endpointsMax).id)]).toEqual([endpointsMax, undefined]);
    const waiting = fresh.reserve(guard(7).id, actor(1), [subject(1)], false, start);
    if (waiting !== undefined) fresh.settle(waiting, { exchangeId: "e", tells: true, failed: false, classId: "c" });
    fresh.setPolicy(policy(...all.filter((n) => n !== 7)));
    fresh.setPolicy(policy(...all.filter((n) => n > 7)));
    fresh.setPolicy(policy(endpointsMax, ...all.filter((n) => n > 7)));
    expect(fresh.guarded(guard(endpointsMax).id)?.template).toBe(`/door-${endpointsMax}/{phone}`);
    expect(fresh.usage(guard(7).id)).toBeUndefined();
    expect([fresh.usage(guard(6).id), fresh.usage(guard(endpointsMax).id)].map((usage) => usage?.truthful)).toEqual([0, 0]);
    // The question at the guard that is gone is answered for by nobody.
    expect(signIn(fresh, actor(1), [subject(1)], start + 1)).toBe(1);
    expect(fresh.guarded(guard(8).id)).toBeDefined();
  });

  it("lets one anchor vouch for eight people and not for a ninth", () => {
    const gate = engine("enforce", { ...endpoint(), budget: { ...defaultBudget, startCredits: 20 } });
    const people = Array.from({ length: anchoredSubjectsMax + 1 }, (_, n) => n);
    for (const n of people) ask(gate, actor(1), n, start + n);
    expect(signIn(gate, actor(1), people.map(subject), start + 100)).toBe(anchoredSubjectsMax);
  });
});
