import { hostOf } from "@postern/engine";
import { type Api, type ApiAuth, type ApiBody, type ApiOperation, type ApiParameter, type ApiSchema, type ApiScheme, type ApiServer, type SchemaType } from "./api-model.ts";
import { readSchema } from "./read-schema.ts";
import { isObject, listOf, membersOf, pointer, RefResolver, textOf, wordOf } from "./ref-resolver.ts";

/** True for a document that says it is OpenAPI or Swagger. */
export function isOpenApi(root: unknown): boolean {
  return isObject(root) && (typeof root["openapi"] === "string" || root["swagger"] !== undefined);
}

/**
 * An OpenAPI document, 2.0 (Swagger) to 3.2, as an {@link Api}. Reads what is there and tells what it could not read in `problems`; it is no validator.
 * References leave the document never. Webhooks and callbacks are requests that the service sends, and are not read.
 */
export function readOpenApi(root: unknown): Api {
  const document = isObject(root) ? root : {};
  const refs = new RefResolver(root);
  const old = document["swagger"] !== undefined;
  const servers = old ? oldServers(document) : serversOf(document["servers"]);
  const info = isObject(document["info"]) ? document["info"] : {};
  const operations: ApiOperation[] = [];
  const reading: Reading = { refs, document, old, schemes: schemesOf(document, old, refs) };
  for (const [path, item] of membersOf(document["paths"])) {
    if (!path.startsWith("/")) {
      if (!path.startsWith("x-")) refs.problem(pointer("#/paths", path), "is no path: it does not begin with a slash");
      continue;
    }
    if (operations.length >= operationsMax) {
      refs.problem(pointer("#/paths", path), `is beyond the ${operationsMax} operations that are read`);
      break;
    }
    operations.push(...operationsAt(path, item, servers, reading));
  }
  return {
    title: (textOf(info["title"]) ?? "").slice(0, 200),
    version: wordOf(info["version"]).slice(0, 100),
    format: `${old ? "Swagger" : "OpenAPI"} ${wordOf(old ? document["swagger"] : document["openapi"]).slice(0, 20)}`,
    servers,
    operations,
    problems: refs.problems,
  };
}

/** The largest public documents have 1,000. */
export const operationsMax = 20_000;

interface Reading {
  readonly refs: RefResolver;
  readonly document: Readonly<Record<string, unknown>>;
  readonly old: boolean;
  readonly schemes: ReadonlyMap<string, ApiScheme>;
}

const methods: ReadonlySet<string> = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"]);

function operationsAt(path: string, value: unknown, servers: readonly ApiServer[], reading: Reading): ApiOperation[] {
  const at = pointer("#/paths", path);
  const item = reading.refs.object(value, at);
  if (item === undefined) {
    reading.refs.problem(at, "holds no operations");
    return [];
  }
  const found: ApiOperation[] = [];
  const own = item.value["servers"] === undefined ? servers : serversOf(item.value["servers"]);
  const shared = parametersAt(item.value["parameters"], pointer(item.at, "parameters"), reading);
  const others = membersOf(item.value["additionalOperations"]).map(([method, one]) => [method, one, pointer(item.at, "additionalOperations", method)] as const);
  const usual = membersOf(item.value).flatMap(([method, one]) => (methods.has(method.toLowerCase()) ? [[method, one, pointer(item.at, method)] as const] : []));
  for (const [method, one, where] of [...usual, ...others]) {
    const operation = reading.refs.object(one, where);
    if (operation === undefined) {
      reading.refs.problem(where, "is no operation");
      continue;
    }
    found.push(operationOf(method.toUpperCase(), path, operation.value, where, shared, own, reading));
  }
  return found;
}

function operationOf(
  method: string,
  path: string,
  value: Readonly<Record<string, unknown>>,
  where: string,
  shared: readonly RawParameter[],
  servers: readonly ApiServer[],
  reading: Reading,
): ApiOperation {
  const mine = parametersAt(value["parameters"], pointer(where, "parameters"), reading);
  const raw = [...mine, ...shared.filter((one) => !mine.some((other) => other.in === one.in && other.name === one.name))];
  const own = value["servers"] === undefined ? servers : serversOf(value["servers"]);
  const basePath = own[0]?.basePath ?? "";
  return {
    method,
    path: basePath + path.replace(/[?#].*$/, ""),
    hosts: [...new Set(own.map((server) => server.host).filter((host) => host !== ""))],
    parameters: parametersOf(raw),
    request: reading.old ? oldRequest(raw, value, reading) : requestOf(value["requestBody"], pointer(where, "requestBody"), reading),
    responses: responsesOf(value["responses"], pointer(where, "responses"), value, reading),
    auth: authOf(value, reading),
    deprecated: value["deprecated"] === true,
    where,
  };
}

interface RawParameter {
  readonly in: string;
  readonly name: string;
  readonly required: boolean;
  readonly deprecated: boolean;
  readonly schema: ApiSchema;
}

function parametersAt(list: unknown, at: string, { refs, old }: Reading): RawParameter[] {
  return listOf(list).flatMap((one, i) => {
    const place = refs.object(one, pointer(at, i));
    const name = textOf(place?.value["name"]);
    const where = textOf(place?.value["in"]);
    if (place === undefined || name === undefined || where === undefined) {
      refs.problem(pointer(at, i), "is a parameter without a name or a place");
      return [];
    }
    const { value } = place;
    const content = membersOf(value["content"])[0]?.[1];
    const said = value["schema"] ?? (isObject(content) ? content["schema"] : undefined);
    const schema = said === undefined && old ? { ...value, required: undefined } : said;
    return [
      {
        in: where,
        name,
        required: value["required"] === true || where === "path",
        deprecated: value["deprecated"] === true,
        schema: readSchema(schema, pointer(place.at, "schema"), refs),
      },
    ];
  });
}

/** Without those that OpenAPI says are to be passed over, and without credentials, which `security` is about. */
function parametersOf(raw: readonly RawParameter[]): ApiParameter[] {
  return raw.flatMap((one): ApiParameter[] => {
    if (one.in === "header") {
      const name = one.name.toLowerCase();
      return passedOver.has(name) ? [] : [{ ...one, in: "header", name }];
    }
    return one.in === "path" || one.in === "query" || one.in === "cookie" ? [{ ...one, in: one.in, name: one.name.endsWith("[]") ? one.name.slice(0, -2) : one.name }] : [];
  });
}

const passedOver: ReadonlySet<string> = new Set(["accept", "content-type", "authorization"]);

function requestOf(value: unknown, at: string, reading: Reading): ApiBody | undefined {
  if (value === undefined) return undefined;
  const place = reading.refs.object(value, at);
  if (place === undefined) return { required: false, types: [], schema: undefined };
  return bodyOf(place.value["content"], pointer(place.at, "content"), place.value["required"] === true, reading);
}

function bodyOf(content: unknown, at: string, required: boolean, { refs }: Reading): ApiBody {
  const media = membersOf(content).map(([type, one]) => ({ type: plainType(type), said: type, value: refs.object(one, pointer(at, type))?.value }));
  const described = media.find((one) => one.type.includes("json")) ?? media.find((one) => one.type.includes("form")) ?? media.find((one) => one.value?.["schema"] !== undefined);
  const schema = described?.value?.["schema"];
  return {
    required,
    types: [...new Set(media.map((one) => one.type))].sort(),
    schema: schema === undefined || described === undefined ? undefined : readSchema(schema, pointer(at, described.said, "schema"), refs),
  };
}

/** Swagger 2.0: a body is a parameter, a form is many. */
function oldRequest(raw: readonly RawParameter[], value: Readonly<Record<string, unknown>>, { document }: Reading): ApiBody | undefined {
  const body = raw.find((one) => one.in === "body");
  const form = raw.filter((one) => one.in === "formData");
  if (body === undefined && form.length === 0) return undefined;
  const consumes = listOf(value["consumes"] ?? document["consumes"]).filter((type) => typeof type === "string");
  const types = [...new Set(consumes.length > 0 ? consumes.map(plainType) : [body === undefined ? "application/x-www-form-urlencoded" : "application/json"])].sort();
  if (body !== undefined) return { required: body.required, types, schema: body.schema };
  const object = new Set<SchemaType>(["object"]);
  return {
    required: form.some((one) => one.required),
    types,
    schema: { types: object, properties: new Map(form.map((one) => [one.name, { schema: one.schema, required: one.required }])) },
  };
}

function responsesOf(value: unknown, at: string, operation: Readonly<Record<string, unknown>>, reading: Reading): ReadonlyMap<string, ApiBody> {
  const produces = listOf(operation["produces"] ?? reading.document["produces"]).filter((type) => typeof type === "string");
  const found = new Map<string, ApiBody>();
  for (const [status, one] of membersOf(value)) {
    if (!/^(?:[1-5](?:\d\d|XX)|default)$/i.test(status)) continue;
    const place = reading.refs.object(one, pointer(at, status));
    if (place === undefined) continue;
    const name = status.toLowerCase() === "default" ? "default" : status.toUpperCase();
    const { schema } = place.value;
    if (!reading.old) found.set(name, bodyOf(place.value["content"], pointer(place.at, "content"), false, reading));
    else
      found.set(name, {
        required: false,
        types: schema === undefined ? [] : [...new Set(produces.length === 0 ? ["application/json"] : produces.map(plainType))].sort(),
        schema: schema === undefined ? undefined : readSchema(schema, pointer(place.at, "schema"), reading.refs),
      });
  }
  return found;
}

function authOf(value: Readonly<Record<string, unknown>>, { document, schemes }: Reading): ApiAuth {
  const said = value["security"] ?? document["security"];
  const alternatives = listOf(said).filter(isObject);
  const names = [...new Set(alternatives.flatMap((one) => Object.keys(one)))].sort();
  const used = names.map((name) => schemes.get(name) ?? { kind: "unknown", in: "", name: "" });
  if (value["x-postern-authentication"] === "unproven") return { needs: "unknown", schemes: used };
  if (alternatives.length === 0) return { needs: "none", schemes: [] };
  return { needs: alternatives.some((one) => Object.keys(one).length === 0) ? "optional" : "required", schemes: used };
}

function schemesOf(document: Readonly<Record<string, unknown>>, old: boolean, refs: RefResolver): ReadonlyMap<string, ApiScheme> {
  const components = isObject(document["components"]) ? document["components"] : {};
  const at = old ? "#/securityDefinitions" : "#/components/securitySchemes";
  const found = new Map<string, ApiScheme>();
  for (const [name, one] of membersOf(old ? document["securityDefinitions"] : components["securitySchemes"])) {
    const value = refs.object(one, pointer(at, name))?.value;
    if (value === undefined) continue;
    const type = wordOf(value["type"], "unknown").toLowerCase();
    const scheme = wordOf(value["scheme"], type).toLowerCase();
    if (type === "apikey") found.set(name, { kind: "api-key", in: wordOf(value["in"]), name: wordOf(value["name"]).toLowerCase() });
    else if (type === "http") found.set(name, { kind: scheme === "bearer" && value["bearerFormat"] === "JWT" ? "jwt" : scheme, in: "header", name: "authorization" });
    else found.set(name, { kind: type, in: type === "mutualtls" ? "" : "header", name: type === "mutualtls" ? "" : "authorization" });
  }
  return found;
}

/** Of servers with variables their defaults. */
function serversOf(value: unknown): ApiServer[] {
  const found = listOf(value)
    .filter(isObject)
    .map((server) => {
      const variables = isObject(server["variables"]) ? server["variables"] : {};
      const url = (textOf(server["url"]) ?? "").replaceAll(/\{([^{}]{1,100})\}/g, (whole, name: string) => {
        const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
        return isObject(variable) && variable["default"] !== undefined ? wordOf(variable["default"]) : whole;
      });
      return serverOf(url);
    });
  return found.length === 0 ? [{ host: "", basePath: "" }] : found;
}

function oldServers(document: Readonly<Record<string, unknown>>): ApiServer[] {
  const host = textOf(document["host"]) ?? "";
  return [{ host: hostOf(host.toLowerCase()), basePath: trimmed(textOf(document["basePath"]) ?? "") }];
}

function serverOf(url: string): ApiServer {
  const match = /^(?:[a-z][a-z0-9+.-]{0,20}:)?\/\/([^/?#]{0,300})([^?#]*)/i.exec(url);
  if (match === null) return { host: "", basePath: trimmed(url.replace(/[?#].*$/, "")) };
  return { host: hostOf((match[1] ?? "").toLowerCase()), basePath: trimmed(match[2] ?? "") };
}

function trimmed(path: string): string {
  const whole = path.endsWith("/") ? path.slice(0, -1) : path;
  return whole === "" || whole.startsWith("/") ? whole : `/${whole}`;
}

function plainType(type: string): string {
  return (type.split(";", 1)[0] ?? type).trim().toLowerCase();
}
