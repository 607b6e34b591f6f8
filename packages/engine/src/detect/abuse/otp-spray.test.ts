import { expect, test } from "vitest";
import { collector, ports, tried } from "../../testing/abuse-tries.ts";
import { OtpSpray } from "./otp-spray.ts";

const minute = 60_000;

/** People who verify, each from home; every twelfth slips first. */
function honest(detector: OtpSpray, from: number, count: number, everyMs: number): void {
  for (let n = 0; n < count; n++) {
    const who = `h${from}-${n}`;
    const at = from + n * everyMs;
    if (n % 12 === 5) detector.observe(tried({ who, from: `10.0.${n >> 8}.${n & 255}`, given: String(100_000 + n), at }), false);
    detector.observe(tried({ who, from: `10.0.${n >> 8}.${n & 255}`, given: String(200_000 + n * 7), at: at + 20_000, outcome: "accepted" }), false);
  }
}

test("one address is told at the seventh challenge, at any speed", () => {
  for (const everyMs of [100, 6 * 3_600_000]) {
    const { emit, raised } = collector();
    const detector = new OtpSpray(ports, emit);
    let n = 0;
    while (!raised.some(({ evidence }) => evidence["test"] === "source")) {
      detector.observe(tried({ who: `v${n}`, from: "203.0.113.5", given: String(300_000 + n * 11), at: 1_000 + n * everyMs }), false);
      n++;
      expect(n).toBeLessThan(8);
    }
    expect(n).toBe(7);
  }
});

test("guesses from a fresh address each are told within fifty, among honest people", () => {
  const { emit, raised } = collector();
  const detector = new OtpSpray(ports, emit);
  honest(detector, 0, 600, minute);
  expect(raised).toEqual([]);
  let guesses = 0;
  for (let n = 0; n < 60 && raised.length === 0; n++) {
    const at = 600 * minute + n * minute;
    honest(detector, at, 1, minute);
    detector.observe(tried({ who: `v${n}`, from: `203.0.${n}.5`, given: String(300_000 + n * 11), at: at + 30_000 }), false);
    guesses++;
  }
  expect(raised[0]).toMatchObject({ detector: "otp.spray", level: "high", actor: undefined });
  expect(guesses).toBeLessThan(25);
});

test("one code on several accounts is told, however slowly within a day", () => {
  const { emit, raised } = collector();
  const detector = new OtpSpray(ports, emit);
  for (let n = 0; n < 5; n++) detector.observe(tried({ who: `v${n}`, from: `203.0.${n}.5`, given: "000000", at: n * 4 * 3_600_000 }), false);
  expect(raised.map(({ evidence }) => [evidence["test"], evidence["accounts"]])).toEqual([["same-code", 4]]);
});

test("a gateway of many people, some of whom slip, is left alone", () => {
  const { emit, raised } = collector();
  const detector = new OtpSpray(ports, emit);
  for (let n = 0; n < 2_000; n++) {
    const who = `h${n}`;
    if (n % 7 === 0) detector.observe(tried({ who, from: "10.9.9.9", given: String(100_000 + n), at: n * 1_000 }), false);
    detector.observe(tried({ who, from: "10.9.9.9", given: String(200_000 + n), at: n * 1_000 + 500, outcome: "accepted" }), false);
  }
  expect(raised).toEqual([]);
});

test("while messages come late, wrong codes of all together conclude nothing", () => {
  const { emit, raised } = collector();
  const detector = new OtpSpray(ports, emit);
  honest(detector, 0, 300, minute);
  for (let n = 0; n < 100; n++) detector.observe(tried({ who: `late${n}`, from: `10.7.${n}.1`, given: String(500_000 + n * 13), at: 300 * minute + n * minute }), true);
  honest(detector, 420 * minute, 100, minute);
  expect(raised).toEqual([]);
});

test("what is usual survives a restart", () => {
  const { emit } = collector();
  const detector = new OtpSpray(ports, emit);
  honest(detector, 0, 600, minute);
  const state = JSON.parse(JSON.stringify(detector.exportState())) as ReturnType<OtpSpray["exportState"]>;
  expect(new OtpSpray(ports, emit, state).exportState()).toEqual(state);
});
