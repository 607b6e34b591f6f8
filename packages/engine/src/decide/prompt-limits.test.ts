import { describe, expect, test } from "vitest";
import { carriesAll, type Exchange } from "../exchange/exchange.ts";
import { Judge } from "../judge.ts";
import type { GuardedEndpoint } from "./gate-policy.ts";
import { PromptLimits } from "./prompt-limits.ts";
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
const parts = (phone: string) => ({ segments: ["ask"], query: "", header: () => undefined, contentType: "application/json", body: JSON.stringify({ user: { phone } }) });

describe("prompts on one person's device", () => {
  test("are five at once, then one every ten minutes; another person's are his own", () => {
    const limits = new PromptLimits(ports);
    limits.setEndpoints([door]);
    const found = limits.find("POST", "api.example", ["ask"]) ?? expect.fail();
    const take = (phone: string, at: number): number => limits.take(found, parts(phone), at);
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
      for (let at = start; at < start + 180 * minute; at += every) if (limits.take(found, parts("+491515550001"), at) === 0) passed.push(at);
      for (const from of passed) expect(passed.filter((at) => at >= from && at < from + 10 * minute).length).toBeLessThanOrEqual(5);
      expect(passed.length).toBeLessThanOrEqual(5 + 18);
    }
  });

  test("begin anew for who agreed, and for nobody by anything else that honest people do", () => {
    const limits = new PromptLimits(ports);
    limits.setEndpoints([door]);
    const found = limits.find("POST", "api.example", ["ask"]) ?? expect.fail();
    const take = (phone: string, at: number): number => limits.take(found, parts(phone), at);
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
