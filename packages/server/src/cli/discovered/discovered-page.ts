import { PosternError, templateShape } from "@postern/engine";
import { keysetPage } from "../../api/keyset-page.ts";
import type { SourceRoute, Unresolved } from "../../discover/collect-routes.ts";
import type { Discovery } from "../../discover/discover.ts";

/** One page of `postern discover --json`: `{items, next}` as everywhere, and beside it what could not be told. */
export interface DiscoveredPage {
  readonly items: readonly DiscoveredRoute[];
  readonly next: string | null;
  readonly unresolved: readonly Unresolved[];
  readonly problems: Discovery["problems"];
  readonly openapi: Discovery["openapi"];
  readonly coverage: {
    readonly routes: number;
    readonly files: number;
    readonly skipped: Discovery["skipped"];
    readonly stoppedAt: string | null;
    readonly otherLanguages: Discovery["otherLanguages"];
  };
  /** With `--data`: endpoints that were seen and that no route explains; null without. */
  readonly seenOnly: readonly { readonly id: string; readonly method: string; readonly host: string; readonly path: string }[] | null;
}

export interface DiscoveredRoute extends SourceRoute {
  readonly knownBy: readonly ("source" | "traffic")[];
  /** Endpoints of the data directory this route explains. */
  readonly endpoints: readonly string[];
}

export interface KnownEndpoint {
  readonly id: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** With every constant in clear: compared, never shown. */
  readonly clearPath: string;
}

/** Joins what source declares with what was seen: same method, and a path whose constants agree; a parameter of the route explains a constant that was seen. */
export function discoveredPage(discovery: Discovery, options: { readonly limit: number; readonly cursor?: string; readonly seen?: readonly KnownEndpoint[] }): DiscoveredPage {
  const explained = new Map<SourceRoute, string[]>();
  const seenOnly = options.seen?.filter((endpoint) => {
    const fitting = discovery.routes.filter((route) => methodFits(route.method, endpoint.method) && pathFits(route.path, endpoint.clearPath));
    const best = fitting.filter((route) => templateShape(route.path) === templateShape(endpoint.clearPath));
    for (const route of best.length > 0 ? best : fitting.slice(0, 1)) explained.set(route, [...(explained.get(route) ?? []), endpoint.id]);
    return fitting.length === 0;
  });
  const items = discovery.routes.map((route): DiscoveredRoute => {
    const endpoints = explained.get(route) ?? [];
    return { ...route, knownBy: endpoints.length > 0 ? ["source", "traffic"] : ["source"], endpoints };
  });
  const page = keysetPage(items, (one) => `${one.path}\n${one.method}\n${one.file}\n${String(one.line).padStart(8, "0")}\n${one.column}\n${one.app}`, {
    limit: options.limit,
    ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
  });
  if (page === undefined) throw new PosternError("USAGE", "The cursor is not one this list gave out", { remedy: "Leave it out to start at the first page." });
  return {
    items: page.items,
    next: page.next,
    unresolved: discovery.unresolved,
    problems: discovery.problems,
    openapi: discovery.openapi,
    coverage: { routes: discovery.routes.length, files: discovery.files, skipped: discovery.skipped, stoppedAt: discovery.stoppedAt, otherLanguages: discovery.otherLanguages },
    seenOnly: seenOnly?.map(({ id, method, host, path }) => ({ id, method, host, path })) ?? null,
  };
}

/** A GET route answers HEAD as well in every framework that is read. */
function methodFits(declared: string, seen: string): boolean {
  return declared === "ANY" || declared === seen || (declared === "GET" && seen === "HEAD");
}

function pathFits(declared: string, seen: string): boolean {
  const [a, b] = [declared.split("/"), seen.split("/")];
  for (const [i, part] of a.entries()) {
    if (/\{[^{}]*\*\}/.test(part)) return true;
    const other = b[i];
    if (other === undefined) return false;
    if (part.includes("{") ? other === "" : part.toLowerCase() !== other.toLowerCase()) return false;
  }
  return a.length === b.length;
}
