import { connect, type Socket } from "node:net";
import { type ErrorCode, errorCatalogue, PosternError } from "@postern/engine";
import { z } from "zod";
import { answerBytesMax, frameOf, onFrames } from "./frames.ts";
import type { ParamsOf, QuestionName, RowOf } from "./questions/all-questions.ts";
import type { StoreHealth } from "./store-process.ts";

/**
 * Asks the store process, from the hub or a command. Connects when first asked and again after the store came back; a question that was
 * under way when it died fails with STORE_UNAVAILABLE, so does one that waits longer than its time or finds the queue full. Nothing is asked twice by itself.
 */
export class StoreClient {
  readonly #options: Required<StoreClientOptions>;
  readonly #waiting = new Map<number, Waiting>();
  #socket: Promise<Socket> | undefined;
  #next = 1;
  #closed = false;

  constructor(options: StoreClientOptions) {
    this.#options = { queryTimeoutMs: 35_000, flushTimeoutMs: 600_000, connectTimeoutMs: 2_000, ...options };
  }

  /** Rows of a question, checked against what it promises. Throws USAGE, STORE_QUERY_FAILED, STORE_UNAVAILABLE. */
  async query<Name extends QuestionName>(name: Name, params: ParamsOf<Name>): Promise<RowOf<Name>[]> {
    const result = await this.#call({ op: "query", name, params }, this.#options.queryTimeoutMs);
    // The store process has checked each row against the question's own schema before it answered.
    if (!isRows<Name>(result)) throw new PosternError("STORE_QUERY_FAILED", "The store's answer is no list");
    return result;
  }

  /** Resolves when every segment that was closed before the call is loaded. Rows of segments still open are not: close or rotate the journals first. */
  async flush(): Promise<void> {
    await this.#call({ op: "flush" }, this.#options.flushTimeoutMs);
  }

  /** Throws STORE_UNAVAILABLE when the store does not answer in time. */
  async ping(): Promise<StoreHealth> {
    const result = await this.#call({ op: "ping" }, this.#options.connectTimeoutMs + 3_000);
    return healthSchema.parse(result);
  }

  /** Lets go of the connection; questions under way fail with STORE_UNAVAILABLE. */
  async close(): Promise<void> {
    this.#closed = true;
    const socket = await this.#socket?.catch(() => undefined);
    socket?.destroy();
    this.#failAll("the client was closed");
  }

  async #call(request: object, timeoutMs: number): Promise<unknown> {
    if (this.#closed) throw unavailable("the client was closed");
    if (this.#waiting.size >= questionsMax) throw unavailable(`${questionsMax} questions wait already`);
    const id = this.#next;
    this.#next += 1;
    return await new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(unavailable(`no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.set(id, {
        resolve: (value) => {
          clearTimeout(timer);
          resolve(value);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#connected().then(
        (socket) => socket.write(frameOf({ id, ...request })),
        (error: unknown) => {
          this.#waiting.get(id)?.reject(error);
          this.#waiting.delete(id);
        },
      );
    });
  }

  #connected(): Promise<Socket> {
    this.#socket ??= new Promise<Socket>((resolve, reject) => {
      const socket = connect(this.#options.socketPath);
      const timer = setTimeout(() => socket.destroy(new Error("timeout")), this.#options.connectTimeoutMs);
      socket.once("connect", () => {
        clearTimeout(timer);
        resolve(socket);
      });
      socket.on("error", (cause) => reject(unavailable("it does not listen", cause)));
      socket.on("close", () => {
        clearTimeout(timer);
        this.#socket = undefined;
        reject(unavailable("it does not listen"));
        this.#failAll("it went away");
      });
      onFrames(socket, answerBytesMax, (message) => this.#receive(message));
    });
    return this.#socket;
  }

  #receive(message: unknown): void {
    const reply = replySchema.safeParse(message);
    if (!reply.success) return;
    const waiting = this.#waiting.get(reply.data.id);
    this.#waiting.delete(reply.data.id);
    if (reply.data.ok) waiting?.resolve(reply.data.result);
    else waiting?.reject(new PosternError(isCode(reply.data.code) ? reply.data.code : "INTERNAL", reply.data.message));
  }

  #failAll(why: string): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of all) waiting.reject(unavailable(why));
  }
}

export interface StoreClientOptions {
  readonly socketPath: string;
  /** Above the engine's own bound of 30 seconds, so that its answer comes first. */
  readonly queryTimeoutMs?: number;
  /** A backlog of hours is loaded in minutes. */
  readonly flushTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
}

/** Questions in flight from one client; more means the asker does not wait for answers. */
export const questionsMax = 64;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const replySchema = z.discriminatedUnion("ok", [
  z.object({ id: z.int(), ok: z.literal(true), result: z.unknown() }),
  z.object({ id: z.int(), ok: z.literal(false), code: z.string(), message: z.string() }),
]);

const healthSchema = z.object({
  pid: z.int(),
  residentBytes: z.number(),
  loaded: z
    .object({ segments: z.number(), rows: z.number(), bad: z.number(), torn: z.number(), lastError: z.string().optional() })
    .transform((loaded) => ({ ...loaded, lastError: loaded.lastError })),
});

function isRows<Name extends QuestionName>(result: unknown): result is RowOf<Name>[] {
  return Array.isArray(result);
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

function unavailable(why: string, cause?: unknown): PosternError {
  return new PosternError("STORE_UNAVAILABLE", `The store cannot be asked: ${why}`, { cause });
}
