import type { ArrowFunctionExpression, BindingPattern, Class, Function as FunctionNode, Node, ParamPattern, PropertyKey, Statement } from "oxc-parser";
import { Scope } from "../scope.ts";
import { literal, nothing, oneOf, unknown, type ClassValue, type FunctionValue, type Names, type ObjectValue, type SourceModule, type Value } from "../value.ts";
import { bind, keyOf } from "./bindings.ts";
import { applyValue, callNode } from "./calls.ts";
import { construct, makeClass, memberOf } from "./classes.ts";
import { valueOfExpression } from "./expressions.ts";
import type { Done, Machine, Site, World } from "./machine.ts";
import { runBlock } from "./statements.ts";

/**
 * Runs a program as far as it is static: constants, modules, functions, classes, loops over known lists. Nothing is executed; a value that cannot
 * be told is `unknown`, a branch that cannot be told is walked and what happens in it is `conditional`. Bounded by {@link stepsMax} and {@link depthMax}.
 */
export class Evaluator implements Machine {
  readonly world: World;
  readonly #active: object[] = [];
  readonly called = new Set<object>();
  /** Start of every call that was walked, by file. */
  readonly walked = new Map<string, Set<number>>();
  steps = 0;
  returns: Value[] = [];
  /** Files whose program was left before its end, for the bound on steps. */
  readonly cutShort = new Set<string>();
  #until = stepsEachMax;
  #conditional = 0;

  constructor(world: World) {
    this.world = world;
  }

  /** Runs a module once; within a cycle the half-made exports stand. */
  run(module: SourceModule): void {
    if (module.state !== "new") return;
    module.state = "running";
    const scope = new Scope();
    scope.declare("module", module.cjs);
    scope.declare("exports", module.exports);
    scope.declare("require", { kind: "external", path: "require" });
    scope.declare("__filename", literal(module.path));
    scope.declare("__dirname", literal(module.path.slice(0, module.path.lastIndexOf("/"))));
    scope.declare("this", module.exports);
    const outer = this.#conditional;
    this.#conditional = 0;
    this.within(module, () => void this.block(module.program.body, scope, module));
    this.#conditional = outer;
    module.state = "done";
  }

  /** Runs a part of a program with a budget of steps of its own, so that one file cannot use up what others need. */
  within(module: SourceModule, part: () => void): void {
    const [until, from, conditional, returns, active] = [this.#until, this.steps, this.#conditional, this.returns, this.#active.length];
    this.#until = Math.min(stepsMax, from + stepsEachMax);
    try {
      part();
    } catch (error) {
      // Nested deeper than the stack holds, as generated code can be: this file ends here, the others go on.
      if (!(error instanceof RangeError)) throw error;
      this.cutShort.add(module.file);
      this.#active.length = active;
      this.#conditional = conditional;
      this.returns = returns;
    }
    if (this.spent) this.cutShort.add(module.file);
    this.#until = until + (this.steps - from);
  }

  /** The budget of steps is used up: what is left is not looked at. */
  get spent(): boolean {
    return this.steps > this.#until;
  }

  /** Calls a function of the tree with what is known of its arguments. */
  call(fn: FunctionValue, args: readonly Value[], self?: Value): Value {
    this.called.add(fn.node);
    if (this.#active.length >= depthMax || this.spent || this.#active.filter((one) => one === fn.node).length > 1) return unknown("a call nested too deeply");
    if (fn.node.body === null || fn.node.body === undefined) return unknown("a function without a body");
    const scope = new Scope(fn.scope, this.#conditional);
    const me = fn.self ?? self;
    if (fn.node.type !== "ArrowFunctionExpression") scope.declare("this", me ?? unknown("`this` of a plain call"));
    if (fn.node.type === "FunctionExpression" && fn.node.id !== null) scope.declare(fn.node.id.name, fn);
    this.#active.push(fn.node);
    try {
      fn.node.params.forEach((param, i) => this.#bindParam(param, args, i, scope, fn.module));
      if (fn.node.body.type !== "BlockStatement") return this.expr(fn.node.body, scope, fn.module);
      return this.#returned(fn.node.body.body, scope, fn.module);
    } finally {
      this.#active.pop();
    }
  }

  /** Calls whatever can be called among the values, knowing nothing of the arguments: callbacks of something that is not read. */
  callAll(values: readonly Value[], args: readonly Value[] = []): void {
    for (const value of values)
      if (value.kind === "function" && !this.called.has(value.node)) this.call(value, args.length > 0 ? args : value.node.params.map(() => unknown("an argument of a callback")));
  }

  #bindParam(param: ParamPattern | { type: "TSParameterProperty"; parameter: BindingPattern }, args: readonly Value[], i: number, scope: Names, module: SourceModule): void {
    if (param.type === "RestElement") this.bind(param.argument, { kind: "array", items: args.slice(i) }, scope, module);
    else {
      const inner = param.type === "TSParameterProperty" ? param.parameter : param;
      this.bind(inner, args[i] ?? nothing, scope, module);
      if (param.type === "TSParameterProperty") {
        const name = inner.type === "Identifier" ? inner.name : inner.type === "AssignmentPattern" && inner.left.type === "Identifier" ? inner.left.name : undefined;
        const self = scope.get("this");
        if (name !== undefined && self?.kind === "object") self.props.set(name, scope.get(name) ?? nothing);
      }
    }
  }

  #returned(body: readonly Statement[], scope: Names, module: SourceModule): Value {
    const found: Value[] = [];
    const before = this.returns;
    this.returns = found;
    const done = this.block(body, scope, module);
    this.returns = before;
    if (done?.what === "return") found.push(done.value);
    return oneOf(found) ?? nothing;
  }

  maybe<T>(walk: () => T): T {
    this.#conditional++;
    try {
      return walk();
    } finally {
      this.#conditional--;
    }
  }

  get depth(): number {
    return this.#conditional;
  }

  get conditional(): boolean {
    return this.#conditional > 0;
  }

  step(): boolean {
    return ++this.steps <= this.#until;
  }

  expr(node: Node, scope: Names, module: SourceModule): Value {
    return valueOfExpression(this, node, scope, module);
  }

  named(node: Node, scope: Names, module: SourceModule, name: string): Value {
    const value = this.expr(node, scope, module);
    return value.kind === "function" && value.name === "" ? { ...value, name } : value;
  }

  block(body: readonly (Statement | Node)[], scope: Names, module: SourceModule): Done {
    return runBlock(this, body, scope, module);
  }

  bind(pattern: BindingPattern | ParamPattern, value: Value, scope: Names, module: SourceModule): void {
    bind(this, pattern, value, scope, module);
  }

  key(key: PropertyKey, computed: boolean, scope: Names, module: SourceModule): string | undefined {
    return keyOf(this, key, computed, scope, module);
  }

  makeFunction(node: FunctionNode | ArrowFunctionExpression, scope: Names, module: SourceModule, name: string, self?: Value): FunctionValue {
    return { kind: "function", node, scope, module, name, props: new Map(), ...(self === undefined ? {} : { self }) };
  }

  makeClass(node: Class, scope: Names, module: SourceModule): ClassValue {
    return makeClass(this, node, scope, module);
  }

  construct(cls: ClassValue, args: readonly Value[], self: ObjectValue): void {
    construct(this, cls, args, self);
  }

  callNode(node: Extract<Node, { type: "CallExpression" | "NewExpression" }>, scope: Names, module: SourceModule): Value {
    return callNode(this, node, scope, module);
  }

  apply(fn: Value, args: readonly Value[], site: Site, name: string, construct = false): Value {
    return applyValue(this, fn, args, site, name, construct);
  }

  member(target: Value, name: string): Value {
    return memberOf(this, target, name);
  }
}

/** Enough for a million-line tree. */
export const stepsMax = 20_000_000;
/** For one file: a hundred times what a file of routes takes; a program made to loop ends here. */
export const stepsEachMax = 300_000;
/** Nested calls; deeper is recursion. */
export const depthMax = 48;
