import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { abusePolicy as policy } from "../detect/abuse/abuse-policy.ts";
import { actorOf } from "../exchange/actor.ts";
import { carriesAll, type Exchange } from "../exchange/exchange.ts";
import type { ClassifiedAnswer } from "../exchange/response-class.ts";
import type { Signal } from "../detect/signal.ts";
import { Judge } from "../judge.ts";
import { sourcesMax } from "./code-allowances.ts";
import { CodeLimits } from "./code-limits.ts";
import type { CodeDoor } from "./gate-policy.ts";
import { unlearned } from "./unlearned.ts";
import { ports } from "../testing/ports.ts";

const start = Date.UTC(2026, 2, 2, 10);
const minute = 60_000;
const door: CodeDoor = {
  id: "c",
  method: "POST",
  host: "svc",
  template: "/codes/check",
  state: "watched",
  subjects: [],
  ...unlearned,
  wrongCodes: policy.wrongCodes,
  wrongOnOne: policy.wrongCodesOfTarget,
  refusals: [],
};
const answer = (status: number, body = "{}"): ClassifiedAnswer => ({ status, contentType: "application/json", location: "", body, echo: [] });
const by = (address: string, userAgent = "app/1", credential?: string) => actorOf(ports, { address, userAgent, credential });

/** Whether a try of this caller's, answered like this, was let pass. */
function tries(limits: CodeLimits, actor: ReturnType<typeof by>, status: number | undefined, at: number): boolean {
  const ticket = limits.take(door, actor, undefined, at);
  if ("wait" in ticket) return false;
  limits.settle(ticket, status === undefined ? undefined : answer(status), at);
  return true;
}

function fresh(): CodeLimits {
  const limits = new CodeLimits(ports);
  limits.setDoors([door]);
  return limits;
}

describe("codes that are all wrong", () => {
  test("are twenty from one caller, at once or one by one, then one in half an hour; with other programs' names three times as many from one address", () => {
    for (const gap of [0, 1_000, 60_000]) {
      const limits = fresh();
      let passed = 0;
      for (let n = 0; n < 200; n++) if (tries(limits, by("192.0.2.1"), 422, start + n * gap)) passed++;
      expect(passed).toBeGreaterThanOrEqual(policy.wrongCodes);
      expect(passed).toBeLessThanOrEqual(policy.wrongCodes + Math.ceil((200 * gap) / policy.wrongCodeBackMs));
    }
    const limits = fresh();
    let passed = 0;
    for (let n = 0; n < 500; n++) if (tries(limits, by("192.0.2.1", `app/${n}`, ports.hash("credential", `t${n}`)), 404, start + n)) passed++;
    expect(passed).toBe(policy.wrongCodes * policy.wrongCodesOfNetwork);
    // Another address is another matter, and a credential goes along.
    expect(tries(limits, by("192.0.2.2"), 422, start + minute)).toBe(true);
    const moving = fresh();
    const credential = ports.hash("credential", "mine");
    expect(Array.from({ length: 60 }, (_, n) => tries(moving, by(`192.0.2.${n}`, `app/${n}`, credential), 422, start + n)).filter(Boolean)).toHaveLength(policy.wrongCodes);
  });

  test("do not outrun the count when they come all at once and are answered later", () => {
    const limits = fresh();
    const tickets = Array.from({ length: 100 }, () => limits.take(door, by("192.0.2.1"), undefined, start));
    expect(tickets.filter((one) => !("wait" in one))).toHaveLength(policy.wrongCodes);
  });

  test("never stop anybody who is right in a third of his tries or more, in whatever order up to the first twenty, nor a hundred people behind one address of whom every third needs five", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 60 }), fc.integer({ min: 0, max: 30_000 }), (groups, gap) => {
        const limits = fresh();
        let at = start;
        // Of three tries one is right, at any of the three places.
        return groups.every((right) => [0, 1, 2].every((n) => tries(limits, by("192.0.2.1"), n === right ? 200 : 422, (at += gap))));
      }),
      { numRuns: 60 },
    );
    const limits = fresh();
    let at = start;
    for (let n = 0; n < 100; n++) {
      const wrong = n % 3 === 0 ? 4 : 0;
      for (let k = 0; k <= wrong; k++) expect(tries(limits, by("192.0.2.9", `app/${n % 4}`), k < wrong ? 422 : 200, (at += 10_000))).toBe(true);
    }
  });

  test("are not counted where the service judged nothing: it failed, had too many requests, or gave no answer", () => {
    for (const status of [500, 503, 429, undefined]) {
      const limits = fresh();
      for (let n = 0; n < 200; n++) expect(tries(limits, by("192.0.2.1"), status, start + n)).toBe(true);
    }
  });

  test("are found under HEAD where a GET checks them, under any method that changes something, and not where others are read", () => {
    const limits = fresh();
    expect(limits.find("PUT", "svc", ["codes", "check"])?.id).toBe("c");
    expect(limits.find("GET", "svc", ["codes", "check"])).toBeUndefined();
    limits.setDoors([{ ...door, method: "GET" }]);
    expect(limits.find("HEAD", "svc", ["codes", "check"])?.id).toBe("c");
    expect(limits.find("POST", "svc", ["codes", "check"])).toBeUndefined();
    limits.setDoors([]);
    expect(limits.find("GET", "svc", ["codes", "check"])).toBeUndefined();
  });
});

describe("a shop that Postern has watched for a day", () => {
  /** Honest people redeem what they were sent, one in three mistypes first; then somebody guesses. */
  const play = (mode: "enforce" | "observe", wrongCodes?: number) => {
    const signals: Signal[] = [];
    const judge = new Judge(
      ports,
      { mode, newId: () => "s", ...(wrongCodes === undefined ? {} : { budget: { wrongCodes } }) },
      { exchange: () => undefined, signals: (told) => void signals.push(...told) },
    );
    let n = 0;
    let at = start;
    const redeem = (address: string, coupon: string, valid: boolean) => {
      const exchange: Exchange = {
        id: `x${n++}`,
        at: (at += 5_000),
        durationMs: 5,
        method: "POST",
        url: "https://shop.example/basket/coupon",
        client: { address },
        carries: carriesAll,
        request: { headers: [["Content-Type", "application/json"]], body: JSON.stringify({ coupon }) },
        response: { status: valid ? 200 : 404, headers: [["Content-Type", "application/json"]], body: JSON.stringify(valid ? { off: 5 } : { error: "unknown" }) },
      };
      return judge.decide(exchange);
    };
    let touched = 0;
    for (let k = 0; k < 120; k++) {
      const address = `10.1.${k % 40}.7`;
      if (k % 3 === 0) for (let slip = 0; slip < 1 + (k % 5); slip++) if (redeem(address, `TYPO${k}X${slip}`, false).action !== "allow") touched++;
      if (redeem(address, `GOOD${k}`, true).action !== "allow") touched++;
      at += 5 * minute;
    }
    const guessed = Array.from({ length: 120 }, (_, k) => redeem("203.0.113.5", `GUESS${k * 7_919}`, k === 100));
    return { guessed, touched, signals };
  };

  test("stops who guesses after twenty, lets nobody else feel it, and says so", () => {
    const { guessed, touched, signals } = play("enforce");
    expect(touched).toBe(0);
    expect(guessed.findIndex(({ action }) => action === "throttle")).toBe(policy.wrongCodes);
    expect(guessed.slice(policy.wrongCodes).every(({ reason }) => reason === "code-limit")).toBe(true);
    expect(signals.filter(({ detector, evidence }) => detector === "voucher.guessing" && evidence["test"] === "stopped")).toHaveLength(1);
    expect(signals.some(({ detector, level }) => detector === "voucher.guessing" && level === "high")).toBe(true);
  });

  test("stops nobody where it observes, or was told to let all pass", () => {
    expect(play("observe").guessed.every(({ action }) => action === "allow")).toBe(true);
    expect(play("enforce", 0).guessed.every(({ action }) => action === "allow")).toBe(true);
  });
});

test("callers are bounded: a flood of more than there is room for, each wrong once, neither frees who guessed nor refuses who comes new", () => {
  const limits = fresh();
  const caller = (n: number) => ({
    network: (n + 1).toString(16).padStart(16, "a"),
    narrow: (n + 1).toString(16).padStart(16, "b"),
    address: "",
    credential: undefined,
    principal: false,
  });
  const guesser = by("192.0.2.1");
  for (let n = 0; n < policy.wrongCodes; n++) tries(limits, guesser, 422, start);
  for (let n = 0; n < 1.2 * sourcesMax; n++) {
    const ticket = limits.take(door, caller(n), undefined, start + 1_000);
    if (!("wait" in ticket)) limits.settle(ticket, answer(422), start + 1_000);
  }
  expect(tries(limits, guesser, 422, start + 2_000)).toBe(false);
  expect(tries(limits, by("192.0.2.2"), 422, start + 2_000)).toBe(true);
});
