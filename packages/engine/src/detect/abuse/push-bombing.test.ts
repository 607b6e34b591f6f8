import { expect, test } from "vitest";
import { actorAt, collector } from "../../testing/abuse-tries.ts";
import { accountsMax, PushBombing } from "./push-bombing.ts";

const actor = actorAt("203.0.113.5");

test("three prompts since the last yes are told, five within ten minutes page", () => {
  const { emit, raised } = collector();
  const detector = new PushBombing(emit);
  for (let n = 0; n < 5; n++) detector.prompted("ana", "e", actor, n * 90_000);
  expect(raised.map(({ level, evidence }) => [level, evidence["promptsWithoutYes"]])).toEqual([
    ["low", 3],
    ["high", 5],
  ]);
});

test("a yes ends the count, and four prompts a quarter of an hour page nobody", () => {
  const { emit, raised } = collector();
  const detector = new PushBombing(emit);
  for (let n = 0; n < 40; n++) {
    detector.prompted("ana", "e", actor, n * 10_000);
    if (n % 2 === 1) detector.agreed("ana");
    detector.prompted("ben", "e", actor, n * 225_000);
  }
  expect(raised.filter(({ level }) => level === "high")).toEqual([]);
});

test("people asked are bounded: a flood of others forgets the oldest", () => {
  const { emit, raised } = collector();
  const detector = new PushBombing(emit);
  for (let n = 0; n < 4; n++) detector.prompted("ana", "e", actor, n);
  for (let n = 0; n < accountsMax; n++) detector.prompted(`other ${n}`, "e", actor, 10);
  detector.prompted("ana", "e", actor, 20);
  expect(raised.filter(({ level }) => level === "high")).toEqual([]);
});
