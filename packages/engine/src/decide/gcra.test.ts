import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GcraTable, probesMax } from "./gcra.ts";

describe("GcraTable", () => {
  it("never admits more than burst + t / interval in any span", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 300 }), fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 20 }), (gaps, interval, burst) => {
        const table = new GcraTable(64);
        const admitted: number[] = [];
        let at = 1_000;
        for (const gap of gaps) {
          at += gap;
          if (table.take(1, 2, at, interval, burst) === 0) admitted.push(at);
        }
        for (let from = 0; from < admitted.length; from += 1) {
          for (let to = from; to < admitted.length; to += 1) {
            if (to - from + 1 > burst + ((admitted[to] ?? 0) - (admitted[from] ?? 0)) / interval + 1e-9) return false;
          }
        }
        return true;
      }),
    );
  });

  it("admits a caller who waits as long as it was told", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 20 }), (interval, burst) => {
        const table = new GcraTable(64);
        let at = 5_000;
        for (let asked = 0; asked < 100; asked += 1) {
          const wait = table.take(7, 7, at, interval, burst);
          if (wait > 0 && (wait > interval || table.take(7, 7, at + wait, interval, burst) !== 0)) return false;
          at += wait;
        }
        return true;
      }),
    );
  });

  it("keeps keys apart, also those that differ in one half only", () => {
    const table = new GcraTable(64);
    for (const [hi, lo] of [
      [1, 1],
      [1, 2],
      [2, 1],
      [0, 0],
      [0xffffffff, 0],
    ] as const) {
      expect(table.take(hi, lo, 1_000, 100, 1)).toBe(0);
      expect(table.take(hi, lo, 1_000, 100, 1)).toBe(100);
    }
  });

  it("admits nothing extra when time runs backwards", () => {
    const table = new GcraTable(64);
    expect(table.take(1, 1, 1_000, 100, 1)).toBe(0);
    expect(table.take(1, 1, 500, 100, 1)).toBe(600);
  });

  it("reuses whole cells without counting an eviction, however many keys come by", () => {
    const table = new GcraTable(64);
    for (let key = 0; key < 10_000; key += 1) expect(table.take(key, key * 31, 1_000 + key * 100, 100, 5)).toBe(0);
    expect(table.evictions).toBe(0);
  });

  it("at the bound forgets the cell nearest to whole, counts it, and leaves the most spent one alone", () => {
    const table = new GcraTable(probesMax);
    expect(table.capacity).toBe(probesMax);
    for (let key = 1; key <= probesMax; key += 1) for (let taken = 0; taken < key; taken += 1) table.take(key, 0, 1_000, 100, 8);
    expect(table.evictions).toBe(0);
    expect(table.take(99, 0, 1_000, 100, 8)).toBe(0);
    expect(table.evictions).toBe(1);
    expect(table.take(probesMax, 0, 1_000, 100, 8)).toBe(100);
  });

  it("has after a give-back what it had before, never more than the whole, and nothing for keys it does not know", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ gap: fc.integer({ min: 0, max: 300 }), back: fc.boolean() }), { maxLength: 200 }), fc.integer({ min: 1, max: 8 }), (steps, burst) => {
        const table = new GcraTable(64);
        const plain = new GcraTable(64);
        let at = 1_000;
        for (const { gap, back } of steps) {
          at += gap;
          if (back) {
            if (table.take(1, 2, at, 100, burst) === 0) table.giveBack(1, 2, at, 100, 1);
          } else if ((table.take(1, 2, at, 100, burst) === 0) !== (plain.take(1, 2, at, 100, burst) === 0)) return false;
        }
        table.giveBack(1, 2, at, 100, 1_000);
        table.giveBack(3, 4, at, 100, 1_000);
        let may = 0;
        while (table.take(1, 2, at, 100, burst) === 0) may++;
        return may === burst;
      }),
    );
  });

  it("admits always without a rate, and never without a burst", () => {
    const table = new GcraTable(8);
    expect(table.take(1, 1, 1, 0, 1)).toBe(0);
    expect(table.take(1, 1, 1, 100, 0)).toBe(100);
  });
});
