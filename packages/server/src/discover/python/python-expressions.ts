import type { SyntaxNode } from "@lezer/common";
import { Frame } from "../static/frame.ts";
import { childOf, childrenOf } from "../static/syntax.ts";
import { table, textOfThing, truthOfThing, type Kind, type Names, type SourceText, type Thing } from "../static/thing.ts";
import { byDefault, literal, restingOn, unknown } from "../value.ts";
import { nameOfPython, type Given, type PythonSite } from "./python-calls.ts";
import type { PythonMachine } from "./python-machine.ts";
import { itemsOf, methodOfValue, operate } from "./python-values.ts";

/** Python's expressions. */
export class PythonExpressions {
  readonly #e: PythonMachine;

  constructor(evaluator: PythonMachine) {
    this.#e = evaluator;
  }

  value(node: SyntaxNode, frame: Names, source: SourceText): Thing {
    const text = source.text.slice(node.from, node.to);
    const parts = (): SyntaxNode[] => childrenOf(node).filter((one) => !punctuation.has(one.name));
    switch (node.name) {
      case "String":
        return literal(plainText(text));
      case "ContinuedString":
        return joined(childrenOf(node).map((one) => this.#e.expr(one, frame, source)));
      case "FormatString":
        return this.#format(node, frame, source);
      case "Number":
        return literal(Number(text.replaceAll("_", "")));
      case "Boolean":
        return literal(text === "True");
      case "None":
        return literal(null);
      case "VariableName":
        return frame.get(text) ?? (builtins.has(text) ? { kind: "external", path: text } : unknown(`\`${text}\` is not known`));
      case "ParenthesizedExpression":
      case "AwaitExpression": {
        const inner = parts().find((one) => one.name !== "await");
        return inner === undefined ? unread : this.#e.expr(inner, frame, source);
      }
      case "NamedExpression": {
        const [name, value] = parts().filter((one) => one.name !== "AssignOp");
        const made = value === undefined ? unread : this.#e.expr(value, frame, source);
        if (name !== undefined) frame.declare(source.text.slice(name.from, name.to), made, this.#e.budget.depth);
        return made;
      }
      case "ArrayExpression":
      case "TupleExpression":
      case "SetExpression":
        return { kind: "list", items: this.#items(node, frame, source) };
      case "DictionaryExpression":
        return this.#dictionary(node, frame, source);
      case "ArrayComprehensionExpression":
      case "SetComprehensionExpression":
      case "ComprehensionExpression":
        return this.#comprehension(node, frame, source);
      case "ConditionalExpression": {
        const [yes, , test, , no] = childrenOf(node);
        if (yes === undefined || test === undefined || no === undefined) return unread;
        const truth = truthOfThing(this.#e.expr(test, frame, source));
        if (truth !== undefined) return this.#e.expr(truth ? yes : no, frame, source);
        const [a, b] = this.#e.budget.maybe(() => [this.#e.expr(yes, frame, source), this.#e.expr(no, frame, source)] as const);
        if (a.kind === "literal" && b.kind === "literal" && a.value === b.value) return a;
        const absent = (one: Thing): boolean => one.kind === "literal" && (one.value === null || one.value === false);
        if (a.kind === "literal" || b.kind === "literal") return absent(a) ? b : absent(b) ? a : unknown("a choice made at run time");
        return a.kind === "unknown" ? b : a;
      }
      case "UnaryExpression": {
        const [operator, inner] = childrenOf(node);
        if (inner === undefined) return unread;
        const value = this.#e.expr(inner, frame, source);
        const truth = operator?.name === "not" ? truthOfThing(value) : undefined;
        return truth === undefined ? unknown("a condition") : literal(!truth);
      }
      case "BinaryExpression":
        return this.#binary(node, frame, source);
      case "LambdaExpression":
        return { kind: "closure", node, frame, source, name: "" };
      case "MemberExpression": {
        const [object, dot, key] = childrenOf(node);
        if (object === undefined || key === undefined) return unread;
        const target = this.#e.expr(object, frame, source);
        if (dot?.name === ".") return this.#e.member(target, source.text.slice(key.from, key.to));
        return this.#index(target, this.#e.expr(key, frame, source));
      }
      case "CallExpression":
        return this.#call(node, frame, source);
      default:
        return unread;
    }
  }

  given(list: SyntaxNode, frame: Names, source: SourceText): Given {
    const args: Thing[] = [];
    const written: string[] = [];
    const named = new Map<string, Thing>();
    const namedWritten = new Map<string, string>();
    const nodes = childrenOf(list);
    for (const [i, node] of nodes.entries()) {
      if (punctuation.has(node.name) || node.name === "AssignOp" || node.name === "*" || node.name === "**") continue;
      if (nodes[i + 1]?.name === "AssignOp") continue;
      const before = nodes[i - 1];
      const value = this.#e.expr(node, frame, source);
      if (before?.name === "AssignOp") {
        const key = nodes[i - 2];
        if (key === undefined) continue;
        named.set(source.text.slice(key.from, key.to), value);
        namedWritten.set(source.text.slice(key.from, key.to), nameOfPython(node, source.text));
      } else if (before?.name === "**") {
        if (value.kind === "table") for (const [name, one] of value.entries) named.set(name, one);
      } else if (before?.name === "*") {
        for (const one of value.kind === "list" ? value.items : [unknown("an unknown list")]) {
          args.push(one);
          written.push("");
        }
      } else {
        args.push(value);
        written.push(nameOfPython(node, source.text));
      }
    }
    return { args, written, named, namedWritten };
  }

  #call(node: SyntaxNode, frame: Names, source: SourceText): Thing {
    const [callee] = childrenOf(node);
    const list = childOf(node, "ArgList");
    if (callee === undefined || list === undefined) return unread;
    if (callee.name === "VariableName" && source.text.slice(callee.from, callee.to) === "super") {
      const self = frame.get("self");
      return self?.kind === "instance" || self?.kind === "router" ? { kind: "made", what: "super", value: self } : unknown("`super()`");
    }
    const target = this.#e.expr(callee, frame, source);
    const given = this.given(list, frame, source);
    const last = callee.lastChild;
    const site = this.#e.site(callee.name === "MemberExpression" && last !== null ? last : callee, source);
    if (target.kind === "bound") {
      if (target.target.kind === "made" && target.target.what === "super") return this.#super(target.target.value, target.name, given, site, { node, source });
      const plain = methodOfValue(target.target, target.name, given, (fn, args) => this.#e.call(fn, { args, written: [], named: new Map(), namedWritten: new Map() }));
      if (plain !== undefined) return plain;
      if (target.target.kind !== "router" && target.target.kind !== "made" && target.target.kind !== "kind") return unread;
    }
    return this.#e.apply(target, given, site);
  }

  #super(self: Thing | undefined, name: string, given: Given, site: PythonSite, at: { readonly node: SyntaxNode; readonly source: SourceText }): Thing {
    if (self?.kind !== "instance" && self?.kind !== "router") return unread;
    // The class `super()` is written in, not that of the object: a class of a class would call itself.
    const leaf = this.#e.classOf(self);
    const of = leaf === undefined ? undefined : (ancestors(leaf).find((one) => one.source === at.source && one.node.from <= at.node.from && at.node.to <= one.node.to) ?? leaf);
    const bases = of?.bases ?? [];
    for (const base of bases) {
      const found = base.kind === "kind" ? this.#e.memberOfKind(base, name) : undefined;
      if (found?.kind === "closure") return this.#e.call({ ...found, self }, given);
    }
    if (self.kind !== "router" || of === undefined) return literal(null);
    if (name !== "__init__") return this.#e.world.callRouter(self, name, given, site);
    const outside = this.#e.outsideBase(of);
    if (outside !== undefined) this.#e.world.initRouter(self.router, outside, given, site);
    return literal(null);
  }

  #items(node: SyntaxNode, frame: Names, source: SourceText): Thing[] {
    const nodes = childrenOf(node);
    return nodes.flatMap((one, i) => {
      if (punctuation.has(one.name) || one.name === "*") return [];
      const value = this.#e.expr(one, frame, source);
      return nodes[i - 1]?.name === "*" && value.kind === "list" ? value.items : [value];
    });
  }

  #dictionary(node: SyntaxNode, frame: Names, source: SourceText): Thing {
    const made = table();
    const nodes = childrenOf(node);
    for (const [i, one] of nodes.entries()) {
      if (nodes[i - 1]?.name === "**") {
        const inner = this.#e.expr(one, frame, source);
        if (inner.kind === "table") for (const [key, value] of inner.entries) made.entries.set(key, value);
        if (inner.kind !== "table" || inner.open) made.open = true;
      } else if (nodes[i + 1]?.name === ":") {
        const key = this.#e.expr(one, frame, source);
        const value = nodes[i + 2];
        if (key.kind !== "literal" || value === undefined) made.open = true;
        else made.entries.set(String(key.value), this.#e.expr(value, frame, source));
      }
    }
    return made;
  }

  /** `[f"/{x}" for x in names]` over a known list, one loop and no condition. */
  #comprehension(node: SyntaxNode, frame: Names, source: SourceText): Thing {
    const nodes = childrenOf(node).filter((one) => !["[", "]", "(", ")", "{", "}"].includes(one.name));
    const [result, , target, , over] = nodes;
    if (result === undefined || target?.name !== "VariableName" || over === undefined || nodes.length !== 5) return unread;
    const items = itemsOf(this.#e.expr(over, frame, source));
    if (items === undefined) return unread;
    return {
      kind: "list",
      items: items.slice(0, 5_000).map((item) => {
        const inner = new Frame(frame, this.#e.budget.depth);
        inner.declare(source.text.slice(target.from, target.to), item);
        return this.#e.expr(result, inner, source);
      }),
    };
  }

  #binary(node: SyntaxNode, frame: Names, source: SourceText): Thing {
    const nodes = childrenOf(node);
    const [first] = nodes;
    const last = nodes.at(-1);
    if (first === undefined || last === undefined) return unread;
    const operator = source.text.slice(first.to, last.from).trim();
    const left = this.#e.expr(first, frame, source);
    if (operator === "or" || operator === "and") {
      const truth = left.kind === "literal" ? Boolean(left.value) : truthOfThing(left);
      if (truth !== undefined) return truth === (operator === "and") ? this.#e.expr(last, frame, source) : left;
      const right = this.#e.budget.maybe(() => this.#e.expr(last, frame, source));
      if (operator === "and" || right.kind !== "literal") return operator === "and" ? unknown("a condition") : left.kind === "external" ? left : right;
      return byDefault(right, left.kind === "unknown" ? left.why : left.kind === "external" ? `\`${left.path}\` is not in the tree` : "what stands before it is not known");
    }
    return operate(operator, left, this.#e.expr(last, frame, source));
  }

  #format(node: SyntaxNode, frame: Names, source: SourceText): Thing {
    const prefix = /^[a-zA-Z]*(?:"""|'''|"|')/.exec(source.text.slice(node.from, node.to))?.[0] ?? '"';
    const end = node.to - prefix.replace(/^[a-zA-Z]*/, "").length;
    let at = node.from + prefix.length;
    const made: Thing[] = [];
    for (const hole of childrenOf(node)) {
      if (hole.name !== "FormatReplacement") continue;
      made.push(literal(unescaped(source.text.slice(at, hole.from).replaceAll("{{", "{").replaceAll("}}", "}"))));
      const inner = childrenOf(hole).find((one) => one.name !== "{" && one.name !== "}");
      made.push(inner === undefined ? unread : this.#e.expr(inner, frame, source));
      at = hole.to;
    }
    made.push(literal(unescaped(source.text.slice(at, end).replaceAll("{{", "{").replaceAll("}}", "}"))));
    return joined(made);
  }

  #index(target: Thing, key: Thing): Thing {
    if (target.kind === "external") return { kind: "external", path: `${target.path}[]` };
    if (key.kind !== "literal") return unread;
    if (target.kind === "list" && typeof key.value === "number") return target.items[key.value < 0 ? target.items.length + key.value : key.value] ?? unread;
    if (target.kind === "table") return target.entries.get(String(key.value)) ?? unknown(`\`${String(key.value)}\` of something not known`);
    if (target.kind === "router") return unknown("a setting of the app");
    return target.kind === "unknown" ? target : unread;
  }
}

/** Parts put together to one text; unknown where one of them is. */
export function joined(parts: readonly Thing[]): Thing {
  const unclear = parts.find((one) => one.kind !== "literal");
  if (unclear !== undefined)
    return unclear.kind === "unknown" ? unclear : unknown(unclear.kind === "external" ? `\`${unclear.path}\` is not in the tree` : "a text with parts that are not static");
  return restingOn(
    literal(parts.map((one) => textOfThing(one) ?? (one.kind === "literal" ? String(one.value) : "")).join("")),
    parts.filter((one) => one.kind === "literal"),
  );
}

/** The text a string literal stands for. */
function plainText(source: string): string {
  const prefix = /^([a-zA-Z]*)("""|'''|"|')/.exec(source);
  if (prefix === null) return source;
  const inner = source.slice(prefix[0].length, source.length - (prefix[2] ?? "").length);
  return /r/i.test(prefix[1] ?? "") ? inner : unescaped(inner);
}

function unescaped(text: string): string {
  return text.includes("\\") ? text.replaceAll(/\\(\r?\n|.)/g, (_, one: string) => (one === "n" ? "\n" : one === "t" ? "\t" : /[\r\n]/.test(one) ? "" : one)) : text;
}

const unread = unknown("an expression that is not read");
const punctuation: ReadonlySet<string> = new Set(["(", ")", "[", "]", ",", "{", "}", "⚠"]);
const builtins: ReadonlySet<string> = new Set([
  "os",
  "str",
  "int",
  "list",
  "dict",
  "tuple",
  "set",
  "getattr",
  "isinstance",
  "len",
  "range",
  "enumerate",
  "zip",
  "print",
  "open",
  "property",
  "staticmethod",
  "classmethod",
]);

/** A class and those of the tree it stands on. */
function ancestors(kind: Kind, depth = 0): Kind[] {
  return depth > 16 ? [] : [kind, ...kind.bases.flatMap((one) => (one.kind === "kind" ? ancestors(one, depth + 1) : []))];
}
