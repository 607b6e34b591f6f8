import type { DataClass } from "./data-classes.ts";
import type { ClassifiedField } from "./field-classes.ts";
import type { InventoryEndpoint } from "./inventory-endpoint.ts";
import { anyField, type Cardinality, type SchemaKind, schemaFormats, schemaKinds, type SchemaNode } from "./schema-node.ts";
import type { RequestPart } from "./schema-observer.ts";

/**
 * What an endpoint takes and gives, place by place: parameters of accepted requests in every position, fields of its answers by status. Each with types, format,
 * how many different values, in how many messages, and what kind of data it is. Holds no value.
 *
 * At most {@link listedMax} fields of each part and status, nearest to the root first; `cut` counts the rest. Data classes of 2xx answers are decided over all
 * of them together, those of other statuses one by one.
 */
export function endpointFields(endpoint: InventoryEndpoint): EndpointFields {
  const { schemas } = endpoint;
  const sent = byField(schemas.classified());
  const parameters: ParameterFacts[] = [];
  let cut = 0;
  const take = (part: RequestPart, node: SchemaNode): void => {
    const list = fieldsOf(node, `${part}.`, sent);
    cut += list.cut;
    for (const one of list.fields) {
      if (part !== "path") parameters.push({ ...one, in: part });
      else for (const place of placesOf(one.class === undefined ? { ...one, ...subjectAt(one, endpoint) } : one, endpoint)) parameters.push(place);
    }
  };
  parameters.push(...unseenInPath(endpoint));
  for (const part of ["path", "query", "header", "cookie", "form", "json"] as const) take(part, schemas[part]);
  const given = byField(endpoint.classifiedFields());
  const answers = [...schemas.responses]
    .sort(([a], [b]) => a - b)
    .map(([status, response]): AnswerFacts => {
      const classes = status >= 200 && status < 300 ? given : byField(response.classified());
      const list = response.json === undefined ? { fields: [], cut: 0 } : fieldsOf(response.json, "", classes);
      return { status, answers: response.answers, sampled: response.json?.seen ?? 0, types: [...response.types.keys()].sort(), fields: list.fields, cut: list.cut };
    });
  return { parameters, cut, answers };
}

export interface EndpointFields {
  readonly parameters: readonly ParameterFacts[];
  /** Parameters that are known and not listed. */
  readonly cut: number;
  /** By status. */
  readonly answers: readonly AnswerFacts[];
}

export interface ParameterFacts extends FieldFacts {
  readonly in: RequestPart;
}

export interface AnswerFacts {
  readonly status: number;
  readonly answers: number;
  /** JSON answers looked into. */
  readonly sampled: number;
  /** Media types. */
  readonly types: readonly string[];
  readonly fields: readonly FieldFacts[];
  readonly cut: number;
}

export interface FieldFacts {
  /** Names joined by `.`, elements of an array as `[]`; `*` stands for all names that are values. `""` is the body itself. */
  readonly field: string;
  readonly types: readonly SchemaKind[];
  /** That all its texts had. */
  readonly format: string | undefined;
  readonly values: Cardinality;
  /** `seen` of the `of` messages, or objects, that could have had it. */
  readonly seen: number;
  readonly of: number;
  /** False when every one of them had it. */
  readonly optional: boolean;
  readonly class: DataClass | undefined;
  /** Which government id. */
  readonly scheme: string | undefined;
  /** Share of the values looked at that fit the class; 0 without one. */
  readonly share: number;
}

/** What identifies people is their data, though the number plan did not know every number. */
function subjectAt({ field }: FieldFacts, endpoint: InventoryEndpoint): { readonly class?: DataClass; readonly share?: number } {
  const name = endpoint.pathNames.get(Number(field.slice(1)));
  const found = endpoint.parameterList().find((one) => one.location.in === "path" && one.location.name === name)?.subject;
  return found === "phone" || found === "email" ? { class: found, share: 1 } : {};
}

/** Parameters of the path that only a person's rule makes: their values were learned as constants, and nothing is known of them but that every request had one. */
function unseenInPath(endpoint: InventoryEndpoint): readonly ParameterFacts[] {
  const { path } = endpoint.schemas;
  const text = { types: ["string"] as const, format: undefined, values: "few" as const, optional: false, class: undefined, scheme: undefined, share: 0 };
  return [...endpoint.pathNames.keys()]
    .filter((position) => !path.fields.has(`p${position}`))
    .flatMap((position) => placesOf({ ...text, field: `p${position}`, seen: path.seen, of: path.seen }, endpoint));
}

/** A segment of several parameters (`{cc}-{phone}`) is of one class: that of the parameter that says so, else of the last. A position that is a constant again has none. */
function placesOf(one: FieldFacts, endpoint: InventoryEndpoint): readonly ParameterFacts[] {
  const position = Number(one.field.slice(1));
  const segment = endpoint.template.split("/")[position + 1] ?? "";
  const names = endpoint.pathNames.has(position) ? [...segment.matchAll(/\{([^{}~]{0,120})\}/g)].map((match) => match[1] ?? "") : [];
  const named = names.findIndex((name) => one.class !== undefined && name.toLowerCase().includes(one.class));
  return names.map((field, index) => ({
    ...one,
    ...(names.length === 1 ? {} : { types: ["string"] as const }),
    ...(index === (named < 0 ? names.length - 1 : named) ? {} : { class: undefined, scheme: undefined, share: 0 }),
    field,
    in: "path",
  }));
}

/** More of one part than a person reads. */
export const listedMax = 256;

/** The data class at a place of a schema, by the path {@link FieldClasses} keeps it under: arrays leave no trace there. */
export type ClassAt = (path: string) => ClassifiedField | undefined;

/** As {@link ClassAt}. */
export function byField(classified: readonly ClassifiedField[]): ClassAt {
  const map = new Map(classified.map((one) => [one.field, one]));
  return (path) => map.get(path);
}

/** Every place but the body itself and the objects of an array, each before what is in it. Those nearest to the root are taken first. */
function fieldsOf(root: SchemaNode, prefix: string, classes: ClassAt): { readonly fields: readonly FieldFacts[]; readonly cut: number } {
  const fields: FieldFacts[] = [];
  let cut = 0;
  let level: readonly Place[] = [{ node: root, path: "", key: prefix, of: root.seen }];
  while (level.length > 0) {
    const below: Place[] = [];
    for (const { node, path, key, of } of level) {
      const found = classes(key.endsWith(".") ? key.slice(0, -1) : key);
      const types = schemaKinds.filter((kind) => (node.kinds[kind] ?? 0) > 0);
      const plain = types.some((kind) => kind !== "object" && kind !== "array") || (node.fields.size === 0 && node.items === undefined);
      if (path === "" ? plain && prefix === "" : plain || !path.endsWith("[]")) {
        if (fields.length >= listedMax) cut++;
        else fields.push(facts(node, path, of, types, found));
      }
      const objects = node.kinds.object ?? 0;
      for (const [name, field] of [...node.fields].sort(([a], [b]) => compare(a, b)))
        below.push({
          node: field,
          path: path === "" ? name : `${path}.${name}`,
          key: key === "" || key.endsWith(".") ? key + name : `${key}.${name}`,
          of: name === anyField ? 0 : objects,
        });
      if (node.items !== undefined) below.push({ node: node.items, path: `${path}[]`, key, of: node.items.seen });
    }
    level = below;
  }
  return { fields: fields.sort((a, b) => compare(nested(a.field), nested(b.field))), cut };
}

/** So that what is in a field comes right after it. */
function nested(field: string): string {
  return field.replaceAll("[]", "\u0000").replaceAll(".", "\u0001");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Place {
  readonly node: SchemaNode;
  readonly path: string;
  readonly key: string;
  readonly of: number;
}

function facts(node: SchemaNode, field: string, of: number, types: readonly SchemaKind[], found: ClassifiedField | undefined): FieldFacts {
  const formats = schemaFormats.filter((format) => (node.formats[format] ?? 0) > 0);
  return {
    field,
    types: types.includes("number") ? types.filter((kind) => kind !== "integer") : types,
    format: formats.length === 1 && formats[0] !== "text" ? formats[0] : undefined,
    values: node.cardinality,
    seen: node.seen,
    of: Math.max(of, node.seen),
    optional: node.seen < of,
    class: found?.class,
    scheme: found?.scheme,
    share: found?.share ?? 0,
  };
}
