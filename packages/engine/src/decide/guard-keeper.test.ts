import { expect, test } from "vitest";
import { carriesAll, type Exchange } from "../exchange/exchange.ts";
import { Ledger } from "../ledger.ts";
import type { LedgerState } from "../ledger/ledger-state.ts";
import { ports } from "../testing/ports.ts";

const start = Date.UTC(2026, 2, 2, 10);

/** A question about one of so many people, half of whom exist. */
function question(n: number): Exchange {
  return {
    id: `x${n}`,
    at: start + n * 1_000,
    durationMs: 5,
    method: "GET",
    url: `https://api.example/lookup?phone=%2B49151${5_550_000 + (n % 25) * 37}`,
    client: { address: `198.51.${n % 29}.7` },
    carries: carriesAll,
    request: { headers: [["Host", "api.example"]] },
    response: { status: 200, headers: [["Content-Type", "application/json"]], body: (n % 25) % 2 === 0 ? '{"state":"active","devices":1}' : '{"error":"unknown"}' },
  };
}

function asked(state?: LedgerState): Ledger {
  const ledger = new Ledger(ports, { mode: "enforce" }, state);
  for (let n = 0; n < 100; n++) ledger.onExchange(question(n));
  return ledger;
}

const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => (n + 0x1000).toString(16).padStart(16, "0"));
const saved = (ledger: Ledger): LedgerState => JSON.parse(JSON.stringify(ledger.exportState())) as LedgerState;

test("where as many endpoints are remembered to be under a budget as one gate guards, one more is guarded and not remembered", () => {
  const known = asked();
  const { id } = known.inventory.endpoints()[0] ?? expect.fail();
  expect(saved(known).held).toEqual([id]);
  const full = asked({ ...saved(new Ledger(ports, { mode: "enforce" })), held: ids(4_096) });
  expect(full.policy(start + 1_000_000).endpoints.map((one) => [one.id, one.state])).toEqual([[id, "budgeted"]]);
  expect(saved(full).held).toEqual(ids(4_096));
});

test("a guard is told with 64 of the names that the gate knew its endpoint by, whatever it was called", () => {
  const state = saved(asked());
  const [host] = state.inventory.hosts;
  const [endpoint] = host?.endpoints ?? [];
  if (host === undefined || endpoint === undefined) return expect.fail();
  const inventory = { ...state.inventory, hosts: [{ ...host, endpoints: [{ ...endpoint, state: { ...endpoint.state, aliases: ids(100) } }] }] };
  const guard = (told: readonly string[]) => new Ledger(ports, { mode: "enforce" }, { ...state, inventory, told }).policy(start + 1_000_000).endpoints[0];
  expect(guard(ids(100))?.formerly).toEqual(ids(64));
  expect(guard(ids(100).slice(98))?.formerly).toEqual(ids(100).slice(98));
});
