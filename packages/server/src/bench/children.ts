import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The processes of one bench: started here, ended here, each by its own id. */
export class Children {
  readonly #all: ChildProcess[] = [];

  /** Starts a role of {@link ../bench/bench-child.ts}, with flags of Node; resolves with what it says first. */
  async role(role: string, argument = "", execArgv: readonly string[] = []): Promise<{ readonly child: ChildProcess; readonly pid: number; readonly said: unknown }> {
    const child = fork(fileURLToPath(new URL("./bench-child.js", import.meta.url)), argument === "" ? [role] : [role, argument], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: [...process.execArgv, ...execArgv],
    });
    this.#all.push(child);
    const said = await answerOf(child);
    return { child, pid: child.pid ?? 0, said };
  }

  /** Starts any program; its output is the caller's to read. */
  program(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): ChildProcess {
    const child = spawn(command, [...args], { stdio: ["ignore", "pipe", "pipe"], env });
    this.#all.push(child);
    return child;
  }

  /** Ends one and waits for its end. */
  async end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
    await ended;
    clearTimeout(timer);
  }

  async endAll(): Promise<void> {
    for (const child of this.#all.toReversed()) await this.end(child);
  }
}

/** The next message of a child; rejects when it ends without one. */
export function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`A process of the bench ended early (${code ?? "by a signal"}).`));
    child.once("exit", gone);
    child.once("error", reject);
    child.once("message", (message) => {
      child.off("exit", gone);
      child.off("error", reject);
      resolve(message);
    });
  });
}

/** Postern ends its three processes in order; the gate alone may take five seconds. */
const graceMs = 20_000;
