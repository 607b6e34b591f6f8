import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { carriesAll, type Exchange } from "../exchange/exchange.ts";
import { Judge } from "../judge.ts";
import type { GuardedEndpoint } from "./gate-policy.ts";
import { PromptLimits, type PromptTry } from "./prompt-limits.ts";
import { ports } from "../testing/ports.ts";

const minute = 60_000;
const start = Date.UTC(2026, 2, 2, 10);
const door: GuardedEndpoint = {
  id: "p",
  method: "POST",
  host: "api.example",
  template: "/ask",
  state: "watched",
  subjects: [{ location: { in: "json", name: "user.phone" }, type: "phone" }],
  classes: { scalars: [] },
  tellsNothing: [],
  uniform: { status: 404, headers: [], body: "", learned: false },
  budget: { startCredits: 8, maxCredits: 500, unanchoredCeiling: 0 },
};
/** Nobody is prompted whom it refuses. */
const careful: GuardedEndpoint = { ...door, refusedFree: true };
const person = "+491515550001";
const parts = (phone: string) => ({ segments: ["ask"], query: "", header: () => undefined, contentType: "application/json", body: JSON.stringify({ user: { phone } }) });

/** 0 when it passes. */
function waitOf(taken: PromptTry | number): number {
  return typeof taken === "number" ? taken : 0;
}

function limitsOf(endpoint: GuardedEndpoint): PromptLimits {
  const limits = new PromptLimits(ports);
  limits.setEndpoints([endpoint]);
  return limits;
}

/** Whether a request that is answered at once with this status was let pass. */
function asks(limits: PromptLimits, endpoint: GuardedEndpoint, status: number, at: number): boolean {
  const taken = limits.take(endpoint, parts(person), at);
  if (typeof taken === "number") return false;
  limits.settle(taken, status, at + 50);
  return true;
}

describe("prompts on one person's device", () => {
  test("are five at once, then one every ten minutes; another person's are his own", () => {
    const limits = new PromptLimits(ports);
    limits.setEndpoints([door]);
    const found = limits.find("POST", "api.example", ["ask"]) ?? expect.fail();
    const take = (phone: string, at: number): number => waitOf(limits.take(found, parts(phone), at));
    for (let n = 0; n < 5; n++) expect(take("+491515550001", start + n)).toBe(0);
    expect(take("+49 151 555 0001", start + 10)).toBeGreaterThan(0);
    expect(take("+491515550002", start + 10)).toBe(0);
    expect(take("+491515550001", start + 9 * minute)).toBeGreaterThan(0);
    expect(take("+491515550001", start + 10 * minute)).toBe(0);
    expect(take("+491515550001", start + 10 * minute + 20)).toBeGreaterThan(0);
  });

  test("are five within any ten minutes, at whatever pace they come", () => {
    for (let every = 1_000; every <= 3 * minute; every += 7_000) {
      const limits = new PromptLimits(ports);
      limits.setEndpoints([door]);
      const found = limits.find("POST", "api.example", ["ask"]) ?? expect.fail();
      const passed: number[] = [];
      for (let at = start; at < start + 180 * minute; at += every) if (waitOf(limits.take(found, parts("+491515550001"), at)) === 0) passed.push(at);
      for (const from of passed) expect(passed.filter((at) => at >= from && at < from + 10 * minute).length).toBeLessThanOrEqual(5);
      expect(passed.length).toBeLessThanOrEqual(5 + 18);
    }
  });

  test("begin anew for who agreed, and for nobody by anything else that honest people do", () => {
    const limits = new PromptLimits(ports);
    limits.setEndpoints([door]);
    const found = limits.find("POST", "api.example", ["ask"]) ?? expect.fail();
    const take = (phone: string, at: number): number => waitOf(limits.take(found, parts(phone), at));
    for (const phone of ["+491515550001", "+491515550002"]) for (let n = 0; n < 5; n++) expect(take(phone, start + n)).toBe(0);
    const anchor = { at: start + 20, endpointId: "p", narrow: "", network: "", subjects: [ports.hash("phone", "+491515550001")] };
    // Whoever has the password signs in, and may be the one who bombs.
    for (const kind of ["sign-in", "device-completion", "code-verified", "handed", "failed"] as const) limits.anchor({ ...anchor, kind });
    expect(take("+491515550001", start + 30)).toBeGreaterThan(0);
    limits.anchor({ ...anchor, kind: "agreed" });
    for (let n = 0; n < 5; n++) expect(take("+491515550001", start + 40 + n)).toBe(0);
    expect(take("+491515550001", start + 50)).toBeGreaterThan(0);
    expect(take("+491515550002", start + 50)).toBeGreaterThan(0);
  });

  test("are counted under any method that changes something, and reading counts nothing", () => {
    const limits = new PromptLimits(ports);
    expect(limits.find("POST", "api.example", ["ask"])).toBeUndefined();
    limits.setEndpoints([door]);
    expect(limits.find("PUT", "api.example", ["ask"])?.id).toBe("p");
    expect(limits.find("GET", "api.example", ["ask"])).toBeUndefined();
    expect(limits.find("HEAD", "api.example", ["ask"])).toBeUndefined();
    limits.setEndpoints([]);
    expect(limits.find("POST", "api.example", ["ask"])).toBeUndefined();
  });

  test("go through a judge: the sixth is refused where it enforces, whoever asks; where it observes it says so only", () => {
    for (const mode of ["enforce", "observe"] as const) {
      const would: string[] = [];
      const judge = new Judge(
        ports,
        {
          mode,
          newId: () => "s",
          declared: () => ({ kind: "push-prompt", subjects: [{ location: { in: "query", name: "phone" }, type: "phone" }] }),
        },
        { exchange: () => undefined, signals: () => undefined, decision: (_n, decision) => void would.push(`${decision.action} ${decision.would} ${decision.reason}`) },
      );
      const ask = (n: number, phone: number): Exchange => ({
        id: `x${n}`,
        at: start + n * 1_500,
        durationMs: 5,
        method: "POST",
        url: `https://api.example/ask?phone=%2B49151555${phone}`,
        client: { address: `198.51.${n % 29}.7` },
        carries: carriesAll,
        request: { headers: [["Host", "api.example"]] },
        response: { status: 202, headers: [["Content-Type", "application/json"]], body: `{"request":"${n}-abcdefgh"}` },
      });
      for (let n = 0; n < 60; n++) judge.push(ask(n, 1_000 + n * 37));
      for (let n = 60; n < 70; n++) judge.push(ask(n, 9_000));
      judge.finish();
      const last = would.slice(60);
      expect(last.slice(0, 5).every((one) => one.startsWith("allow"))).toBe(true);
      expect(last.slice(6)).toEqual(Array.from({ length: 4 }, () => (mode === "enforce" ? "throttle throttle prompt-limit" : "allow throttle prompt-limit")));
      expect(would.slice(0, 60).some((one) => one.includes("prompt-limit"))).toBe(false);
    }
  });
});

describe("requests for a prompt that the service itself refused", () => {
  test("do not count: a load test that signs in as a suspended person all day is never refused, and he is prompted as ever", () => {
    for (const status of [400, 401, 403, 404, 410, 422]) {
      const limits = limitsOf(careful);
      for (let n = 0; n < 100; n++) expect(asks(limits, careful, status, start + n * 100_000)).toBe(true);
      for (let n = 0; n < 5; n++) expect(asks(limits, careful, 201, start + 100 * 100_000 + n)).toBe(true);
      expect(asks(limits, careful, 201, start + 100 * 100_000 + 10)).toBe(false);
    }
  });

  test("count where something may have gone out: no answer, a failure, too many, a conflict, a question of form; and where it is not known of whom it prompts", () => {
    for (const status of [0, 200, 202, 301, 304, 402, 405, 406, 408, 409, 412, 416, 423, 425, 429, 500, 503]) {
      const limits = limitsOf(careful);
      expect(Array.from({ length: 8 }, (_, n) => asks(limits, careful, status, start + n * 1_000)).filter(Boolean)).toHaveLength(5);
    }
    const limits = limitsOf(door);
    expect(Array.from({ length: 8 }, (_, n) => asks(limits, door, 403, start + n * 1_000)).filter(Boolean)).toHaveLength(5);
  });

  test("count until they are refused: of fifty at once five pass, whatever comes of them", () => {
    const limits = limitsOf(careful);
    const taken = Array.from({ length: 50 }, () => limits.take(careful, parts(person), start)).filter((one) => typeof one !== "number");
    expect(taken).toHaveLength(5);
    for (const one of taken) limits.settle(one, 403, start + 80);
    expect(waitOf(limits.take(careful, parts(person), start + 100))).toBe(0);
  });

  test("are twenty of one person within ten minutes: so much a service costs that prompts and says that it did not", () => {
    const limits = limitsOf(careful);
    const passed: number[] = [];
    for (let n = 0; n < 3_000; n++) if (asks(limits, careful, 403, start + n * 1_000)) passed.push(n);
    for (const from of passed) expect(passed.filter((n) => n >= from && n < from + 600).length).toBeLessThanOrEqual(5 + 20);
  });

  test("name nobody that is prompted for it: a request refused for one of two people counts for neither", () => {
    const two: GuardedEndpoint = { ...door, subjects: [{ location: { in: "json", name: "to[]" }, type: "phone" }] };
    const limits = limitsOf(two);
    const to = (...people: string[]) => ({ segments: ["ask"], query: "", header: () => undefined, contentType: "application/json", body: JSON.stringify({ to: people }) });
    for (let n = 0; n < 5; n++) expect(waitOf(limits.take(two, to(person), start))).toBe(0);
    for (let n = 0; n < 9; n++) expect(waitOf(limits.take(two, to("+491515550002", person), start))).toBeGreaterThan(0);
    for (let n = 0; n < 5; n++) expect(waitOf(limits.take(two, to("+491515550002"), start))).toBe(0);
  });

  test("cannot come back for others: not once the person agreed in the meantime, and no more of them than time has left", () => {
    const late = (answeredAt: number, agreedAt?: number): number => {
      const limits = limitsOf(careful);
      const held = Array.from({ length: 4 }, () => limits.take(careful, parts(person), start));
      if (agreedAt !== undefined) limits.anchor({ kind: "agreed", at: agreedAt, endpointId: "p", narrow: "", network: "", subjects: [ports.hash("phone", person)] });
      let passed = 0;
      const from = start + 40 * minute;
      while (passed < 10 && asks(limits, careful, 201, agreedAt ?? from)) passed++;
      for (const one of held) if (typeof one !== "number") limits.settle(one, 403, answeredAt);
      while (passed < 10 && asks(limits, careful, 201, answeredAt)) passed++;
      return passed;
    };
    expect(late(start + 200, start + 100)).toBe(5);
    expect(late(start + 40 * minute + 100)).toBe(5);
  });

  test("never let a sixth prompt through within ten minutes since the last agreement, in whatever order and however late answers come", () => {
    const request = fc.record({
      gap: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 12 * minute })),
      tookMs: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 15 * minute })),
      status: fc.constantFrom(201, 403, 403, 404, 429, 500, 0),
      agrees: fc.integer({ min: 0, max: 15 }).map((n) => n === 0),
    });
    fc.assert(
      fc.property(fc.array(request, { minLength: 5, maxLength: 60 }), (requests) => {
        const limits = limitsOf(careful);
        const events: { at: number; run: () => void }[] = [];
        const sent: number[] = [];
        let at = start;
        for (const { gap, tookMs, status, agrees } of requests) {
          const asked = (at += gap);
          const run = (): void => {
            if (agrees) {
              sent.length = 0;
              limits.anchor({ kind: "agreed", at: asked, endpointId: "p", narrow: "", network: "", subjects: [ports.hash("phone", person)] });
              return;
            }
            const taken = limits.take(careful, parts(person), asked);
            if (typeof taken === "number") return;
            if (status !== 403 && status !== 404) sent.push(asked);
            expect(sent.filter((one) => one > asked - 10 * minute).length).toBeLessThanOrEqual(5);
            events.push({ at: asked + tookMs, run: () => limits.settle(taken, status, asked + tookMs) });
          };
          for (;;) {
            const due = events.filter((event) => event.at <= asked).sort((a, b) => a.at - b.at)[0];
            if (due === undefined) break;
            events.splice(events.indexOf(due), 1);
            due.run();
          }
          run();
        }
      }),
      { numRuns: 200 },
    );
  });
});
