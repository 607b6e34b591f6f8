import { type ApiProblem, problemsMax } from "./api-model.ts";

/** An object of a document, with its place. */
export interface Place {
  readonly value: Readonly<Record<string, unknown>>;
  /** JSON pointer, `#/paths/~1users/get`. */
  readonly at: string;
}

/**
 * Follows `$ref` within one document. A reference to another file or address is never followed: it is a problem, and what stands there is unknown.
 * Problems are kept up to a bound.
 */
export class RefResolver {
  readonly problems: ApiProblem[] = [];
  readonly #root: unknown;

  constructor(root: unknown) {
    this.#root = root;
  }

  /** The object at this place, references followed; undefined when there is none. */
  object(value: unknown, at: string): Place | undefined {
    let here = value;
    let place = at;
    for (let hop = 0; hop < hopsMax; hop++) {
      if (!isObject(here)) return undefined;
      const ref = here["$ref"];
      if (typeof ref !== "string") return { value: here, at: place };
      const target = this.#target(ref, place);
      if (target === undefined) return undefined;
      // OpenAPI 3.1: what stands beside a reference counts more than what it points to.
      const { $ref: _, ...beside } = here;
      here = isObject(target) ? { ...target, ...beside } : undefined;
      place = ref;
    }
    this.problem(at, "its references lead in a circle");
    return undefined;
  }

  problem(where: string, what: string): void {
    if (this.problems.length < problemsMax) this.problems.push({ where: where.slice(0, whereCharactersMax), what });
  }

  #target(ref: string, at: string): unknown {
    if (!ref.startsWith("#")) {
      this.problem(at, "points to another document, which is never fetched: bundle the documents into one first");
      return undefined;
    }
    let here: unknown = this.#root;
    for (const part of ref.slice(1).split("/").slice(1)) {
      const name = unescaped(part);
      here = Array.isArray(here) ? (here as readonly unknown[])[Number(name)] : isObject(here) && Object.hasOwn(here, name) ? here[name] : undefined;
    }
    if (here === undefined || (ref !== "#" && !ref.startsWith("#/"))) {
      this.problem(at, "points to nothing in this document");
      return undefined;
    }
    return here;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The members of an object that is one; none else. */
export function membersOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A text, number or truth value as text; `fallback` for anything else. */
export function wordOf(value: unknown, fallback = ""): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : fallback;
}

/** `#/paths` and `/users` as `#/paths/~1users`. */
export function pointer(at: string, ...parts: readonly (string | number)[]): string {
  return at + parts.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function unescaped(part: string): string {
  let text = part;
  try {
    text = decodeURIComponent(part);
  } catch {
    // A lone percent sign stands for itself.
  }
  return text.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** A reference to a reference is rare, a chain of ten a mistake. */
const hopsMax = 32;
const whereCharactersMax = 300;
