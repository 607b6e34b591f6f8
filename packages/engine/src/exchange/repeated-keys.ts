/**
 * True for a JSON text that writes a key of one object twice, which services read differently: some take the first, some the last. `tree` is what parsing made of it. Also true of a tree deeper than
 * {@link countedDepthMax}, which is not counted.
 */
export function hasRepeatedKeys(text: string, tree: unknown): boolean {
  return keysInText(text) !== keysInTree(tree, 0);
}

/** Far deeper than anything honest, and shallow enough for the stack. */
export const countedDepthMax = 64;

/** Keys written in a valid JSON text: its colons outside strings. */
function keysInText(text: string): number {
  let keys = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 92) index += 1;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 58) keys += 1;
  }
  return keys;
}

/** Keys that survived parsing. A tree too deep to count gives minus infinity, which never agrees. */
function keysInTree(node: unknown, depth: number): number {
  if (typeof node !== "object" || node === null) return 0;
  if (depth > countedDepthMax) return Number.NEGATIVE_INFINITY;
  let keys = 0;
  if (Array.isArray(node)) {
    for (const element of node) keys += keysInTree(element, depth + 1);
    return keys;
  }
  for (const value of Object.values(node)) keys += 1 + keysInTree(value, depth + 1);
  return keys;
}
