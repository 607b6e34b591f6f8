import type { Attack } from "@postern/testkit";
import { type Disclosure, Ledger } from "@postern/engine";
import { breachReport } from "../respond/breach-report.ts";
import { loadHubState } from "../hub/hub-state.ts";
import { loadOrCreateKey } from "../keys/key-file.ts";
import { makePorts } from "../keys/make-ports.ts";
import type { Postern } from "../start-postern.ts";
import { StoreClient } from "../store/store-client.ts";
import { storeSocketPath } from "../store/store-socket.ts";
import type { Exposed } from "./demo-summary.ts";

/**
 * Who was exposed to the attacker, from the store, held against the attacker's own notes. Precision: of those the report names, the share the
 * attacker did learn. Recall: of those it learned, the share the report names.
 */
export async function exposureOf(input: {
  readonly postern: Postern;
  readonly dataDir: string;
  readonly attack: Attack;
  readonly from: number;
  readonly hashOf: (national: number) => string;
}): Promise<Exposed> {
  const { dataDir, attack, from } = input;
  const state = loadHubState(dataDir);
  const ports = makePorts(loadOrCreateKey({ env: process.env, dataDir }), 1);
  const ledger = new Ledger(ports, { mode: "observe" }, state?.ledger);
  const to = from + 86_400_000;
  const store = new StoreClient({ socketPath: storeSocketPath(dataDir) });
  try {
    await store.flush();
    const rows: Disclosure[] = [];
    for (const address of new Set(attack.sessions.map((session) => session.address))) {
      let before: { at: number; id: string } | undefined;
      for (;;) {
        const page = await store.query("disclosures", { address, from, to, before, limit: 1_000 });
        rows.push(...page);
        const last = page.at(-1);
        if (last === undefined || page.length < 1_000) break;
        before = { at: last.at, id: last.id };
      }
    }
    const meanings = new Map<string, { meaning: "confirmed" | "denied" | "nothing" | "unknown"; fields: readonly string[] }>();
    const exposed = new Set<string>();
    for (const endpointId of new Set(rows.map((row) => row.endpointId))) {
      for (const one of ledger.oracles.state(endpointId).classes) meanings.set(one.id, { meaning: one.meaning, fields: one.fields });
    }
    for (const row of rows) if (row.answer === "truthful" && meanings.get(row.responseClass)?.meaning === "confirmed") exposed.add(row.subject);
    const lastAt = rows.reduce((latest, row) => Math.max(latest, row.at), from);
    const { report } = await breachReport({
      endpoint: { id: "", method: "", host: "", path: "every endpoint the attacker asked" },
      from,
      to: lastAt + 1,
      disclosures: rows,
      meanings,
      coverage: {
        hours: await store.query("coverage", { from: Math.floor(from / 3_600_000) * 3_600_000, to: lastAt + 1 }),
        gaps: (state?.missing ?? []).map((one) => ({ from: one.from, to: one.to, reason: one.reason })),
      },
    });
    const learned = new Set([...attack.notes].filter(([, answer]) => answer === "exists").map(([national]) => input.hashOf(national)));
    let both = 0;
    for (const subject of exposed) if (learned.has(subject)) both++;
    return {
      subjects: report.confirmed,
      denied: report.denied,
      precision: exposed.size === 0 ? (learned.size === 0 ? 1 : 0) : both / exposed.size,
      recall: learned.size === 0 ? 1 : both / learned.size,
      fieldsReturned: report.fieldsReturned,
      firstAt: report.firstAt,
      lastAt: report.lastAt,
      statement: report.coverage.statement,
      exact: report.exact,
    };
  } finally {
    await store.close();
  }
}
