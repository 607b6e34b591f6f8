import { expect, test } from "vitest";
import type { CanaryKind } from "./decide/canaries.ts";
import { Ledger } from "./ledger.ts";
import { ports } from "./testing/ports.ts";
import { jsonExchange } from "./testing/json-exchange.ts";

const phone = (n: number): string => `+4930901${String(10_000 + n * 7)}`;

function asked(canaries: ReadonlyMap<string, CanaryKind> | undefined, tells: boolean): Ledger {
  const ledger = new Ledger(ports, { mode: "observe", canaries });
  for (let n = 0; n < 160; n++) {
    const exists = tells && n % 2 === 0;
    const answer = exists ? { success: true, device_count: n % 3 } : { success: false };
    ledger.onExchange(
      jsonExchange({ id: `x${n}`, at: 1_700_000_000_000 + n * 60_000, address: `198.51.${n % 100}.7`, path: `/users/${encodeURIComponent(phone(n))}/status`, answer }),
    );
  }
  return ledger;
}

const planted = new Map<string, CanaryKind>(Array.from({ length: 80 }, (_, n) => [ports.hash("phone", phone(n + 60)), n % 2 === 0 ? "registered" : "unregistered"]));
const proven = (ledger: Ledger): number => ledger.oracles.endpoints().filter((id) => ledger.oracles.verdict(id) === "proven").length;

test("questions about canaries prove an oracle that nobody signed in at, and no other", () => {
  expect(proven(asked(planted, true))).toBe(1);
  expect(proven(asked(undefined, true))).toBe(0);
  expect(proven(asked(planted, false))).toBe(0);
});
