import { Writable } from "node:stream";
import pc from "picocolors";
import { expect, test } from "vitest";
import type { LaneState } from "./lane.ts";
import { brokenClaims } from "./race-story.ts";
import { RaceTeller } from "./race-teller.ts";
import type { Race, RaceLane } from "./run-race.ts";

const state: LaneState = { day: 90, asked: 22_194, leaked: 98, told: { leaked: 3, afterDays: 0.05 }, visits: 13_000, touched: 3_000, falseAlarms: 0, requests: 100_000 };
const ours: RaceLane = { id: "postern", name: "Postern", version: "0.1.0", ours: true, state: { ...state, unaccounted: 0, invented: 0 }, notRun: null };
const theirs: RaceLane = {
  id: "other",
  name: "rate-limiter-flexible, 10 lookups an hour",
  version: "11.4.0",
  ours: false,
  state: { ...state, leaked: 10_887, told: null },
  notRun: null,
};
const race = (...lanes: readonly RaceLane[]): Race => ({
  visitsPerDay: 150,
  people: 1_100,
  honestDays: 14,
  days: 90,
  addresses: 20_000,
  listed: 26_000,
  existing: 11_040,
  everySeconds: 300,
  lanes,
  seconds: 20,
});

function told(of: Race, live: boolean): string {
  let text = "";
  const out = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString("utf8");
      done();
    },
  });
  const teller = new RaceTeller({ out, paint: pc.createColors(false), live });
  teller.begin(of);
  for (let day = -14; day <= 90; day += 1) teller.progress({ ...of, lanes: of.lanes.map((lane) => (lane.state === null ? lane : { ...lane, state: { ...lane.state, day } })) });
  teller.end(of);
  return text;
}

test("a pipe gets a line every fifteen days and no control characters; no line is wider than 80 columns", () => {
  const text = told(race(ours, theirs), false);
  for (const control of ["\u001b", "\r"]) expect(text).not.toContain(control);
  expect(text.match(/^ {3}day \d+: /gm)).toEqual([15, 30, 45, 60, 75].map((day) => `   day ${day}: `));
  for (const line of text.split("\n")) expect(columnsOf(line), line).toBeLessThanOrEqual(80);
  expect(text).toMatch(/98 .* 23\.1 % {2}Postern\n/);
  expect(text).toContain("after 72 minutes");
});

test("a live terminal sees the picture in one place, and no line wider than 80 columns", () => {
  const text = told(race(ours, theirs), true);
  expect(text.split("\u001b[3A\u001b[0J")).toHaveLength(106);
  for (const line of text.replaceAll("\u001b[3A\u001b[0J", "").split("\n")) expect(columnsOf(line), line).toBeLessThanOrEqual(80);
});

test("a package that is not to be had is named, with why", () => {
  expect(told(race(ours, { ...theirs, state: null, notRun: "npm could not fetch it" }), false)).toMatch(
    /Not run: rate-limiter-flexible, 10 lookups an hour\. npm could not fetch\s+it/,
  );
});

test("every claim of the story that a run does not show is said", () => {
  expect(brokenClaims(race(ours, theirs))).toEqual([]);
  const lost: RaceLane = { ...ours, state: { ...state, leaked: 10_887, told: null, falseAlarms: 1, unaccounted: 1, invented: 0 } };
  expect(brokenClaims(race(lost, theirs))).toHaveLength(4);
  expect(brokenClaims(race(theirs))).toEqual(["Postern was not run"]);
  expect(told(race(lost, theirs), false).match(/Does not hold in this run/g)).toHaveLength(4);
});

/** All its characters are one code unit and one column wide. */
function columnsOf(line: string): number {
  return line.length;
}
