import type { Argument as ArgumentNode, Node } from "oxc-parser";
import { callBuiltin, memberOfBuiltin } from "../builtin-values.ts";
import { isDecorateCall } from "../frameworks/decorators.ts";
import { nameOfNode } from "../handler-name.ts";
import { positionAt } from "../position.ts";
import { nothing, objectOf, stringOf, unknown, type ArrayValue, type FunctionValue, type Names, type SourceModule, type Value } from "../value.ts";
import { classRunning, parentOf } from "./classes.ts";
import type { Machine, Site } from "./machine.ts";

/** A call or a construction as written. */
export function callNode(m: Machine, node: Extract<Node, { type: "CallExpression" | "NewExpression" }>, scope: Names, module: SourceModule): Value {
  const { callee } = node;
  if (callee.type === "Super") {
    const self = scope.get("this");
    const parent = self?.kind === "object" && self.cls ? parentOf(m, classRunning(m, scope) ?? self.cls) : undefined;
    if (parent?.kind === "class" && self?.kind === "object") m.construct(parent, argumentsOf(m, node.arguments, scope, module).args, self);
    return nothing;
  }
  const fn = m.expr(callee, scope, module);
  const { args, names } = argumentsOf(m, node.arguments, scope, module);
  const walked = m.walked.get(module.file) ?? new Set();
  m.walked.set(module.file, walked.add(node.end));
  if (args[1]?.kind === "class" && isDecorateCall(callee)) return args[1];
  const site: Site = {
    at: positionAt(module, "property" in callee && callee.type === "MemberExpression" ? callee.property.start : node.start),
    conditional: m.conditional,
    names,
    module,
  };
  return m.apply(fn, args, site, nameOfNode(callee), node.type === "NewExpression");
}

/** Calls or constructs a value. */
export function applyValue(m: Machine, fn: Value, args: readonly Value[], site: Site, name: string, construct = false): Value {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds say nothing about routes, and what is not read is unknown
  switch (fn.kind) {
    case "function":
      return construct ? constructFunction(m, fn, args) : m.call(fn, args);
    case "class": {
      const made = { ...objectOf(), cls: fn };
      m.construct(fn, args, made);
      return made;
    }
    case "external": {
      if (fn.path === "require") {
        const specifier = stringOf(args[0]);
        return specifier === undefined ? unknown("a require by a computed name") : m.world.load(specifier, site.module);
      }
      const known = m.world.callExternal(fn.path, args, site, m) ?? callBuiltin(fn.path, args, m);
      if (known !== undefined) return known;
      m.maybe(() => m.callAll(args));
      return unknown(`what \`${name}\` of a package returns`);
    }
    case "method": {
      const target = fn.target;
      if (target.kind === "router" || target.kind === "route" || target.kind === "wrapped") return m.world.callRouter(target, fn.name, args, site, m);
      // `app[method].call(app, path, handler)`
      if (target.kind === "method" && fn.name === "call") return m.apply(target, args.slice(1), { ...site, names: site.names.slice(1) }, name);
      if (target.kind === "method" && fn.name === "apply" && args[1]?.kind === "array") return m.apply(target, args[1].items, { ...site, names: args[1].names ?? [] }, name);
      if (target.kind === "function" && (fn.name === "call" || fn.name === "apply"))
        return m.call(target, fn.name === "call" ? args.slice(1) : args[1]?.kind === "array" ? args[1].items : [], args[0]);
      if (target.kind === "function" && fn.name === "bind") return args[0] === undefined ? target : { ...target, self: args[0] };
      return memberOfBuiltin(target, fn.name, args, m) ?? unknownCall(m, name, "what it is called on is not known", args, site);
    }
    case "router":
      return m.world.callRouter(fn, "()", args, site, m);
    case "unknown":
      return unknownCall(m, name, fn.why, args, site);
    case "literal":
      return unknownCall(m, name, "it is not a function that is known", args, site);
    default:
      return unknown("a call that is not read");
  }
}

function unknownCall(m: Machine, name: string, why: string, args: readonly Value[], site: Site): Value {
  m.world.unknownCall(name, why, args, site);
  m.maybe(() => m.callAll(args));
  return unknown(why);
}

function argumentsOf(m: Machine, nodes: readonly ArgumentNode[], scope: Names, module: SourceModule): { args: Value[]; names: string[] } {
  const args: Value[] = [];
  const names: string[] = [];
  for (const node of nodes) {
    if (node.type === "SpreadElement") {
      const list = m.expr(node.argument, scope, module);
      const items: ArrayValue = list.kind === "array" ? list : { kind: "array", items: [unknown("an unknown list")] };
      items.items.forEach((item, i) => {
        args.push(item);
        names.push(items.names?.[i] ?? nameOfNode(node.argument));
      });
    } else {
      args.push(m.expr(node, scope, module));
      names.push(nameOfNode(node));
    }
  }
  return { args, names };
}

function constructFunction(m: Machine, fn: FunctionValue, args: readonly Value[]): Value {
  const self = objectOf();
  const returned = m.call(fn, args, self);
  return returned.kind === "literal" ? self : returned;
}
