import { sameName } from "./hop-by-hop.ts";

/**
 * Reads HTTP/1.1 answers off one upstream connection, one after the other, and says exactly where each ends.
 *
 * Strict (RFC 9112): lines end in CRLF, no folding, no space before the colon, one `Transfer-Encoding: chunked` and then no
 * `Content-Length`, repeated lengths equal. Whatever else comes is a fault and the connection must be closed, because where
 * one answer ends and the next begins would be a matter of opinion. Header names and values are kept as sent (latin-1).
 *
 * Own rather than a client library's: it keeps the order and case of every header, both ways' trailers, 1xx and 101 on a single path.
 */
export class ResponseParser {
  private state: State = State.idle;
  private sink: ResponseSink | undefined;
  private headRequest = false;
  private upgradable = false;
  private remaining = 0;
  private textKept = "";
  private informational = 0;
  private headFinal: ResponseHead | undefined;
  /** Why the last {@link push} returned `fault`. */
  fault = "";

  /** Expect one answer for `sink`. Call only when idle. */
  start(sink: ResponseSink, method: string, upgradable: boolean): void {
    this.sink = sink;
    this.state = State.head;
    this.headRequest = method === "HEAD";
    this.upgradable = upgradable;
    this.textKept = "";
    this.informational = 0;
    this.headFinal = undefined;
  }

  /** The head of the running answer, once it is known. */
  get head(): ResponseHead | undefined {
    return this.headFinal;
  }

  /** True when any byte of the running answer was seen. */
  get started(): boolean {
    return this.state !== State.head || this.textKept !== "" || this.informational > 0;
  }

  /**
   * Takes bytes from `from` on. Returns how far it got through {@link position} and what it needs next: `more` bytes; `paused`:
   * the sink is full, push the rest again when it drained; `done`: the answer is complete, further bytes (if any) belong to
   * nobody; `upgraded`: the rest is another protocol; `fault`: close the connection.
   */
  push(chunk: Buffer, from = 0): PushResult {
    let at = from;
    for (;;) {
      this.position = at;
      switch (this.state) {
        case State.idle:
          return at === chunk.length ? "more" : this.failed("bytes that nobody asked for");
        case State.head: {
          if (at === chunk.length) return "more";
          const text = this.takeUntilBlankLine(chunk, at);
          if (text === undefined) return this.fault === "" ? "more" : "fault";
          at = this.position;
          const result = this.takeHead(text);
          if (result !== undefined) return result;
          break;
        }
        case State.length: {
          if (at === chunk.length) return "more";
          const piece = at === 0 && chunk.length <= this.remaining ? chunk : chunk.subarray(at, at + this.remaining);
          at += piece.length;
          this.remaining -= piece.length;
          this.position = at;
          const last = this.remaining === 0;
          const room = this.sink?.onBody(piece, last) ?? true;
          if (last) return this.complete(none);
          if (!room) return "paused";
          break;
        }
        case State.close: {
          if (at === chunk.length) return "more";
          this.position = chunk.length;
          const room = this.sink?.onBody(at === 0 ? chunk : chunk.subarray(at), false) ?? true;
          return room ? "more" : "paused";
        }
        case State.chunkSize: {
          const line = this.takeLine(chunk, at, chunkLineMax);
          if (line === undefined) return this.fault === "" ? "more" : "fault";
          at = this.position;
          const size = chunkSize(line);
          if (size < 0) return this.failed("a malformed chunk size");
          this.remaining = size;
          this.state = size === 0 ? State.trailers : State.chunkData;
          break;
        }
        case State.chunkData: {
          if (at === chunk.length) return "more";
          const piece = chunk.subarray(at, at + this.remaining);
          at += piece.length;
          this.remaining -= piece.length;
          this.position = at;
          if (this.remaining === 0) this.state = State.chunkEnd;
          if (!(this.sink?.onBody(piece, false) ?? true)) return "paused";
          break;
        }
        case State.chunkEnd: {
          const line = this.takeLine(chunk, at, 2);
          if (line === undefined) return this.fault === "" ? "more" : "fault";
          if (line !== "") return this.failed("a chunk longer than its size");
          at = this.position;
          this.state = State.chunkSize;
          break;
        }
        case State.trailers: {
          // A trailer section is header lines and a blank one; with none it is the blank line alone.
          if (this.textKept === "" && at + 1 < chunk.length && chunk[at] === 13 && chunk[at + 1] === 10) {
            this.position = at + 2;
            return this.complete(none);
          }
          if (at === chunk.length) return "more";
          if (this.textKept === "\r" && chunk[at] === 10) {
            this.textKept = "";
            this.position = at + 1;
            return this.complete(none);
          }
          if (this.textKept === "" && at + 1 === chunk.length && chunk[at] === 13) {
            this.textKept = "\r";
            this.position = at + 1;
            return "more";
          }
          const text = this.takeUntilBlankLine(chunk, at);
          if (text === undefined) return this.fault === "" ? "more" : "fault";
          const trailers = headerLines(text, 0);
          if (trailers === undefined) return this.failed("a malformed trailer");
          return this.complete(trailers);
        }
      }
    }
  }

  /** How far the last {@link push} got into its chunk. */
  position = 0;

  /** The connection ended. True when that completes the answer (one without a length, delimited by the close). */
  end(): boolean {
    if (this.state !== State.close) return false;
    this.complete(none);
    return true;
  }

  private takeHead(text: string): PushResult | undefined {
    const head = parseHead(text);
    if (typeof head === "string") return this.failed(head);
    if (head.status === 101) {
      if (!this.upgradable) return this.failed("101 that nobody asked for");
      this.headFinal = head;
      this.state = State.idle;
      this.sink?.onUpgrade(head);
      return "upgraded";
    }
    if (head.status < 200) {
      if (++this.informational > informationalMax) return this.failed("too many informational answers");
      this.sink?.onInformational(head);
      return undefined;
    }
    this.headFinal = head;
    if (this.headRequest || head.status === 204 || head.status === 304) {
      this.sink?.onHead(head, true);
      return this.complete(none);
    }
    const framing = framingOf(head);
    if (typeof framing === "string") return this.failed(framing);
    if (framing === Framing.chunked) this.state = State.chunkSize;
    else if (framing === Framing.close) this.state = State.close;
    else {
      this.state = State.length;
      this.remaining = framing;
    }
    const empty = framing === 0;
    this.sink?.onHead(head, empty);
    return empty ? this.complete(none) : undefined;
  }

  private complete(trailers: readonly string[]): "done" {
    this.state = State.idle;
    const sink = this.sink;
    this.sink = undefined;
    sink?.onEnd(trailers);
    return "done";
  }

  private failed(reason: string): "fault" {
    this.fault = reason;
    return "fault";
  }

  /** Header text up to the blank line, its last CRLF included; undefined when more bytes are needed or (with `fault` set) it is too long. */
  private takeUntilBlankLine(chunk: Buffer, at: number): string | undefined {
    if (this.textKept === "") {
      const end = chunk.indexOf(blankLine, at);
      if (end !== -1 && end - at <= headBytesMax) {
        this.position = end + 4;
        return chunk.toString("latin1", at, end + 2);
      }
    }
    const kept = this.textKept.length;
    const text = this.textKept + chunk.toString("latin1", at, Math.min(chunk.length, at + headBytesMax + 4));
    const end = text.indexOf("\r\n\r\n", Math.max(0, kept - 3));
    if (end === -1 || end > headBytesMax) {
      if (text.length > headBytesMax) this.fault = "headers longer than 64 KiB";
      this.textKept = text;
      this.position = chunk.length;
      return undefined;
    }
    this.textKept = "";
    this.position = at + end + 4 - kept;
    return text.slice(0, end + 2);
  }

  private takeLine(chunk: Buffer, at: number, bytesMax: number): string | undefined {
    const lf = chunk.indexOf(10, at);
    const text = this.textKept + chunk.toString("latin1", at, Math.min(lf === -1 ? chunk.length : lf + 1, at + bytesMax + 2));
    // Its end does not count, whether all of it has come or not.
    if (text.length - (text.endsWith("\r\n") ? 2 : text.endsWith("\r") ? 1 : 0) > bytesMax) {
      this.fault = "a chunk line that is too long";
      return undefined;
    }
    if (lf === -1) {
      this.textKept = text;
      this.position = chunk.length;
      return undefined;
    }
    this.textKept = "";
    this.position = lf + 1;
    if (!text.endsWith("\r\n")) {
      this.fault = "a bare line feed";
      return undefined;
    }
    return text.slice(0, -2);
  }
}

export type PushResult = "more" | "paused" | "done" | "upgraded" | "fault";

/** What becomes of an answer as it is read. Called synchronously from {@link ResponseParser.push}. */
export interface ResponseSink {
  /** 1xx but 101. */
  onInformational(head: ResponseHead): void;
  /** `empty`: no body will follow, {@link onEnd} comes next. */
  onHead(head: ResponseHead, empty: boolean): void;
  /** `last` is set when the length told that nothing follows. False asks to pause. */
  onBody(chunk: Buffer, last: boolean): boolean;
  onEnd(rawTrailers: readonly string[]): void;
  onUpgrade(head: ResponseHead): void;
}

export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  /** `HTTP/1.0` answers are closed after, unless they say otherwise. */
  readonly minorVersion: 0 | 1;
  /** `[name, value, …]` as on the wire. */
  readonly rawHeaders: readonly string[];
  /** The same as one text: the header lines, each with its CRLF. */
  readonly section: string;
}

/** Twice what any server sends by default; more is a fault of the service. */
export const headBytesMax = 65_536;
/** An upstream sending hints for ever would never answer. */
export const informationalMax = 32;
/** A size of 13 hex digits is 4 PiB; the rest is room for an extension, which is dropped. */
export const chunkLineMax = 1_024;

const blankLine = Buffer.from("\r\n\r\n", "latin1");
const none: readonly string[] = [];

const State = { idle: 0, head: 1, length: 2, close: 3, chunkSize: 4, chunkData: 5, chunkEnd: 6, trailers: 7 } as const;
type State = (typeof State)[keyof typeof State];
const Framing = { chunked: -1, close: -2 } as const;

/** The head, or what is wrong with it. */
function parseHead(text: string): ResponseHead | string {
  const end = text.indexOf("\r\n");
  const minor = text.charCodeAt(7) - 48;
  if (end < 12 || !text.startsWith("HTTP/1.") || (minor !== 0 && minor !== 1) || text.charCodeAt(8) !== 32) return "a malformed status line";
  const a = text.charCodeAt(9) - 48;
  const b = text.charCodeAt(10) - 48;
  const c = text.charCodeAt(11) - 48;
  if (a < 1 || a > 9 || b < 0 || b > 9 || c < 0 || c > 9 || (end > 12 && text.charCodeAt(12) !== 32)) return "a malformed status line";
  const reason = end > 13 ? text.slice(13, end) : "";
  if (!isFieldValue(reason)) return "a malformed status line";
  const rawHeaders = headerLines(text, end + 2);
  return rawHeaders === undefined ? "a malformed header" : { status: a * 100 + b * 10 + c, reason, minorVersion: minor, rawHeaders, section: text.slice(end + 2) };
}

/** Lines from `from` to the end of `text` (which ends in CRLF) as pairs; undefined when one is not `token ":" value`. */
function headerLines(text: string, from: number): string[] | undefined {
  const pairs: string[] = [];
  let at = from;
  while (at < text.length) {
    const end = text.indexOf("\r\n", at);
    const colon = text.indexOf(":", at);
    if (colon <= at || end === -1 || colon > end) return undefined;
    const name = text.slice(at, colon);
    if (!isToken(name)) return undefined;
    let start = colon + 1;
    let stop = end;
    while (start < stop && isBlank(text.charCodeAt(start))) start += 1;
    while (stop > start && isBlank(text.charCodeAt(stop - 1))) stop -= 1;
    const value = text.slice(start, stop);
    if (!isFieldValue(value)) return undefined;
    pairs.push(name, value);
    at = end + 2;
  }
  return pairs;
}

/** Bytes of the body, or {@link Framing}, or what is wrong. */
function framingOf(head: ResponseHead): number | string {
  let length = -1;
  let chunked = false;
  const { rawHeaders } = head;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    const value = rawHeaders[at + 1] ?? "";
    if (name.length === 14 && sameName(name, "content-length")) {
      const parsed = decimal(value);
      if (parsed < 0 || (length >= 0 && parsed !== length)) return "an unusable Content-Length";
      length = parsed;
    } else if (name.length === 17 && sameName(name, "transfer-encoding")) {
      if (chunked || head.minorVersion === 0 || value.toLowerCase() !== "chunked") return "an unusable Transfer-Encoding";
      chunked = true;
    }
  }
  if (chunked) return length >= 0 ? "both Content-Length and Transfer-Encoding" : Framing.chunked;
  return length >= 0 ? length : Framing.close;
}

/** Digits only, exactly representable; -1 for anything else (`+5`, `5, 5`, ` 5`, ``). */
export function decimal(text: string): number {
  if (text.length === 0 || text.length > 15) return -1;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function chunkSize(line: string): number {
  let value = 0;
  let at = 0;
  for (; at < line.length && at < 14; at += 1) {
    const code = line.charCodeAt(at);
    const digit = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : code >= 65 && code <= 70 ? code - 55 : -1;
    if (digit === -1) break;
    value = value * 16 + digit;
  }
  if (at === 0 || at > 13) return -1;
  if (at === line.length) return value;
  while (at < line.length && isBlank(line.charCodeAt(at))) at += 1;
  return at === line.length || (line.charCodeAt(at) === 59 && isFieldValue(line)) ? value : -1;
}

/** RFC 9110 5.6.2. */
export function isToken(text: string): boolean {
  if (text.length === 0) return false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 127 || tokenTable[code] !== 1) return false;
  }
  return true;
}

/** Visible latin-1, space and tab: no NUL, CR, LF or other control. */
export function isFieldValue(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if ((code < 32 && code !== 9) || code === 127) return false;
  }
  return true;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

const tokenTable = new Uint8Array(128);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") tokenTable[character.charCodeAt(0)] = 1;
