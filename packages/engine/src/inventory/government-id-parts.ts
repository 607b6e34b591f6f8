import { at, type Digits } from "./checksums.ts";

/** Two digits as a number. */
export function two(d: Digits, index: number): number {
  return at(d, index) * 10 + at(d, index + 1);
}

/** True when the number that the digits from `from` up to `to` make lies within the bounds. */
export function within(d: Digits, from: number, to: number, min: number, max: number): boolean {
  let value = 0;
  for (let i = from; i < to; i++) value = value * 10 + at(d, i);
  return value >= min && value <= max;
}

/** A day that some year has. */
export function validDay(day: number, month: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= (month === 2 ? 29 : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
}

/** `DDMM` at an index. */
export function dayMonth(d: Digits, index: number): boolean {
  return validDay(two(d, index), two(d, index + 2));
}

/** `YYMMDD` at an index. */
export function yearMonthDay(d: Digits, index: number): boolean {
  return validDay(two(d, index + 4), two(d, index + 2));
}

/** More than two different digits: `000000000` and `111111111` pass checksums and are nobody's. */
export function distinctDigits(d: Digits): boolean {
  let seen = 0;
  for (let i = 0; i < d.length; i++) seen |= 1 << at(d, i);
  let count = 0;
  for (; seen !== 0; seen &= seen - 1) count++;
  return count > 2;
}

/** Of the first ten digits, one stands two or three times and at least one is absent. */
export function repeats(d: Digits): boolean {
  const times = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 10; i++) times[at(d, i)] = (times[at(d, i)] ?? 0) + 1;
  const most = Math.max(...times);
  return (most === 2 || most === 3) && times.filter((count) => count > 1).length === 1;
}

/** Eleven minus the rest by eleven; what has no digit of its own is 0. */
export function elevenZero(sum: number): number {
  const rest = 11 - (sum % 11);
  return rest > 9 ? 0 : rest;
}
