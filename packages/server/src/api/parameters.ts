import { type Parsed, parseInstant } from "./parse-instant.ts";
import { endpointSorts } from "../hub/endpoint-concern.ts";
import { lifecycleFilters } from "../hub/endpoint-life.ts";
import { knownKinds } from "../specs/known-kinds.ts";
import { parseSearch } from "./search-query.ts";

/**
 * Every query parameter the API knows: how it reads, what the OpenAPI document says of it. One meaning per name across routes.
 * Values are bounded before anything else looks at them.
 */
export const parameters = {
  limit: parameter("How many items at most.", { type: "integer", minimum: 1, maximum: 1000, default: 100 }, (text) => {
    const value = /^\d{1,4}$/.test(text) ? Number(text) : 0;
    return value >= 1 && value <= 1000 ? ok(value) : no("must be a whole number from 1 to 1000");
  }),
  cursor: text("`next` of the page before, unchanged.", 512),
  endpoint: text("An endpoint's id.", 128),
  address: text("A client address, as stored.", 64),
  severity: oneOf("Severity of the finding.", ["info", "low", "medium", "high", "critical"]),
  findingStatus: oneOf("Status of the finding.", ["open", "fixed", "accepted"]),
  incidentStatus: oneOf("Status of the incident.", ["open", "acknowledged", "closed"]),
  auth: oneOf("What is known about authentication.", ["enforced", "not enforced", "optional", "unproven"]),
  lifecycle: oneOf("State of its life; `public` is what is public on purpose, in any state.", lifecycleFilters),
  owner: text("Who answers for it.", 200),
  tag: text("A tag it has.", 64),
  method: text("HTTP method of the endpoint, upper case.", 32),
  host: text("Host of the endpoint.", 255),
  path: text("Path template of the endpoint, as lists show it.", 2_048),
  dataClass: text("A class of data its answers hold, such as email.", 64),
  knownBy: oneOf("Who knows it.", ["traffic", ...knownKinds]),
  specName: text("To tell it by; its title when left out.", 200),
  specKind: oneOf("What the document was made from.", knownKinds),
  sort: oneOf("The order: `concern`, the most worrying first, or `path` (the default), by host, path and method, which stays while a list is paged through.", endpointSorts),
  newSince: instant("Only endpoints first seen at or after this time (RFC 3339)."),
  from: instant("Nothing before this time (RFC 3339)."),
  to: instant("Nothing at or after this time (RFC 3339)."),
  status: parameter("HTTP status of the answer.", { type: "integer", minimum: 0, maximum: 599 }, (raw) =>
    /^[1-5]\d\d$|^0$/.test(raw) ? ok(Number(raw)) : no("must be an HTTP status, or 0 for no answer"),
  ),
  q: parameter("Words `field:value` joined by spaces; fields are endpoint, address, status, from, to.", { type: "string", maxLength: 1024 }, (raw) => parseSearch(raw)),
} as const;

export type ParameterName = keyof typeof parameters;
type ValueOf<N extends ParameterName> = (typeof parameters)[N] extends Parameter<infer T> ? T : never;
/** What a route's handler gets: only the parameters that were sent. */
export type ParameterValues<N extends ParameterName> = { readonly [K in N]?: ValueOf<K> };

/** In the URL two statuses share the plain name: which one it is depends on the route. */
const publicNames: Partial<Record<ParameterName, string>> = { findingStatus: "status", incidentStatus: "status", specName: "name", specKind: "as" };

export function publicNameOf(name: ParameterName): string {
  return publicNames[name] ?? name;
}

export interface Parameter<T> {
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly parse: (text: string) => Parsed<T>;
}

export type Mistake = { readonly pointer: string; readonly detail: string };

/** Reads a query string against the names a route allows. Unknown and repeated names are mistakes, not ignored: a misspelt filter must not answer with everything. */
export function readParameters<N extends ParameterName>(
  query: URLSearchParams,
  names: readonly N[],
): { readonly values: ParameterValues<N>; readonly mistakes: readonly Mistake[] } {
  const byPublicName = new Map(names.map((name) => [publicNameOf(name), name]));
  const values: Record<string, unknown> = {};
  const mistakes: Mistake[] = [];
  for (const key of new Set(query.keys())) {
    const pointer = `#/query/${key.slice(0, 64).replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const name = byPublicName.get(key);
    const sent = query.getAll(key);
    const first = sent[0];
    if (name === undefined || first === undefined) mistakes.push({ pointer, detail: `unknown parameter; known here: ${[...byPublicName.keys()].join(", ") || "none"}` });
    else if (sent.length > 1) mistakes.push({ pointer, detail: "given more than once" });
    else {
      const parsed = parameters[name].parse(first);
      if (parsed.ok) values[name] = parsed.value;
      else mistakes.push({ pointer, detail: parsed.detail });
    }
    if (mistakes.length >= mistakesMax) break;
  }
  return { values: values as ParameterValues<N>, mistakes };
}

/** Mistakes told at once: enough to mend a request by hand, too few to be echoed a megabyte. */
const mistakesMax = 8;

function parameter<T>(description: string, schema: Readonly<Record<string, unknown>>, parse: (text: string) => Parsed<T>): Parameter<T> {
  return { description, schema, parse };
}

function text(description: string, lengthMax: number): Parameter<string> {
  return parameter(description, { type: "string", minLength: 1, maxLength: lengthMax }, (raw) =>
    raw.length >= 1 && raw.length <= lengthMax ? ok(raw) : no(`must have 1 to ${lengthMax} characters`),
  );
}

function oneOf<const T extends string>(description: string, allowed: readonly T[]): Parameter<T> {
  return parameter(description, { type: "string", enum: allowed }, (raw) => {
    const found = allowed.find((value) => value === raw);
    return found === undefined ? no(`must be one of: ${allowed.join(", ")}`) : ok(found);
  });
}

function instant(description: string): Parameter<number> {
  return parameter(description, { type: "string", format: "date-time" }, parseInstant);
}

function ok<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

function no(detail: string): Parsed<never> {
  return { ok: false, detail };
}
