import { newcomerDaysKept } from "@postern/engine";
import { expect, test } from "vitest";
import { endpointsMax, NewcomerHistory } from "./newcomer-history.ts";

test("what a gate tells again and again is counted once; lives and gates add up", () => {
  const history = new NewcomerHistory();
  history.heard("a", "e", [[100, 1, 0, 0]]);
  history.heard("a", "e", [
    [100, 5, 4, 1],
    [101, 2, 0, 0],
  ]);
  history.heard("a", "e", [[101, 3, 3, 0]]);
  history.heard("b", "e", [[101, 10, 8, 2]]);
  expect(history.of("e")).toEqual([
    [100, 5, 4, 1],
    [101, 13, 11, 2],
  ]);
  expect(history.of("unknown")).toEqual([]);
});

test("a hub that starts again goes on where it was, though the gate tells the same hours anew", () => {
  const before = new NewcomerHistory();
  before.heard("a", "e", [[100, 5, 4, 1]]);
  const after = new NewcomerHistory(JSON.parse(JSON.stringify(before.exportState())));
  after.heard("a", "e", [[100, 6, 4, 1]]);
  expect(after.of("e")).toEqual([[100, 6, 4, 1]]);
});

test("four weeks and so many endpoints are kept", () => {
  const history = new NewcomerHistory();
  for (let hour = 0; hour < newcomerDaysKept * 24 + 5; hour++) history.heard("a", "e", [[hour, 1, 1, 0]]);
  expect(history.of("e")).toHaveLength(newcomerDaysKept * 24);
  for (let n = 0; n < endpointsMax + 5; n++) history.heard("a", `e${n}`, [[1, 1, 1, 0]]);
  expect(Object.keys(history.exportState().hours)).toHaveLength(endpointsMax);
  expect(history.exportState().heard.length).toBeLessThanOrEqual(16 * endpointsMax);
});
