import { expect, test } from "vitest";
import { inEventTime } from "./event-time.ts";

test("the time of the traffic is the time, and the machine's comes back, also after an error", async () => {
  const real = Date.now();
  await inEventTime(async (clock) => {
    clock.now = 5_000;
    expect(Date.now()).toBe(5_000);
    expect(new Date().getTime()).toBe(5_000);
    await Promise.resolve();
    clock.now = 6_000;
    expect(new Date().toISOString()).toBe("1970-01-01T00:00:06.000Z");
    expect(new Date(7_000).getTime()).toBe(7_000);
  });
  expect(Date.now()).toBeGreaterThanOrEqual(real);
  await expect(inEventTime(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(Date.now()).toBeGreaterThanOrEqual(real);
});

test("two runs never share a clock", async () => {
  const seen: number[] = [];
  const run = (at: number): Promise<void> =>
    inEventTime(async (clock) => {
      clock.now = at;
      for (let n = 0; n < 5; n += 1) {
        await Promise.resolve();
        seen.push(Date.now());
      }
    });
  await Promise.all([run(1), run(2)]);
  expect(seen).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
});
