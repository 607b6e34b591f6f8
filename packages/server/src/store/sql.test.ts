import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allOf, literal, literalCharactersMax, sql, tupleValuesMax } from "./sql.ts";

describe("literal", () => {
  test("no text leaves its literal: the only bare quotes are the first and last character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const made = literal(text);
        expect(made.startsWith("'") && made.endsWith("'")).toBe(true);
        // Read as the engine's lexer does: a backslash takes the next character with it.
        let i = 1;
        while (i < made.length && made[i] !== "'") i += made[i] === "\\" ? 2 : 1;
        expect(i).toBe(made.length - 1);
        const codes = Array.from({ length: made.length }, (_, at) => made.charCodeAt(at));
        expect(codes.filter((code) => code < 0x20 || code === 0x7f)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test("stacked statements and comments stay text", () => {
    expect(literal("'; DROP DATABASE postern; --")).toBe("'\\'; DROP DATABASE postern; --'");
    expect(literal("\\'; SELECT 1 --")).toBe("'\\\\\\'; SELECT 1 --'");
    expect(literal("a\u0000b")).toBe("'a\\x00b'");
  });

  test("text above the bound is refused", () => {
    expect(literal("x".repeat(literalCharactersMax))).toHaveLength(literalCharactersMax + 2);
    expect(() => literal("x".repeat(literalCharactersMax + 1))).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

describe("sql", () => {
  test("escapes values and nests fragments", () => {
    const where = allOf([sql`a = ${"x'y"}`, undefined, sql`b IN ${[1, 2]}`]);
    expect(sql`SELECT 1 WHERE ${where} LIMIT ${5}`.text).toBe("SELECT 1 WHERE 1 AND a = 'x\\'y' AND b IN (1, 2) LIMIT 5");
  });

  test("refuses numbers that are none and lists that are empty or too long", () => {
    for (const value of [Number.NaN, Infinity, [], Array.from({ length: tupleValuesMax + 1 }, () => 1)])
      expect(() => sql`${value}`).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});
