import { expect, test } from "vitest";
import { collector, tried } from "../../testing/abuse-tries.ts";
import { countsMax, OtpBruteForce } from "./otp-brute-force.ts";

test("five wrong codes are told, ten page, over as many challenges and addresses as there are", () => {
  const { emit, raised } = collector();
  const detector = new OtpBruteForce(emit);
  for (let n = 0; n < 12; n++) detector.observe(tried({ who: "ana", from: `198.51.100.${n}`, challenge: `c${n >> 1}`, at: n * 60_000 }));
  expect(raised.map(({ level, evidence }) => [level, evidence["wrongCodesInARow"]])).toEqual([
    ["medium", 5],
    ["high", 10],
  ]);
});

test("a right code ends the count", () => {
  const { emit, raised } = collector();
  const detector = new OtpBruteForce(emit);
  for (let n = 0; n < 40; n++) detector.observe(tried({ who: "ana", from: "198.51.100.1", outcome: n % 5 === 4 ? "accepted" : "refused" }));
  expect(raised).toEqual([]);
});

test("a challenge that is gone is no wrong code", () => {
  const { emit, raised } = collector();
  const detector = new OtpBruteForce(emit);
  for (let n = 0; n < 40; n++) detector.observe(tried({ who: "ana", from: "198.51.100.1", outcome: "missing" }));
  expect(raised).toEqual([]);
});

test("counts so many accounts and no more, and those counted last", () => {
  const { emit, raised } = collector();
  const detector = new OtpBruteForce(emit);
  const one = (n: number): void => detector.observe(tried({ who: "x", from: "198.51.100.1", account: `a${n}`, challenge: `a${n}` }));
  for (let n = 0; n < 4; n++) one(-1);
  for (let n = 0; n < countsMax; n++) one(n);
  one(-1);
  expect(raised).toEqual([]);
  for (let n = 0; n < 4; n++) one(-1);
  expect(raised.length).toBe(1);
});
