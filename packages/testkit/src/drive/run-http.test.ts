import { createServer } from "node:http";
import { describe, expect, onTestFinished, test, type TestContext } from "vitest";
import { scaledClock } from "../clock.ts";
import { type FlawId, flaws } from "../latchkey/flaws.ts";
import { createLatchkey } from "../latchkey/latchkey.ts";
import { serveLatchkey } from "../latchkey/serve.ts";
import { attackList } from "../traffic/attack-list.ts";
import { smashAndGrab } from "../traffic/attack.ts";
import { honestDay } from "../traffic/honest-day.ts";
import { mergeSessions } from "../traffic/session.ts";
import { runDirect } from "./run-direct.ts";
import { runHttp } from "./run-http.ts";

const from = Date.UTC(2026, 2, 2, 9);
const hourMs = 3_600_000;
async function served(finished: TestContext["onTestFinished"], factor: number, ...on: FlawId[]) {
  const clock = scaledClock({ factor, base: from });
  const latchkey = createLatchkey({ flaws: flaws(...on), accounts: 2_000, seed: "http", now: clock.now });
  const server = await serveLatchkey(latchkey);
  finished(async () => {
    await server.close();
    latchkey.close();
  });
  return { clock, latchkey, url: server.url };
}

describe("over real HTTP", () => {
  for (const on of [["F1", "F2", "F3"], [], ["F1"], ["F2"], ["F3"], ["F4"]] as const) {
    // Together, as they mostly wait for their clock.
    test.concurrent(`honest people get through with flaws [${on.join(",")}]`, async (context) => {
      const { expect } = context;
      const { clock, latchkey, url } = await served(context.onTestFinished, 60, ...on);
      const sessions = honestDay({
        population: latchkey.population,
        seed: "h",
        sessionsPerDay: 3_000,
        rollOutDevices: 8,
        from,
        to: from + hourMs / 4,
        diurnal: false,
        withMonitor: false,
      });
      const { stats } = await runHttp(sessions, { target: url, clock });
      const total = stats.total();
      expect(total.sessions).toBeGreaterThan(30);
      expect(total.errors).toBe(0);
      expect(total.uniform).toBe(0);
      expect(total.gaveUp).toBeLessThanOrEqual(1);
    });
  }

  test("the service sees each session's own loopback address", async () => {
    const seen = new Set<string>();
    const echo = createServer((request, response) => {
      seen.add(request.socket.remoteAddress ?? "");
      response.setHeader("content-type", "application/json");
      response.end('{"success":false,"message":"no"}');
    });
    await new Promise<void>((resolve) => {
      echo.listen(0, "127.0.0.1", resolve);
    });
    onTestFinished(
      () =>
        new Promise<void>((resolve) => {
          echo.close(() => resolve());
          echo.closeAllConnections();
        }),
    );
    const bound = echo.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : 0;
    // More addresses than pools may be open, so that some are closed on the way.
    const list = Array.from({ length: 600 }, (_, n) => 10_000_000 + n);
    const attack = smashAndGrab({ list, from, seed: "addresses", addresses: 300 });
    const { stats } = await runHttp(attack.sessions, { target: `http://127.0.0.1:${port}`, clock: scaledClock({ factor: 5, base: from }) });
    expect(stats.total(["smash-and-grab"])).toMatchObject({ requests: 600, errors: 0 });
    expect([...seen].sort()).toEqual(attack.sessions.map((session) => session.address).sort());
    expect([...attack.notes.values()].every((said) => said === "missing")).toBe(true);
  });

  test("agrees with the direct run of the same seed: same sessions, same outcomes, same notes", async () => {
    const window = { from, to: from + hourMs / 4 };
    const build = (latchkey: Parameters<typeof attackList>[0]) => {
      const list = attackList(latchkey, { size: 400, validShare: 0.5, seed: "same" });
      const attack = smashAndGrab({ list, from: from + 60_000, seed: "same", addresses: 10, ratePerSecond: 5 });
      const honest = honestDay({ population: latchkey.population, seed: "same", sessionsPerDay: 2_000, rollOutDevices: 10, ...window, diurnal: false, withMonitor: false });
      return { attack, sessions: mergeSessions(honest, attack.sessions) };
    };
    const real = await served(onTestFinished, 300, "F1", "F2", "F3");
    const overHttp = build(real.latchkey);
    const http = await runHttp(overHttp.sessions, { target: real.url, clock: real.clock });
    const other = createLatchkey({ flaws: flaws("F1", "F2", "F3"), accounts: 2_000, seed: "http", now: () => from });
    onTestFinished(() => other.close());
    const inProcess = build(other);
    const direct = runDirect(inProcess.sessions, other, { from, to: from + hourMs });

    const outcomes = (json: Record<string, { sessions: number; completed: number; gaveUp: number; left: number; lookups: number }>) =>
      Object.fromEntries(Object.entries(json).map(([kind, { sessions, completed, gaveUp, left, lookups }]) => [kind, { sessions, completed, gaveUp, left, lookups }]));
    expect(outcomes(http.stats.toJSON())).toEqual(outcomes(direct.stats.toJSON()));
    const sorted = (notes: ReadonlyMap<number, string>) => [...notes].sort(([a], [b]) => a - b);
    expect(sorted(overHttp.attack.notes)).toEqual(sorted(inProcess.attack.notes));
    expect(http.stats.total(["smash-and-grab"]).requests).toBe(400);
  });

  test("with F4 a known number really takes longer on the wire", async () => {
    const { latchkey, url } = await served(onTestFinished, 1, "F1", "F2", "F4");
    const people = latchkey.population;
    const meanMs = async (first: number): Promise<number> => {
      const began = performance.now();
      for (let n = 0; n < 10; n += 1) await (await fetch(`${url}/client/v1/users/999-${people.numberAt(first + n)}/status`)).text();
      return (performance.now() - began) / 10;
    };
    await meanMs(0);
    const [known, unknown] = [await meanMs(0), await meanMs(60_000_000)];
    expect(known - unknown).toBeGreaterThan(8);
  });

  test("a target that is not there counts as errors, and the run still ends", async () => {
    const { clock, latchkey } = await served(onTestFinished, 100, "F1", "F2", "F3");
    const attack = smashAndGrab({ list: attackList(latchkey, { size: 20, validShare: 0.5, seed: "gone" }), from, seed: "gone" });
    const { stats } = await runHttp(attack.sessions, { target: "http://127.0.0.1:1", clock });
    expect(stats.total(["smash-and-grab"])).toMatchObject({ requests: 20, errors: 20 });
    expect(new Set(attack.notes.values())).toEqual(new Set(["unsure"]));
  });

  test("stops when told to, with sessions asleep", async () => {
    const { clock, latchkey, url } = await served(onTestFinished, 1, "F1", "F2", "F3");
    const attack = smashAndGrab({ list: attackList(latchkey, { size: 50, validShare: 0.5, seed: "stop" }), from, seed: "stop", addresses: 50, ratePerSecond: 1 / 3_600 });
    const abort = new AbortController();
    const run = runHttp(attack.sessions, { target: url, clock, signal: abort.signal, onAnswer: () => abort.abort() });
    const { stats } = await run;
    expect(stats.total(["smash-and-grab"]).requests).toBe(1);
  });
});
