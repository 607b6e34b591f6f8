import type { BindingPattern, Node, ParamPattern, PropertyKey } from "oxc-parser";
import { byDefault, nothing, objectOf, unknown, type Names, type SourceModule, type Value } from "../value.ts";
import { Scope } from "../scope.ts";
import type { Machine } from "./machine.ts";

/** Gives the names of a pattern their values: declarations, parameters, destructuring. */
export function bind(m: Machine, pattern: BindingPattern | ParamPattern, value: Value, scope: Names, module: SourceModule): void {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds say nothing about routes, and what is not read is unknown
  switch (pattern.type) {
    case "Identifier":
      scope.declare(pattern.name, value);
      return;
    case "AssignmentPattern":
      // What is not known takes its default, as `||` does: `{ prefix = "/api" }`.
      m.bind(
        pattern.left,
        orDefault(value, () => m.expr(pattern.right, scope, module)),
        scope,
        module,
      );
      return;
    case "ArrayPattern":
      pattern.elements.forEach((element, i) => {
        if (element === null) return;
        if (element.type === "RestElement")
          m.bind(element.argument, value.kind === "array" ? { kind: "array", items: value.items.slice(i) } : unknown("the rest of an unknown list"), scope, module);
        else m.bind(element, value.kind === "array" ? (value.items[i] ?? nothing) : unknown("an item of an unknown list"), scope, module);
      });
      return;
    case "ObjectPattern":
      for (const property of pattern.properties) {
        if (property.type === "RestElement") {
          const taken = new Set(pattern.properties.flatMap((one) => (one.type === "Property" && one.key.type === "Identifier" ? [one.key.name] : [])));
          const rest = objectOf(value.kind === "object" ? [...value.props].filter(([name]) => !taken.has(name)) : []);
          rest.open = value.kind !== "object" || value.open;
          m.bind(property.argument, rest, scope, module);
        } else {
          const key = m.key(property.key, property.computed, scope, module);
          m.bind(property.value, key === undefined ? unknown("a computed key") : m.member(value, key), scope, module);
        }
      }
      return;
    default:
  }
}

export function assign(m: Machine, left: Node, value: Value, scope: Names, module: SourceModule): void {
  if (left.type === "Identifier") scope.assign(left.name, value, m.depth);
  else if (left.type === "MemberExpression") {
    const target = m.expr(left.object, scope, module);
    const name = left.computed
      ? keyOfValue(m.expr(left.property, scope, module))
      : "name" in left.property
        ? left.property.type === "PrivateIdentifier"
          ? `#${left.property.name}`
          : left.property.name
        : undefined;
    if (target.kind === "object" && name === undefined) target.open = true;
    else if ((target.kind === "object" || target.kind === "function" || target.kind === "class") && name !== undefined) target.props.set(name, value);
    else if (target.kind === "router" && name !== undefined) target.router.props.set(name, value);
  } else if (left.type === "ObjectPattern" || left.type === "ArrayPattern") {
    const inner = new Scope(scope, m.depth);
    m.bind(left as BindingPattern, value, inner, module);
    for (const name of patternNames(left as BindingPattern)) scope.assign(name, inner.get(name) ?? nothing, m.depth);
  }
}

export function keyOf(m: Machine, key: PropertyKey, computed: boolean, scope: Names, module: SourceModule): string | undefined {
  if (!computed && key.type === "Identifier") return key.name;
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  return keyOfValue(m.expr(key, scope, module));
}

/** The name of a member that is written as a name. */
export function plainKey(key: PropertyKey): string | undefined {
  return key.type === "Identifier" ? key.name : key.type === "PrivateIdentifier" ? `#${key.name}` : undefined;
}

export function keyOfValue(value: Value): string | undefined {
  return value.kind === "literal" && (typeof value.value === "string" || typeof value.value === "number") ? String(value.value) : undefined;
}

export function patternNames(pattern: BindingPattern): string[] {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds say nothing about routes, and what is not read is unknown
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "AssignmentPattern":
      return patternNames(pattern.left);
    case "ArrayPattern":
      return pattern.elements.flatMap((one) => (one === null ? [] : patternNames(one.type === "RestElement" ? one.argument : one)));
    case "ObjectPattern":
      return pattern.properties.flatMap((one) => patternNames(one.type === "RestElement" ? one.argument : one.value));
    default:
      return [];
  }
}

/** The default of a parameter or of a member, where it is needed or may be. */
function orDefault(value: Value, make: () => Value): Value {
  if (value.kind === "literal" && value.value === undefined) return make();
  if (value.kind !== "unknown" && value.kind !== "external") return value;
  const made = make();
  if (value.kind === "unknown") return byDefault(made, value.why);
  return made.kind === "literal" ? byDefault(made, `\`${value.path}\` is not in the tree`) : value;
}
