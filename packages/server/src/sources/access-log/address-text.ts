import { isIP } from "node:net";

/** The address in `1.2.3.4`, `1.2.3.4:5`, `[::1]`, `[::1]:5`, `2001:db8::1`, the first of a list; `""` for anything else. */
export function addressOf(text: string): string {
  const comma = text.indexOf(",");
  const first = (comma === -1 ? text : text.slice(0, comma)).trim();
  if (isIP(first) !== 0) return first;
  if (first.startsWith("[")) {
    const inner = first.slice(1, Math.max(1, first.indexOf("]")));
    return isIP(inner) === 0 ? "" : inner;
  }
  const bare = first.slice(0, Math.max(0, first.lastIndexOf(":")));
  return isIP(bare) === 0 ? "" : bare;
}
