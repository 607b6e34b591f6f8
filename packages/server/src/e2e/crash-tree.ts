import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { until } from "./crash-load.ts";

/** The product as a person starts it, `postern protect … --json`, with the pids of its processes as it tells them, to be killed one by one or all. */
export class CrashTree {
  readonly gate: string;
  readonly console: string;
  readonly #supervisor: ChildProcess;
  readonly #pids: Map<Role, number>;
  readonly #ready: Map<Role, number>;

  private constructor(supervisor: ChildProcess, pids: Map<Role, number>, ready: Map<Role, number>, told: { gate: string; console: string }) {
    this.#supervisor = supervisor;
    this.#pids = pids;
    this.#ready = ready;
    this.gate = told.gate;
    this.console = told.console;
  }

  static async start(args: readonly string[], env: Readonly<Record<string, string>>): Promise<CrashTree> {
    const supervisor = spawn(process.execPath, [mainFile, "protect", ...args, "--json"], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
    const pids = new Map<Role, number>();
    const ready = new Map<Role, number>();
    let said = "";
    supervisor.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString("utf8")).slice(-4_000)));
    let told: { gate: string; console: string } | undefined;
    createInterface({ input: supervisor.stdout }).on("line", (line) => {
      const event: unknown = JSON.parse(line);
      if (typeof event !== "object" || event === null || !("name" in event)) return;
      if (event.name === "role-ready" && "role" in event && "pid" in event && isRole(event.role)) {
        pids.set(event.role, Number(event.pid));
        ready.set(event.role, (ready.get(event.role) ?? 0) + 1);
      } else if (event.name === "ready" && "gate" in event && "console" in event) told = { gate: String(event.gate), console: String(event.console) };
    });
    await until(() => told !== undefined || supervisor.exitCode !== null, 60_000, "Postern to be ready");
    if (told === undefined) throw new Error(`Postern ended with ${supervisor.exitCode}: ${said}`);
    return new CrashTree(supervisor, pids, ready, told);
  }

  get port(): number {
    return Number(new URL(this.gate).port);
  }

  pid(role: Role): number {
    return this.#pids.get(role) ?? 0;
  }

  /** How often a role became ready. */
  starts(role: Role): number {
    return this.#ready.get(role) ?? 0;
  }

  /** `kill -9` of these roles in one go; returns when. The supervisor is to start them again. */
  kill(roles: readonly Role[]): number {
    for (const role of roles) process.kill(this.pid(role), "SIGKILL");
    return Date.now();
  }

  /** `kill -9` of everything, the supervisor first, so that nothing is started again; resolves when all are gone. */
  async killAll(): Promise<number> {
    const ended = once(this.#supervisor, "exit");
    this.#supervisor.kill("SIGKILL");
    const at = this.kill(roles);
    await ended;
    await until(() => roles.every((role) => !runs(this.pid(role))), 10_000, "the killed processes to be gone");
    return at;
  }

  /** `kill -9` of the supervisor alone; returns when. */
  killSupervisor(): number {
    this.#supervisor.kill("SIGKILL");
    return Date.now();
  }

  /** As a service manager ends it; the exit code. */
  async stop(): Promise<number | null> {
    if (this.#supervisor.exitCode !== null || this.#supervisor.signalCode !== null) return this.#supervisor.exitCode;
    const ended = once(this.#supervisor, "exit");
    this.#supervisor.kill("SIGTERM");
    await ended;
    return this.#supervisor.exitCode;
  }
}

export type Role = "gate" | "hub" | "store";
export const roles: readonly Role[] = ["gate", "hub", "store"];

/** The built program: roles are processes of it. */
export const mainFile = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

function isRole(value: unknown): value is Role {
  return value === "gate" || value === "hub" || value === "store";
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
