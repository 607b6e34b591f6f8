import type { SyntaxNode } from "@lezer/common";
import { Frame } from "../static/frame.ts";
import { childOf, childrenOf } from "../static/syntax.ts";
import { truthOfThing, type Names, type SourceText, type Thing } from "../static/thing.ts";
import { literal, oneOf, restingOn, unknown } from "../value.ts";
import type { GoMachine } from "./go-machine.ts";
import { specsOf } from "./go-packages.ts";
import { wordAt } from "./go-types.ts";

/** Go's statements, in order. */
export class GoStatements {
  readonly #e: GoMachine;
  #returns: Thing[] = [];

  constructor(evaluator: GoMachine) {
    this.#e = evaluator;
  }

  /** What a function returns: what it surely returns, or else what it may return and that says most. */
  body(nodes: readonly SyntaxNode[], frame: Names, source: SourceText): Thing {
    const before = this.#returns;
    this.#returns = [];
    const done = this.#all(nodes, frame, source);
    const found = [...this.#returns, ...(done === undefined || done === skipped ? [] : [done])];
    this.#returns = before;
    // `return nil, err` tells less than `return server, nil`.
    const empty = (one: Thing): boolean => one.kind === "list" && one.items[0]?.kind === "literal" && one.items[0].value === null;
    const full = found.filter((one) => !empty(one));
    return oneOf(full.length > 0 ? full : found) ?? literal(null);
  }

  #all(nodes: readonly SyntaxNode[], frame: Names, source: SourceText): Thing | undefined {
    for (const node of nodes) {
      if (!this.#e.budget.step()) return undefined;
      const done = this.#one(node, frame, source);
      if (done !== undefined) return done;
    }
    return undefined;
  }

  #block(node: SyntaxNode | undefined, frame: Names, source: SourceText): Thing | undefined {
    return node === undefined ? undefined : this.#all(childrenOf(node), new Frame(frame, this.#e.budget.depth), source);
  }

  #perhaps(walk: () => Thing | undefined): void {
    const done = this.#e.budget.maybe(walk);
    if (done !== undefined && done !== skipped) this.#returns.push(done);
  }

  #one(node: SyntaxNode, frame: Names, source: SourceText): Thing | undefined {
    switch (node.name) {
      case "ExprStatement":
      case "DeferStatement":
      case "GoStatement":
        for (const one of childrenOf(node)) if (one.name === "CallExpr") this.#callOf(one, frame, source);
        return undefined;
      case "VarDecl":
      case "ConstDecl": {
        const specs = specsOf(node, node.name === "VarDecl" ? "VarSpec" : "ConstSpec");
        for (const one of specs.length > 0 ? specs : [node]) this.#declare(one, frame, source);
        return undefined;
      }
      case "Assignment":
        this.#assignment(node, frame, source);
        return undefined;
      case "IncDecStatement": {
        const [name, operator] = childrenOf(node);
        if (name === undefined || operator === undefined) return undefined;
        const value = this.#e.expr(name, frame, source);
        this.#assign(name, value.kind === "literal" ? literal(Number(value.value) + (wordAt(operator, source) === "++" ? 1 : -1)) : unknown("a counter"), frame, source);
        return undefined;
      }
      case "ReturnStatement": {
        const values = childrenOf(node)
          .filter((one) => one.name !== "return" && one.name !== ",")
          .map((one) => this.#e.expr(one, frame, source));
        return values.length === 1 ? values[0] : values.length === 0 ? literal(null) : { kind: "list", items: values };
      }
      case "ContinueStatement":
      case "BreakStatement":
      case "GotoStatement":
        return skipped;
      case "Block":
        return this.#block(node, frame, source);
      case "LabeledStatement": {
        const inner = node.lastChild;
        return inner === null ? undefined : this.#one(inner, frame, source);
      }
      case "IfStatement":
        return this.#if(node, frame, source);
      case "ForStatement":
        return this.#for(node, frame, source);
      case "SwitchStatement":
      case "TypeSwitchStatement":
      case "SelectStatement": {
        const block = childOf(node, "SwitchBlock", "SelectBlock", "Block");
        const inner = new Frame(frame, this.#e.budget.depth);
        const chosen = block === undefined || node.name !== "SwitchStatement" ? undefined : this.#chosen(node, block, inner, source);
        if (chosen !== undefined) {
          const done = this.#all(chosen, inner, source);
          return done === skipped ? undefined : done;
        }
        if (block !== undefined) for (const one of childrenOf(block)) this.#perhaps(() => this.#one(one, inner, source));
        return undefined;
      }
      default:
        return undefined;
    }
  }

  /** `go func() {…}()`, `serve()`: for what it does. */
  #callOf(node: SyntaxNode, frame: Names, source: SourceText): void {
    this.#e.expr(node, frame, source);
  }

  #if(node: SyntaxNode, outer: Names, source: SourceText): Thing | undefined {
    const frame = new Frame(outer, this.#e.budget.depth);
    const nodes = childrenOf(node);
    const then = nodes.findIndex((one) => one.name === "Block");
    const otherwise = nodes.findIndex((one) => one.name === "else") < 0 ? undefined : nodes.at(-1);
    for (const one of nodes.slice(1, then)) if (one.name === "VarDecl" || one.name === "Assignment") this.#one(one, frame, source);
    const test = nodes[then - 1];
    const truth = test === undefined || test.name === ";" ? undefined : truthOfThing(this.#e.expr(test, frame, source));
    if (truth === true) return this.#block(nodes[then], frame, source);
    if (truth === false) return otherwise === undefined ? undefined : this.#one(otherwise, frame, source);
    this.#perhaps(() => this.#block(nodes[then], frame, source));
    if (otherwise !== undefined) this.#perhaps(() => this.#one(otherwise, frame, source));
    return undefined;
  }

  /** The statements of the case that is taken, where that can be told. */
  #chosen(node: SyntaxNode, block: SyntaxNode, frame: Names, source: SourceText): SyntaxNode[] | undefined {
    const tag = block.prevSibling;
    if (tag === null || tag.name === "switch" || tag.from <= node.from) return undefined;
    const value = this.#e.expr(tag, frame, source);
    if (value.kind !== "literal" || value.rests !== undefined) return undefined;
    const cases: { readonly tests: readonly SyntaxNode[]; readonly body: SyntaxNode[] }[] = [];
    for (const one of childrenOf(block))
      if (one.name === "Case") cases.push({ tests: childrenOf(one).filter((part) => !["case", "default", ",", ":"].includes(part.name)), body: [] });
      else if (one.name !== "{" && one.name !== "}") cases.at(-1)?.body.push(one);
    for (const one of cases)
      for (const test of one.tests) {
        const held = this.#e.expr(test, frame, source);
        if (held.kind !== "literal") return undefined;
        if (held.value === value.value) return one.body;
      }
    return cases.find((one) => one.tests.length === 0)?.body ?? [];
  }

  #for(node: SyntaxNode, outer: Names, source: SourceText): Thing | undefined {
    const body = childOf(node, "Block");
    const range = childOf(node, "RangeClause");
    const over = range?.lastChild;
    if (range === undefined || over === null || over === undefined) {
      const frame = new Frame(outer, this.#e.budget.depth);
      this.#perhaps(() => this.#block(body, frame, source));
      return undefined;
    }
    const targets = childrenOf(range).filter((one) => (one.name === "DefName" || one.name === "VariableName") && one.from < over.from);
    const value = this.#e.expr(over, outer, source);
    const pairs: readonly (readonly [Thing, Thing])[] | undefined =
      value.kind === "list"
        ? value.items.map((one, i) => [literal(i), one] as const)
        : value.kind === "table" && !value.open
          ? [...value.entries].map(([key, one]) => [literal(key), one] as const)
          : undefined;
    const round = (pair: readonly [Thing, Thing]): Thing | undefined => {
      const frame = new Frame(outer, this.#e.budget.depth);
      for (const [i, target] of targets.entries()) frame.names.set(wordAt(target, source), pair[i] ?? missing);
      return this.#block(body, frame, source);
    };
    if (pairs === undefined) {
      this.#perhaps(() => round([missing, missing]));
      return undefined;
    }
    for (const pair of pairs.slice(0, loopsMax)) {
      const done = round(pair);
      if (done !== undefined && done !== skipped) return done;
    }
    return undefined;
  }

  #declare(node: SyntaxNode, frame: Names, source: SourceText): void {
    const nodes = childrenOf(node).filter((one) => one.name !== "," && one.name !== "var");
    const at = nodes.findIndex((one) => one.name === "=" || one.name === ":=");
    const names = nodes.slice(0, at < 0 ? nodes.length : at).filter((one) => one.name === "DefName" || one.name === "VariableName");
    if (at < 0) {
      const type = nodes.at(-1);
      for (const one of names) frame.names.set(wordAt(one, source), this.#e.ofType(type, frame, source));
      return;
    }
    this.#spread(names, nodes.slice(at + 1), frame, source, true);
  }

  #assignment(node: SyntaxNode, frame: Names, source: SourceText): void {
    const nodes = childrenOf(node).filter((one) => one.name !== ",");
    const at = nodes.findIndex((one) => /^(?:=|\S*=)$/.test(wordAt(one, source)) && one.firstChild === null);
    const [target] = nodes;
    const value = nodes[at + 1];
    if (at < 0 || target === undefined || value === undefined) return;
    const operator = nodes[at];
    if (operator !== undefined && wordAt(operator, source) === "+=") {
      const [before, more] = [this.#e.expr(target, frame, source), this.#e.expr(value, frame, source)];
      const sum = before.kind === "literal" && more.kind === "literal" ? restingOn(literal(`${String(before.value)}${String(more.value)}`), [before, more]) : unknown("a sum");
      this.#assign(target, sum, frame, source);
    } else this.#spread(nodes.slice(0, at), nodes.slice(at + 1), frame, source, false);
  }

  #spread(targets: readonly SyntaxNode[], values: readonly SyntaxNode[], frame: Names, source: SourceText, fresh: boolean): void {
    const made = values.map((one) => this.#e.expr(one, frame, source));
    const [only] = made;
    const all = targets.length > 1 && made.length === 1 && only !== undefined ? (only.kind === "list" ? only.items : [only]) : made;
    for (const [i, target] of targets.entries()) {
      const value = all[i] ?? missing;
      if (fresh && !(targets.length > 1 && frame.names.has(wordAt(target, source)))) frame.names.set(wordAt(target, source), value);
      else this.#assign(target, value, frame, source);
    }
  }

  #assign(target: SyntaxNode, value: Thing, frame: Names, source: SourceText): void {
    if (target.name === "VariableName" || target.name === "DefName") {
      frame.assign(wordAt(target, source), value, this.#e.budget.depth);
      return;
    }
    const [object, , key] = childrenOf(target);
    if (object === undefined || key === undefined) return;
    const holder = this.#e.expr(object, frame, source);
    if (target.name === "SelectorExpr" && holder.kind === "instance") holder.members.set(wordAt(key, source), value);
    if (target.name === "IndexExpr" && holder.kind === "table") {
      const name = this.#e.expr(key, frame, source);
      if (name.kind === "literal") holder.entries.set(String(name.value), value);
      else holder.open = true;
    }
  }
}

/** The rest of a block is not run: `continue`, `break`. */
const skipped: Thing = unknown("what is not run");
const missing = unknown("an item of a list that is not known");
/** Rounds of one loop. */
const loopsMax = 5_000;
