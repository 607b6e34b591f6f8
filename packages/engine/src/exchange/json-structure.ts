import type { Json } from "./view.ts";

/**
 * The structure of a JSON value: its keys in their order and the kind of each value, arrays by their first element, at most {@link structureDepthMax} deep. Two
 * values of one structure get the same object, so what follows from structure alone is worked out once and found again; undefined for a value of more than
 * {@link structureStepsMax} places, which nobody may count on seeing again.
 *
 * Bound: {@link structureNodesMax} nodes; when they are full all is forgotten and learned anew. Holds names of fields in memory, and the last value asked about,
 * because every station asks about the same one.
 */
export function structureOf(json: Json): JsonStructure | undefined {
  if (json === lastJson && lastStructure !== undefined) return lastStructure;
  if (nodes >= structureNodesMax) {
    root = newNode();
    nodes = 1;
  }
  left = structureStepsMax;
  const end = walk(root, json, 0);
  lastJson = json;
  lastStructure = left < 0 ? undefined : (end.structure ??= { keys: "", memory: new Map() });
  return lastStructure;
}

export interface JsonStructure {
  /** Set by whoever wants it: all keys in lower case, for looking a text up in them. */
  keys: string;
  /** What a station worked out of this structure, under the station's own symbol. */
  readonly memory: Map<symbol, unknown>;
}

export const structureDepthMax = 6;
/** Keys and values looked at; records have some dozens. */
export const structureStepsMax = 384;
/** Some hundred structures of a service, and room for others; about 200 bytes a node. */
export const structureNodesMax = 32_768;

interface Node {
  readonly kinds: (Node | undefined)[];
  keys: Map<string, Node> | undefined;
  /** The key that came here last, which nearly always comes again. */
  key: string;
  next: Node | undefined;
  structure: JsonStructure | undefined;
}

let nodes = 1;
let left = 0;
let root = newNode();
let lastJson: Json | undefined;
let lastStructure: JsonStructure | undefined;

const nul = 0;
const text = 1;
const number = 2;
const boolean = 3;
const emptyList = 4;
const list = 5;
const object = 6;
const end = 7;
const deep = 8;

function walk(from: Node, json: Json, depth: number): Node {
  if (--left < 0) return from;
  if (typeof json === "string") return ofKind(from, text);
  if (typeof json === "number") return ofKind(from, number);
  if (json === null) return ofKind(from, nul);
  if (typeof json === "boolean") return ofKind(from, boolean);
  if (depth >= structureDepthMax) return ofKind(from, deep);
  if (isList(json)) {
    const first = json[0];
    return first === undefined ? ofKind(from, emptyList) : walk(ofKind(from, list), first, depth + 1);
  }
  let node = ofKind(from, object);
  for (const key in json) {
    node = walk(ofKey(node, key), json[key] ?? null, depth + 1);
    if (left < 0) return node;
  }
  return ofKind(node, end);
}

function ofKind(from: Node, kind: number): Node {
  return (from.kinds[kind] ??= newNode());
}

function ofKey(from: Node, key: string): Node {
  if (from.key === key && from.next !== undefined) return from.next;
  from.keys ??= new Map();
  let next = from.keys.get(key);
  if (next === undefined) {
    next = newNode();
    from.keys.set(key, next);
  }
  from.key = key;
  from.next = next;
  return next;
}

function newNode(): Node {
  nodes++;
  return {
    kinds: [undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined],
    keys: undefined,
    key: "",
    next: undefined,
    structure: undefined,
  };
}

function isList(json: readonly Json[] | { readonly [key: string]: Json }): json is readonly Json[] {
  return Array.isArray(json);
}
