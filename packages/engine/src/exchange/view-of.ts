import { credentialOf } from "./credential-of.ts";
import type { BodyContent, Exchange, HeaderList, Message } from "./exchange.ts";
import { multipartFields } from "./multipart-fields.ts";
import type { Ports } from "./ports.ts";
import { isXml, xmlFields } from "./xml-fields.ts";
import { decodePercent, hostOf, splitUrl } from "./split-target.ts";
import { rememberText } from "./remember-text.ts";
import type { RequestParts } from "./subjects.ts";
import type { ExchangeView, Json, PathView } from "./view.ts";
import { pairsMax } from "./view.ts";

export { splitTarget } from "./split-target.ts";

/**
 * Parses an exchange once, for every station of the ledger. Total: any exchange gives a view, whatever is malformed is
 * left out. JSON is parsed from complete bodies of at most {@link jsonCharactersMax}; larger or cut ones give undefined.
 *
 * The host comes from an absolute URL, else from the `Host` header, else it is `""`.
 */
export function viewOf(exchange: Exchange, ports: Ports): ExchangeView {
  const { host: urlHost, segments, query: rawQuery } = splitUrl(exchange.url);
  const { request, response } = exchange;
  const query = rawQuery === "" ? none : pairsOf(rawQuery);
  const type = lowered(headerOf(request.headers, "content-type"));
  const form = formOf(request, type, ports);
  return {
    exchange,
    host: urlHost !== "" ? urlHost : hostOfHeader(headerOf(request.headers, "host")),
    segments,
    query,
    form,
    requestJson: form === none ? jsonOf(request, type, ports) : undefined,
    responseJson: jsonOf(response, lowered(headerOf(response.headers, "content-type")), ports),
    credential: credentialOf(request.headers, query, ports),
    userAgent: headerOf(request.headers, "user-agent").slice(0, userAgentCharactersMax),
  };
}

/** The part of {@link viewOf} that path templates are learned from, for a pass over a recording that does nothing else. The request's body is read where the answer is 400 only. */
export function pathViewOf(exchange: Exchange, ports: Ports): PathView {
  const { host, segments } = splitUrl(exchange.url);
  const { request, response } = exchange;
  const asked = response.status === 400 && request.body !== undefined;
  const type = asked ? lowered(headerOf(request.headers, "content-type")) : "";
  const form = asked ? formOf(request, type, ports) : none;
  return {
    exchange,
    host: host !== "" ? host : hostOfHeader(headerOf(request.headers, "host")),
    segments,
    form,
    requestJson: asked && form === none ? jsonOf(request, type, ports) : undefined,
    responseJson: response.body === undefined ? undefined : jsonOf(response, lowered(headerOf(response.headers, "content-type")), ports),
  };
}

/** Larger JSON is not parsed: at this size parsing costs about a millisecond, and nothing we learn needs more. */
export const jsonCharactersMax = 262_144;

/** Longer User-Agents are cut; they only narrow an actor. */
export const userAgentCharactersMax = 512;

/** A query or form is read up to here; the pair bound alone would let one pair be arbitrarily long. */
export const pairsCharactersMax = 65_536;

/** The first value of a header, any case; `""` when absent. */
export function headerOf(headers: HeaderList, lowerName: string): string {
  const { length } = lowerName;
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i];
    if (header !== undefined && header[0].length === length && (header[0] === lowerName || isNamed(header[0], lowerName))) return header[1];
  }
  return "";
}

/** Every value of a header, any case. */
export function headersNamed(headers: HeaderList, lowerName: string): readonly string[] {
  const { length } = lowerName;
  return headers.flatMap(([name, value]) => (name.length === length && isNamed(name, lowerName) ? [value] : []));
}

/** Without regard to case, of names of one length. Most differ in their first letter, so nothing is put into lower case for them. */
function isNamed(name: string, lowerName: string): boolean {
  return (name.charCodeAt(0) | 32) === (lowerName.charCodeAt(0) | 32) && name.toLowerCase() === lowerName;
}

/** Decoded pairs of a query or a form body, in order, repeats kept, at most {@link pairsMax}; `+` is a space. */
export function pairsOf(raw: string): readonly (readonly [name: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (const piece of raw.slice(0, pairsCharactersMax).split("&", pairsMax * 2)) {
    if (piece === "") continue;
    if (pairs.length === pairsMax) break;
    const equals = piece.indexOf("=");
    const name = equals < 0 ? piece : piece.slice(0, equals);
    const value = equals < 0 ? "" : piece.slice(equals + 1);
    pairs.push([decodePercent(name.replaceAll("+", " ")), decodePercent(value.replaceAll("+", " "))]);
  }
  return pairs;
}

/** A request alone, as {@link viewOf} reads it, for who decides before there is an answer. */
export function requestViewOf({ segments, query, contentType, body }: RequestParts, ports: Ports): RequestView {
  const type = lowered(contentType);
  const message: Message = { headers: [["Content-Type", contentType]], ...(body === undefined ? {} : { body }) };
  const form = formOf(message, type, ports);
  return { segments, query: query === "" ? none : pairsOf(query), form, requestJson: form === none ? jsonOf(message, type, ports) : undefined };
}

export type RequestView = Pick<ExchangeView, "segments" | "query" | "form" | "requestJson">;

const lowered = rememberText((text) => text.toLowerCase());
const hostOfHeader = rememberText((text) => hostOf(text));
const none: readonly (readonly [string, string])[] = [];

function formOf({ body, headers }: Message, type: string, ports: Ports): readonly (readonly [string, string])[] {
  if (body === undefined || body.length === 0) return none;
  if (type.startsWith("application/x-www-form-urlencoded")) return pairsOf(textOf(body, ports) ?? "");
  if (type.startsWith("multipart/form-data")) return multipartFields(body, headerOf(headers, "content-type"));
  return isXml(type) ? xmlFields(textOf(body, ports) ?? "") : none;
}

function textOf(body: BodyContent, ports: Ports): string | undefined {
  if (body.length > jsonCharactersMax) return undefined;
  return typeof body === "string" ? body : ports.decodeUtf8(body);
}

/** The body of a request as JSON, if it is. */
export function requestJsonOf(request: Message, ports: Ports): Json | undefined {
  return jsonOf(request, lowered(headerOf(request.headers, "content-type")), ports);
}

function jsonOf(message: Message, contentType: string, ports: Ports): Json | undefined {
  if (message.body === undefined || message.body.length === 0 || message.truncated === true) return undefined;
  const typed = contentType.includes("json");
  if (!typed && contentType !== "" && !contentType.startsWith("text/plain")) return undefined;
  const text = textOf(message.body, ports);
  if (text === undefined) return undefined;
  if (!typed && !/^\s{0,64}[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
