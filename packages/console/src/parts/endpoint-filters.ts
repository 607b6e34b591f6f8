import type { Endpoint } from "../api-types.ts";
import { operationText } from "./operation-text.ts";

/** What the list of endpoints shows, as it stands in the page's address. Everything is optional. */
export interface EndpointFilters {
  readonly q?: string | undefined;
  readonly method?: string | undefined;
  readonly host?: string | undefined;
  readonly auth?: string | undefined;
  readonly data?: string | undefined;
  readonly life?: string | undefined;
  readonly known?: string | undefined;
  readonly tells?: string | undefined;
  readonly sort?: string | undefined;
  readonly page?: number | undefined;
}

/** The choices that are the same everywhere; hosts, methods and data classes come from what there is. */
export const choices = {
  auth: { "not enforced": "Not enforced", optional: "Optional", unproven: "Unproven", enforced: "Enforced" },
  life: { new: "New", active: "Active", idle: "Idle", retired: "Retired", public: "Public on purpose", unowned: "Without an owner" },
  known: { unspecified: "Not in a spec", spec: "In a spec", "route table": "In a route table", source: "In source code", alone: "Known by traffic alone" },
  tells: { oracle: "Tell whether somebody exists", guarded: "Under a budget" },
} as const;

export const sorts = {
  concern: "Most worrying first",
  path: "Path",
  requests: "Most requests",
  errors: "Highest share of server errors",
  slow: "Slowest",
  seen: "Last seen",
  first: "Newest",
} as const;

const names = ["q", "method", "host", "auth", "data", "life", "known", "tells", "sort"] as const;
/** Addresses are typed by hand, too. */
const charactersMax = 200;

/** The filters in an address; whatever is none is left out. */
export function readFilters(search: Readonly<Record<string, unknown>>): EndpointFilters {
  const filters: Record<string, string | number> = {};
  for (const name of names) {
    const value = search[name];
    if ((typeof value === "string" || typeof value === "number") && String(value) !== "") filters[name] = String(value).slice(0, charactersMax);
  }
  const page = Number(search["page"]);
  if (Number.isInteger(page) && page > 1) filters["page"] = page;
  return filters;
}

/** Those that fit, in the order asked for. */
export function chosen(endpoints: readonly Endpoint[], filters: EndpointFilters): readonly Endpoint[] {
  const words = (filters.q ?? "").toLowerCase().split(" ").filter(Boolean);
  const order = orders[filters.sort ?? ""] ?? byConcern;
  return endpoints.filter((it) => fits(it, filters) && words.every((word) => textOf(it).includes(word))).toSorted((a, b) => order(a, b) || byPath(a, b));
}

function fits(it: Endpoint, { method, host, auth, data, life, known, tells }: EndpointFilters): boolean {
  return (
    (method === undefined || it.method === method) &&
    (host === undefined || it.host === host) &&
    (auth === undefined || it.auth.verdict === auth) &&
    (data === undefined || it.dataClasses.includes(data)) &&
    (life === undefined || (life === "public" ? it.publicOnPurpose !== null : life === "unowned" ? it.owner === null : it.lifecycle === life)) &&
    (known === undefined || (known === "unspecified" ? !it.knownBy.includes("spec") : known === "alone" ? it.knownBy.length <= 1 : it.knownBy.includes(known))) &&
    (tells === undefined || (tells === "oracle" ? it.oracle !== null || it.timing !== null : it.guard?.state === "budgeted"))
  );
}

function textOf(it: Endpoint): string {
  return `${it.method} ${it.host}${it.path} ${operationText(it.operation)} ${it.dataClasses.join(" ")} ${it.owner ?? ""} ${it.tags.join(" ")}`.toLowerCase();
}

const orders: Readonly<Record<string, (a: Endpoint, b: Endpoint) => number>> = {
  concern: byConcern,
  path: byPath,
  requests: (a, b) => b.requests - a.requests,
  errors: (a, b) => errorShare(b) - errorShare(a) || b.errors - a.errors,
  slow: (a, b) => (b.latencyMs.p95 ?? -1) - (a.latencyMs.p95 ?? -1),
  seen: (a, b) => compare(b.lastSeen, a.lastSeen),
  first: (a, b) => compare(b.firstSeen, a.firstSeen),
};

export function errorShare({ errors, requests }: Endpoint): number {
  return requests === 0 ? 0 : errors / requests;
}

/** As the API has it with `sort=concern`. */
function byConcern(a: Endpoint, b: Endpoint): number {
  return b.concern - a.concern;
}

function byPath(a: Endpoint, b: Endpoint): number {
  return compare(`${a.host}\n${a.path}\n${a.method}\n${operationText(a.operation)}`, `${b.host}\n${b.path}\n${b.method}\n${operationText(b.operation)}`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
