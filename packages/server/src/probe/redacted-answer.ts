import { echoForms, looksIdentifying, maskEcho } from "@postern/engine";
import { parsed } from "./answer-features.ts";
import type { Asked } from "./judge-endpoint.ts";

/**
 * An answer as it may be shown and kept: status, names of headers and fields, and of their values only those that came back in answers about a quarter of
 * the identifiers, three at least, and look like nobody's. All else stands as its type. The identifier asked about stands as `{}`.
 */
export function redactedAnswer(one: Asked, all: readonly Asked[]): readonly string[] {
  const shared = sharedTexts(all);
  const forms = echoForms(one.identifiers);
  const lines = [String(one.answer.status)];
  for (const [name, value] of one.answer.headers) {
    if (hopByHop.has(name)) continue;
    const secret = name === "set-cookie" || name.includes("token") || name.includes("auth");
    lines.push(`${name}: ${!secret && shared.has(value) && namesNobody(value) ? value : described(value)}`);
  }
  const json = parsed(one.answer.body);
  if (json !== undefined)
    lines.push(
      ...JSON.stringify(shown(json, shared, forms, 0), undefined, 1)
        .split("\n")
        .slice(0, linesMax),
    );
  else if (one.answer.body !== "") {
    const masked = maskEcho(one.answer.body, forms);
    lines.push(shared.has(masked) && namesNobody(masked) ? masked : described(one.answer.body));
  } else lines.push("(no body)");
  return lines.slice(0, linesMax);
}

const linesMax = 40;
const textMax = 200;
/** A first name may come back three times among many; a word of the service's own comes back more often than that. */
const sharedMin = 3;
const sharedPart = 1 / 4;
const hopByHop: ReadonlySet<string> = new Set(["connection", "keep-alive", "date", "transfer-encoding"]);

function shown(node: unknown, shared: ReadonlySet<string>, forms: readonly string[], depth: number): unknown {
  if (node === null || typeof node === "boolean") return node;
  if (typeof node === "number") return Math.abs(node) < 1_000 && shared.has(String(node)) ? node : "<number>";
  if (typeof node === "string") {
    if (maskEcho(node, forms) !== node.toLowerCase()) return looksIdentifying(maskEcho(node, forms)) ? described(node) : maskEcho(node, forms).slice(0, textMax);
    return shared.has(node) && namesNobody(node) ? node : described(node);
  }
  if (depth > 8) return "<deep>";
  if (Array.isArray(node)) return node.slice(0, 3).map((item) => shown(item, shared, forms, depth + 1));
  if (typeof node !== "object") return "<value>";
  return Object.fromEntries(
    Object.entries(node)
      .slice(0, linesMax)
      .map(([key, value]) => {
        const masked = maskEcho(key, forms);
        return [masked === key.toLowerCase() ? (looksIdentifying(key) ? "<key>" : key) : masked, shown(value, shared, forms, depth + 1)];
      }),
  );
}

/** A sentence of the service's own may be long. */
function namesNobody(text: string): boolean {
  return text.length <= textMax && !looksIdentifying(text.slice(0, 64));
}

function described(text: string): string {
  return `<text of ${text.length}>`;
}

/** Values, header values and whole texts that stood in answers about so many identifiers. */
function sharedTexts(all: readonly Asked[]): ReadonlySet<string> {
  const least = Math.max(sharedMin, Math.ceil(new Set(all.map(({ side, index }) => `${side} ${index}`)).size * sharedPart));
  const askers = new Map<string, Set<string>>();
  for (const { answer, identifiers, side, index } of all) {
    const note = (text: string): void => {
      const known = askers.get(text) ?? new Set();
      if (known.size < least) known.add(`${side} ${index}`);
      if (askers.size < 20_000) askers.set(text, known);
    };
    for (const [, value] of answer.headers) note(value);
    const json = parsed(answer.body);
    if (json === undefined) note(maskEcho(answer.body, echoForms(identifiers)));
    else walk(json, 0, note);
  }
  return new Set([...askers].filter(([, known]) => known.size >= least).map(([text]) => text));
}

function walk(node: unknown, depth: number, note: (text: string) => void): void {
  if (typeof node === "string" || typeof node === "number") note(String(node));
  else if (typeof node === "object" && node !== null && depth < 10) for (const value of Object.values(node)) walk(value, depth + 1, note);
}
