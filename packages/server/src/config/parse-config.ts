import { checkTrigger, PosternError, sameDoor } from "@postern/engine";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import type { Document, Node } from "yaml";
import type { z } from "zod";
import { configSchema } from "./config-schema.ts";
import type { Config } from "./config-schema.ts";
import { re2 } from "./re2.ts";
import { keyRemedy, valueAt, wordsOf } from "./problem-words.ts";
import type { Environment } from "./values.ts";

/** Reads a configuration, or says everything that is wrong with it at once, each with its place. Never throws. */
export function parseConfig(text: string, options: ParseConfigOptions): ConfigResult {
  if (text.length > configCharactersMax)
    return {
      ok: false,
      problems: [{ file: options.name, line: 1, column: 1, path: "", message: `longer than ${configCharactersMax} characters`, remedy: "split off what is generated" }],
    };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number, path: string, message: string, remedy: string): ConfigProblem => {
    const { line, col } = lines.linePos(offset);
    return { file: options.name, line: Math.max(1, line), column: Math.max(1, col), path, message, remedy };
  };
  if (document.errors.length > 0) {
    return {
      ok: false,
      problems: document.errors
        // What cannot be read after the first break is no mistake of its own.
        .filter((error, i) => i === 0 || error.code === "DUPLICATE_KEY")
        .slice(0, problemsMax)
        .map((error) => at(error.pos[0], "", firstLine(error.message), yamlRemedy(error.message))),
    };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: aliasesMax }) ?? {};
  } catch {
    return { ok: false, problems: [at(0, "", `more than ${aliasesMax} aliases`, "write the values out")] };
  }
  const parsed = configSchema(options.env).safeParse(value);
  if (!parsed.success) {
    return { ok: false, problems: inOrder(parsed.error.issues.flatMap((issue) => problemsOf(issue, value, document, at))) };
  }
  const problems = [...triggerProblems(parsed.data, document, at), ...doubleProblems(parsed.data, document, at)];
  return problems.length > 0 ? { ok: false, problems: inOrder(problems) } : { ok: true, config: parsed.data };
}

export interface ParseConfigOptions {
  /** What the file is called in messages. */
  readonly name: string;
  readonly env: Environment;
}

export type ConfigResult = { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** One mistake. `line` and `column` are 1-based; `path` leads to the key (`limits.0.rate`). */
export interface ConfigProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

/** `postern.yaml:8:14 limits.0.rate: expected …; <remedy>` */
export function renderConfigProblem(problem: ConfigProblem): string {
  const path = problem.path === "" ? "" : ` ${problem.path}:`;
  return `${problem.file}:${problem.line}:${problem.column}${path} ${problem.message}${problem.remedy === "" ? "" : ` (${problem.remedy})`}`;
}

/** The problems as the error a command ends with. */
export function configError(problems: readonly ConfigProblem[]): PosternError {
  return new PosternError("CONFIG_INVALID", problems.map(renderConfigProblem).join("\n"));
}

/** A file beyond this is no configuration a person keeps. */
export const configCharactersMax = 1_048_576;
/** Enough to mend in one go. */
export const problemsMax = 100;
/** Nested aliases multiply; nobody needs many. */
const aliasesMax = 100;

type At = (offset: number, path: string, message: string, remedy: string) => ConfigProblem;

/** As a person reads the file. */
function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, problemsMax);
}

function problemsOf(issue: z.core.$ZodIssue, value: unknown, document: Document, at: At): ConfigProblem[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => at(keyOffset(document, path, key), [...path, key].join("."), `unknown key ${JSON.stringify(key)}`, keyRemedy(key, path)));
  }
  const missing = valueMissing(document, path);
  const { message, remedy } = missing ? { message: "is missing", remedy: "add it" } : wordsOf(issue, valueAt(value, issue.path));
  return [at(nodeOffset(document, path), path.join("."), message, remedy)];
}

function triggerProblems(config: Config, document: Document, at: At): ConfigProblem[] {
  const seen = new Set<string>();
  return config.triggers.flatMap((trigger, i) => {
    const problems = checkTrigger(trigger, re2).map(({ path, column, message }) => {
      const full = ["triggers", String(i), ...path];
      return at(nodeOffset(document, full) + offsetWithin(document, full, column), full.join("."), message, "");
    });
    if (seen.has(trigger.id))
      problems.push(at(nodeOffset(document, ["triggers", String(i), "id"]), `triggers.${i}.id`, `a second trigger ${JSON.stringify(trigger.id)}`, "give it another id"));
    seen.add(trigger.id);
    return problems;
  });
}

/** Of two declarations of one endpoint only the first would ever count. */
function doubleProblems(config: Config, document: Document, at: At): ConfigProblem[] {
  return config.endpoints.flatMap((endpoint, i) => {
    const first = config.endpoints.findIndex((other) => other.host === endpoint.host && sameDoor({ ...other.match, host: "*" }, { ...endpoint.match, host: "*" }));
    if (first === i || config.endpoints[first]?.match.method !== endpoint.match.method) return [];
    const path = ["endpoints", String(i), "match"];
    return [at(nodeOffset(document, path), path.join("."), `the same endpoint as endpoints.${first}, whatever its parameters are called`, "put both into one entry")];
  });
}

/** Start of the node at `path`, or of the nearest one above it. */
function nodeOffset(document: Document, path: readonly string[]): number {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(keysOf(path.slice(0, length)), true);
    if (isNodeWithRange(node)) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyOffset(document: Document, path: readonly string[], key: string): number {
  const map: unknown = path.length === 0 ? document.contents : document.getIn(keysOf(path), true);
  if (isMap(map)) for (const pair of map.items) if (isScalar(pair.key) && String(pair.key.value) === key && pair.key.range) return pair.key.range[0];
  return nodeOffset(document, path);
}

function valueMissing(document: Document, path: readonly string[]): boolean {
  return path.length > 0 && document.getIn(keysOf(path), true) === undefined;
}

/** Where a column of a scalar's value stands in the file; 0 when the text is folded or escaped, so that it is not the same. */
function offsetWithin(document: Document, path: readonly string[], column: number): number {
  const node: unknown = document.getIn(keysOf(path), true);
  if (!isScalar(node) || typeof node.value !== "string" || node.value.includes("\n") || node.source !== node.value) return 0;
  if (node.type === "PLAIN") return column - 1;
  return node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE" ? column : 0;
}

function keysOf(path: readonly string[]): (string | number)[] {
  return path.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function isNodeWithRange(node: unknown): node is Node & { range: [number, number, number] } {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
}

function yamlRemedy(message: string): string {
  if (message.includes("flow-map")) return "a text with { or } in it, such as a path, needs quotes inside { … }";
  return message.includes("unique") ? "take one of them away" : "mend the YAML: indentation, quotes, brackets";
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? "";
}
