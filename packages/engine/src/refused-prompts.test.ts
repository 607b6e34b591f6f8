import { expect, test } from "vitest";
import { carriesAll, type Exchange } from "./exchange/exchange.ts";
import { Judge } from "./judge.ts";
import { ports } from "./testing/ports.ts";

const start = Date.UTC(2026, 2, 2, 10);

/** A service that asks people on their telephones, and whose traffic alone says so: an id it hands out is decided by somebody else soon after. */
function service() {
  const actions: string[] = [];
  const judge = new Judge(ports, { mode: "enforce", newId: () => "s" }, { exchange: () => undefined, signals: () => undefined });
  let at = start;
  let ids = 0;
  const send = (client: string, path: string, body: object, status: number, answer: object, token?: string): string => {
    const exchange: Exchange = {
      id: `x${ids++}`,
      at: (at += 2_000),
      durationMs: 20,
      method: "POST",
      url: `https://api.example${path}`,
      client: { address: client },
      carries: carriesAll,
      request: {
        headers: [["Content-Type", "application/json"], ["User-Agent", `app ${client}`], ...(token === undefined ? [] : [["Authorization", `Bearer ${token}`] as const])],
        body: JSON.stringify(body),
      },
      response: { status, headers: [["Content-Type", "application/json"]], body: JSON.stringify(answer) },
    };
    const { action } = judge.decide(exchange);
    actions.push(action);
    return action;
  };
  const idOf = (n: number): string => `req-${(n * 7_919 + 10_000_019).toString(36)}-${n}`;
  const phoneOf = (n: number): string => `+4915155${String(50_000 + n * 37)}`;
  /** Somebody asks for person `n`; with an id, he decides it on his own device. */
  const ask = (n: number, status: number, id?: string): string => {
    const action = send(`198.51.100.${n % 200}`, "/sign-in/start", { phone: phoneOf(n) }, status, id === undefined ? { error: "suspended" } : { request_id: id });
    if (id !== undefined) send(`203.0.113.${n % 200}`, `/approvals/answer`, { id, answer: "approve" }, 200, { ok: true }, `device-token-of-person-${n}-abcdef`);
    return action;
  };
  return { ask, idOf, wait: (ms: number) => void (at += ms) };
}

test("a person whom the service refuses to prompt may try as often as a load test does, where the traffic shows what it prompts", () => {
  const { ask, idOf, wait } = service();
  for (let n = 0; n < 12; n++) ask(n, 201, idOf(n));
  wait(60_000);
  const tries = Array.from({ length: 30 }, () => {
    wait(60_000);
    return ask(77, 403);
  });
  expect(tries.every((action) => action === "allow")).toBe(true);
  wait(3_600_000);
  const bombed = Array.from({ length: 8 }, () => ask(78, 202));
  expect(bombed.map((action) => action === "throttle")).toEqual([false, false, false, false, false, true, true, true]);
});

test("where people decide what was refused, too, refusals count like any other", () => {
  const { ask, idOf, wait } = service();
  for (let n = 0; n < 12; n++) ask(n, 201, idOf(n));
  ask(50, 401, idOf(50));
  wait(60_000);
  const tries = Array.from({ length: 12 }, () => ask(77, 401));
  // The gate's picture is renewed while the first of them come.
  expect(tries.slice(7)).toEqual(Array.from({ length: 5 }, () => "throttle"));
});
