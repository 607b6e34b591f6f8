import { type InventoryEndpoint, PosternError } from "@postern/engine";
import { keysetPage, latestFirst } from "../../api/keyset-page.ts";
import type { ChangeView, DisclosureTotals, EndpointView, ExchangeRow, FindingView, IncidentView, Page } from "../../api/views.ts";
import { publicOnPurpose } from "../../config/public-on-purpose.ts";
import { endpointKey, type endpointSorts, worstOpen } from "../../hub/endpoint-concern.ts";
import { changesOf, hasLifecycle, type lifecycleFilters, livesOf } from "../../hub/endpoint-life.ts";
import { endpointView, exchangeView, findingView, incidentView } from "../../hub/project.ts";
import { changeKey, changeViews } from "../../hub/change-views.ts";
import { knownByOf, KnownSpecs } from "../../specs/known-specs.ts";
import { hiddenNames } from "../../specs/reveal-names.ts";
import { pageOf, readCursor } from "../../store/page-cursor.ts";
import type { StoreClient } from "../../store/store-client.ts";
import { type DisclosedClasses, namedEndpoints } from "../breach/breach-data.ts";
import type { NamedEndpoint } from "../breach/find-endpoint.ts";
import type { Known } from "../known/known.ts";
import { classesOf } from "../../hub/stored-history.ts";

/** The lists that a data directory can be asked for, by command. Items have the API's fields. */
export const lists = {
  endpoints: {
    name: "endpoints",
    description: "every endpoint known, the most worrying first: how it treats credentials, what it gives away",
    filters: ["endpoint", "newSince", "lifecycle", "sort"],
    needsStore: false,
    page: endpoints,
  },
  changes: {
    name: "changes",
    description: "what changed, latest first: endpoints that appeared, fell idle, answer though retired or were described; documents added, replaced, removed or put back",
    filters: ["from", "to"],
    needsStore: false,
    page: changes,
  },
  findings: { name: "findings", description: "weaknesses of endpoints, with evidence and fix", filters: ["endpoint"], needsStore: false, page: findings },
  incidents: { name: "incidents", description: "who did what, latest first", filters: ["endpoint", "from", "to"], needsStore: false, page: incidents },
  disclosures: {
    name: "disclosures",
    description: "how many different people each endpoint confirmed or denied",
    filters: ["endpoint", "from", "to", "address"],
    needsStore: true,
    page: disclosures,
  },
  exchanges: { name: "exchanges", description: "stored exchanges, newest first", filters: ["endpoint", "from", "to", "address"], needsStore: true, page: exchanges },
} as const satisfies Readonly<Record<string, List>>;

export type ListName = keyof typeof lists;

export interface List {
  readonly name: string;
  readonly description: string;
  readonly filters: readonly ListFilter[];
  readonly needsStore: boolean;
  readonly page: (ask: ListAsk) => Page<object> | Promise<Page<object>>;
}

export type ListFilter = "endpoint" | "from" | "to" | "address" | "newSince" | "lifecycle" | "sort";

export interface ListAsk {
  readonly known: Known;
  /** Undefined only where the list needs no store. */
  readonly client: StoreClient | undefined;
  readonly disclosed: DisclosedClasses;
  readonly query: ListQuery;
  /** The data directory, when it is not the usual one. */
  readonly data?: string;
  /** How commands that it names begin. */
  readonly program?: string | undefined;
}

export interface ListQuery {
  /** 1–1000 */
  readonly limit: number;
  readonly cursor?: string;
  readonly endpoint?: NamedEndpoint;
  /** Half-open, milliseconds. */
  readonly from?: number;
  readonly to?: number;
  readonly address?: string;
  /** Milliseconds. */
  readonly newSince?: number;
  readonly lifecycle?: (typeof lifecycleFilters)[number];
  readonly sort?: (typeof endpointSorts)[number];
}

function endpoints({ known, query }: ListAsk): Page<EndpointView> {
  const lifeOf = livesOf(known.ledger, known.config, known.annotations);
  const all = known.ledger.inventory
    .listed()
    .filter((endpoint) => query.endpoint === undefined || endpoint.id === query.endpoint.id)
    .filter((endpoint) => query.newSince === undefined || endpoint.firstAt >= query.newSince)
    .filter((endpoint) => query.lifecycle === undefined || hasLifecycle(lifeOf(endpoint), query.lifecycle))
    .map(viewerOf(known));
  return inMemory(all, (one) => endpointKey(one, query.sort ?? "concern"), query);
}

/** Names of fields that the documents kept here give, by the hash traffic has them under. Reads them when first asked. */
export function documentedNames({ dataDir, ports }: Pick<Known, "dataDir" | "ports">): () => ReadonlyMap<string, string> {
  let names: ReadonlyMap<string, string> | undefined;
  return () => (names ??= hiddenNames(new KnownSpecs(dataDir).names(), ports));
}

/** How this data directory's endpoints are shown. */
export function viewerOf(known: Known): (endpoint: InventoryEndpoint) => EndpointView {
  const knownBy = knownByOf(known.dataDir, known.ports);
  const state = new Map(known.ledger.policy(known.savedAt ?? 0).endpoints.map((one) => [one.id, one.state]));
  const lifeOf = livesOf(known.ledger, known.config, known.annotations);
  const worst = worstOpen(findingViews(known));
  const documented = documentedNames(known);
  // The counters of a running gate are its own; here stands what is guarded, not how far.
  return (endpoint) =>
    endpointView(known.ledger, endpoint, {
      floor: (id) => known.floors.get(id),
      life: lifeOf(endpoint),
      worst: worst.get(endpoint.id),
      documented,
      knownBy: knownBy(endpoint),
      guard: (id) => ({ state: state.get(id), usage: undefined }),
    });
}

function changes({ known, query }: ListAsk): Page<ChangeView> {
  const all = changeViews(changesOf(known.ledger, known.config, known.annotations), new KnownSpecs(known.dataDir).changes());
  const [from = -Infinity, to = Infinity] = [query.from, query.to];
  return inMemory(
    all.filter(({ at }) => Date.parse(at) >= from && Date.parse(at) < to),
    changeKey,
    query,
  );
}

function findings({ known, query }: ListAsk): Page<FindingView> {
  const severities = ["critical", "high", "medium", "low", "info"];
  const all = findingViews(known).filter(
    ({ endpoint }) => query.endpoint === undefined || (endpoint.method === query.endpoint.method && endpoint.host === query.endpoint.host && endpoint.path === query.endpoint.path),
  );
  return inMemory(all, (one) => `${severities.indexOf(one.severity)}\n${one.endpoint.path}\n${one.id}`, query);
}

function findingViews(known: Known): readonly FindingView[] {
  return known.findings.map((finding) =>
    findingView(finding, { triaged: known.triage[`finding ${finding.id}`], accepted: publicOnPurpose(finding, known.config, Date.now(), known.annotations) }),
  );
}

function incidents({ known, query, data, program }: ListAsk): Page<IncidentView> {
  const { ledger } = known;
  const all = known.incidents
    .list()
    .filter((incident) => (query.from === undefined || incident.lastAt >= query.from) && (query.to === undefined || incident.openedAt < query.to))
    .filter((incident) => query.endpoint === undefined || incident.endpointIds.some((id) => query.endpoint?.ids.includes(id)))
    .map((incident) => incidentView(ledger, incident, { ...(data === undefined ? {} : { data }), program, gate: known.gate }));
  return inMemory(all, (one) => `${latestFirst(one.openedAt)}\n${one.id}`, query);
}

/**
 * People by the strongest thing any answer told, exact for each endpoint id. Rows of an endpoint that had several ids (its paths merged) are
 * added up: somebody asked about under two of them counts twice.
 */
async function disclosures({ known, client, disclosed, query }: ListAsk): Promise<Page<DisclosureTotals>> {
  const named = namedEndpoints(known, disclosed);
  const byId = new Map(named.flatMap((endpoint) => endpoint.ids.map((id) => [id, endpoint])));
  const means = (meaning: string): string[] =>
    [
      ...new Set(disclosed.filter((row) => known.ledger.meaning(byId.get(row.endpointId)?.id ?? row.endpointId, row.responseClass) === meaning).map((row) => row.responseClass)),
    ].slice(0, classesMax);
  const classes = { confirmedClasses: means("confirmed"), deniedClasses: means("denied"), nothingClasses: classesOf(known.ledger, "nothing").slice(0, classesMax) };
  const ids: readonly (string | undefined)[] = query.endpoint?.ids ?? [undefined];
  const totals = new Map<string, DisclosureTotals>();
  for (const id of ids) {
    const rows = await storeIn(client).query("meaningTotals", { ...windowOf(query), ...(id === undefined ? {} : { endpoint: id }), ...classes });
    for (const row of rows) {
      const endpoint = byId.get(row.endpointId);
      const key = endpoint?.id ?? row.endpointId;
      const before = totals.get(key);
      const [from, to] = [iso(row.firstAt), iso(row.lastAt)];
      totals.set(key, {
        endpoint: key,
        method: endpoint?.method ?? "",
        host: endpoint?.host ?? "",
        path: endpoint?.path ?? "",
        confirmed: row.confirmed + (before?.confirmed ?? 0),
        denied: row.denied + (before?.denied ?? 0),
        uniform: row.uniform + (before?.uniform ?? 0),
        unknown: row.unknown + (before?.unknown ?? 0),
        from: before?.from !== undefined && before.from !== null && before.from < from ? before.from : from,
        to: before?.to !== undefined && before.to !== null && before.to > to ? before.to : to,
      });
    }
  }
  return inMemory([...totals.values()], (one) => `${one.host}\n${one.path}\n${one.method}\n${one.endpoint}`, query);
}

async function exchanges({ client, query }: ListAsk): Promise<Page<ExchangeRow>> {
  const rows = await storeIn(client).query("exchanges", {
    ...windowOf(query),
    ...(query.endpoint === undefined ? {} : { endpoint: query.endpoint.id }),
    limit: query.limit,
    before: readCursor(query.cursor),
  });
  return { items: rows.map(exchangeView), next: pageOf(rows, query.limit).next };
}

function inMemory<T>(items: readonly T[], keyOf: (item: T) => string, query: ListQuery): Page<T> {
  const page = keysetPage(items, keyOf, { limit: query.limit, ...(query.cursor === undefined ? {} : { cursor: query.cursor }) });
  if (page === undefined) throw new PosternError("USAGE", "The cursor is not one this list gave out", { remedy: "Leave it out to start at the first page." });
  return page;
}

function windowOf(query: ListQuery): { from?: number; to?: number; address?: string } {
  return {
    ...(query.from === undefined ? {} : { from: query.from }),
    ...(query.to === undefined ? {} : { to: query.to }),
    ...(query.address === undefined ? {} : { address: query.address }),
  };
}

function storeIn(client: StoreClient | undefined): StoreClient {
  if (client === undefined) throw new PosternError("INTERNAL", "This list was asked for without a store");
  return client;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** The question's own bound. */
const classesMax = 1_000;
