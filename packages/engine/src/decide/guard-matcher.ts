import { hashOfSegment } from "../exchange/plain-words.ts";
import type { Ports } from "../exchange/ports.ts";
import type { GuardedEndpoint } from "./gate-policy.ts";

/**
 * Finds the guarded endpoint a request asks, from its normalised segments. Matches wider than routers do, because what the
 * gate overlooks is a free question: constants without regard to case, and any other method falls back to the
 * endpoint of the same path (method-override headers). Constants win over parameters, longer affixes over shorter.
 *
 * HEAD, OPTIONS and what is no method of services ask what GET asks: the guard of the path judges them, also where answers to them were seen often enough
 * for a guard of their own. That one would begin with fresh credits, and without bodies it may never learn that answers differ.
 *
 * Bound: as many nodes as the policy has segments; a lookup visits at most {@link visitsMax} nodes and then gives up on the *open* side for
 * paths no honest template has (more than 32 segments never match).
 */
export class GuardMatcher {
  readonly #roots = new Map<string, Node>();
  readonly #methods = new Map<Node, Map<string, GuardedEndpoint>>();
  readonly #ports: Pick<Ports, "hash"> | undefined;
  #visits = 0;

  /** With `ports`, constants that stand in a template only as their keyed hash are recognised; without, such templates match nothing. */
  constructor(endpoints: readonly GuardedEndpoint[], ports?: Pick<Ports, "hash">) {
    this.#ports = ports;
    for (const endpoint of endpoints) {
      let node = this.#root(endpoint.host);
      for (const segment of endpoint.template.split("/")) if (segment !== "") node = child(node, segment);
      let methods = this.#methods.get(node);
      if (methods === undefined) {
        methods = new Map();
        this.#methods.set(node, methods);
      }
      methods.set(endpoint.method, endpoint);
    }
  }

  find(method: string, host: string, segments: readonly string[]): GuardedEndpoint | undefined {
    this.#visits = 0;
    const root = this.#roots.get(host);
    const node = (root === undefined ? undefined : this.#walk(root, segments, 0)) ?? this.#any(segments);
    if (node === undefined) return undefined;
    const methods = this.#methods.get(node);
    if (methods === undefined) return undefined;
    const exact = methods.get(method);
    if (exact !== undefined && ownMethods.has(method)) return exact;
    let best = exact;
    for (const name of ["GET", ...methods.keys()]) {
      const other = methods.get(name);
      if (
        other !== undefined &&
        ownMethods.has(name) &&
        other.apart?.includes(method) !== true &&
        (best === undefined || (best === exact && (best.state === "watched" || other.state === "budgeted")))
      )
        best = other;
    }
    const first = methods.entries().next();
    return best ?? (first.done === true || first.value[1].apart?.includes(method) === true ? undefined : first.value[1]);
  }

  /** The endpoint at which a request does what is done there: HEAD does what GET does, and any other method that may change something may be the endpoint's own in disguise; what else only reads does nothing there. */
  findDone(method: string, host: string, segments: readonly string[]): GuardedEndpoint | undefined {
    const found = this.find(method, host, segments);
    if (found === undefined || found.method === method) return found;
    return (found.method === "GET" ? method === "HEAD" : !reading.has(method)) ? found : undefined;
  }

  /** The guard of a request that belongs to these routes of a front (see {@link FrontRoutes}), and where it was found: one under a budget, be it the whole path's, before one that only watches. */
  findRouted(method: string, host: string, segments: readonly string[], routes: readonly (readonly string[])[]): Routed {
    let best: Routed = { segments, endpoint: this.find(method, host, segments) };
    if (routes.length === 0) return best;
    if (best.endpoint?.state !== "budgeted") best = { segments: routes[0] ?? segments, endpoint: this.find(method, host, routes[0] ?? segments) ?? best.endpoint };
    for (const route of routes) {
      const endpoint = this.find(method, host, route);
      if (endpoint?.state === "budgeted") return { segments: route, endpoint };
    }
    return best;
  }

  #any(segments: readonly string[]): Node | undefined {
    const root = this.#roots.get("*");
    return root === undefined ? undefined : this.#walk(root, segments, 0);
  }

  #root(host: string): Node {
    let root = this.#roots.get(host);
    if (root === undefined) {
      root = { constants: new Map(), hashed: new Map(), patterns: [] };
      this.#roots.set(host, root);
    }
    return root;
  }

  #walk(node: Node, segments: readonly string[], at: number): Node | undefined {
    if (++this.#visits > visitsMax) return undefined;
    const segment = segments[at];
    if (segment === undefined) return this.#methods.has(node) ? node : undefined;
    const lower = segment.toLowerCase();
    const constant = node.constants.get(lower);
    if (constant !== undefined) {
      const found = this.#walk(constant, segments, at + 1);
      if (found !== undefined) return found;
    }
    if (node.hashed.size > 0 && this.#ports !== undefined) {
      const named = node.hashed.get(this.#ports.hash("segment", lower));
      const found = named === undefined ? undefined : this.#walk(named, segments, at + 1);
      if (found !== undefined) return found;
    }
    for (const pattern of node.patterns) {
      if (lower.length > pattern.prefix.length + pattern.suffix.length && lower.startsWith(pattern.prefix) && lower.endsWith(pattern.suffix)) {
        const found = this.#walk(pattern.node, segments, at + 1);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }
}

/** Those that services give endpoints to. Any other is a spelling of the guarded one. */
export const ownMethods: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

const reading: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** A guard under a budget, and a path as it is asked for there. */
export interface Variant {
  readonly segments: readonly string[];
  readonly endpoint: GuardedEndpoint;
}

export interface Routed {
  readonly segments: readonly string[];
  readonly endpoint: GuardedEndpoint | undefined;
  /** A guarded path of which this one may be a variant, see `guard-variants.ts`; only of one that is under no budget itself. */
  readonly variant?: Variant;
}

interface Node {
  readonly constants: Map<string, Node>;
  /** Constants known by their keyed hash only. */
  readonly hashed: Map<string, Node>;
  readonly patterns: { readonly prefix: string; readonly suffix: string; readonly node: Node }[];
}

/** Far above what any policy of distinct templates needs for one path. */
export const visitsMax = 512;

function child(node: Node, segment: string): Node {
  const hash = hashOfSegment(segment);
  if (hash !== undefined) {
    let next = node.hashed.get(hash);
    if (next === undefined) {
      next = { constants: new Map(), hashed: new Map(), patterns: [] };
      node.hashed.set(hash, next);
    }
    return next;
  }
  const open = segment.indexOf("{");
  const close = segment.lastIndexOf("}");
  if (open < 0 || close < open) {
    const key = segment.toLowerCase();
    let next = node.constants.get(key);
    if (next === undefined) {
      next = { constants: new Map(), hashed: new Map(), patterns: [] };
      node.constants.set(key, next);
    }
    return next;
  }
  const prefix = segment.slice(0, open).toLowerCase();
  const suffix = segment.slice(close + 1).toLowerCase();
  const known = node.patterns.find((pattern) => pattern.prefix === prefix && pattern.suffix === suffix);
  if (known !== undefined) return known.node;
  const next: Node = { constants: new Map(), hashed: new Map(), patterns: [] };
  node.patterns.push({ prefix, suffix, node: next });
  node.patterns.sort((a, b) => b.prefix.length + b.suffix.length - a.prefix.length - a.suffix.length);
  return next;
}
