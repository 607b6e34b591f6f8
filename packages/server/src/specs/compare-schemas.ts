import { classesWithin } from "./data-level.ts";
import type { ApiProperty, ApiSchema, SchemaType, Share } from "./api-model.ts";

/** One place where two schemas say different things. */
export interface SchemaDifference {
  readonly what: "type" | "format" | "undocumented" | "missing" | "required";
  /** `data[].id`; `""` for the whole. */
  readonly path: string;
  readonly documented: string;
  readonly found: string;
  readonly evidence: Share | null;
  /** What kinds of data stand there that the document has no place for, worst first; empty where it has one. */
  readonly data: readonly string[];
}

/**
 * Where values of the traffic are not as documented: kinds of value that the document does not allow, fields it does not have, fields it requires that did not
 * always come. A document that says nothing of a place allows everything there; so does `additionalProperties`. `nameOf` writes documented names as traffic
 * has them.
 */
export function schemaDrift(documented: ApiSchema, seen: ApiSchema, nameOf: (name: string) => string): readonly SchemaDifference[] {
  const found: SchemaDifference[] = [];
  const walk = (a: ApiSchema, b: ApiSchema, path: string, evidence: Share | null): void => {
    if (found.length >= differencesMax) return;
    const more = [...b.types].filter((type) => !allows(a, type));
    if (more.length > 0) found.push({ what: "type", path, documented: typeText(a), found: typeText(b), evidence, data: classesWithin(b) });
    else if (a.format !== undefined && b.format !== undefined && a.format !== b.format && known.has(a.format) && known.has(b.format))
      found.push({ what: "format", path, documented: a.format, found: b.format, evidence, data: [] });
    if (a.items !== undefined && b.items !== undefined) walk(a.items, b.items, `${path}[]`, null);
    if (!b.types.has("object") || a.cut === true || (a.types.size > 0 && !a.types.has("object"))) return;
    const byName = new Map([...a.properties].map(([name, property]) => [nameOf(name), { name, property }]));
    for (const [name, property] of b.properties) {
      const said = byName.get(name);
      const at = `${path}${path === "" ? "" : "."}${said?.name ?? name}`;
      const share = property.seen ?? null;
      if (said !== undefined) walk(said.property.schema, property.schema, at, share);
      else if (a.extra === undefined)
        found.push({ what: "undocumented", path: at, documented: "nothing", found: typeText(property.schema), evidence: share, data: classesWithin(property.schema) });
      else walk(a.extra, property.schema, at, share);
    }
    for (const [hidden, { name, property }] of byName) {
      if (!property.required) continue;
      const there = b.properties.get(hidden);
      const at = `${path}${path === "" ? "" : "."}${name}`;
      if (there === undefined) found.push({ what: "missing", path: at, documented: "required", found: "never there", evidence: none(b), data: [] });
      else if (!there.required) found.push({ what: "required", path: at, documented: "required", found: "not always there", evidence: there.seen ?? null, data: [] });
    }
  };
  walk(documented, seen, "", null);
  return found.slice(0, differencesMax);
}

/** What changed from one schema to the next, both written by people: every difference, in the words of the change. */
export function schemaChanges(before: ApiSchema, after: ApiSchema): readonly SchemaChange[] {
  const found: SchemaChange[] = [];
  const walk = (a: ApiSchema, b: ApiSchema, path: string): void => {
    if (found.length >= differencesMax) return;
    if (typeText(a) !== typeText(b) && (a.types.size > 0 || b.types.size > 0))
      found.push({
        what: "type",
        path,
        before: typeText(a),
        after: typeText(b),
        narrower: a.types.size === 0 || [...a.types].some((type) => !allows(b, type)),
        wider: b.types.size === 0 || [...b.types].some((type) => !allows(a, type)),
      });
    else if (a.format !== b.format)
      found.push({ what: "format", path, before: a.format ?? "none", after: b.format ?? "none", narrower: b.format !== undefined, wider: a.format !== undefined });
    const [gone, come] = [without(a.choices, b.choices), without(b.choices, a.choices)];
    if (gone.length + come.length > 0)
      found.push({
        what: "values",
        path,
        before: listText(a.choices, gone),
        after: listText(b.choices, come),
        narrower: b.choices !== undefined && (a.choices === undefined || gone.length > 0),
        wider: a.choices !== undefined && (b.choices === undefined || come.length > 0),
      });
    if (a.items !== undefined && b.items !== undefined) walk(a.items, b.items, `${path}[]`);
    for (const name of new Set([...a.properties.keys(), ...b.properties.keys()])) {
      const mine: ApiProperty | undefined = a.properties.get(name);
      const theirs: ApiProperty | undefined = b.properties.get(name);
      const at = `${path}${path === "" ? "" : "."}${name}`;
      if (mine === undefined)
        found.push({
          what: "field-added",
          path: at,
          before: "nothing",
          after: `${typeText(theirs?.schema ?? a)}${theirs?.required === true ? ", required" : ""}`,
          narrower: theirs?.required === true,
          wider: false,
        });
      else if (theirs === undefined) found.push({ what: "field-removed", path: at, before: typeText(mine.schema), after: "nothing", narrower: false, wider: true });
      else {
        if (mine.required !== theirs.required)
          found.push({
            what: "required",
            path: at,
            before: mine.required ? "required" : "optional",
            after: theirs.required ? "required" : "optional",
            narrower: theirs.required,
            wider: mine.required,
          });
        walk(mine.schema, theirs.schema, at);
      }
    }
  };
  walk(before, after, "");
  return found.slice(0, differencesMax);
}

export interface SchemaChange {
  readonly what: "type" | "format" | "values" | "required" | "field-added" | "field-removed";
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** What was right before may be wrong now: breaks who sends it. */
  readonly narrower: boolean;
  /** What could not come before may come now, or what came may be gone: breaks who receives it. */
  readonly wider: boolean;
}

/** `string or null`; `anything`. */
export function typeText(schema: ApiSchema): string {
  const types = typeOrder.filter((type) => schema.types.has(type));
  return types.length === 0 ? "anything" : types.join(" or ");
}

/** Those of a list that another list has not; all of them when there is no other. */
function without(list: readonly string[] | undefined, other: readonly string[] | undefined): readonly string[] {
  return (list ?? []).filter((one) => other?.includes(one) !== true);
}

function listText(list: readonly string[] | undefined, own: readonly string[]): string {
  return list === undefined ? "any" : own.length === 0 ? "the others" : own.join(" ");
}

function allows(schema: ApiSchema, type: SchemaType): boolean {
  return schema.types.size === 0 || schema.types.has(type) || (type === "integer" && schema.types.has("number"));
}

function none(schema: ApiSchema): Share | null {
  for (const property of schema.properties.values()) if (property.seen !== undefined) return { seen: 0, of: property.seen.of };
  return null;
}

const typeOrder: readonly SchemaType[] = ["boolean", "integer", "number", "string", "array", "object", "null"];
/** Formats that traffic is looked at for. */
const known: ReadonlySet<string> = new Set(["uuid", "date", "date-time", "email", "ipv4", "uri"]);
/** Of one body, the first ones; more say that it is another body. */
export const differencesMax = 1_000;
