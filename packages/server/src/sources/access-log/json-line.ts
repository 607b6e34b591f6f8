import { jsonErrorOffset } from "../json-position.ts";
import { addressOf } from "./address-text.ts";
import { isRecord, type JsonPlan, planOf, valueAt } from "./json-plan.ts";
import { hostTextOf } from "./host-text.ts";
import { jsonTime } from "./json-time.ts";
import type { AccessFailure, AccessRecord } from "./parse-access-line.ts";
import { isAbsolute, isMethodText, parseRequestLine, targetCharactersMax } from "./parse-request-line.ts";
import { encodeUrl } from "./quoted-field.ts";

/**
 * Makes a parser of JSON access logs, one object a line: nginx with a JSON `log_format`, Caddy, Traefik, Envoy, Fastly, pino and whatever else names its
 * members as these do (see `json-plan.ts`). Members it does not know are ignored; which were taken for what is told once. Work linear in the line.
 *
 * Tolerated: text before the object (syslog, container runtimes), the `{"log": "…"}` of a container runtime around it, nginx's `\xHH` where `escape=json`
 * was forgotten. Refused with a reason: lines that name no method, path, status or time, such as a server's other messages.
 */
export function jsonLineParser(onMapping?: (mapping: string) => void): (line: string) => AccessRecord | AccessFailure {
  const plans = new Map<string, JsonPlan>();
  let told = false;
  return (line) => {
    const open = line.charCodeAt(0) === brace ? 0 : line.slice(0, prefixCharactersMax).indexOf("{");
    if (open === -1) return { column: 1, reason: "the line holds no JSON object" };
    const outer = parse(open === 0 ? line : line.slice(open));
    if (typeof outer === "number")
      return { column: open + outer + 1, reason: "the line is not JSON", remedy: "Nothing to do when it was cut off; else log one JSON object a line." };
    if (!isRecord(outer)) return { column: open + 1, reason: "the line is not a JSON object" };
    const object = unwrapped(outer);
    const names = shapeOf(object);
    let plan = plans.get(names);
    if (plan === undefined) {
      if (plans.size >= plansMax) plans.clear();
      plan = planOf(object);
      plans.set(names, plan);
    }
    const read = record(object, plan, open + 1);
    if (!told && !("reason" in read)) {
      told = true;
      onMapping?.(plan.mapping);
    }
    return read;
  };
}

const brace = 123;
/** A syslog prefix or a container runtime's is shorter. */
const prefixCharactersMax = 512;
/** Servers write a handful of shapes; more are planned again. */
const plansMax = 256;
const remedy =
  "Nothing to do when it is another message of the server; else log the request's time, method, URI and status under the names that nginx, Caddy, Traefik or Envoy use.";

function record(object: Readonly<Record<string, unknown>>, plan: JsonPlan, column: number): AccessRecord | AccessFailure {
  const text = (path: JsonPlan["fields"]["host"]): string => textOf(valueAt(object, path));
  const headers = valueAt(object, plan.headers);
  const header = (name: string): string => (isRecord(headers) ? textOf(headers[name] ?? headers[headerNames[name] ?? ""]) : "");
  const { fields } = plan;
  let method = text(fields.method);
  let target = text(fields.target);
  if (method === "" || target === "") {
    const request = text(fields.request);
    if (request === "") return { column, reason: `no member names the request's ${method === "" ? "method" : "path"}`, remedy };
    const read = parseRequestLine(request, 0, request.length);
    if (typeof read === "string") return { column, reason: read };
    ({ method, target } = read);
  } else {
    const query = text(fields.query);
    if (query !== "" && !target.includes("?")) target += query.startsWith("?") ? query : `?${query}`;
    target = encodeUrl(target);
  }
  if (!isMethodText(method)) return { column, reason: "the request's method is not one of HTTP" };
  if (target.length > targetCharactersMax) return { column, reason: `the request's target is longer than ${targetCharactersMax} characters` };
  if (!target.startsWith("/") && !isAbsolute(target)) return { column, reason: "the request's target is not a path" };
  const given = valueAt(object, fields.status);
  if (given === undefined) return { column, reason: "no member names the status", remedy };
  const status = given === null || given === "" || given === "-" ? 0 : Number(given);
  if (!(Number.isInteger(status) && (status <= 0 || (status >= 100 && status <= 599)))) return { column, reason: "the status is not a number from 100 to 599" };
  const at = jsonTime(valueAt(object, fields.at));
  if (at === undefined) return { column, reason: "no member names a time with its zone", remedy };
  const took = durationOf(valueAt(object, fields.duration), fields.duration.unitMs);
  const size = Number(text(fields.size));
  return {
    host: hostTextOf(text(fields.host) || header("host")),
    address: addressOf(text(fields.address)),
    at: fields.at.atEnd && took !== undefined ? Math.max(0, at - took) : at,
    method,
    target,
    status: Math.max(0, status),
    size: Number.isSafeInteger(size) && size >= 0 ? size : 0,
    referer: noneOf(text(fields.referer) || header("referer")),
    userAgent: noneOf(text(fields.agent) || header("user-agent")),
    durationMs: took === undefined ? undefined : Math.round(took * 1_000) / 1_000,
    combined: false,
    secure: /^(?:https|wss|on)$/i.test(text(fields.scheme)),
  };
}

const headerNames: Readonly<Record<string, string>> = { "user-agent": "User-Agent", referer: "Referer", host: "Host" };

/** The value, or where it stops being JSON, from 0. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (text.includes(String.raw`\x`)) {
      // nginx without `escape=json`: bytes as \xHH, which JSON does not know.
      const mended = text.replaceAll(/\\x([0-9A-Fa-f]{2})/g, (_, hex: string) => (Number.parseInt(hex, 16) < 128 ? `\\u00${hex}` : `%${hex.toUpperCase()}`));
      try {
        return JSON.parse(mended);
      } catch {
        // Not that either.
      }
    }
    return jsonErrorOffset(text) ?? 0;
  }
}

/** Docker's and Kubernetes' `{"log": "{…}\n", "stream": "stdout"}` holds the line as text. */
function unwrapped(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { log, stream } = object;
  if (typeof log !== "string" || typeof stream !== "string" || !log.startsWith("{")) return object;
  const inner = parse(log);
  return isRecord(inner) ? inner : object;
}

/** The names of an object's members, and of those of the objects in it that matter. */
function shapeOf(object: Readonly<Record<string, unknown>>): string {
  let shape = "";
  for (const name of Object.keys(object)) {
    shape += `${name}\n`;
    const value = object[name];
    if (isRecord(value)) shape += `{${Object.keys(value).join()}}`;
    if (shape.length > shapeCharactersMax) break;
  }
  return shape;
}

const shapeCharactersMax = 4_096;

function textOf(value: unknown): string {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === "string" ? one : typeof one === "number" ? String(one) : "";
}

function noneOf(text: string): string | undefined {
  return text === "" || text === "-" ? undefined : text;
}

/** A number in the member's unit, which is 0 when nobody knows it, or text that names one: `12ms`, `0.081s`, `1.5µs`. */
function durationOf(value: unknown, unitMs: number): number | undefined {
  if (typeof value === "string") {
    // Anchored and of bounded width: linear.
    const found = /^(\d{1,12}(?:\.\d{1,12})?) ?(ns|us|µs|μs|ms|s|m)?$/.exec(value);
    if (found === null) return undefined;
    const unit = found[2] === undefined ? unitMs : (units[found[2]] ?? 0);
    return unit > 0 ? inBounds(Number(found[1]) * unit) : undefined;
  }
  return typeof value === "number" && unitMs > 0 ? inBounds(value * unitMs) : undefined;
}

const units: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1_000, m: 60_000 };

function inBounds(ms: number): number | undefined {
  return ms >= 0 && ms < 86_400_000 ? ms : undefined;
}
