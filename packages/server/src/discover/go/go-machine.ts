import type { SyntaxNode } from "@lezer/common";
import type { Position } from "../position.ts";
import type { Budget } from "../static/budget.ts";
import type { Closure, Instance, Kind, Names, SourceText, Thing } from "../static/thing.ts";
import { literal, unknown } from "../value.ts";

/** Where a call stands, and how its arguments were written. */
export interface GoSite {
  readonly at: Position;
  readonly conditional: boolean;
  readonly written: readonly string[];
}

/** What the evaluator asks of others. */
export interface GoWorld {
  callExternal(path: string, args: readonly Thing[], site: GoSite): Thing | undefined;
  callRouter(target: Thing, name: string, args: readonly Thing[], site: GoSite): Thing;
  /** A value of a package's type whose making is not in sight: a router handed in. */
  valueOfType(path: string, at: Position): Thing | undefined;
  unknownCall(callee: string, why: string, args: readonly Thing[], site: GoSite): void;
}

/** What the parts of the evaluator ask of one another; `go-evaluator.ts` puts them together. */
export interface GoMachine {
  readonly world: GoWorld;
  readonly budget: Budget;
  expr(node: SyntaxNode, frame: Names, source: SourceText): Thing;
  site(node: SyntaxNode, source: SourceText, written: readonly string[]): GoSite;
  apply(target: Thing, args: readonly Thing[], site: GoSite, name: string): Thing;
  call(fn: Closure, args: readonly Thing[]): Thing;
  member(target: Thing, name: string): Thing;
  ofType(type: SyntaxNode | undefined, frame: Names, source: SourceText): Thing;
  instance(of: Kind): Instance;
}

/** A name of a package; constants and variables are evaluated when they are first asked for. */
export function forced(names: Map<string, Thing>, name: string): Thing | undefined {
  const value = names.get(name);
  if (value?.kind !== "made" || value.what !== "late") return value;
  names.set(name, unknown(`\`${name}\` is made of itself`));
  const made = value.apply?.([], []) ?? literal(null);
  names.set(name, made);
  return made;
}
