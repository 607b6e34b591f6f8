import type { SyntaxNode } from "@lezer/common";
import { unknown, type RouterModel, type Value } from "../value.ts";

/** One source file of a language that is read by a Lezer grammar. */
export interface SourceText {
  /** Relative to the tree, with `/`. */
  readonly file: string;
  readonly text: string;
  readonly top: SyntaxNode;
}

/** What is known of a value of a Python or Go program without running it. */
export type Thing =
  | Extract<Value, { kind: "literal" | "unknown" | "router" | "external" }>
  | List
  | Table
  | Closure
  | Kind
  | Instance
  | { readonly kind: "bound"; readonly target: Thing; readonly name: string }
  /** What stands for a call with some of its meaning given: a route's decorator, a router behind checks or under a prefix. */
  | Made;

/** Names of a function or block, from the innermost outwards; `static/frame.ts` makes them. */
export interface Names {
  readonly names: Map<string, Thing>;
  readonly outer: Names | undefined;
  readonly depth: number;
  get(name: string): Thing | undefined;
  declare(name: string, value: Thing, depth?: number): void;
  assign(name: string, value: Thing, depth: number): boolean;
}

export interface List {
  readonly kind: "list";
  readonly items: Thing[];
}

/** A dictionary, a map, a module's names. What is not in it is unknown where it is `open`. */
export interface Table {
  readonly kind: "table";
  readonly entries: Map<string, Thing>;
  open: boolean;
}

export interface Closure {
  readonly kind: "closure";
  readonly node: SyntaxNode;
  readonly frame: Names;
  readonly source: SourceText;
  readonly name: string;
  readonly self?: Thing;
  /** Names of what wraps it: decorators above it, read as what runs before it. */
  readonly guards?: readonly string[];
}

/** A class or a named type. */
export interface Kind {
  readonly kind: "kind";
  readonly name: string;
  readonly node: SyntaxNode;
  readonly source: SourceText;
  readonly frame: Names;
  readonly bases: readonly Thing[];
  readonly members: Map<string, Thing>;
}

export interface Instance {
  readonly kind: "instance";
  readonly of: Kind;
  readonly members: Map<string, Thing>;
}

export interface Made {
  readonly kind: "made";
  readonly what: string;
  readonly router?: RouterModel;
  readonly value?: Thing;
  readonly path?: Thing;
  readonly names?: readonly string[];
  readonly apply?: (args: readonly Thing[], names: readonly string[]) => Thing;
}

/** A path as the collector takes it: text, or the reason why it is not known. */
export function pathOf(thing: Thing | undefined): Value {
  if (thing === undefined) return unknown("no path is given");
  if (thing.kind === "literal") return typeof thing.value === "string" ? thing : unknown("the path is no text");
  if (thing.kind === "unknown") return thing;
  if (thing.kind === "list") return { kind: "array", items: thing.items.map(pathOf) };
  return unknown(thing.kind === "external" ? `\`${thing.path}\` is not in the tree` : "the path is not static");
}

/** Text, where it is known. */
export function textOfThing(thing: Thing | undefined): string | undefined {
  return thing?.kind === "literal" && typeof thing.value === "string" ? thing.value : undefined;
}

export function table(entries: Iterable<readonly [string, Thing]> = [], open = false): Table {
  return { kind: "table", entries: new Map(entries), open };
}

/** True, false, or undefined where it cannot be told. */
export function truthOfThing(thing: Thing): boolean | undefined {
  if (thing.kind === "literal") return thing.rests === undefined ? Boolean(thing.value) : undefined;
  if (thing.kind === "list") return thing.items.length > 0;
  if (thing.kind === "table") return thing.open ? undefined : thing.entries.size > 0;
  return thing.kind === "unknown" || thing.kind === "external" || thing.kind === "made" ? undefined : true;
}
