import type { Cell } from "../../bench/detection/cell.ts";

const day = 86_400_000;

/**
 * The world of the demo's last act: two honest weeks, then ninety days with a thief who asks one question in five minutes, each from the next of 20,000 addresses.
 * As small as it is so that five of them are replayed within half a minute on two quiet cores; its people come back about once a week, as in the league table's cell `20k-300s`, which has
 * ten times as many visits. No monitor: machines are not counted among the people touched.
 */
export const patienceCell: Cell = {
  id: "patience",
  title: "20,000 addresses, one question in five minutes in all, 90 days",
  group: "slow",
  honest: { accounts: 1_100, sessionsPerDay: 150, monitor: false },
  warmMs: 14 * day,
  horizonMs: 90 * day,
  attack: { size: 26_000, validShare: 0.04, addresses: 20_000, ratePerSecond: 1 / 300, asApp: true },
  bar: {},
};
