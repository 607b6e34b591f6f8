import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codedValue } from "./coded-value.ts";
import { filterExpression, literalsMax } from "./filter-expression.ts";

describe("filterExpression", () => {
  it.each<[string, Record<string, string[]>]>([
    ['userName eq "ada"', { userName: ["ada"] }],
    [`Email eq 'o''neil@x.example'`, { Email: ["o'neil@x.example"] }],
    [`Email in ('a@x.example', 'b@x.example')`, { Email: ["a@x.example", "b@x.example"] }],
    [`'a@x.example' eq Email`, { Email: ["a@x.example"] }],
    [`startswith(tolower(Email),'a') or 'b' eq Name`, { Email: ["a"], Name: ["b"] }],
    ['emails[type eq "work" and value eq "a@x.example"]', { type: ["work"], value: ["a@x.example"] }],
    ['email=="a@x.example";phone==+491511234', { email: ["a@x.example"], phone: ["+491511234"] }],
    [`USERNAME EQ "ada"`, { USERNAME: ["ada"] }],
  ])("reads %s", (text, tree) => {
    expect(filterExpression(text)).toEqual(tree);
    expect(codedValue(text)).toEqual({ kind: "tree", tree, text: "" });
  });

  it.each([
    "ada",
    'say "hello"',
    "it's",
    "O'Neil and Sons",
    "a==",
    "dGVzdA==",
    "",
    "user eq",
    "a,b",
    "+49 151 1234567",
    "what's new in 'here'x",
    `he said 'yes' in "Rome"`,
    "I like 'it'!",
  ])("leaves other text alone: %s", (text) => expect(filterExpression(text)).toBeUndefined());

  it("calls more literals than it reads too many", () => {
    const all = (n: number): string => `Email in (${Array.from({ length: n }, (_, i) => `'${i}'`).join(",")})`;
    expect(Object.values(filterExpression(all(literalsMax)) ?? {}).flat()).toHaveLength(literalsMax);
    expect(filterExpression(all(literalsMax + 1))).toBe("tooMuch");
    expect(codedValue(all(literalsMax + 1))).toEqual({ kind: "tooMuch" });
  });

  it("finds the literal of any comparison, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (value) => {
        expect(filterExpression(`userName eq "${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`)).toEqual({ userName: [value] });
        expect(filterExpression(`Email eq '${value.replaceAll("'", "''")}'`)).toEqual({ Email: [value] });
      }),
    );
  });
});
