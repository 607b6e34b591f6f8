import { describe, expect, test } from "vitest";
import { LogQuantiles } from "../detect/observe/log-quantiles.ts";
import { fanOutPolicy as policy } from "./fan-out-policy.ts";
import { FirstBooks } from "./first-books.ts";

const start = Date.UTC(2026, 2, 2);
const minute = 60_000;
const mostOfOne = 2_000;

/** A day at which a book of 60 to 300 comes every twenty minutes, and twice two side by side. */
function afterADay(): { readonly books: FirstBooks; readonly ask: (caller: string, people: number, at: number) => boolean } {
  const sizes = new LogQuantiles();
  const books = new FirstBooks(sizes);
  const ask = (caller: string, people: number, at: number): boolean => {
    books.advance(at, mostOfOne);
    if (!books.admits(caller, people, mostOfOne)) {
      books.refused(caller, people, at);
      return false;
    }
    books.count(caller, people, at, true);
    return true;
  };
  for (let n = 0; n < 72; n++) {
    const size = 60 + ((n * 37) % 240);
    ask(`honest-${n}`, size, start + n * 20 * minute);
    if (n % 36 === 35) ask(`beside-${n}`, 150, start + n * 20 * minute + minute);
    sizes.add(size);
  }
  return { books, ask };
}

describe("first books", () => {
  test("that ten callers send side by side are held after a few parts, and the longest of one alone is not", () => {
    const { ask } = afterADay();
    const at = start + 24 * 60 * minute + 20 * minute;
    let taken = 0;
    for (let n = 0; n < 200; n++) if (ask(`own-${n % 10}`, 100, at + n * 5_000)) taken += 100;
    expect(taken).toBeLessThanOrEqual(1_000);
    const calm = afterADay();
    let alone = 0;
    for (let n = 0; n < 15; n++) if (calm.ask("one", 100, at + n * 700)) alone += 100;
    expect(alone).toBe(1_500);
  });

  test("come as before ten minutes after such a rush has ended, whatever was wanted in it", () => {
    const { ask } = afterADay();
    const at = start + 24 * 60 * minute + 20 * minute;
    for (let n = 0; n < 30; n++) ask(`own-${n % 10}`, 100, at + n * 5_000);
    expect(ask("honest", 300, at + 5 * minute)).toBe(false);
    expect(ask("honest-later", 300, at + 30 * 5_000 + policy.sittingGapMs + 1_000 + 5 * minute)).toBe(true);
  });

  test("that are taken back leave nothing behind", () => {
    const { books, ask } = afterADay();
    const at = start + 24 * 60 * minute + 20 * minute;
    for (let n = 0; n < 50; n++) {
      expect(ask(`unlucky-${n}`, 200, at + n)).toBe(true);
      books.count(`unlucky-${n}`, -200, at + n, true);
    }
  });
});
