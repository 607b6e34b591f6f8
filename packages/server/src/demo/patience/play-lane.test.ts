import { expect, test } from "vitest";
import type { Cell } from "../../bench/detection/cell.ts";
import type { Lane, LaneState } from "./lane.ts";
import { limiterLanes } from "./limiter-lanes.ts";
import { playLane } from "./play-lane.ts";
import { posternLane } from "./postern-lane.ts";

const day = 86_400_000;
const cell: Cell = {
  id: "small",
  title: "",
  group: "slow",
  honest: { accounts: 260, sessionsPerDay: 120, monitor: false, rollOutDevices: 4 },
  warmMs: 2 * day,
  horizonMs: 3 * day,
  attack: { size: 1_000, validShare: 0.25, addresses: 1_000, ratePerSecond: 1 / 240, asApp: true },
  bar: {},
};

async function whole(lane: Lane): Promise<{ readonly days: LaneState[]; readonly end: LaneState }> {
  const days: LaneState[] = [];
  const states = playLane(lane, cell, "test-1");
  for (;;) {
    const { value, done } = await states.next();
    if (done === true) return { days, end: value };
    days.push(value);
  }
}

test("behind nobody the thief learns everybody it asks about, nobody is touched and nobody told; the picture comes day by day", async () => {
  const { days, end } = await whole({ id: "none", name: "nobody", front: () => ({ answer: (_arrival, serve) => serve() }) });
  expect(days.map((state) => state.day)).toEqual([-1, 0, 1, 2]);
  expect(end).toMatchObject({ day: 3, told: null, touched: 0, falseAlarms: 0 });
  expect(end.asked).toBeGreaterThan(850);
  expect(end.leaked).toBeGreaterThan(200);
  expect(end.leaked).toBeGreaterThan(days[3]?.leaked ?? 0);
});

test("Postern stops it early, tells of it, and lists as exposed whom the thief learned, all and only", async () => {
  const { end } = await whole(posternLane());
  expect(end.leaked).toBeLessThan(80);
  expect(end.told?.leaked).toBeLessThan(40);
  expect(end).toMatchObject({ falseAlarms: 0, unaccounted: 0, invented: 0 });
});

test("who refuses a visitor, touches his visit once", async () => {
  let refused = "";
  const { end } = await whole({
    id: "one",
    name: "one",
    front: ({ attackFrom }) => ({
      answer: ({ session, at }, serve) => {
        if (refused === "" && session.kind === "returning" && session.startAt >= attackFrom && at >= attackFrom) refused = session.id;
        return session.id === refused ? { status: 429, headers: [], body: "" } : serve();
      },
    }),
  });
  expect(end.touched).toBe(1);
});

test("the limiters are four, each named as what it is", () => {
  expect(limiterLanes.map((lane) => lane.name)).toEqual([
    "express-rate-limit, 5 a minute",
    "express-rate-limit, 100 lookups a day",
    "rate-limiter-flexible, 10 lookups an hour",
    "rate-limiter-flexible, 1 lookup a day",
  ]);
});
