import * as fc from "fast-check";
import { expect, test } from "vitest";
import { jsonErrorOffset, jsonValueOffset } from "./json-position.ts";

test("a text is valid here exactly when JSON.parse takes it", () => {
  const nearly = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", "]", "}", '"', "0", "e", "\\", " ", ":", "\n"))
    .map(([text, at, piece]) => text.slice(0, at % (text.length + 1)) + piece + text.slice((at % (text.length + 1)) + (at % 2)));
  fc.assert(
    fc.property(fc.oneof(fc.json(), nearly, nearly, fc.string()), (text) => {
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      expect(jsonErrorOffset(text) === undefined).toBe(valid);
    }),
    { numRuns: 5_000 },
  );
});

test("depth costs no stack and the place is the first impossible character", () => {
  expect(jsonErrorOffset("[".repeat(1_000_000))).toBe(1_000_000);
  expect(jsonErrorOffset('{"a":1,}')).toBe(7);
  expect(jsonErrorOffset('{"a" 1}')).toBe(5);
  expect(jsonErrorOffset("[1]]")).toBe(3);
});

test("a member's value is found behind nested values, escapes and repeats", () => {
  const text = ' {"x": [{"b": 1}, "}"], "\\u0061": {"b": 2}, "a": {"c": {}, "b" : 3}}';
  expect(text.slice(jsonValueOffset(text, ["a", "b"]))).toBe("3}}");
  expect(text.slice(jsonValueOffset(text, ["a", "none"]))).toBe('{"c": {}, "b" : 3}}');
  expect(jsonValueOffset(text, [])).toBe(1);
});
