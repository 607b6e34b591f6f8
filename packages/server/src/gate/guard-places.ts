import { endOfPath, FrontRoutes, type GatePolicy, type GuardedEndpoint, GuardMatcher, GuardVariants, isRouteOf, type Ports, type Routed, type RouteSent } from "@postern/engine";
import type { RequestHead } from "./gate-port.ts";
import { readingsOf } from "./head-readings.ts";

/**
 * Finds who guards a request: by its path in every way in which a service may read it, by the route that a front controller takes from query or body, and as what
 * may be a variant of a guarded path. A guard under a budget goes before one that only watches.
 */
export class GuardPlaces {
  readonly #scope: string;
  readonly #ports: Ports;
  #guards: readonly GuardedEndpoint[] = [];
  #matcher: GuardMatcher;
  #variants: GuardVariants;
  #fronts: FrontRoutes;

  /** `scope`: `upstream:port`, as endpoints name it. */
  constructor(scope: string, ports: Ports) {
    this.#scope = scope;
    this.#ports = ports;
    this.#matcher = new GuardMatcher([]);
    this.#variants = new GuardVariants([], ports);
    this.#fronts = new FrontRoutes([], ports);
  }

  /** Replaces all guards. */
  setPolicy({ endpoints, routeFronts }: GatePolicy): void {
    this.#guards = endpoints;
    this.#matcher = new GuardMatcher(endpoints, this.#ports);
    this.#variants = new GuardVariants(endpoints, this.#ports);
    this.#fronts = new FrontRoutes(routeFronts ?? [], this.#ports);
  }

  /** Whether the route of a request to this path may stand in its body. */
  isFront(path: readonly string[]): boolean {
    return this.#fronts.isFront(this.#scope, path);
  }

  /** Where a request belongs, and who guards it there; under a budget in any way in which a service may read its path, before one that only watches. */
  find(head: RequestHead, segments: readonly string[], sent: RouteSent): Routed {
    const placed = this.#findAt(head.method, segments, sent);
    if (placed.endpoint?.state === "budgeted" || this.#guards.length === 0) return placed;
    const readings = readingsOf(head);
    for (const reading of readings) {
      const other = this.#findAt(head.method, reading, sent);
      if (other.endpoint?.state === "budgeted") return other;
    }
    const variant = this.#variants.among(head.method, this.#scope, endOfPath(head.target, segments), readings);
    return variant === undefined ? placed : { segments: placed.segments, endpoint: placed.endpoint, variant };
  }

  /** The same once the body is here; of one that was not read to its end any route may be meant. */
  findByBody(head: RequestHead, path: readonly string[], sent: RouteSent, complete: boolean): Routed {
    const placed = this.find(head, path, sent);
    if (complete || placed.endpoint?.state === "budgeted") return placed;
    return { ...this.#anyBehind(head.method, placed.segments, placed.endpoint, path), ...(placed.variant === undefined ? {} : { variant: placed.variant }) };
  }

  #findAt(method: string, segments: readonly string[], sent: RouteSent): Routed {
    const routes = this.#fronts.routesOf(this.#scope, segments, sent);
    if (routes === undefined) return this.#anyBehind(method, segments, this.#matcher.find(method, this.#scope, segments));
    return routes.length === 0 ? { segments, endpoint: this.#matcher.find(method, this.#scope, segments) } : this.#matcher.findRouted(method, this.#scope, segments, routes);
  }

  /** Nobody knows which route of this path the request names: any of those under a budget. */
  #anyBehind(asked: string, segments: readonly string[], endpoint: GuardedEndpoint | undefined, path = segments): Routed {
    const guard = this.#guards.find(({ state, method, template }) => state === "budgeted" && method === asked && isRouteOf(template, path));
    return { segments, endpoint: guard ?? endpoint };
  }
}
