import type { Signal } from "@postern/engine";
import { expect, test } from "vitest";
import { RecentSignals, recentMax } from "./recent-signals.ts";

test("beyond its bound the oldest signal goes, and its id with it", () => {
  const recent = new RecentSignals();
  for (let n = 0; n <= recentMax; n++) recent.add(signal(n));
  expect(recent.list).toHaveLength(recentMax);
  expect([recent.has("s0"), recent.has("s1"), recent.has(`s${recentMax}`)]).toEqual([false, true, true]);
  expect(new RecentSignals(recent.youngest).list.at(-1)?.id).toBe(`s${recentMax}`);
});

function signal(n: number): Signal {
  return { id: `s${n}`, detector: "enumeration.fan-out", level: "low", confidence: 0.5, at: n, endpointId: undefined, actor: undefined, evidence: {} };
}
