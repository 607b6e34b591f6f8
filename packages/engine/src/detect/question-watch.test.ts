import { expect, test, vi } from "vitest";
import { QuestionWatch } from "./question-watch.ts";

test("a name explains the attack; without one it is held off where its list stands, by the same rule until that moves on", () => {
  const watch = new QuestionWatch();
  const named = vi.spyOn(watch.names, "toHoldOff").mockReturnValue(undefined);
  const fronts = vi.spyOn(watch.fronts, "of").mockReturnValue(undefined);
  expect(watch.toHoldOff("e", 0)).toBeUndefined();

  const front = [{ from: 1, to: 9 }];
  fronts.mockReturnValue(front);
  const rule = watch.toHoldOff("e", 1);
  expect(rule).toEqual({ subsets: [], fronts: front });
  expect(watch.toHoldOff("e", 2)).toBe(rule);
  fronts.mockReturnValue([{ from: 2, to: 10 }]);
  expect(watch.toHoldOff("e", 3)?.fronts).toEqual([{ from: 2, to: 10 }]);

  expect(watch.heldOff("e")?.fronts).toHaveLength(1);
  const clients = { subsets: [[{ kind: "program" as const, values: ["x"] }]] };
  named.mockReturnValue(clients);
  expect(watch.toHoldOff("e", 4)).toBe(clients);
  expect(watch.heldOff("e")).toBeUndefined();
  vi.spyOn(watch.names, "heldOff").mockReturnValue(clients);
  expect(watch.heldOff("e")).toBe(clients);
});
