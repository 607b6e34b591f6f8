import type { SyntaxNode } from "@lezer/common";
import { Frame } from "../static/frame.ts";
import { childOf, childrenOf } from "../static/syntax.ts";
import { truthOfThing, type Kind, type Names, type SourceText, type Thing } from "../static/thing.ts";
import { oneOf, unknown } from "../value.ts";
import type { PythonMachine } from "./python-machine.ts";
import { itemsOf } from "./python-values.ts";

/** Python's statements, in order. What a block returns is what it surely returns, or else what it may return first. */
export class PythonStatements {
  readonly #e: PythonMachine;
  /** What the function that is run may return in branches that may not be taken. */
  #returns: Thing[] = [];

  constructor(evaluator: PythonMachine) {
    this.#e = evaluator;
  }

  block(nodes: readonly SyntaxNode[], frame: Names, source: SourceText): Thing | undefined {
    const before = this.#returns;
    this.#returns = [];
    const done = this.#all(nodes, frame, source);
    const found = [...this.#returns, ...(done === undefined || done === skipped ? [] : [done])];
    this.#returns = before;
    return oneOf(found);
  }

  #all(nodes: readonly SyntaxNode[], frame: Names, source: SourceText): Thing | undefined {
    for (const node of nodes) {
      if (!this.#e.budget.step()) return undefined;
      const done = this.#one(node, frame, source);
      if (done !== undefined) return done;
    }
    return undefined;
  }

  #body(node: SyntaxNode | undefined, frame: Names, source: SourceText): Thing | undefined {
    return node === undefined ? undefined : this.#all(childrenOf(node), frame, source);
  }

  #perhaps(node: SyntaxNode | undefined, frame: Names, source: SourceText): void {
    const done = this.#e.budget.maybe(() => this.#body(node, frame, source));
    if (done !== undefined && done !== skipped) this.#returns.push(done);
  }

  #one(node: SyntaxNode, frame: Names, source: SourceText): Thing | undefined {
    switch (node.name) {
      case "ExpressionStatement":
        for (const one of childrenOf(node)) this.#e.expr(one, frame, source);
        return undefined;
      case "AssignStatement":
        this.#assignment(node, frame, source);
        return undefined;
      case "UpdateStatement": {
        const [left, operator, right] = childrenOf(node);
        if (left === undefined || operator === undefined || right === undefined) return undefined;
        const value = this.#e.expr(right, frame, source);
        const held = this.#e.expr(left, frame, source);
        if (held.kind === "list" && value.kind === "list") held.items.push(...value.items);
        else this.#assign(left, held.kind === "literal" && value.kind === "literal" ? sumOf(held, value) : unknown("a sum"), frame, source);
        return undefined;
      }
      case "ReturnStatement": {
        const value = childrenOf(node).find((one) => one.name !== "return");
        return value === undefined ? { kind: "literal", value: null } : this.#e.expr(value, frame, source);
      }
      case "RaiseStatement":
      case "ContinueStatement":
      case "BreakStatement":
        return skipped;
      case "FunctionDefinition":
      case "ClassDefinition":
        this.#define(node, [], frame, source);
        return undefined;
      case "DecoratedStatement": {
        const inner = childOf(node, "FunctionDefinition", "ClassDefinition");
        if (inner !== undefined)
          this.#define(
            inner,
            childrenOf(node).filter((one) => one.name === "Decorator"),
            frame,
            source,
          );
        return undefined;
      }
      case "ImportStatement":
        this.#import(node, frame, source);
        return undefined;
      case "IfStatement":
        return this.#if(node, frame, source);
      case "ForStatement":
        return this.#for(node, frame, source);
      case "WhileStatement":
        this.#perhaps(childOf(node, "Body"), frame, source);
        return undefined;
      case "TryStatement": {
        const bodies = childrenOf(node);
        let done: Thing | undefined;
        for (const [i, one] of bodies.entries()) {
          if (one.name !== "Body") continue;
          const first = bodies.findIndex((other) => other.name === "Body") === i;
          const last = bodies.slice(0, i).at(-1)?.name === "finally" || bodies.slice(0, i).at(-1)?.name === "else";
          if (first || last) done ??= this.#body(one, frame, source);
          else this.#perhaps(one, frame, source);
        }
        return done;
      }
      case "WithStatement": {
        const parts = childrenOf(node);
        for (const [i, one] of parts.entries()) {
          if (["with", "as", ",", "Body", "async", "(", ")"].includes(one.name) || parts[i - 1]?.name === "as") continue;
          const value = this.#e.expr(one, frame, source);
          const target = parts[i + 1]?.name === "as" ? parts[i + 2] : undefined;
          if (target !== undefined) this.#assign(target, value, frame, source);
        }
        return this.#body(childOf(node, "Body"), frame, source);
      }
      case "MatchStatement":
        for (const one of childrenOf(childOf(node, "MatchBody") ?? node)) if (one.name === "MatchClause") this.#perhaps(childOf(one, "Body"), frame, source);
        return undefined;
      case "StatementGroup":
        return this.#all(childrenOf(node), frame, source);
      default:
        return undefined;
    }
  }

  #if(node: SyntaxNode, frame: Names, source: SourceText): Thing | undefined {
    const parts = childrenOf(node);
    let open = false;
    for (const [i, one] of parts.entries()) {
      if (one.name !== "Body") continue;
      const test = parts[i - 1];
      const truth = test === undefined || test.name === "else" ? true : truthOfThing(this.#e.expr(test, frame, source));
      if (truth === false) continue;
      if (truth === true && !open) return this.#body(one, frame, source);
      this.#perhaps(one, frame, source);
      if (truth === true) return undefined;
      open = true;
    }
    return undefined;
  }

  #for(node: SyntaxNode, frame: Names, source: SourceText): Thing | undefined {
    const parts = childrenOf(node);
    const at = parts.findIndex((one) => one.name === "in");
    const targets = parts.slice(parts.findIndex((one) => one.name === "for") + 1, at).filter((one) => one.name !== ",");
    const value = parts[at + 1];
    const body = childOf(node, "Body");
    if (value === undefined || body === undefined) return undefined;
    const items = itemsOf(this.#e.expr(value, frame, source));
    if (items === undefined) {
      this.#e.budget.maybe(() => {
        for (const target of targets) this.#assign(target, unknown("an item of a list that is not known"), frame, source);
      });
      this.#perhaps(body, frame, source);
      return undefined;
    }
    for (const item of items.slice(0, loopsMax)) {
      this.#spread(targets, item, frame, source, true);
      const done = this.#body(body, frame, source);
      if (done !== undefined && done !== skipped) return done;
    }
    return undefined;
  }

  #spread(targets: readonly SyntaxNode[], value: Thing, frame: Names, source: SourceText, fresh = false): void {
    const [only] = targets;
    if (targets.length === 1 && only !== undefined) this.#assign(only, value, frame, source, fresh);
    else for (const [i, target] of targets.entries()) this.#assign(target, value.kind === "list" ? (value.items[i] ?? missing) : missing, frame, source, fresh);
  }

  #assignment(node: SyntaxNode, frame: Names, source: SourceText): void {
    const groups: SyntaxNode[][] = [[]];
    for (const one of childrenOf(node)) {
      if (one.name === "AssignOp") groups.push([]);
      else if (one.name !== "," && one.name !== "TypeDef") groups.at(-1)?.push(one);
    }
    const right = groups.pop() ?? [];
    const [only] = right;
    if (only === undefined || groups.length === 0) return;
    const value: Thing = right.length === 1 ? this.#e.expr(only, frame, source) : { kind: "list", items: right.map((one) => this.#e.expr(one, frame, source)) };
    for (const targets of groups) this.#spread(targets, value, frame, source);
  }

  #assign(target: SyntaxNode, value: Thing, frame: Names, source: SourceText, fresh = false): void {
    const depth = this.#e.budget.depth;
    if (target.name === "VariableName") {
      // Each round of a loop gives the name anew: that is no choice.
      if (fresh) frame.names.set(source.text.slice(target.from, target.to), value);
      else frame.declare(source.text.slice(target.from, target.to), value, depth);
    } else if (target.name === "TupleExpression" || target.name === "ParenthesizedExpression" || target.name === "ArrayExpression")
      this.#spread(
        childrenOf(target).filter((one) => !["(", ")", "[", "]", ","].includes(one.name)),
        value,
        frame,
        source,
        fresh,
      );
    else if (target.name === "MemberExpression") {
      const [object, dot, key] = childrenOf(target);
      if (object === undefined || key === undefined) return;
      const holder = this.#e.expr(object, frame, source);
      if (dot?.name === ".") {
        const name = source.text.slice(key.from, key.to);
        if (holder.kind === "instance" || holder.kind === "kind") holder.members.set(name, value);
        else if (holder.kind === "router" && (value.kind === "literal" || value.kind === "unknown" || value.kind === "router" || value.kind === "external"))
          holder.router.props.set(name, value);
      } else if (holder.kind === "table") {
        const name = this.#e.expr(key, frame, source);
        if (name.kind === "literal") holder.entries.set(String(name.value), value);
        else holder.open = true;
      }
    }
  }

  #define(node: SyntaxNode, decorators: readonly SyntaxNode[], frame: Names, source: SourceText): void {
    const name = childOf(node, "VariableName");
    if (name === undefined) return;
    let value: Thing = node.name === "FunctionDefinition" ? this.#e.closure(node, frame, source) : this.#class(node, frame, source);
    for (const decorator of decorators.toReversed()) value = this.#e.decorate(decorator, value, frame, source);
    frame.names.set(source.text.slice(name.from, name.to), value);
  }

  #class(node: SyntaxNode, frame: Names, source: SourceText): Kind {
    const list = childOf(node, "ArgList");
    const name = childOf(node, "VariableName");
    const inner = new Frame(frame, this.#e.budget.depth);
    const kind: Kind = {
      kind: "kind",
      name: name === undefined ? "" : source.text.slice(name.from, name.to),
      node,
      source,
      frame: inner,
      bases: list === undefined ? [] : this.#e.given(list, frame, source).args,
      members: inner.names,
    };
    const body = childOf(node, "Body");
    if (body !== undefined) this.#all(childrenOf(body), inner, source);
    return kind;
  }

  #import(node: SyntaxNode, frame: Names, source: SourceText): void {
    const parts = childrenOf(node);
    const text = (one: SyntaxNode | undefined): string => (one === undefined ? "" : source.text.slice(one.from, one.to));
    const from = parts[0]?.name === "from";
    const at = parts.findIndex((one) => one.name === "import");
    if (from) {
      const before = source.text.slice(parts[0]?.to ?? node.from, parts[at]?.from ?? node.to).replaceAll(/\s|\\/g, "");
      const level = /^\.*/.exec(before)?.[0].length ?? 0;
      const module = this.#e.world.load(before.slice(level), level, source);
      for (const [i, one] of parts.entries()) {
        if (i <= at) continue;
        if (one.name === "*" && module.kind === "table") for (const [name, value] of module.entries) if (!name.startsWith("_")) frame.names.set(name, value);
        if (one.name !== "VariableName" || parts[i - 1]?.name === "as") continue;
        const alias = parts[i + 1]?.name === "as" ? parts[i + 2] : one;
        const found = module.kind === "table" ? (this.#e.world.within(module, text(one)) ?? unknown(`\`${text(one)}\` is not in its module`)) : this.#e.member(module, text(one));
        frame.names.set(text(alias), found);
      }
      return;
    }
    let names: string[] = [];
    for (const [i, one] of parts.entries()) {
      if (i <= at) continue;
      if (one.name === "VariableName" && parts[i - 1]?.name !== "as") names.push(text(one));
      const next = parts[i + 1]?.name;
      if (next !== undefined && next !== "," && next !== "as") continue;
      if (next === "as") {
        frame.names.set(text(parts[i + 2]), this.#e.world.load(names.join("."), 0, source));
        names = [];
      } else if (names.length > 0 && one.name === "VariableName") {
        this.#e.world.load(names.join("."), 0, source);
        frame.names.set(names[0] ?? "", this.#e.world.load(names[0] ?? "", 0, source));
        names = [];
      }
    }
  }
}

function sumOf(left: Thing & { kind: "literal" }, right: Thing & { kind: "literal" }): Thing {
  const value = typeof left.value === "number" && typeof right.value === "number" ? left.value + right.value : `${String(left.value)}${String(right.value)}`;
  const rests = [...(left.rests ?? []), ...(right.rests ?? [])];
  return { kind: "literal", value, ...(rests.length === 0 ? {} : { rests }) };
}

/** The rest of a block is not run: `continue`, `break`, `raise`. */
const skipped: Thing = unknown("what is not run");
const missing = unknown("an item of an unknown list");
/** Rounds of one loop. */
const loopsMax = 5_000;
