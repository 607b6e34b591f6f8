import { describe, expect, it } from "vitest";
import { rememberedCharactersMax, rememberText } from "./remember-text.ts";

describe("rememberText", () => {
  it("works out each text once, and long ones each time", () => {
    let asked = 0;
    const length = rememberText((text) => {
      asked++;
      return text.length;
    });
    expect([length("abc"), length("abc"), asked]).toEqual([3, 3, 1]);
    const long = "x".repeat(rememberedCharactersMax + 1);
    expect([length(long), length(long), asked]).toEqual([long.length, long.length, 3]);
  });

  it("starts anew when it holds as many texts as it may", () => {
    let asked = 0;
    const same = rememberText((text) => {
      asked++;
      return text;
    }, 4);
    for (let n = 0; n < 5; n++) expect(same(String(n))).toBe(String(n));
    expect(asked).toBe(5);
    same("4");
    expect(asked).toBe(5);
    same("0");
    expect(asked).toBe(6);
  });
});
