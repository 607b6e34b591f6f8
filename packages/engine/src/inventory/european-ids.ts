import { at, type Digits, digitsOf, luhn, modulo, weighted } from "./checksums.ts";
import { dayMonth, distinctDigits, two, validDay } from "./government-id-parts.ts";
import { either, shape } from "./government-id-shapes.ts";

/** United Kingdom, national insurance: prefixes that are given out, a last letter from A to D. */
export function nino(text: string): boolean {
  const bare = text.replaceAll(" ", "");
  if (!shape("AA######A")(bare)) return false;
  const prefix = bare.slice(0, 2);
  return !/[DFIQUV]/.test(prefix) && prefix.charAt(1) !== "O" && !["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"].includes(prefix) && "ABCD".includes(bare.charAt(8));
}

/** England, Wales and Northern Ireland, health service: modulo 11. */
export function nhs(d: Digits): boolean {
  const check = 11 - (weighted(d, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  // England and Wales begin with 4, 6 or 7, Northern Ireland with 3; 9 is for tests. Old book numbers have the same check and any beginning.
  return [3, 4, 6, 7, 9].includes(at(d, 0)) && check !== 10 && check % 11 === at(d, 9) && distinctDigits(d);
}

/** Germany, pension insurance: a day of birth, the letter as two digits, digit sums of products. */
export function dePension(text: string, d: Digits): boolean {
  if (!dayMonth(d, 2)) return false;
  const letter = text.charCodeAt(8) - 64;
  const expanded = [...Array.from({ length: 8 }, (_, i) => at(d, i)), Math.floor(letter / 10), letter % 10, at(d, 8), at(d, 9)];
  let sum = 0;
  const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
  for (let i = 0; i < 12; i++) {
    const product = (expanded[i] ?? 0) * (weights[i] ?? 0);
    sum += Math.floor(product / 10) + (product % 10);
  }
  return sum % 10 === at(d, 10);
}

/** Spain, foreigners: the letter as a digit, modulo 23. */
export function esNie(text: string, d: Digits): boolean {
  const first = "XYZ".indexOf(text.charAt(0));
  return first >= 0 && "TRWAGMYFPDXBNJZSQVHLCKE".charAt(modulo([first, ...Array.from({ length: 7 }, (_, i) => at(d, i))], 23)) === text.charAt(text.length - 1);
}

/** France: fifteen digits with or without blanks, Corsica as `2A` or `2B`. */
export function frNirShape(text: string): boolean {
  const bare = text.replaceAll(" ", "");
  return bare.length === 15 && either("###############", "#####2A########", "#####2B########")(bare);
}

/** France, social insurance: sex, month, 97 minus modulo 97. */
export function frNir(text: string): boolean {
  const bare = text.replaceAll(" ", "");
  const d = digitsOf(bare.replace("2A", "19").replace("2B", "18"));
  const month = two(d, 3);
  return (at(d, 0) === 1 || at(d, 0) === 2) && ((month >= 1 && month <= 12) || (month >= 20 && month <= 42)) && 97 - modulo(d, 97, 0, 13) === two(d, 13);
}

/** Italy, codice fiscale: the month's letter, a sum of odd and even places by table. */
export function itCf(text: string): boolean {
  if (!"ABCDEHLMPRST".includes(text.charAt(8))) return false;
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const code = text.charCodeAt(i);
    const value = code <= 57 ? code - 48 : code - 65;
    sum += i % 2 === 0 ? (cfOdd[value] ?? 0) : value;
  }
  return sum % 26 === text.charCodeAt(15) - 65;
}

const cfOdd: readonly number[] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Poland: a day of birth with the century in the month, modulo 10. */
export function pesel(d: Digits): boolean {
  const month = two(d, 2) % 20;
  return validDay(two(d, 4), month) && weighted(d, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

/** Also coordination numbers, whose day is moved by 60. */
export function sePersonnummer(d: Digits): boolean {
  const from = d.length === 12 ? 2 : 0;
  if (from === 2 && two(d, 0) !== 19 && two(d, 0) !== 20) return false;
  const day = two(d, from + 4);
  return validDay(day > 60 ? day - 60 : day, two(d, from + 2)) && luhn(d, from, from + 10);
}

/** Finland: eleven characters, the century's sign in the seventh. */
export function hetuShape(text: string): boolean {
  return text.length === 11 && "-+ABCDEFUVWXY".includes(text.charAt(6));
}

/** Finland: a day of birth, modulo 31. */
export function hetu(text: string, d: Digits): boolean {
  if (!either("###", "######")(text.slice(0, 6)) || !shape("###&")(text.slice(7)) || !dayMonth(d, 0)) return false;
  return "0123456789ABCDEFHJKLMNPRSTUVWXY".charAt(modulo(d, 31, 0, 9)) === text.charAt(10);
}

/** Norway: a day of birth, or one moved by 40, two sums modulo 11. */
export function fnr(d: Digits): boolean {
  const day = two(d, 0);
  if (!validDay(day > 40 ? day - 40 : day, two(d, 2) % 40)) return false;
  return weighted(d, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 && weighted(d, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0;
}

/** Belgium: 97 minus modulo 97, for those born from 2000 on with a 2 before. */
export function beNrn(d: Digits): boolean {
  if (two(d, 2) > 12 || two(d, 4) > 31) return false;
  const check = two(d, 9);
  const before = modulo(d, 97, 0, 9);
  return 97 - before === check || 97 - ((2 * (1_000_000_000 % 97) + before) % 97) === check;
}

/** Thirteen digits with the check of article numbers: Switzerland's. */
export function ean(d: Digits): boolean {
  let sum = 0;
  for (let i = 0; i < d.length; i++) sum += at(d, i) * ((d.length - 1 - i) % 2 === 0 ? 1 : 3);
  return sum % 10 === 0;
}

/** Romania: modulo 11, ten as one. */
export function cnpCheck(d: Digits): boolean {
  const rest = weighted(d, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
  return (rest === 10 ? 1 : rest) === at(d, 12);
}

/** Bulgaria: a day of birth, its month moved by 20 or 40 for other centuries. */
export function egnDate(d: Digits): boolean {
  const month = two(d, 2);
  return validDay(two(d, 4), month > 40 ? month - 40 : month > 20 ? month - 20 : month);
}

/** Czechia and Slovakia: a day of birth, its month moved by 50 for women, by 20 when numbers ran out. */
export function czDate(d: Digits): boolean {
  const month = two(d, 2) % 50;
  return validDay(two(d, 4), month > 20 ? month - 20 : month);
}

/** Ireland: modulo 23 as a letter, the second letter weighted nine. */
export function iePps(text: string, d: Digits): boolean {
  const second = text.length === 9 ? text.charCodeAt(8) - 64 : 0;
  return second <= 9 && "WABCDEFGHIJKLMNOPQRSTUV".charAt((weighted(d, [8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23) === text.charAt(7);
}

/** Estonia and Lithuania: modulo 11 in two rounds. */
export function balticCheck(d: Digits): boolean {
  let rest = weighted(d, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
  if (rest === 10) rest = weighted(d, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
  return (rest === 10 ? 0 : rest) === at(d, 10);
}

/** The states of former Yugoslavia: modulo 11. */
export function jmbg(d: Digits): boolean {
  const rest = weighted(d, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return rest !== 1 && (rest === 0 ? 0 : 11 - rest) === at(d, 12);
}

/** Russia, taxes: two sums modulo 11. */
export function ruInn(d: Digits): boolean {
  return distinctDigits(d) && (weighted(d, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === at(d, 10) && (weighted(d, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === at(d, 11);
}

/** Russia, pensions: modulo 101. */
export function snils(d: Digits): boolean {
  return distinctDigits(d) && (weighted(d, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === two(d, 9);
}
