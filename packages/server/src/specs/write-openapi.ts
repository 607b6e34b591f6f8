import type { Api, ApiBody, ApiOperation, ApiSchema, ApiScheme } from "./api-model.ts";

/**
 * An {@link Api} as an OpenAPI 3.1 document: valid, deterministic, without any value that was seen. What OpenAPI has no word for stands under `x-postern-…`:
 * `x-postern-operations` for the operations of GraphQL, JSON-RPC and gRPC and for WebSockets,
 * `x-postern-authentication` where traffic has not shown whether a credential is needed, `x-postern-values` for one, a few or many different values,
 * `x-postern-data` for the kind of data.
 *
 * Methods that OpenAPI 3.1 has no place for (`PROPFIND`, `CONNECT`) are listed under `x-postern-other-methods` of their path.
 */
export function openApiOf(api: Api): OpenApiDocument {
  const schemes = new Map<string, SecurityScheme>();
  const paths = new Map<string, Record<string, unknown>>();
  const many = api.servers.length > 1;
  for (const operation of [...api.operations].sort((a, b) => compare(a.path, b.path) || compare(a.method, b.method) || compare(a.hosts.join(), b.hosts.join()))) {
    const item = paths.get(operation.path) ?? {};
    paths.set(operation.path, item);
    const method = operation.method.toLowerCase();
    if (!methods.has(method)) {
      const before: unknown = item["x-postern-other-methods"];
      item["x-postern-other-methods"] = [...(Array.isArray(before) ? (before as readonly string[]) : []), operation.method];
    } else if (item[method] === undefined) item[method] = operationOf(operation, schemes, many);
    else addHost(item[method], operation);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: api.title,
      version: api.version,
      description: "What traffic has shown, written by Postern. It holds no value that was seen; names that may be somebody's are keyed hashes.",
    },
    servers:
      api.servers.length === 0 ? [{ url: "/" }] : api.servers.map(({ host, basePath }) => ({ url: host === "" ? basePath || "/" : `${schemeOf(host)}://${host}${basePath}` })),
    paths: Object.fromEntries(paths),
    components: { securitySchemes: Object.fromEntries([...schemes].sort(([a], [b]) => compare(a, b))) },
    tags: [...new Set(api.operations.map((operation) => tagOf(operation.path)))].sort().map((name) => ({ name })),
  };
}

/** As far as it is needed here: an object that can be written as JSON or YAML. */
export type OpenApiDocument = Readonly<Record<string, unknown>>;

type SecurityScheme = Readonly<Record<string, string>>;

/** Those with a place of their own in a path item. */
const methods: ReadonlySet<string> = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace"]);

/** Two hosts with the same operation: the first one's description stands, and both are named. */
function addHost(item: unknown, { hosts }: ApiOperation): void {
  if (typeof item !== "object" || item === null || !("servers" in item) || !Array.isArray(item.servers)) return;
  for (const host of hosts) item.servers.push({ url: `${schemeOf(host)}://${host}` });
}

function operationOf(operation: ApiOperation, schemes: Map<string, SecurityScheme>, many: boolean): Record<string, unknown> {
  const { auth, parameters, request, responses, seen } = operation;
  const names = auth.schemes.map((scheme) => schemeName(scheme, schemes));
  const written: Record<string, unknown> = { tags: [tagOf(operation.path)] };
  if (many && operation.hosts.length > 0) written["servers"] = operation.hosts.filter((host) => host !== "").map((host) => ({ url: `${schemeOf(host)}://${host}` }));
  if (Array.isArray(written["servers"]) && written["servers"].length === 0) delete written["servers"];
  if (operation.deprecated) written["deprecated"] = true;
  if (parameters.length > 0)
    written["parameters"] = parameters.map(({ in: place, name, required, deprecated, schema }) => ({
      name,
      in: place,
      required: place === "path" || required,
      ...(deprecated ? { deprecated } : {}),
      schema: schemaOf(schema),
    }));
  if (request !== undefined) written["requestBody"] = { required: request.required, content: contentOf(request) };
  written["responses"] = Object.fromEntries(
    responses.size === 0
      ? [["default", { description: "No answer was seen." }]]
      : [...responses].map(([status, body]) => [status, { description: descriptionOf(status), ...(body.types.length === 0 ? {} : { content: contentOf(body) }) }]),
  );
  const alternatives = names.map((name) => ({ [name]: [] }));
  if (auth.needs === "required")
    written["security"] = alternatives.length > 0 ? alternatives : [{ [schemeName({ kind: "unknown", in: "header", name: "authorization" }, schemes)]: [] }];
  else if (auth.needs === "optional") written["security"] = [{}, ...alternatives];
  else if (auth.needs === "none") written["security"] = [];
  else {
    if (alternatives.length > 0) written["security"] = [{}, ...alternatives];
    written["x-postern-authentication"] = "unproven";
  }
  if (seen !== undefined) written["x-postern-requests"] = seen.requests;
  if (seen !== undefined && seen.operations.length > 0) {
    written["x-postern-operations"] = seen.operations.map(({ protocol, kind, name }) => ({ protocol, kind, ...(name === "" ? {} : { name }) }));
  }
  return written;
}

function contentOf(body: ApiBody): Record<string, unknown> {
  const described = (type: string): boolean => type.includes("json") || type.includes("form");
  const types = body.types.length === 0 ? ["application/json"] : body.types;
  return Object.fromEntries(types.map((type) => [type, body.schema !== undefined && described(type) ? { schema: schemaOf(body.schema) } : {}]));
}

function schemaOf(schema: ApiSchema): Record<string, unknown> {
  const types = order.filter((type) => schema.types.has(type));
  const required = [...schema.properties].filter(([, property]) => property.required).map(([name]) => name);
  return {
    ...(types.length === 0 ? {} : { type: types.length === 1 ? types[0] : types }),
    ...(schema.format === undefined ? {} : { format: schema.format }),
    ...(schema.properties.size === 0 ? {} : { properties: Object.fromEntries([...schema.properties].map(([name, property]) => [name, schemaOf(property.schema)])) }),
    ...(required.length === 0 ? {} : { required }),
    ...(schema.extra === undefined ? {} : { additionalProperties: schemaOf(schema.extra) }),
    ...(schema.types.has("array") ? { items: schema.items === undefined ? {} : schemaOf(schema.items) } : {}),
    ...(schema.values === undefined || schema.values === "many" ? {} : { "x-postern-values": schema.values }),
    ...(schema.dataClass === undefined ? {} : { "x-postern-data": schema.dataClass }),
  };
}

const order = ["boolean", "integer", "number", "string", "array", "object", "null"] as const;

function schemeName(scheme: ApiScheme, schemes: Map<string, SecurityScheme>): string {
  const place = scheme.in === "query" || scheme.in === "cookie" ? scheme.in : "header";
  const inAuthorization = place === "header" && scheme.name === "authorization";
  const http = inAuthorization ? httpSchemes[scheme.kind] : undefined;
  const name = (http === undefined ? `${scheme.kind}-${place}-${scheme.name}` : scheme.kind).replaceAll(/[^A-Za-z0-9._-]/g, "-");
  schemes.set(name, http ?? { type: "apiKey", in: place, name: scheme.name });
  return name;
}

const httpSchemes: Readonly<Record<string, SecurityScheme>> = {
  basic: { type: "http", scheme: "basic" },
  bearer: { type: "http", scheme: "bearer" },
  jwt: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
  digest: { type: "http", scheme: "digest" },
  dpop: { type: "http", scheme: "dpop" },
  hmac: { type: "http", scheme: "hmac" },
};

/** The first constant that says what an operation is about. */
function tagOf(path: string): string {
  return (
    path.split("/").find((part) => part !== "" && !part.includes("{") && !/~[0-9a-f]{16}$/.test(part) && !/^(?:api|rest|v\d{1,3}(?:\.\d{1,3})?|client|public)$/i.test(part)) ??
    "other"
  );
}

function schemeOf(host: string): string {
  return /^(?:localhost|127\.|\[::1\])/.test(host) || /:(?!443$)\d+$/.test(host) ? "http" : "https";
}

function descriptionOf(status: string): string {
  const first = status.charAt(0);
  return first === "2" ? "Accepted" : first === "3" ? "Elsewhere" : first === "4" ? "Refused" : first === "5" ? "Failed" : "Answered";
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
