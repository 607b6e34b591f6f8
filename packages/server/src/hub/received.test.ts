import { expect, test } from "vitest";
import { livesMax, Received } from "./received.ts";

test("numbers of a life only grow, and marks that are none change nothing", () => {
  const received = new Received({ a: 5 });
  for (const mark of ["a:3", "a:7", "a:0", "a:-1", "a:1e400", ":9", "b", 7, undefined]) received.recall(mark);
  expect(received.exportState()).toEqual({ a: 7 });
});

test("4,096 lives are known, of which the one not heard of for longest goes", () => {
  const received = new Received();
  for (let n = 0; n < livesMax; n++) received.reach(`life${n}`, 1);
  received.reach("life0", 2);
  received.reach("one more", 1);
  expect(["life0", "life1", "life2", "one more"].map((life) => received.of(life))).toEqual([2, 0, 1, 1]);
  expect(Object.keys(received.exportState())).toHaveLength(livesMax);
});
