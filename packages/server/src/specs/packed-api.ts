import { z } from "zod";
import { anySchema, type Api, type ApiBody, type ApiParameter, type ApiProperty, type ApiSchema } from "./api-model.ts";

/**
 * An {@link Api} as JSON, for keeping: equal schemas are written once, however often operations share them, so that it stays of the size of the document. What
 * traffic said of an operation is left out. {@link unpackApi} gives back what diffs need.
 */
export function packApi(api: Api): PackedApi {
  const schemas: PackedSchema[] = [];
  const byText = new Map<string, number>();
  const byObject = new Map<ApiSchema, number>();
  const pack = (schema: ApiSchema): number => {
    const known = byObject.get(schema);
    if (known !== undefined) return known;
    const packed: PackedSchema = {
      types: [...schema.types],
      properties: [...schema.properties].map(([name, property]) => [name, pack(property.schema), property.required]),
      ...(schema.format === undefined ? {} : { format: schema.format }),
      ...(schema.items === undefined ? {} : { items: pack(schema.items) }),
      ...(schema.extra === undefined ? {} : { extra: pack(schema.extra) }),
      ...(schema.cut === true ? { cut: true } : {}),
      ...(schema.choices === undefined ? {} : { choices: [...schema.choices] }),
    };
    const text = JSON.stringify(packed);
    const index = byText.get(text) ?? schemas.push(packed) - 1;
    byText.set(text, index);
    byObject.set(schema, index);
    return index;
  };
  const body = ({ required, types, schema }: ApiBody): PackedBody => ({ required, types: [...types], ...(schema === undefined ? {} : { schema: pack(schema) }) });
  const operations = api.operations.map((one) => ({
    method: one.method,
    path: one.path,
    hosts: [...one.hosts],
    parameters: one.parameters.map((it) => ({ in: it.in, name: it.name, required: it.required, deprecated: it.deprecated, schema: pack(it.schema) })),
    ...(one.request === undefined ? {} : { request: body(one.request) }),
    responses: [...one.responses].map(([status, it]) => [status, body(it)] as [string, PackedBody]),
    auth: { needs: one.auth.needs, schemes: one.auth.schemes.map((it) => ({ ...it })) },
    deprecated: one.deprecated,
    where: one.where,
  }));
  const { title, version, format, servers, problems } = api;
  return { title, version, format, servers: servers.map((it) => ({ ...it })), problems: problems.map((it) => ({ ...it })), schemas, operations };
}

/** A packed document without unpacking it; undefined when it is none. */
export function readPacked(value: unknown): PackedApi | undefined {
  return packedApi.safeParse(value).data;
}

/** The api behind JSON that {@link packApi} wrote; undefined for anything else, such as a damaged file. */
export function unpackApi(value: unknown): Api | undefined {
  const parsed = packedApi.safeParse(value);
  if (!parsed.success) return undefined;
  const { title, version, format, servers, problems, operations } = parsed.data;
  const schemas: ApiSchema[] = [];
  // A schema only names those written before it, so there is no circle.
  const at = (index: number): ApiSchema => schemas[index] ?? anySchema;
  for (const { types, properties, items, extra, cut, choices, ...one } of parsed.data.schemas)
    schemas.push({
      types: new Set(types),
      properties: new Map(properties.map(([name, index, required]): [string, ApiProperty] => [name, { schema: at(index), required }])),
      ...(one.format === undefined ? {} : { format: one.format }),
      ...(items === undefined ? {} : { items: at(items) }),
      ...(extra === undefined ? {} : { extra: at(extra) }),
      ...(cut === undefined ? {} : { cut }),
      ...(choices === undefined ? {} : { choices }),
    });
  const body = (it: PackedBody): ApiBody => ({ required: it.required, types: it.types, schema: it.schema === undefined ? undefined : at(it.schema) });
  return {
    title,
    version,
    format,
    servers,
    problems,
    operations: operations.map(({ request, ...one }) => ({
      ...one,
      parameters: one.parameters.map((it): ApiParameter => ({ ...it, schema: at(it.schema) })),
      request: request === undefined ? undefined : body(request),
      responses: new Map(one.responses.map(([status, it]) => [status, body(it)])),
    })),
  };
}

const index = z.number().int().min(0);
const packedSchema = z.object({
  types: z.array(z.enum(["null", "boolean", "integer", "number", "string", "array", "object"])),
  properties: z.array(z.tuple([z.string(), index, z.boolean()])),
  format: z.string().optional(),
  items: index.optional(),
  extra: index.optional(),
  cut: z.boolean().optional(),
  choices: z.array(z.string()).optional(),
});
const packedBody = z.object({ required: z.boolean(), types: z.array(z.string()), schema: index.optional() });
const packedApi = z.object({
  title: z.string(),
  version: z.string(),
  format: z.string(),
  servers: z.array(z.object({ host: z.string(), basePath: z.string() })),
  problems: z.array(z.object({ where: z.string(), what: z.string() })),
  schemas: z.array(packedSchema),
  operations: z.array(
    z.object({
      method: z.string(),
      path: z.string(),
      hosts: z.array(z.string()),
      parameters: z.array(z.object({ in: z.enum(["path", "query", "header", "cookie"]), name: z.string(), required: z.boolean(), deprecated: z.boolean(), schema: index })),
      request: packedBody.optional(),
      responses: z.array(z.tuple([z.string(), packedBody])),
      auth: z.object({ needs: z.enum(["none", "optional", "required", "unknown"]), schemes: z.array(z.object({ kind: z.string(), in: z.string(), name: z.string() })) }),
      deprecated: z.boolean(),
      where: z.string(),
    }),
  ),
});

type PackedSchema = z.infer<typeof packedSchema>;
type PackedBody = z.infer<typeof packedBody>;
/** As it is written to a file. */
export type PackedApi = z.infer<typeof packedApi>;
