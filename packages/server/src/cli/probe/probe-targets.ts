import { readFileSync } from "node:fs";
import { PosternError, type SubjectRule } from "@postern/engine";
import { checkedTarget, placeholder, type ProbeTarget } from "../../probe/probe-target.ts";
import type { Api, ApiOperation } from "../../specs/api-model.ts";
import { templateShape } from "@postern/engine";

/** What the command line says of the requests. */
export interface TargetOptions {
  readonly endpoint: readonly string[];
  readonly header: readonly string[];
  readonly body?: string;
  readonly graphql?: string;
  readonly variable: string;
  readonly parameter?: string;
  readonly set: readonly string[];
  readonly batch: number;
}

/** Where an endpoint without `{subject}` is looked up. */
export interface Lookups {
  readonly spec: Api | undefined;
  /** An endpoint of the inventory, with where its requests name somebody. */
  readonly known: ((endpoint: string) => Promise<KnownDoor>) | undefined;
  readonly env: NodeJS.ProcessEnv;
}

export interface KnownDoor {
  readonly method: string;
  readonly template: string;
  readonly rules: readonly SubjectRule[];
}

/** The requests to ask with, one for each `--endpoint`. Throws USAGE, NOT_FOUND. */
export async function probeTargets(options: TargetOptions, lookups: Lookups): Promise<readonly ProbeTarget[]> {
  if (options.endpoint.length === 0)
    throw new PosternError("USAGE", "Which endpoint? None is named", {
      remedy: `Say one: --endpoint "GET /users/${placeholder}/status", with ${placeholder} where the identifier stands.`,
    });
  const headers = options.header.map((line) => headerOf(line, lookups.env));
  const written = bodyOf(options);
  const targets: ProbeTarget[] = [];
  for (const text of options.endpoint) {
    const found = /^([A-Za-z]{1,20})\s+(\/\S*)$/.exec(text.trim());
    const said = { method: found?.[1]?.toUpperCase() ?? "", path: found?.[2] ?? "" };
    const named = text.includes(placeholder) || written?.includes(placeholder) === true || headers.some(([, value]) => value.includes(placeholder));
    const base = named ? checkedLine(text, said) : await lookedUp(text, said, options, lookups);
    const body = written ?? base.body;
    const target: ProbeTarget = {
      name: `${base.method} ${base.path.split("?")[0] ?? ""}`,
      method: base.method,
      path: withValues(base.path, options.set),
      headers: withType([...headers, ...base.headers], body),
      body,
      batch: options.batch,
    };
    targets.push(checkedTarget(target));
  }
  return targets;
}

interface Drawn {
  readonly method: string;
  readonly path: string;
  readonly headers: ProbeTarget["headers"];
  readonly body: string | undefined;
}

function checkedLine(text: string, { method, path }: { readonly method: string; readonly path: string }): Drawn {
  if (method === "") throw new PosternError("USAGE", `${JSON.stringify(text.slice(0, 80))} is no method and path`, { remedy: `Write it as "GET /users/${placeholder}/status".` });
  return { method, path, headers: [], body: undefined };
}

async function lookedUp(text: string, said: { readonly method: string; readonly path: string }, options: TargetOptions, { spec, known }: Lookups): Promise<Drawn> {
  if (spec !== undefined) return ofOperation(operationOf(spec, text, said), options);
  if (known === undefined)
    throw new PosternError("USAGE", `${text.slice(0, 100)} does not say where the identifier stands`, {
      remedy: `Write ${placeholder} there, or name where the endpoint is described: --spec openapi.yaml, or --data ./.postern for what Postern has learned.`,
    });
  const door = await known(text);
  if (door.template.includes("~"))
    throw new PosternError("USAGE", `${text.slice(0, 100)} has constants in its path that Postern keeps only as hashes`, {
      remedy: `Write the path out, with ${placeholder} where the identifier stands.`,
    });
  const rule = options.parameter === undefined ? door.rules[0] : (door.rules.find(({ location }) => location.name === options.parameter) ?? undefined);
  if (rule === undefined)
    throw new PosternError("USAGE", `Postern has not learned who ${text.slice(0, 100)} asks about${options.parameter === undefined ? "" : ` in ${options.parameter}`}`, {
      remedy: `Write ${placeholder} where the identifier stands.`,
    });
  return drawn(door.method, door.template, rule.location.in, rule.location.name);
}

function operationOf(spec: Api, text: string, { method, path }: { readonly method: string; readonly path: string }): ApiOperation {
  const found = spec.operations.filter((one) => one.method === method && templateShape(one.path) === templateShape(path));
  const [operation] = found;
  if (operation === undefined)
    throw new PosternError("NOT_FOUND", `The description has no operation ${text.slice(0, 100)}`, {
      remedy: "Name one as the document writes it, method and path: `postern diff` lists them.",
    });
  return operation;
}

function ofOperation(operation: ApiOperation, options: TargetOptions): Drawn {
  const name = options.parameter ?? onlyParameter(operation);
  const parameter = operation.parameters.find((one) => one.name === name);
  if (parameter !== undefined) return drawn(operation.method, operation.path, parameter.in, name);
  if (operation.path.includes(`{${name}}`)) return drawn(operation.method, operation.path, "path", name);
  const form = operation.request?.types.some((type) => type.includes("form")) === true && !operation.request.types.some((type) => type.includes("json"));
  return drawn(operation.method, operation.path, form ? "form" : "json", name);
}

function onlyParameter(operation: ApiOperation): string {
  const inPath = operation.parameters.filter((one) => one.in === "path");
  const all = inPath.length > 0 ? inPath : operation.parameters.filter((one) => one.required);
  const fields = [...(operation.request?.schema?.properties.keys() ?? [])];
  const names = all.length > 0 ? all.map(({ name }) => name) : fields;
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  throw new PosternError("USAGE", `${operation.method} ${operation.path} has ${names.length === 0 ? "no parameter" : `several parameters (${names.slice(0, 10).join(", ")})`}`, {
    remedy: "Say which one names the person: --parameter phone (a JSON field by its path, user.phone).",
  });
}

/** The request with the identifier in one place, as {@link SubjectRule} names places. */
function drawn(method: string, template: string, where: string, name: string): Drawn {
  const none = { method, path: template, headers: [], body: undefined };
  switch (where) {
    case "path":
      return {
        ...none,
        path: template
          .split("/")
          .map((segment) => (nameOf(segment) === name || segment.includes(`{${name}}`) ? replaced(segment, name) : segment))
          .join("/"),
      };
    case "query":
      return { ...none, path: `${template}${template.includes("?") ? "&" : "?"}${encodeURIComponent(name)}=${placeholder}` };
    case "header":
      return { ...none, headers: [[name, placeholder]] };
    case "cookie":
      return { ...none, headers: [["cookie", `${name}=${placeholder}`]] };
    case "form":
      return { ...none, headers: [["content-type", "application/x-www-form-urlencoded"]], body: `${encodeURIComponent(name)}=${placeholder}` };
    default:
      return { ...none, body: JSON.stringify(nested(name.split("."))) };
  }
}

/** `{cc}-{phone}` is one parameter, `cc-phone`; `user-{id}` keeps its beginning. */
function replaced(segment: string, name: string): string {
  return nameOf(segment) === name && segment.split("{").length > 2 ? placeholder : segment.replace(/\{[^}]*\}/, placeholder);
}

function nameOf(segment: string): string {
  return [...segment.matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? "").join("-");
}

function nested([first = "", ...rest]: readonly string[]): unknown {
  const inner: unknown = rest.length === 0 ? placeholder : nested(rest);
  if (first === "[]") return [inner];
  return first.endsWith("[]") ? { [first.slice(0, -2)]: [inner] } : { [first]: inner };
}

function withValues(path: string, set: readonly string[]): string {
  let out = path;
  for (const pair of set) {
    const equals = pair.indexOf("=");
    if (equals < 1)
      throw new PosternError("USAGE", `--set takes name=value, not ${JSON.stringify(pair.slice(0, 40))}`, { remedy: "For a parameter of the path: --set tenant=acme" });
    out = out.replaceAll(`{${pair.slice(0, equals)}}`, encodeURIComponent(pair.slice(equals + 1)));
  }
  return out;
}

function bodyOf({ body, graphql, variable }: TargetOptions): string | undefined {
  if (graphql !== undefined) return JSON.stringify({ query: textOf(graphql), variables: { [variable]: placeholder } });
  return body === undefined ? undefined : textOf(body);
}

/** `@file` is the file's text. */
function textOf(given: string): string {
  if (!given.startsWith("@")) return given;
  try {
    return readFileSync(given.slice(1), "utf8");
  } catch (cause) {
    throw new PosternError("SOURCE_UNREADABLE", `The file ${given.slice(1)} cannot be read`, { cause });
  }
}

/** `Name: value`; `${NAME}` in the value is filled from the environment, so that no secret stands in a command line. */
function headerOf(line: string, env: NodeJS.ProcessEnv): readonly [string, string] {
  const found = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}):[ \t]*([^\r\n]*)$/.exec(line);
  if (found === null) throw new PosternError("USAGE", `--header takes "Name: value"`, { remedy: 'For example --header "X-Api-Version: 2".' });
  const value = (found[2] ?? "").replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]{0,127})\}/g, (_, name: string) => fromEnvironment(name, env));
  return [found[1] ?? "", value];
}

/** The value of a variable that must be set; it stands in no message. */
export function fromEnvironment(name: string, env: NodeJS.ProcessEnv): string {
  const value = env[name];
  if (value === undefined || value === "")
    throw new PosternError("USAGE", `The environment variable ${name.slice(0, 128)} is not set`, { remedy: "Export it before, or take it out of the command." });
  return value;
}

function withType(headers: ProbeTarget["headers"], body: string | undefined): ProbeTarget["headers"] {
  if (body === undefined || headers.some(([name]) => name.toLowerCase() === "content-type")) return headers;
  return [...headers, ["content-type", /^\s*[[{]/.test(body) ? "application/json" : "application/x-www-form-urlencoded"]];
}
