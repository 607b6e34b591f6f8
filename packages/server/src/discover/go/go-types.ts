import type { SyntaxNode } from "@lezer/common";
import { childOf, childrenOf } from "../static/syntax.ts";
import type { Kind, SourceText } from "../static/thing.ts";

/** The fields of a struct in order; an embedded one bears its type's name. */
export function fieldsOf(kind: Kind): readonly { readonly name: string; readonly type: SyntaxNode; readonly embedded: boolean }[] {
  const struct = kind.node.name === "StructType" ? kind.node : childOf(kind.node, "StructType");
  const body = struct === undefined ? undefined : childOf(struct, "StructBody");
  if (body === undefined) return [];
  return childrenOf(body)
    .filter((one) => one.name === "FieldDecl")
    .flatMap((field): { readonly name: string; readonly type: SyntaxNode; readonly embedded: boolean }[] => {
      const nodes = childrenOf(field).filter((one) => one.name !== "," && one.name !== "*" && one.name !== "Tag" && one.name !== "String");
      const type = nodes.at(-1);
      const names = nodes.filter((one) => one.name === "FieldName");
      if (type === undefined) return [];
      if (names.length > 0 && type.name !== "FieldName") return names.map((one) => ({ name: wordAt(one, kind.source), type, embedded: false }));
      return [{ name: wordAt(type, kind.source).split(".").at(-1) ?? "", type, embedded: true }];
    });
}

export function wordAt(node: SyntaxNode, source: SourceText): string {
  return source.text.slice(node.from, node.to);
}

/** `list`, `s.users.list`, `wrap(s.list)`, `(inline)`. Names only, never literals. */
export function nameOfGo(node: SyntaxNode, source: SourceText, depth = 0): string {
  if (depth > 6) return "...";
  const [first, ...rest] = childrenOf(node);
  switch (node.name) {
    case "VariableName":
    case "FieldName":
    case "DefName":
      return wordAt(node, source);
    case "FunctionLiteral":
      return "(inline)";
    case "SelectorExpr": {
      const last = rest.at(-1);
      return first === undefined || last === undefined ? "" : `${nameOfGo(first, source, depth + 1)}.${wordAt(last, source)}`;
    }
    case "CallExpr": {
      const list = childOf(node, "Arguments");
      const inner =
        list === undefined ? [] : childrenOf(list).flatMap((one) => (one.name === "VariableName" || one.name === "SelectorExpr" ? [nameOfGo(one, source, depth + 1)] : []));
      return first === undefined ? "" : `${nameOfGo(first, source, depth + 1)}(${inner.join(", ")})`.slice(0, 120);
    }
    case "UnaryExp":
    case "ParenthesizedExpr":
    case "ParenExpr": {
      const inner = rest[0];
      return inner === undefined ? "" : nameOfGo(inner, source, depth + 1);
    }
    default:
      return "";
  }
}
