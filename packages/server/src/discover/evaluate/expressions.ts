import type { Node } from "oxc-parser";
import { nameOfNode } from "../handler-name.ts";
import { byDefault, literal, nothing, objectOf, restingOn, stringOf, truthOf, unknown, type Names, type SourceModule, type Value } from "../value.ts";
import { assign, keyOfValue } from "./bindings.ts";
import { memberOfSuper } from "./classes.ts";
import type { Machine } from "./machine.ts";
import { binary } from "./operators.ts";

/** The value of an expression. */
export function valueOfExpression(m: Machine, node: Node, scope: Names, module: SourceModule): Value {
  if (!m.step()) return unknown("the program is longer than the bound on steps");
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds say nothing about routes, and what is not read is unknown
  switch (node.type) {
    case "Literal":
      if ("regex" in node && node.regex) return { kind: "regexp", source: node.regex.pattern };
      return typeof node.value === "bigint" || node.value instanceof RegExp ? unknown("a big integer") : literal(node.value);
    case "TemplateLiteral": {
      let text = "";
      const holes: Value[] = [];
      for (const [i, quasi] of node.quasis.entries()) {
        text += quasi.value.cooked ?? quasi.value.raw;
        const hole = node.expressions[i];
        if (hole === undefined) continue;
        const value = m.expr(hole, scope, module);
        if (value.kind !== "literal") return unknown(value.kind === "unknown" ? value.why : `\`${nameOfNode(hole)}\` is not a constant`);
        text += String(value.value);
        holes.push(value);
      }
      return restingOn(literal(text), holes);
    }
    case "Identifier":
      if (node.name === "undefined") return nothing;
      return scope.get(node.name) ?? (globals.has(node.name) ? { kind: "external", path: node.name } : unknown(`\`${node.name}\` is not known`));
    case "ThisExpression":
      return scope.get("this") ?? unknown("`this`");
    case "ArrayExpression": {
      const items: Value[] = [];
      const names: string[] = [];
      for (const element of node.elements) {
        if (element === null) continue;
        if (element.type === "SpreadElement") {
          const inner = m.expr(element.argument, scope, module);
          if (inner.kind === "array") {
            items.push(...inner.items);
            names.push(...inner.items.map((_, i) => inner.names?.[i] ?? ""));
          } else {
            items.push(unknown("an unknown list"));
            names.push(nameOfNode(element.argument));
          }
        } else {
          items.push(m.expr(element, scope, module));
          names.push(nameOfNode(element));
        }
      }
      return { kind: "array", items, names };
    }
    case "ObjectExpression": {
      const object = objectOf();
      for (const property of node.properties) {
        if (property.type === "SpreadElement") {
          const inner = m.expr(property.argument, scope, module);
          if (inner.kind === "object") for (const [name, value] of inner.props) object.props.set(name, value);
          if (inner.kind !== "object" || inner.open) object.open = true;
        } else {
          const key = m.key(property.key, property.computed, scope, module);
          if (key === undefined) object.open = true;
          else {
            object.props.set(key, m.named(property.value, scope, module, key));
            object.names?.set(key, nameOfNode(property.value));
          }
        }
      }
      return object;
    }
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return m.makeFunction(node, scope, module, node.type === "FunctionExpression" ? (node.id?.name ?? "") : "");
    case "ClassExpression":
      return m.makeClass(node, scope, module);
    case "MemberExpression": {
      if (node.object.type === "Super" && !node.computed) return memberOfSuper(m, scope, nameOfNode(node.property));
      const target = m.expr(node.object, scope, module);
      const key = node.computed ? keyOfValue(m.expr(node.property, scope, module)) : "name" in node.property ? node.property.name : undefined;
      return key === undefined ? unknown("a computed member") : m.member(target, node.property.type === "PrivateIdentifier" ? `#${key}` : key);
    }
    case "ChainExpression":
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSInstantiationExpression":
      return m.expr(node.expression, scope, module);
    case "AwaitExpression":
      return m.expr(node.argument, scope, module);
    case "YieldExpression":
      return node.argument ? m.expr(node.argument, scope, module) : nothing;
    case "ImportExpression": {
      const specifier = stringOf(m.expr(node.source, scope, module));
      return specifier === undefined ? unknown("an import by a computed name") : m.world.load(specifier, module);
    }
    case "UnaryExpression": {
      const value = m.expr(node.argument, scope, module);
      if (node.operator === "!") {
        const truth = truthOf(value);
        return truth === undefined ? unknown("a condition") : literal(!truth);
      }
      if (node.operator === "-" && value.kind === "literal") return literal(-Number(value.value));
      if (node.operator === "+" && value.kind === "literal") return literal(Number(value.value));
      if (node.operator === "typeof" && value.kind === "literal") return literal(typeof value.value);
      if (node.operator === "typeof" && (value.kind === "function" || value.kind === "class")) return literal("function");
      return node.operator === "void" ? nothing : unknown("a condition");
    }
    case "UpdateExpression": {
      const value = m.expr(node.argument, scope, module);
      const next = value.kind === "literal" ? literal(Number(value.value) + (node.operator === "++" ? 1 : -1)) : unknown("a counter");
      if (node.argument.type === "Identifier") scope.assign(node.argument.name, next, m.depth);
      return node.prefix ? next : value;
    }
    case "BinaryExpression":
      return binary(node.operator, m.expr(node.left, scope, module), m.expr(node.right, scope, module));
    case "LogicalExpression": {
      const left = m.expr(node.left, scope, module);
      const plain = left.kind === "literal" ? left.value : undefined;
      const truth =
        left.kind !== "literal"
          ? node.operator === "??" && left.kind !== "unknown" && left.kind !== "external"
            ? false
            : truthOf(left)
          : node.operator === "??"
            ? plain === undefined || plain === null
            : Boolean(plain);
      if (node.operator === "&&" ? truth === true : node.operator === "||" ? truth === false : truth === true) return m.expr(node.right, scope, module);
      if (truth !== undefined) return left;
      const right = m.maybe(() => m.expr(node.right, scope, module));
      if (node.operator === "&&") return left.kind === "external" ? left : unknown("a condition");
      if (left.kind === "external") return right.kind === "literal" ? byDefault(right, `\`${left.path}\` is not in the tree`) : left;
      return byDefault(right, left.kind === "unknown" ? left.why : "what stands before it is not known");
    }
    case "ConditionalExpression": {
      const test = truthOf(m.expr(node.test, scope, module));
      if (test !== undefined) return m.expr(test ? node.consequent : node.alternate, scope, module);
      const [a, b] = m.maybe(() => [m.expr(node.consequent, scope, module), m.expr(node.alternate, scope, module)] as const);
      if (a.kind === "literal" && b.kind === "literal") return a.value === b.value ? a : unknown("a choice made at run time");
      if (a.kind === "literal" || b.kind === "literal") {
        // `on ? router : undefined`: what is there is there conditionally; a text beside something unknown is anyone's guess.
        const absent = (one: Value): boolean => one.kind === "literal" && (one.value === undefined || one.value === null || one.value === false);
        return absent(a) ? b : absent(b) ? a : unknown("a choice made at run time");
      }
      return a.kind === "unknown" ? b : a;
    }
    case "SequenceExpression":
      return node.expressions.reduce<Value>((_, one) => m.expr(one, scope, module), nothing);
    case "AssignmentExpression": {
      const right = m.named(node.right, scope, module, node.left.type === "Identifier" ? node.left.name : "");
      const value =
        node.operator === "="
          ? right
          : node.operator === "+=" && node.left.type === "Identifier"
            ? binary("+", scope.get(node.left.name) ?? unknown("a sum"), right)
            : node.operator === "??=" || node.operator === "||="
              ? keptOr(m.expr(node.left, scope, module), right)
              : unknown("an assignment");
      assign(m, node.left, value, scope, module);
      return value;
    }
    case "NewExpression":
    case "CallExpression":
      return m.callNode(node, scope, module);
    default:
      return unknown("an expression that is not read");
  }
}

const globals: ReadonlySet<string> = new Set([
  "process",
  "Object",
  "Array",
  "String",
  "Number",
  "JSON",
  "Promise",
  "console",
  "Math",
  "URL",
  "Set",
  "Map",
  "Boolean",
  "Symbol",
  "setTimeout",
  "setImmediate",
]);

/** `x ||= y`: what is there stays, what is not known gives way to the default. */
function keptOr(before: Value, right: Value): Value {
  if (before.kind === "unknown") return byDefault(right, before.why);
  return before.kind === "literal" && !before.value ? right : before;
}
