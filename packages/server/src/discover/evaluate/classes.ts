import type { Class } from "oxc-parser";
import { literal, nothing, unknown, type ClassValue, type Names, type SourceModule, type Value } from "../value.ts";
import { plainKey } from "./bindings.ts";
import { Scope } from "../scope.ts";
import type { Machine } from "./machine.ts";

/** A class with its static members. */
export function makeClass(m: Machine, node: Class, scope: Names, module: SourceModule): ClassValue {
  const cls: ClassValue = { kind: "class", node, scope, module, name: node.id?.name ?? "", props: new Map() };
  for (const member of node.body.body) {
    if (!("static" in member) || !member.static || (member.type !== "MethodDefinition" && member.type !== "PropertyDefinition")) continue;
    const key = m.key(member.key, member.computed, scope, module);
    if (key === undefined) continue;
    if (member.type === "MethodDefinition") cls.props.set(key, m.makeFunction(member.value, scope, module, key, cls));
    else if (member.value) cls.props.set(key, m.expr(member.value, scope, module));
  }
  return cls;
}

export function parentOf(m: Machine, cls: ClassValue): Value | undefined {
  return cls.node.superClass ? m.expr(cls.node.superClass, cls.scope, cls.module) : undefined;
}

export function classRunning(m: Machine, scope: Names): ClassValue | undefined {
  const value = scope.get("class of this");
  return value?.kind === "class" ? value : undefined;
}

export function construct(m: Machine, cls: ClassValue, args: readonly Value[], self: Value & { kind: "object" }): void {
  const members = cls.node.body.body;
  const maker = members.find((one) => one.type === "MethodDefinition" && one.kind === "constructor");
  const parent = parentOf(m, cls);
  if (maker === undefined && parent?.kind === "class") m.construct(parent, args, self);
  const scope = new Scope(cls.scope, m.depth);
  scope.declare("this", self);
  scope.declare("class of this", cls);
  for (const member of members) {
    if (member.type !== "PropertyDefinition" || member.static || !member.value) continue;
    const key = m.key(member.key, member.computed, scope, cls.module);
    if (key !== undefined) self.props.set(key, m.named(member.value, scope, cls.module, key));
  }
  if (maker?.type === "MethodDefinition") m.call(m.makeFunction(maker.value, scope, cls.module, "constructor", self), args);
}

/** `super.method`: that of the class above the one it is written in, on the same object. */
export function memberOfSuper(m: Machine, scope: Names, name: string): Value {
  const self = scope.get("this");
  const cls = classRunning(m, scope) ?? (self?.kind === "object" ? self.cls : undefined);
  const parent = cls === undefined ? undefined : parentOf(m, cls);
  if (self?.kind !== "object" || parent?.kind !== "class") return unknown("a member of what this class stands on");
  return methodOf(m, parent, name, self) ?? unknown(`\`${name}\` of what this class stands on`);
}

/** A method or getter of a class or of those it stands on, bound to an object. */
function methodOf(m: Machine, from: ClassValue, name: string, self: Value): Value | undefined {
  for (let cls: Value | undefined = from; cls?.kind === "class"; cls = parentOf(m, cls)) {
    const holder: ClassValue = cls;
    const found = holder.node.body.body.find((one) => one.type === "MethodDefinition" && !one.static && plainKey(one.key) === name);
    if (found?.type !== "MethodDefinition") continue;
    const scope = new Scope(holder.scope, m.depth);
    scope.declare("class of this", holder);
    const fn = m.makeFunction(found.value, scope, holder.module, name, self);
    return found.kind === "get" ? m.call(fn, []) : fn;
  }
  return undefined;
}

/** A member of a value, methods of classes included. */
export function memberOf(m: Machine, target: Value, name: string): Value {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds say nothing about routes, and what is not read is unknown
  switch (target.kind) {
    case "object": {
      const own = target.props.get(name);
      if (own !== undefined) return own;
      const method = target.cls === undefined ? undefined : methodOf(m, target.cls, name, target);
      if (method !== undefined) return method;
      return target.open || target.cls !== undefined
        ? { ...unknown(`\`${name}\` of something not known`), option: name }
        : name === "hasOwnProperty"
          ? { kind: "method", target, name }
          : nothing;
    }
    case "class":
    case "function":
      return target.props.get(name) ?? (name === "name" ? literal(target.name) : { kind: "method", target, name });
    case "external":
      return name === "default"
        ? target
        : target.path === "process.env"
          ? unknown(`it is set by the environment variable ${name}`)
          : { kind: "external", path: `${target.path}.${name}` };
    case "router": {
      for (let router = target.router as typeof target.router | undefined; router !== undefined; router = router.parent) {
        const found = router.props.get(name);
        if (found !== undefined) return found;
      }
      return { kind: "method", target, name };
    }
    case "array":
      return name === "length" ? literal(target.items.length) : /^\d+$/.test(name) ? (target.items[Number(name)] ?? nothing) : { kind: "method", target, name };
    case "literal":
      return typeof target.value === "string"
        ? name === "length"
          ? literal(target.value.length)
          : { kind: "method", target, name }
        : unknown(`a member of ${String(target.value)}`);
    case "unknown":
      return { ...target, option: name };
    default:
      return { kind: "method", target, name };
  }
}
