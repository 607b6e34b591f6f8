import { isUtf8 } from "node:buffer";
import type { Action, Exchange, GateNote, HeaderList, Message, ResponseMessage } from "@postern/engine";
import type { Capture } from "./gate/gate-port.ts";
import { undoCoding } from "./gate/proxy/undo-encoding.ts";

/**
 * A finished exchange as bytes, for the way from gate to hub: numbers at fixed places, then the texts and bodies as they were on the wire. The gate's
 * thread only copies; taking apart, undoing content codings and making text is the hub's work.
 *
 * Layout, little-endian: see {@link fixedBytes}. Texts are latin-1, header sections are lines `name ":" value CRLF`.
 */
export interface FinishedExchange {
  /** Number of the exchange in this life of the gate; with the life's name it is the id. */
  readonly number: number;
  readonly capture: Capture;
  readonly note: GateNote | undefined;
}

/** Exact size of the record, in bytes. Costs a pass over the lengths only. */
export function recordBytes({ capture, note }: FinishedExchange): number {
  const { head } = capture;
  return (
    fixedBytes +
    Math.min(head.method.length, shortMax) +
    Math.min(head.address.length, shortMax) +
    (note === undefined ? 0 : Math.min(note.reason.length, shortMax)) +
    head.target.length +
    sectionBytes(capture.requestSection, head.rawHeaders) +
    sectionBytes(capture.responseSection, capture.responseRawHeaders) +
    sentBytes(note) +
    (capture.requestBody?.length ?? 0) +
    (capture.responseBody?.length ?? 0)
  );
}

/** Writes the record at `from`, where {@link recordBytes} must fit; returns where it ends. */
export function writeRecord(into: Buffer, from: number, finished: FinishedExchange): number {
  const { capture, note } = finished;
  const { head, requestBody, responseBody } = capture;
  let at = from + fixedBytes;
  const methodEnd = (at = putText(into, at, short(head.method)));
  const addressEnd = (at = putText(into, at, short(head.address)));
  const reasonEnd = (at = note === undefined ? at : putText(into, at, short(note.reason)));
  const targetEnd = (at = putText(into, at, head.target));
  const requestEnd = (at = putSection(into, at, capture.requestSection, head.rawHeaders));
  const responseEnd = (at = putSection(into, at, capture.responseSection, capture.responseRawHeaders));
  if (requestBody !== undefined) {
    into.set(requestBody, at);
    at += requestBody.length;
  }
  const requestBodyEnd = at;
  if (responseBody !== undefined) {
    into.set(responseBody, at);
    at += responseBody.length;
  }
  const bodyEnd = at;
  if (note?.sent !== undefined) at = putSection(into, at, undefined, note.sent.headers.flat());
  into.writeUInt32LE(at - from, from);
  into[from + 4] =
    (requestBody === undefined ? 0 : Flag.requestBody) |
    (capture.requestBodyTruncated ? Flag.requestTruncated : 0) |
    (responseBody === undefined ? 0 : Flag.responseBody) |
    (capture.responseBodyTruncated ? Flag.responseTruncated : 0) |
    (note === undefined ? 0 : Flag.note) |
    (note?.journaled === true ? Flag.journaled : 0);
  into[from + 5] = note === undefined ? 0 : actions.indexOf(note.action);
  into[from + 6] = note === undefined ? 0 : actions.indexOf(note.would);
  into[from + 7] = methodEnd - from - fixedBytes;
  into[from + 8] = addressEnd - methodEnd;
  into[from + 9] = reasonEnd - addressEnd;
  into.writeUInt16LE(capture.status, from + 10);
  into.writeUInt32LE(targetEnd - reasonEnd, from + 12);
  into.writeUInt32LE(requestEnd - targetEnd, from + 16);
  into.writeUInt32LE(responseEnd - requestEnd, from + 20);
  into.writeUInt32LE(requestBodyEnd - responseEnd, from + 24);
  into.writeUInt32LE(bodyEnd - requestBodyEnd, from + 28);
  into.writeDoubleLE(finished.number, from + 32);
  into.writeDoubleLE(head.at, from + 40);
  into.writeDoubleLE(capture.durationMs, from + 48);
  into.writeDoubleLE(capture.responseBytes, from + 56);
  into.writeUInt16LE(note?.answered ?? 0, from + 64);
  into.writeDoubleLE(capture.upstreamMs ?? -1, from + 66);
  into.writeDoubleLE(note?.sent?.ms ?? -1, from + 74);
  into.writeUInt32LE(note?.sent?.bytes ?? 0, from + 82);
  return at;
}

/** Length of the record that starts at `from`. */
export function recordLength(records: Buffer, from: number): number {
  return records.readUInt32LE(from);
}

/**
 * Reads records back. Header sections that were seen lately are not taken apart again: equal sections give the same (never changed) list.
 * Holds at most twice {@link sectionsMax} sections of {@link sectionCharactersMax} characters; the lists hold clear values, in memory only.
 */
export class RecordReader {
  #young = new Map<string, HeaderList>();
  #old = new Map<string, HeaderList>();

  /** All of them, in order. `origin` stands before each target. Throws RangeError when the bytes are no records. */
  readAll(records: Buffer, epoch: string, origin: string): Exchange[] {
    const exchanges: Exchange[] = [];
    let at = 0;
    while (at < records.length) {
      const end = at + recordLength(records, at);
      if (end < at + fixedBytes || end > records.length) throw new RangeError("A record of the gate is torn.");
      exchanges.push(this.#read(records, at, end, epoch, origin));
      at = end;
    }
    return exchanges;
  }

  #read(records: Buffer, from: number, end: number, epoch: string, origin: string): Exchange {
    const flags = records[from + 4] ?? 0;
    const methodEnd = from + fixedBytes + (records[from + 7] ?? 0);
    const addressEnd = methodEnd + (records[from + 8] ?? 0);
    const reasonEnd = addressEnd + (records[from + 9] ?? 0);
    const targetEnd = reasonEnd + records.readUInt32LE(from + 12);
    const requestEnd = targetEnd + records.readUInt32LE(from + 16);
    const responseEnd = requestEnd + records.readUInt32LE(from + 20);
    const requestBodyEnd = responseEnd + records.readUInt32LE(from + 24);
    const bodyEnd = requestBodyEnd + records.readUInt32LE(from + 28);
    const sentMs = records.readDoubleLE(from + 74);
    if (bodyEnd > end || (bodyEnd < end && sentMs < 0)) throw new RangeError("A record of the gate does not add up.");
    const target = records.toString("latin1", reasonEnd, targetEnd);
    const requestHeaders = this.#headers(records, targetEnd, requestEnd);
    const responseHeaders = this.#headers(records, requestEnd, responseEnd);
    const asked = plainBody((flags & Flag.requestBody) === 0 ? undefined : records.subarray(responseEnd, requestBodyEnd), requestHeaders, (flags & Flag.requestTruncated) === 0);
    const answered = plainBody((flags & Flag.responseBody) === 0 ? undefined : records.subarray(requestBodyEnd, bodyEnd), responseHeaders, (flags & Flag.responseTruncated) === 0);
    const exchange: Mutable<Exchange> = {
      id: `${epoch}-${records.readDoubleLE(from + 32).toString(36)}`,
      at: records.readDoubleLE(from + 40),
      method: records.toString("latin1", from + fixedBytes, methodEnd),
      url: target.startsWith("/") ? origin + target : `${origin}/${target}`,
      client: { address: records.toString("latin1", methodEnd, addressEnd) },
      request: messageOf(requestHeaders, asked),
      response: answerOf(responseHeaders, answered, records.readUInt16LE(from + 10), records.readDoubleLE(from + 56)),
      durationMs: records.readDoubleLE(from + 48),
      carries: gateCarries,
    };
    const upstreamMs = records.readDoubleLE(from + 66);
    if (upstreamMs >= 0) exchange.upstreamMs = upstreamMs;
    if ((flags & Flag.note) !== 0) {
      const answeredStatus = records.readUInt16LE(from + 64);
      exchange.gate = {
        action: actionAt(records[from + 5] ?? 0),
        would: actionAt(records[from + 6] ?? 0),
        reason: records.toString("latin1", addressEnd, reasonEnd),
        journaled: (flags & Flag.journaled) !== 0,
        ...(answeredStatus === 0 ? {} : { answered: answeredStatus }),
        ...(sentMs < 0 ? {} : { sent: { headers: this.#headers(records, bodyEnd, end), bytes: records.readUInt32LE(from + 82), ms: sentMs } }),
      };
    }
    return exchange;
  }

  #headers(records: Buffer, from: number, end: number): HeaderList {
    if (end - from > sectionCharactersMax) return headerLines(records.toString("latin1", from, end));
    const text = records.toString("latin1", from, end);
    const known = this.#young.get(text);
    if (known !== undefined) return known;
    const list = this.#old.get(text) ?? headerLines(text);
    if (this.#young.size >= sectionsMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, list);
    return list;
  }
}

/** As many different callers as one second of a busy service has, about. */
export const sectionsMax = 1_024;
/** A section of a browser with cookies; longer ones are rare and are taken apart each time. */
export const sectionCharactersMax = 2_048;

const Flag = { requestBody: 1, requestTruncated: 2, responseBody: 4, responseTruncated: 8, note: 16, journaled: 32 } as const;
/** Four bytes of length, flags, two actions, three short lengths, status; five lengths; four doubles; the status the caller got in the service's place, 0 for the service's own; the service's time, -1 for none; when the answer in the service's place was sent, -1 for none, and its bytes. */
const fixedBytes = 86;
/** What one byte can count. Methods, addresses and reasons are far shorter; what is longer is cut. */
const shortMax = 255;
const actions: readonly Action[] = ["allow", "throttle", "uniform", "challenge", "block"];
const gateCarries = { host: true, query: true, requestHeaders: true, requestBody: true, responseHeaders: true, responseBody: true };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function actionAt(index: number): Action {
  return actions[index] ?? "allow";
}

function short(text: string): string {
  return text.length > shortMax ? text.slice(0, shortMax) : text;
}

function sectionBytes(section: string | undefined, rawHeaders: readonly string[]): number {
  if (section !== undefined) return section.length;
  let bytes = rawHeaders.length + (rawHeaders.length >> 1);
  for (const text of rawHeaders) bytes += text.length;
  return bytes;
}

function sentBytes(note: GateNote | undefined): number {
  let bytes = 0;
  for (const [name, value] of note?.sent?.headers ?? []) bytes += name.length + value.length + 3;
  return bytes;
}

function putSection(into: Buffer, from: number, section: string | undefined, rawHeaders: readonly string[]): number {
  if (section !== undefined) return putText(into, from, section);
  let at = from;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    at = putText(into, at, rawHeaders[i] ?? "");
    into[at] = 58;
    at = putText(into, at + 1, rawHeaders[i + 1] ?? "");
    into[at] = 13;
    into[at + 1] = 10;
    at += 2;
  }
  return at;
}

/** A call into native code costs more than a few dozen characters do. */
function putText(into: Buffer, from: number, text: string): number {
  const { length } = text;
  if (length > 40) into.write(text, from, "latin1");
  else for (let i = 0; i < length; i++) into[from + i] = text.charCodeAt(i);
  return from + length;
}

/** Both parsers let no line break into a name or a value, and no colon into a name. */
function headerLines(text: string): HeaderList {
  const list: [string, string][] = [];
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf("\r\n", at);
    const colon = text.indexOf(":", at);
    if (end < 0 || colon < 0 || colon > end) throw new RangeError("A header line of the gate is torn.");
    list.push([own(text.slice(at, colon)), own(valueAt(text, colon + 1, end))]);
    at = end + 2;
  }
  return list;
}

/** Without the spaces and tabs around it; other blanks of latin-1 are part of a value. */
function valueAt(text: string, start: number, stop: number): string {
  let from = start;
  let to = stop;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** A slice keeps the whole it was cut from alive; what is kept of a header for long must not keep the request. */
function own(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, "latin1").toString("latin1");
}

function messageOf(headers: HeaderList, { body, complete }: PlainBody): Message {
  if (body === undefined) return complete ? { headers } : { headers, truncated: true };
  return complete ? { headers, body } : { headers, body, truncated: true };
}

/** Written out: of an object spread, V8 11 (Node 20) makes a hidden class for each object alone, and whatever reads it looks each property up. */
function answerOf(headers: HeaderList, { body, complete }: PlainBody, status: number, size: number): ResponseMessage {
  if (body === undefined) return complete ? { headers, status, size } : { headers, truncated: true, status, size };
  return complete ? { headers, body, status, size } : { headers, body, truncated: true, status, size };
}

interface PlainBody {
  readonly body: string | undefined;
  readonly complete: boolean;
}

/** A captured body as text, its content coding undone as a held answer's is; no body when it is no text. */
function plainBody(bytes: Buffer | undefined, headers: HeaderList, complete: boolean): PlainBody {
  if (bytes === undefined) return complete ? nothing : nothingWhole;
  let coding = "";
  for (const [name, value] of headers) {
    if (name.length === 16 && name.toLowerCase() === "content-encoding") coding = coding === "" ? value.trim().toLowerCase() : "stacked";
  }
  const plain = undoCoding(bytes, coding, complete);
  const { body } = plain;
  return { body: isUtf8(body) ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8") : undefined, complete: plain.complete };
}

const nothing: PlainBody = { body: undefined, complete: true };
const nothingWhole: PlainBody = { body: undefined, complete: false };
