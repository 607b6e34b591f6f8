import { Environment } from "@marcbachmann/cel-js";
import type { ASTNode } from "@marcbachmann/cel-js";
import { triggerFactCatalogue } from "./trigger-fact-catalogue.ts";
import type { TriggerFacts } from "./trigger-facts.ts";

/**
 * Compiles one CEL expression over the facts of an exchange and the named counters, type-checked now, so that a mistake is
 * found when the configuration is loaded and not on the day it should have fired. Refused: `matches` (its regular expressions
 * backtrack, one line could stall the process; use `re2()` where the host provides it), macros nested deeper than
 * {@link macroDepthMax}, more than {@link astNodesMax} nodes, results of another type than asked for.
 */
export function compileCel(source: string, options: CelOptions): CelResult {
  if (source.length > celCharactersMax) return refuse(celCharactersMax, `longer than ${celCharactersMax} characters`);
  const environment = environmentOf(options);
  try {
    const parsed = environment.parse(source);
    const refused = walk(parsed.ast, 0, options.re2 !== undefined);
    if (refused !== undefined) return refused;
    const checked = parsed.check();
    if (!checked.valid) return refuse(checked.error?.range?.start ?? 0, firstLine(checked.error?.message ?? "does not type-check"));
    const type = checked.type ?? "dyn";
    if (!options.types.includes(type)) return refuse(parsed.ast.start, `must be ${options.types.join(" or ")}, this is ${type}`);
    return { ok: true, evaluate: (context) => parsed(context) };
  } catch (error) {
    return refuse(startOf(error), firstLine(error instanceof Error ? error.message : String(error)));
  }
}

export interface CelOptions {
  /** Result types allowed, in CEL's words. */
  readonly types: readonly string[];
  /** Facts of an exchange may be used. */
  readonly facts: boolean;
  /** Counters that may be used, by name: `int` or `double`. */
  readonly counters: ReadonlyMap<string, "int" | "double">;
  readonly re2: Re2 | undefined;
}

/** A regular-expression search in time linear in the text. Throws or returns false on a pattern it does not understand. */
export type Re2 = (text: string, pattern: string) => boolean;

export type CelResult = { readonly ok: true; readonly evaluate: (context: CelContext) => unknown } | CelRefusal;
export interface CelRefusal {
  readonly ok: false;
  /** 0-based offset within the source. */
  readonly offset: number;
  readonly message: string;
}
export type CelContext = Record<string, unknown>;

/** An expression of this length is a programme. */
export const celCharactersMax = 2_048;
/** CEL has no loops but macros; nodes bound one evaluation to some microseconds. */
export const astNodesMax = 256;
/** Two nested macros over the longest literal list: 1,024 steps. */
export const macroDepthMax = 2;
const listElementsMax = 32;

/** Facts as CEL wants them: whole numbers as bigint. */
export function celFacts(facts: TriggerFacts): CelContext {
  return {
    ...facts,
    subjects: undefined,
    status: BigInt(Math.trunc(facts.status)),
    subject: { ...facts.subject, count: BigInt(facts.subject.count) },
    requestBytes: BigInt(Math.trunc(facts.requestBytes)),
    responseBytes: BigInt(Math.trunc(facts.responseBytes)),
  };
}

/** True when a counter may bear this name: 1 to 32 letters, digits or `_`, neither a fact nor a word of CEL. */
export function counterNameFree(name: string): boolean {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,31}$/.test(name) || name === "subjects") return false;
  try {
    environmentOf({ types: [], facts: true, counters: new Map([[name, "int"]]), re2: undefined }).parse(name);
    return true;
  } catch {
    return false;
  }
}

function environmentOf(options: CelOptions): Environment {
  const environment = new Environment({
    limits: { maxAstNodes: astNodesMax, maxDepth: 32, maxListElements: listElementsMax, maxMapEntries: 8, maxCallArguments: 8 },
  });
  if (options.facts) {
    const schemas = new Map<string, Record<string, string>>();
    for (const { name, type } of triggerFactCatalogue) {
      const [group = "", field] = name.split(".");
      if (field === undefined) environment.registerVariable(group, type);
      else schemas.set(group, { ...schemas.get(group), [field]: type });
    }
    for (const [group, schema] of schemas) environment.registerVariable(group, { schema });
  }
  for (const [name, type] of options.counters) environment.registerVariable(name, type);
  const re2 = options.re2;
  if (re2 !== undefined) environment.registerFunction("string.re2(string): bool", (text: string, pattern: string) => re2(text, pattern));
  return environment;
}

const macros: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "map", "filter", "bind"]);

function walk(node: ASTNode, macroDepth: number, hasRe2: boolean): CelRefusal | undefined {
  let depth = macroDepth;
  if (node.op === "call" || node.op === "rcall") {
    const name = node.args[0];
    if (name === "matches")
      return refuse(
        node.start,
        hasRe2 ? "matches() may run for minutes on a crafted text; use re2()" : "matches() may run for minutes on a crafted text; use startsWith, endsWith or contains",
      );
    if (macros.has(name)) depth += 1;
    if (depth > macroDepthMax) return refuse(node.start, `macros nested deeper than ${macroDepthMax}`);
  }
  for (const child of childrenOf(node.args)) {
    const refused = walk(child, depth, hasRe2);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function* childrenOf(args: unknown): Iterable<ASTNode> {
  if (Array.isArray(args)) for (const item of args) yield* childrenOf(item);
  else if (isNode(args)) yield args;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}

function startOf(error: unknown): number {
  if (typeof error !== "object" || error === null || !("range" in error)) return 0;
  const range = error.range;
  return typeof range === "object" && range !== null && "start" in range && typeof range.start === "number" ? range.start : 0;
}

function refuse(offset: number, message: string): CelRefusal {
  return { ok: false, offset, message };
}

function firstLine(message: string): string {
  return (message.split("\n", 1)[0] ?? "").trim();
}
