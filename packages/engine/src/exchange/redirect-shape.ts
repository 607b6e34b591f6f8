import { maskEcho } from "./echo-forms.ts";
import type { Ports } from "./ports.ts";
import { scalarText, looksIdentifying, vocabulary } from "./scalar-text.ts";

/** Where a Location leads, as far as it tells the kind of the answer: path and query with everything from the request masked, everything unknown hashed. */
export function redirectShape(location: string, forms: readonly string[], ports: Ports): string {
  const masked = maskEcho(location.slice(0, 1_024), forms);
  const scheme = masked.indexOf("://");
  const slash = scheme < 0 ? 0 : masked.indexOf("/", scheme + 3);
  const target = slash < 0 ? "/" : masked.slice(slash);
  const [beforeHash = ""] = target.split("#", 1);
  const mark = beforeHash.indexOf("?");
  const path = mark < 0 ? beforeHash : beforeHash.slice(0, mark);
  const segments = path
    .split("/", 16)
    .filter((segment) => segment !== "")
    .map((segment) => (segment.includes("{}") || looksIdentifying(segment) ? "{}" : scalarText(segment, ports)));
  const query = (mark < 0 ? "" : beforeHash.slice(mark + 1))
    .split("&", 16)
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      const name = equals < 0 ? pair : pair.slice(0, equals);
      const value = equals < 0 ? "" : pair.slice(equals + 1);
      // Only values that can carry a verdict and no person: flags and words of the vocabulary.
      return `${looksIdentifying(name) || name.includes("{}") ? "*" : scalarText(name, ports)}=${vocabulary.has(value) ? value : "*"}`;
    })
    .sort();
  return `/${segments.join("/")}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}
