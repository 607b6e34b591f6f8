import { PosternError } from "../../errors.ts";
import { compileCel, counterNameFree } from "./cel.ts";
import type { CelContext, Re2 } from "./cel.ts";
import { parseDuration } from "./duration.ts";
import { countersMax } from "./trigger-definition.ts";
import type { CounterDefinition, TriggerDefinition, TriggerProblem } from "./trigger-definition.ts";

/**
 * Compiles a trigger, or throws TRIGGER_INVALID with every problem, the first shown with a caret under its position.
 * To get the problems as values use {@link checkTrigger}.
 */
export function compileTrigger(definition: TriggerDefinition, re2?: Re2): CompiledTrigger {
  const { compiled, problems } = attempt(definition, re2);
  const first = problems[0];
  if (first === undefined) return compiled;
  const source = sourceAt(definition, first.path);
  const caret = source === undefined || source.includes("\n") ? "" : `\n  ${source}\n  ${" ".repeat(first.column - 1)}^`;
  const more =
    problems.length > 1
      ? `\n(and ${problems.length - 1} more: ${problems
          .slice(1)
          .map((problem) => problem.path.join("."))
          .join(", ")})`
      : "";
  throw new PosternError("TRIGGER_INVALID", `trigger ${definition.id}: ${first.path.join(".")}:${first.column}: ${first.message}${caret}${more}`);
}

/** Every problem of a trigger; empty when it compiles. */
export function checkTrigger(definition: TriggerDefinition, re2?: Re2): readonly TriggerProblem[] {
  return attempt(definition, re2).problems;
}

/** A trigger ready to run. Evaluators throw only on arithmetic such as division by zero. */
export interface CompiledTrigger {
  readonly definition: TriggerDefinition;
  readonly counters: readonly CompiledCounter[];
  readonly when: (context: CelContext) => unknown;
  readonly everyMs: number | undefined;
  readonly quietMs: number;
}

export interface CompiledCounter {
  readonly name: string;
  readonly kind: CounterKind;
  /** `undefined` for `distinct: subjects`. */
  readonly value: ((context: CelContext) => unknown) | undefined;
  readonly where: ((context: CelContext) => unknown) | undefined;
  readonly by: readonly { readonly source: string; readonly evaluate: (context: CelContext) => unknown }[];
  readonly overMs: number;
}

export type CounterKind = "count" | "distinct" | "sum" | "ratio";
export const quietDefaultMs = 3_600_000;

const scalarTypes = ["string", "int", "double", "bool", "uint"];
const kinds: readonly CounterKind[] = ["count", "distinct", "sum", "ratio"];

function attempt(definition: TriggerDefinition, re2: Re2 | undefined): { compiled: CompiledTrigger; problems: TriggerProblem[] } {
  const problems: TriggerProblem[] = [];
  const wrong = (path: readonly string[], message: string, offset = 0): undefined => void problems.push({ path, column: offset + 1, message });
  const none: ReadonlyMap<string, "int" | "double"> = new Map();
  const compile = (path: readonly string[], source: string, types: readonly string[], facts: boolean, counters = none) => {
    const result = compileCel(source, { types, facts, counters, re2 });
    if (result.ok) return result.evaluate;
    wrong(path, result.message, result.offset);
    return () => undefined;
  };
  const duration = (path: readonly string[], text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    const ms = parseDuration(text);
    return ms ?? wrong(path, `expected a duration such as 90s, 10m, 24h or 30d (at most 400d), got ${JSON.stringify(text.slice(0, 40))}`);
  };

  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(definition.id)) wrong(["id"], "expected 1 to 64 of a-z, 0-9, '.', '-', '_', starting with a letter or digit");
  const entries = Object.entries(definition.let ?? {});
  if (entries.length > countersMax) wrong(["let"], `at most ${countersMax} counters`);
  const types = new Map<string, "int" | "double">();
  const counters: CompiledCounter[] = [];
  for (const [name, counter] of entries.slice(0, countersMax)) {
    const path = ["let", name];
    if (!counterNameFree(name)) {
      wrong(path, "a counter's name is 1 to 32 letters, digits or '_', and neither a fact nor a word of CEL");
      continue;
    }
    const given = kinds.filter((kind) => counter[kind] !== undefined);
    const kind = given[0] ?? "count";
    if (given.length !== 1) wrong(path, "give exactly one of count, distinct, sum, ratio");
    types.set(name, kind === "sum" || kind === "ratio" ? "double" : "int");
    const source = counter[kind] ?? "true";
    const overMs = duration([...path, "over"], counter.over) ?? 60_000;
    counters.push({
      name,
      kind,
      overMs,
      value: kind === "distinct" && source.trim() === "subjects" ? undefined : compile([...path, kind], source, resultOf(kind), true),
      where: counter.where === undefined ? undefined : compile([...path, "where"], counter.where, ["bool"], true),
      by: (counter.by ?? []).map((field, i) => ({ source: field, evaluate: compile([...path, "by", String(i)], field, scalarTypes, true) })),
    });
  }
  const everyMs = duration(["every"], definition.every);
  if (everyMs !== undefined && everyMs < everyMinMs) wrong(["every"], "at least 1s");
  if (definition.every !== undefined && new Set(counters.map((counter) => JSON.stringify(counter.by.map((field) => field.source)))).size > 1) {
    wrong(["every"], "with every, all counters need the same by: there is no exchange to take another key from");
  }
  if (definition.every !== undefined && counters.length === 0) wrong(["every"], "with every, declare at least one counter in let");
  const compiled: CompiledTrigger = {
    definition,
    counters,
    when: compile(["when"], definition.when, ["bool"], definition.every === undefined, types),
    everyMs,
    quietMs: duration(["quiet"], definition.quiet) ?? quietDefaultMs,
  };
  return { compiled, problems };
}

/** Judging thousands of keys more often than this is load, not vigilance. */
const everyMinMs = 1_000;

function resultOf(kind: CounterKind): readonly string[] {
  switch (kind) {
    case "count":
    case "ratio":
      return ["bool"];
    case "sum":
      return ["int", "double"];
    case "distinct":
      return scalarTypes;
  }
}

function sourceAt(definition: TriggerDefinition, path: readonly string[]): string | undefined {
  const [head, name, field, index] = path;
  if (head === "when") return definition.when;
  if (head !== "let" || name === undefined || field === undefined) return undefined;
  const counter: CounterDefinition | undefined = definition.let?.[name];
  if (counter === undefined) return undefined;
  if (field === "by") return counter.by?.[Number(index)];
  return field === "count" || field === "distinct" || field === "sum" || field === "ratio" || field === "where" ? counter[field] : undefined;
}
