import { EndpointWatch } from "./endpoint-watch.ts";
import type { GuardedEndpoint } from "./gate-policy.ts";
import { sameDoor } from "./same-door.ts";

/** The watches of all guarded endpoints, by id and by number. A guard that is taken down keeps its watch while there is room: what was spent and learned there goes on when it comes back. */
export class Watches {
  readonly #endpoints: EndpointWatch[] = [];
  readonly #byId = new Map<string, EndpointWatch>();
  #policies = 0;

  get(endpointId: string): EndpointWatch | undefined {
    return this.#byId.get(endpointId);
  }

  /** Those that stand and those that were taken down. */
  all(): readonly EndpointWatch[] {
    return this.#endpoints;
  }

  /** By its number; undefined when another has its place by now. */
  at(index: number): EndpointWatch | undefined {
    const watch = this.#endpoints[index % endpointsMax];
    return watch?.index === index ? watch : undefined;
  }

  /** Takes the ledger's picture whole. */
  replace(endpoints: readonly GuardedEndpoint[], now: number): void {
    this.#policies++;
    for (const watch of this.#endpoints) {
      if (!watch.retired) watch.retiredIn = this.#policies;
      watch.retired = true;
    }
    const ids = new Set(endpoints.map((endpoint) => endpoint.id));
    // Those that stay come first: none of them may give its place to a new one, nor have it taken over by another.
    for (const endpoint of endpoints) {
      const known = this.#byId.get(endpoint.id);
      if (known?.endpoint.id === endpoint.id) this.#guard(known, endpoint);
    }
    for (const endpoint of endpoints) {
      const own = this.#byId.get(endpoint.id);
      if (own?.endpoint === endpoint) continue;
      const renamed = this.#renamed(endpoint, ids);
      if (renamed !== undefined) this.#guard(renamed, endpoint);
      else {
        const admitted = this.#admit(endpoint, own !== undefined, now);
        if (own !== undefined) admitted?.goesOnFrom(own);
      }
    }
    for (const endpoint of endpoints) {
      const watch = this.#byId.get(endpoint.id);
      if (watch === undefined) continue;
      for (const id of endpoint.formerly ?? noIds) {
        const former = this.#byId.get(id);
        if (former !== undefined) watch.goesOnFrom(former);
        // Rows of the past stand under the old name.
        if (!ids.has(id)) this.#byId.set(id, watch);
      }
    }
  }

  #guard(watch: EndpointWatch, endpoint: GuardedEndpoint): void {
    watch.endpoint = endpoint;
    watch.retired = false;
    this.#byId.set(endpoint.id, watch);
  }

  /** At {@link endpointsMax} the guard that was taken down longest ago gives its place; when all stand the new one gets none. `taken`: another watch has the key of this id. */
  #admit(endpoint: GuardedEndpoint, taken: boolean, now: number): EndpointWatch | undefined {
    let index = this.#endpoints.length;
    if (index >= endpointsMax) {
      let longest: EndpointWatch | undefined;
      for (const watch of this.#endpoints) if (watch.retired && (longest === undefined || watch.retiredIn < longest.retiredIn)) longest = watch;
      if (longest === undefined) return undefined;
      for (const [id, watch] of this.#byId) if (watch === longest) this.#byId.delete(id);
      // A number of its own in the same place: what still waits for the old one's anchors is not the new one's.
      index = longest.index + endpointsMax;
    }
    const watch = new EndpointWatch(index, endpoint, taken);
    if (now > 0) watch.advance(now);
    this.#endpoints[index % endpointsMax] = watch;
    this.#byId.set(endpoint.id, watch);
    return watch;
  }

  /** An endpoint that was declared and is now learned, or whose parameters got names, is the same door: what was spent there stays spent. */
  #renamed(endpoint: GuardedEndpoint, ids: ReadonlySet<string>): EndpointWatch | undefined {
    let most: EndpointWatch | undefined;
    for (const id of [endpoint.id, ...(endpoint.formerly ?? noIds)]) {
      const watch = this.#byId.get(id);
      if (watch?.retired === true && !ids.has(watch.endpoint.id) && (most === undefined || watch.truthful > most.truthful)) most = watch;
    }
    if (most !== undefined) return most;
    return this.#endpoints.find((watch) => watch.retired && !ids.has(watch.endpoint.id) && sameDoor(watch.endpoint, endpoint));
  }
}

/** Endpoints one gate guards at once; further ones are only seen by the ledger. Those that were guarded once stay known while there is room. */
export const endpointsMax = 4_096;
const noIds: readonly string[] = [];
