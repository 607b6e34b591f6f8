import { newcomerDaysKept, type NewcomerHour } from "@postern/engine";

/**
 * Newcomers of each endpoint by the hour, from what gates tell and imports leave: what detection floors are measured from. A gate tells its last hours again and again, each time as they are
 * then; every newcomer is counted once, over restarts of gate and hub too. Counts only; no identifiers.
 *
 * Bound: {@link endpointsMax} endpoints, the first that come, each the last four weeks; {@link heardMax} hours of lives of gates.
 */
export class NewcomerHistory {
  readonly #hours: Map<string, Map<number, Counts>>;
  /** What a life of a gate told last of an hour. */
  readonly #heard: Map<string, Counts>;

  constructor(state?: NewcomerHistoryState) {
    this.#hours = new Map(Object.entries(state?.hours ?? {}).map(([id, hours]) => [id, new Map(hours.map(([hour, ...counts]) => [hour, counts]))]));
    this.#heard = new Map(state?.heard ?? []);
  }

  /** `life` names whose counts they are. */
  heard(life: string, endpointId: string, told: readonly NewcomerHour[]): void {
    let hours = this.#hours.get(endpointId);
    if (hours === undefined) {
      if (this.#hours.size >= endpointsMax) return;
      this.#hours.set(endpointId, (hours = new Map()));
    }
    for (const [hour, ...counts] of told) {
      const key = `${life} ${endpointId} ${hour}`;
      const before = this.#heard.get(key) ?? none;
      this.#heard.delete(key);
      this.#heard.set(key, counts);
      const sum = hours.get(hour) ?? none;
      hours.set(hour, [grown(sum[0], counts[0], before[0]), grown(sum[1], counts[1], before[1]), grown(sum[2], counts[2], before[2])]);
    }
    for (const key of this.#heard.keys()) {
      if (this.#heard.size <= heardMax) break;
      this.#heard.delete(key);
    }
    const oldest = Math.max(...hours.keys()) - newcomerDaysKept * 24;
    for (const hour of hours.keys()) if (hour <= oldest) hours.delete(hour);
  }

  of(endpointId: string): NewcomerHour[] {
    return [...(this.#hours.get(endpointId) ?? [])].sort(([a], [b]) => a - b).map(([hour, counts]) => [hour, ...counts]);
  }

  exportState(): NewcomerHistoryState {
    return { hours: Object.fromEntries([...this.#hours.keys()].map((id) => [id, this.of(id)])), heard: [...this.#heard] };
  }
}

export interface NewcomerHistoryState {
  readonly hours: Readonly<Record<string, readonly NewcomerHour[]>>;
  readonly heard: readonly (readonly [key: string, counts: Counts])[];
}

type Counts = readonly [came: number, judged: number, unanchored: number];
const none: Counts = [0, 0, 0];

function grown(sum: number, now: number, before: number): number {
  return sum + Math.max(0, now - before);
}

/** Guarded endpoints of one service are dozens; 672 hours each. */
export const endpointsMax = 256;
/** Four hours of each endpoint, for two gates and a restart of both. */
const heardMax = 4 * endpointsMax * 4;
