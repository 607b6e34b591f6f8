import { anyField, byField, type ClassAt, type Inventory, type InventoryEndpoint, type Operation, schemaFormats, schemaKinds, type SchemaNode } from "@postern/engine";
import {
  anySchema,
  type Api,
  type ApiAuth,
  type ApiBody,
  type ApiOperation,
  type ApiParameter,
  type ApiProperty,
  type ApiSchema,
  type ApiScheme,
  type SchemaType,
} from "./api-model.ts";

/**
 * What traffic has shown, as an {@link Api}. Constants and names that may not stand in clear stay keyed hashes (`a5~…`, `~…`). An endpoint whose only answers
 * were "nothing here" is none and does not appear. The same for the same inventory.
 */
export function observedApi(inventory: Inventory, keep: (endpoint: InventoryEndpoint) => boolean = () => true): Api {
  const endpoints = inventory.endpoints().filter(keep).filter(standsAlone);
  return {
    title: "Observed API",
    version: "observed",
    format: "traffic",
    servers: [...new Set(endpoints.map((endpoint) => endpoint.host))].sort().map((host) => ({ host, basePath: "" })),
    operations: endpoints.map(observedOperation),
    problems: [],
  };
}

/** OpenAPI has one place for a method of a path: a WebSocket beside plain answers is told with them. */
function standsAlone({ operation, place, method }: InventoryEndpoint): boolean {
  return operation?.protocol !== "websocket" || place.leaf?.has(method) !== true;
}

function operationsOf(endpoint: InventoryEndpoint): readonly Operation[] {
  const channel = [...(endpoint.place.leaf?.values() ?? [])].find((one) => one.method === endpoint.method && one.operation?.protocol === "websocket");
  const called = [...(endpoint.operations?.byKey.values() ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1));
  return [...(endpoint.operation?.protocol === "grpc" ? [endpoint] : channel === undefined ? [] : [channel]), ...called].flatMap(({ operation }) =>
    operation === undefined ? [] : [operation],
  );
}

/** A hidden constant `{a5~hash}` as a constant of a path: in braces it would be a parameter. */
export function plainPath(template: string): string {
  return template.replaceAll(/\{([^{}~]{1,120}~[0-9a-f]{16})\}/g, "$1");
}

function observedOperation(endpoint: InventoryEndpoint): ApiOperation {
  const { schemas } = endpoint;
  const sent = byField(schemas.classified());
  const posture = endpoint.posture();
  const statuses = new Map([...endpoint.byStatus].sort(([a], [b]) => a - b));
  return {
    method: endpoint.method,
    path: plainPath(endpoint.template),
    hosts: [endpoint.host],
    parameters: [
      ...pathParameters(endpoint, sent),
      ...parametersOf("query", schemas.query, sent),
      ...parametersOf("header", schemas.header, sent),
      ...parametersOf("cookie", schemas.cookie, sent),
    ],
    request: requestOf(endpoint, sent),
    responses: new Map([...statuses.keys()].filter((status) => status >= 100).map((status) => [String(status), responseOf(endpoint, status)])),
    auth: authOf(endpoint),
    deprecated: false,
    where: endpoint.id,
    seen: {
      endpointId: endpoint.id,
      requests: endpoint.requests,
      statuses,
      firstAt: endpoint.firstAt,
      lastAt: endpoint.lastAt,
      sampled: { query: schemas.query.seen, header: schemas.header.seen, json: schemas.json.seen, form: schemas.form.seen },
      openAnswers: posture.none.data + posture.sharedConstant.data,
      refusals: posture.none.refused + posture.sharedConstant.refused,
      operations: operationsOf(endpoint),
    },
  };
}

/** Names as the template has them; a compound segment's are text. */
function pathParameters(endpoint: InventoryEndpoint, classAt: ClassAt): ApiParameter[] {
  return endpoint.template.split("/").flatMap((segment, index) => {
    const names = [...segment.matchAll(/\{([^{}~]*)\}/g)].map((match) => match[1] ?? "");
    const node = endpoint.schemas.path.fields.get(`p${index - 1}`);
    const whole = names.length === 1 && segment.length === (names[0]?.length ?? 0) + 2;
    return names.map((name): ApiParameter => ({
      in: "path",
      name,
      required: true,
      deprecated: false,
      schema: whole && node !== undefined ? textSchema(node, { classAt, path: `path.p${index - 1}` }) : stringSchema,
    }));
  });
}

const stringSchema: ApiSchema = { types: new Set(["string"]), properties: new Map() };

function parametersOf(place: "query" | "header" | "cookie", node: SchemaNode, classAt: ClassAt): ApiParameter[] {
  return [...node.fields]
    .filter(([name]) => name !== anyField)
    .sort(([a], [b]) => compare(a, b))
    .map(([name, field]) => ({
      in: place,
      name,
      required: field.seen >= node.seen,
      deprecated: false,
      schema: textSchema(field, { classAt, path: `${place}.${name}` }),
      seen: { seen: field.seen, of: node.seen },
    }));
}

function requestOf(endpoint: InventoryEndpoint, classAt: ClassAt): ApiBody | undefined {
  const { json, form, requestTypes, path } = endpoint.schemas;
  if (json.seen === 0 && form.seen === 0 && requestTypes.size === 0) return undefined;
  const types = [...requestTypes.keys()].sort();
  const bodies = [...requestTypes.values()].reduce((sum, count) => sum + count, 0);
  const schema = json.seen >= form.seen && json.seen > 0 ? jsonSchema(json, { classAt, path: "json" }) : form.seen > 0 ? formSchema(form, { classAt, path: "form" }) : undefined;
  return { required: bodies >= path.seen, types, schema };
}

function responseOf(endpoint: InventoryEndpoint, status: number): ApiBody {
  const response = endpoint.schemas.responses.get(status);
  if (response === undefined) return { required: false, types: [], schema: undefined };
  const classAt = byField(status >= 200 && status < 300 ? endpoint.classifiedFields() : response.classified());
  const schema = response.json === undefined ? undefined : jsonSchema(response.json, { classAt, path: "" });
  const types = new Set(response.types.keys());
  if (schema !== undefined && ![...types].some(isJson)) types.add("application/json");
  return { required: false, types: [...types].sort(), schema };
}

function isJson(type: string): boolean {
  return type === "application/json" || type.endsWith("+json");
}

function authOf(endpoint: InventoryEndpoint): ApiAuth {
  const { verdict } = endpoint.posture();
  const schemes = [...endpoint.schemas.credentials.keys()].sort().flatMap((text): ApiScheme[] => {
    const [kind = "", place = ""] = text.split(" ");
    const colon = place.indexOf(":");
    return kind === "" ? [] : [{ kind, in: place.slice(0, Math.max(0, colon)), name: place.slice(colon + 1) }];
  });
  const needs = verdict === "enforced" ? "required" : verdict === "optional" ? "optional" : verdict === "not enforced" ? "none" : "unknown";
  return { needs, schemes: needs === "none" ? [] : schemes };
}

/** Where a schema stands, and what kind of data is there. */
export interface SchemaPlace {
  readonly classAt: ClassAt;
  readonly path: string;
}

const nowhere: SchemaPlace = { classAt: () => undefined, path: "" };

/** Of JSON, where kinds are certain. */
export function jsonSchema(node: SchemaNode, place = nowhere): ApiSchema {
  const types = new Set<SchemaType>(schemaKinds.filter((kind) => (node.kinds[kind] ?? 0) > 0));
  if (types.has("number")) types.delete("integer");
  return shape(node, types, jsonSchema, place);
}

/** Of text: what was not always a number is text. */
function textSchema(node: SchemaNode, place = nowhere): ApiSchema {
  const types = new Set<SchemaType>((["boolean", "integer", "number", "string"] as const).filter((kind) => (node.kinds[kind] ?? 0) > 0));
  if (types.has("number")) types.delete("integer");
  const one: ApiSchema = types.size === 1 ? shape(node, types, textSchema, place) : { ...stringSchema, ...dataAt(place) };
  return (node.kinds.array ?? 0) > 0 ? { types: new Set(["array"]), properties: new Map(), items: one } : one;
}

export function formSchema(node: SchemaNode, place = nowhere): ApiSchema {
  return shape(node, new Set(["object"]), textSchema, place);
}

function shape(node: SchemaNode, types: ReadonlySet<SchemaType>, below: (node: SchemaNode, place: SchemaPlace) => ApiSchema, place: SchemaPlace): ApiSchema {
  const objects = node.kinds.object ?? 0;
  const under = (name: string): SchemaPlace => ({ ...place, path: place.path === "" ? name : `${place.path}.${name}` });
  const properties = new Map<string, ApiProperty>();
  for (const [name, field] of [...node.fields].sort(([a], [b]) => compare(a, b)))
    if (name !== anyField) properties.set(name, { schema: below(field, under(name)), required: field.seen >= objects, seen: { seen: field.seen, of: objects } });
  const extra = node.fields.get(anyField);
  const format = formatOf(node);
  return {
    types,
    properties,
    ...(format === undefined ? {} : { format }),
    ...(types.has("array") ? { items: node.items === undefined ? anySchema : below(node.items, place) } : {}),
    ...(extra === undefined ? {} : { extra: below(extra, under(anyField)) }),
    ...(node.seen > 1 && (types.has("string") || types.has("integer") || types.has("number")) ? { values: node.cardinality } : {}),
    ...(types.has("string") || types.has("integer") || types.has("number") ? dataAt(place) : {}),
  };
}

/** The kind of data at a place: elements of an array are at the place of the array. */
function dataAt({ classAt, path }: SchemaPlace): { readonly dataClass?: string } {
  const found = classAt(path);
  return found === undefined ? {} : { dataClass: found.class };
}

/** The format that all texts had. */
function formatOf(node: SchemaNode): string | undefined {
  const seen = schemaFormats.filter((format) => (node.formats[format] ?? 0) > 0);
  return seen.length === 1 && seen[0] !== "text" ? seen[0] : undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
