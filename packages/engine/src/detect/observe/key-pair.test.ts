import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyOfHex, mixKey } from "./key-pair.ts";

const u32 = fc.integer({ min: 0, max: 0xffffffff });

describe("keys", () => {
  it("reads sixteen hex digits exactly, and any other text to some key of the same range", () => {
    fc.assert(
      fc.property(u32, u32, (hi, lo) => {
        expect(keyOfHex(hi.toString(16).padStart(8, "0") + lo.toString(16).padStart(8, "0"), { hi: 0, lo: 0 })).toEqual({ hi, lo });
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { hi, lo } = keyOfHex(text, { hi: 0, lo: 0 });
        expect(Number.isInteger(hi) && hi >= 0 && hi <= 0xffffffff && Number.isInteger(lo) && lo >= 0 && lo <= 0xffffffff).toBe(true);
      }),
    );
  });

  it("mixes one to one in the last half handed in, so that no two subjects of one actor share a key by structure", () => {
    const seen = new Set<string>();
    for (let n = 0; n < 200_000; n++) {
      const { hi, lo } = mixKey({ hi: 123, lo: 456 }, Math.imul(n, 0x9e3779b1) >>> 0, Math.imul(n, 0x85ebca6b) >>> 0);
      seen.add(`${hi}.${lo}`);
    }
    expect(seen.size).toBe(200_000);
  });

  it("depends on the order in which keys are mixed in", () => {
    expect(mixKey(mixKey({ hi: 1, lo: 2 }, 3, 4), 5, 6)).not.toEqual(mixKey(mixKey({ hi: 1, lo: 2 }, 5, 6), 3, 4));
  });

  it("spreads both halves over a thousand places evenly, even for inputs that differ by one", () => {
    for (const half of ["hi", "lo"] as const) {
      const places = new Uint32Array(1_000);
      for (let n = 0; n < 100_000; n++) {
        const place = mixKey({ hi: n, lo: 0 }, 77, 88)[half] % 1_000;
        places[place] = (places[place] ?? 0) + 1;
      }
      let chi = 0;
      for (const count of places) chi += (count - 100) ** 2 / 100;
      // Chi-square with 999 degrees of freedom: 1,200 is four and a half standard deviations above its mean.
      expect(chi).toBeLessThan(1_200);
    }
  });
});
