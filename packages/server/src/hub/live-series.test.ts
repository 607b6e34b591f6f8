import { expect, test } from "vitest";
import { LiveSeries, seriesSecondsMax } from "./live-series.ts";

test("draws what each second brought, of endpoints under a budget only, and nothing of what was counted before it began", () => {
  const series = new LiveSeries();
  const guarded = (id: string): boolean => id === "guarded";
  series.tick(10, [{ endpointId: "guarded", truthful: 500, uniform: 7 }], guarded);
  series.tick(
    25,
    [
      { endpointId: "guarded", truthful: 503, uniform: 8 },
      { endpointId: "watched", truthful: 90, uniform: 0 },
    ],
    guarded,
  );
  series.tick(25, [{ endpointId: "watched", truthful: 99, uniform: 0 }], guarded);
  expect(series.view(9_000)).toEqual({ fromAt: 6_000, stepMs: 1_000, requests: [10, 15, 0], truthful: [0, 3, 0], uniform: [0, 1, 0] });
  expect(series.requestsPerSecond).toBe(8.3);
});

test("keeps two minutes, however long the hub runs", () => {
  const series = new LiveSeries();
  for (let second = 1; second <= seriesSecondsMax + 30; second++) series.tick(second * second, [], () => true);
  const { requests } = series.view(0);
  expect(requests).toHaveLength(seriesSecondsMax);
  expect(requests.at(-1)).toBe(2 * (seriesSecondsMax + 30) - 1);
});
