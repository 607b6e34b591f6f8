import { Worker } from "node:worker_threads";
import { type FloorInput, type FloorMeasure, measureFloor, type Mode } from "@postern/engine";
import type { HubCore } from "../hub-core.ts";
import { floorInputOf } from "./floor-input.ts";

/**
 * Measures the detection floor of every endpoint under a budget once a day, after {@link nightHour} o'clock UTC of event time: one after the other, on a thread of its own at a quarter of a core and
 * at most {@link oneMs} each; those that disclosed most come first, {@link aNightMax} at the most. Ask it every few seconds by `tick`.
 */
export class NightlyFloors {
  readonly #core: HubCore;
  readonly #options: NightlyOptions;
  #running: Worker | undefined;
  #day = -1;
  #left: FloorInputOf[] = [];
  #closed = false;

  constructor(core: HubCore, options: NightlyOptions) {
    this.#core = core;
    this.#options = options;
  }

  tick(): void {
    if (this.#running !== undefined || this.#closed) return;
    const now = this.#options.now();
    const day = Math.floor(now / dayMs);
    if (this.#left.length === 0) {
      if (day === this.#day || now - day * dayMs < nightHour * 3_600_000) return;
      this.#day = day;
      this.#left = this.#due(day);
    }
    const next = this.#left.shift();
    if (next !== undefined) this.#measure(next);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running?.terminate();
  }

  #due(day: number): FloorInputOf[] {
    const truthful = (id: string): number => this.#core.usage.get(id)?.truthful ?? 0;
    return this.#core
      .policy()
      .endpoints.filter((endpoint) => endpoint.state === "budgeted" && Math.floor((this.#core.floors.get(endpoint.id)?.at ?? -1) / dayMs) !== day)
      .toSorted((a, b) => truthful(b.id) - truthful(a.id))
      .slice(0, aNightMax)
      .map((endpoint) => ({ endpointId: endpoint.id, input: floorInputOf(this.#core, endpoint, { mode: this.#options.mode, now: this.#options.now() }) }));
  }

  #measure({ endpointId, input }: FloorInputOf): void {
    const keep = (measure: FloorMeasure): void => this.#core.keepFloor(endpointId, { at: this.#options.now(), measure });
    // What is unproven for want of days is known at once.
    const first = measureFloor(input).next();
    if (first.done === true) return keep(first.value);
    const worker = new Worker(new URL("./floor-worker.js", import.meta.url), { workerData: input, resourceLimits: { maxOldGenerationSizeMb: 256 } });
    this.#running = worker;
    const late = setTimeout(() => void worker.terminate(), oneMs);
    late.unref();
    worker.once("message", keep);
    worker.once("error", (error) => this.#options.onFailed(endpointId, error.message));
    worker.once("exit", () => {
      clearTimeout(late);
      this.#running = undefined;
    });
  }
}

export interface NightlyOptions {
  /** Event time. */
  readonly now: () => number;
  readonly mode: Mode;
  readonly onFailed: (endpointId: string, why: string) => void;
}

interface FloorInputOf {
  readonly endpointId: string;
  readonly input: FloorInput;
}

const dayMs = 86_400_000;
const nightHour = 3;
const oneMs = 20 * 60_000;
/** An hour or two of a quarter of a core. */
const aNightMax = 32;
