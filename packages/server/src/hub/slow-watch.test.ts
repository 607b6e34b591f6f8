import { Incidents, type Signal, type SlowDay } from "@postern/engine";
import { expect, test } from "vitest";
import { z } from "zod";
import type { StoreClient } from "../store/store-client.ts";
import { SlowWatch, type SlowWatchState } from "./slow-watch.ts";

const dayMs = 86_400_000;
const from = Date.UTC(2026, 2, 2);

/** What the store would say of a service whose newcomers stop following up on day 40. */
const store: Pick<StoreClient, "query"> = {
  query: (name: string, params: unknown) => {
    const { shard, to } = z.object({ shard: z.number().default(0), to: z.number().default(0) }).parse(params);
    const rows = name === "slowSpan" ? [{ firstDay: from, lastDay: from + 90 * dayMs, rows: 9, sources: 9 }] : name === "slowDays" && shard === 3 ? days(to) : [];
    return Promise.resolve(rows as never);
  },
};

function days(to: number): SlowDay[] {
  const rows: SlowDay[] = [];
  for (let n = 1; from + n * dayMs < to; n++) {
    const even = { newcomers: 100, followed: 80, knownFollowed: 20, knownUnfollowed: 1, byHour: Array<number>(24).fill(4), silentByHour: Array<number>(24).fill(1) };
    rows.push({ ...even, endpointId: "e", day: from + n * dayMs, unfollowed: (n < 40 ? 20 : 90) + (n % 5) });
  }
  return rows;
}

function watch(state?: SlowWatchState): { readonly slow: SlowWatch; readonly incidents: Incidents; readonly taken: Signal[]; readonly look: (day: number) => Promise<void> } {
  const taken: Signal[] = [];
  const incidents = new Incidents();
  let realNow = 0;
  const slow = new SlowWatch(
    {
      store,
      principals: () => [],
      cohorts: () => ({ events: [], exposing: [], confirmedClasses: [] }),
      incidents: () => incidents.list(),
      take: (signals) => {
        taken.push(...signals);
        for (const signal of signals) incidents.observe(signal);
      },
      realNow: () => (realNow += 100_000),
    },
    state,
  );
  return {
    slow,
    incidents,
    taken,
    look: async (day) => {
      slow.tick(from + day * dayMs + 3_600_000);
      await slow.settled();
    },
  };
}

test("a night without anything tells nothing, the first night after it is sure tells once, and the following nights not again", async () => {
  const { slow, taken, look, incidents } = watch();
  await look(39);
  expect(taken).toEqual([]);
  expect(slow.last).toMatchObject({ status: "done", day: from + 39 * dayMs, days: 38, alarms: 0 });
  for (let day = 40; day < 60; day++) await look(day);
  expect(taken.map((signal) => [signal.detector, signal.level])).toEqual([["enumeration.follow-up", "high"]]);
  expect(incidents.dueAlerts()).toHaveLength(1);
});

test("what an open incident speaks of already is no second page", async () => {
  const { taken, look, incidents } = watch();
  incidents.observe({ id: "s", detector: "enumeration.source", level: "high", confidence: 1, at: from + 43 * dayMs, endpointId: "e", actor: undefined, evidence: {} });
  expect(incidents.dueAlerts()).toHaveLength(1);
  await look(45);
  expect(taken.map((signal) => signal.level)).toEqual(["low"]);
  expect(incidents.dueAlerts()).toEqual([]);
});

test("a hub that died before it kept what it told gives the same signal again, and one that kept it does not", async () => {
  const first = watch();
  await first.look(45);
  const again = watch();
  await again.look(45);
  expect(again.taken.map((signal) => signal.id)).toEqual(first.taken.map((signal) => signal.id));
  const next = watch(first.slow.exportState());
  await next.look(46);
  expect(next.taken).toEqual([]);
});

test("a store that is away is asked again later, and the failure is seen", async () => {
  let up = false;
  const { slow, look } = watchOf(() => up);
  await look(45);
  expect(slow.last.status).toBe("failed");
  up = true;
  await look(45);
  expect(slow.last).toMatchObject({ status: "done", alarms: 1 });
});

function watchOf(up: () => boolean): { readonly slow: SlowWatch; readonly look: (day: number) => Promise<void> } {
  let realNow = 0;
  const slow = new SlowWatch({
    store: { query: (name, params) => (up() ? store.query(name, params) : Promise.reject(new Error("away"))) },
    principals: () => [],
    cohorts: () => ({ events: [], exposing: [], confirmedClasses: [] }),
    incidents: () => [],
    take: () => undefined,
    realNow: () => (realNow += 100_000),
  });
  return {
    slow,
    look: async (day) => {
      slow.tick(from + day * dayMs + 3_600_000);
      await slow.settled();
    },
  };
}
