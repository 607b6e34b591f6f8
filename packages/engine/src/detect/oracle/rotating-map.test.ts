import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RotatingMap } from "./rotating-map.ts";

describe("RotatingMap", () => {
  it("never holds more than its bound, and always the most recently set half", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 300 }), (max, keys) => {
        const map = new RotatingMap<number>(max);
        const recent: string[] = [];
        for (const key of keys) {
          map.set(String(key), key);
          if (recent.includes(String(key))) recent.splice(recent.indexOf(String(key)), 1);
          recent.push(String(key));
          expect(map.size).toBeLessThanOrEqual(Math.max(2, max));
        }
        for (const key of recent.slice(-Math.max(1, Math.floor(max / 2)))) expect(map.get(key)).toBe(Number(key));
      }),
    );
  });
  it("keeps what is read, and drops what is not, when new keys flood in", () => {
    const map = new RotatingMap<number>(100);
    map.set("asked", 1);
    map.set("forgotten", 2);
    for (let index = 0; index < 1_000; index += 1) {
      map.set(`flood${index}`, index);
      if (index % 20 === 0) map.get("asked");
    }
    expect(map.get("asked")).toBe(1);
    expect(map.get("forgotten")).toBeUndefined();
  });
});
