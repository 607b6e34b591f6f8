import { expect, test } from "vitest";
import { abusePolicy as policy } from "./abuse-policy.ts";
import { StrangePrefixes, strangersMax } from "./strange-prefixes.ts";

test("what at least three others had is usual beside a prefix, fades, and is not known where fewer are about", () => {
  const strange = new StrangePrefixes();
  for (const [prefix, recent] of [
    ["+1", 40],
    ["+2", 30],
    ["+3", 20],
    ["+4", 5],
  ] as const)
    strange.set(prefix, recent, 0);
  expect(strange.usualBeside("+9", 0)).toBe(20);
  expect(strange.usualBeside("+1", 0)).toBe(5);
  expect(strange.usualBeside("+9", policy.surgeWithinMs)).toBeCloseTo(20 / Math.E);
  const few = new StrangePrefixes();
  for (const prefix of ["+1", "+2", "+3"]) few.set(prefix, 9, 0);
  expect(few.usualBeside("+1", 0)).toBeUndefined();
});

test("at the bound the one that stands longest without a message goes", () => {
  const strange = new StrangePrefixes();
  for (const prefix of ["+a", "+b", "+c"]) strange.set(prefix, 50, 0);
  for (let n = 0; n < strangersMax - 3; n++) strange.set(`+${n}`, 1, 1);
  expect(strange.usualBeside("+9x", 1)).toBeGreaterThan(40);
  strange.set("+a", 50, 1);
  strange.set("+more", 1, 2);
  expect(strange.usualBeside("+9x", 2)).toBeLessThanOrEqual(1);
});
