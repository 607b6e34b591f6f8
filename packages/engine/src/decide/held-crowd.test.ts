import { describe, expect, it } from "vitest";
import { HeldCrowd, heldMin, heldPerAnswered } from "./held-crowd.ts";

const minute = 60_000;

describe("HeldCrowd", () => {
  it("tells once an hour when so many sources are held", () => {
    const crowd = new HeldCrowd();
    const told = Array.from({ length: 3 * heldMin }, (_, n) => crowd.held(n * 1_000, 0));
    expect(told.indexOf(true)).toBe(heldMin - 1);
    expect(told.filter(Boolean)).toHaveLength(1);
    expect(Array.from({ length: heldMin }, (_, n) => crowd.held(61 * minute + n, 0)).filter(Boolean)).toHaveLength(1);
  });

  it("waits where other tests may decide", () => {
    const crowd = new HeldCrowd();
    const told = Array.from({ length: 1_200 }, (_, n) => crowd.held(600 * minute + n * 1_000, 10 * minute));
    expect(told.indexOf(true)).toBe(600);
  });

  it("tells nobody while a good part of the newcomers is answered, or as few come slowly", () => {
    const crowd = new HeldCrowd();
    for (let n = 0; n < 1_000; n++) {
      if (n % (heldPerAnswered - 1) === 0) crowd.answered(n);
      expect(crowd.held(n, 0)).toBe(false);
    }
    const slow = new HeldCrowd();
    for (let n = 0; n < 1_000; n++) expect(slow.held(n * minute, 0)).toBe(false);
  });
});
