import { PosternError } from "../../errors.ts";
import type { Signal } from "../signal.ts";
import { DistinctCounter } from "../observe/distinct-counter.ts";
import { hash53 } from "../observe/hash53.ts";
import { MeanAccumulator, SumAccumulator, TumblingWindow } from "../observe/tumbling-window.ts";
import { celFacts } from "./cel.ts";
import type { CelContext, Re2 } from "./cel.ts";
import { compileTrigger } from "./compile-trigger.ts";
import type { CompiledCounter, CompiledTrigger } from "./compile-trigger.ts";
import { triggersMax } from "./trigger-definition.ts";
import type { TriggerDefinition } from "./trigger-definition.ts";
import type { TriggerFacts } from "./trigger-facts.ts";

/**
 * Runs the triggers people wrote: counts what each declares and raises a {@link Signal} (`trigger.<id>`) when its condition holds.
 * The same facts in the same order give the same signals. Time is event time, by argument.
 *
 * After a trigger fired for a key it is silent for that key for `quiet`; counting goes on. Throws TRIGGER_INVALID when a
 * definition does not compile. An expression that fails on an exchange (a division by zero) counts in {@link Triggers.errors} and
 * does not fire.
 *
 * Misses: what slips over a pane's edge (1/12 of a window), keys forgotten at the bounds of `TumblingWindow`, and anything kept
 * just under the threshold the person chose. Counters live in memory and start empty after a restart.
 */
export class Triggers {
  readonly #triggers: readonly Running[];
  readonly #seed: number;
  #now = 0;

  constructor(definitions: readonly TriggerDefinition[], ports: TriggerPorts = {}) {
    if (definitions.length > triggersMax) throw new PosternError("TRIGGER_INVALID", `more than ${triggersMax} triggers`);
    const ids = new Set<string>();
    for (const { id } of definitions) {
      if (ids.has(id)) throw new PosternError("TRIGGER_INVALID", `two triggers have the id ${id}`);
      ids.add(id);
    }
    this.#seed = ports.random?.() ?? 0;
    this.#triggers = definitions.map((definition) => runningOf(compileTrigger(definition, ports.re2)));
  }

  /** Counts one exchange at event time `at` and says which triggers fired. */
  observe(facts: TriggerFacts, at: number): Signal[] {
    const signals = this.advance(at);
    const context = celFacts(facts);
    for (const trigger of this.#triggers) {
      try {
        this.#observeOne(trigger, facts, context, at, signals);
      } catch {
        trigger.errors += 1;
      }
    }
    return signals;
  }

  /** Says that event time has reached `at`: judges the triggers with `every` that fell due, each period once, also those missed. */
  advance(at: number): Signal[] {
    const signals: Signal[] = [];
    for (const trigger of this.#triggers) {
      const everyMs = trigger.compiled.everyMs;
      if (everyMs === undefined) continue;
      const last = Math.floor(at / everyMs) * everyMs;
      trigger.nextTick ??= last + everyMs;
      if (last - trigger.nextTick > (ticksMax - 1) * everyMs) trigger.nextTick = last - (ticksMax - 1) * everyMs;
      for (; trigger.nextTick <= last; trigger.nextTick += everyMs) this.#tick(trigger, trigger.nextTick, signals);
    }
    if (at > this.#now) this.#now = at;
    return signals;
  }

  /** Evaluations that failed, by trigger id; only those with any. A failing trigger is a blind spot: show it. */
  errors(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#triggers.filter((trigger) => trigger.errors > 0).map((trigger) => [trigger.compiled.definition.id, trigger.errors]));
  }

  #observeOne(trigger: Running, facts: TriggerFacts, context: CelContext, at: number, signals: Signal[]): void {
    let touched = trigger.counters.length === 0;
    for (const counter of trigger.counters) {
      counter.key = keyOf(counter.compiled, context);
      if (counter.compiled.where !== undefined && counter.compiled.where(context) !== true) continue;
      touched = this.#count(counter, facts, context, at) || touched;
    }
    if (!touched || trigger.compiled.everyMs !== undefined) return;
    const values: Record<string, number> = {};
    for (const counter of trigger.counters) values[counter.compiled.name] = counter.window.value(counter.key, at);
    if (trigger.compiled.when({ ...context, ...celValues(trigger, values) }) !== true) return;
    const fields: Record<string, string> = {};
    for (const { compiled } of trigger.counters) for (const field of compiled.by) fields[field.source] = scalarText(field.evaluate(context));
    const actor = { address: facts.address, network: facts.network, narrow: facts.client };
    this.#fire(trigger, fields, values, at, signals, facts.endpoint.id === "" ? undefined : facts.endpoint.id, actor);
  }

  #count(counter: RunningCounter, facts: TriggerFacts, context: CelContext, at: number): boolean {
    const { kind, value } = counter.compiled;
    if (value === undefined) {
      for (const subject of facts.subjects) counter.window.add(counter.key, at, hash53(subject, this.#seed));
      return facts.subjects.length > 0;
    }
    const result = value(context);
    if (kind === "count" && result !== true) return false;
    counter.window.add(counter.key, at, kind === "distinct" ? hash53(scalarText(result), this.#seed) : Number(result));
    return true;
  }

  #tick(trigger: Running, at: number, signals: Signal[]): void {
    const keys = new Set<string>();
    for (const counter of trigger.counters) {
      if (counter.compiled.by.length === 0) keys.add("");
      for (const key of counter.window.keys()) keys.add(key);
    }
    const by = trigger.counters[0]?.compiled.by ?? [];
    for (const key of keys) {
      try {
        const values: Record<string, number> = {};
        for (const counter of trigger.counters) values[counter.compiled.name] = counter.window.value(key, at - 1);
        if (trigger.compiled.when(celValues(trigger, values)) !== true) continue;
        const parts = key.split(keySeparator);
        this.#fire(trigger, Object.fromEntries(by.map((field, i) => [field.source, parts[i] ?? ""])), values, at, signals, undefined, undefined);
      } catch {
        trigger.errors += 1;
      }
    }
    for (const counter of trigger.counters) counter.window.sweep(at - 1);
  }

  #fire(
    trigger: Running,
    fields: Record<string, string>,
    values: Record<string, number>,
    at: number,
    signals: Signal[],
    endpointId: string | undefined,
    actor: Signal["actor"],
  ): void {
    const { definition, quietMs } = trigger.compiled;
    const key = Object.values(fields).join(keySeparator);
    const quietUntil = trigger.quiet.get(key);
    if (quietUntil !== undefined && at < quietUntil) return;
    trigger.quiet.delete(key);
    if (trigger.quiet.size >= quietKeysMax)
      for (const oldest of trigger.quiet.keys()) {
        trigger.quiet.delete(oldest);
        break;
      }
    trigger.quiet.set(key, at + quietMs);
    const id = `trigger.${definition.id}.${at.toString(36)}.${hash53(key).toString(36)}`;
    signals.push({
      id,
      detector: `trigger.${definition.id}`,
      level: definition.level,
      confidence: confidenceOfARule,
      at,
      endpointId,
      actor,
      evidence: { title: definition.title, when: definition.when, key: Object.values(fields).join(" · "), ...fields, ...values },
    });
  }
}

/** What the host provides. `random` seeds the hash of distinct counts (an attacker must not know it); `re2` allows `re2()` in expressions. */
export interface TriggerPorts {
  readonly random?: (() => number) | undefined;
  readonly re2?: Re2 | undefined;
}

/** A person's rule carries no statistics: when it holds it is as likely right as wrong until triage says more. */
const confidenceOfARule = 0.5;
/** Periods caught up after a gap; older ones have no window left to judge. */
export const ticksMax = 1_000;
/** Keys a trigger remembers as told; beyond it the longest told may be told again. */
export const quietKeysMax = 10_000;
/** ASCII unit separator. */
const keySeparator = "\u001f";

interface Running {
  readonly compiled: CompiledTrigger;
  readonly counters: readonly RunningCounter[];
  readonly quiet: Map<string, number>;
  nextTick: number | undefined;
  errors: number;
}

interface RunningCounter {
  readonly compiled: CompiledCounter;
  readonly window: Counting;
  key: string;
}

/** The part of every window the triggers use, whatever it accumulates. */
interface Counting {
  add(key: string, at: number, value: number): void;
  value(key: string, at: number): number;
  keys(): IterableIterator<string>;
  sweep(at: number): void;
}

function runningOf(compiled: CompiledTrigger): Running {
  const counters = compiled.counters.map((counter) => ({ compiled: counter, window: windowOf(counter), key: "" }));
  return { compiled, counters, quiet: new Map(), nextTick: undefined, errors: 0 };
}

function windowOf(counter: CompiledCounter): Counting {
  switch (counter.kind) {
    case "count":
    case "sum":
      return new TumblingWindow({ overMs: counter.overMs, empty: () => new SumAccumulator() });
    case "ratio":
      return new TumblingWindow({ overMs: counter.overMs, empty: () => new MeanAccumulator() });
    case "distinct":
      return new TumblingWindow({ overMs: counter.overMs, empty: () => new DistinctCounter() });
  }
}

function keyOf(counter: CompiledCounter, context: CelContext): string {
  return counter.by.map((field) => scalarText(field.evaluate(context))).join(keySeparator);
}

function celValues(trigger: Running, values: Readonly<Record<string, number>>): CelContext {
  const context: CelContext = {};
  for (const { compiled } of trigger.counters) {
    const value = values[compiled.name] ?? 0;
    context[compiled.name] = compiled.kind === "count" || compiled.kind === "distinct" ? BigInt(Math.round(value)) : value;
  }
  return context;
}

/** A scalar as part of a key; a separator inside a text cannot make two keys one. */
function scalarText(value: unknown): string {
  if (typeof value === "string") return value.includes(keySeparator) ? value.replaceAll(keySeparator, "\ufffd") : value;
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean" ? String(value) : "";
}
