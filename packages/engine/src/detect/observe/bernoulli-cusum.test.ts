import { expect, test } from "vitest";
import { BernoulliCusum } from "./bernoulli-cusum.ts";

/** A fixed sequence of numbers in [0, 1): no two runs differ. */
function* numbers(): Generator<number, never> {
  let state = 12_345;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 4_294_967_296;
  }
}

test("a share as expected never raises it in fifty thousand events", () => {
  const cusum = new BernoulliCusum(14);
  const draw = numbers();
  let raised = 0;
  for (let n = 0; n < 50_000; n++) if (cusum.add(draw.next().value < 0.05, 0.05, 0.5)) raised++;
  expect(raised).toBe(0);
});

test("yes after yes raises it, and it says how many it rests on", () => {
  const cusum = new BernoulliCusum(14);
  let events = 0;
  while (!cusum.add(true, 0.05, 0.525)) events++;
  expect(events + 1).toBe(6);
  expect([cusum.yes, cusum.events]).toEqual([6, 6]);
});

test("it is held at a quarter above its threshold, so that it falls soon after", () => {
  const cusum = new BernoulliCusum(14);
  for (let n = 0; n < 10_000; n++) cusum.add(true, 0.05, 0.5);
  expect(cusum.value).toBe(17.5);
  let events = 0;
  while (cusum.reached) {
    cusum.add(false, 0.05, 0.5);
    events++;
  }
  expect(events).toBeLessThan(10);
});
