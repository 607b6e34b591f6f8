import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { PosternError } from "@postern/engine";
import { StoreClient } from "./store-client.ts";
import { storeSocketPath } from "./store-socket.ts";

/**
 * The store of a data directory for one command: the running one when there is one, else a store process started for
 * it and ended by `close`. Everything journaled is loaded before it resolves. Throws STORE_UNAVAILABLE, with what the process said.
 */
export async function openStore(options: OpenStoreOptions): Promise<OpenedStore> {
  const client = new StoreClient({ socketPath: options.socketPath ?? storeSocketPath(options.dataDir) });
  let child: ChildProcess | undefined;
  try {
    try {
      await client.ping();
    } catch {
      child = await startStore(options);
    }
    await client.flush();
  } catch (error) {
    await client.close();
    if (child !== undefined) await endStore(child);
    throw error;
  }
  const started = child;
  return {
    client,
    close: async () => {
      await client.close();
      if (started !== undefined) await endStore(started);
    },
  };
}

export interface OpenStoreOptions {
  readonly dataDir: string;
  readonly socketPath?: string;
  /** How to start the store process; it must call `runStoreMain`. */
  readonly command: StoreCommand;
}

export interface StoreCommand {
  readonly file: string;
  readonly args: readonly string[];
}

export interface OpenedStore {
  readonly client: StoreClient;
  close(): Promise<void>;
}

/** Starts a store process and waits until it can be asked. It ends when this process ends, whichever way. */
export async function startStore(options: OpenStoreOptions): Promise<ChildProcess> {
  const child = spawn(options.command.file, [...options.command.args], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  let said = "";
  child.stderr?.setEncoding("utf8");
  child.stderr?.on("data", (text: string) => {
    said = (said + text).slice(-saidCharactersMax);
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), startTimeoutMs);
  try {
    await new Promise<void>((resolve, reject) => {
      child.once("message", () => resolve());
      child.once("error", (cause) => reject(new PosternError("STORE_UNAVAILABLE", "The store process cannot be started", { cause })));
      child.once("exit", (code, signal) => reject(new PosternError("STORE_UNAVAILABLE", `The store process ended at once (${signal ?? code}): ${said.trim()}`)));
    });
  } finally {
    clearTimeout(timer);
  }
  return child;
}

/** Asks a store process to end and waits for it; after {@link endTimeoutMs} it is killed, which loses nothing. */
export async function endStore(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  const timer = setTimeout(() => child.kill("SIGKILL"), endTimeoutMs);
  child.kill("SIGTERM");
  await ended;
  clearTimeout(timer);
}

/** Opening a large store after a crash takes seconds; this is for a process that hangs. */
const startTimeoutMs = 120_000;
const endTimeoutMs = 20_000;
const saidCharactersMax = 2_000;
