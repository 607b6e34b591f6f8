import { describe, expect, test } from "vitest";
import { abusePolicy as policy } from "../detect/abuse/abuse-policy.ts";
import { actorOf } from "../exchange/actor.ts";
import type { Operation } from "../inventory/calls/operation.ts";
import { askedMax } from "../inventory/calls/request-calls.ts";
import { ports } from "../testing/ports.ts";
import type { CodeDoor, GuardedEndpoint } from "./gate-policy.ts";
import { TryLimits } from "./try-limits.ts";
import { unlearned } from "./unlearned.ts";

const start = Date.UTC(2026, 2, 2, 10);
const at = { method: "POST", host: "svc", template: "/graphql", state: "watched", ...unlearned } as const;
const mutation = (name: string): Operation => ({ protocol: "graphql", kind: "mutation", name });
const prompt: GuardedEndpoint = { ...at, id: "p", operation: mutation("ask"), subjects: [{ location: { in: "json", name: "phone" }, type: "phone" }], refusedFree: true };
const coupon: CodeDoor = {
  ...at,
  id: "v",
  operation: mutation("applyCoupon"),
  subjects: [],
  wrongCodes: policy.wrongCodes,
  wrongOnOne: 0,
  refusals: [],
  voucher: true,
  rightGives: 0.5,
};

function fresh(): TryLimits {
  const limits = new TryLimits(ports);
  limits.setPolicy({ prompts: [prompt], codes: [coupon] });
  return limits;
}

/** Why a document was refused; undefined where it passed. `answer`: what the service said, undefined where it gave no answer. */
function sent(limits: TryLimits, query: string, answer: unknown, address = "192.0.2.1", now = start, whole = true): string | undefined {
  const doors = limits.find("POST", "svc", ["graphql"]);
  if (doors === undefined) throw new Error("no door");
  const parts = {
    segments: ["graphql"],
    query: "",
    header: () => undefined,
    contentType: "application/json",
    body: whole ? JSON.stringify({ query }) : `{"query":${JSON.stringify(query)},"x":"`,
  };
  const tries = limits.take(doors, () => actorOf(ports, { address, userAgent: "app/1", credential: undefined }), parts, whole, now);
  if (tries === undefined) return undefined;
  if ("wait" in tries) return tries.reason;
  const body = answer === undefined ? undefined : { status: 200, contentType: "application/json", location: "", body: JSON.stringify(answer), echo: [] };
  limits.settle(tries, body, body === undefined ? 0 : 200, now);
  return undefined;
}

const refused = (key: string) => ({ data: { [key]: null }, errors: [{ message: "no", path: [key], extensions: { code: "REFUSED" } }] });

describe("operations of one path", () => {
  test("prompts to one person are five, whatever they are called and however they are packed; another person's pass, and so does every other operation", () => {
    const limits = fresh();
    const ask = (alias: string, phone: string): string => `${alias}: ask(phone: "${phone}") { id }`;
    for (let n = 0; n < 3; n++) expect(sent(limits, `mutation { ${ask("a", "+4915112345678")} }`, { data: { a: { id: `i${n}` } } })).toBeUndefined();
    const three = `mutation { ${["a", "b", "c"].map((alias) => ask(alias, "+4915112345678")).join(" ")} }`;
    // Refused as a whole, and nothing of it is counted.
    expect(sent(limits, three, {})).toBe("prompt-limit");
    expect(sent(limits, `mutation { ${ask("a", "+4915112345678")} ${ask("b", "+49 151 12345678")} }`, { data: { a: { id: "x" }, b: { id: "y" } } })).toBeUndefined();
    expect(sent(limits, `mutation { ${ask("a", "+4915112345678")} }`, {})).toBe("prompt-limit");
    expect(sent(limits, `mutation { ${ask("a", "+4915187654321")} }`, { data: { a: { id: "z" } } })).toBeUndefined();
    for (let n = 0; n < 50; n++) expect(sent(limits, `mutation { rename(name: "ask") }`, { data: { rename: true } })).toBeUndefined();
  });

  test("prompts that the service refused do not count; those it says nothing about do", () => {
    const limits = fresh();
    const ask = 'mutation { ask(phone: "+4915112345678") { id } }';
    for (let n = 0; n < policy.promptsRefused; n++) expect(sent(limits, ask, refused("ask"))).toBeUndefined();
    for (let n = 0; n < policy.promptsHard; n++) expect(sent(limits, ask, n % 2 === 0 ? undefined : { unreadable: true })).toBeUndefined();
    expect(sent(limits, ask, {})).toBe("prompt-limit");
  });

  test("codes of coupons are told by the operation's name, each alias by its own answer", () => {
    const limits = fresh();
    const apply = (n: number): string => `mutation { good: applyCoupon(code: "MINE${n}X") { off } bad: applyCoupon(code: "GUESS${n}X") { off } }`;
    let passed = 0;
    for (let n = 0; n < 200; n++) if (sent(limits, apply(n), { data: { good: { off: 5 }, bad: null }, errors: refused("bad").errors }) === undefined) passed++;
    // Half a try is gained by each right one, and a whole one lost by each wrong one.
    expect(passed).toBeGreaterThanOrEqual(2 * policy.wrongCodes - 3);
    expect(passed).toBeLessThanOrEqual(2 * policy.wrongCodes);
  });

  test("what was not read to its end counts by the places where a name stands, and once where none does; more calls than are read are refused", () => {
    const limits = fresh();
    let passed = 0;
    for (let n = 0; n < 100; n++) if (sent(limits, "mutation { other }", refused("x"), "192.0.2.7", start, false) === undefined) passed++;
    expect(passed).toBeLessThanOrEqual(policy.wrongCodes);
    const many = Array.from({ length: 2 * askedMax }, (_, n) => `a${n}: applyCoupon(code: "G${n}X7")`).join(" ");
    expect(sent(limits, `mutation { ${many} }`, {}, "192.0.2.8")).toBe("code-limit");
    expect(sent(limits, `mutation { ${many} }`, {}, "192.0.2.9", start, false)).toBe("code-limit");
  });

  test("doors that are gone hold nothing", () => {
    const limits = fresh();
    limits.setPolicy({});
    expect(limits.find("POST", "svc", ["graphql"])).toBeUndefined();
  });
});
