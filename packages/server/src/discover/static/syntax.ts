import type { SyntaxNode } from "@lezer/common";

/** The children of a node, in order, without comments. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const list: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) if (!child.name.endsWith("Comment")) list.push(child);
  return list;
}

/** The first child of a kind. */
export function childOf(node: SyntaxNode, ...names: readonly string[]): SyntaxNode | undefined {
  return childrenOf(node).find((one) => names.includes(one.name));
}

/** Where the first part that is not understood begins; undefined where all is. Stops after {@link nodesMax}. */
export function firstError(top: SyntaxNode): number | undefined {
  const cursor = top.cursor();
  for (let seen = 0; seen < nodesMax; seen++) {
    if (cursor.type.isError && !isHarmless(cursor.node)) return cursor.from;
    if (!cursor.next()) return undefined;
  }
  return undefined;
}

/** A file of 2 MB has fewer. */
const nodesMax = 4_000_000;

/** What the grammars do not know and what leaves nothing out: Python's `yield` without a value, Go's `for range n`. */
function isHarmless(error: SyntaxNode): boolean {
  const length = error.to - error.from;
  return (error.parent?.name === "YieldStatement" && length === 0) || (error.parent?.name === "ForStatement" && length === "range".length && error.prevSibling?.name === "for");
}
