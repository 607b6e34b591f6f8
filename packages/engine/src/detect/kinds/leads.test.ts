import { expect, test } from "vitest";
import type { FlowCall } from "./flow-memory.ts";
import { beforeMax, checksMax, Leads } from "./leads.ts";

const call = (endpointId: string, at: number, changes = true, values: readonly number[] = []): FlowCall => ({ endpointId, at, changes, well: true, values });
const kindOf = (id: string): "code-check" | "unproven" => (id === "check" ? "code-check" : "unproven");

test("the last request that changes something before nearly every accepted code sent it", () => {
  const leads = new Leads();
  for (let n = 0; n < 10; n++)
    leads.accepted({ endpointId: "check", at: 60_000 }, [[call("begin", 1_000), call("lookup", 2_000, false), call("send", 3_000), call("poll", 50_000, false)]], 7, false);
  expect(["begin", "lookup", "send", "poll"].map((id) => leads.roleOf(id, kindOf)?.kind)).toEqual([undefined, undefined, "code-send", undefined]);
});

test("what comes before half of the codes only does not send them", () => {
  const leads = new Leads();
  for (let n = 0; n < 20; n++) leads.accepted({ endpointId: "check", at: 60_000 }, [n % 2 === 0 ? [call("news", 3_000)] : []], 7, false);
  expect(leads.roleOf("news", kindOf)).toBeUndefined();
});

test("what took the secret that is accepted next is a sign-up, or a reset where another was accepted before", () => {
  const leads = new Leads();
  for (let n = 0; n < 3; n++) {
    leads.accepted({ endpointId: "entry", at: 60_000 }, [[call("join", 1_000, true, [4, n])]], n, false);
    leads.accepted({ endpointId: "entry", at: 60_000 }, [[call("renew", 1_000, true, [4, n])]], n, true);
  }
  expect([leads.roleOf("join", () => "sign-in")?.kind, leads.roleOf("renew", () => "sign-in")?.kind]).toEqual(["sign-up", "password-reset"]);
});

test("holds so many endpoints and no more", () => {
  const leads = new Leads();
  for (let n = 0; n < 2 * checksMax; n++) leads.accepted({ endpointId: `c${n}`, at: 10 }, [Array.from({ length: 2 * beforeMax }, (_, m) => call(`e${m}`, 1))], 1, false);
  const state = leads.exportState();
  expect([state.checks.length, Math.max(...state.checks.map(({ before }) => before.length))]).toEqual([checksMax, beforeMax]);
});
