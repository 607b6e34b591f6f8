import type { ArgumentNode, DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from "graphql/language/ast.js";
import { Kind } from "graphql/language/kinds.js";
import { parse } from "graphql/language/parser.js";

/**
 * Reads GraphQL documents as far as an inventory needs them: their operations with the root fields each asks for, fragments spread out. A document read once is
 * remembered, so that traffic that repeats costs one look-up; so is that a text is none.
 *
 * Bounds: {@link documentCharactersMax}, {@link tokensMax} and {@link depthMax} a document, {@link rootFieldsMax} an operation, {@link rememberedMax} texts of
 * together {@link rememberedCharactersMax} characters; the older half is forgotten when they are full. Beyond a bound a text is no document.
 */
export class GraphqlDocuments {
  #young = new Map<string, GraphqlDocument | null>();
  #old = new Map<string, GraphqlDocument | null>();
  #characters = 0;
  #youngHashes = new Map<string, GraphqlDocument>();
  #oldHashes = new Map<string, GraphqlDocument>();

  /** Undefined for a text that is no document of operations, or too large a one. */
  read(text: string): GraphqlDocument | undefined {
    if (text.length > documentCharactersMax || !begins.test(text)) return undefined;
    const known = this.#young.get(text);
    if (known !== undefined) return known ?? undefined;
    const older = this.#old.get(text);
    const document = older === undefined ? (readDocument(text) ?? null) : older;
    if (this.#young.size >= rememberedMax / 2 || this.#characters + text.length > rememberedCharactersMax / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#characters = 0;
    }
    this.#young.set(text, document);
    this.#characters += text.length;
    return document ?? undefined;
  }

  /** The document that was last stored under this hash, as far as it was seen. */
  stored(hash: string): GraphqlDocument | undefined {
    return this.#youngHashes.get(hash) ?? this.#oldHashes.get(hash);
  }

  /** The service took this document under this hash. */
  store(hash: string, document: GraphqlDocument): void {
    if (hash.length > hashCharactersMax) return;
    if (this.#youngHashes.size >= rememberedMax / 2) {
      this.#oldHashes = this.#youngHashes;
      this.#youngHashes = new Map();
    }
    this.#youngHashes.set(hash, document);
  }

  /** Texts held now, for tests of the bound. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}

export interface GraphqlDocument {
  readonly operations: readonly GraphqlOperation[];
}

export interface GraphqlOperation {
  readonly kind: "query" | "mutation" | "subscription";
  readonly name: string | undefined;
  readonly fields: readonly RootField[];
  /** Root fields beyond {@link rootFieldsMax}. */
  readonly more: number;
}

export interface RootField {
  /** What the answer calls it: the alias, or the name. */
  readonly key: string;
  readonly name: string;
  readonly args: readonly ArgumentNode[];
}

/** A gate carries no more of a body. */
export const documentCharactersMax = 65_536;
/** Large client documents have some hundred; parsing so many takes about a millisecond. */
export const tokensMax = 4_096;
/** Nested braces, brackets and parentheses; the full introspection query has 15. The parser calls itself for each. */
export const depthMax = 64;
export const rootFieldsMax = 1_024;
/** Documents of all clients of a service: some dozens to hundreds. */
export const rememberedMax = 1_024;
export const rememberedCharactersMax = 4_194_304;
const hashCharactersMax = 128;
/** Fragments spread within one another at the root. */
const spreadsMax = 64;

const begins = /^[\s,\uFEFF]{0,256}(?:#|\{|(?:query|mutation|subscription|fragment)\b)/;

function readDocument(text: string): GraphqlDocument | undefined {
  if (depthOf(text) > depthMax) return undefined;
  let parsed: DocumentNode;
  try {
    parsed = parse(text, { noLocation: true, maxTokens: tokensMax });
  } catch {
    return undefined;
  }
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of parsed.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
    else if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else return undefined;
  }
  if (operations.length === 0) return undefined;
  return {
    operations: operations.map((operation) => {
      const fields: RootField[] = [];
      const more = spread(operation.selectionSet, fragments, new Set(), fields);
      return { kind: operation.operation, name: operation.name?.value, fields, more };
    }),
  };
}

/** Gathers root fields; gives how many were too many. */
function spread(set: SelectionSetNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>, open: Set<string>, fields: RootField[]): number {
  let more = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      if (fields.length >= rootFieldsMax) more++;
      else fields.push({ key: selection.alias?.value ?? selection.name.value, name: selection.name.value, args: selection.arguments ?? [] });
    } else if (selection.kind === Kind.INLINE_FRAGMENT) more += spread(selection.selectionSet, fragments, open, fields);
    else {
      const name = selection.name.value;
      const fragment = fragments.get(name);
      // Each counts once: one that is spread again asks for the same fields.
      if (fragment === undefined || open.has(name) || open.size >= spreadsMax) continue;
      open.add(name);
      more += spread(fragment.selectionSet, fragments, open, fields);
    }
  }
  return more;
}

/** How deep brackets of any sort nest, outside strings and comments. Linear. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 123: // {
      case 40: // (
      case 91: // [
        depth++;
        if (depth > deepest) deepest = depth;
        break;
      case 125:
      case 41:
      case 93:
        depth--;
        break;
      case 35:
        while (at < text.length && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 13) at++;
        break;
      case 34:
        at = endOfString(text, at);
        break;
    }
  }
  return deepest;
}

/** Where the string that begins here ends. */
function endOfString(text: string, start: number): number {
  if (text.startsWith('"""', start)) {
    let end = text.indexOf('"""', start + 3);
    while (end > 0 && text.charCodeAt(end - 1) === 92) end = text.indexOf('"""', end + 1);
    return end < 0 ? text.length : end + 2;
  }
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 34 || code === 10 || code === 13) return at;
  }
  return text.length;
}
