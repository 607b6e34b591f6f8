import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { structureNodesMax, structureOf, structureStepsMax } from "./json-structure.ts";
import type { Json } from "./view.ts";

const copy = (json: Json): Json => JSON.parse(JSON.stringify(json)) as Json;

/** What a structure is, the slow way. */
function spelled(json: Json, depth = 0): string {
  if (json === null || typeof json !== "object") return json === null ? "null" : typeof json;
  if (depth >= 6) return "deep";
  if (Array.isArray(json)) return json.length === 0 ? "[]" : `[${spelled((json as readonly Json[])[0] ?? null, depth + 1)}]`;
  return `{${Object.entries(json)
    .map(([key, value]) => `${JSON.stringify(key)}:${spelled(value, depth + 1)}`)
    .join(",")}}`;
}

/** Few enough nodes in all that nothing is forgotten on the way. */
const small = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.letrec((tie) => ({ tree: fc.oneof({ maxDepth: 8 }, fc.constantFrom(null, 1, "x", true), fc.tuple(tie("tree")), fc.record({ a: tie("tree") })) })).tree,
);

describe("structureOf", () => {
  it("gives two values the same object exactly when keys, their order and kinds agree", () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        const one = structureOf(a as Json);
        const two = structureOf(b as Json);
        expect(one).toBeDefined();
        expect(structureOf(copy(a as Json))).toBe(one);
        expect(one === two).toBe(spelled(copy(a as Json)) === spelled(copy(b as Json)));
      }),
      { numRuns: 300 },
    );
  });

  it("tells null, text, number, boolean, empty and filled lists, and objects apart under one key", () => {
    const values: Json[] = [null, "x", 1, true, [], ["x"], [1], {}, { x: 1 }, { y: 1 }];
    expect(new Set(values.map((value) => structureOf({ a: value }))).size).toBe(values.length);
  });

  it("gives up on a value of more than 384 places", () => {
    const wide = (keys: number): Json => Object.fromEntries(Array.from({ length: keys }, (_, n) => [`k${n}`, n]));
    expect(structureOf(wide(structureStepsMax - 1))).toBeDefined();
    expect(structureOf(wide(structureStepsMax))).toBeUndefined();
    expect(structureOf(Array.from({ length: 5_000 }, () => 1))).toBeDefined();
  });

  it("forgets all and learns anew when ever new keys have filled its nodes", () => {
    const before = structureOf({ stays: 1 });
    expect(structureOf({ stays: 2 })).toBe(before);
    for (let n = 0; n < structureNodesMax; n++) structureOf({ [`key-${n}`]: n });
    const after = structureOf({ stays: 3 });
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
    expect(structureOf({ stays: 4 })).toBe(after);
  });
});
