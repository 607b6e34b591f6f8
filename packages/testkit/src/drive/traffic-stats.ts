import { international } from "../population.ts";
import { readLookup } from "../traffic/lookup-answer.ts";
import { honestKinds, type Outcome, type SessionKind, type TrafficAnswer, type TrafficRequest } from "../traffic/session.ts";

/** What one kind of session met with. */
export interface KindStats {
  sessions: number;
  completed: number;
  gaveUp: number;
  left: number;
  requests: number;
  /** Parts of address books that were sent, and those in which somebody who has an account was kept back. */
  parts: number;
  partsHeld: number;
  /** Requests to the lookup. */
  lookups: number;
  /** Lookups of a number the asker knows to exist, answered as if it did not. */
  uniform: number;
  /** Answers 429 or 5xx, and 403 to a lookup. */
  refused: number;
  /** Requests that got no answer at all. */
  errors: number;
}

/** Stats by kind of session; kinds that never came are absent. */
export class TrafficStats {
  readonly byKind = new Map<SessionKind, KindStats>();

  /** The sum over the honest kinds, or over the kinds given. */
  total(kinds: readonly SessionKind[] = honestKinds): KindStats {
    const sum = none();
    for (const kind of kinds) {
      const stats = this.byKind.get(kind);
      if (stats === undefined) continue;
      for (const name of countNames) sum[name] += stats[name];
    }
    return sum;
  }

  began(kind: SessionKind): void {
    this.#of(kind).sessions += 1;
  }

  answered(kind: SessionKind, request: TrafficRequest, answer: Pick<TrafficAnswer, "status" | "body">): void {
    const stats = this.#of(kind);
    stats.requests += 1;
    if (answer.status === 0) stats.errors += 1;
    // Latchkey itself answers 403 to a suspended account that starts a registration; to a lookup it never does.
    if (answer.status === 429 || answer.status >= 500 || (answer.status === 403 && request.lookup !== undefined)) stats.refused += 1;
    if (request.contacts !== undefined) {
      const held = request.contacts.some((national) => !answer.body.includes(international(national)));
      stats.parts += 1;
      if (held) stats.partsHeld += 1;
    }
    if (request.lookup === undefined) return;
    stats.lookups += 1;
    if (request.lookup.knownToExist && readLookup(answer) === "missing") stats.uniform += 1;
  }

  ended(kind: SessionKind, outcome: Outcome): void {
    const stats = this.#of(kind);
    if (outcome === "completed") stats.completed += 1;
    else if (outcome === "gave-up") stats.gaveUp += 1;
    else stats.left += 1;
  }

  /** Plain data, kinds in alphabetical order. */
  toJSON(): Record<string, KindStats> {
    return Object.fromEntries([...this.byKind].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #of(kind: SessionKind): KindStats {
    let stats = this.byKind.get(kind);
    if (stats === undefined) {
      stats = none();
      this.byKind.set(kind, stats);
    }
    return stats;
  }
}

const countNames = ["sessions", "completed", "gaveUp", "left", "requests", "parts", "partsHeld", "lookups", "uniform", "refused", "errors"] as const;

function none(): KindStats {
  return { sessions: 0, completed: 0, gaveUp: 0, left: 0, requests: 0, parts: 0, partsHeld: 0, lookups: 0, uniform: 0, refused: 0, errors: 0 };
}
