import { describe, expect, test } from "vitest";
import type { Script, Session } from "@postern/testkit";
import { combinedLine, loopbackAddress, publicAddress } from "./access-log.ts";
import { bansFront, countedBanModel, endOfSecond, leakyBanModel } from "./bans.ts";
import { bansOf as crowdsecBans, tunedScenario } from "./crowdsec.ts";
import { inEventTime } from "./event-time.ts";
import { bansOf as fail2banBans } from "./fail2ban.ts";
import type { Limiter } from "./limiter-grid.ts";

function* left(): Script {
  yield* [];
  return "left";
}

test("the log is nginx's combined form, with an address of the wide world that leads back", () => {
  const address = publicAddress("127.128.0.7");
  expect(
    combinedLine({ at: Date.UTC(2026, 2, 2, 7, 5, 9, 870), address, method: "GET", path: "/client/v1/users/999-15550100/status", status: 200, bytes: 41, userAgent: 'app "4"' }),
  ).toBe('11.128.0.7 - - [02/Mar/2026:07:05:09 +0000] "GET /client/v1/users/999-15550100/status HTTP/1.1" 200 41 "-" "app 4"');
  expect(loopbackAddress(address)).toBe("127.128.0.7");
});

test("decisions of CrowdSec and fail2ban's lines become bans from the end of the second", () => {
  const from = Date.UTC(2026, 2, 3, 0, 0, 1);
  expect(crowdsecBans([{ address: "11.128.0.0", stoppedAt: "2026-03-03 00:00:00+00:00", until: "2026-03-03 04:00:00+00:00" }])).toEqual([
    { address: "127.128.0.0", from, until: Date.UTC(2026, 2, 3, 4) },
  ]);
  expect(fail2banBans(`11.128.0.0 ${from / 1_000 - 1} ${from / 1_000 + 599}\n`)).toEqual([{ address: "127.128.0.0", from, until: from + 600_000 }]);
  expect(fail2banBans("")).toEqual([]);
  expect(endOfSecond(1_999)).toBe(2_000);
});

test("CrowdSec's tuned scenario is a leaky bucket over distinct lookups", () => {
  const written = tunedScenario({ over: "every request", limit: 15, windowMs: 60_000, blockMs: 0, monitorExempt: true });
  expect(written).toContain("capacity: 15\nleakspeed: 60s\n");
  expect(written).toContain("distinct: evt.Meta.http_path");
});

test("the firewall drops a banned address while its ban lasts, and tells once", () => {
  const told: string[] = [];
  const bans = [
    { address: "127.0.0.9", from: 1_000, until: 5_000 },
    { address: "127.0.0.9", from: 3_000, until: 7_000 },
  ];
  const front = bansFront(bans, (at, address) => told.push(`${at} ${address}`));
  const session: Session = { id: "s", kind: "slow", startAt: 0, address: "127.0.0.9", run: left };
  const seen = [500, 1_000, 4_999, 6_999, 7_000].map((at) => {
    const answer = front.answer({ session, request: { method: "GET", path: "/", headers: [] }, at }, () => ({ status: 200, headers: [], body: "" }));
    return answer instanceof Promise ? undefined : answer.status;
  });
  expect(seen).toEqual([200, 0, 0, 0, 200]);
  expect(told).toEqual(["1000 127.0.0.9"]);
});

describe("models for the grid search", () => {
  const settings = { over: "every request", limit: 3, windowMs: 60_000, blockMs: 600_000, monitorExempt: false } as const;
  async function passed(limiter: Limiter, passages: readonly (readonly [second: number, lookup: string | undefined])[]): Promise<string> {
    return inEventTime(async (clock) => {
      let text = "";
      for (const [second, lookup] of passages) {
        clock.now = second * 1_000;
        text += (await limiter.take("a", lookup)) ? "1" : "0";
      }
      return text;
    });
  }

  test("a leaky bucket bans with the lookup after its capacity, counts a number once, and leaks", async () => {
    expect(
      await passed(leakyBanModel(settings), [
        [0, "/1"],
        [0, "/2"],
        [0, "/2"],
        [0, "/3"],
        [0, "/4"],
        [1, undefined],
        [600, undefined],
        [601, "/5"],
      ]),
    ).toBe("11111001");
    expect(
      await passed(leakyBanModel(settings), [
        [0, "/1"],
        [60, "/2"],
        [120, "/3"],
        [180, "/4"],
        [240, "/5"],
        [300, "/6"],
      ]),
    ).toBe("111111");
  });

  test("a counted window bans at its limit and forgets", async () => {
    expect(
      await passed(countedBanModel(settings), [
        [0, "/1"],
        [1, "/2"],
        [2, "/3"],
        [3, undefined],
        [602, undefined],
        [603, "/4"],
      ]),
    ).toBe("111001");
    expect(
      await passed(countedBanModel(settings), [
        [0, "/1"],
        [59, "/2"],
        [119, "/3"],
        [179, "/4"],
        [239, "/5"],
      ]),
    ).toBe("11111");
  });
});
