import fc from "fast-check";
import { expect, test } from "vitest";
import { TimeQueue } from "./time-queue.ts";

test("whatever the order of arrival, and takes in between, each take is the earliest waiting, first come first served among equals", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 30 }) }, { weight: 2, arbitrary: fc.constant("take" as const) }), { maxLength: 300 }),
      (steps) => {
        const queue = new TimeQueue<string>();
        let pushed = 0;
        const model: { at: number; name: string; order: number }[] = [];
        const take = (): void => {
          const first = model.reduce<number>((best, one, i) => (best < 0 || one.at < (model[best]?.at ?? 0) ? i : best), -1);
          const expected = first < 0 ? undefined : model.splice(first, 1)[0];
          expect(queue.nextAt).toBe(expected?.at ?? Number.POSITIVE_INFINITY);
          expect(queue.pop()).toBe(expected?.name);
          if (expected !== undefined) expect([queue.order, queue.tag]).toEqual([expected.order, -expected.order]);
          expect(queue.size).toBe(model.length);
        };
        for (const [n, step] of steps.entries()) {
          if (step === "take") take();
          else {
            model.push({ at: step, name: String(n), order: pushed });
            queue.push(step, String(n), -pushed);
            pushed++;
          }
        }
        while (model.length > 0) take();
        take();
      },
    ),
  );
});

test("a long row in order comes out in order and is let go of on the way", () => {
  const queue = new TimeQueue<number>();
  let out = 0;
  for (let i = 0; i < 10_000; i++) {
    queue.push(i, i);
    if (i % 2 === 1) expect(queue.pop()).toBe(out++);
  }
  while (queue.size > 0) expect(queue.pop()).toBe(out++);
  expect(out).toBe(10_000);
});
