import type { Level } from "../signal.ts";

/**
 * A trigger as a person writes it: named counters over windows (`let`), and a condition over them and the facts of an exchange
 * (`when`). See {@link TriggerFacts} for the facts.
 *
 * @example
 * ```yaml
 * id: many-numbers
 * title: One address asks about many numbers
 * level: high
 * let:
 *   fan: { distinct: subjects, where: "endpoint.path == '/users/{user}/status'", by: [network], over: 10m }
 * when: fan > 20
 * quiet: 1h
 * ```
 */
export interface TriggerDefinition {
  /** Lower-case letters, digits, `-`, `_`, `.`; at most 64 characters. */
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  /** At most {@link countersMax} counters. */
  readonly let?: Readonly<Record<string, CounterDefinition>> | undefined;
  /** CEL, boolean. Over facts and counters; with `every` over counters only. */
  readonly when: string;
  /** Judge at every multiple of this in event time, also when nothing comes (`seen == 0`), and not at each exchange. All counters then need the same `by`. */
  readonly every?: string | undefined;
  /** After it fired for a key: silent for this key this long. Default 1h. */
  readonly quiet?: string | undefined;
}

/** One of `count`, `distinct`, `sum`, `ratio`. */
export interface CounterDefinition {
  /** CEL, boolean: exchanges for which it is true are counted. `"true"` counts all. */
  readonly count?: string | undefined;
  /** CEL, any scalar: different values are counted; `subjects` counts every identifier the request asks about. */
  readonly distinct?: string | undefined;
  /** CEL, number: added up. */
  readonly sum?: string | undefined;
  /** CEL, boolean: its share among the exchanges `where` lets through, 0 to 1; 0 while there are none. */
  readonly ratio?: string | undefined;
  /** CEL, boolean: only these exchanges take part. */
  readonly where?: string | undefined;
  /** CEL, scalars: one count for each combination of their values. Absent: one for all. */
  readonly by?: readonly string[] | undefined;
  /** `10m`, `24h`, `30d`. */
  readonly over: string;
}

/** One place of a trigger that does not compile. `path` leads there (`let.fan.where`), `column` is 1-based within that text. */
export interface TriggerProblem {
  readonly path: readonly string[];
  readonly column: number;
  readonly message: string;
}

/** More counters than this in one trigger is a programme, and each is evaluated on every exchange. */
export const countersMax = 32;
/** Triggers in one configuration. */
export const triggersMax = 256;
