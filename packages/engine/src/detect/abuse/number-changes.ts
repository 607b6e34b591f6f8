import { hash53 } from "../observe/hash53.ts";
import { RotatingMap } from "../oracle/rotating-map.ts";
import type { Signal } from "../signal.ts";

/**
 * A number that was ported or given another card, a new device and a new password, all within {@link togetherMs}: what a SIM swap looks like. That a number changed hands no traffic shows; the operator or
 * the carrier reports it, before or after. Each person is told of once a change.
 *
 * Misses: changes nobody reports; thieves who wait; the password where the request names nobody; what happened before the first report ever. Mistakes: an honest person who
 * ports a number to a new telephone and sets a new password on it: hence `medium`, for a look at that one account.
 */
export class NumberChanges {
  readonly #changed = new RotatingMap<number>(changesMax);
  readonly #devices = new RotatingMap<number>(eventsMax);
  readonly #resets = new RotatingMap<number>(eventsMax);
  readonly #told = new RotatingMap<number>(changesMax);
  #any = false;

  /** JSON-able; reported changes are kept by whoever reports them. */
  exportState(): NumberChangesState {
    return { devices: [...this.#devices.entries()], resets: [...this.#resets.entries()], told: [...this.#told.entries()] };
  }

  /** Takes up what {@link exportState} gave. */
  restore({ devices, resets, told }: NumberChangesState): void {
    for (const [subject, at] of devices) this.#devices.set(subject, at);
    for (const [subject, at] of resets) this.#resets.set(subject, at);
    for (const [subject, at] of told) this.#told.set(subject, at);
  }

  /** Whether anybody ever reported a change: until then nothing need be observed. */
  get used(): boolean {
    return this.#any;
  }

  /** The number of this person (its keyed hash) changed hands. */
  changed(subject: string, at: number): Signal | undefined {
    this.#any = true;
    this.#changed.set(subject, at);
    return this.#together(subject, at, undefined);
  }

  /** This person has a new device, or a new password. */
  observe(what: "device" | "reset", subject: string, at: number, endpointId: string): Signal | undefined {
    (what === "device" ? this.#devices : this.#resets).set(subject, at);
    return this.#together(subject, at, endpointId);
  }

  #together(subject: string, at: number, endpointId: string | undefined): Signal | undefined {
    const changed = this.#changed.get(subject);
    const device = this.#devices.get(subject);
    const reset = this.#resets.get(subject);
    if (changed === undefined || device === undefined || reset === undefined) return undefined;
    if (Math.max(changed, device, reset) - Math.min(changed, device, reset) > togetherMs || this.#told.get(subject) === changed) return undefined;
    this.#told.set(subject, changed);
    return {
      id: `takeover-${hash53(`${subject}\n${changed}`).toString(36)}`,
      detector: "takeover.number-change",
      level: "medium",
      confidence: 0.8,
      at,
      endpointId,
      actor: undefined,
      evidence: {
        person: subject,
        hoursBetween: Math.round((Math.max(changed, device, reset) - Math.min(changed, device, reset)) / 360_000) / 10,
        meaning: "a number that was reported as ported or changed, a new device and a new password for the same person within three days: look whether it is still theirs",
      },
    };
  }
}

/** By keyed hash, oldest first. */
export interface NumberChangesState {
  readonly devices: readonly (readonly [subject: string, at: number])[];
  readonly resets: readonly (readonly [subject: string, at: number])[];
  readonly told: readonly (readonly [subject: string, changedAt: number])[];
}

/** The three of them come within three days. */
export const togetherMs = 72 * 3_600_000;
/** Reports come from the operator, not from callers: more than this in three days nobody makes by hand. */
export const changesMax = 10_000;
/** Devices and passwords remembered, two generations: those of three days of a large service. Who sets ever more passwords to be forgotten sets them for accounts he has. */
export const eventsMax = 65_536;
