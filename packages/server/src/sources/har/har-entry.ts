import type { BodyContent, Exchange, HeaderList } from "@postern/engine";
import { durationMsMax, headersMax, methodForm, textOrBytes, urlCharactersMax, urlForm } from "../ndjson/parse-exchange.ts";
import { parseIsoTime } from "../parse-time.ts";

/** Why an entry is no exchange; never repeats its content. */
export interface EntryProblem {
  readonly problem: string;
  readonly remedy: string;
}

/**
 * Makes an exchange of one HAR entry. HTTP/2 pseudo headers (`:authority` …) are dropped; spaces in the URL and its fragment too. A posted form
 * recorded as `params` becomes its urlencoded text; a multipart one recorded that way cannot be rebuilt and counts as
 * not carried. Bodies in base64 are decoded.
 */
export function harEntry(entry: unknown, id: string): Exchange | EntryProblem {
  if (!isRecord(entry)) return { problem: "the entry is not an object", remedy };
  const { startedDateTime, time, request, response } = entry;
  if (!isRecord(request)) return { problem: "request is missing or not an object", remedy };
  if (!isRecord(response)) return { problem: "response is missing or not an object", remedy };
  const at = typeof startedDateTime === "string" ? parseIsoTime(startedDateTime) : undefined;
  if (at === undefined) return { problem: "startedDateTime is not ISO 8601 with a zone", remedy: "Export it again with a tool that writes the zone." };
  const method = request["method"];
  if (typeof method !== "string" || !methodForm.test(method)) return { problem: "request.method is not an HTTP method", remedy };
  const url = cleanUrl(request["url"]);
  if (url === undefined) return { problem: "request.url is not an http or https URL", remedy: "Entries of other schemes (data:, ws:, chrome-extension:) carry no HTTP exchange." };
  const status = response["status"];
  if (!(typeof status === "number" && Number.isInteger(status) && (status === 0 || (status >= 100 && status <= 599))))
    return { problem: "response.status is not a whole number from 100 to 599", remedy };
  const requestHeaders = readHeaders(request["headers"]);
  const responseHeaders = readHeaders(response["headers"]);
  if (requestHeaders === undefined || responseHeaders === undefined) return { problem: `headers are not a list of at most ${headersMax} {name, value} pairs`, remedy };

  const posted = readPosted(request["postData"]);
  const content = readContent(response["content"]);
  const requestBytes = request["bodySize"];
  const exchange: Exchange = {
    id,
    at,
    method,
    url,
    client: { address: "" },
    request: posted.body === undefined ? { headers: requestHeaders } : { headers: requestHeaders, body: posted.body },
    response: {
      status,
      headers: responseHeaders,
      ...(content.body === undefined ? {} : { body: content.body }),
      ...(content.size === undefined ? {} : { size: content.size }),
    },
    carries: {
      host: true,
      query: true,
      requestHeaders: true,
      requestBody: posted.carried && !(posted.body === undefined && typeof requestBytes === "number" && requestBytes > 0),
      responseHeaders: true,
      responseBody: content.carried,
    },
  };
  const timed = typeof time === "number" && time >= 0 && time <= durationMsMax;
  return timed ? { ...exchange, durationMs: time } : exchange;
}

const remedy = "Export it again, or mend the entry after HAR 1.2.";

function cleanUrl(url: unknown): string | undefined {
  if (typeof url !== "string" || url.length > urlCharactersMax) return undefined;
  const hash = url.indexOf("#");
  const bare = (hash === -1 ? url : url.slice(0, hash)).replaceAll(" ", "%20");
  return !bare.startsWith("/") && urlForm.test(bare) ? bare : undefined;
}

function readHeaders(list: unknown): HeaderList | undefined {
  if (list === undefined) return [];
  if (!Array.isArray(list) || list.length > headersMax) return undefined;
  const headers: [string, string][] = [];
  for (const header of list) {
    if (!isRecord(header)) return undefined;
    const { name, value } = header;
    if (typeof name !== "string" || typeof value !== "string" || name === "") return undefined;
    if (!name.startsWith(":")) headers.push([name, value]);
  }
  return headers;
}

interface ReadBody {
  readonly body: BodyContent | undefined;
  /** False when the exchange had a body that the HAR does not give. */
  readonly carried: boolean;
}

function readPosted(posted: unknown): ReadBody {
  if (!isRecord(posted)) return { body: undefined, carried: true };
  const { text, params, encoding, mimeType } = posted;
  if (typeof text === "string" && text !== "") return { body: decode(text, encoding), carried: true };
  if (!Array.isArray(params) || params.length === 0) return { body: undefined, carried: true };
  if (typeof mimeType !== "string" || !mimeType.toLowerCase().startsWith("application/x-www-form-urlencoded")) return { body: undefined, carried: false };
  const form = new URLSearchParams();
  for (const param of params.slice(0, headersMax)) {
    if (isRecord(param) && typeof param["name"] === "string") form.append(param["name"], typeof param["value"] === "string" ? param["value"] : "");
  }
  return { body: form.toString(), carried: params.length <= headersMax };
}

function readContent(content: unknown): ReadBody & { readonly size: number | undefined } {
  if (!isRecord(content)) return { body: undefined, carried: false, size: undefined };
  const { text, encoding } = content;
  const given = content["size"];
  const size = typeof given === "number" && Number.isSafeInteger(given) && given >= 0 ? given : undefined;
  if (typeof text === "string") return { body: text === "" ? undefined : decode(text, encoding), carried: text !== "" || size === undefined || size === 0, size };
  return { body: undefined, carried: size === 0, size };
}

function decode(text: string, encoding: unknown): BodyContent {
  return encoding === "base64" ? textOrBytes(Buffer.from(text, "base64")) : text;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
