import { describe, expect, test } from "vitest";
import type { Cell } from "../cell.ts";
import { inEventTime } from "./event-time.ts";
import { harmOf, inWords, type Limiter, type LimiterSettings, tuneLimiter } from "./limiter-grid.ts";
import { apacheConfiguration, floodModel } from "./modsecurity.ts";
import { limitReqModel, nginxConfiguration } from "./nginx-limit-req.ts";
import { playBehind } from "./play-behind.ts";
import { harmMax } from "./rival.ts";
import { tooManyRequests } from "./too-many-requests.ts";

const minute = 60_000;
const cell: Cell = {
  id: "small",
  title: "one address, 2 a second",
  group: "single",
  honest: { accounts: 500, sessionsPerDay: 3_000, rollOutDevices: 4 },
  warmMs: 20 * minute,
  horizonMs: 5 * minute,
  attack: { size: 400, validShare: 0.5, addresses: 1, ratePerSecond: 2 },
  bar: {},
};

test("nobody before the service: the whole valid list leaks, nobody is harmed, nobody is told", async () => {
  const outcome = await playBehind(cell, "one", () => ({ answer: (_arrival, serve) => serve() }));
  expect(outcome).toMatchObject({ leaked: 200, leakedAtAlert: 200, asked: 400, pages: 0, pagesBefore: 0, refused: 0, refusedLookups: 0 });
  expect(outcome.alertAfterMs).toBeUndefined();
  expect(outcome.lookups).toBeGreaterThan(30);
});

test("a refusal keeps the request from the service, is counted by class, and a notice stops the count at alert", async () => {
  const outcome = await playBehind(cell, "one", (tell) => ({
    answer: ({ session, request, at }, serve) => {
      if (session.kind === "enumeration" && at > Date.UTC(2026, 2, 2, 0, 21)) {
        tell(at, session.address);
        return { status: 429, headers: [], body: "" };
      }
      return session.kind === "monitor" && request.lookup !== undefined ? { status: 429, headers: [], body: "" } : serve();
    },
  }));
  expect(outcome.leaked).toBeGreaterThan(30);
  expect(outcome.leaked).toBeLessThan(90);
  expect(outcome.leakedAtAlert).toBe(outcome.leaked);
  expect(outcome.alertAfterMs).toBeGreaterThan(60_000);
  expect(outcome.byKind.monitor?.refusedLookups).toBe(outcome.byKind.monitor?.lookups);
  expect(outcome.refused).toBe(outcome.byKind.monitor?.refused);
});

describe("tuning", () => {
  /** A fixed window, as the packages of npm keep it. */
  const fixedWindow = ({ limit, windowMs }: LimiterSettings): Limiter => {
    const counts = new Map<string, { since: number; count: number }>();
    return {
      take: (address) => {
        let one = counts.get(address);
        if (one === undefined || Date.now() >= one.since + windowMs) counts.set(address, (one = { since: Date.now(), count: 0 }));
        one.count += 1;
        return one.count <= limit;
      },
    };
  };

  test("takes the least leak among what harms few, and holds that in closed loop", async () => {
    const play = (of: Cell, seed: string, settings: LimiterSettings): ReturnType<typeof playBehind> =>
      inEventTime(async (clock) => {
        const limiter = fixedWindow(settings);
        return playBehind(of, seed, () => ({
          answer: async ({ session, request, at }, serve) => {
            clock.now = at;
            if (session.kind === "monitor" || (settings.over === "the lookup" && request.lookup === undefined)) return serve();
            return (await limiter.take(session.address)) ? serve() : { status: 429, headers: [], body: "" };
          },
        }));
      });
    const settings = await tuneLimiter(cell, fixedWindow, play, { windowsMs: [minute, 60 * minute], blocksMs: [0] });
    expect(settings).toBeDefined();
    if (settings === undefined) return;
    const outcome = await play(cell, "tuning", settings);
    expect(harmOf(Object.values(outcome.byKind))).toBeLessThanOrEqual(harmMax);
    expect(outcome.leaked).toBeLessThan(60);
  });

  test("finds nothing where every setting harms too many", async () => {
    const refusing = (): Limiter => ({ take: () => false });
    expect(await tuneLimiter(cell, refusing, () => Promise.reject(new Error("never played")), { windowsMs: [minute], blocksMs: [0] })).toBeUndefined();
  });
});

describe("nginx", () => {
  const settings: LimiterSettings = { over: "the lookup", limit: 2, windowMs: minute, blockMs: 0, monitorExempt: true };

  test("the model of its bucket refuses as nginx 1.22 was seen to", async () => {
    const verdicts = await inEventTime(async (clock) => {
      const limiter = limitReqModel(settings);
      const seen: boolean[] = [];
      for (const at of [500, 500, 500, 500, 60_400, 60_500, 3_660_500, 3_660_500, 3_660_500, 3_660_500]) {
        clock.now = at;
        seen.push(await limiter.take("a"));
      }
      return seen.map(Number).join("");
    });
    // One a minute is 16 thousandths a second to nginx: a minute later its bucket is not a whole request lower.
    expect(verdicts).toBe("1110001110");
  });

  test("its configuration limits the lookup, counts by address, and leaves the monitor out", () => {
    const written = nginxConfiguration("/folder", 8_080, 9_090, settings);
    expect(written).toContain("limit_req_zone $who zone=one:64m rate=1r/m;");
    expect(written).toContain("location ~ ^/client/v1/users/[^/]+/status$ { limit_req zone=one burst=2 nodelay; proxy_pass http://127.0.0.1:9090;");
    expect(written).toContain("127.0.40.1 0;");
    expect(nginxConfiguration("/folder", 1, 2, { ...settings, over: "every request", monitorExempt: false })).not.toContain("127.0.40.1");
  });
});

describe("ModSecurity", () => {
  const settings: LimiterSettings = { over: "every request", limit: 2, windowMs: minute, blockMs: 10 * minute, monitorExempt: false };

  test("the model of its rules against floods blocks at the second burst, by address and agent, and lets go", async () => {
    const verdicts = await inEventTime(async (clock) => {
      const limiter = floodModel(settings);
      const seen: boolean[] = [];
      for (const [second, agent] of [
        [0, "a"],
        [1, "a"],
        [2, "a"],
        [3, "a"],
        [4, "a"],
        [5, "b"],
        [602, "a"],
        [604, "a"],
      ] as const) {
        clock.now = second * 1_000;
        seen.push(await limiter.take("x", undefined, agent));
      }
      return seen.map(Number).join("");
    });
    expect(verdicts).toBe("11110101");
  });

  test("its configuration sets the floods' values; tuned, it leaves out the monitor, and all but the lookup", () => {
    const written = apacheConfiguration("/root", "/folder", 8_080, 9_090, settings);
    expect(written).toContain("setvar:'tx.dos_burst_time_slice=60',setvar:'tx.dos_counter_threshold=2',setvar:'tx.dos_block_timeout=600'");
    expect(written).not.toContain("ruleRemoveById");
    const tuned = apacheConfiguration("/root", "/folder", 8_080, 9_090, { ...settings, over: "the lookup", monitorExempt: true });
    expect(tuned).toContain('SecRule REMOTE_ADDR "@ipMatch 127.0.40.1"');
    expect(tuned).toContain("ctl:ruleRemoveById=912150");
  });
});

test("a cell of months is too long for what takes a millisecond a request, and says so", () => {
  expect(tooManyRequests(cell)).toBeUndefined();
  expect(tooManyRequests({ ...cell, horizonMs: 90 * 86_400_000 })).toContain("requests; the limit here is 600,000");
  expect(tooManyRequests({ ...cell, horizonMs: 90 * 86_400_000 }, 5_000_000)).toBeUndefined();
});

test("settings are told in words", () => {
  expect(inWords({ over: "the lookup", limit: 8, windowMs: minute, blockMs: 86_400_000, monitorExempt: true })).toBe(
    "8 in 1 min an address, on the lookup, then refused for 1 d; the monitor exempt",
  );
});
