import { hashedSegment, hashOfSegment, type InventoryEndpoint, PosternError, type Ports } from "@postern/engine";
import { keysetPage } from "../../api/keyset-page.ts";
import type { SourceRoute, Unresolved } from "../../discover/collect-routes.ts";
import type { Discovery } from "../../discover/discover.ts";
import { plainPath } from "../../specs/observed-api.ts";

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

type PostureVerdict = ReturnType<InventoryEndpoint["posture"]>["verdict"];

export interface DiscoveredRoute extends SourceRoute {
  readonly knownBy: readonly ("source" | "traffic")[];
  /** Endpoints of the data directory this route explains. */
  readonly endpoints: readonly string[];
  /** Endpoints on which source and traffic say different things of who may ask; empty without `--data`. */
  readonly disagreements: readonly Disagreement[];
}

/**
 * Something called like a check stands before a route, and traffic shows it open or open to some; or nothing is called so, and traffic shows it
 * enforced. What source says is a name, so it is a hint where to look and no verdict: traffic is the one that saw answers.
 */
export interface Disagreement {
  readonly kind: "guarded in source, open in traffic" | "no check in source, enforced in traffic";
  readonly endpoint: string;
  readonly traffic: PostureVerdict;
}

export interface KnownEndpoint {
  readonly id: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** With every constant in clear: compared, never shown. */
  readonly clearPath: string;
  /** What traffic shows of who may ask. */
  readonly posture: PostureVerdict;
}

/** Joins what source declares with what was seen: same method, and a path whose constants agree, hidden ones by their keyed hash where there are `ports`; a parameter of the route explains a constant that was seen. */
export function discoveredPage(
  discovery: Discovery,
  options: { readonly limit: number; readonly cursor?: string; readonly seen?: readonly KnownEndpoint[]; readonly ports?: Pick<Ports, "hash"> },
): DiscoveredPage {
  const explained = new Map<SourceRoute, string[]>();
  const seenOnly = options.seen?.filter((endpoint) => {
    const fitting = discovery.routes.filter((route) => methodFits(route.method, endpoint.method) && pathFits(route.path, endpoint.clearPath, options.ports));
    const best = fitting.filter((route) => isExact(route.path, endpoint.clearPath));
    for (const route of best.length > 0 ? best : fitting.slice(0, 1)) explained.set(route, [...(explained.get(route) ?? []), endpoint.id]);
    return fitting.length === 0;
  });
  const postures = new Map(options.seen?.map((one) => [one.id, one.posture]));
  const items = discovery.routes.map((route): DiscoveredRoute => {
    const endpoints = explained.get(route) ?? [];
    return { ...route, knownBy: endpoints.length > 0 ? ["source", "traffic"] : ["source"], endpoints, disagreements: disagreementsOf(route, endpoints, postures) };
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

function disagreementsOf(route: SourceRoute, endpoints: readonly string[], postures: ReadonlyMap<string, PostureVerdict>): readonly Disagreement[] {
  const guarded = route.auth.names.length > 0;
  return endpoints.flatMap((endpoint): Disagreement[] => {
    const traffic = postures.get(endpoint);
    if (guarded && (traffic === "not enforced" || traffic === "optional")) return [{ kind: "guarded in source, open in traffic", endpoint, traffic }];
    return !guarded && traffic === "enforced" ? [{ kind: "no check in source, enforced in traffic", endpoint, traffic }] : [];
  });
}

/** A GET route answers HEAD as well in every framework that is read. */
function methodFits(declared: string, seen: string): boolean {
  return declared === "ANY" || declared === seen || (declared === "GET" && seen === "HEAD");
}

/** Of paths that fit: constants and parameters stand in the same places. */
function isExact(declared: string, seen: string): boolean {
  const b = plainPath(seen).split("/");
  return declared.split("/").every((part, i) => part.includes("{") === (b[i] ?? "").includes("{"));
}

function pathFits(declared: string, seen: string, ports: Pick<Ports, "hash"> | undefined): boolean {
  const [a, b] = [declared.split("/"), seen.split("/")];
  for (const [i, part] of a.entries()) {
    if (/\{[^{}]*\*\}/.test(part)) return true;
    const other = b[i];
    if (other === undefined) return false;
    if (part.includes("{") ? other === "" : !isConstant(part, other, ports)) return false;
  }
  return a.length === b.length;
}

function isConstant(declared: string, seen: string, ports: Pick<Ports, "hash"> | undefined): boolean {
  if (declared.toLowerCase() === seen.toLowerCase()) return true;
  const hash = hashOfSegment(seen);
  return hash !== undefined && ports !== undefined && hashOfSegment(hashedSegment(declared, ports)) === hash;
}
