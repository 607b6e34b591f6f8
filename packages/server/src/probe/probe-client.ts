import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { FilledRequest } from "./probe-target.ts";

/** What came back, or why nothing did. */
export interface ProbeAnswer {
  /** 0: no answer. */
  readonly status: number;
  /** Names in lower case, in the order they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Text of the body, at most {@link answerBytesMax}. */
  readonly body: string;
  /** Bytes of the whole body. */
  readonly length: number;
  /** From the request's last byte to the answer's first, milliseconds; undefined on a connection that had to be opened first. */
  readonly ms: number | undefined;
  /** Code of the failure where there was no answer: `ECONNREFUSED`. */
  readonly failure?: string;
}

/** Longer answers are read to their end and cut: what differs beyond this is seen by the length alone. */
export const answerBytesMax = 262_144;

/**
 * Asks one question at a time over one kept connection, so that the time measured is the service's and not a handshake's. Follows no redirect, keeps no cookie, sends nothing
 * but what it is given. Certificates are checked as Node does (NODE_EXTRA_CA_CERTS adds an authority).
 */
export class ProbeClient {
  readonly #base: URL;
  readonly #timeoutMs: number;
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: 1 });
  readonly #https = new HttpsAgent({ keepAlive: true, maxSockets: 1 });

  constructor(base: URL, timeoutMs: number) {
    this.#base = base;
    this.#timeoutMs = timeoutMs;
  }

  ask(asked: FilledRequest): Promise<ProbeAnswer> {
    const secure = this.#base.protocol === "https:";
    return new Promise((resolve) => {
      let sentAt = 0;
      const failed = (failure: string): void => resolve({ status: 0, headers: [], body: "", length: 0, ms: undefined, failure });
      const headers: Record<string, string> = { "accept-encoding": "identity", accept: "application/json, */*;q=0.5", "user-agent": "postern-probe" };
      for (const [name, value] of asked.headers) headers[name.toLowerCase()] = value;
      if (asked.body !== undefined) headers["content-length"] = String(Buffer.byteLength(asked.body));
      const options = {
        protocol: this.#base.protocol,
        hostname: this.#base.hostname.replace(/^\[|\]$/g, ""),
        port: this.#base.port,
        path: `${this.#base.pathname.replace(/\/$/, "")}${asked.path}`,
        method: asked.method,
        headers,
        timeout: this.#timeoutMs,
      };
      const done = (answer: IncomingMessage): void => {
        const ms = out.reusedSocket && sentAt > 0 ? performance.now() - sentAt : undefined;
        const chunks: Buffer[] = [];
        let length = 0;
        answer.on("data", (chunk: Buffer) => {
          if (length < answerBytesMax) chunks.push(chunk);
          length += chunk.length;
        });
        answer.on("end", () => {
          const body = Buffer.concat(chunks).subarray(0, answerBytesMax).toString("utf8");
          resolve({ status: answer.statusCode ?? 0, headers: pairs(answer.rawHeaders), body, length, ms });
        });
        answer.on("error", (error: NodeJS.ErrnoException) => failed(error.code ?? "ECONNRESET"));
      };
      const out = secure ? httpsRequest({ ...options, agent: this.#https }, done) : httpRequest({ ...options, agent: this.#http }, done);
      out.on("timeout", () => out.destroy(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" })));
      out.on("error", (error: NodeJS.ErrnoException) => failed(error.code ?? "EFAILED"));
      out.on("finish", () => {
        sentAt = performance.now();
      });
      out.end(asked.body);
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

function pairs(raw: readonly string[]): (readonly [string, string])[] {
  const list: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) list.push([(raw[index] ?? "").toLowerCase(), raw[index + 1] ?? ""]);
  return list;
}
