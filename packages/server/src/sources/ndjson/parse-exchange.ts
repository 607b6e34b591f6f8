import { isUtf8 } from "node:buffer";
import { isIP } from "node:net";
import { carriesAll } from "@postern/engine";
import type { BodyContent, Carries, Client, Exchange, HeaderList, Message, ResponseMessage } from "@postern/engine";
import { parseIsoTime } from "../parse-time.ts";

/** Names of what is wrong and where; never the value itself. */
export interface Problem {
  readonly path: readonly string[];
  readonly problem: string;
  readonly remedy: string;
}

/** Longest URL, in characters: eight times what servers take by default. */
export const urlCharactersMax = 65_536;
/** Most header fields of one message: servers stop at 100 or so. */
export const headersMax = 1_000;
/** 31 December 9999 and one year: times and durations beyond are mistakes of unit. */
export const atMax = 253_402_300_799_999;
export const durationMsMax = 31_536_000_000;
export const sizeMax = Number.MAX_SAFE_INTEGER;

/**
 * Makes an exchange of a parsed JSON value, or says the first thing wrong with it. Accepts exactly what
 * `docs/reference/exchange.schema.json` accepts (a test holds them equal); members it does not know are ignored.
 * `makeId` is asked only when the record has no `id`.
 */
export function parseExchange(value: unknown, makeId: () => string): Exchange | Problem {
  if (!isRecord(value)) return { path: [], problem: "is not a JSON object", remedy: "Write one complete JSON object a line." };
  const { id, at, method, url, durationMs } = value;
  if (id !== undefined && !(typeof id === "string" && id !== "" && fits(id, 128))) return wrong(["id"], "is not a text of 1 to 128 characters", "Shorten it, or leave it out.");
  const time = readTime(at);
  if (time === undefined) return wrong(["at"], "is neither ISO 8601 with a zone nor milliseconds since 1970", 'Write e.g. "2026-01-31T08:00:00.000Z".');
  if (typeof method !== "string" || !methodForm.test(method)) return wrong(["method"], "is not an HTTP method", 'Write e.g. "GET".');
  if (typeof url !== "string" || !fits(url, urlCharactersMax) || !urlForm.test(url))
    return wrong(["url"], "is neither an http(s) URL nor a path from the root", "Percent-encode spaces and controls; write https://host/path?query or /path?query.");
  if (durationMs !== undefined && !isBetween(durationMs, 0, durationMsMax))
    return wrong(["durationMs"], "is not a number of milliseconds", "Write a number of at least 0, or leave it out.");
  const client = readClient(value["client"]);
  if ("problem" in client) return client;
  const request = readMessage(value["request"], "request");
  if ("problem" in request) return request;
  const response = readResponse(value["response"]);
  if ("problem" in response) return response;
  const carries = readCarries(value["carries"], !url.startsWith("/") || request.headers.some(isHost));
  if ("problem" in carries) return carries;
  const exchange: Exchange = { id: id ?? makeId(), at: time, method, url, client, request, response, carries };
  return durationMs === undefined ? exchange : { ...exchange, durationMs };
}

/** An RFC 9110 token of at most 32 characters. */
export const methodForm = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}$/;
/** No spaces and no controls, so that a line of it cannot be mistaken for two. */
export const urlForm = /^(?:\/[!-~\u0080-\uffff]*|https?:\/\/[!"$-.0->@-~\u0080-\uffff]+(?:[/?#][!-~\u0080-\uffff]*)?)$/;
export const ja4Form = /^[!-~]{1,64}$/;

function readTime(at: unknown): number | undefined {
  if (typeof at === "string") return parseIsoTime(at);
  return isBetween(at, 0, atMax) ? at : undefined;
}

function readClient(value: unknown): Client | Problem {
  if (!isRecord(value)) return wrong(["client"], "is missing or not an object", 'Write {"address": "203.0.113.7"}, or "" when unknown.');
  const { address, ja4 } = value;
  if (typeof address !== "string" || !(address === "" || isAddress(address)))
    return wrong(["client", "address"], "is not an IPv4 or IPv6 address", 'Write it without port and zone, or "" when unknown.');
  if (ja4 === undefined) return { address };
  if (typeof ja4 !== "string" || !ja4Form.test(ja4)) return wrong(["client", "ja4"], "is not a text of 1 to 64 visible ASCII characters", "Leave it out when unknown.");
  return { address, ja4 };
}

function readResponse(value: unknown): ResponseMessage | Problem {
  const message = readMessage(value, "response");
  if ("problem" in message) return message;
  if (!isRecord(value)) return wrong(["response"], "is not an object", 'Write at least {"status": 200, "headers": []}.');
  const { status, size } = value;
  if (!(status === 0 || (isBetween(status, 100, 599) && Number.isInteger(status))))
    return wrong(["response", "status"], "is not a whole number from 100 to 599", "Write 0 when no answer came.");
  if (size === undefined) return { ...message, status };
  if (!isBetween(size, 0, sizeMax) || !Number.isInteger(size)) return wrong(["response", "size"], "is not a whole number of bytes", "Leave it out when unknown.");
  return { ...message, status, size };
}

function readMessage(value: unknown, name: string): Message | Problem {
  if (!isRecord(value)) return wrong([name], "is missing or not an object", 'Write at least {"headers": []}.');
  const { headers, body, truncated } = value;
  if (!isHeaderList(headers))
    return wrong([name, "headers"], `is not a list of at most ${headersMax} [name, value] pairs`, 'Write [["Accept", "*/*"]], or [] when there are none.');
  if (truncated !== undefined && typeof truncated !== "boolean") return wrong([name, "truncated"], "is not true or false", "Leave it out when the body is whole.");
  if (body === undefined) return truncated === undefined ? { headers } : { headers, truncated };
  const content = readBody(body);
  if (content === undefined) return wrong([name, "body"], 'is neither text nor {"base64": "…"} with padding', "Leave it out when there is none.");
  return truncated === undefined ? { headers, body: content } : { headers, body: content, truncated };
}

function readBody(body: unknown): BodyContent | undefined {
  if (typeof body === "string") return body;
  if (!isRecord(body)) return undefined;
  const encoded = body["base64"];
  if (typeof encoded !== "string" || !isBase64(encoded)) return undefined;
  return textOrBytes(Buffer.from(encoded, "base64"));
}

/** Text when it is valid UTF-8, else the bytes. */
export function textOrBytes(bytes: Buffer): BodyContent {
  return isUtf8(bytes) ? bytes.toString("utf8") : new Uint8Array(bytes);
}

const carriesNames = ["host", "query", "requestHeaders", "requestBody", "responseHeaders", "responseBody"] as const;

function readCarries(value: unknown, host: boolean): Carries | Problem {
  if (value === undefined) return host ? carriesAll : carriesAllButHost;
  if (!isRecord(value)) return wrong(["carries"], "is not an object", "Leave it out when everything is carried.");
  const carries = { ...(host ? carriesAll : carriesAllButHost) };
  for (const name of carriesNames) {
    const carried = value[name];
    if (carried === undefined) continue;
    if (typeof carried !== "boolean") return wrong(["carries", name], "is not true or false", "Leave it out when it is carried.");
    carries[name] = carries[name] && carried;
  }
  return carries;
}

const carriesAllButHost: Carries = { ...carriesAll, host: false };

function isHost(header: readonly [string, string]): boolean {
  return header[0].length === 4 && header[0].toLowerCase() === "host";
}

function isHeaderList(value: unknown): value is HeaderList {
  if (!Array.isArray(value) || value.length > headersMax) return false;
  for (const pair of value) if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string" || pair[0] === "" || typeof pair[1] !== "string") return false;
  return true;
}

let lastAddress = "127.0.0.1";

/** Neighbouring records come from the same few clients, so the last good address is remembered. */
function isAddress(text: string): boolean {
  if (text === lastAddress) return true;
  if (isIP(text) === 0 || text.includes("%")) return false;
  lastAddress = text;
  return true;
}

/** Canonical base64, padded. A loop: a regular expression's repeat would keep a state per four characters of a megabyte. */
function isBase64(text: string): boolean {
  if (text.length % 4 !== 0) return false;
  const end = text.endsWith("==") ? text.length - 2 : text.endsWith("=") ? text.length - 1 : text.length;
  for (let i = 0; i < end; i += 1) {
    const c = text.charCodeAt(i);
    if (!((c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 47 && c <= 57) || c === 43)) return false;
  }
  return true;
}

/** At most `max` characters, counted as JSON Schema counts: a surrogate pair is one. */
function fits(text: string, max: number): boolean {
  if (text.length <= max) return true;
  if (text.length > 2 * max) return false;
  let count = 0;
  for (const _ of text) count += 1;
  return count <= max;
}

function isBetween(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && value >= min && value <= max;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(path: readonly string[], problem: string, remedy: string): Problem {
  return { path, problem, remedy };
}
