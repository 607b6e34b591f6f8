import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mixKey } from "./key-pair.ts";
import { hourOf, refusedMax, slotBytes, SourceTable } from "./source-table.ts";

const keyOf = (n: number): { hi: number; lo: number } => mixKey({ hi: n >>> 0, lo: 0x51ed27 }, 0x2545f491, n >>> 0);

describe("SourceTable", () => {
  it("finds what it claimed, once, and starts a key with full credits and nothing against it", () => {
    const table = new SourceTable(64);
    const slot = table.claim(1, 2, 1_000, 8);
    expect(table.claim(1, 2, 2_000, 8)).toBe(slot);
    expect(table.find(1, 2)).toBe(slot);
    expect(table.find(2, 1)).toBe(-1);
    expect([table.credits[slot], table.window[slot], table.anchors[slot], table.asked[slot], table.flaggedAt[slot]]).toEqual([8, 8, 0, 0, 0]);
    expect(table.used).toBe(1);
  });

  it("counts refusals up to its bound and stays there", () => {
    const table = new SourceTable(64);
    const slot = table.claim(1, 2, 1_000, 8);
    table.refuse(slot);
    expect(table.refused[slot]).toBe(1);
    table.refused[slot] = refusedMax - 1;
    table.refuse(slot);
    table.refuse(slot);
    expect(table.refused[slot]).toBe(refusedMax);
  });

  it("tells every hour from the 65,535 before it", () => {
    const at = Date.UTC(2026, 0, 5, 9, 59, 59);
    expect(hourOf(at)).toBe(hourOf(at - 3_599_000));
    expect(hourOf(at + 1_000)).not.toBe(hourOf(at));
    expect(hourOf(at - 65_535 * 3_600_000)).not.toBe(hourOf(at));
    expect(hourOf(at - 65_536 * 3_600_000)).toBe(hourOf(at));
  });

  it("keeps a key whose event time is zero", () => {
    const table = new SourceTable(64);
    const slot = table.claim(1, 2, 0, 8);
    table.credits[slot] = 1;
    expect(table.claim(1, 2, 0, 8)).toBe(slot);
    expect(table.credits[slot]).toBe(1);
  });

  it("never gives up a key with something against it while one of its neighbours has nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(400), fc.nat(7), fc.nat(20)), { minLength: 50, maxLength: 300 }), (events) => {
        const table = new SourceTable(32);
        const evidenced = new Map<string, { hi: number; lo: number }>();
        let at = 1;
        for (const [who, spend, refused] of events) {
          const { hi, lo } = keyOf(who);
          const neighbours = Array.from({ length: 16 }, (_, i) => ((lo % 32) + i) % 32);
          const known = table.find(hi, lo) >= 0;
          // A key that was forgotten and comes back has nothing against it any more.
          if (!known) evidenced.delete(`${hi}.${lo}`);
          const idle = neighbours.some((slot) => table.seenAt[slot] === 0 || (table.credits[slot] === table.window[slot] && table.refused[slot] === 0));
          const before = [...evidenced.values()].filter((key) => table.find(key.hi, key.lo) >= 0).length;
          const slot = table.claim(hi, lo, at++, 8);
          const after = [...evidenced.values()].filter((key) => table.find(key.hi, key.lo) >= 0).length;
          if (idle) expect(after).toBeGreaterThanOrEqual(before);
          if (spend > 0) {
            table.credits[slot] = 8 - spend;
            table.refused[slot] = refused;
            evidenced.set(`${hi}.${lo}`, { hi, lo });
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it("keeps more than 99 of 100 evidenced keys through a flood of ten times its capacity in fresh ones", () => {
    const slots = 8_192;
    const table = new SourceTable(slots);
    const kept = Array.from({ length: 1_000 }, (_, n) => keyOf(n));
    for (const { hi, lo } of kept) {
      const slot = table.claim(hi, lo, 1_000, 8);
      table.credits[slot] = 0;
      table.evidence[slot] = 5;
    }
    // Each fresh key even asks one question, as an attacker with many addresses would.
    for (let n = 0; n < 10 * slots; n++) {
      const { hi, lo } = keyOf(1_000_000 + n);
      const slot = table.claim(hi, lo, 2_000 + n, 8);
      table.credits[slot] = 7;
    }
    expect(kept.filter(({ hi, lo }) => table.find(hi, lo) >= 0).length).toBeGreaterThan(990);
    expect(table.used).toBeLessThanOrEqual(slots);
  });

  it("counts what it had to forget when every neighbour was evidenced", () => {
    const table = new SourceTable(16);
    for (let n = 0; n < 17; n++) {
      const slot = table.claim(n, n, 1 + n, 8);
      table.credits[slot] = 0;
    }
    expect(table.evictedWithEvidence).toBe(1);
    expect(table.used).toBe(16);
  });

  it("lets the oldest go first among equals", () => {
    const table = new SourceTable(16);
    for (let n = 0; n < 16; n++) table.claim(n, n, 1_700_000_000_000 + n * 1_000, 8);
    table.claim(99, 99, 1_700_000_100_000, 8);
    expect(table.find(0, 0)).toBe(-1);
    for (let n = 1; n < 16; n++) expect(table.find(n, n)).toBeGreaterThanOrEqual(0);
  });

  it("weighs 50 bytes a slot: under 128 MB for a million sources of two keys each, a fifth of the table free", () => {
    const table = new SourceTable(1_000);
    let bytes = 0;
    for (const held of Object.values(table)) if (ArrayBuffer.isView(held)) bytes += held.byteLength;
    expect(bytes / 1_000).toBe(slotBytes);
    expect(2.4 * 1_000_000 * slotBytes).toBeLessThan(128 * 1_000_000);
  });
});
