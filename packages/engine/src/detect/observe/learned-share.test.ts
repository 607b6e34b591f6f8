import { expect, test } from "vitest";
import { LearnedShare } from "./learned-share.ts";

const options = { prior: 0.1, priorWeight: 50, memory: 500, least: 0.02, most: 0.25 };

test("it begins with what is usual and goes over to what it sees", () => {
  const share = new LearnedShare(options);
  expect(share.value).toBe(0.1);
  for (let n = 0; n < 2_000; n++) share.learn(n % 20 === 0);
  expect(share.value).toBeGreaterThan(0.045);
  expect(share.value).toBeLessThan(0.055);
});

test("an attacker who is there from the start teaches it no more than its bound", () => {
  const share = new LearnedShare(options);
  for (let n = 0; n < 10_000; n++) share.learn(true);
  expect(share.value).toBe(0.25);
});

test("what it learned survives a restart", () => {
  const share = new LearnedShare(options);
  for (let n = 0; n < 300; n++) share.learn(n % 30 === 0);
  const again = new LearnedShare(options, JSON.parse(JSON.stringify(share.exportState())) as ReturnType<LearnedShare["exportState"]>);
  expect(again.value).toBe(share.value);
});
