import { getCountries, getCountryCallingCode } from "libphonenumber-js/min";
import { normalForm } from "./normal-form.ts";

/**
 * The dial code a text stands for, without `+`: `49`, `+49`, `0049`, `DE` and `de` are all `49`. Undefined for anything else. One look into a table: cheap enough for every value of a request.
 *
 * Misses: names of countries, three letters (`DEU`), codes of North America with their area (`1-684`).
 */
export function dialCodeOf(text: string): string | undefined {
  return text.length > countryCharactersMax ? undefined : dialCodes.get(text);
}

/** Whether such a text says that it is a country: letters, a plus or zeros do, other digits may be anything. */
export function isMarkedCountry(text: string): boolean {
  const first = text.charCodeAt(0);
  return first < 49 || first > 57;
}

/**
 * A national number with its dial code as {@link normalForm} writes phone numbers, `+491712345678`; the zero before it that is for callers inside the country is dropped. Undefined where the text is
 * no such number, or has its country already (`+49…`, `0049…`). Not asked is whether there is such a number: that costs as much as judging a request.
 *
 * Misses: what the plan of one country alone knows (codes of carriers, the 9 of Argentina's mobiles): such a number counts as another one.
 */
export function international(dial: string, text: string): string | undefined {
  if (text.length < nationalDigitsMin || text.length > nationalCharactersMax) return undefined;
  // A blank in front is what a form makes of `+`.
  if (text.charCodeAt(0) === 32 || text.includes("+") || text.includes("\uff0b")) return undefined;
  const trimmed = text.trim();
  if (trimmed.startsWith("00")) return undefined;
  const digits = normalForm("phone", trimmed).slice(1);
  for (let i = 0; i < digits.length; i++) {
    const code = digits.charCodeAt(i);
    if (code < 48 || code > 57) return undefined;
  }
  const national = withoutTrunk(dial, digits);
  if (national.length < nationalDigitsMin || dial.length + national.length > e164DigitsMax) return undefined;
  return `+${dial}${national}`;
}

function withoutTrunk(dial: string, digits: string): string {
  const own = trunks.get(dial);
  if (own === undefined) return digits.startsWith("0") ? digits.slice(1) : digits;
  const { prefix, length } = own;
  return prefix !== "" && digits.startsWith(prefix) && (length === 0 || digits.length === length + prefix.length) ? digits.slice(prefix.length) : digits;
}

/** What is dialled before national numbers where that is not a zero, and how long those are where they may begin alike; `""` where a zero is part of them. By the library's own numbers, see the test. */
const trunks: ReadonlyMap<string, { readonly prefix: string; readonly length: number }> = new Map([
  ["1", { prefix: "1", length: 10 }],
  ["7", { prefix: "8", length: 10 }],
  ["36", { prefix: "06", length: 0 }],
  ["375", { prefix: "80", length: 9 }],
  ["993", { prefix: "8", length: 8 }],
  ...["39", "225", "229", "241", "242"].map((dial) => [dial, { prefix: "", length: 0 }] as const),
]);

/** Of numbers in films and tests: no country has it. */
const nobodys = "999";

const dialCodes: ReadonlyMap<string, string> = new Map(
  [...getCountries().map((region) => [region, getCountryCallingCode(region)] as const), ["", nobodys] as const].flatMap(([region, dial]) =>
    // A blank in front is what a form makes of `+`.
    [...(region === "" ? [] : [region, region.toLowerCase()]), dial, `+${dial}`, ` ${dial}`, `00${dial}`].map((text) => [text, dial] as const),
  ),
);
const countryCharactersMax = 5;
/** Shorter ones are codes of services; E.164 has fifteen digits in all. */
const nationalDigitsMin = 5;
const e164DigitsMax = 15;
/** With all that separates digits. */
export const nationalCharactersMax = 32;
