/**
 * Check digits of the numbers states, banks and card schemes give out, over arrays of digits (0–9). Each is linear and allocates nothing. A checksum
 * that holds once says little (one number in ten or in a hundred holds by chance); it tells when it holds for many values of one field.
 */
export type Digits = ArrayLike<number>;

/** The digits of a text, everything else left out; at most {@link digitsMax}. */
export function digitsOf(text: string): number[] {
  const digits: number[] = [];
  for (let i = 0; i < text.length && digits.length < digitsMax; i++) {
    const code = text.charCodeAt(i) - 48;
    if (code >= 0 && code <= 9) digits.push(code);
  }
  return digits;
}

/** No number with a check digit is longer. */
export const digitsMax = 40;

/** ISO/IEC 7812 (Luhn), the last digit being the check. */
export function luhn(digits: Digits, from = 0, to = digits.length): boolean {
  let sum = 0;
  for (let i = to - 1, odd = false; i >= from; i--, odd = !odd) {
    const digit = at(digits, i);
    sum += odd ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}

/** The sum of digits times weights. */
export function weighted(digits: Digits, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += at(digits, i) * (weights[i] ?? 0);
  return sum;
}

/** Digits read as one number, modulo `modulus`: safe for any length. */
export function modulo(digits: Digits, modulus: number, from = 0, to = digits.length): number {
  let rest = 0;
  for (let i = from; i < to; i++) rest = (rest * 10 + at(digits, i)) % modulus;
  return rest;
}

/** ISO/IEC 7064 MOD 11,10, the last digit being the check (Germany's tax id, Croatia's OIB). */
export function mod1110(digits: Digits): boolean {
  let product = 10;
  for (let i = 0; i < digits.length - 1; i++) {
    let sum = (at(digits, i) + product) % 10;
    if (sum === 0) sum = 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === at(digits, digits.length - 1);
}

/** Verhoeff, the last digit being the check (India's Aadhaar). */
export function verhoeff(digits: Digits): boolean {
  let check = 0;
  for (let i = digits.length - 1, position = 0; i >= 0; i--, position++) check = dihedral(check, permuted(at(digits, i), position & 7));
  return check === 0;
}

/** ISO 13616: first four characters moved to the end, letters as numbers from 10, modulo 97 is 1. `text` in capitals, without blanks. */
export function isIban(text: string): boolean {
  if (text.length < 15 || text.length > 34 || !isCapital(text, 0) || !isCapital(text, 1) || !isDigit(text, 2) || !isDigit(text, 3)) return false;
  let rest = 0;
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt((n + 4) % text.length);
    if (code >= 48 && code <= 57) rest = (rest * 10 + code - 48) % 97;
    else if (code >= 65 && code <= 90) rest = (rest * 100 + code - 55) % 97;
    else return false;
  }
  return rest === 1;
}

export function at(digits: Digits, index: number): number {
  return digits[index] ?? 0;
}

function isCapital(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 65 && code <= 90;
}

function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
}

/** The product in the dihedral group of ten elements. */
function dihedral(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b - 5) % 5);
  return b < 5 ? 5 + ((a - 5 - b + 5) % 5) : (a - b + 5) % 5;
}

/** Verhoeff's permutation, applied `times`. */
function permuted(digit: number, times: number): number {
  let value = digit;
  for (let n = 0; n < times; n++) value = permutation[value] ?? 0;
  return value;
}

const permutation: readonly number[] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
