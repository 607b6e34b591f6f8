import { hostOf, SchemaBudget, SchemaNode } from "@postern/engine";
import { type Api, type ApiAuth, type ApiBody, type ApiOperation, type ApiParameter, type ApiSchema, type ApiScheme, type SchemaType } from "./api-model.ts";
import { jsonSchema } from "./observed-api.ts";
import { isObject, listOf, pointer, RefResolver, textOf, wordOf } from "./ref-resolver.ts";

/** True for a Postman collection of format 2.0 or 2.1. */
export function isPostman(root: unknown): boolean {
  const info = isObject(root) ? root["info"] : undefined;
  return isObject(info) && wordOf(info["schema"]).includes("collection") && isObject(root) && Array.isArray(root["item"]);
}

/**
 * A Postman collection as an {@link Api}: requests in folders, `:id` and unresolved `{{id}}` in a path as parameters, bodies by the shape of their examples,
 * answers by those saved. Collection variables are put in; those of environments are elsewhere and stay open. An example shows what may come, not what must:
 * nothing but path parameters is required. Scripts are never run.
 */
export function readPostman(root: unknown): Api {
  const document = isObject(root) ? root : {};
  const info = isObject(document["info"]) ? document["info"] : {};
  const refs = new RefResolver(root);
  const variables = new Map(listOf(document["variable"]).flatMap((one) => (isObject(one) && typeof one["key"] === "string" ? [[one["key"], wordOf(one["value"])] as const] : [])));
  const merged = new Map<string, ApiOperation>();
  let full = false;
  const walk = (items: unknown, at: string, auth: unknown, depth: number): void => {
    if (depth > foldersMax) return refs.problem(at, `folders nest deeper than ${foldersMax}`);
    listOf(items).forEach((item, i) => {
      if (!isObject(item)) return;
      const where = pointer(at, i);
      const own = item["auth"] ?? auth;
      if (Array.isArray(item["item"])) return walk(item["item"], pointer(where, "item"), own, depth + 1);
      const operation = operationOf(item, where, own, variables);
      if (operation === undefined) return refs.problem(where, "is no request with an address");
      const key = `${operation.method} ${operation.hosts.join()} ${operation.path.replaceAll(/\{[^}]*\}/g, "{}")}`;
      const before = merged.get(key);
      if (before !== undefined) merged.set(key, withMore(before, operation));
      else if (merged.size < requestsMax) merged.set(key, operation);
      else if (!full) {
        full = true;
        refs.problem(where, `is beyond the ${requestsMax} requests that are read`);
      }
    });
  };
  walk(document["item"], "#/item", document["auth"], 0);
  return {
    title: wordOf(info["name"]).slice(0, 200),
    version: textOf(info["version"]) ?? "",
    format: "Postman 2.1",
    servers: [...new Set([...merged.values()].flatMap((operation) => operation.hosts))].sort().map((host) => ({ host, basePath: "" })),
    operations: [...merged.values()],
    problems: refs.problems,
  };
}

/** Nobody finds anything deeper. */
export const foldersMax = 32;
/** As many as are read of an OpenAPI document. */
export const requestsMax = 20_000;

function operationOf(item: Readonly<Record<string, unknown>>, where: string, inherited: unknown, variables: ReadonlyMap<string, string>): ApiOperation | undefined {
  const { request } = item;
  const value: Readonly<Record<string, unknown>> = isObject(request) ? request : { method: "GET", url: request };
  const url = urlOf(value["url"], variables);
  if (url === undefined) return undefined;
  const parameters: ApiParameter[] = url.names.map((name) => parameter("path", name, true));
  for (const one of url.query) if (!parameters.some((other) => other.in === "query" && other.name === one)) parameters.push(parameter("query", one, false));
  for (const header of listOf(value["header"])) {
    const name = isObject(header) && header["disabled"] !== true ? textOf(header["key"])?.toLowerCase() : undefined;
    if (name !== undefined && name !== "" && !usual.test(name)) parameters.push(parameter("header", name, false));
  }
  return {
    method: (textOf(value["method"]) ?? "GET").toUpperCase(),
    path: url.path,
    hosts: url.host === "" ? [] : [url.host],
    parameters,
    request: bodyOf(value["body"]),
    responses: new Map(listOf(item["response"]).flatMap((one) => (isObject(one) && Number.isInteger(one["code"]) ? [[wordOf(one["code"]), answerOf(one)] as const] : []))),
    auth: authOf(value["auth"] ?? inherited, value["header"]),
    deprecated: false,
    where,
  };
}

/** Headers of HTTP itself and of clients, and credentials. */
const usual = /^(?:accept.*|content-.*|authorization|cookie|user-agent|host|connection|cache-control|pragma|origin|referer|sec-.*|postman-token|if-none-match|x-api-key)$/;

function parameter(place: "path" | "query" | "header", name: string, required: boolean): ApiParameter {
  return { in: place, name, required, deprecated: false, schema: anything };
}

const anything: ApiSchema = { types: new Set(), properties: new Map(), cut: true };

interface Address {
  readonly host: string;
  readonly path: string;
  readonly names: readonly string[];
  readonly query: readonly string[];
}

function urlOf(url: unknown, variables: ReadonlyMap<string, string>): Address | undefined {
  const raw = typeof url === "string" ? url : isObject(url) ? (textOf(url["raw"]) ?? rawOf(url)) : undefined;
  if (raw === undefined || raw === "") return undefined;
  const filled = filledIn(raw.slice(0, urlCharactersMax), variables);
  const [before = "", search = ""] = filled.split("#", 1)[0]?.split("?", 2) ?? [];
  const absolute = /^(?:https?:)?\/\/([^/]*)(.*)$/i.exec(before);
  const bare = absolute === null ? /^([^/]*)(\/.*)?$/.exec(before) : absolute;
  const host = hostOf((bare?.[1] ?? "").toLowerCase());
  const names: string[] = [];
  const path = (bare?.[2] ?? "")
    .split("/")
    .filter((segment) => segment !== "")
    .map((segment) => {
      const name = /^:([^/]{1,100})$/.exec(segment)?.[1];
      if (name !== undefined) {
        names.push(name);
        return `{${name}}`;
      }
      return segment.replaceAll(/\{\{([^{}]{1,100})\}\}/g, (_, open: string) => {
        names.push(open);
        return `{${open}}`;
      });
    });
  const query = search.split("&").flatMap((pair) => {
    const name = pair.split("=", 1)[0] ?? "";
    return name === "" ? [] : [name.endsWith("[]") ? name.slice(0, -2) : name];
  });
  return { host: host.includes("{{") ? "" : host, path: `/${path.join("/")}`, names, query };
}

function rawOf(url: Readonly<Record<string, unknown>>): string {
  const join = (part: unknown, by: string): string =>
    typeof part === "string"
      ? part
      : listOf(part)
          .map((one) => (isObject(one) ? wordOf(one["value"]) : wordOf(one)))
          .join(by);
  const query = listOf(url["query"]).flatMap((one) => (isObject(one) && one["disabled"] !== true ? [`${wordOf(one["key"])}=`] : []));
  const path = join(url["path"], "/");
  return `//${join(url["host"], ".")}${path.startsWith("/") ? "" : "/"}${path}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

/** Variables may stand in variables. */
function filledIn(text: string, variables: ReadonlyMap<string, string>): string {
  let filled = text;
  for (let round = 0; round < 5 && filled.includes("{{"); round++)
    filled = filled.replaceAll(/\{\{([^{}]{1,100})\}\}/g, (whole, name: string) => variables.get(name.trim()) || whole).slice(0, urlCharactersMax);
  return filled;
}

/** Eight times what people write with variables filled in. */
export const urlCharactersMax = 8_192;

function bodyOf(body: unknown): ApiBody | undefined {
  if (!isObject(body) || body["disabled"] === true) return undefined;
  const mode = textOf(body["mode"]);
  if (mode === "urlencoded" || mode === "formdata") {
    const names = listOf(body[mode]).flatMap((one) => (isObject(one) && one["disabled"] !== true && typeof one["key"] === "string" ? [one["key"]] : []));
    const object = new Set<SchemaType>(["object"]);
    return {
      required: false,
      types: [mode === "urlencoded" ? "application/x-www-form-urlencoded" : "multipart/form-data"],
      schema: { types: object, properties: new Map(names.map((name) => [name, { schema: anything, required: false }])) },
    };
  }
  if (mode === "graphql") return { required: false, types: ["application/json"], schema: anything };
  const raw = textOf(body["raw"]);
  return raw === undefined || raw.trim() === "" ? undefined : exampleOf(raw, "");
}

function answerOf(response: Readonly<Record<string, unknown>>): ApiBody {
  const headers = listOf(response["header"]).filter(isObject);
  const type = headers.find((header) => wordOf(header["key"]).toLowerCase() === "content-type")?.["value"];
  return exampleOf(textOf(response["body"]) ?? "", textOf(type)?.split(";", 1)[0]?.trim().toLowerCase() ?? "");
}

/** By the shape of an example; its values are not kept. */
function exampleOf(text: string, type: string): ApiBody {
  if (/^\s*[[{]/.test(text.slice(0, 1_000))) {
    try {
      const node = new SchemaNode();
      // Unquoted variables are common in templates of bodies.
      node.add(JSON.parse(text.replaceAll(/:\s*\{\{[^{}]{1,100}\}\}/g, ": null")), { seed: 0, nameOf: (name) => name, budget: new SchemaBudget(4_000) });
      return { required: false, types: [type === "" ? "application/json" : type], schema: optional(jsonSchema(node)) };
    } catch {
      // A template of JSON with variables at other places: its type is known, its fields are not.
      return { required: false, types: ["application/json"], schema: undefined };
    }
  }
  return { required: false, types: type === "" ? [] : [type], schema: undefined };
}

/** What an example shows may be missing elsewhere, and null stands for anything. */
function optional(schema: ApiSchema): ApiSchema {
  if (schema.types.size === 1 && schema.types.has("null")) return anything;
  return {
    types: schema.types,
    properties: new Map([...schema.properties].map(([name, property]) => [name, { schema: optional(property.schema), required: false }])),
    ...(schema.items === undefined ? {} : { items: optional(schema.items) }),
    ...(schema.extra === undefined ? {} : { extra: optional(schema.extra) }),
  };
}

function authOf(auth: unknown, headers: unknown): ApiAuth {
  const type = isObject(auth) ? textOf(auth["type"]) : undefined;
  if (type !== undefined && type !== "noauth") {
    const scheme: ApiScheme = type === "apikey" ? { kind: "api-key", in: "header", name: "" } : { kind: type, in: "header", name: "authorization" };
    return { needs: "required", schemes: [scheme] };
  }
  const sent = listOf(headers).some((header) => isObject(header) && header["disabled"] !== true && wordOf(header["key"]).toLowerCase() === "authorization");
  if (sent) return { needs: "required", schemes: [{ kind: "unknown", in: "header", name: "authorization" }] };
  // A collection that says nothing of credentials may leave them to its environment.
  return { needs: type === "noauth" ? "none" : "unknown", schemes: [] };
}

/** The same request several times in a collection: examples of one operation. */
function withMore(a: ApiOperation, b: ApiOperation): ApiOperation {
  return {
    ...a,
    parameters: [...a.parameters, ...b.parameters.filter((one) => !a.parameters.some((other) => other.in === one.in && (other.in === "path" || other.name === one.name)))],
    request: a.request ?? b.request,
    responses: new Map([...b.responses, ...a.responses]),
  };
}
