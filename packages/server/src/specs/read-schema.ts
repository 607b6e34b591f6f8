import { anySchema, type ApiProperty, type ApiSchema, type SchemaType } from "./api-model.ts";
import { isObject, listOf, membersOf, pointer, type RefResolver, textOf } from "./ref-resolver.ts";

/**
 * A JSON Schema of OpenAPI 2.0 to 3.2 as an {@link ApiSchema}. `allOf` is put together; of `oneOf` and `anyOf` everything that one of them allows is allowed, and
 * only what all require is required. `nullable` and type lists are one. What refers to itself, or goes beyond {@link depthMax} and {@link placesMax}, ends in
 * "anything".
 */
export function readSchema(value: unknown, at: string, refs: RefResolver): ApiSchema {
  return read(value, at, { refs, left: { places: placesMax }, open: [] }, 0);
}

/** As deep as bodies of traffic are described, and one more. */
const depthMax = 9;
/** Listed values that are compared; longer lists are tables of data. */
export const choicesMax = 500;
/** Properties read of one body: the largest public ones have some hundreds. */
export const placesMax = 4_000;

interface Reading {
  readonly refs: RefResolver;
  readonly left: { places: number };
  /** Places that are being read: one met again is a circle. */
  readonly open: readonly string[];
}

function read(value: unknown, at: string, reading: Reading, depth: number): ApiSchema {
  if (value === true || value === undefined) return anySchema;
  if (depth > depthMax || reading.left.places-- <= 0) return anySchema;
  const place = reading.refs.object(value, at);
  if (place === undefined || reading.open.includes(place.at)) return anySchema;
  const below: Reading = { ...reading, open: [...reading.open, place.at] };
  const schema = own(place.value, place.at, below, depth);
  const all = listOf(place.value["allOf"]).map((one, i) => read(one, pointer(place.at, "allOf", i), below, depth));
  const either = ["oneOf", "anyOf"].flatMap((word) => {
    const list = listOf(place.value[word]).map((one, i) => read(one, pointer(place.at, word, i), below, depth));
    return list.length === 0 ? [] : [list.reduce(union)];
  });
  return [...all, ...either].reduce(both, schema);
}

function own(value: Readonly<Record<string, unknown>>, at: string, reading: Reading, depth: number): ApiSchema {
  const required = new Set(listOf(value["required"]).filter((name) => typeof name === "string"));
  const properties = new Map<string, ApiProperty>();
  for (const [name, property] of membersOf(value["properties"]))
    properties.set(name, { schema: read(property, pointer(at, "properties", name), reading, depth + 1), required: required.has(name) });
  const more = value["additionalProperties"];
  const extra = isObject(more) ? read(more, pointer(at, "additionalProperties"), reading, depth + 1) : more === true ? anySchema : undefined;
  const types = typesOf(value, properties.size > 0 || extra !== undefined);
  const format = textOf(value["format"]);
  const choices = [...new Set(listOf(value["enum"]).map((one) => JSON.stringify(one) ?? ""))].sort().slice(0, choicesMax);
  return {
    types,
    properties,
    ...(choices.length === 0 ? {} : { choices }),
    ...(format === undefined ? {} : { format }),
    ...(extra === undefined ? {} : { extra }),
    ...(value["items"] === undefined ? {} : { items: read(value["items"], pointer(at, "items"), reading, depth + 1) }),
    // Nothing at all is said: whatever comes is as described.
    ...(properties.size === 0 && extra === undefined ? { cut: true } : {}),
  };
}

function typesOf(value: Readonly<Record<string, unknown>>, hasProperties: boolean): ReadonlySet<SchemaType> {
  const said = Array.isArray(value["type"]) ? (value["type"] as readonly unknown[]) : [value["type"]];
  const types = new Set<SchemaType>();
  for (const one of said) {
    const type = schemaTypes.find((known) => known === one);
    if (type !== undefined) types.add(type);
    else if (one === "file") types.add("string");
  }
  if (types.size === 0) {
    if (hasProperties) types.add("object");
    else if (value["items"] !== undefined) types.add("array");
    else {
      for (const one of [...listOf(value["enum"]), ...("const" in value ? [value["const"]] : [])]) types.add(typeOfValue(one));
    }
  }
  if (types.size > 0 && (value["nullable"] === true || value["x-nullable"] === true)) types.add("null");
  return types;
}

function typeOfValue(value: unknown): SchemaType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value === "object" ? "object" : "string";
}

const schemaTypes: readonly SchemaType[] = ["null", "boolean", "integer", "number", "string", "array", "object"];

/** What both say, as far as it can be said in one. */
function both(a: ApiSchema, b: ApiSchema): ApiSchema {
  const types =
    a.types.size === 0 ? b.types : b.types.size === 0 ? a.types : new Set([...a.types].filter((type) => b.types.has(type) || (type === "integer" && b.types.has("number"))));
  const properties = new Map(a.properties);
  for (const [name, theirs] of b.properties) {
    const mine = properties.get(name);
    properties.set(name, mine === undefined ? theirs : { schema: both(mine.schema, theirs.schema), required: mine.required || theirs.required });
  }
  const choices = a.choices ?? b.choices;
  return {
    ...joined(a, b, types, properties, a.items === undefined || b.items === undefined ? (a.items ?? b.items) : both(a.items, b.items)),
    ...(choices === undefined ? {} : { choices }),
  };
}

/** What either says. */
function union(a: ApiSchema, b: ApiSchema): ApiSchema {
  const types = a.types.size === 0 || b.types.size === 0 ? new Set<SchemaType>() : new Set([...a.types, ...b.types]);
  const properties = new Map<string, ApiProperty>();
  const aObject = a.types.has("object") || a.types.size === 0;
  const bObject = b.types.has("object") || b.types.size === 0;
  for (const name of new Set([...a.properties.keys(), ...b.properties.keys()])) {
    const mine = a.properties.get(name);
    const theirs = b.properties.get(name);
    const one = mine ?? theirs;
    if (one === undefined) continue;
    const required = (mine?.required ?? !aObject) && (theirs?.required ?? !bObject);
    properties.set(name, { schema: mine !== undefined && theirs !== undefined ? union(mine.schema, theirs.schema) : one.schema, required });
  }
  return joined(a, b, types, properties, a.items !== undefined && b.items !== undefined ? union(a.items, b.items) : (a.items ?? b.items));
}

function joined(a: ApiSchema, b: ApiSchema, types: ReadonlySet<SchemaType>, properties: ReadonlyMap<string, ApiProperty>, items: ApiSchema | undefined): ApiSchema {
  const format = a.format ?? b.format;
  const extra = a.extra ?? b.extra;
  const choices = a.choices !== undefined && b.choices !== undefined ? [...new Set([...a.choices, ...b.choices])].sort() : undefined;
  const agree = a.format === undefined || b.format === undefined || a.format === b.format;
  return {
    types,
    properties,
    ...(format === undefined || !agree ? {} : { format }),
    ...(choices === undefined ? {} : { choices }),
    ...(items === undefined ? {} : { items }),
    ...(extra === undefined ? {} : { extra }),
    ...(properties.size === 0 && extra === undefined ? { cut: true } : {}),
  };
}
