import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BlockedBloom } from "./blocked-bloom.ts";
import { keyOfHex } from "./key-pair.ts";

const day = 86_400_000;
/** Keys as the gate has them: from a keyed hash. */
function keyed(n: number): { hi: number; lo: number } {
  return keyOfHex(createHmac("sha256", "k").update(String(n)).digest("hex").slice(0, 16), { hi: 0, lo: 0 });
}

describe("BlockedBloom", () => {
  it("at capacity takes fewer than three unknown keys in ten thousand for known ones, and twice that with both generations full", () => {
    const capacity = 40_000;
    const bloom = new BlockedBloom(capacity, 30 * day);
    for (let n = 0; n < capacity; n++) bloom.add(keyed(n).hi, keyed(n).lo, 1);
    let wrong = 0;
    for (let n = 1_000_000; n < 1_200_000; n++) if (bloom.has(keyed(n).hi, keyed(n).lo)) wrong++;
    expect(wrong / 200_000).toBeLessThan(3e-4);
    for (let n = capacity; n < 2 * capacity; n++) bloom.add(keyed(n).hi, keyed(n).lo, 1);
    wrong = 0;
    for (let n = 1_000_000; n < 1_200_000; n++) if (bloom.has(keyed(n).hi, keyed(n).lo)) wrong++;
    expect(wrong / 200_000).toBeLessThan(6e-4);
  });

  it("never forgets a key before a whole further generation has gone by, by count or by time", () => {
    const capacity = 1_000;
    const bloom = new BlockedBloom(capacity, 30 * day);
    for (let n = 0; n < 10_000; n++) {
      bloom.add(keyed(n).hi, keyed(n).lo, 1 + n);
      for (let back = Math.max(0, n - 900); back <= n; back += 97) expect(bloom.has(keyed(back).hi, keyed(back).lo)).toBe(true);
    }
    const slow = new BlockedBloom(capacity, 30 * day);
    slow.add(1, 2, 0);
    slow.add(3, 4, 31 * day);
    expect(slow.has(1, 2)).toBe(true);
    slow.add(5, 6, 62 * day);
    expect(slow.has(1, 2)).toBe(false);
    expect(slow.has(3, 4)).toBe(true);
  });

  it("says of each key once that it is new, and holds at most its capacity a generation", () => {
    const bloom = new BlockedBloom(500, 30 * day);
    let fresh = 0;
    for (let n = 0; n < 400; n++) for (let again = 0; again < 3; again++) if (bloom.add(keyed(n).hi, keyed(n).lo, 1)) fresh++;
    expect(fresh).toBeGreaterThanOrEqual(399);
    for (let n = 400; n < 5_000; n++) {
      bloom.add(keyed(n).hi, keyed(n).lo, 1);
      expect(bloom.size).toBeLessThanOrEqual(500);
    }
  });

  it("says of a key that only the older generation holds that it is known, and carries it into the younger", () => {
    const bloom = new BlockedBloom(1_000, day);
    bloom.add(7, 8, 1);
    bloom.add(9, 9, 2 * day);
    expect(bloom.add(7, 8, 2 * day + 1)).toBe(false);
    bloom.add(10, 10, 4 * day);
    expect(bloom.has(7, 8)).toBe(true);
  });

  it("spreads its eight bits: keys that share the block and differ only in one half do not share their bits", () => {
    // One block: any two keys meet there. A lone key must not answer for 20,000 neighbours that differ in the other half alone.
    for (const fixed of [0, 1, 0x9e3779b1, 0xffffffff]) {
      const bloom = new BlockedBloom(25, day);
      bloom.add(fixed, 12_345, 1);
      let same = 0;
      for (let n = 0; n < 20_000; n++) if (n !== 12_345 && bloom.has(fixed, Math.imul(n, 0x01000193) >>> 0)) same++;
      expect(same).toBeLessThanOrEqual(2);
    }
  });
});
