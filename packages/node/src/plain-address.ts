import { isIP } from "node:net";

/** An address in its one plain spelling: IPv4 out of its IPv6 mapping, no zone, lower case; `""` for what is no address. */
export function plainAddress(text: string): string {
  const bare = (text.split("%", 1)[0] ?? "").toLowerCase();
  const mapped = bare.startsWith("::ffff:") && bare.includes(".") ? bare.slice(7) : bare;
  return isIP(mapped) === 0 ? "" : mapped;
}
