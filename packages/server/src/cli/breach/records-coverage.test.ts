import { describe, expect, test } from "vitest";
import { joinMsDefault, type UptimeState } from "../../hub/uptime.ts";
import { coverageStatement } from "../../respond/coverage-statement.ts";
import { recordsCoverage, type RecordsInput, type StoredHour } from "./records-coverage.ts";

const hourMs = 3_600_000;
const from = Date.UTC(2026, 5, 1, 8);
const to = from + 6 * hourMs;
const hour = (n: number, exchanges = 100, first = 0, last = hourMs - 1): StoredHour => ({
  hour: from + n * hourMs,
  exchanges,
  firstAt: from + n * hourMs + first,
  lastAt: from + n * hourMs + last,
});
const busy = [0, 1, 2, 3, 4, 5].map((n) => hour(n));
const uptime = (change: Partial<UptimeState> = {}): UptimeState => ({ joinMs: joinMsDefault, spans: [], hours: [], imports: [], ...change });
const complete = (change: Partial<RecordsInput> = {}): [boolean, string] => {
  const { complete: whole, statement } = coverageStatement(
    recordsCoverage({ from, to, stored: busy, storedDisclosures: undefined, uptime: undefined, missing: [], ...change }),
    from,
    to,
  );
  return [whole, statement];
};

describe("a hub that ran all the time", () => {
  const ran = uptime({ spans: [{ from: from - hourMs, to: to + hourMs }], hours: busy.map(({ hour: at }) => [at, 100, 10] as const) });

  test("an hour in which nobody came is quiet, not missing", () => {
    const stored = busy.filter((_, n) => n !== 2);
    const hours = ran.hours.filter(([at]) => at !== from + 2 * hourMs);
    expect(complete({ stored, uptime: { ...ran, hours } })[0]).toBe(true);
  });

  test("an hour whose records were taken away is missing, though the hub ran", () => {
    const [whole, statement] = complete({ stored: busy.filter((_, n) => n !== 2), uptime: ran });
    expect(whole).toBe(false);
    expect(statement).toContain("100 of 100 records written in this hour are no longer there");
  });

  test("one record less than was written is enough; one more, written after the last count, is not", () => {
    expect(complete({ stored: busy.map((one, n) => (n === 3 ? { ...one, exchanges: 99 } : one)), uptime: ran })[0]).toBe(false);
    expect(complete({ stored: busy.map((one, n) => (n === 3 ? { ...one, exchanges: 101 } : one)), uptime: ran })[0]).toBe(true);
  });

  test("disclosures taken away without their exchanges are noticed too", () => {
    const storedDisclosures = new Map(busy.map(({ hour: at }) => [at, 10]));
    expect(complete({ uptime: ran, storedDisclosures })[0]).toBe(true);
    storedDisclosures.set(from + 4 * hourMs, 9);
    const [whole, statement] = complete({ uptime: ran, storedDisclosures });
    expect([whole, statement]).toEqual([false, expect.stringContaining("at least 1 disclosures")]);
  });

  test("losses that the hub stated make it at least", () => {
    const missing = [{ from: from + 5, to: from + 6, count: 3, reason: "died with the gate before they reached the hub" }];
    expect(complete({ uptime: ran, missing })).toEqual([false, expect.stringContaining("3 exchanges died with the gate")]);
    expect(complete({ uptime: ran, missing: [{ ...missing[0], from: to + 1, to: to + 2, count: 3, reason: "x" }] })[0]).toBe(true);
  });
});

describe("a hub that did not run all the time", () => {
  test("twenty minutes away inside hours full of records are a gap; seconds of a restart are not", () => {
    const restarted = (awayMs: number): boolean =>
      complete({
        uptime: uptime({
          spans: [
            { from, to: from + 2 * hourMs },
            { from: from + 2 * hourMs + awayMs, to },
          ],
        }),
      })[0];
    expect(restarted(1_200_000)).toBe(false);
    expect(restarted(joinMsDefault)).toBe(true);
    expect(restarted(joinMsDefault + 1)).toBe(false);
  });

  test("a window that reaches beyond the time watched is not covered", () => {
    expect(complete({ uptime: uptime({ spans: [{ from: from + hourMs, to }] }) })[0]).toBe(false);
  });
});

describe("imported recordings", () => {
  const recording = uptime({ imports: [{ id: "imp", from, to }] });

  test("records in every hour: exactly", () => {
    expect(complete({ uptime: recording })[0]).toBe(true);
  });

  test("a hole of an hour is found at every minute it can begin", () => {
    for (let minute = 0; minute < 60; minute += 7) {
      const hole = from + 2 * hourMs + minute * 60_000;
      const stored = busy
        .map((one) => ({
          ...one,
          lastAt: one.lastAt >= hole && one.hour < hole ? hole - 1 : one.lastAt,
          firstAt: one.firstAt < hole + hourMs && one.hour + hourMs > hole + hourMs ? Math.max(one.firstAt, hole + hourMs) : one.firstAt,
        }))
        .filter((one) => !(one.hour >= hole && one.hour + hourMs <= hole + hourMs));
      expect([minute, complete({ stored, uptime: recording })[0]]).toEqual([minute, false]);
    }
  });

  test("nothing is claimed beyond the recording's ends", () => {
    expect(complete({ uptime: uptime({ imports: [{ id: "imp", from: from + 2 * hourMs, to }] }) })[0]).toBe(false);
  });

  test("what the state does not know of is judged by its hours alone", () => {
    expect(complete()[0]).toBe(true);
    expect(complete({ stored: busy.filter((_, n) => n !== 3) })[0]).toBe(false);
  });
});
