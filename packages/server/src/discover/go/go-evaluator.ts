import type { SyntaxNode } from "@lezer/common";
import { positionAt } from "../position.ts";
import { Budget } from "../static/budget.ts";
import { Frame } from "../static/frame.ts";
import { childOf, childrenOf } from "../static/syntax.ts";
import type { Closure, Instance, Kind, Names, SourceText, Thing } from "../static/thing.ts";
import { callerUnknown, unknown } from "../value.ts";
import { GoExpressions } from "./go-expressions.ts";
import { forced, type GoMachine, type GoSite, type GoWorld } from "./go-machine.ts";
import { GoStatements } from "./go-statements.ts";
import { fieldsOf, wordAt } from "./go-types.ts";

/**
 * Runs a Go program as far as it is static: `main`, `init`, and what they call. Types help: a value nobody can tell is still a value of its type, so
 * its methods are found. Not read: reflection, generics beyond their names, channels, values set through pointers to fields of other packages.
 */
export class GoEvaluator implements GoMachine {
  readonly world: GoWorld;
  readonly budget = new Budget();
  readonly called = new Set<SyntaxNode>();
  readonly #instances = new Map<SyntaxNode, readonly Instance[]>();
  readonly #expressions: GoExpressions;
  readonly #statements: GoStatements;

  constructor(world: GoWorld) {
    this.world = world;
    this.#expressions = new GoExpressions(this);
    this.#statements = new GoStatements(this);
  }

  expr(node: SyntaxNode, frame: Names, source: SourceText): Thing {
    return this.budget.step() ? this.#expressions.value(node, frame, source) : unknown("the program is longer than the bound on steps");
  }

  site(node: SyntaxNode, source: SourceText, written: readonly string[]): GoSite {
    return { at: positionAt(source, node.from), conditional: this.budget.depth > 0, written };
  }

  apply(target: Thing, args: readonly Thing[], site: GoSite, name: string): Thing {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- what is not read is unknown
    switch (target.kind) {
      case "closure":
        return this.call(target, args);
      case "external":
        return this.world.callExternal(target.path, args, site) ?? this.#outside(args) ?? unknown(`what \`${target.path}\` of a package returns`);
      case "bound":
        return this.world.callRouter(target.target, target.name, args, site);
      case "kind":
        // A conversion.
        return args[0] ?? unknown("a conversion of nothing");
      case "unknown":
        this.world.unknownCall(name, target.why, args, site);
        return this.#outside(args) ?? target;
      default:
        return this.#outside(args) ?? unknown("a call that is not read");
    }
  }

  call(fn: Closure, args: readonly Thing[]): Thing {
    this.called.add(fn.node);
    const body = childOf(fn.node, "Block");
    if (body === undefined) return unknown("a function without a body");
    return this.budget.calling(fn.node, () => {
      const frame = new Frame(fn.frame, this.budget.depth);
      const lists = childrenOf(fn.node).filter((one) => one.name === "Parameters");
      if (fn.node.name === "MethodDecl") {
        const receiver = lists.shift();
        const param = receiver === undefined ? undefined : childOf(receiver, "Parameter");
        const name = param === undefined ? undefined : childOf(param, "DefName");
        if (name !== undefined) frame.declare(wordAt(name, fn.source), fn.self ?? unknown("who it is called on is not known"));
      }
      if (lists[0] !== undefined) this.#bindParams(lists[0], fn, args, frame);
      return this.#statements.body(childrenOf(body), frame, fn.source);
    });
  }

  /** The value of a package's constant or variable; of its type where only that is written. */
  lazily(node: SyntaxNode, frame: Names, source: SourceText): Thing {
    return ["TypeName", "QualifiedType", "PointerType"].includes(node.name) ? this.ofType(node, frame, source) : this.expr(node, frame, source);
  }

  /** Calls a function knowing nothing of its arguments but their types. */
  callBlind(fn: Closure): void {
    this.budget.within(fn.source.file, () => void this.call(fn, []));
  }

  /** Something that is not read: functions handed to it may be run, and a router that goes in comes out. */
  #outside(args: readonly Thing[]): Thing | undefined {
    for (const one of args) if (one.kind === "closure" && !this.called.has(one.node)) this.budget.maybe(() => this.call(one, []));
    return args.find((one) => one.kind === "router");
  }

  member(target: Thing, name: string, depth = 0): Thing {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- what is not read is unknown
    switch (target.kind) {
      case "table":
        return forced(target.entries, name) ?? unknown(`\`${name}\` is not in its package`);
      case "external":
        return { kind: "external", path: `${target.path}.${name}` };
      case "instance": {
        const own = target.members.get(name);
        if (own !== undefined) return own;
        const method = target.of.members.get(name);
        if (method?.kind === "closure") return { ...method, self: target };
        const fields = fieldsOf(target.of);
        const field = fields.find((one) => one.name === name);
        if (field !== undefined) {
          const made = this.ofType(field.type, target.of.frame, target.of.source);
          target.members.set(name, made);
          return made;
        }
        for (const embedded of fields.filter((one) => one.embedded)) {
          const inner = depth > 8 ? undefined : this.member(target, embedded.name, depth + 1);
          if (inner?.kind === "router") return this.member(inner, name);
          const found = inner?.kind === "instance" ? this.member(inner, name, depth + 1) : undefined;
          if (found !== undefined && found.kind !== "unknown") return found;
        }
        return unknown(`\`${name}\` of something not known`);
      }
      case "unknown":
        return target;
      default:
        return { kind: "bound", target, name };
    }
  }

  /** A value of which only the type is known. */
  ofType(type: SyntaxNode | undefined, frame: Names, source: SourceText, depth = 0): Thing {
    if (type === undefined || depth > 4) return unknown("a value that is not known");
    if (type.name === "PointerType") return this.ofType(type.lastChild ?? undefined, frame, source, depth + 1);
    const parts = type.name === "QualifiedType" ? wordAt(type, source).split(".") : [wordAt(type, source)];
    const found = parts.reduce<Thing | undefined>((value, part) => (value === undefined ? frame.get(part) : this.member(value, part)), undefined);
    if (found?.kind === "external") return this.world.valueOfType(found.path, positionAt(source, type.from)) ?? unknown(`a \`${found.path}\` from outside the tree`);
    if (found?.kind !== "kind") return unknown(callerUnknown);
    if (childOf(found.node, "StructType") !== undefined) return this.usual(found);
    const inner = found.node.lastChild;
    return inner === null || inner.name === "InterfaceType" || inner === type
      ? unknown("what implements an interface is not known")
      : this.ofType(inner, found.frame, found.source, depth + 1);
  }

  /** A value of a type of the tree, made where it is written out. */
  instance(of: Kind): Instance {
    const made: Instance = { kind: "instance", of, members: new Map() };
    this.#instances.set(of.node, [...(this.#instances.get(of.node) ?? []).slice(0, 8), made]);
    return made;
  }

  /** Some value of a type: the only one the tree makes, where it makes one, so that what was put into it is found. */
  usual(of: Kind): Instance {
    const [only, ...more] = this.#instances.get(of.node) ?? [];
    return only !== undefined && more.length === 0 ? only : { kind: "instance", of, members: new Map() };
  }

  #bindParams(list: SyntaxNode, fn: Closure, args: readonly Thing[], frame: Names): void {
    let place = 0;
    for (const param of childrenOf(list).filter((one) => one.name === "Parameter")) {
      const nodes = childrenOf(param);
      const type = nodes.at(-1);
      const names = nodes.filter((one) => one.name === "DefName");
      const many = nodes.some((one) => one.name === "...");
      for (const name of names) {
        const given = many ? ({ kind: "list", items: args.slice(place) } satisfies Thing) : args[place];
        const value = given === undefined || given.kind === "unknown" ? this.ofType(type, fn.frame, fn.source) : given;
        frame.declare(wordAt(name, fn.source), value.kind === "unknown" && given !== undefined ? given : value);
        place++;
      }
      if (names.length === 0) place++;
    }
  }
}
