import { describe, expect, test } from "vitest";
import { abusePolicy as policy } from "../detect/abuse/abuse-policy.ts";
import { actorOf } from "../exchange/actor.ts";
import type { RequestParts } from "../exchange/subjects.ts";
import { CodeLimits, type CodeRefusal } from "./code-limits.ts";
import { namedMax, targetsMax } from "./code-targets.ts";
import { type CodeDoor, defaultBudget } from "./gate-policy.ts";
import { ports } from "../testing/ports.ts";

const start = Date.UTC(2026, 2, 2, 10);
const minute = 60_000;
const door: CodeDoor = {
  id: "c",
  method: "POST",
  host: "svc",
  template: "/codes/check",
  state: "watched",
  subjects: [{ location: { in: "json", name: "phone" }, type: "phone" }],
  classes: { scalars: [] },
  tellsNothing: [],
  uniform: { status: 404, headers: [], body: "", learned: false },
  budget: defaultBudget,
  wrongCodes: policy.wrongCodes,
  wrongOnOne: policy.wrongCodesOfTarget,
  refusals: [],
};
const challenges: CodeDoor = { ...door, template: "/challenges/{id}", subjects: [{ location: { in: "path", name: "id" }, type: "integer" }] };
const by = (address: string, userAgent = "app/1") => actorOf(ports, { address, userAgent });
const about = (phone: unknown): RequestParts => ({
  segments: ["codes", "check"],
  query: "",
  header: () => undefined,
  contentType: "application/json",
  body: JSON.stringify({ phone, code: "1" }),
});
const victim = "+4915112345678";

/** Why a try was refused; undefined when it passed. */
function tried(limits: CodeLimits, address: string, parts: RequestParts, right: boolean, at: number, as = by(address), at1 = door): CodeRefusal["reason"] | undefined {
  const ticket = limits.take(at1, as, parts, at);
  if ("wait" in ticket) return ticket.reason;
  limits.settle(ticket, { status: right ? 200 : 422, contentType: "application/json", location: "", body: "{}", echo: [] }, at);
  return undefined;
}

function fresh(doors: readonly CodeDoor[] = [door]): CodeLimits {
  const limits = new CodeLimits(ports);
  limits.setDoors(doors);
  return limits;
}

const far = (n: number): string => `10.${n >> 8}.${n & 255}.7`;

describe("one person's codes, guessed from ever new addresses", () => {
  test("are ten, then one in the life of a code, at any pace; a new code gives no new tries", () => {
    for (const gap of [0, 5_000, minute]) {
      const limits = fresh();
      let passed = 0;
      for (let n = 0; n < 400; n++) if (tried(limits, far(n), about(victim), false, start + n * gap) === undefined) passed++;
      expect(passed).toBeGreaterThanOrEqual(policy.wrongCodesOfTarget);
      expect(passed).toBeLessThanOrEqual(policy.wrongCodesOfTarget + Math.ceil((400 * gap) / policy.wrongCodeTargetBackMs));
    }
  });

  test("keep the person from nothing at an address where he was right before, nor anywhere longer than a code lives after the last of them; and his right code ends the count", () => {
    const limits = fresh();
    expect(tried(limits, "192.0.2.1", about(victim), true, start)).toBeUndefined();
    let at = start + minute;
    for (let n = 0; n < 200; n++) tried(limits, far(n), about(victim), false, (at += 1_000));
    expect(tried(limits, "198.51.100.4", about(victim), true, at)).toBe("code-target");
    // At home he mistypes four times and is right.
    for (const right of [false, false, false, false, true]) expect(tried(limits, "192.0.2.1", about(victim), right, (at += 1_000))).toBeUndefined();
    // That gave the tries back, also to one who sits elsewhere.
    for (let n = 0; n < 200; n++) tried(limits, far(n), about(victim), false, (at += 1_000));
    at += policy.wrongCodeTargetBackMs;
    expect(tried(limits, "198.51.100.4", about(victim), true, at)).toBeUndefined();
    expect(tried(limits, "198.51.100.9", about(victim), false, at)).toBeUndefined();
  });

  test("keep nobody else from his, and are counted on whomever a request names; who names more people than one code can be for is refused", () => {
    const limits = fresh();
    for (let n = 0; n < 40; n++) tried(limits, far(n), about(victim), false, start);
    expect(tried(limits, far(500), about("+4915187654321"), false, start)).toBeUndefined();
    expect(tried(limits, far(501), about(["+4915199999999", victim]), false, start)).toBe("code-target");
    expect(tried(limits, far(502), about(Array.from({ length: namedMax + 1 }, (_, n) => `+491519999${1_000 + n}`)), false, start)).toBe("code-target");
  });

  test("where a request names only a challenge, are counted on that", () => {
    const limits = fresh([challenges]);
    const of = (id: number): RequestParts => ({ ...about(undefined), segments: ["challenges", String(id)] });
    const reasons = Array.from({ length: 20 }, (_, n) => tried(limits, far(n), of(70_001), false, start, by(far(n)), challenges));
    expect(reasons.filter((reason) => reason === undefined)).toHaveLength(policy.wrongCodesOfTarget);
    expect(tried(limits, far(99), of(70_002), false, start, by(far(99)), challenges)).toBeUndefined();
  });

  test("where what a request names was passed before, it is no challenge but a place that many share, and closes to nobody", () => {
    const limits = fresh([challenges]);
    const tenant: RequestParts = { ...about(undefined), segments: ["challenges", "12"] };
    expect(tried(limits, far(900), tenant, true, start, by(far(900)), challenges)).toBeUndefined();
    for (let n = 0; n < 100; n++) expect(tried(limits, far(n), tenant, false, start + n, by(far(n)), challenges)).toBeUndefined();
  });

  test("what the service did not judge counts for nothing, and 0 lets all pass", () => {
    const limits = fresh();
    for (let n = 0; n < 100; n++) {
      const ticket = limits.take(door, by(far(n)), about(victim), start + n);
      expect("wait" in ticket).toBe(false);
      if (!("wait" in ticket)) limits.settle(ticket, undefined, start + n);
    }
    const all = fresh([{ ...door, wrongOnOne: 0 }]);
    for (let n = 0; n < 100; n++) expect(tried(all, far(n), about(victim), false, start + n, by(far(n)), { ...door, wrongOnOne: 0 })).toBeUndefined();
  });

  test("a flood of other targets wins a guesser back no more than its share of the table", () => {
    const limits = fresh();
    for (let n = 0; n < policy.wrongCodesOfTarget; n++) tried(limits, far(n), about(victim), false, start);
    for (let n = 0; n < targetsMax / 8; n++) tried(limits, far(n), about(`+49151${10_000_000 + n}`), false, start);
    expect(tried(limits, far(1), about(victim), false, start)).toBe("code-target");
  });
});

describe("a guesser behind an address that others share", () => {
  const shared = "203.0.113.9";

  test("uses up his own tries only: people known there, and newcomers whom nobody guesses at, go on", () => {
    const limits = fresh();
    const people = Array.from({ length: 20 }, (_, n) => `+49151000000${10 + n}`);
    for (const phone of people) expect(tried(limits, shared, about(phone), true, start)).toBeUndefined();
    // He guesses at three of his own choice, under ever new programs' names.
    let passed = 0;
    let at = start + minute;
    for (let n = 0; n < 600; n++) if (tried(limits, shared, about(`+4916000000${10 + (n % 8)}`), false, (at += 100), by(shared, `app/${n}`)) === undefined) passed++;
    expect(passed).toBeLessThanOrEqual(policy.wrongCodes * policy.wrongCodesOfNetwork + policy.wrongCodesKept);
    for (const phone of people) for (const right of [false, true]) expect(tried(limits, shared, about(phone), right, (at += 1_000))).toBeUndefined();
    for (let n = 0; n < 30; n++)
      for (const right of n % 3 === 0 ? [false, true] : [true]) expect(tried(limits, shared, about(`+49170000000${10 + n}`), right, (at += 1_000))).toBeUndefined();
  });

  test("has no more than a hundred and twenty wrong ones whatever he rotates", () => {
    const limits = fresh();
    let passed = 0;
    for (let n = 0; n < 2_000; n++) if (tried(limits, shared, about(`+491600${100_000 + n}`), false, start + n, by(shared, `app/${n}`)) === undefined) passed++;
    expect(passed).toBe(policy.wrongCodes * policy.wrongCodesOfNetwork + policy.wrongCodesKept);
  });
});

describe("while codes are guessed on many accounts", () => {
  const braked: CodeDoor = { ...door, harmless: 1_000 };

  test("strangers together are wrong as often as does no harm; whoever was right before passes, with a wrong code and a right one", () => {
    const limits = fresh();
    const regulars = Array.from({ length: 50 }, (_, n) => `192.0.2.${n}`);
    for (const [n, address] of regulars.entries()) expect(tried(limits, address, about(`+49151000000${10 + n}`), true, start)).toBeUndefined();
    limits.setDoors([braked]);
    let at = start + minute;
    let passed = 0;
    let held = 0;
    for (let n = 0; n < 3_600; n++) {
      if (tried(limits, far(n), about(`+491600${100_000 + n}`), false, (at += 1_000), by(far(n)), braked) === undefined) passed++;
      else held++;
      const [address, phone] = [regulars[n % 50] ?? "", `+49151000000${10 + (n % 50)}`];
      if (n % 7 === 0) expect(tried(limits, address, about(phone), false, at, by(address), braked)).toBeUndefined();
      if (n % 7 === 1) expect(tried(limits, address, about(phone), true, at, by(address), braked)).toBeUndefined();
    }
    expect(passed).toBeLessThanOrEqual(policy.brakeBurst + Math.ceil(1_000 / 24) + 1);
    expect(held).toBeGreaterThan(3_400);
    limits.setDoors([door]);
    expect(tried(limits, far(4_000), about("+49171111111"), false, at)).toBeUndefined();
  });

  test("a big service's newcomers have three times their usual slips", () => {
    const limits = fresh();
    let at = start;
    // 10,000 a day are wrong once, and right then.
    for (let n = 0; n < 5_000; n++) {
      tried(limits, far(n), about(`+491700${100_000 + n}`), false, (at += 8_640));
      tried(limits, far(n), about(`+491700${100_000 + n}`), true, at);
    }
    limits.setDoors([braked]);
    for (let n = 5_000; n < 6_000; n++) {
      expect(tried(limits, far(n), about(`+491700${100_000 + n}`), false, (at += 8_640), by(far(n)), braked)).toBeUndefined();
      expect(tried(limits, far(n), about(`+491700${100_000 + n}`), true, at, by(far(n)), braked)).toBeUndefined();
    }
  });
});
