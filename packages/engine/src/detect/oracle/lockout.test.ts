import { describe, expect, it } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { Lockout, lockoutNetworksMax, lockoutSubjectsMax, lockoutTriesMax, shutSubjectsMin, type Try } from "./lockout.ts";
import { outcomesMax, sideLabelsPerSourceMax, SideProof, sideSubjectsMax } from "./side-proof.ts";

const base = { classId: "wrong", status: 401, retryAfter: false, accepted: false, door: true, network: "n", asker: "n", kind: 0 };
const exists = (n: number): boolean => n % 2 === 0;

/** One network tries `tries` passwords on each of `people`, every `everyMs`; `shuts` says with how many tries behind a subject, and how many requests in the last minute, one is refused as shut. */
function tried(options: {
  readonly people: number;
  readonly tries: number;
  readonly everyMs: number | (() => number);
  readonly shuts: (seen: { tries: number; n: number; ofMinute: number; at: number }) => boolean;
  readonly networkOf?: (n: number) => string;
  readonly change?: Partial<Try>;
}): Lockout {
  const lockout = new Lockout();
  const asked: number[] = [];
  let at = 1_760_000_000_000;
  for (let n = 0; n < options.people; n += 1) {
    for (let k = 0, open = 0; k < options.tries; k += 1) {
      at += typeof options.everyMs === "number" ? options.everyMs : options.everyMs();
      const ofMinute = asked.filter((one) => at - one < 60_000).length;
      const shut = options.shuts({ tries: open, n, ofMinute, at });
      if (!shut) {
        open += 1;
        asked.push(at);
        if (asked.length > 200) asked.shift();
      }
      const network = options.networkOf?.(n) ?? "n";
      lockout.tried({ ...base, subject: `p${n}`, at, network, asker: network, ...(shut ? { status: 423, classId: "shut" } : {}), ...(shut ? options.change : {}) });
    }
  }
  return lockout;
}

describe("Lockout", () => {
  it.each([
    ["423", {}],
    ["429", { status: 429 }],
    ["Retry-After with another status", { status: 403, retryAfter: true, classId: "wrong" }],
    ["another refusal at a door", { status: 401, classId: "locked" }],
  ])("suspects accounts that alone shut after five tries, by %s, within some seventy tries", (_, change) => {
    expect(tried({ people: 10, tries: 7, everyMs: 1_000, shuts: ({ tries, n }) => exists(n) && tries >= 5, change }).suspected).toBe(true);
  });
  it("suspects them, too, when the caller turns to the next person as soon as one shuts", () => {
    const lockout = new Lockout();
    for (let n = 0, at = 0; n < 30; n += 1) {
      for (let k = 0; k < (exists(n) ? 6 : 8); k += 1)
        lockout.tried({ ...base, subject: `p${n}`, at: (at += 900), ...(exists(n) && k === 5 ? { status: 423, classId: "shut" } : {}) });
    }
    expect(lockout.suspected).toBe(true);
  });
  it("suspects nothing where all identifiers shut alike, or none", () => {
    expect(tried({ people: 40, tries: 9, everyMs: 500, shuts: ({ tries }) => tries >= 5 }).suspected).toBe(false);
    expect(tried({ people: 40, tries: 9, everyMs: 500, shuts: () => false }).suspected).toBe(false);
  });
  it("suspects nothing where it is the caller who is shut out: a window, a bucket, at any rhythm of tries, in 300 runs", () => {
    let suspected = 0;
    for (let run = 0; run < 300; run += 1) {
      const random = seededRandom(run + 17);
      const most = 5 + Math.floor(random() * 30);
      const everyMs = 50 + random() * 8_000;
      const window = run % 2 === 0;
      let [tokens, filledAt] = [most, 0];
      const shuts = ({ ofMinute, at }: { ofMinute: number; at: number }): boolean => {
        if (window) return ofMinute >= most;
        tokens = Math.min(most, tokens + ((at - (filledAt || at)) / 60_000) * most);
        filledAt = at;
        if (tokens < 1) return true;
        tokens -= 1;
        return false;
      };
      if (tried({ people: 40, tries: 3 + (run % 6), everyMs: () => everyMs * (0.5 + random()), shuts }).suspected) suspected += 1;
    }
    expect(suspected).toBeLessThanOrEqual(3);
  });
  it("proves it by labels where a crowd tries, each one account", () => {
    const lockout = tried({ people: 120, tries: 7, everyMs: 10_000, networkOf: (n) => `n${n}`, shuts: ({ tries, n }) => exists(n) && tries >= 5 });
    expect([lockout.suspected, lockout.side.proven]).toEqual([false, false]);
    for (let n = 0; n < 120; n += 1) lockout.side.label({ subject: `p${n}`, exists: exists(n), at: 1_760_000_000_000 + n * 70_000, narrow: `l${n}` });
    expect(lockout.side.proven).toBe(true);
    const restored = Lockout.restore(structuredClone(lockout.exportState()));
    expect(restored.side.logE).toBeCloseTo(lockout.side.logE, 6);
  });
  it("takes no notice of what shuts at the first try, after an account let somebody in, or beyond its bound", () => {
    expect(tried({ people: 40, tries: 3, everyMs: 500, shuts: ({ n }) => exists(n) }).suspected).toBe(false);
    expect(tried({ people: 12, tries: lockoutTriesMax + 4, everyMs: 500, shuts: ({ tries, n }) => exists(n) && tries > lockoutTriesMax }).suspected).toBe(false);
    const lockout = new Lockout();
    for (let n = 0; n < 4 * shutSubjectsMin; n += 1) {
      for (let k = 0; k < 8; k += 1) lockout.tried({ ...base, subject: `p${n}`, at: n * 10_000 + k, accepted: exists(n) && k % 3 === 2 });
    }
    expect(lockout.suspected).toBe(false);
  });
  it.each([
    // Between the fifth try at each account and the sixth, and between the first six accounts and the next.
    [
      "accounts",
      lockoutSubjectsMax,
      [
        [0, 12, 0, 5],
        [0, 12, 5, 9],
      ],
      (n: number) => ({ subject: `flood${n}`, network: "another" }),
    ],
    [
      "networks",
      lockoutNetworksMax,
      [
        [0, 6, 0, 9],
        [6, 12, 0, 9],
      ],
      (n: number) => ({ subject: `flood${n}`, network: `flood${n}` }),
    ],
  ] as const)("remembers what it saw through half its bound of other %s and not through a flood of them; what is suspected stays so", (_, max, walks, other) => {
    for (const others of [max / 2 - 50, 2 * max]) {
      const lockout = new Lockout();
      let at = 0;
      const flood = (count: number): void => {
        for (let n = 0; n < count; n += 1) lockout.tried({ ...base, at, ...other(n) });
      };
      for (const [first, last, from, to] of walks) {
        if (at > 0) flood(others);
        for (let k = from; k < to; k += 1)
          for (let n = first; n < last; n += 1) lockout.tried({ ...base, subject: `p${n}`, at: (at += 500), ...(exists(n) && k >= 5 ? { status: 423, classId: "shut" } : {}) });
      }
      expect(lockout.suspected).toBe(others < max);
      flood(2 * max);
      expect(lockout.suspected).toBe(others < max);
    }
  });
});

describe("SideProof", () => {
  const outcome = (n: number, asker = `a${n}`): void => side.observe({ subject: `p${n}`, outcome: exists(n) ? "yes" : "no", at: 1_000 + n, kind: 0, asker });
  let side = new SideProof();
  it("counts ten labels of a source and one outcome a side of an asker", () => {
    side = new SideProof();
    for (let n = 0; n < 60; n += 1) outcome(n);
    for (let n = 0; n < 60; n += 1) side.label({ subject: `p${n}`, exists: exists(n), at: 1_000 + n, narrow: "one" });
    expect(side.proof.labels).toBe(sideLabelsPerSourceMax);
    side = new SideProof();
    for (let n = 0; n < 60; n += 1) outcome(n, "one");
    for (let n = 0; n < 60; n += 1) side.label({ subject: `p${n}`, exists: exists(n), at: 1_000 + n, narrow: `s${n}` });
    expect(side.proof.labels).toBe(2);
  });
  it("remembers subjects through half its bound of others and not through a flood, and holds no more of anything than its bounds", () => {
    for (const others of [sideSubjectsMax / 2 - 50, 2 * sideSubjectsMax]) {
      side = new SideProof();
      for (let n = 0; n < 20; n += 1) outcome(n);
      for (let n = 1_000; n < 1_000 + others; n += 1) outcome(n);
      for (let n = 0; n < 20; n += 1) side.label({ subject: `p${n}`, exists: exists(n), at: 1_000 + n, narrow: `s${n}` });
      expect(side.proof.labels).toBe(others < sideSubjectsMax ? 20 : 0);
      for (let n = 0; n < 2 * sideSubjectsMax; n += 1) side.label({ subject: `q${n}`, exists: true, at: 1_000, narrow: `t${n}` });
      for (let n = 0; n < 200; n += 1) side.observe({ subject: `q${2 * sideSubjectsMax - 1 - n}`, outcome: `kind ${n}`, at: 2_000, kind: 0, asker: `b${n}` });
      const state = side.exportState() as Record<"known" | "labels" | "askers" | "sources" | "outcomes", readonly unknown[]>;
      expect(Math.max(...[state.known, state.labels, state.askers, state.sources].map((list) => list.length))).toBeLessThanOrEqual(sideSubjectsMax);
      expect(state.outcomes).toHaveLength(outcomesMax);
    }
  });
  it("holds what was seen before somebody came into being for an answer about nobody", () => {
    side = new SideProof();
    outcome(1);
    side.label({ subject: "p1", exists: true, at: 5_000, createdAt: 5_000, narrow: "s" });
    expect([side.proof.total(false), side.proof.total(true)]).toEqual([1, 0]);
  });
});
