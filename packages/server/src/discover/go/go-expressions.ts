import type { SyntaxNode } from "@lezer/common";
import { childOf, childrenOf } from "../static/syntax.ts";
import { table, textOfThing, truthOfThing, type Kind, type Names, type SourceText, type Thing } from "../static/thing.ts";
import { inAnyLanguage } from "../evaluate/operators.ts";
import { literal, restingOn, unknown } from "../value.ts";
import { forced, type GoMachine } from "./go-machine.ts";
import { fieldsOf, nameOfGo, wordAt } from "./go-types.ts";

/** Go's expressions. */
export class GoExpressions {
  readonly #e: GoMachine;

  constructor(evaluator: GoMachine) {
    this.#e = evaluator;
  }

  value(node: SyntaxNode, frame: Names, source: SourceText): Thing {
    const text = wordAt(node, source);
    switch (node.name) {
      case "String":
        return literal(plainText(text));
      case "Number":
        return literal(Number(text.replaceAll("_", "")));
      case "Bool":
        return literal(text === "true");
      case "Nil":
        return literal(null);
      case "VariableName":
      case "TypeName":
      case "DefName":
        return this.#name(text, frame);
      case "QualifiedType":
      case "SelectorExpr": {
        const [object, , key] = childrenOf(node);
        const last = key ?? childrenOf(node).at(-1);
        if (object === undefined || last === undefined) return unread;
        return this.#e.member(this.#e.expr(object, frame, source), wordAt(last, source));
      }
      case "PointerType":
      case "UnaryExp": {
        const [operator, inner] = childrenOf(node);
        if (inner === undefined) return unread;
        const value = this.#e.expr(inner, frame, source);
        if (operator !== undefined && wordAt(operator, source) === "!") {
          const truth = truthOfThing(value);
          return truth === undefined ? unknown("a condition") : literal(!truth);
        }
        return operator !== undefined && ["&", "*"].includes(wordAt(operator, source)) ? value : unknown("arithmetic");
      }
      case "ParenthesizedExpr":
      case "ParenExpr": {
        const inner = childrenOf(node)[1];
        return inner === undefined ? unread : this.#e.expr(inner, frame, source);
      }
      case "BinaryExp": {
        const [left, operator, right] = childrenOf(node);
        return left === undefined || operator === undefined || right === undefined
          ? unread
          : binary(wordAt(operator, source), this.#e.expr(left, frame, source), this.#e.expr(right, frame, source));
      }
      case "FunctionLiteral":
        return { kind: "closure", node, frame, source, name: "" };
      case "TypedLiteral": {
        const [type, value] = childrenOf(node);
        return type === undefined || value === undefined ? unread : this.#composite(type, value, frame, source);
      }
      case "TypeAssertion":
      case "ParameterizedExpr":
      case "SliceExpr": {
        const inner = node.firstChild;
        return inner === null ? unread : this.#e.expr(inner, frame, source);
      }
      case "IndexExpr": {
        const [object, , key] = childrenOf(node);
        if (object === undefined || key === undefined) return unread;
        const [target, index] = [this.#e.expr(object, frame, source), this.#e.expr(key, frame, source)];
        if (target.kind === "list" && index.kind === "literal") return target.items[Number(index.value)] ?? unread;
        if (target.kind === "table" && index.kind === "literal") return target.entries.get(String(index.value)) ?? unknown("an entry that is not known");
        return target.kind === "closure" ? target : unread;
      }
      case "CallExpr":
        return this.#call(node, frame, source);
      default:
        return unread;
    }
  }

  #name(name: string, frame: Names): Thing {
    const value = frame.get(name);
    if (value?.kind === "made" && value.what === "late") {
      for (let at: Names | undefined = frame; at !== undefined; at = at.outer) if (at.names.has(name)) return forced(at.names, name) ?? unread;
    }
    return value ?? (builtins.has(name) ? { kind: "external", path: name } : unknown(`\`${name}\` is not known`));
  }

  #call(node: SyntaxNode, frame: Names, source: SourceText): Thing {
    const [callee] = childrenOf(node);
    const list = childOf(node, "Arguments");
    if (callee === undefined || list === undefined) return unread;
    const nodes = childrenOf(list).filter((one) => !["(", ")", ","].includes(one.name));
    const target = this.#e.expr(callee, frame, source);
    const args: Thing[] = [];
    const written: string[] = [];
    for (const [i, one] of nodes.entries()) {
      if (one.name === "...") continue;
      if (target.kind === "external" && (target.path === "new" || target.path === "make") && i === 0) {
        if (target.path === "new") return this.#e.ofType(one, frame, source);
        return one.name === "MapType" ? table() : { kind: "list", items: [] };
      }
      const value = this.#e.expr(one, frame, source);
      if (nodes[i + 1]?.name === "..." && value.kind === "list") {
        args.push(...value.items);
        written.push(...value.items.map(() => ""));
      } else {
        args.push(value);
        written.push(nameOfGo(one, source));
      }
    }
    if (target.kind === "external" && target.path === "append") {
      const [first, ...rest] = args;
      return first?.kind === "list" ? { kind: "list", items: [...first.items, ...rest] } : unknown("a list that is not known");
    }
    const last = callee.name === "SelectorExpr" ? callee.lastChild : null;
    return this.#e.apply(target, args, this.#e.site(last ?? callee, source, written), nameOfGo(callee, source));
  }

  #composite(type: SyntaxNode, value: SyntaxNode, frame: Names, source: SourceText): Thing {
    const elements = childrenOf(value).filter((one) => one.name === "Element");
    if (type.name === "SliceType" || type.name === "ArrayType") {
      const inner = type.lastChild ?? undefined;
      return { kind: "list", items: elements.map((one) => this.#element(one.lastChild ?? one, inner, frame, source)) };
    }
    if (type.name === "MapType") {
      const made = table();
      for (const one of elements) {
        const key = childOf(one, "Key")?.firstChild;
        const name = key === null || key === undefined ? undefined : this.#e.expr(key, frame, source);
        if (name?.kind === "literal") made.entries.set(String(name.value), this.#element(one.lastChild ?? one, type.lastChild ?? undefined, frame, source));
        else made.open = true;
      }
      return made;
    }
    const found: Thing = type.name === "StructType" ? anonymous(type, frame, source) : this.#e.expr(type, frame, source);
    if (found.kind === "kind") {
      const inner = found.node.lastChild;
      if (found.node.name !== "StructType" && inner !== null && ["SliceType", "MapType", "ArrayType"].includes(inner.name))
        return this.#composite(inner, value, found.frame, source);
      const made = this.#e.instance(found);
      const fields = fieldsOf(found);
      for (const [i, one] of elements.entries()) {
        const key = childOf(one, "Key");
        const name = key === undefined ? fields[i]?.name : wordAt(key, source);
        if (name === undefined) continue;
        made.members.set(name, this.#element(one.lastChild ?? one, fields.find((field) => field.name === name)?.type, frame, source));
      }
      return made;
    }
    // A struct of a package: what is put into it is evaluated, for `http.Server{Handler: routes()}`.
    const parts = elements.map((one) => (one.lastChild === null ? unread : this.#element(one.lastChild, undefined, frame, source)));
    if (found.kind !== "external") return unread;
    return this.#e.world.callExternal(`${found.path}{}`, parts, this.#e.site(type, source, [])) ?? unknown(`a \`${found.path}\` of a package`);
  }

  #element(node: SyntaxNode, type: SyntaxNode | undefined, frame: Names, source: SourceText): Thing {
    if (node.name !== "LiteralValue") return this.#e.expr(node, frame, source);
    if (type === undefined) return unread;
    return this.#composite(type.name === "PointerType" ? (type.lastChild ?? type) : type, node, frame, source);
  }
}

function anonymous(node: SyntaxNode, frame: Names, source: SourceText): Kind {
  return { kind: "kind", name: "", node, source, frame, bases: [], members: new Map() };
}

function binary(operator: string, left: Thing, right: Thing): Thing {
  const nothing = (one: Thing): boolean => one.kind === "literal" && one.value === null;
  if ((operator === "==" || operator === "!=") && nothing(right) && (left.kind === "instance" || left.kind === "router" || left.kind === "closure"))
    return literal(operator === "!=");
  if (left.kind !== "literal" || right.kind !== "literal") return left.kind === "unknown" ? left : right.kind === "unknown" ? right : unknown("a condition");
  const [a, b] = [left.value, right.value];
  const made = ((): Extract<Thing, { kind: "literal" | "unknown" }> => {
    switch (operator) {
      case "&&":
        return literal(Boolean(a) && Boolean(b));
      case "||":
        return literal(Boolean(a) || Boolean(b));
      default:
        return inAnyLanguage(operator, a, b);
    }
  })();
  return restingOn(made, [left, right]);
}

function plainText(source: string): string {
  if (source.startsWith("`")) return source.slice(1, -1);
  return source.slice(1, -1).replaceAll(/\\(.)/g, (_, one: string) => (one === "n" ? "\n" : one === "t" ? "\t" : one));
}

/** `fmt.Sprintf("/%s/x", a)`; undefined where a part is not known. */
export function sprintf(args: readonly Thing[]): Thing | undefined {
  const [format, ...rest] = args;
  const text = textOfThing(format);
  const unclear = rest.find((one) => one.kind !== "literal");
  if (text === undefined || unclear !== undefined) return unclear?.kind === "unknown" ? unclear : undefined;
  let place = 0;
  const made = text.replaceAll(/%[svdq%]/g, (mark) => {
    if (mark === "%%") return "%";
    const one = rest[place++];
    return one?.kind === "literal" ? String(one.value) : "";
  });
  return restingOn(literal(made), args);
}

const unread = unknown("an expression that is not read");
const builtins: ReadonlySet<string> = new Set(["append", "new", "make", "len", "string", "panic", "int", "byte"]);
