import { PosternError } from "@postern/engine";
import { LineCounter, parseDocument } from "yaml";
import { jsonErrorOffset } from "../sources/json-position.ts";

/**
 * The value a JSON or YAML text holds. Throws SPEC_INVALID with line and column where it stops being one, and when it is over {@link documentCharactersMax},
 * nests deeper than {@link documentDepthMax} or its aliases unfold without end. Quotes nothing of the text: it may hold a secret.
 */
export function parseSpecText(text: string, name: string): unknown {
  if (text.length > documentCharactersMax)
    throw invalid(`${name} is larger than ${documentCharactersMax / 1024 / 1024} MiB.`, "Leave out what is no part of the interface, such as examples.");
  const plain = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const value = /^\s*[[{]/.test(plain.slice(0, 4_096)) ? json(plain, name) : yaml(plain, name);
  if (tooDeep(value, 0)) throw invalid(`${name} nests deeper than ${documentDepthMax} levels.`, "No interface needs that; check how the file was made.");
  return value;
}

/** The largest public documents have 10 MiB. */
export const documentCharactersMax = 64 * 1024 * 1024;
/** Schemas written by hand nest up to 20 or 30 levels. */
export const documentDepthMax = 200;
/** An alias bomb has thousands; people write some dozens. */
export const aliasesMax = 1_000;

function json(text: string, name: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const offset = jsonErrorOffset(text) ?? 0;
    // YAML may begin with a brace too.
    if (!/^\s*[[{]\s*["[{\]}]/.test(text.slice(0, 4_096))) return yaml(text, name);
    const line = text.slice(0, offset).split("\n").length;
    const column = offset - text.lastIndexOf("\n", offset - 1);
    const why = offset >= text.length ? "ends too early" : `stops being JSON at line ${line}, column ${column}`;
    throw invalid(`${name} ${why}.`, "Mend it there, or export it again.");
  }
}

function yaml(text: string, name: string): unknown {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, strict: true, logLevel: "silent" });
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      throw invalid(`${name} stops being YAML at line ${line}, column ${col} (${error.code}).`, "Mend it there.");
    }
    return document.toJS({ maxAliasCount: aliasesMax }) as unknown;
  } catch (cause) {
    if (cause instanceof PosternError) throw cause;
    throw invalid(
      `${name} cannot be read as YAML: ${cause instanceof RangeError || cause instanceof ReferenceError ? "its aliases or its nesting have no end" : "it is not well formed"}.`,
      "Write aliases out.",
    );
  }
}

function tooDeep(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth > documentDepthMax) return true;
  for (const key in value) if (tooDeep((value as Readonly<Record<string, unknown>>)[key], depth + 1)) return true;
  return false;
}

function invalid(message: string, remedy: string): PosternError {
  return new PosternError("SPEC_INVALID", message, { remedy });
}
