import { type Parsed, parseInstant } from "./parse-instant.ts";
import type { ExchangeQuery } from "./views.ts";

/** Longer queries are refused: no person types them. */
export const searchLengthMax = 1_024;

/**
 * Reads `field:value field:"two words"` into an exchange query; all words must hold. Fields: endpoint, address, status, from, to.
 * Each field at most once; no OR, no wildcards yet: an unknown word is refused with the list of known ones rather than searched for nothing.
 */
export function parseSearch(raw: string): Parsed<ExchangeQuery> {
  if (raw.length > searchLengthMax) return no(`must have at most ${searchLengthMax} characters`);
  const query: { endpoint?: string; address?: string; status?: number; from?: number; to?: number } = {};
  for (const word of wordsOf(raw)) {
    const colon = word.indexOf(":");
    const field = colon < 0 ? "" : word.slice(0, colon);
    const value = word.slice(colon + 1);
    if (value === "") return no(`"${word.slice(0, 40)}" is not field:value; fields: ${fields.join(", ")}`);
    if (Object.hasOwn(query, field)) return no(`${field} is given twice`);
    switch (field) {
      case "endpoint":
      case "address":
        query[field] = value;
        break;
      case "status":
        if (!/^([1-5]\d\d|0)$/.test(value)) return no("status must be an HTTP status, or 0 for no answer");
        query.status = Number(value);
        break;
      case "from":
      case "to": {
        const at = parseInstant(value);
        if (!at.ok) return no(`${field} ${at.detail}`);
        query[field] = at.value;
        break;
      }
      default:
        return no(`unknown field "${field.slice(0, 40)}"; fields: ${fields.join(", ")}`);
    }
  }
  return { ok: true, value: query };
}

const fields = ["endpoint", "address", "status", "from", "to"] as const;

/** Splits at spaces outside double quotes; quotes are dropped. */
function wordsOf(raw: string): readonly string[] {
  const words: string[] = [];
  let word = "";
  let quoted = false;
  for (const char of raw) {
    if (char === '"') quoted = !quoted;
    else if (char === " " && !quoted) {
      if (word !== "") words.push(word);
      word = "";
    } else word += char;
  }
  if (word !== "") words.push(word);
  return words;
}

function no(detail: string): Parsed<never> {
  return { ok: false, detail };
}
