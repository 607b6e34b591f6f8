import { parameters, publicNameOf } from "./parameters.ts";
import type { Route } from "./route.ts";
import { jsonSchemas } from "./schemas.ts";

/** The OpenAPI 3.1 document of the API, made from the routes it serves. Stable for equal input. */
export function openapiOf(routes: readonly Route[], version: string): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {
    "/health": { get: { summary: "Is it up? Open to all; says nothing else.", operationId: "getHealth", security: [], responses: { 200: answer(ref("Health")) } } },
    "/events": {
      get: {
        summary: "Live events (Server-Sent Events): `overview`, `incident`, `finding`; `gap` when some were dropped for a slow reader.",
        operationId: "getEvents",
        responses: { 200: { description: "A stream without end.", content: { "text/event-stream": { schema: { type: "string" } } } }, ...failures(["401", "503"]) },
      },
    },
    "/openapi.json": { get: { summary: "This document.", operationId: "getOpenapi", responses: { 200: answer({ type: "object" }), ...failures(["401"]) } } },
  };
  for (const route of routes) {
    const byId = route.path.includes("{id}");
    const item = (paths[route.path] ??= {});
    item[route.method] = {
      summary: route.summary,
      operationId: operationId(route),
      parameters: [
        ...(byId ? [{ name: "id", in: "path", required: true, schema: { type: "string", maxLength: 128 } }] : []),
        ...route.query.map((name) => ({ name: publicNameOf(name), in: "query", description: parameters[name].description, schema: parameters[name].schema })),
      ],
      ...(route.body === undefined ? {} : { requestBody: { required: true, content: { "application/json": { schema: route.body } } } }),
      ...(route.upload === undefined
        ? {}
        : {
            requestBody: {
              required: true,
              description: `The document itself, at most ${route.upload.bytesMax / 1024 / 1024} MiB.`,
              content: { "application/json": { schema: {} }, "application/yaml": { schema: {} }, "application/octet-stream": { schema: {} } },
            },
          }),
      ...(route.statuses === undefined
        ? {}
        : {
            requestBody: {
              required: true,
              content: {
                "application/json": {
                  schema: { type: "object", required: ["status"], additionalProperties: false, properties: { status: { type: "string", enum: route.statuses } } },
                },
              },
            },
          }),
      responses: {
        200: answer(route.page ? pageOf(route.answer) : ref(route.answer)),
        ...failures([
          "400",
          "401",
          ...(byId ? ["404"] : []),
          ...(route.method !== "get" ? ["403"] : []),
          ...(route.busy === true ? ["429"] : []),
          ...(route.upload === undefined ? [] : ["413"]),
          "503",
        ]),
      },
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Postern",
      version,
      description: "What Postern knows: endpoints, findings, signals, incidents, decisions, disclosures. Errors are RFC 9457 problem details.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/api/v1" }],
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" }, session: { type: "apiKey", in: "cookie", name: "postern_session" } },
      schemas: { ...jsonSchemas(), Problem: problemSchema },
    },
  };
}

/** RFC 9457 as this API sends it. */
export const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "detail", "code", "remedy"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: { type: "string" },
    remedy: { type: "string" },
    errors: { type: "array", items: { type: "object", required: ["pointer", "detail"], properties: { pointer: { type: "string" }, detail: { type: "string" } } } },
  },
};

const failureText: Readonly<Record<string, string>> = {
  400: "Something in the request is not allowed; see `errors`.",
  401: "No valid token or session.",
  403: "Not allowed to write, or not sent by the console itself.",
  404: "No such thing.",
  413: "The body is larger than this route takes.",
  429: "More than this route takes; `Retry-After` says how long to wait.",
  503: "The store or a stream slot is not available.",
};

function failures(statuses: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(statuses.map((status) => [status, { description: failureText[status] ?? "", content: { "application/problem+json": { schema: ref("Problem") } } }]));
}

function answer(schema: unknown): unknown {
  return { description: "The answer.", content: { "application/json": { schema } } };
}

function pageOf(name: string): unknown {
  return {
    type: "object",
    required: ["items", "next"],
    properties: { items: { type: "array", items: ref(name) }, next: { type: ["string", "null"], description: "Give it back as `cursor` for the next page." } },
  };
}

function ref(name: string): unknown {
  return { $ref: `#/components/schemas/${name}` };
}

/** `get /endpoints/{id}` → `getEndpointsById`. */
function operationId(route: Route): string {
  const words = route.path
    .split("/")
    .filter((part) => part !== "")
    .map((part) => (part === "{id}" ? "ById" : `${part.charAt(0).toUpperCase()}${part.slice(1)}`));
  return `${route.method}${words.join("")}`;
}
