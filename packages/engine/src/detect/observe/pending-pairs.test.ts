import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PendingPair, PendingPairs, sameKeyMax } from "./pending-pairs.ts";

const pair = (id: number, dueAt: number, more: Partial<PendingPair> = {}): PendingPair => ({
  hi: id,
  lo: id * 16,
  dueAt,
  endpoint: 3,
  narrowHi: 4,
  narrowLo: 5,
  networkHi: 6,
  networkLo: 7,
  counted: false,
  surplus: false,
  tested: false,
  control: false,
  granted: false,
  fresh: false,
  tried: false,
  putOff: false,
  ...more,
});

describe("PendingPairs", () => {
  it("behaves as a plain list does, whatever the order of pushes, anchors, reviews and expiries", () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant("push" as const), id: fc.nat(5), wait: fc.nat(3) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("anchor" as const), id: fc.nat(5), wait: fc.nat(3) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("review" as const), id: fc.nat(5), wait: fc.nat(8) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("expire" as const), id: fc.nat(5), wait: fc.nat(8) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 12 }), (steps, capacity) => {
        const real = new PendingPairs(capacity);
        let model: { pair: PendingPair; anchored: boolean; reviewed: boolean }[] = [];
        let now = 0;
        let dropped = 0;
        for (const one of steps) {
          const got: unknown[] = [];
          const want: unknown[] = [];
          if (one.do === "push") {
            now += one.wait;
            const next = pair(one.id, now + 10, { counted: one.wait === 1, surplus: one.wait === 2 });
            real.push(next);
            if (model.length === capacity) {
              model.shift();
              dropped++;
            }
            model.push({ pair: next, anchored: false, reviewed: false });
          } else if (one.do === "anchor") {
            real.anchor(one.id, one.id * 16, (seen) => got.push(seen));
            for (const held of model.toReversed()) {
              if (held.pair.hi !== one.id || held.anchored) continue;
              held.anchored = true;
              want.push(held.pair);
            }
          } else if (one.do === "review") {
            real.review(now + one.wait, (seen, anchored) => void got.push([seen, anchored]));
            for (const held of model) {
              if (held.pair.dueAt > now + one.wait) break;
              if (!held.reviewed) want.push([held.pair, held.anchored]);
              held.reviewed = true;
            }
          } else {
            now += one.wait;
            real.expire(now, (seen) => got.push(seen));
            while (model[0] !== undefined && model[0].pair.dueAt <= now) {
              if (!model[0].anchored) want.push(model[0].pair);
              model.shift();
            }
          }
          expect(got).toEqual(want);
          expect(real.size).toBe(model.length);
        }
        expect(real.dropped).toBe(dropped);
        model = [];
      }),
      { numRuns: 500 },
    );
  });

  it("keeps at most 32 pairs of one network and subject, so that no chain grows long", () => {
    const pending = new PendingPairs(1_000);
    for (let n = 0; n < 500; n++) pending.push(pair(1, 100 + n, { narrowLo: n }));
    expect(pending.size).toBe(32);
    expect(pending.dropped).toBe(468);
    let seen = 0;
    pending.anchor(1, 16, () => seen++);
    expect(seen).toBe(32);
  });

  it("drops the oldest at its bound and counts it, and still finds the others", () => {
    const pending = new PendingPairs(100);
    for (let n = 0; n < 250; n++) pending.push(pair(n, 1_000 + n));
    expect(pending.size).toBe(100);
    expect(pending.dropped).toBe(150);
    for (let n = 0; n < 250; n++) expect(pending.anchor(n, n * 16, () => undefined)).toBe(n < 150 ? 0 : 1);
  });

  it("does not lose a pair whose answer came late: it is due with those before it", () => {
    const pending = new PendingPairs(10);
    pending.push(pair(1, 200));
    pending.push(pair(2, 100));
    const due: number[] = [];
    pending.expire(150, (one) => due.push(one.hi));
    expect(due).toEqual([]);
    pending.expire(200, (one) => due.push(one.hi));
    expect(due).toEqual([1, 2]);
  });

  it("holds 32 pairs of one network and subject, counts those beyond, and still takes others", () => {
    const pairs = new PendingPairs(100);
    for (let n = 0; n <= sameKeyMax; n++) pairs.push(pair(1, 10, { narrowLo: n }));
    expect([pairs.size, pairs.dropped]).toEqual([sameKeyMax, 1]);
    pairs.push(pair(2, 10));
    expect(pairs.size).toBe(sameKeyMax + 1);
  });

  it("lets lesser pairs take half of the places and nobody's place", () => {
    const pairs = new PendingPairs(8);
    for (let n = 0; n < 3; n++) pairs.push(pair(n, 10));
    for (let n = 10; n < 20; n++) pairs.push(pair(n, 10), true);
    expect([pairs.size, pairs.dropped]).toEqual([4, 9]);
    for (let n = 30; n < 34; n++) pairs.push(pair(n, 10));
    pairs.push(pair(40, 10), true);
    expect([pairs.size, pairs.dropped, pairs.anchor(0, 0, () => undefined)]).toEqual([8, 10, 1]);
  });

  it("tells of a failed follow-up once, and what is put off is still known as such when it is due", () => {
    const pairs = new PendingPairs(4);
    pairs.push(pair(1, 600));
    pairs.push(pair(2, 600));
    const tried: number[] = [];
    for (let n = 0; n < 2; n++) pairs.tried(1, 16, ({ hi }) => void tried.push(hi));
    expect(tried).toEqual([1]);
    pairs.review(600, (one) => one.tried);
    const due: [number, boolean, boolean][] = [];
    pairs.expire(600, ({ hi, tried: failed, putOff }) => void due.push([hi, failed, putOff]));
    expect(due).toEqual([
      [1, true, true],
      [2, false, false],
    ]);
  });
});
