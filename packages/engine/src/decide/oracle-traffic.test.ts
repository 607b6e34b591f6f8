import { expect, test } from "vitest";
import { OracleTraffics } from "./oracle-traffic.ts";

test("counts so many endpoints and not one more; a name that is given on makes no room for two", () => {
  const traffics = new OracleTraffics(2);
  for (const [n, id] of ["a", "b", "c", "a"].entries()) traffics.asked(id, { id: `x${n}`, at: 100 - n });
  expect(traffics.get("a")).toEqual({ lookups: 2, firstAt: 97, lastAt: 100, examples: ["x0", "x3"] });
  expect(traffics.get("c")).toBeUndefined();
  traffics.renamed("a", "b");
  traffics.asked("c", { id: "x9", at: 9 });
  expect([traffics.get("a"), traffics.get("b")?.lookups, traffics.get("c")?.lookups]).toEqual([undefined, 1, 1]);
});

test("keeps eight examples of an endpoint, however often it is asked", () => {
  const traffics = new OracleTraffics();
  for (let n = 0; n < 20; n++) traffics.asked("a", { id: `x${n}`, at: n });
  expect(traffics.get("a")).toMatchObject({ lookups: 20, lastAt: 19 });
  expect(traffics.get("a")?.examples).toHaveLength(8);
});
