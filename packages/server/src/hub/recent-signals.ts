import { blurredSignal, type Signal } from "@postern/engine";

/** The latest {@link recentMax} signals in the order they came, and their ids: a gate sends again what was not acknowledged. */
export class RecentSignals {
  readonly #list: Signal[] = [];
  readonly #ids = new Set<string>();

  /** `saved`: as an earlier life left them, see {@link RecentSignals.youngest}. */
  constructor(saved: readonly Signal[] = []) {
    for (const signal of saved.slice(-recentMax)) this.add(signal);
  }

  get list(): readonly Signal[] {
    return this.#list;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(signal: Signal): void {
    this.#list.push(signal);
    this.#ids.add(signal.id);
    if (this.#list.length > recentMax) this.#ids.delete(this.#list.shift()?.id ?? "");
  }

  /** Takes the addresses out of those that are `keepMs` old. */
  forgetAddresses(now: number, keepMs: number): void {
    for (const [i, signal] of this.#list.entries()) if (now - signal.at >= keepMs) this.#list[i] = blurredSignal(signal);
  }

  /** As many as the hub's state holds. */
  get youngest(): readonly Signal[] {
    return this.#list.slice(-savedMax);
  }
}

/** Whether a row of the journal is one. */
export function isSignal(row: unknown): row is Signal {
  return (
    typeof row === "object" &&
    row !== null &&
    "id" in row &&
    typeof row.id === "string" &&
    "detector" in row &&
    typeof row.detector === "string" &&
    "level" in row &&
    "at" in row &&
    typeof row.at === "number" &&
    "evidence" in row
  );
}

/** What a person would page through; older ones are in the store. */
export const recentMax = 2_000;
const savedMax = 500;
