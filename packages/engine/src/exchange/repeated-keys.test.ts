import fc from "fast-check";
import { expect, test } from "vitest";
import { countedDepthMax, hasRepeatedKeys } from "./repeated-keys.ts";

const repeated = (text: string): boolean => hasRepeatedKeys(text, JSON.parse(text));

test("finds a key written twice at any depth, and none that only look so in texts", () => {
  expect(repeated('{"phone":"1","phone":"2"}')).toBe(true);
  expect(repeated('[{"a":{"phone":"1","x":[],"phone":"1"}}]')).toBe(true);
  expect(repeated('{"phone":"a:b \\" : {\\"phone\\":1}","n":{"phone":1}}')).toBe(false);
});

test("finds none in whatever JSON is written from a value", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => !repeated(JSON.stringify(value))));
});

test("a tree deeper than is counted reads as one that may hold a key twice", () => {
  const nested = (levels: number): string => `${"[".repeat(levels)}{"a":1}${"]".repeat(levels)}`;
  expect([countedDepthMax, countedDepthMax + 1].map((levels) => repeated(nested(levels)))).toEqual([false, true]);
});
