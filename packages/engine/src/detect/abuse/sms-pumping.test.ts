import { expect, test } from "vitest";
import { actorAt, collector, hashOf } from "../../testing/abuse-tries.ts";
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
  const detector = new SmsPumping(emit, costs);
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

test("faster than codes are typed, a surge of one prefix is told within twenty, at medium", () => {
  const { emit, raised } = collector();
  const detector = new SmsPumping(emit);
  honest(detector, 0, 400, minute);
  for (let n = 0; n < 20; n++) send(detector, `+88213${String(1_000 + n)}`, 400 * minute + n * 500);
  expect(raised).toMatchObject([{ level: "medium", evidence: { test: "surge" } }]);
});

test("an outage pages nobody: neither one that fails sends nor one that swallows messages", () => {
  for (const status of [503, 200]) {
    const { emit, raised } = collector();
    const detector = new SmsPumping(emit);
    honest(detector, 0, 600, minute);
    for (let n = 0; n < 400; n++) send(detector, `+4479${String(10 + (n % 80))}${String(50_000 + n)}`, 600 * minute + n * 20_000, status);
    honest(detector, 900 * minute, 300, minute);
    expect(raised.filter(({ level }) => level === "high")).toEqual([]);
  }
});

test("late verifications are given back", () => {
  const { emit, raised } = collector();
  const detector = new SmsPumping(emit);
  honest(detector, 0, 400, minute);
  for (let n = 0; n < 200; n++) {
    send(detector, `+88213${String(1_000 + n)}`, (400 + 3 * n) * minute);
    if (n >= 4) detector.verified(hashOf(`+88213${String(1_000 + n - 4)}`), (400 + 3 * n) * minute + 1);
  }
  expect(raised.filter(({ level }) => level === "high")).toEqual([]);
});

test("where nobody ever verifies, that nobody does tells nothing", () => {
  const { emit, raised } = collector();
  const detector = new SmsPumping(emit);
  for (let n = 0; n < 400; n++) send(detector, `+88213${String(1_000 + n)}`, n * minute);
  expect(raised).toEqual([]);
});

test("a hundred thousand prefixes and messages at once are held to the bounds", () => {
  const { emit, raised } = collector();
  const detector = new SmsPumping(emit);
  honest(detector, 0, 100, minute);
  for (let n = 0; n < Math.max(prefixesMax, waitingMax) + 10_000; n++) send(detector, `+9${String(1_000_000_000 + n * 10_000)}`, 200 * minute);
  expect(raised).toEqual([]);
});
