import { chmodSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { PosternError } from "@postern/engine";
import { z } from "zod";
import { openEmbeddedEngine, type EmbeddedEngine } from "./embedded-engine.ts";
import { forgetUnkeptBlocks } from "./forget-unkept-blocks.ts";
import { answerBytesMax, frameOf, onFrames, requestBytesMax } from "./frames.ts";
import { keepMs, Loader, type LoaderState } from "./loader.ts";
import { migrate } from "./migrate.ts";
import { ask } from "./questions/ask.ts";
import { sql } from "./sql.ts";
import { applyRetention, type Retention, retentionEveryMs } from "./retention.ts";
import { storeSocketPath } from "./store-socket.ts";

/**
 * The store, alone in its process: native code that crashes here takes nothing else down. It opens the tables, brings them up to
 * date, loads journal segments as they are closed, and answers questions on a Unix socket only this user can reach.
 *
 * Resolves when it is ready to answer. Throws DATA_DIR_LOCKED, DATA_DIR_UNUSABLE or STORE_QUERY_FAILED. May be killed at any moment: what was
 * journaled is loaded by the next one, each row once.
 */
export async function runStore(options: StoreOptions): Promise<RunningStore> {
  const socketPath = options.socketPath ?? storeSocketPath(options.dataDir);
  const engine = openEmbeddedEngine(join(options.dataDir, "store"));
  let stopped = false;
  const now = options.now ?? Date.now;
  const { retention } = options;
  const loader = new Loader(engine, options.journalsDir, {
    keepMs: options.keepMs ?? keepMs,
    ...(retention?.exchanges === undefined ? {} : { exchangesKeepMs: retention.exchanges }),
    now,
    stopped: () => stopped,
  });
  await migrate(engine);
  await forgetUnkeptBlocks(engine);
  await loader.start();

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    if (sockets.size >= connectionsMax) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    serve(socket, engine, loader);
  });
  prepareSocketFolder(socketPath);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(new PosternError("DATA_DIR_UNUSABLE", `The store cannot listen at ${socketPath}`, { cause })));
    server.listen(socketPath, resolve);
  });
  chmodSync(socketPath, 0o600);

  const pass = (): Promise<void> =>
    loader.pass().catch((error: unknown) => {
      options.onEvent?.({ name: "segment-not-loaded", error });
    });
  const timer = setInterval(() => void pass(), options.passMs ?? passMs);
  void pass();
  let forgetting: Promise<void> = Promise.resolve();
  const forget = (): void => {
    if (retention === undefined || stopped) return;
    forgetting = forgetting
      .then(() => applyRetention(engine, retention, now()))
      .catch((error: unknown) => {
        options.onEvent?.({ name: "retention-failed", error });
      });
  };
  const forgetTimer = setInterval(forget, retentionEveryMs);
  forget();
  return {
    socketPath,
    close: async () => {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      clearInterval(forgetTimer);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
      await pass();
      await forgetting;
      await engine.close();
    },
  };
}

export interface StoreOptions {
  readonly dataDir: string;
  readonly journalsDir: string;
  /** Default: {@link storeSocketPath} of the data directory. */
  readonly socketPath?: string;
  /** How long loaded segments are kept for a rebuild. */
  readonly keepMs?: number;
  /** How often to look for closed segments; default {@link passMs}. */
  readonly passMs?: number;
  readonly now?: () => number;
  /** How long what is kept; absent, nothing is taken away: a command that opens a store does not know the configuration that was in force. */
  readonly retention?: Retention;
  readonly onEvent?: (event: { readonly name: "segment-not-loaded" | "retention-failed"; readonly error: unknown }) => void;
}

export interface RunningStore {
  readonly socketPath: string;
  /** Finishes the segment in hand, then lets go of the directory. */
  close(): Promise<void>;
}

/** Adds at most a fifth of a second to what a console lags behind. */
export const passMs = 200;
/** Hub, CLI commands and a few more; each holds at most {@link waitingMax} questions. */
export const connectionsMax = 16;
export const waitingMax = 64;

const requestSchema = z.discriminatedUnion("op", [
  z.object({ id: z.int(), op: z.literal("ping") }),
  z.object({ id: z.int(), op: z.literal("flush") }),
  z.object({ id: z.int(), op: z.literal("query"), name: z.string().max(64), params: z.unknown() }),
]);

/** What `ping` answers. */
export interface StoreHealth {
  readonly pid: number;
  readonly residentBytes: number;
  readonly loaded: LoaderState;
}

function serve(socket: Socket, engine: EmbeddedEngine, loader: Loader): void {
  let waiting = 0;
  onFrames(socket, requestBytesMax, (message) => {
    const request = requestSchema.safeParse(message);
    if (!request.success || waiting >= waitingMax) {
      socket.destroy();
      return;
    }
    const { data } = request;
    waiting += 1;
    void replyTo(data).finally(() => (waiting -= 1));
  });

  async function replyTo(data: z.infer<typeof requestSchema>): Promise<void> {
    const reply = await answer(data, engine, loader).then(
      (result) => ({ id: data.id, ok: true, result }),
      (error: unknown) => ({ id: data.id, ok: false, ...told(error) }),
    );
    if (socket.destroyed) return;
    const frame = frameOf(reply);
    socket.write(frame.length <= answerBytesMax ? frame : frameOf({ id: data.id, ok: false, code: "USAGE", message: "The answer is too large: ask for a smaller page" }));
  }
}

async function answer(request: z.infer<typeof requestSchema>, engine: EmbeddedEngine, loader: Loader): Promise<unknown> {
  switch (request.op) {
    case "ping": {
      await engine.control(sql`SELECT 1`);
      const health: StoreHealth = { pid: process.pid, residentBytes: process.memoryUsage.rss(), loaded: loader.state };
      return health;
    }
    case "flush":
      await loader.pass();
      return null;
    case "query":
      return await ask(engine, request.name, request.params);
  }
}

function told(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof PosternError) return { code: error.code, message: error.message };
  return { code: "INTERNAL", message: "The store failed in a way it does not know" };
}

/** The folder must be ours alone: a socket below a shared temporary folder could otherwise be planted by another user. */
function prepareSocketFolder(socketPath: string): void {
  const folder = dirname(socketPath);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || (process.getuid !== undefined && stat.uid !== process.getuid()) || (stat.mode & 0o022) !== 0) {
    throw new PosternError("DATA_DIR_UNUSABLE", `The folder ${folder} is open to other users`);
  }
  // The engine's own lock is held by now, so a socket that is there belongs to a process that died.
  rmSync(socketPath, { force: true });
}
