import type { z } from "zod";
import { configJsonSchema } from "./config-json-schema.ts";

/** A mistake in the words of somebody who writes YAML, and what to do where that is not plain from it. The value itself is repeated only where it can be no secret. */
export function wordsOf(issue: z.core.$ZodIssue, value: unknown): ProblemWords {
  // Words of our own say more than a type does.
  if (!/^(?:Invalid|Too|Unrecognized) /.test(issue.message)) return { message: issue.message, remedy: "" };
  switch (issue.code) {
    case "invalid_type":
      if (value === null && issue.expected !== "string") return { message: `is empty; expected ${kindOf(issue.expected)}`, remedy: "write something there, or take the key away" };
      return {
        message: `expected ${kindOf(issue.expected)}, got ${kindNow(value)}`,
        remedy: issue.expected === "array" && value !== null ? "write it as a list: [ … ], or one line with `- ` each" : "",
      };
    case "too_small":
      return {
        message:
          issue.origin === "array"
            ? `needs at least ${several(issue.minimum, "entry", "entries")}`
            : issue.origin === "string"
              ? "must not be empty"
              : `must be at least ${issue.minimum}`,
        remedy: "",
      };
    case "too_big":
      return {
        message:
          issue.origin === "array"
            ? `takes at most ${several(issue.maximum, "entry", "entries")}`
            : issue.origin === "string"
              ? `is longer than ${issue.maximum} characters`
              : `must be at most ${issue.maximum}`,
        remedy: "",
      };
    case "invalid_value": {
      const words = issue.values.map(String);
      const near = typeof value === "string" ? nearest(value, words) : undefined;
      return { message: `expected ${words.length === 1 ? "" : "one of "}${words.join(", ")}`, remedy: near === undefined ? "" : `did you mean ${near}?` };
    }
    case "invalid_format":
      if (issue.format === "date") return { message: "expected a day such as 2027-01-31", remedy: "" };
      if (issue.format === "email") return { message: "expected an e-mail address", remedy: "" };
      return { message: plainMessage(issue.message), remedy: "" };
    case "custom":
    case "invalid_element":
    case "invalid_key":
    case "invalid_union":
    case "not_multiple_of":
    case "unrecognized_keys":
      return { message: plainMessage(issue.message), remedy: "" };
  }
}

export interface ProblemWords {
  readonly message: string;
  readonly remedy: string;
}

/** For a key that is none: the one that was probably meant, or those there are. */
export function keyRemedy(key: string, path: readonly string[]): string {
  const keys = keysAt(path);
  const near = nearest(key, keys);
  if (near !== undefined) return `did you mean ${near}?`;
  return keys.length > 0 && keys.length <= keysShownMax ? `there is ${keys.join(", ")}` : "see `postern config schema` for what there is";
}

/** What stands at a path of parsed YAML; undefined when nothing does. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

const keysShownMax = 16;

function plainMessage(message: string): string {
  return message.replace(/^Invalid input: /, "").replace(", received ", ", got ");
}

function kindOf(type: string): string {
  return (
    { array: "a list", object: "keys with values", record: "keys with values", number: "a number", int: "a whole number", boolean: "true or false", string: "a text" }[type] ?? type
  );
}

function kindNow(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  return Array.isArray(value) ? "a list" : typeof value === "boolean" ? String(value) : kindOf(typeof value);
}

function several(value: number | bigint, one: string, many: string): string {
  return `${value} ${Number(value) === 1 ? one : many}`;
}

/** Made once, when the first unknown key is met. */
let known: unknown;

/** Keys the schema knows at a path. */
function keysAt(path: readonly string[]): readonly string[] {
  known ??= configJsonSchema();
  let schema: unknown = known;
  for (const part of path) {
    const inner = /^\d+$/.test(part) ? valueAt(schema, ["items"]) : (valueAt(schema, ["properties", part]) ?? valueAt(schema, ["additionalProperties"]));
    if (inner === undefined) return [];
    schema = inner;
  }
  const properties = valueAt(schema, ["properties"]);
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}

/** The word a slip of the hand away, in case or in up to two letters; undefined when none is. */
function nearest(written: string, words: readonly string[]): string | undefined {
  const lower = written.slice(0, 64).toLowerCase();
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const word of words) {
    const distance = edits(lower, word.toLowerCase());
    if (distance <= Math.min(2, Math.floor(word.length / 3)) && (best === undefined || distance < best.distance)) best = { word, distance };
  }
  return best?.word;
}

/** Letters to add, leave out or change (Levenshtein); both are short. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}
