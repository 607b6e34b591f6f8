import { expect, test } from "vitest";
import { abusePolicy as policy } from "./abuse-policy.ts";
import { FailureWatches, watchesMax } from "./failure-watches.ts";

const options = { wrong: policy.loginWrong, unresolved: policy.loginUnresolved };

test("the first 64 endpoints are watched, and keep what they learned however many others come, through a restart and under a new name", () => {
  const watches = new FailureWatches(options);
  const first = watches.of("door-0");
  for (let n = 0; n < 3 * watchesMax; n++) watches.of(`door-${n}`);
  expect([watches.of("door-0"), watches.of(`door-${watchesMax - 1}`) === undefined, watches.of(`door-${watchesMax}`)]).toEqual([first, false, undefined]);
  watches.renamed("door-0", "entrance");
  expect(watches.of("entrance")).toBe(first);
  const state = watches.exportState();
  expect(state).toHaveLength(watchesMax);
  const restored = new FailureWatches(options, [...state, ...state.map(({ id, ...rest }) => ({ id: `more ${id}`, ...rest }))]);
  expect(restored.exportState()).toEqual(state);
  expect(restored.of("door-0")).toBeUndefined();
});
