import { expect, it } from "vitest";
import { paceBucketMs, paceColdMs, pacedClassesMax, pacedEndpointsMax, paceMostMs, UniformPace } from "./uniform-pace.ts";

it("gives fast and slow answers one and the same time, though they lie on either side of a quarter of a second", () => {
  const pace = new UniformPace();
  for (let n = 0; n < 100; n += 1) {
    pace.took("e", "missing", 230 + (n % 10));
    pace.took("e", "existing", 262 + (n % 10));
  }
  const times = new Set([230, 239, 262, 271].map((ms) => pace.delayOf("e", ms)));
  expect(times.size).toBe(1);
  expect([...times][0]).toBeLessThanOrEqual(500);
});

it("waits for the slowest class even when it is one in a hundred, and rare later ones get the next multiple", () => {
  const pace = new UniformPace();
  for (let n = 0; n < 2_500; n += 1) pace.took("e", n % 100 === 0 ? "existing" : "missing", n % 100 === 0 ? 900 : 20);
  const usual = pace.delayOf("e", 20);
  expect(usual).toBeGreaterThanOrEqual(900);
  expect(pace.delayOf("e", 900)).toBe(usual);
  expect(pace.delayOf("e", usual + 1)).toBe(2 * usual);
});

it("is at the cold pace until two classes are known, and never above its most", () => {
  const pace = new UniformPace();
  expect([pace.delayOf("e", 3), pace.delayOf("e", 480)]).toEqual([paceColdMs, paceColdMs]);
  for (let n = 0; n < 30; n += 1) pace.took("e", "missing", 4);
  expect(pace.delayOf("e", 3)).toBe(paceColdMs);
  for (let n = 0; n < 30; n += 1) pace.took("e", "existing", 4);
  expect(pace.delayOf("e", 3)).toBe(paceBucketMs);
  for (let n = 0; n < 3_000; n += 1) pace.took("e", "existing", 600_000);
  expect(pace.delayOf("e", 3)).toBe(paceMostMs);
});

it("stays within its bounds whatever classes and endpoints come", () => {
  const pace = new UniformPace();
  for (let n = 0; n < pacedClassesMax * 30; n += 1) pace.took("e", `c${n}`, 700);
  expect(pace.delayOf("e", 3)).toBeGreaterThanOrEqual(700);
  for (let n = 0; n < pacedEndpointsMax + 5; n += 1) for (let m = 0; m < 40; m += 1) pace.took(`e${n}`, `c${m % 2}`, 10);
  // The newest is timed; who came first is timed anew.
  expect(pace.delayOf(`e${pacedEndpointsMax + 4}`, 3)).toBe(paceBucketMs);
  expect(pace.delayOf("e0", 3)).toBe(paceColdMs);
});
