import { at, type Digits, weighted } from "./checksums.ts";
import { distinctDigits, elevenZero, two, validDay, within, yearMonthDay } from "./government-id-parts.ts";
import { either, shape } from "./government-id-shapes.ts";

/** United States: areas, groups and serials that are given out; there is no check digit. */
export function usSsn(_: string, d: Digits): boolean {
  const area = two(d, 0) * 10 + at(d, 2);
  return area !== 0 && area !== 666 && area < 900 && two(d, 3) !== 0 && within(d, 5, 9, 1, 9_999);
}

/** Brazil, people: two sums modulo 11. */
export function cpf(d: Digits): boolean {
  return distinctDigits(d) && elevenZero(weighted(d, [10, 9, 8, 7, 6, 5, 4, 3, 2])) === at(d, 9) && elevenZero(weighted(d, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) === at(d, 10);
}

/** Brazil, companies: two sums modulo 11. */
export function cnpj(d: Digits): boolean {
  return (
    distinctDigits(d) &&
    elevenZero(weighted(d, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) === at(d, 12) &&
    elevenZero(weighted(d, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) === at(d, 13)
  );
}

/** Turkey: two sums modulo 10. */
export function tckn(d: Digits): boolean {
  const odd = at(d, 0) + at(d, 2) + at(d, 4) + at(d, 6) + at(d, 8);
  const even = at(d, 1) + at(d, 3) + at(d, 5) + at(d, 7);
  return at(d, 0) > 0 && (((odd * 7 - even) % 10) + 10) % 10 === at(d, 9) && (odd + even + at(d, 9)) % 10 === at(d, 10);
}

/** China: seventeen digits and a digit or letter. */
export function cnShape(text: string): boolean {
  return shape("#################&")(text);
}

/** China: a day of birth, modulo 11 as a digit or X. */
export function cnId(text: string, d: Digits): boolean {
  const year = two(d, 6) * 100 + two(d, 8);
  if (at(d, 0) === 0 || year < 1900 || year > 2099 || !validDay(two(d, 12), two(d, 10))) return false;
  return "10X98765432".charAt(weighted(d, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11) === text.charAt(17);
}

/** Japan: modulo 11. */
export function jpMyNumber(d: Digits): boolean {
  const rest = weighted(d, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return (rest <= 1 ? 0 : 11 - rest) === at(d, 11);
}

/** Singapore: modulo 11 as a letter, by the first one. */
export function sgNric(text: string, d: Digits): boolean {
  const first = text.charAt(0);
  const sum = weighted(d, [2, 7, 6, 5, 4, 3, 2]) + (first === "T" || first === "G" ? 4 : first === "M" ? 3 : 0);
  const last = text.charAt(8);
  if (first === "S" || first === "T") return "JZIHGFEDCBA".charAt(sum % 11) === last;
  if (first === "F" || first === "G") return "XWUTRQPNMLK".charAt(sum % 11) === last;
  return first === "M" && "XWUTRQPNJLK".charAt(sum % 11) === last;
}

/** Mexico, CURP: a day of birth, a sex, a vowel in the second place. */
export function mxCurp(text: string, d: Digits): boolean {
  return yearMonthDay(d, 0) && "HMX".includes(text.charAt(10)) && /^[AEIOUX]$/.test(text.charAt(1));
}

/** Chile: seven or eight digits, with or without dots, and a check after a hyphen. */
export function clShape(text: string): boolean {
  const bare = text.replaceAll(".", "");
  return either("#######-&", "########-&")(bare);
}

/** Chile: modulo 11 as a digit or K. */
export function clRut(text: string): boolean {
  const bare = text.replaceAll(".", "");
  let sum = 0;
  for (let i = bare.length - 3, weight = 2; i >= 0; i--, weight = weight === 7 ? 2 : weight + 1) sum += (bare.charCodeAt(i) - 48) * weight;
  const rest = 11 - (sum % 11);
  return (rest === 11 ? "0" : rest === 10 ? "K" : String(rest)) === bare.charAt(bare.length - 1);
}

/** Argentina: prefixes that are given out, modulo 11. */
export function arCuit(d: Digits): boolean {
  const prefix = two(d, 0);
  if (![20, 23, 24, 25, 26, 27, 30, 33, 34].includes(prefix)) return false;
  const rest = 11 - (weighted(d, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
  return (rest === 11 ? 0 : rest === 10 ? 9 : rest) === at(d, 10);
}

/** Thailand: modulo 11. */
export function thCheck(d: Digits): boolean {
  return (11 - (weighted(d, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === at(d, 12);
}

/** Taiwan: the letter as two digits, a sex, modulo 10. */
export function twId(text: string, d: Digits): boolean {
  const letter = "ABCDEFGHJKLMNPQRSTUVXYWZIO".indexOf(text.charAt(0)) + 10;
  if (at(d, 0) !== 1 && at(d, 0) !== 2) return false;
  return (Math.floor(letter / 10) + (letter % 10) * 9 + weighted(d, [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 === 0;
}

/** Hong Kong: the letter as a number, modulo 11 as a digit or A. */
export function hkid(text: string, d: Digits): boolean {
  const letter = text.charCodeAt(0) - 55;
  const last = text.charAt(text.endsWith(")") ? text.length - 2 : text.length - 1);
  const sum = 36 * 9 + letter * 8 + weighted(d, [7, 6, 5, 4, 3, 2]);
  const check = (11 - (sum % 11)) % 11;
  return (check === 10 ? "A" : String(check)) === last;
}
