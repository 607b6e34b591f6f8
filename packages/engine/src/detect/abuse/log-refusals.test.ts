import { expect, test } from "vitest";
import { actorAt, collector } from "../../testing/abuse-tries.ts";
import { doorPeople, doorsMax, inARowAt, LogRefusals, statusesMax } from "./log-refusals.ts";

test("people who mistype, and a day on which twice as many come, are told to nobody", () => {
  const { log, raised } = site();
  log.people(0, 7 * 400, 0.15);
  log.people(7 * 400, 800, 0.15, 2);
  expect(raised).toEqual([]);
});

test("leaked passwords from ever new addresses are told within thirty tries, once an hour, at high", () => {
  const { log, raised } = site();
  log.people(0, 5 * 400, 0.15);
  let tries = 0;
  for (; raised.length === 0; tries++) log.tries(`45.${tries >> 8}.3.${tries & 255}`, 401);
  expect(tries).toBeLessThan(30);
  for (let n = 0; n < 900; n++) log.tries(`46.${n >> 8}.3.${n & 255}`, 401);
  expect(raised).toHaveLength(1);
  expect(raised[0]).toMatchObject({ detector: "login.refusals", level: "high", actor: undefined });
});

test("a door that refuses with a page and lets in with a redirect is found by what its callers do", () => {
  const { log, raised } = site(200);
  log.people(0, 5 * 400, 0.15);
  for (let n = 0; n < 60; n++) log.tries(`45.${n >> 8}.3.${n & 255}`, 200);
  expect(raised.map(({ level }) => level)).toEqual(["high"]);
});

test("one network is told at thirty refusals in a row and at each doubling, also in a log that holds nothing else; being let in ends the row", () => {
  const { log, raised } = site();
  for (let n = 0; n < inARowAt - 1; n++) log.tries("203.0.113.7", 401);
  log.tries("203.0.113.7", 302);
  for (let n = 0; n < 8 * inARowAt; n++) log.tries("203.0.113.7", 401);
  expect(raised.map(({ level, evidence }) => [level, evidence["refused"]])).toEqual([30, 60, 120, 240].map((refused) => ["medium", refused]));
});

test("an interface whose tokens all end at once is no door: its callers come back as often when they are let in", () => {
  const { log, raised } = site();
  for (let n = 0; n < 2_000; n++) {
    const from = `10.2.${n % 50}.1`;
    if (n % 40 === 0) log.tries(from, 401, 2_000);
    log.tries(from, 302, 2_000);
  }
  for (let n = 0; n < 500; n++) log.tries(`10.2.${n % 50}.1`, 401, 2_000);
  expect(raised).toEqual([]);
});

test("what was learned goes on after a restart, and further endpoints than its bound are left out", () => {
  const { log, raised, refusals } = site();
  for (let n = 1; n < doorsMax + 5; n++) refusals.observe({ endpointId: `other ${n}`, status: 200, actor: actorAt("10.9.9.9"), at: 0 });
  log.people(0, 5 * 400, 0.15);
  const state = JSON.parse(JSON.stringify(refusals.exportState()));
  expect(state.doors).toHaveLength(doorsMax);
  expect(raised).toEqual([]);
  const again = site(401, state);
  for (let n = 0; n < 40; n++) again.log.tries(`45.${n >> 8}.3.${n & 255}`, 401);
  expect(again.raised).toEqual([expect.objectContaining({ level: "high" })]);
});

test("of further statuses than its bound nothing is kept", () => {
  const { refusals } = site();
  for (let n = 0; n < statusesMax + 20; n++) refusals.observe({ endpointId: "door", status: 400 + n, actor: actorAt("10.9.9.9"), at: n });
  expect(refusals.exportState().doors[0]?.statuses).toHaveLength(statusesMax);
});

test("fewer people than make a door show nothing", () => {
  const { log, raised } = site();
  log.people(0, doorPeople - 1, 0.5);
  for (let n = 0; n < 200; n++) log.tries(`45.${n >> 8}.3.${n & 255}`, 401);
  expect(raised).toEqual([]);
});

function site(refusal = 401, state?: ConstructorParameters<typeof LogRefusals>[1]) {
  const { emit, raised } = collector();
  const refusals = new LogRefusals(emit, state);
  refusals.observe({ endpointId: "door", status: 302, actor: actorAt("10.0.0.1"), at: 0 });
  let now = 86_400_000;
  const tries = (from: string, status: number, everyMs = 2_000): void => {
    now += everyMs;
    refusals.observe({ endpointId: "door", status, actor: actorAt(from), at: now });
  };
  /** 400 a day each from a place of its own; `wrong` of them mistype first. */
  const people = (first: number, count: number, wrong: number, times = 1): void => {
    for (let n = first; n < first + count; n++) {
      const from = `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
      if ((n * 7_919) % 100 < wrong * 100) tries(from, refusal, 100_000 / times);
      tries(from, 302, 100_000 / times);
    }
  };
  return { log: { tries, people }, raised, refusals };
}
