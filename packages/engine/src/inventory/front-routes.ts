import { isPlainWords } from "../exchange/plain-words.ts";
import { multipartFields } from "../exchange/multipart-fields.ts";
import type { Ports } from "../exchange/ports.ts";
import { hasRepeatedKeys } from "../exchange/repeated-keys.ts";
import { decodePercent } from "../exchange/split-target.ts";
import { segmentsMax } from "../exchange/view.ts";

/**
 * A path behind which a parameter says what is asked (`/index.php?route=user/lookup`, `POST /api` with `{"action":"lookup"}`), as learned by {@link FrontControllers}. The
 * path and the parameter's name are plain words; its values are keyed hashes.
 */
export interface RouteFront {
  readonly host: string;
  /** In lower case, without the first slash. */
  readonly path: string;
  readonly name: string;
  /** Keyed hashes of the values that are routes, in lower case. */
  readonly routes: readonly string[];
}

/** What of a request may name the route. */
export interface RouteSent {
  /** Raw. */
  readonly query: string;
  readonly contentType: string;
  /** Undefined while it was not read. */
  readonly body: string | undefined;
}

/**
 * Where requests to fronts belong: the segments of their path and, after it, those of the route, `index.php`, `?route=user`, `lookup`. From there on a route is an endpoint
 * like any other. Gate and ledger use this same class. A value that is no known route leaves the path as it is, so whatever guards the path guards it.
 *
 * The parameter is looked for in query, form and the top of a JSON body, wherever it was learned: services read it from wherever it comes. Where it stands more than once
 * each is a route, wherever in the request: who names {@link routesMax} others first or pads with other parameters hides none.
 */
export class FrontRoutes {
  readonly #ports: Pick<Ports, "hash">;
  readonly #fronts = new Map<string, { readonly name: string; readonly routes: ReadonlySet<string> }>();

  constructor(fronts: readonly RouteFront[], ports: Pick<Ports, "hash">) {
    this.#ports = ports;
    for (const { host, path, name, routes } of fronts) this.#fronts.set(`${host} ${path}`, { name, routes: new Set(routes) });
  }

  /** Whether requests to this path are told apart by a parameter. Costs nothing where there is no front at all. */
  isFront(host: string, segments: readonly string[]): boolean {
    return this.#fronts.size > 0 && this.#fronts.has(keyOf(host, segments));
  }

  /**
   * Each place the request belongs to; none where it names no known route. Undefined where it may belong to any: it names more than {@link routesMax}, or its JSON has a key twice, however that is
   * written, of which services read the first or the last.
   */
  routesOf(host: string, segments: readonly string[], sent: RouteSent): readonly (readonly string[])[] | undefined {
    const front = this.#fronts.size === 0 ? undefined : this.#fronts.get(keyOf(host, segments));
    if (front === undefined) return noRoutes;
    const routes: (readonly string[])[] = [];
    const values = valuesOf(front.name, sent);
    if (values === undefined) return undefined;
    const named = new Set(values.filter(isRouteLike));
    if (named.size > routesMax) return undefined;
    for (const value of named) {
      if (front.routes.has(this.#ports.hash("segment", value.toLowerCase()))) routes.push(routeSegments(segments, front.name, value));
    }
    return routes;
  }
}

/** `/index.php` and `user/lookup` → `index.php`, `?route=user`, `lookup`. */
export function routeSegments(segments: readonly string[], name: string, value: string): readonly string[] {
  return [...segments, ...`?${name}=${value}`.split("/").filter((part) => part !== "")].slice(0, segmentsMax);
}

/** Whether a template is that of a route behind this path. */
export function isRouteOf(template: string, path: readonly string[]): boolean {
  const behind = `/${path.map((segment) => `${segment}/`).join("")}`;
  return template.toLowerCase().startsWith(behind.toLowerCase()) && /^(?:\?|\{\?)/.test(template.slice(behind.length));
}

/** Text as routes are called: words, joined by what joins words in programs. */
export function isRouteLike(value: string): boolean {
  return value.length <= 64 && /^\/?[A-Za-z][A-Za-z_]*(?:[-./:\\][A-Za-z_]+|\d){0,8}$/.test(value);
}

/** A path that may be kept in clear and can be a front: a few plain words, or the root. */
export function frontPath(segments: readonly string[]): string | undefined {
  if (segments.length > frontSegmentsMax) return undefined;
  for (const segment of segments) if (!isPlainWords(segment)) return undefined;
  return segments.join("/").toLowerCase();
}

/** Values under this name, in the order in which services look; undefined where a JSON body has keys twice. */
function valuesOf(name: string, { query, contentType, body }: RouteSent): string[] | undefined {
  const values: string[] = [];
  const take = (pairs: readonly (readonly [string, string])[]): void => {
    for (const [key, value] of pairs) if (key.length === name.length && key.toLowerCase() === name) values.push(value);
  };
  if (query !== "") take(allPairs(query));
  if (body === undefined || body === "") return values;
  const type = contentType.toLowerCase();
  if (type.startsWith("multipart/")) take(multipartFields(body, contentType));
  else if (/^\s{0,64}\{/.test(body)) {
    let tree: unknown;
    try {
      tree = JSON.parse(body);
    } catch {
      // A service that reads it nevertheless reads what is written there.
      for (const [, key = "", value = ""] of body.matchAll(/"(\w{1,64})"\s{0,16}:\s{0,16}"([^"\\]{1,64})"/g)) take([[key, value]]);
      return values;
    }
    if (hasRepeatedKeys(body, tree)) return undefined;
    for (const [key, value] of Object.entries(tree as object)) if (typeof value === "string") take([[key, value]]);
  } else take(allPairs(body));
  return values;
}

/** All of them, as no place is too far back for a service: one pass over what the gate's own bounds on head and body let in. */
function allPairs(raw: string): (readonly [string, string])[] {
  return raw.split("&").map((piece) => {
    const equals = piece.indexOf("=");
    const decoded = (text: string): string => decodePercent(text.replaceAll("+", " "));
    return equals < 0 ? [decoded(piece), ""] : [decoded(piece.slice(0, equals)), decoded(piece.slice(equals + 1))];
  });
}

function keyOf(host: string, segments: readonly string[]): string {
  return segments.length > frontSegmentsMax ? "" : `${host} ${segments.join("/").toLowerCase()}`;
}

const noRoutes: readonly (readonly string[])[] = [];
/** Different values one request may give to the parameter that names its route. */
const routesMax = 4;
const frontSegmentsMax = 4;
