import { atMost, type BenchRow } from "./bench-report.ts";
import type { BenchContext } from "./bench-context.ts";
import { memoryOf } from "../supervise.ts";
import { spread } from "./statistics.ts";
import type { DecisionTimes } from "./time-decisions.ts";
import type { InventoryTimes } from "./time-inventory.ts";
import type { LedgerTimes } from "./time-ledger.ts";
import type { TriggerTimes } from "./time-triggers.ts";

/** What a decision costs the waiting request's thread, and what an exchange costs the hub: each turn in a fresh process. */
export async function measureEngine(context: BenchContext): Promise<BenchRow[]> {
  const { children, quick, say } = context;
  const decisions: DecisionTimes[] = [];
  const ledgers: LedgerTimes[] = [];
  const inventories: InventoryTimes[] = [];
  const triggers: number[] = [];
  for (let turn = 0; turn < (quick ? 1 : 3); turn++) {
    say(`decision, ledger and inventory, turn ${turn + 1}`);
    decisions.push((await children.role("decisions", "100000")).said as DecisionTimes);
    ledgers.push((await children.role("ledger", quick ? "10240" : "61440", memoryOf("hub"))).said as LedgerTimes);
    triggers.push(((await children.role("triggers", quick ? "10000" : "40000", memoryOf("hub"))).said as TriggerTimes).micros);
    inventories.push((await children.role("inventory", quick ? "4" : "12")).said as InventoryTimes);
  }
  return [...decisionRows(decisions), ...ledgerRows(ledgers, triggers), ...inventoryRows(inventories)];
}

function decisionRows(turns: readonly DecisionTimes[]): BenchRow[] {
  const part = "Judgement on the gate's thread, 30 rules loaded, 100,000 calls a turn";
  const row = (name: string, of: (times: DecisionTimes) => number, bound?: number): BenchRow => {
    const value = spread(turns.map(of));
    return { part, name, unit: "µs", value, ...(bound === undefined ? {} : { bar: atMost(value.median, bound, `≤ ${bound} µs`) }) };
  };
  return [
    row("decision, not under a budget, p50", (times) => times.unguarded.decisionP50, 6),
    row("decision, not under a budget, p99", (times) => times.unguarded.decisionP99, 40),
    row("all it adds, not under a budget, p50", (times) => times.unguarded.addedP50, 12),
    row("all it adds, not under a budget, p99", (times) => times.unguarded.addedP99),
    row("CPU a call with sending to the hub, harness included", (times) => times.unguarded.cpu),
    row("decision, new subject under a budget, journaled, p50", (times) => times.guarded.decisionP50),
    row("decision, new subject under a budget, journaled, p99", (times) => times.guarded.decisionP99),
    row("all it adds, under a budget, p50", (times) => times.guarded.addedP50),
  ];
}

function ledgerRows(turns: readonly LedgerTimes[], triggers: readonly number[]): BenchRow[] {
  const part = "Ledger: CPU an exchange in the hub";
  const row = (name: string, of: (times: LedgerTimes) => number, bound?: number): BenchRow => {
    const value = spread(turns.map(of));
    return { part, name, unit: "µs", value, ...(bound === undefined ? {} : { bar: atMost(value.median, bound, `≤ ${bound} µs`) }) };
  };
  return [
    row("everything on, no body", (times) => times["no-body"].hubMicros, 20),
    row("everything on, 1 KiB of JSON", (times) => times["json-1k"].hubMicros, 60),
    row("everything on, lookups under a budget, each number new", (times) => times.lookup.hubMicros),
    row("ledger alone, no body", (times) => times["no-body"].ledgerMicros),
    row("ledger alone, 1 KiB of JSON", (times) => times["json-1k"].ledgerMicros),
    row("ledger alone, lookups", (times) => times.lookup.ledgerMicros),
    { part, name: "30 rules of the operator's own (CEL) on top", unit: "µs", value: spread(triggers) },
    row("reading the gate's line, no body", (times) => times["no-body"].wireMicros),
    row("reading the gate's line, 1 KiB of JSON", (times) => times["json-1k"].wireMicros),
  ];
}

function inventoryRows(turns: readonly InventoryTimes[]): BenchRow[] {
  const part = `Inventory: CPU an exchange at ${turns[0]?.templates ?? 0} templates`;
  const lookup = spread(turns.map((times) => times.lookupMicros));
  return [
    { part, name: "template lookup and its counters", unit: "µs", value: lookup, bar: atMost(lookup.median, 2, "≤ 2 µs") },
    { part, name: "the whole station, no bodies", unit: "µs", value: spread(turns.map((times) => times.stationMicros)) },
    { part, name: "heap of the whole inventory", unit: "MiB", value: spread(turns.map((times) => times.heapBytes / 2 ** 20)) },
  ];
}
