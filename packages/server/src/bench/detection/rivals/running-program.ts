import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A program of others that runs in the foreground while a cell is played. */
export class RunningProgram {
  readonly #child: ChildProcess;
  #said = "";

  constructor(file: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#child = spawn(file, args, { env: { PATH: process.env["PATH"] ?? "", ...env }, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on("data", (chunk: Buffer) => (this.#said = `${this.#said}${chunk.toString("utf8")}`.slice(-saidMax)));
    this.#child.on("error", (error) => (this.#said = error.message));
  }

  /** Resolves when `ready` says so; throws with the program's last word when it ends before, or after ten seconds. */
  async until(ready: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 200; tries += 1) {
      if (this.#child.exitCode !== null || this.#child.pid === undefined) break;
      if (await ready()) return;
      await sleep(50);
    }
    await this.stop();
    throw new Error(`it did not start: ${this.#said.trim().split("\n").at(-1) ?? ""}`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    // A clock that stands still may keep a program from its own farewell.
    const hard = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(hard);
  }
}

/** A port of 127.0.0.1 that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof bound === "object" && bound !== null ? bound.port : 0;
}

const saidMax = 4_096;
