import { gzipSync } from "node:zlib";
import { type CodeDoor, defaultBudget, type Disclosure, type GatePolicy, type HoldDoor, GateEngine, type GuardedEndpoint, type Signal } from "@postern/engine";
import { expect, test } from "vitest";
import type { FinishedExchange } from "../exchange-record.ts";
import { makePorts } from "../keys/make-ports.ts";
import type { Capture, RequestHead, Ruling } from "./gate-port.ts";
import { JudgingGate } from "./judging-gate.ts";

const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
const owned: GuardedEndpoint = {
  id: "0000000000000001",
  method: "GET",
  host: "svc",
  template: "/orders/{id}",
  state: "budgeted",
  subjects: [{ location: { in: "path", name: "id" }, type: "integer" }],
  classes: { scalars: [] },
  tellsNothing: [],
  uniform: { status: 404, headers: [["Content-Type", "application/json"]], body: '{"error":"not found"}', learned: false },
  budget: defaultBudget,
  owned: true,
  others: [["DELETE", "0000000000000002"]],
};

const codes: CodeDoor = {
  ...owned,
  id: "0000000000000003",
  method: "POST",
  template: "/codes/check",
  subjects: [],
  classes: { scalars: ["success"] },
  wrongCodes: 20,
  wrongOnOne: 10,
  refusals: [],
};

const prompts: GuardedEndpoint = { ...owned, id: "0000000000000004", method: "POST", template: "/people/{id}/ask", state: "watched", refusedFree: true };

/** A gate before one service, without any socket. */
function gateOf(mode: "enforce" | "observe", more: Partial<GatePolicy> = {}) {
  const rows: Disclosure[] = [];
  const signals: Signal[] = [];
  const done: FinishedExchange[] = [];
  const engine = new GateEngine({ newId: () => "s", sourceSlots: 1_024, pairs: 1_000, pending: 64 });
  const gate = new JudgingGate({
    engine,
    ports,
    epoch: "e",
    scope: "svc",
    limits: undefined,
    journal: (journaled) => void rows.push(...journaled),
    signals: (told) => void signals.push(...told),
    complete: (finished) => void done.push(finished),
  });
  gate.setPolicy({ version: 1, mode, endpoints: [owned], codes: [codes], prompts: [prompts], principals: [], ...more });
  let at = 1_000;
  const ask = (method: string, target: string, status = 204, body = ""): Ruling => {
    const head: RequestHead = { at: (at += 1_000), method, host: "svc", target, rawHeaders: ["Authorization", "Bearer tok_evil_abcdefghijklmnop"], address: "192.0.2.7" };
    const ruling = gate.onRequest(head);
    if (ruling.kind === "hold") gate.onAnswer(ruling, { at: at + 5, status, rawHeaders: [], body: new Uint8Array(), complete: true });
    gate.onComplete(captureOf(head, ruling, status, body));
    return ruling;
  };
  return { ask, rows, signals, done, gate };
}

function captureOf(head: RequestHead, ruling: Ruling, status: number, body: string): Capture {
  return {
    head,
    ruling,
    replaced: false,
    requestSection: undefined,
    requestBody: undefined,
    requestBodyTruncated: false,
    status: ruling.kind === "deny" ? 0 : status,
    responseRawHeaders: body === "" ? [] : ["Content-Type", "application/json", "Content-Encoding", "gzip"],
    responseSection: undefined,
    responseBody: body === "" ? undefined : gzipSync(body),
    responseBodyTruncated: false,
    responseBytes: 0,
    durationMs: 5,
    upstreamError: undefined,
  };
}

test("what changes somebody else's object is turned away before the service is asked, told and written down; what reads it is asked and not told", () => {
  for (const method of ["DELETE", "PUT", "FROB", "GET", "HEAD"]) {
    const { ask, rows, signals, done } = gateOf("enforce");
    const kinds = Array.from({ length: 20 }, (_, n) => ask(method, `/orders/${500 + n}`).kind);
    const reads = method === "GET" || method === "HEAD";
    expect(kinds).toEqual(Array.from({ length: 20 }, (_, n) => (n < 6 || reads ? "hold" : "deny")));
    expect(rows.map(({ id, answer }) => `${id} ${answer}`)).toEqual(done.map(({ number }, n) => `e-${number.toString(36)}.0 ${n < 6 ? "truthful" : "uniform"}`));
    expect(done.at(-1)?.note).toMatchObject({ action: "uniform", reason: "foreign-object", answered: 404, journaled: true });
    expect(rows.at(-1)?.endpointId).toBe(method === "DELETE" ? "0000000000000002" : owned.id);
    expect(signals.some(({ detector, level }) => detector === "access.foreign-objects" && level === "high")).toBe(true);
  }
});

test("a gate that observes turns nothing away", () => {
  const { ask, done } = gateOf("observe");
  for (let n = 0; n < 20; n++) expect(ask("DELETE", `/orders/${500 + n}`).kind).toBe("hold");
  expect(done.at(-1)?.note).toMatchObject({ action: "allow", would: "uniform" });
});

test("who sends twenty wrong codes is refused the next before the service is asked; right ones, also under the same status, give back; where it observes all pass", () => {
  for (const [status, wrong, right] of [
    [422, "", ""],
    [200, '{"success":false}', '{"success":true}'],
  ] as const) {
    const { ask, done } = gateOf("enforce");
    for (let n = 0; n < 40; n++) expect(ask("POST", "/codes/check", n % 3 === 2 ? 200 : status, n % 3 === 2 ? right : wrong).kind).toBe("pass");
    const kinds = Array.from({ length: 30 }, () => ask("POST", "/codes/check", status, wrong).kind);
    expect(kinds.indexOf("deny")).toBeGreaterThanOrEqual(18);
    expect(kinds.slice(20).every((kind) => kind === "deny")).toBe(true);
    expect(done.at(-1)?.note).toMatchObject({ action: "throttle", reason: "code-limit", answered: 429 });
  }
  const { ask } = gateOf("observe");
  for (let n = 0; n < 60; n++) expect(ask("POST", "/codes/check", 422).kind).toBe("pass");
});

test("prompts that the service refused to send do not count, and those it may have sent do", () => {
  for (const [status, passes] of [
    [403, 9],
    [201, 5],
    [429, 5],
    [503, 5],
    [0, 5],
  ] as const) {
    const { ask, done } = gateOf("enforce");
    const kinds = Array.from({ length: 9 }, () => ask("POST", "/people/77/ask", status).kind);
    expect(kinds).toEqual(Array.from({ length: 9 }, (_, n) => (n < passes ? "pass" : "deny")));
    if (passes < 9) expect(done.at(-1)?.note).toMatchObject({ action: "throttle", reason: "prompt-limit", answered: 429 });
  }
});

test("messages to a pumped prefix are refused before the service is asked, and said not to be sent; customers and one stranger pass, and it is noted why; where it observes all pass and it is noted what would not", () => {
  const sends: HoldDoor = {
    ...owned,
    id: "0000000000000005",
    method: "POST",
    template: "/numbers/{phone}/code",
    sort: "send",
    subjects: [{ location: { in: "path", name: "phone" }, type: "phone" }],
  };
  const more = { holdDoors: [sends], heldPrefixes: [{ prefix: ports.hash("phone", "prefix +491512345"), until: 900_000, everyMs: 600_000 }] };
  const number = (n: number): string => `/numbers/+4915123450${100 + n}/code`;
  for (const mode of ["enforce", "observe"] as const) {
    const { ask, done, gate } = gateOf(mode, more);
    gate.anchor({ at: 0, endpointId: "", kind: "agreed", narrow: "", network: "", subjects: [ports.hash("phone", "+4915123450107")] });
    const rulings = Array.from({ length: 10 }, (_, n) => ask("POST", number(n), 200));
    expect(rulings.map(({ kind }) => kind)).toEqual(Array.from({ length: 10 }, (_, n) => (mode === "observe" || n === 0 || n === 7 ? "pass" : "deny")));
    expect(done.map(({ note }) => `${note?.action} ${note?.would} ${note?.reason}`)).toEqual(
      Array.from({ length: 10 }, (_, n) =>
        n === 0 ? "allow allow sms-probation" : n === 7 ? "allow allow sms-known" : `${mode === "enforce" ? "throttle" : "allow"} throttle sms-held`,
      ),
    );
    if (mode === "enforce")
      expect(rulings[1]).toMatchObject({
        status: 429,
        headers: [
          ["content-type", "application/problem+json"],
          ["retry-after", "599"],
        ],
      });
  }
  const { ask, done } = gateOf("enforce", { ...more, holdDoors: [{ ...sends, held: { status: 403, headers: [["x-step", "call"]], body: "call us", learned: false } }] });
  for (let n = 0; n < 2; n++) ask("POST", number(n), 200);
  expect(done.at(-1)?.note).toMatchObject({ action: "throttle", reason: "sms-held", answered: 403 });
});

/** A lookup of people, whose kinds of answers are known. */
const { owned: _owned, others: _others, refusedFree: _refusedFree, ...plain } = prompts;
const lookup: GuardedEndpoint = {
  ...plain,
  id: "0000000000000006",
  method: "GET",
  template: "/v1/users/lookup/{phone}",
  state: "budgeted",
  subjects: [{ location: { in: "path", name: "phone" }, type: "phone" }],
  tells: [
    { id: "hit", status: 200, fields: "active", denies: false },
    { id: "miss", status: 404, fields: "error", denies: true },
  ],
};

/** Somebody who asks a gate before lookups. */
function lookupGate(policy: Partial<GatePolicy>) {
  const { gate, rows, done } = gateOf("enforce", policy);
  let at = 10_000;
  const asks = (target: string, method = "GET"): { readonly head: RequestHead; readonly ruling: Ruling } => {
    const head: RequestHead = { at: (at += 1_000), method, host: "svc", target, rawHeaders: [], address: "192.0.2.7" };
    return { head, ruling: gate.onRequest(head) };
  };
  /** What its client gets: the service's own answer, or the one in its place, or none of either. */
  const answered = (target: string, status: number, body: object, method?: string): string => {
    const { head, ruling } = asks(target, method);
    const text = JSON.stringify(body);
    const release =
      ruling.kind === "hold"
        ? gate.onAnswer(ruling, { at: at + 5, status, rawHeaders: ["Content-Type", "application/json"], body: new TextEncoder().encode(text), complete: true })
        : ruling;
    gate.onComplete(captureOf(head, ruling, status, text));
    return release.kind;
  };
  return { asks, answered, rows, done };
}

test("a path beside a guarded one spends that one's credits where its answers are the same, is answered as there when they are spent, and is left alone where they are others", () => {
  const { answered, rows, done } = lookupGate({ endpoints: [lookup] });
  const path = (n: number): string => `/v${n % 50}/mobile/users/lookup/+4915123450${100 + n}/x`;
  // Who is not there costs nothing while there are credits.
  for (let n = 0; n < 20; n++) expect(answered(path(n), 404, { error: "unknown" })).toBe("pass");
  expect(rows).toEqual([]);
  expect(Array.from({ length: 20 }, (_, n) => answered(path(100 + n), 200, { active: true })).filter((kind) => kind === "pass")).toHaveLength(8);
  expect(rows.map(({ endpointId, answer }) => `${endpointId} ${answer}`)).toEqual(Array.from({ length: 20 }, (_, n) => `${lookup.id} ${n < 8 ? "truthful" : "uniform"}`));
  expect(done.at(-1)?.note).toMatchObject({ action: "uniform", reason: "credits-spent", answered: 404, journaled: true });
  expect(answered(path(200), 404, { error: "unknown" })).toBe("replace");
  expect(done.at(-1)?.note).toMatchObject({ action: "uniform", answered: 404, journaled: true });
  expect(answered("/v1/users/lookup/+4915123450300", 200, { active: true })).toBe("replace");
  for (const [status, body] of [
    [200, { items: [] }],
    [500, { error: "unknown" }],
    [429, { error: "unknown" }],
    [400, { error: "unknown" }],
  ] as const) {
    expect(answered(path(301), status, body)).toBe("pass");
    expect(done.at(-1)?.note).toBeUndefined();
  }
  expect(rows).toHaveLength(21);
});

test("requests under way beside a guarded path spend nothing there; what asks about nobody is not held up; who watches there goes on to count; codes there are limited", () => {
  const beside: GuardedEndpoint = { ...lookup, id: "0000000000000007", template: "/v1/users/lookup/{phone}/photo", state: "watched" };
  const door: CodeDoor = { ...codes, template: "/v1/users/lookup/{phone}/check" };
  const { asks, answered, rows } = lookupGate({ endpoints: [lookup, beside], codes: [door] });
  const number = (n: number): string => `/v1/users/lookup/+4915123450${100 + n}`;
  for (let n = 0; n < 60; n++) expect(asks(`${number(n)}/x`).ruling.kind).toBe("hold");
  expect(asks("/v1/users/lookup/me/x").ruling.kind).toBe("pass");
  for (let n = 0; n < 30; n++) expect(answered(`${number(n)}/photo`, 200, { width: 3 })).toBe("pass");
  expect(rows.map(({ endpointId, answer }) => `${endpointId} ${answer}`)).toEqual(Array.from({ length: 30 }, () => `${beside.id} truthful`));
  const kinds = Array.from({ length: 30 }, (_, n) => answered(`${number(n)}/check`, 422, { success: false }, "POST"));
  expect(kinds.slice(0, 18)).toEqual(Array.from({ length: 18 }, () => "pass"));
  expect(kinds.slice(20)).toEqual(Array.from({ length: 10 }, () => "deny"));
  // All credits are there still; and what is another path to the guard is told by it, and counted there alone.
  expect(Array.from({ length: 10 }, (_, n) => answered(`${number(40 + n)}/photo`, 200, { active: true }))).toEqual(
    Array.from({ length: 10 }, (_, n) => (n < 8 ? "pass" : "replace")),
  );
  expect(rows.slice(30).every(({ endpointId }) => endpointId === lookup.id)).toBe(true);
});

test("what says beside a guarded path whom it asks about in a body is judged like it, and the body is read for that", () => {
  const presence: GuardedEndpoint = { ...lookup, method: "POST", template: "/v1/presence", subjects: [{ location: { in: "json", name: "phone" }, type: "phone" }] };
  const { asks } = lookupGate({ endpoints: [presence] });
  const { gate } = gateOf("enforce", { endpoints: [presence] });
  expect(asks("/v2/presence").ruling.kind).toBe("pass");
  const sends = (target: string): Ruling["kind"] => {
    return gate.onRequest({ at: 5_000, method: "POST", host: "svc", target, rawHeaders: ["Content-Type", "application/json", "Content-Length", "20"], address: "192.0.2.7" }).kind;
  };
  expect(sends("/v2/presence")).toBe("body");
  expect(sends("/v2/absence")).toBe("pass");
});
