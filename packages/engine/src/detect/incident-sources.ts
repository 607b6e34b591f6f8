import type { Signal } from "./signal.ts";

/**
 * Which open incident speaks of a source: by its address and by its program, as keyed hashes. What the source does at further endpoints belongs there, and only that: an incident that a source
 * carried to another endpoint takes in nobody else's signals from there.
 *
 * Bounds: as many endpoints as an incident names, and {@link askersMax} keys of each, first come: a source beyond them opens incidents of its own, so filling them hides nothing. A source stays with the first incident that spoke of it
 * until that closes.
 */
export class SourcesOfIncidents {
  /** Kind and key, to the incident's group. */
  readonly #groups = new Map<string, string>();
  readonly #askers = new Map<string, Set<string>>();
  /** By group, other incidents that came to its endpoint with a source of theirs. */
  readonly #joined = new Map<string, Set<string>>();

  /** The group of the open incident that a signal of this kind belongs to by its source; what is worth nobody's look belongs to none. */
  groupOf(kind: string, signal: Signal): string | undefined {
    if (signal.level === "info") return undefined;
    for (const key of keysOf(kind, signal)) {
      const group = this.#groups.get(key);
      if (group !== undefined) return group;
    }
    return undefined;
  }

  /** The incident of this group took the signal in. */
  add(kind: string, group: string, signal: Signal): void {
    if (signal.endpointId === undefined || kind.startsWith("trigger.")) return;
    this.#join(group, `${kind}|${signal.endpointId}`);
    const askers = this.#askers.get(group) ?? new Set();
    for (const key of keysOf(kind, signal)) {
      if (askers.size >= askersMax || this.#groups.has(key)) continue;
      askers.add(key);
      this.#groups.set(key, group);
    }
    if (askers.size > 0) this.#askers.set(group, askers);
  }

  /** Groups of the incidents that came to the endpoint of this one with a source of theirs. */
  joined(group: string): Iterable<string> {
    return this.#joined.get(group) ?? noGroups;
  }

  of(group: string): readonly string[] {
    return [...(this.#askers.get(group) ?? noGroups)];
  }

  restore(kind: string, group: string, askers: readonly string[], endpointIds: readonly string[]): void {
    for (const id of endpointIds) this.#join(group, `${kind}|${id}`);
    if (askers.length > 0) this.#askers.set(group, new Set(askers));
    for (const key of askers) this.#groups.set(key, group);
  }

  /** The incident is over. */
  forget(group: string): void {
    for (const key of this.#askers.get(group) ?? noGroups) this.#groups.delete(key);
    this.#askers.delete(group);
    for (const [there, groups] of this.#joined) if (groups.delete(group) && groups.size === 0) this.#joined.delete(there);
  }

  #join(group: string, there: string): void {
    if (there === group) return;
    const groups = this.#joined.get(there) ?? new Set();
    this.#joined.set(there, groups.add(group));
  }
}

function keysOf(kind: string, { actor, endpointId }: Signal): readonly string[] {
  if (actor === undefined || endpointId === undefined || kind.startsWith("trigger.")) return noKeys;
  return [actor.narrow, actor.network].flatMap((key) => (key === "" ? [] : [`${kind}|${key}`]));
}

/** An address and a program for each of 200 sources: of a thief with more of them nobody looks at the rest one by one. */
export const askersMax = 400;
const noGroups: readonly string[] = [];
const noKeys: readonly string[] = [];
