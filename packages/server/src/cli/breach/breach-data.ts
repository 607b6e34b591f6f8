import { personalDataClasses } from "@postern/engine";
import type { StoreClient } from "../../store/store-client.ts";
import type { RowOf } from "../../store/questions/all-questions.ts";
import { breachReport, type Breach, type BreachRow, type ClassMeaning, type ReturnedData } from "../../respond/breach-report.ts";
import type { NamedSources } from "../../respond/named-sources.ts";
import { comparePaths } from "../../specs/match-operations.ts";
import { plainPath } from "../../specs/observed-api.ts";
import type { Known } from "../known/known.ts";
import type { NamedEndpoint } from "./find-endpoint.ts";
import { recordsCoverage } from "./records-coverage.ts";

/** How much each endpoint id disclosed, by answer and class of answer, as the store holds it. */
export type DisclosedClasses = readonly RowOf<"disclosureTotals">[];

/** Every endpoint that is known or disclosed something, with the ids its rows may stand under. */
export function namedEndpoints(known: Known, disclosed: DisclosedClasses): readonly NamedEndpoint[] {
  const rows = new Map<string, number>();
  for (const row of disclosed) rows.set(row.endpointId, (rows.get(row.endpointId) ?? 0) + row.disclosures);
  const named: NamedEndpoint[] = [];
  const taken = new Set<string>();
  const hasPath =
    (template: string) =>
    (path: string): boolean =>
      template.includes("~") && comparePaths(path, plainPath(template), known.ports) === "same";
  for (const endpoint of known.ledger.inventory.endpoints()) {
    const ids = [endpoint.id, ...endpoint.aliases];
    // Declared endpoints wrote rows under the declaration's own id until traffic showed them.
    for (const guard of known.guarded) {
      if (
        !ids.includes(guard.id) &&
        guard.method === endpoint.method &&
        (guard.host === "*" || guard.host === endpoint.host) &&
        formOf(guard.template) === formOf(endpoint.template)
      )
        ids.push(guard.id);
    }
    for (const id of ids) taken.add(id);
    named.push({ id: endpoint.id, ids, method: endpoint.method, host: endpoint.host, path: endpoint.template, hasPath: hasPath(endpoint.template), disclosures: sum(ids, rows) });
  }
  for (const guard of known.guarded) {
    if (taken.has(guard.id)) continue;
    taken.add(guard.id);
    named.push({ id: guard.id, ids: [guard.id], method: guard.method, host: guard.host, path: guard.template, disclosures: rows.get(guard.id) ?? 0 });
  }
  // Rows whose endpoint nothing remembers: the report can still count them.
  for (const [id, disclosures] of rows) if (!taken.has(id)) named.push({ id, ids: [id], method: "", host: "", path: "", disclosures });
  return named;
}

/** The report of one endpoint and window, read from the store a page at a time: memory grows with the subjects, not with the rows. */
export async function breachOf(input: BreachOfInput): Promise<Breach> {
  const { known, client, endpoint, from, to, only } = input;
  const { meanings, data } = givenBy(known, endpoint, input.disclosed, await statusesOf(client, endpoint, from, to));
  const stored = await client.query("coverage", { from: Math.max(0, from - 2 * hourMs), to: to + 2 * hourMs });
  return await breachReport({
    endpoint: { id: endpoint.id, method: endpoint.method, host: endpoint.host, path: endpoint.path },
    from,
    to,
    only,
    disclosures: rowsOf(client, endpoint.ids, from, to),
    meanings,
    oracle: tellsWhoExists(known, endpoint),
    data,
    coverage: recordsCoverage({ from, to, stored, storedDisclosures: await disclosuresByHour(client, input.disclosed, from, to), uptime: known.uptime, missing: known.missing }),
  });
}

export interface BreachOfInput {
  readonly known: Known;
  readonly client: StoreClient;
  readonly endpoint: NamedEndpoint;
  readonly disclosed: DisclosedClasses;
  /** Half-open, milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly only?: NamedSources | undefined;
}

/** Whether answers of this endpoint tell who exists: as traffic shows, or as the operator declared before any came. */
export function tellsWhoExists({ ledger, guarded }: Known, endpoint: NamedEndpoint): boolean {
  if (endpoint.ids.some((id) => ledger.oracles.suspects(ledger.doorId(id)))) return true;
  return ledger.inventory.byId(endpoint.id) === undefined && guarded.some((guard) => endpoint.ids.includes(guard.id));
}

/** The meanings, with which classes of answer gave data about people; and the fields it stood in. */
function givenBy(
  known: Known,
  endpoint: NamedEndpoint,
  disclosed: DisclosedClasses,
  statuses: ReadonlyMap<string, number>,
): { readonly meanings: ReadonlyMap<string, ClassMeaning>; readonly data: readonly ReturnedData[] } {
  const { ledger } = known;
  const fields = ledger.inventory.byId(endpoint.id)?.classifiedFields() ?? [];
  const data = fields.filter((one) => personalDataClasses.has(one.class)).map((one) => ({ field: one.field, class: one.class }));
  const status = new Map(statuses);
  for (const id of new Set(endpoint.ids.map((one) => ledger.doorId(one)))) for (const one of ledger.oracles.state(id).classes) status.set(one.id, one.status);
  const meanings = new Map<string, ClassMeaning>();
  for (const [id, one] of meaningsOf(known, endpoint, disclosed)) {
    const of = status.get(id) ?? 0;
    const answered = of >= 200 && of < 300;
    // Where the class's fields are known, one of them must be one that holds such data: a 200 that says "unknown" gives none.
    const holds = data.length > 0 && (one.fields.length === 0 || one.fields.some((name) => data.some(({ field }) => sameField(name, field))));
    meanings.set(id, { ...one, answered, returned: answered && holds && one.meaning !== "denied" });
  }
  return { meanings, data };
}

/** Names of one field as classes of answers and as data classes write it: arrays are marked or not. */
function sameField(a: string, b: string): boolean {
  const plain = (name: string): string => name.replaceAll("[]", "").replaceAll("..", ".").replace(/^\./, "");
  return plain(a) === plain(b);
}

/** The status that each class of answer came with, from the newest exchanges that are kept. A class that stands in none of them has none. */
async function statusesOf(client: StoreClient, endpoint: NamedEndpoint, from: number, to: number): Promise<ReadonlyMap<string, number>> {
  const statuses = new Map<string, number>();
  const byExchange = new Map<string, number>();
  for (const id of endpoint.ids.slice(0, endpointsMax)) {
    for (const one of await client.query("exchanges", { endpoint: id, from, to, limit: pageRows })) {
      byExchange.set(one.id, one.status);
      if (one.responseClass !== "") statuses.set(one.responseClass, one.status);
    }
  }
  // What the gate called a class while the service was still being learned may have another name in the exchange.
  for (const id of endpoint.ids.slice(0, endpointsMax)) {
    for (const row of await client.query("disclosures", { endpoint: id, from, to, limit: pageRows })) {
      const status = byExchange.get(row.exchangeId);
      if (status !== undefined && !statuses.has(row.responseClass)) statuses.set(row.responseClass, status);
    }
  }
  return statuses;
}

/** What each class of this endpoint's answers means today, with the fields its answers returned. */
export function meaningsOf(known: Known, endpoint: NamedEndpoint, disclosed: DisclosedClasses): ReadonlyMap<string, ClassMeaning> {
  const { ledger } = known;
  const meanings = new Map<string, ClassMeaning>();
  const fields = new Map<string, readonly string[]>();
  for (const id of new Set(endpoint.ids.map((one) => ledger.doorId(one)))) for (const one of ledger.oracles.state(id).classes) fields.set(one.id, one.fields);
  for (const row of disclosed) {
    if (endpoint.ids.includes(row.endpointId))
      meanings.set(row.responseClass, { meaning: ledger.meaning(row.endpointId, row.responseClass), fields: fields.get(row.responseClass) ?? [] });
  }
  return meanings;
}

/** Newest first, one id after the other. */
async function* rowsOf(client: StoreClient, ids: readonly string[], from: number, to: number): AsyncGenerator<BreachRow> {
  for (const endpoint of ids) {
    let before: { at: number; id: string } | undefined;
    for (;;) {
      const rows = await client.query("disclosures", { endpoint, from, to, limit: pageRows, before });
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageRows) break;
      before = { at: last.at, id: last.id };
    }
  }
}

async function disclosuresByHour(client: StoreClient, disclosed: DisclosedClasses, from: number, to: number): Promise<ReadonlyMap<number, number> | undefined> {
  const ids = [...new Set(disclosed.map((row) => row.endpointId))];
  if (ids.length > endpointsMax) return undefined;
  const hours = new Map<number, number>();
  for (const endpoint of ids) {
    for (const row of await client.query("disclosureHours", { endpoint, from, to })) hours.set(row.hour, (hours.get(row.hour) ?? 0) + row.disclosures);
  }
  return hours;
}

const hourMs = 3_600_000;
/** The store's own bound of a page. */
const pageRows = 1_000;
/** One question each; with more endpoints than this that disclosed, only exchanges are counted against what was written. */
const endpointsMax = 64;

function sum(ids: readonly string[], rows: ReadonlyMap<string, number>): number {
  return ids.reduce((total, id) => total + (rows.get(id) ?? 0), 0);
}

function formOf(template: string): string {
  return template
    .split("/")
    .map((segment) => (segment.includes("{") ? "{}" : segment.toLowerCase()))
    .join("/");
}
