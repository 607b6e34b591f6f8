import type { SyntaxNode } from "@lezer/common";
import type { Position } from "../position.ts";
import type { Thing } from "../static/thing.ts";

/** A call's arguments as Python binds them. */
export interface Given {
  readonly args: readonly Thing[];
  /** How the arguments were written, names only. */
  readonly written: readonly string[];
  readonly named: ReadonlyMap<string, Thing>;
  readonly namedWritten: ReadonlyMap<string, string>;
}

/** Where a call stands. */
export interface PythonSite {
  readonly at: Position;
  readonly conditional: boolean;
}

/** An argument by its name or its place. */
export function argument(given: Given, name: string, place?: number): Thing | undefined {
  return given.named.get(name) ?? (place === undefined ? undefined : given.args[place]);
}

/** What an argument was called where it was written. */
export function writtenAs(given: Given, name: string, place?: number): string {
  return given.namedWritten.get(name) ?? (place === undefined ? "" : (given.written[place] ?? ""));
}

/** `list_users`, `views.users.list`, `login_required()`, `(inline)`. Names only, never literals: those may be secrets. */
export function nameOfPython(node: SyntaxNode, text: string, depth = 0): string {
  if (depth > 6) return "...";
  if (node.name === "VariableName" || node.name === "PropertyName") return text.slice(node.from, node.to);
  if (node.name === "LambdaExpression") return "(inline)";
  const first = node.firstChild;
  const last = node.lastChild;
  if (first === null || last === null) return "";
  if (node.name === "MemberExpression")
    return last.name === "PropertyName" ? `${nameOfPython(first, text, depth + 1)}.${text.slice(last.from, last.to)}` : nameOfPython(first, text, depth + 1);
  if (node.name === "CallExpression") {
    const inner: string[] = [];
    for (let child = last.firstChild; child !== null; child = child.nextSibling)
      if (child.nextSibling?.name !== "AssignOp" && (child.name === "VariableName" || child.name === "MemberExpression")) inner.push(nameOfPython(child, text, depth + 1));
    return `${nameOfPython(first, text, depth + 1)}(${inner.join(", ")})`.slice(0, 120);
  }
  return node.name === "ParenthesizedExpression" || node.name === "AwaitExpression" ? nameOfPython(first.nextSibling ?? first, text, depth + 1) : "";
}
