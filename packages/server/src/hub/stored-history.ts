import type { Disclosure, Ledger } from "@postern/engine";
import type { ActorView, DecisionRow, DisclosureQuery, DisclosureTotals, ExchangeQuery, ExchangeRow, Meaning, Page, PageQuery } from "../api/views.ts";
import { pageOf, readCursor } from "../store/page-cursor.ts";
import type { StoreClient } from "../store/store-client.ts";
import { exchangeView } from "./project.ts";

/** What the API asks of the past, answered by the store, in words of what the ledger has learned since. */
export class StoredHistory {
  readonly #store: StoreClient;
  readonly #ledger: () => Ledger;

  constructor(store: StoreClient, ledger: () => Ledger) {
    this.#store = store;
    this.#ledger = ledger;
  }

  async actors(query: PageQuery): Promise<Page<ActorView>> {
    const rows = await this.#store.query("actors", { limit: limitOf(query), confirmedClasses: this.#classes("confirmed") });
    const items = rows.map((row) => ({
      address: row.address,
      requests: row.requests,
      subjects: row.subjects,
      confirmed: row.confirmed,
      firstAt: iso(row.firstAt),
      lastAt: iso(row.lastAt),
    }));
    return { items, next: null };
  }

  async disclosureTotals(query: DisclosureQuery): Promise<readonly DisclosureTotals[]> {
    const rows = await this.#store.query("meaningTotals", {
      ...windowOf(query),
      confirmedClasses: this.#classes("confirmed"),
      deniedClasses: this.#classes("denied"),
      nothingClasses: this.#classes("nothing"),
    });
    return rows.map((row) => {
      const endpoint = this.#ledger().inventory.byId(row.endpointId);
      return {
        endpoint: row.endpointId,
        method: endpoint?.method ?? "",
        host: endpoint?.host ?? "",
        path: endpoint?.template ?? "",
        confirmed: row.confirmed,
        denied: row.denied,
        uniform: row.uniform,
        unknown: row.unknown,
        from: iso(row.firstAt),
        to: iso(row.lastAt),
      };
    });
  }

  async disclosures(query: DisclosureQuery & PageQuery): Promise<Page<Disclosure & { readonly meaning: Meaning }>> {
    const limit = limitOf(query);
    const rows = await this.#store.query("disclosures", { ...windowOf(query), limit, before: readCursor(query.cursor) });
    const items = rows.map((row) => ({ ...row, meaning: row.answer === "truthful" ? this.#ledger().meaning(row.endpointId, row.responseClass) : ("nothing" as const) }));
    return { items, next: pageOf(rows, limit).next };
  }

  async exchanges(query: ExchangeQuery & PageQuery): Promise<Page<ExchangeRow>> {
    const limit = limitOf(query);
    const { cursor, ...rest } = query;
    const rows = await this.#store.query("exchanges", { ...rest, limit, before: readCursor(cursor) });
    return { items: rows.map(exchangeView), next: pageOf(rows, limit).next };
  }

  async decisions(query: PageQuery): Promise<Page<DecisionRow>> {
    const limit = limitOf(query);
    const rows = await this.#store.query("decisions", { limit, before: readCursor(query.cursor) });
    return { items: rows.map((row) => ({ id: row.id, at: iso(row.at), action: row.action, would: row.would, reason: row.reason, ref: row.ref })), next: pageOf(rows, limit).next };
  }

  #classes(meaning: "confirmed" | "denied" | "nothing"): string[] {
    return classesOf(this.#ledger(), meaning);
  }
}

/** Ids of every class of answer that means this, over all endpoints, at most a thousand. */
export function classesOf(ledger: Ledger, meaning: "confirmed" | "denied" | "nothing"): string[] {
  const ids: string[] = [];
  for (const endpointId of ledger.oracles.endpoints()) {
    for (const one of ledger.oracles.state(endpointId).classes) {
      // Who got an answer of success was answered, whatever it says of who exists: as in the breach report.
      if (one.meaning === "nothing" && one.status >= 200 && one.status < 300) continue;
      if (one.meaning === meaning && ids.length < 1_000) ids.push(one.id);
    }
  }
  return ids;
}

function limitOf({ limit }: PageQuery): number {
  return limit ?? 100;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function windowOf(query: DisclosureQuery): { endpoint?: string; from?: number; to?: number; address?: string } {
  return {
    ...(query.endpoint === undefined ? {} : { endpoint: query.endpoint }),
    ...(query.from === undefined ? {} : { from: query.from }),
    ...(query.to === undefined ? {} : { to: query.to }),
    ...(query.address === undefined ? {} : { address: query.address }),
  };
}
