import type { ArrowFunctionExpression, BindingPattern, Class, Function as FunctionNode, Node, ParamPattern, PropertyKey, Statement } from "oxc-parser";
import type { Position } from "../position.ts";
import type { ClassValue, FunctionValue, Names, ObjectValue, SourceModule, Value } from "../value.ts";

/** What the parts of the evaluator ask of one another. `evaluator.ts` puts them together; each part stands in a file of its own. */
export interface Machine {
  readonly world: World;
  /** Within a branch that may not be taken. */
  readonly conditional: boolean;
  /** How many undecided branches the walk stands in. */
  readonly depth: number;
  /** What the function that is run may have returned in branches that may not be taken. */
  readonly returns: Value[];
  /** Starts of calls that were walked, by file. */
  readonly walked: Map<string, Set<number>>;
  /** Counts a step; false where the budget is used up. */
  step(): boolean;
  /** Walks a branch that may not be taken: what it returns is one of the answers, and the walk goes on after it. */
  maybe<T>(walk: () => T): T;
  expr(node: Node, scope: Names, module: SourceModule): Value;
  /** A function or class that is given a name by where it is put. */
  named(node: Node, scope: Names, module: SourceModule, name: string): Value;
  block(body: readonly (Statement | Node)[], scope: Names, module: SourceModule): Done;
  bind(pattern: BindingPattern | ParamPattern, value: Value, scope: Names, module: SourceModule): void;
  key(key: PropertyKey, computed: boolean, scope: Names, module: SourceModule): string | undefined;
  makeFunction(node: FunctionNode | ArrowFunctionExpression, scope: Names, module: SourceModule, name: string, self?: Value): FunctionValue;
  makeClass(node: Class, scope: Names, module: SourceModule): ClassValue;
  construct(cls: ClassValue, args: readonly Value[], self: ObjectValue): void;
  callNode(node: Extract<Node, { type: "CallExpression" | "NewExpression" }>, scope: Names, module: SourceModule): Value;
  call(fn: FunctionValue, args: readonly Value[], self?: Value): Value;
  callAll(values: readonly Value[], args?: readonly Value[]): void;
  apply(fn: Value, args: readonly Value[], site: Site, name: string, construct?: boolean): Value;
  /** A member of a value, methods of classes included. */
  member(target: Value, name: string): Value;
}

/** How a statement ended. */
export type Done = { readonly what: "return"; readonly value: Value } | { readonly what: "skip" } | undefined;

/** A call as a framework sees it. */
export interface Site {
  readonly at: Position;
  readonly conditional: boolean;
  /** Names of the arguments as written, one each. */
  readonly names: readonly string[];
  readonly module: SourceModule;
}

/** What the evaluator asks of others: modules of the tree, and what frameworks make of calls. */
export interface World {
  /** The value a specifier stands for: a module's exports, or something external. */
  load(specifier: string, from: SourceModule): Value;
  /** A call or construction of something external; undefined where nobody knows it. */
  callExternal(path: string, args: readonly Value[], site: Site, machine: Machine): Value | undefined;
  /** A method of a router or of a route. */
  callRouter(target: Value, name: string, args: readonly Value[], site: Site, machine: Machine): Value;
  /** A call on something not known that reads like a route. */
  unknownCall(name: string, why: string, args: readonly Value[], site: Site): void;
}

/** Rounds of one loop: longer lists than any table of routes. */
export const loopsMax = 5_000;
