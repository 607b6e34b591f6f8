import { expect, test } from "vitest";
import { abusePolicy as policy } from "./abuse-policy.ts";
import { FailureWatch, waitingMax } from "./failure-watch.ts";

const options = { wrong: policy.codeWrong, unresolved: policy.codeUnresolved };

test("the learned share of wrong ones stands still while it suspects something", () => {
  const watch = new FailureWatch(options);
  for (let n = 0; n < 2_000; n++) watch.add(`h${n}`, "s", n % 25 === 0, n * 1_000, false);
  for (let n = 0; n < 5_000; n++) watch.add(`v${n}`, `s${n}`, true, 2_000_000 + n * 1_000, false);
  expect(watch.alarm()).toMatchObject({ test: "at-once" });
  expect(watch.exportState().wrong.yes / watch.exportState().wrong.events).toBeLessThan(0.08);
});

test("what waits is bounded: beyond that the oldest is judged early", () => {
  const watch = new FailureWatch(options);
  for (let n = 0; n < waitingMax + 500; n++) watch.add(`v${n}`, "s", n % 4 === 0, 1_000, false);
  // All at the same instant: only the bound can have judged them.
  expect(watch.exportState().unresolved.seen).toBeGreaterThan(0);
});

test("an account counts once in half an hour", () => {
  const watch = new FailureWatch(options);
  for (let n = 0; n < 1_000; n++) watch.add("the same", "s", true, n * 1_000, false);
  expect(watch.alarm()).toBeUndefined();
});

test("it says nothing again until something failed again", () => {
  const watch = new FailureWatch(options);
  for (let n = 0; n < 30; n++) watch.add(`v${n}`, `s${n}`, true, n * 1_000, false);
  expect(watch.alarm()).toBeDefined();
  expect(watch.alarm()).toBeUndefined();
  watch.add("h", "s", false, 40_000, false);
  expect(watch.alarm()).toBeUndefined();
});
