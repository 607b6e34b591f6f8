import { structureOf } from "../exchange/json-structure.ts";
import { rememberText } from "../exchange/remember-text.ts";
import { headerOf } from "../exchange/view-of.ts";
import type { ExchangeView, Json } from "../exchange/view.ts";

/**
 * What a caller got, as far as authentication shows. Besides 401 and 403, refusals in other dress are recognised:
 *
 * - a redirect to a place for signing in;
 * - 407, 440 and 498, which mean the same in proxies, IIS and ArcGIS;
 * - an answer of any status below 500 whose error says so (`{"error":"unauthorized"}`, `{"success":false,"message":"Please log in"}`, GraphQL's
 *   `UNAUTHENTICATED`), and a page with a field for a password where something else was asked for.
 *
 * A 404 for strangers is told by comparison, see `posture.ts`. Misses: errors in other languages than English and without a code, errors below the second
 * level, pages that build their form by script. Mistakes: data whose own `message` or `error` speaks of missing rights.
 */
export function outcomeOf(view: ExchangeView): Outcome {
  const { response, method } = view.exchange;
  const { status } = response;
  if (status === 401 || status === 403 || status === 407 || status === 440 || status === 498) return "refused";
  // The channel that was asked for is open.
  if (status === 101) return "data";
  if (status >= 500 || status < 200) return "other";
  if (status >= 300 && status < 400) return status !== 304 && leadsToSignIn(headerOf(response.headers, "location")) ? "refused" : "other";
  const json = view.responseJson;
  if (json !== undefined) {
    if (status === 429) return "other";
    if (typeof json === "object" && json !== null) {
      if (speaksOfRefusal(json)) return "refused";
      if (status >= 400) return "other";
      return holdsAnything(json) ? "data" : "empty";
    }
    if (typeof json === "string" && isRefusal(json)) return "refused";
    if (status >= 400) return "other";
    return json === null || json === "" ? "empty" : "data";
  }
  if (status >= 400) return status !== 429 && textRefuses(view) ? "refused" : "other";
  if (status === 204 || status === 205) return "empty";
  // The length of what GET would have brought is not always told.
  if (method === "HEAD") return "data";
  if ((response.size ?? response.body?.length ?? 0) <= 2) return "empty";
  return textRefuses(view) ? "refused" : "data";
}

/** True for the error object of a call that says its caller may not have it: `{"message":"…","extensions":{"code":"UNAUTHENTICATED"}}`. */
export function saysRefusal(error: Json): boolean {
  return says(error, 0);
}

export type Outcome = keyof OutcomeCounts;

export interface OutcomeCounts {
  /** 2xx with data. */
  data: number;
  /** 2xx without. */
  empty: number;
  /** 401, 403, or a refusal in other dress. */
  refused: number;
  other: number;
}

export const outcomeNames = ["data", "empty", "refused", "other"] as const;

export function newOutcomes(): OutcomeCounts {
  return { data: 0, empty: 0, refused: 0, other: 0 };
}

export function addOutcomes(into: OutcomeCounts, from: Readonly<OutcomeCounts>): void {
  for (const outcome of outcomeNames) into[outcome] += from[outcome];
}

/** True where the target of a redirect, or of a request, is a place for signing in. */
export const leadsToSignIn = rememberText((location) => {
  const end = location.search(/[?#]/);
  const target = (end < 0 ? location : location.slice(0, end)).slice(0, 512).toLowerCase();
  const scheme = target.indexOf("://");
  const host = scheme < 0 ? "" : (target.slice(scheme + 3).split("/", 1)[0] ?? "");
  if (/^(?:login|signin|auth|sso|accounts?|id|idp|identity)\./.test(host)) return true;
  const path = scheme < 0 ? target : target.slice(scheme + 3 + host.length);
  return path
    .split("/", 16)
    .some((segment) => /^(?:log_?-?in|sign_?-?in|log_?-?on|sso|authorize|authenticate|unauthorized|unauthenticated|wp-login|saml2?|cas)(?:$|[._;-])/.test(segment));
});

/** Fields in which services say that something went wrong. */
const fields: ReadonlySet<string> = new Set(
  "error errors message messages msg code status detail details reason title error_description errormessage errorcode error_code error_message faultstring fault type name exception extensions".split(
    " ",
  ),
);
const fieldsKey = Symbol("error fields");
const listMax = 4;

function speaksOfRefusal(json: Exclude<Json, null | boolean | number | string>): boolean {
  if (isList(json)) return false;
  const structure = structureOf(json);
  let keys = structure?.memory.get(fieldsKey) as readonly string[] | undefined;
  if (keys === undefined) {
    keys = errorFields(json);
    structure?.memory.set(fieldsKey, keys);
  }
  if (keys.length === 0) return false;
  return keys.some((key) => says(json[key], 0));
}

/** The fields by which an object may say so; none where it holds as much else as an error never does. */
function errorFields(json: { readonly [key: string]: Json }): readonly string[] {
  const all = Object.keys(json);
  const named = all.filter((key) => fields.has(key.toLowerCase()));
  const rest = all.filter((key) => !fields.has(key.toLowerCase()) && !companions.has(key.toLowerCase()));
  return !named.some((key) => !labels.has(key.toLowerCase())) || named.length > 8 || rest.some((key) => holdsData(json[key])) ? [] : named;
}

/** Fields that any object may have. */
const labels: ReadonlySet<string> = new Set(["status", "title", "type", "name", "code", "reason", "details"]);
/** What stands beside an error and is no data. */
const companions: ReadonlySet<string> = new Set(
  "success ok timestamp time path request_id requestid trace_id traceid instance documentation_url help link statuscode status_code version jsonrpc id".split(" "),
);

function holdsData(value: Json | undefined): boolean {
  if (value === undefined || value === null || typeof value === "boolean") return false;
  return typeof value !== "object" || holdsAnything(value);
}

function says(value: Json | undefined, depth: number): boolean {
  if (value === undefined || value === null || typeof value === "boolean" || depth > 4) return false;
  if (typeof value === "number") return value === 401 || value === 403;
  if (typeof value === "string") return isRefusal(value);
  if (isList(value)) return value.slice(0, listMax).some((entry) => says(entry, depth + 1));
  for (const key of Object.keys(value).slice(0, 16)) if (fields.has(key.toLowerCase()) && says(value[key], depth + 1)) return true;
  return false;
}

/** Linear; texts are cut at 256 characters. */
const isRefusal = rememberText((text) => {
  const lower = text.slice(0, 256).toLowerCase().replaceAll("_", " ").replaceAll("-", " ");
  return refusals.some((phrase) => lower.includes(phrase));
}, 1_024);

const refusals: readonly string[] = [
  "unauthorized",
  "unauthorised",
  "unauthenticated",
  "not authenticated",
  "not authorized",
  "not authorised",
  "not logged in",
  "not signed in",
  "authentication required",
  "authorization required",
  "authentication is required",
  "requires authentication",
  "requires authorization",
  "authentication credentials",
  "authentication failed",
  "login required",
  "login is required",
  "please log in",
  "please login",
  "please sign in",
  "must be logged in",
  "must log in",
  "must sign in",
  "need to log in",
  "invalid token",
  "invalid access token",
  "invalid api key",
  "invalid apikey",
  "invalid credentials",
  "invalid session",
  "invalid auth",
  "no authentication",
  "no authorization",
  "missing token",
  "missing api key",
  "missing credentials",
  "missing authorization",
  "token missing",
  "token required",
  "token is required",
  "token expired",
  "token has expired",
  "expired token",
  "session expired",
  "session has expired",
  "api key required",
  "api key is required",
  "api key missing",
  "no api key",
  "no token",
  "access denied",
  "permission denied",
  "forbidden",
  "noauth",
  "authrequired",
];

/** Pages and plain texts: short ones by their words, longer ones by a field for a password where no page for signing in was asked for. */
function textRefuses(view: ExchangeView): boolean {
  const { body, headers } = view.exchange.response;
  if (typeof body !== "string" || body.length === 0) return false;
  if (body.length <= shortTextMax && isRefusal(body.replaceAll(/<[^<>]{0,200}>/g, " ").trim())) return true;
  if (!headerOf(headers, "content-type").toLowerCase().startsWith("text/html")) return false;
  if (!/<input[^<>]{0,300}type\s{0,3}=\s{0,3}["']?password/i.test(body.slice(0, pageCharactersMax))) return false;
  return !view.segments.some((segment) => leadsToSignIn(segment) || /sign_?-?up|register|password|account/i.test(segment.slice(0, 64)));
}

const shortTextMax = 256;
/** Forms stand near the top. */
const pageCharactersMax = 32_768;

function holdsAnything(json: object): boolean {
  for (const _ in json) return true;
  return false;
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}
