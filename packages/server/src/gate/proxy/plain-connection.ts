import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ClientEvents, ClientRequest, ClientResponse } from "./client-side.ts";
import { sameName } from "./hop-by-hop.ts";
import { type PlainHead, type PlainSection, readPlainHead } from "./plain-request.ts";
import { isFieldValue, isToken } from "./response-parser.ts";

/**
 * A client connection for as long as its requests are plain ({@link readPlainHead}) and small: read and answered on the bare socket, which costs about
 * half of what `node:http` does. At the first request that is anything else, whose head comes in pieces or whose body is large or slow, the connection
 * is handed to `node:http` for good, from that request's first byte on: what can be read in two ways is read there and nowhere else.
 */
export class PlainConnection {
  readonly socket: Socket;
  /** What an answer says of this connection. */
  readonly keepAliveLines: string;
  /** When the last answer was out, or the connection came; good to a second. */
  idleSinceMs: number;
  /** No request has come yet. */
  fresh = true;
  /** What this connection sent last. */
  section: PlainSection | undefined;
  /** What the proxy made of it; its own business. */
  memo: unknown;
  #response: PlainResponse | undefined;
  #rest: Buffer | undefined;
  /** A request whose body is on its way: its pieces so far, and how many bytes it will have. */
  #pieces: Buffer[] = [];
  #have = 0;
  #wanted = 0;
  #closing = false;
  readonly #front: PlainFront;

  constructor(front: PlainFront, socket: Socket) {
    this.#front = front;
    this.socket = socket;
    this.keepAliveLines = front.keepAliveLines;
    this.idleSinceMs = front.nowMs();
    socket.on("data", this.#onData).on("drain", this.#onDrain).on("end", this.#onEnd).on("error", ignore).on("close", this.#onClose);
  }

  /** Nothing was asked that is not answered, and all that was answered has left. */
  get idle(): boolean {
    return this.#response === undefined && this.#wanted === 0 && this.socket.writableLength === 0;
  }

  /** A request has come in part. */
  get collecting(): boolean {
    return this.#wanted > 0;
  }

  /** The rest of a body takes its time: Node streams it. */
  stopCollecting(): void {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#wanted = 0;
    this.#handOver(Buffer.concat(pieces));
  }

  get serving(): boolean {
    return this.#response !== undefined;
  }

  /** The answer was handed over in full. */
  over(keepAlive: boolean): void {
    this.#response = undefined;
    this.idleSinceMs = this.#front.nowMs();
    if (!keepAlive) {
      this.#closing = true;
      this.#rest = undefined;
      this.socket.destroySoon();
    } else if (this.#rest !== undefined) process.nextTick(next, this);
  }

  /** What was asked while an answer was under way. Not before that answer left: who asks and does not read must not fill our memory. */
  takeRest(): void {
    const rest = this.#rest;
    if (rest === undefined || this.#response !== undefined || this.#closing || this.socket.writableNeedDrain) return;
    this.#rest = undefined;
    if (this.socket.isPaused()) this.socket.resume();
    this.#take(rest);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#closing) return;
    if (this.#wanted > 0) {
      this.#collect(chunk);
      return;
    }
    if (this.#response === undefined && this.#rest === undefined) {
      this.#take(chunk);
      return;
    }
    this.#rest = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    if (this.#rest.length > restBytesMax) this.socket.pause();
  };

  readonly #onDrain = (): void => {
    if (this.#response !== undefined) this.#response.inFlight?.onClientDrain();
    else this.takeRest();
  };

  /** As `node:http`: who says no more before the answer came does not want it. */
  readonly #onEnd = (): void => {
    const response = this.#response;
    if (response === undefined) this.socket.end();
    else {
      response.inFlight?.onClose();
      this.socket.destroy();
    }
  };

  readonly #onClose = (): void => {
    this.#front.gone(this);
    this.#response?.inFlight?.onClose();
  };

  #take(chunk: Buffer): void {
    const head = readPlainHead(chunk, this.section, this.#front.headerBytesMax, this.#front.headersMax);
    const bodyEnd = head === undefined ? 0 : head.end + Math.max(0, head.section.length);
    if (head === undefined || bodyEnd > wholeBytesMax) {
      this.#handOver(chunk);
      return;
    }
    if (bodyEnd > chunk.length) {
      this.#wanted = bodyEnd;
      this.#have = 0;
      this.idleSinceMs = this.#front.nowMs();
      this.#collect(chunk);
      return;
    }
    this.fresh = false;
    this.section = head.end <= keptHeadBytesMax ? head.section : undefined;
    if (bodyEnd < chunk.length) this.#rest = chunk.subarray(bodyEnd);
    const request = new PlainRequest(this.socket, bodyEnd === head.end ? undefined : chunk.subarray(head.end, bodyEnd));
    this.#response = new PlainResponse(this, head.method === "HEAD");
    if (head.section.close) this.#response.shouldKeepAlive = false;
    this.#front.serve(this, head, request, this.#response);
  }

  #collect(chunk: Buffer): void {
    this.#pieces.push(chunk);
    this.#have += chunk.length;
    if (this.#have < this.#wanted) return;
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#wanted = 0;
    this.#take(whole);
  }

  #handOver(chunk: Buffer): void {
    const { socket } = this;
    socket.off("data", this.#onData).off("drain", this.#onDrain).off("end", this.#onEnd).off("error", ignore).off("close", this.#onClose);
    this.#front.gone(this);
    socket.unshift(chunk);
    this.#front.handOver(socket);
  }
}

/** What all plain connections of a proxy share. */
export interface PlainFront {
  readonly headerBytesMax: number;
  readonly headersMax: number;
  readonly keepAliveLines: string;
  /** Real time, good to a second. */
  nowMs(): number;
  serve(connection: PlainConnection, head: PlainHead, request: PlainRequest, response: PlainResponse): void;
  /** The socket, with its unread bytes put back, is `node:http`'s from now on. */
  handOver(socket: Socket): void;
  gone(connection: PlainConnection): void;
}

/** A request of which all has come. */
export class PlainRequest implements ClientRequest {
  inFlight: ClientEvents | undefined = undefined;
  readonly socket: Socket;
  readonly httpVersionMinor = 1;
  readonly rawTrailers: string[] = noTrailers;
  readonly complete = true;
  readonly destroyed = false;
  readonly readableEnded = true;
  readonly #body: Buffer | undefined;

  constructor(socket: Socket, body: Buffer | undefined) {
    this.socket = socket;
    this.#body = body;
  }

  isPaused(): boolean {
    return false;
  }
  pause(): void {}
  resume(): void {}

  startBody(): void {
    if (this.#body !== undefined) this.inFlight?.onRequestData(this.#body);
    this.inFlight?.onRequestEnd();
  }
}

/** Writes what `ServerResponse` would write, byte for byte, but the date, which is always the service's own. */
export class PlainResponse implements ClientResponse {
  inFlight: ClientEvents | undefined = undefined;
  sendDate = false;
  shouldKeepAlive = true;
  readonly #connection: PlainConnection;
  readonly #headOnly: boolean;
  /** Written with the first piece of the body. */
  #head = "";
  #headersSent = false;
  #chunked = false;
  #bodiless = false;
  #ended = false;
  #trailers: readonly (readonly [string, string])[] = [];

  constructor(connection: PlainConnection, headOnly: boolean) {
    this.#connection = connection;
    this.#headOnly = headOnly;
  }

  get socket(): Socket {
    return this.#connection.socket;
  }

  get headersSent(): boolean {
    return this.#headersSent;
  }

  get writableFinished(): boolean {
    return this.#ended && this.#connection.socket.writableLength === 0;
  }

  writeHead(status: number, reason: string | string[], given?: string[]): void {
    const headers = typeof reason === "string" ? (given ?? []) : reason;
    const phrase = typeof reason === "string" ? reason : (STATUS_CODES[status] ?? "unknown");
    let text = `HTTP/1.1 ${status} ${phrase}\r\n`;
    let framed = false;
    for (let at = 0; at < headers.length; at += 2) {
      const name = headers[at] ?? "";
      const value = headers[at + 1] ?? "";
      // What came off the wire with its own reason was checked there.
      if (typeof reason !== "string" && (!isToken(name) || !isFieldValue(value))) throw new TypeError("A header that cannot stand in a head.");
      if (name.length === 14 && sameName(name, "content-length")) framed = true;
      text += `${name}: ${value}\r\n`;
    }
    this.#bodiless = this.#headOnly || status === 204 || status === 304;
    if (status === 204 || status === 304) framed = true;
    text += this.shouldKeepAlive ? this.#connection.keepAliveLines : "Connection: close\r\n";
    if (!framed && !this.#bodiless) {
      this.#chunked = true;
      text += "Transfer-Encoding: chunked\r\n";
    }
    this.#head = `${text}\r\n`;
    this.#headersSent = true;
  }

  write(chunk: Buffer): boolean {
    const { socket } = this.#connection;
    if (this.#bodiless || chunk.length === 0) {
      this.flushHeaders();
      return !socket.writableNeedDrain;
    }
    socket.cork();
    this.flushHeaders();
    if (this.#chunked) socket.write(`${chunk.length.toString(16)}\r\n`, "latin1");
    let room = socket.write(chunk);
    if (this.#chunked) room = socket.write("\r\n", "latin1");
    socket.uncork();
    return room;
  }

  end(chunk?: Buffer | string, encoding: "latin1" | "utf8" = "utf8"): void {
    if (this.#ended) return;
    this.#ended = true;
    const { socket } = this.#connection;
    const body = chunk === undefined || this.#bodiless || chunk.length === 0 ? undefined : chunk;
    if (typeof body === "string" && encoding === "latin1" && !this.#chunked) {
      // One write for head and body.
      socket.write(this.#head + body, "latin1");
      this.#head = "";
    } else {
      socket.cork();
      this.flushHeaders();
      if (body !== undefined) {
        const bytes = typeof body === "string" ? Buffer.from(body, encoding) : body;
        if (this.#chunked) socket.write(`${bytes.length.toString(16)}\r\n`, "latin1");
        socket.write(bytes);
        if (this.#chunked) socket.write("\r\n", "latin1");
      }
      if (this.#chunked) {
        let text = "0\r\n";
        for (const [name, value] of this.#trailers) text += `${name}: ${value}\r\n`;
        socket.write(`${text}\r\n`, "latin1");
      }
      socket.uncork();
    }
    this.#connection.over(this.shouldKeepAlive);
  }

  flushHeaders(): void {
    if (this.#head === "") return;
    this.#connection.socket.write(this.#head, "latin1");
    this.#head = "";
  }

  addTrailers(trailers: [string, string][]): void {
    this.#trailers = trailers;
  }

  /** A request that expects it is not plain. */
  writeContinue(): void {}

  writeProcessing(): void {
    this.#connection.socket.write("HTTP/1.1 102 Processing\r\n\r\n", "latin1");
  }

  writeEarlyHints({ link }: { link: string[] }): void {
    this.#connection.socket.write(`HTTP/1.1 103 Early Hints\r\nLink: ${link.join(", ")}\r\n\r\n`, "latin1");
  }

  /** The connection tells of both by itself. */
  watchDrain(): void {}
  watchClose(): void {}
  /** Only upgrades take it, and they are not plain. */
  releaseSocket(): void {}
}

/** A request with more is streamed by Node, which never holds it. */
const wholeBytesMax = 65_536;
/** Of requests that came before the answer to an earlier one; then the socket is not read until that is out. */
const restBytesMax = 65_536;
/** An idle connection keeps at most a head of this size, taken apart: about three times as much. Longer heads are read anew each time. */
const keptHeadBytesMax = 4_096;
const noTrailers: string[] = [];

function next(connection: PlainConnection): void {
  connection.takeRest();
}

function ignore(): void {}
