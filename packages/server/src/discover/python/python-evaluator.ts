import type { SyntaxNode } from "@lezer/common";
import { positionAt } from "../position.ts";
import { Budget } from "../static/budget.ts";
import { Frame } from "../static/frame.ts";
import { childOf, childrenOf } from "../static/syntax.ts";
import type { Closure, Instance, Kind, Names, SourceText, Thing } from "../static/thing.ts";
import { byDefault, callerUnknown, literal, unknown, type RouterModel } from "../value.ts";
import { nameOfPython, type Given, type PythonSite } from "./python-calls.ts";
import type { PythonMachine, PythonWorld } from "./python-machine.ts";
import { PythonExpressions } from "./python-expressions.ts";
import { PythonStatements } from "./python-statements.ts";

/**
 * Runs a Python program as far as it is static, as the evaluator of JavaScript does: nothing is executed, what cannot be told is `unknown`, a branch
 * that cannot be told is walked and what happens in it is `conditional`. Not read: metaclasses, generators, comprehensions over anything but known
 * lists, names put in place by `setattr` or `globals()`.
 */
export class PythonEvaluator implements PythonMachine {
  readonly world: PythonWorld;
  readonly budget = new Budget();
  readonly called = new Set<SyntaxNode>();
  /** Apps of a class of the tree: `class Site(Flask)`. */
  readonly #classes = new WeakMap<RouterModel, Kind>();
  readonly #expressions: PythonExpressions;
  readonly #statements: PythonStatements;

  constructor(world: PythonWorld) {
    this.world = world;
    this.#expressions = new PythonExpressions(this);
    this.#statements = new PythonStatements(this);
  }

  run(source: SourceText, frame: Names): void {
    this.budget.within(source.file, () => void this.block(childrenOf(source.top), frame, source));
  }

  block(nodes: readonly SyntaxNode[], frame: Names, source: SourceText): Thing | undefined {
    return this.#statements.block(nodes, frame, source);
  }

  expr(node: SyntaxNode, frame: Names, source: SourceText): Thing {
    return this.budget.step() ? this.#expressions.value(node, frame, source) : unknown("the program is longer than the bound on steps");
  }

  given(list: SyntaxNode, frame: Names, source: SourceText): Given {
    return this.#expressions.given(list, frame, source);
  }

  site(node: SyntaxNode, source: SourceText): PythonSite {
    return { at: positionAt(source, node.from), conditional: this.budget.depth > 0 };
  }

  /** Calls a value: a function of the tree, a class, a router's method, something of a package. */
  apply(target: Thing, given: Given, site: PythonSite): Thing {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- what is not read is unknown
    switch (target.kind) {
      case "closure":
        return this.call(target, given);
      case "kind":
        return this.construct(target, given, site);
      case "external":
        return this.world.callExternal(target.path, given, site) ?? this.#outside(given, target.path);
      case "bound":
        return this.world.callRouter(target.target, target.name, given, site);
      case "made":
        return target.apply?.(given.args, given.written) ?? unknown("a call that is not read");
      case "instance": {
        const call = this.member(target, "__call__");
        return call.kind === "closure" ? this.call(call, given) : unknown("an object that is called");
      }
      case "unknown":
        return target;
      default:
        return unknown("a call that is not read");
    }
  }

  call(fn: Closure, given: Given): Thing {
    this.called.add(fn.node);
    return this.budget.calling(fn.node, () => {
      const frame = new Frame(fn.frame, this.budget.depth);
      const params = childOf(fn.node, "ParamList");
      if (params !== undefined) this.#bindParams(params, fn, given, frame);
      const body = childOf(fn.node, "Body");
      if (body !== undefined) return this.block(childrenOf(body), frame, fn.source) ?? literal(null);
      const last = fn.node.lastChild;
      return last === null ? literal(null) : this.expr(last, frame, fn.source);
    });
  }

  /** Calls a function knowing nothing of its arguments. */
  callBlind(fn: Closure): void {
    this.budget.within(fn.source.file, () => void this.call(fn, { args: [], written: [], named: new Map(), namedWritten: new Map() }));
  }

  construct(kind: Kind, given: Given, site: PythonSite): Thing {
    const outside = this.outsideBase(kind);
    const init = this.memberOfKind(kind, "__init__");
    // What its own constructor takes is not what the framework's takes: that is told by `super().__init__(…)`.
    const made = outside === undefined ? undefined : this.world.callExternal(outside, init === undefined ? given : nothingGiven, site);
    if (made?.kind === "router") this.#classes.set(made.router, kind);
    const self: Instance | (Thing & { kind: "router" }) = made?.kind === "router" ? made : { kind: "instance", of: kind, members: new Map() };
    if (init?.kind === "closure") this.call({ ...init, self }, given);
    return self;
  }

  /** A member of a value: attributes, methods with their `self`, names of a module. */
  member(target: Thing, name: string): Thing {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- what is not read is unknown
    switch (target.kind) {
      case "table":
        return this.world.within(target, name) ?? { kind: "bound", target, name };
      case "instance": {
        const own = target.members.get(name);
        if (own !== undefined) return own;
        const found = this.memberOfKind(target.of, name);
        if (found?.kind === "closure") return found.guards?.includes("property") === true ? this.call({ ...found, self: target }, nothingGiven) : { ...found, self: target };
        if (found !== undefined) return this.outsideBase(target.of)?.endsWith("BaseSettings") === true ? byDefaultOf(found, name) : found;
        return unknown(`\`${name}\` of something not known`);
      }
      case "kind":
        return this.memberOfKind(target, name) ?? { kind: "bound", target, name };
      case "external":
        return { kind: "external", path: `${target.path}.${name}` };
      case "router": {
        const found = target.router.props.get(name);
        if (found !== undefined && isThing(found)) return found;
        const kind = this.#classes.get(target.router);
        const method = kind === undefined ? undefined : this.memberOfKind(kind, name);
        return method?.kind === "closure" ? { ...method, self: target } : (method ?? { kind: "bound", target, name });
      }
      case "unknown":
        return target;
      default:
        return { kind: "bound", target, name };
    }
  }

  /** The class of the tree an app or router is of. */
  classOf(self: Instance | (Thing & { kind: "router" })): Kind | undefined {
    return self.kind === "instance" ? self.of : this.#classes.get(self.router);
  }

  memberOfKind(kind: Kind, name: string, depth = 0): Thing | undefined {
    const own = kind.members.get(name);
    if (own !== undefined || depth > 16) return own;
    for (const base of kind.bases) {
      const found = base.kind === "kind" ? this.memberOfKind(base, name, depth + 1) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The package's class a class stands on, however far up. */
  outsideBase(kind: Kind, depth = 0): string | undefined {
    for (const base of kind.bases) {
      if (base.kind === "external") return base.path;
      const found = base.kind === "kind" && depth < 16 ? this.outsideBase(base, depth + 1) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Something of a package that nobody knows: functions handed to it may be run. */
  #outside(given: Given, path: string): Thing {
    const router = given.args.find((one) => one.kind === "router");
    // `ProxyFix(app)`, `CORSMiddleware(app, …)`: the app is still the app.
    return router !== undefined && /middleware|proxy/i.test(path) ? router : unknown(`what \`${path}\` of a package returns`);
  }

  #bindParams(params: SyntaxNode, fn: Closure, given: Given, frame: Names): void {
    const nodes = childrenOf(params);
    let place = 0;
    const args = fn.self === undefined ? given.args : [fn.self, ...given.args];
    const taken = new Set<string>();
    for (const [i, node] of nodes.entries()) {
      if (node.name !== "VariableName" || nodes[i - 1]?.name === "AssignOp") continue;
      const name = fn.source.text.slice(node.from, node.to);
      const before = nodes[i - 1]?.name;
      if (before === "*") frame.declare(name, { kind: "list", items: args.slice(place) });
      else if (before === "**") frame.declare(name, { kind: "table", entries: new Map([...given.named].filter(([key]) => !taken.has(key))), open: false });
      else {
        taken.add(name);
        const value = given.named.get(name) ?? args[place];
        place++;
        const after = nodes[i + 1]?.name === "TypeDef" ? i + 2 : i + 1;
        const fallback = nodes[after]?.name === "AssignOp" ? nodes[after + 1] : undefined;
        if (value !== undefined) frame.declare(name, value);
        else if (fallback !== undefined) frame.declare(name, this.expr(fallback, fn.frame, fn.source));
        else frame.declare(name, unknown(callerUnknown));
      }
    }
  }

  /** A function as it is declared; the names of decorators that only wrap it stand in `guards`. */
  closure(node: SyntaxNode, frame: Names, source: SourceText): Closure {
    const name = childOf(node, "VariableName");
    return { kind: "closure", node, frame, source, name: name === undefined ? "" : source.text.slice(name.from, name.to) };
  }

  /** Puts a decorator on a function or class: its side effects happen, the function stays itself. */
  decorate(decorator: SyntaxNode, target: Thing, frame: Names, source: SourceText): Thing {
    const [, ...parts] = childrenOf(decorator);
    const list = parts.find((one) => one.name === "ArgList");
    let value: Thing | undefined;
    let name = "";
    for (const part of parts) {
      if (part.name === "VariableName" || part.name === "PropertyName") {
        const text = source.text.slice(part.from, part.to);
        value = value === undefined ? (frame.get(text) ?? this.expr(part, frame, source)) : this.member(value, text);
        name = name === "" ? text : `${name}.${text}`;
      } else if (part.name === "ArgList") {
        const given = this.given(part, frame, source);
        if (value?.kind === "unknown") this.world.unknownDecorator(decorator, value.why, given, source);
        value = value === undefined ? undefined : this.apply(value, given, this.site(decorator.firstChild?.nextSibling ?? decorator, source));
      } else if (part.name !== ".") {
        // Python 3.9: any expression.
        value = this.expr(part, frame, source);
        name = nameOfPython(part, source.text);
      }
    }
    const shown = list === undefined ? name : `${name}()`;
    if (value?.kind === "made" && value.apply !== undefined) {
      const result = value.apply([target], [target.kind === "closure" || target.kind === "kind" ? target.name : ""]);
      return result.kind === "unknown" ? target : result;
    }
    if (value?.kind === "closure")
      this.apply(value, { args: [target], written: [target.kind === "closure" ? target.name : ""], named: new Map(), namedWritten: new Map() }, this.site(decorator, source));
    return target.kind === "closure" ? { ...target, guards: [...(target.guards ?? []), shown] } : target;
  }
}

const nothingGiven: Given = { args: [], written: [], named: new Map(), namedWritten: new Map() };

function byDefaultOf(value: Thing, name: string): Thing {
  const why = `it may be set by the environment variable ${name}`;
  // `STAGE: str | None = None` tells nothing of a run.
  if (value.kind === "literal" && (value.value === null || value.value === undefined)) return unknown(why);
  return value.kind === "literal" ? byDefault(value, why) : value;
}

function isThing(value: { readonly kind: string }): value is Thing {
  return value.kind === "literal" || value.kind === "unknown" || value.kind === "router" || value.kind === "external";
}
