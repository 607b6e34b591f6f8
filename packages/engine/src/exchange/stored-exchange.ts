import type { Action } from "./exchange.ts";
import type { Ports } from "./ports.ts";
import type { Subject, SubjectType } from "./subject.ts";
import type { CredentialKind, ExchangeView } from "./view.ts";
import { headerOf } from "./view-of.ts";
import { rememberText } from "./remember-text.ts";
import { replaceIdentifiers } from "./replace-identifiers.ts";
import { segmentShape } from "./segment-shape.ts";

/**
 * What is kept of an exchange: the row of the store. In clear stand only the method, host, path template, status, sizes,
 * times and client address, and Postern's own words. Everything a person could be found by is a keyed hash; bodies,
 * headers, queries and credentials are not in it at all.
 */
export interface StoredExchange {
  /** The exchange's own id; `hash:…` of it when it is no plain id or holds an identifier. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `""` while the path belongs to no admitted endpoint. */
  readonly endpointId: string;
  /** A registered method, else `OTHER`: a client could write a name there. */
  readonly method: string;
  /** Lower case; `""` when not carried; `hash:…` when it is no host name. */
  readonly host: string;
  /** The endpoint's template, else the path with each unpromoted segment as `{shape~hash}`. At most {@link templateCharactersMax} characters. */
  readonly template: string;
  /** What the service answered; 0 when it did not. */
  readonly status: number;
  /** What the caller got: another one where the gate answered in the service's place. */
  readonly answered: number;
  /** 16 hex digits; `""` when no credential was seen. */
  readonly credential: string;
  readonly credentialKind: CredentialKind | "";
  /** Id of the answer's class; `""` when there was no answer. */
  readonly responseClass: string;
  /** Bytes of the bodies: as declared, else as seen; 0 when neither is known. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Null when the source does not say. */
  readonly durationMs: number | null;
  /** IPv4 or IPv6 in clear; `hash:…` of any other text; `""` when unknown. */
  readonly address: string;
  readonly ja4: string;
  /** Keyed hash of the User-Agent without its version numbers; `""` when none was sent. */
  readonly userAgent: string;
  /** The first {@link storedSubjectsMax} whom the request asked about. The disclosure rows hold all of them. */
  readonly subjects: readonly StoredSubject[];
  readonly subjectsTruncated: boolean;
  /** At most {@link storedFlagsMax}. */
  readonly dataClasses: readonly string[];
  readonly action: Action;
  readonly would: Action;
  readonly reason: string;
}

export interface StoredSubject {
  readonly type: SubjectType;
  readonly hash: string;
}

/** What the stations found out about the exchange. */
export interface ExchangeFacts {
  readonly endpointId?: string | undefined;
  /** The endpoint's template; its constants were promoted, so it may be shown. */
  readonly template?: string | undefined;
  /** Whether this decoded segment, at this place of a path without template, was promoted to a constant. */
  readonly promoted?: (index: number, segment: string) => boolean;
  readonly subjects?: readonly Subject[];
  readonly subjectsTruncated?: boolean;
  readonly responseClassId?: string | undefined;
  /** Names of kinds of data (`email`, `card`), never values. */
  readonly dataClasses?: readonly string[];
}

/** A row stays small whatever was asked; whole lists live in the disclosure rows. */
export const storedSubjectsMax = 64;
export const storedFlagsMax = 32;
export const templateCharactersMax = 1_024;
export const reasonCharactersMax = 256;

/** Makes the row of one exchange; see {@link StoredExchange} for what is and is not in it. */
export function storeExchange(view: ExchangeView, facts: ExchangeFacts, ports: Ports): StoredExchange {
  const { exchange } = view;
  const subjects = facts.subjects ?? [];
  const { gate } = exchange;
  return {
    id: storedId(exchange.id, ports),
    at: exchange.at,
    endpointId: facts.endpointId ?? "",
    method: isRegisteredMethod(exchange.method) ? exchange.method : "OTHER",
    host: storedHostOf(view.host, ports),
    template: (facts.template ?? unassignedPath(view.segments, facts.promoted, ports)).slice(0, templateCharactersMax),
    status: exchange.response.status,
    answered: gate?.answered ?? exchange.response.status,
    credential: view.credential?.hash ?? "",
    credentialKind: view.credential?.kind ?? "",
    responseClass: facts.responseClassId ?? "",
    requestBytes: bytesOf(exchange.request.headers, exchange.request.body),
    responseBytes: exchange.response.size ?? bytesOf(exchange.response.headers, exchange.response.body),
    durationMs: exchange.durationMs ?? null,
    address: storedAddress(exchange.client.address, ports),
    ja4: storedJa4(exchange.client.ja4 ?? "", ports),
    userAgent: userAgentFamilyOf(view.userAgent, ports),
    subjects: subjects.slice(0, storedSubjectsMax).map(({ type, hash }) => ({ type, hash })),
    subjectsTruncated: facts.subjectsTruncated === true || subjects.length > storedSubjectsMax,
    dataClasses: (facts.dataClasses ?? []).slice(0, storedFlagsMax),
    action: gate?.action ?? "allow",
    would: gate?.would ?? "allow",
    reason: (gate?.reason ?? "").slice(0, reasonCharactersMax),
  };
}

/** Hosts and programs come back: what was made of the last ones is remembered, in memory only. */
const storedHostOf = rememberingFew((host, ports) => storedHost(host, ports));
const userAgentFamilyOf = rememberingFew((userAgent, ports) => (userAgent === "" ? "" : ports.hash("client", withoutVersions(userAgent))));

function rememberingFew(compute: (text: string, ports: Ports) => string): (text: string, ports: Ports) => string {
  const known = new WeakMap<Ports, (text: string) => string>();
  return (text, ports) => {
    let remembered = known.get(ports);
    if (remembered === undefined) {
      remembered = rememberText((one) => compute(one, ports), 1_024);
      known.set(ports, remembered);
    }
    return remembered(text);
  };
}

/** True for upper-case methods of the registry; any other could be a name a client wrote there. */
export function isRegisteredMethod(method: string): boolean {
  return methods.has(method);
}

/** Those of the IANA registry that APIs and WebDAV use. */
const methods: ReadonlySet<string> = new Set(
  "GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH ACL BIND CHECKIN CHECKOUT COPY LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE ORDERPATCH PROPFIND PROPPATCH QUERY REBIND REPORT SEARCH UNBIND UNLINK UNLOCK UPDATE PURGE".split(
    " ",
  ),
);

function unassignedPath(segments: readonly string[], promoted: ExchangeFacts["promoted"], ports: Ports): string {
  let path = "";
  for (const [index, segment] of segments.entries()) {
    path += promoted?.(index, segment) === true ? `/${segment}` : `/{${segmentShape(segment)}~${ports.hash("segment", segment)}}`;
    if (path.length >= templateCharactersMax) break;
  }
  return path === "" ? "/" : path;
}

function storedId(id: string, ports: Ports): string {
  return isPlain(id, 128) && replaceIdentifiers(id, ports) === id ? id : `hash:${ports.hash("opaque", id)}`;
}

/** A host name, with at least one letter in it, or an address, each with or without a port. Numbers alone could be someone's. */
function storedHost(host: string, ports: Ports): string {
  if (host === "") return "";
  const colon = host.lastIndexOf(":");
  const bare = colon > 0 && !host.endsWith("]") && host.indexOf(":") === colon ? host.slice(0, colon) : host;
  const address = bare.startsWith("[") ? bare.slice(1, bare.indexOf("]")) : bare;
  if (isAddress(address)) return host.slice(0, 64);
  return isPlain(host, 262) && hasLetter(host) && replaceIdentifiers(host, ports) === host ? host : `hash:${ports.hash("opaque", host)}`;
}

function storedAddress(address: string, ports: Ports): string {
  return address === "" || isKnownAddress(address) ? address : `hash:${ports.hash("client", address)}`;
}

function storedJa4(ja4: string, ports: Ports): string {
  return ja4 === "" || /^[a-z0-9]{10}_[0-9a-f]{12}_[0-9a-f]{12}$/.test(ja4) ? ja4 : `hash:${ports.hash("client", ja4)}`;
}

/** Callers come back. */
const isKnownAddress = rememberText((text) => isAddress(text), 8_192);

/** IPv4, or text made as IPv6 is. Names and phone numbers are neither. */
export function isAddress(text: string): boolean {
  if (text.length > 45) return false;
  if (!text.includes(":")) {
    const groups = text.split(".");
    return groups.length === 4 && groups.every((group) => /^[0-9]{1,3}$/.test(group) && Number(group) <= 255);
  }
  const groups = text.split(":");
  const last = groups.at(-1) ?? "";
  const hex = last.includes(".") && isAddress(last) ? groups.slice(0, -1) : groups;
  return groups.length >= 3 && groups.length <= 8 + (text.startsWith("::") || text.endsWith("::") ? 1 : 0) && hex.every((group) => /^[0-9a-fA-F]{0,4}$/.test(group));
}

/** Letters, digits and `._:/-`, at most `max` of them. */
function isPlain(text: string, max: number): boolean {
  if (text.length > max) return false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    const fine = (c >= 45 && c <= 58) || (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95;
    if (!fine) return false;
  }
  return true;
}

function hasLetter(text: string): boolean {
  return /[a-z]/i.test(text);
}

/** `Mozilla/5.0 (X11) Chrome/120.1` and `…/121.0` are one family. */
function withoutVersions(userAgent: string): string {
  return userAgent.slice(0, 512).replace(/[0-9][0-9._]*/g, "");
}

function bytesOf(headers: ExchangeView["exchange"]["request"]["headers"], body: string | Uint8Array | undefined): number {
  const declared = headerOf(headers, "content-length");
  if (/^[0-9]{1,15}$/.test(declared)) return Number(declared);
  if (body === undefined) return 0;
  return typeof body === "string" ? utf8Length(body) : body.length;
}

function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c >= 0x800 && (c < 0xd800 || c > 0xdfff)) length += 2;
    else if (c >= 0x80) length += 1;
  }
  return length;
}
