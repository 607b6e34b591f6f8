import { expect, test } from "vitest";
import { hash53 } from "../observe/hash53.ts";
import { actorAt, collector, hashOf, ports } from "../../testing/abuse-tries.ts";
import { abusePolicy } from "./abuse-policy.ts";
import { heldPrefixesMax, PrefixHolds } from "./prefix-holds.ts";
import { prefixesMax, prefixOf, SmsPumping, waitingMax } from "./sms-pumping.ts";

const minute = 60_000;
const costs = {
  currency: "EUR",
  byPrefix: new Map([
    ["", 0.05],
    ["+88", 0.9],
  ]),
};

function send(detector: SmsPumping, number: string, at: number, status = 200): void {
  detector.sent({ at, status, account: hashOf(number), prefix: prefixOf(number), endpointId: "e", actor: actorAt("203.0.113.5") });
}

/** People who verify within a minute, but for every eleventh. Numbers are spread over eighty prefixes. */
function honest(detector: SmsPumping, from: number, count: number, everyMs: number): void {
  for (let n = 0; n < count; n++) {
    const number = `+4479${String(10 + (n % 80))}${String(10_000 + n).slice(0, 5)}`;
    send(detector, number, from + n * everyMs);
    if (n % 11 !== 3) detector.verified(hashOf(number), from + n * everyMs + 20_000 + (n % 7) * 4_000);
  }
}

test("messages to one prefix that nobody verifies page within twenty, with what they cost", () => {
  const { emit, raised } = collector();
  const detector = new SmsPumping(ports, emit, costs);
  honest(detector, 0, 400, minute);
  expect(raised).toEqual([]);
  let sent = 0;
  while (!raised.some(({ level }) => level === "high")) {
    send(detector, `+88213${String(1_000 + sent)}`, 400 * minute + sent * minute);
    sent++;
    expect(sent).toBeLessThan(20);
  }
  expect(raised.find(({ level }) => level === "high")).toMatchObject({ detector: "sms.pumping", evidence: { prefix: "+88213xxxx", verified: 0, costEach: 0.9, currency: "EUR" } });
});

interface Step {
  readonly at: number;
  readonly number: string;
  readonly verifies: boolean;
}

/** People of these numbers come one after another and answer between nine and sixty seconds later, but for one in sixteen. */
function people(numbers: readonly string[], from: number, everyMs: number): readonly Step[] {
  return numbers.flatMap((number, n) => [
    { at: from + n * everyMs, number, verifies: false },
    ...(hash53(number) % 16 === 7 ? [] : [{ at: from + n * everyMs + 9_000 + (hash53(number, 1) % 51_000), number, verifies: true }]),
  ]);
}

/** Level `high` after how many messages to numbers that begin with `+88`; undefined for never. Plays six hundred usual visits, then these. */
function played(usualEveryMs: number, steps: readonly Step[]): number | undefined {
  const { emit, raised } = collector();
  const detector = new SmsPumping(ports, emit);
  honest(detector, 0, 600, usualEveryMs);
  let pumped = 0;
  for (const { at, number, verifies } of [...steps].sort((a, b) => a.at - b.at)) {
    if (number.startsWith("+88")) pumped++;
    if (verifies) detector.verified(hashOf(number), at);
    else send(detector, number, at);
    if (raised.some(({ level }) => level === "high")) return pumped;
  }
  return undefined;
}

test.each([0, 200, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 30_000, 60_000, 300_000])(
  "messages to one prefix, one in %i ms, page within twenty, on a quiet site and on busier ones",
  (everyMs) => {
    for (const usual of [minute, 10_000, 1_000]) {
      const from = 600 * usual + 90_000;
      const pumping = Array.from({ length: 60 }, (_, n) => ({ at: from + 120_000 + n * everyMs, number: `+88213${String(1_000 + n)}`, verifies: false }));
      const goOn = Math.ceil((120_000 + Math.min(20 * everyMs, 3_600_000)) / usual);
      const usually = Array.from({ length: goOn }, (_, n) => `+4479${String(10 + ((n * 7) % 80))}${String(20_000 + n)}`);
      expect(played(usual, [...people(usually, from, usual), ...pumping])).toBeLessThanOrEqual(20);
    }
  },
);

test.each([
  [
    "a new country, a hundred people a second in forty new prefixes",
    Array.from({ length: 4_000 }, (_, n) => `+3712${String(10 + ((n * 31) % 40))}${String(1_000 + (n % 9_000))}`),
    10,
  ],
  [
    "a new small country, ten people a second in five new prefixes",
    Array.from({ length: 600 }, (_, n) => `+3712${String(10 + ((n * n + 3 * n + (n >> 2)) % 5))}${String(1_000 + n)}`),
    100,
  ],
  ["a campaign to all customers", Array.from({ length: 4_000 }, (_, n) => `+4479${String(10 + ((n * 7) % 80))}${String(10_000 + n)}`), 50],
  ["sixty colleagues with adjoining numbers within ninety seconds", Array.from({ length: 60 }, (_, n) => `+49301${String(2_000 + n)}`), 1_500],
])("%s: nobody is paged", (_what, numbers, everyMs) => {
  expect(played(minute, people(numbers, 602 * minute, everyMs))).toBeUndefined();
});

test("a small town where all numbers begin alike in one of three ways: a crowd of a thousand within five minutes pages nobody", () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => `+4366420${n % 3}${String(1_000 + ((n * 7) % 9_000))}`);
  expect(played(minute, [...people(numbers(1_500), 602 * minute, minute), ...people(numbers(1_000), 2_100 * minute, 300)])).toBeUndefined();
});

test("an outage pages nobody: neither one that fails sends nor one that swallows messages", () => {
  for (const status of [503, 200]) {
    const { emit, raised } = collector();
    const detector = new SmsPumping(ports, emit);
    honest(detector, 0, 600, minute);
    for (let n = 0; n < 400; n++) send(detector, `+4479${String(10 + (n % 80))}${String(50_000 + n)}`, 600 * minute + n * 20_000, status);
    honest(detector, 900 * minute, 300, minute);
    expect(raised.filter(({ level }) => level === "high")).toEqual([]);
  }
});

test("late verifications are given back", () => {
  const { emit, raised } = collector();
  const detector = new SmsPumping(ports, emit);
  honest(detector, 0, 400, minute);
  for (let n = 0; n < 200; n++) {
    send(detector, `+88213${String(1_000 + n)}`, (400 + 3 * n) * minute);
    if (n >= 4) detector.verified(hashOf(`+88213${String(1_000 + n - 4)}`), (400 + 3 * n) * minute + 1);
  }
  expect(raised.filter(({ level }) => level === "high")).toEqual([]);
});

test("where nobody ever verifies, that nobody does tells nothing", () => {
  const { emit, raised } = collector();
  const detector = new SmsPumping(ports, emit);
  for (let n = 0; n < 400; n++) send(detector, `+88213${String(1_000 + n)}`, n * minute);
  expect(raised).toEqual([]);
});

test("a hundred thousand prefixes and messages at once are held to the bounds", () => {
  const { emit, raised } = collector();
  const detector = new SmsPumping(ports, emit);
  honest(detector, 0, 100, minute);
  for (let n = 0; n < Math.max(prefixesMax, waitingMax) + 10_000; n++) send(detector, `+9${String(1_000_000_000 + n * 10_000)}`, 200 * minute);
  expect(raised).toEqual([]);
});

/** Pumped until it is told, from minute 402 on; gives back where that was. */
function pumped(detector: SmsPumping): number {
  honest(detector, 0, 400, minute);
  let at = 402 * minute;
  for (let n = 0; detector.holds.list().length === 0 && n < 30; n++) send(detector, `+88213${String(1_000 + n)}`, (at += 30_000));
  expect(detector.holds.of("+88213", at)).toMatchObject({ times: 0, until: at + abusePolicy.holdMs });
  return at;
}

test("what is told is held for twelve hours; while strangers let through still do not confirm for twice as long, again and again, a week at most", () => {
  const { emit, raised } = collector();
  const detector = new SmsPumping(ports, emit);
  let at = pumped(detector);
  expect(raised.findLast(({ level }) => level === "high")?.evidence).toMatchObject({ heldUntil: new Date(at + abusePolicy.holdMs).toISOString() });
  for (const hours of [24, 48, 96, 168, 168]) {
    const until = detector.holds.of("+88213", at)?.until ?? 0;
    for (let n = 0; at < until; n++) send(detector, `+88213${String(2_000 + (n % 8_000))}`, (at += 600_000));
    expect(detector.holds.of("+88213", at)?.until).toBe(until + hours * 3_600_000);
  }
  // Nobody came any more: it ends, and the next few messages decide.
  detector.advance((at += 169 * 3_600_000));
  expect(detector.holds.of("+88213", at)).toBeUndefined();
  let more = 0;
  for (; detector.holds.of("+88213", at) === undefined && more < 10; more++) send(detector, `+88213${String(1_500 + more)}`, (at += 200_000));
  expect(more).toBeLessThanOrEqual(6);
});

test("strangers let through who confirm end it; what customers of the prefix confirm says nothing of strangers", () => {
  const { emit, raised } = collector();
  const detector = new SmsPumping(ports, emit);
  let at = pumped(detector);
  const visit = (n: number, known: boolean): void => {
    const number = `+88213${String(5_000 + n)}`;
    detector.sent({ at: (at += 600_000), status: 200, account: hashOf(number), prefix: prefixOf(number), endpointId: "e", actor: actorAt("203.0.113.5"), known });
    detector.verified(hashOf(number), (at += 20_000));
  };
  for (let n = 0; n < 20; n++) visit(n, true);
  expect(detector.holds.of("+88213", at)).toBeDefined();
  let strangers = 0;
  while (detector.holds.of("+88213", at) !== undefined) visit(100 + strangers++, false);
  expect(strangers).toBe(4);
  expect(raised.at(-1)).toMatchObject({ level: "info", evidence: { test: "released" } });
});

test("an outage takes back what was held shortly before, and leaves what was held long before; it goes on after a restart", () => {
  for (const [beforeMs, stands] of [
    [600_000, false],
    [7_200_000, true],
  ] as const) {
    const { emit } = collector();
    const first = new SmsPumping(ports, emit);
    const at = pumped(first) + beforeMs;
    const detector = stands ? new SmsPumping(ports, emit, undefined, first.exportState()) : first;
    if (stands) send(detector, "+882139999", at);
    for (let n = 0; n < 20; n++) send(detector, `+4479${String(10 + n)}${String(60_000 + n)}`, at + n * 1_000, 503);
    detector.advance(at + 30_000);
    expect(detector.holds.of("+88213", at + 30_000) !== undefined).toBe(stands);
  }
});

test("beyond the bound of held prefixes the one that ends first gives way", () => {
  const holds = new PrefixHolds(ports);
  for (let n = 0; n <= heldPrefixesMax; n++) holds.hold(`+88213${n}`, 0, n);
  expect(holds.list()).toHaveLength(heldPrefixesMax);
  expect(holds.of("+882130", heldPrefixesMax)).toBeUndefined();
  expect(holds.of(`+88213${heldPrefixesMax}`, heldPrefixesMax)).toBeDefined();
});

test("eighteen colleagues with adjoining numbers within half a minute are held no longer than until four of them have typed their codes", () => {
  const { emit } = collector();
  const detector = new SmsPumping(ports, emit);
  honest(detector, 0, 400, minute);
  const from = 402 * minute;
  for (let n = 0; n < 20; n++) send(detector, `+49301${String(2_000 + n)}`, from + n * 1_000);
  expect(detector.holds.of("+49301", from + 20_000)).toBeDefined();
  for (let n = 0; n < 4; n++) {
    expect(detector.holds.of("+49301", from + 21_000 + n * 3_000)).toBeDefined();
    detector.verified(hashOf(`+49301${String(2_000 + n)}`), from + 21_000 + n * 3_000);
  }
  expect(detector.holds.of("+49301", from + 31_000)).toBeUndefined();
});
