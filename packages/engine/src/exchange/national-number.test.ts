import fc from "fast-check";
import { getCountries, getCountryCallingCode, getExampleNumber } from "libphonenumber-js/min";
import examples from "libphonenumber-js/mobile/examples";
import { describe, expect, test } from "vitest";
import { dialCodeOf, international, isMarkedCountry, nationalCharactersMax } from "./national-number.ts";
import { normalForm } from "./normal-form.ts";

describe("the dial code of a country", () => {
  test("is known by its digits, with plus or zeros before, and by the letters of every region", () => {
    for (const region of getCountries()) {
      const dial = getCountryCallingCode(region);
      for (const text of [region, region.toLowerCase(), dial, `+${dial}`, `00${dial}`, ` ${dial}`]) expect(dialCodeOf(text)).toBe(dial);
    }
    expect(dialCodeOf("999")).toBe("999");
    for (const text of ["", "2", "0", "ZZ", "DEU", "049", "+", "Germany", "49 "]) expect(dialCodeOf(text)).toBeUndefined();
    expect(["DE", "+49", " 49", "49", "0049"].map(isMarkedCountry)).toEqual([true, true, true, false, true]);
  });
});

describe("a national number with its dial code", () => {
  test("is the international one, for an example of every region as it is written there", () => {
    const others: string[] = [];
    for (const region of getCountries()) {
      const example = getExampleNumber(region, examples);
      if (example === undefined) continue;
      const dial = example.countryCallingCode;
      for (const text of [example.nationalNumber, example.formatNational()]) if (international(dial, text) !== example.number) others.push(`${region} ${text}`);
    }
    expect(others).toEqual(["AR 011 15-2345-6789", "TA 8999", "TA 8999", "TK 7290", "TK 7290"]);
  });

  test("is what the same number in one field is, and undefined where the country is there already, or anything but digits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000_000, max: 99_999_999_999 }), (n) => {
        expect(international("49", String(n))).toBe(normalForm("phone", `+49 ${n}`));
        expect(international("49", `0${n}`)).toBe(normalForm("phone", `+49 ${n}`));
      }),
    );
    for (const text of ["+491712345678", "00491712345678", " 491712345678", "171234567x", "1712", "", "1".repeat(16), "1".repeat(10_000), "1712345678,1712345679", "9e12"])
      expect(international("49", text)).toBeUndefined();
  });

  test("is not looked for in longer text than numbers are written in", () => {
    const spaced = (length: number): string => "1712345678".padEnd(length);
    expect(international("49", spaced(nationalCharactersMax))).toBe("+491712345678");
    expect(international("49", spaced(nationalCharactersMax + 1))).toBeUndefined();
  });

  test("never makes one of two that differ in more than a trunk prefix", () => {
    const digits = fc.stringMatching(/^[1-9]\d{4,11}$/);
    fc.assert(
      fc.property(fc.constantFrom("49", "44", "39", "33", "225"), digits, digits, (dial, a, b) => {
        fc.pre(a !== b);
        expect(international(dial, a)).not.toBe(international(dial, b));
      }),
    );
  });
});
