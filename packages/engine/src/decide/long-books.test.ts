import { describe, expect, test } from "vitest";
import { seededRandom } from "../testing/seeded-random.ts";
import { FanOut } from "./fan-out.ts";
import { fanOutPolicy as policy } from "./fan-out-policy.ts";
import { LongBooks } from "./long-books.ts";

const start = Date.UTC(2026, 2, 2);
const hour = 3_600_000;

/** Books as telephones hold them: log-normal, half below 250. */
function bookOf(random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.round(Math.min(5_000, Math.max(30, 250 * Math.exp(0.8 * normal))));
}

/** Every 24 minutes a book, and in between whatever `more` sends; how many were told of. */
function days(count: number, seed: number, more: (book: (size: number, at: number) => void, at: number, n: number) => void = () => undefined): number {
  const random = seededRandom(seed);
  const books = new LongBooks();
  let told = 0;
  const book = (size: number, at: number): void => {
    for (let sent = 0; sent < size; sent += 100) if (books.grew(sent, Math.min(size, sent + 100), at) !== undefined) told++;
    books.ended(size, at);
  };
  for (let n = 0; n < count * 60; n++) {
    const at = start + n * 24 * 60_000;
    book(bookOf(random), at);
    more(book, at, n);
  }
  return told;
}

describe("first books that are longer than others", () => {
  test("are told of when fourteen come within a day, and a quarter of a year of honest ones is not", () => {
    for (let seed = 1; seed <= 5; seed++) {
      expect(days(90, seed)).toBe(0);
      expect(days(12, seed, (book, at, n) => n >= 600 && n < 642 && n % 3 === 0 && book(2_500, at))).toBe(1);
      expect(days(12, seed, (book, at, n) => n >= 600 && n < 602 && book(4_000, at))).toBe(0);
    }
  });

  test("are not told of as long as no day of enough books was learned", () => {
    expect(days(1, 1, (book, at, n) => n < policy.startCallersMin / 2 && book(4_000, at))).toBe(0);
  });

  test("reach people as a signal of the whole, once", () => {
    const fan = new FanOut();
    const random = seededRandom(3);
    let alarms = 0;
    const send = (credential: string, size: number, at: number): void => {
      for (let left = size; left > 0; left -= 100) {
        fan.take({ credential, network: `net ${credential}`, proven: true, cost: Math.min(100, left), list: Math.min(100, left), at, declared: 0 });
        if (fan.longBooks() !== undefined) alarms++;
      }
    };
    for (let n = 0; n < 300; n++) send(`m${n}`, Math.min(1_500, bookOf(random)), start + n * 24 * 60_000);
    expect(alarms).toBe(0);
    for (let n = 0; n < 10; n++) send(`own${n}`, 2_000, start + 130 * hour + n * hour);
    expect(alarms).toBe(1);
  });
});
