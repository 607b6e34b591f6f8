import type { BindingPattern, Node, ParamPattern } from "oxc-parser";
import { nameOfNode } from "../handler-name.ts";

/** What a name holds within a dispatcher. `url` is a parsed URL: its `pathname` is the path. */
export type Known = "req" | "path" | "method" | "url" | { readonly regexp: string };

/** What a condition says of the request: one of these paths, one of these methods. Empty: nothing. */
export interface Facts {
  readonly paths: readonly { readonly text: string; readonly regexp?: string }[];
  readonly methods: readonly string[];
}

export const none: Facts = { paths: [], methods: [] };

export interface Names {
  readonly known: ReadonlyMap<string, Known>;
  /** A constant's text. */
  readonly constant: (name: string) => string | undefined;
}

/** What an expression is of the request. */
export function kindOf(given: Node, names: Names): Known | undefined {
  const node = bare(given);
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- what is not named here is nothing of the request
  switch (node.type) {
    case "Identifier":
      return names.known.get(node.name);
    case "LogicalExpression":
      // `req.url ?? "/"`
      return node.operator === "&&" ? undefined : kindOf(node.left, names);
    case "TemplateLiteral": {
      // `http://x${req.url}` on its way into a URL.
      const last = node.expressions.at(-1);
      return last !== undefined && node.quasis.at(-1)?.value.raw === "" && kindOf(last, names) === "path" ? "path" : undefined;
    }
    case "NewExpression": {
      const [first] = node.arguments;
      return first !== undefined && nameOfNode(node.callee) === "URL" && kindOf(first, names) === "path" ? "url" : undefined;
    }
    case "MemberExpression": {
      const on = kindOf(node.object, names);
      if (node.computed) {
        // `req.url.split("?")[0]`
        const call = bare(node.object);
        const zero = node.property.type === "Literal" && node.property.value === 0;
        return zero && call.type === "CallExpression" && call.callee.type === "MemberExpression" && nameOfNode(call.callee.property) === "split"
          ? kindOf(call.callee.object, names)
          : undefined;
      }
      const name = nameOfNode(node.property);
      if (on === "req") return name === "url" || name === "path" || name === "pathname" ? "path" : name === "method" ? "method" : undefined;
      return on === "url" && name === "pathname" ? "path" : undefined;
    }
    case "CallExpression": {
      const [first] = node.arguments;
      const name = nameOfNode(node.callee);
      if (/(?:^|\.)parse$/.test(name) && first !== undefined && kindOf(first, names) === "path") return "url";
      if (node.callee.type !== "MemberExpression") return undefined;
      const on = kindOf(node.callee.object, names);
      if (on === "path" && name.endsWith(".match") && first?.type === "Literal" && "regex" in first && first.regex) return { regexp: first.regex.pattern };
      return on === "method" && /\.to(?:Upper|Lower)Case$/.test(name) ? on : undefined;
    }
    default:
      return undefined;
  }
}

/** What holds where a condition does, or where it does not. */
export function factsOf(given: Node, names: Names, negated = false): Facts {
  const node = bare(given);
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- any other condition says nothing of the request
  switch (node.type) {
    case "UnaryExpression":
      return node.operator === "!" ? factsOf(node.argument, names, !negated) : none;
    case "LogicalExpression": {
      const [a, b] = [factsOf(node.left, names, negated), factsOf(node.right, names, negated)];
      if ((node.operator === "&&") !== negated) return { paths: a.paths.length > 0 ? a.paths : b.paths, methods: a.methods.length > 0 ? a.methods : b.methods };
      // One or the other: only what both speak of is told, and of one thing at a time.
      if (a.paths.length > 0 && b.paths.length > 0 && a.methods.length + b.methods.length === 0) return { paths: [...a.paths, ...b.paths], methods: [] };
      if (a.methods.length > 0 && b.methods.length > 0 && a.paths.length + b.paths.length === 0) return { paths: [], methods: [...a.methods, ...b.methods] };
      return none;
    }
    case "BinaryExpression": {
      if (!(negated ? ["!==", "!="] : ["===", "=="]).includes(node.operator)) return none;
      const [left, right] = [kindOf(node.left, names), kindOf(node.right, names)];
      const text = literalOf(left === undefined ? node.left : node.right, names);
      return text === undefined ? none : about(left ?? right, [text]);
    }
    case "Identifier":
    case "MemberExpression": {
      const kind = negated ? undefined : kindOf(node, names);
      return typeof kind === "object" ? { paths: [{ text: "", regexp: kind.regexp }], methods: [] } : none;
    }
    case "CallExpression": {
      if (negated || node.callee.type !== "MemberExpression") return none;
      const { object, property } = node.callee;
      const [first] = node.arguments;
      const called = nameOfNode(property);
      if (first === undefined) return none;
      if (called === "startsWith" && kindOf(object, names) === "path") {
        const text = literalOf(first, names);
        return text === undefined ? none : { paths: [{ text: `${text.replace(/\/$/, "")}/{path*}` }], methods: [] };
      }
      if (called === "test" && object.type === "Literal" && "regex" in object && object.regex && kindOf(first, names) === "path")
        return { paths: [{ text: "", regexp: object.regex.pattern }], methods: [] };
      if (called === "includes" && object.type === "ArrayExpression") {
        const texts = object.elements.map((one) => (one === null ? undefined : literalOf(one, names)));
        return texts.every((one) => one !== undefined) ? about(kindOf(first, names), texts) : none;
      }
      const kind = kindOf(node, names);
      return typeof kind === "object" ? { paths: [{ text: "", regexp: kind.regexp }], methods: [] } : none;
    }
    default:
      return none;
  }
}

/** Text written out, or a constant's. */
export function literalOf(given: Node, names: Names): string | undefined {
  const node = bare(given);
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  if (node.type === "TemplateLiteral" && node.expressions.length === 0) return node.quasis[0]?.value.cooked ?? undefined;
  return node.type === "Identifier" && !names.known.has(node.name) ? names.constant(node.name) : undefined;
}

/** Notes what the names of a pattern hold: `const { url, method } = req`. */
export function learn(pattern: BindingPattern | ParamPattern, kind: Known, known: Map<string, Known>): void {
  if (pattern.type === "Identifier") known.set(pattern.name, kind);
  else if (pattern.type === "AssignmentPattern") learn(pattern.left, kind, known);
  else if (pattern.type === "ObjectPattern")
    for (const property of pattern.properties) {
      if (property.type !== "Property") continue;
      const name = nameOfNode(property.key);
      const inner: Known | undefined =
        kind === "req" ? (name === "url" ? "path" : name === "method" ? "method" : undefined) : kind === "url" && name === "pathname" ? "path" : undefined;
      if (inner !== undefined) learn(property.value, inner, known);
    }
}

function about(kind: Known | undefined, texts: readonly string[]): Facts {
  if (kind === "method") return { paths: [], methods: texts.map((text) => text.toUpperCase()) };
  // A query in the constant is not of the path; what is no path is another kind of comparison.
  const paths = texts.filter((text) => text.startsWith("/")).map((text) => ({ text: text.split("?")[0] ?? text }));
  return kind === "path" && paths.length === texts.length ? { paths, methods: [] } : none;
}

/** Without brackets, `await`, `!` and casts. */
function bare(node: Node): Node {
  return node.type === "ParenthesizedExpression" ||
    node.type === "TSNonNullExpression" ||
    node.type === "TSAsExpression" ||
    node.type === "TSSatisfiesExpression" ||
    node.type === "ChainExpression"
    ? bare(node.expression)
    : node;
}
