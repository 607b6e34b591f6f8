import type { Socket } from "node:net";

/** What a request hears from its client. */
export interface ClientEvents {
  onRequestData(chunk: Buffer): void;
  onRequestEnd(): void;
  /** The connection is gone, or the answer was handed over in full. */
  onClose(): void;
  /** The client takes more of the answer. */
  onClientDrain(): void;
}

/** A client's request on its way: Node's own, or a plain one that was read whole. */
export interface ClientRequest {
  inFlight: ClientEvents | undefined;
  readonly socket: Socket;
  readonly httpVersionMinor: number;
  /** `[name, value, …]`, once the body was read to its end. */
  readonly rawTrailers: string[];
  /** All of it, body included, has come. */
  readonly complete: boolean;
  readonly destroyed: boolean;
  /** All of the body was handed over. */
  readonly readableEnded: boolean;
  isPaused(): boolean;
  pause(): unknown;
  resume(): unknown;
  /** From now on the body goes to `onRequestData` and `onRequestEnd` of {@link inFlight}; may call them before it returns. */
  startBody(): void;
}

/** The way back to the client. As `ServerResponse` of Node, of which it is a part. */
export interface ClientResponse {
  inFlight: ClientEvents | undefined;
  readonly headersSent: boolean;
  readonly writableFinished: boolean;
  sendDate: boolean;
  /** False: the connection closes after this answer. */
  shouldKeepAlive: boolean;
  /** Throws when a name, value or reason cannot stand in a head. */
  writeHead(status: number, reason: string, headers: string[]): unknown;
  writeHead(status: number, headers: string[]): unknown;
  write(chunk: Buffer): boolean;
  end(): unknown;
  end(chunk: Buffer | string): unknown;
  end(chunk: string, encoding: "latin1"): unknown;
  flushHeaders(): void;
  addTrailers(trailers: [string, string][]): void;
  writeContinue(): void;
  writeProcessing(): void;
  writeEarlyHints(hints: { link: string[] }): void;
  /** From now on `onClientDrain` of {@link inFlight} is called. */
  watchDrain(): void;
  /** From now on `onClose` of {@link inFlight} is called when the connection is gone or the answer is out. */
  watchClose(): void;
  /** The socket is somebody else's from now on. */
  releaseSocket(): void;
}
