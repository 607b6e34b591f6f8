import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type ErrorCode, errorCatalogue, PosternError } from "@postern/engine";

/**
 * Starts one role of Postern (`store`, `hub`, `gate`) as a process of its own and keeps it alive: one that dies is started again, at once when it
 * had been of use for {@link usefulMs}, else after growing pauses. The role gets its settings by message and answers `ready`. A role that cannot start the first time is an error of
 * the command, not something to retry.
 */
export class Supervised {
  readonly role: Role;
  #settings: object;
  readonly #onEvent: (event: SupervisedEvent) => void;
  #child: ChildProcess | undefined;
  #stopping = false;
  #restarts = 0;
  /** Deaths in a row of processes that had not been of use. */
  #useless = 0;
  #readyAt = 0;

  private constructor(role: Role, settings: object, onEvent: (event: SupervisedEvent) => void) {
    this.role = role;
    this.#settings = settings;
    this.#onEvent = onEvent;
  }

  /** Resolves with what the role says when it is ready. */
  static async start<Ready>(role: Role, settings: object, onEvent: (event: SupervisedEvent) => void): Promise<{ readonly process: Supervised; readonly ready: Ready }> {
    const supervised = new Supervised(role, settings, onEvent);
    const ready = await supervised.#launch<Ready>();
    return { process: supervised, ready };
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Changes what a restarted role is told: a role that chose a free port comes back on it. */
  remember(settings: object): void {
    this.#settings = { ...this.#settings, ...settings };
  }

  /** Asks the role to end, gives it `graceMs`, then ends it. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    if (child.connected) child.send({ stop: true, graceMs });
    const timer = setTimeout(() => child.kill("SIGKILL"), graceMs + 2_000);
    await ended;
    clearTimeout(timer);
  }

  /** Ends the role and starts it again with what it is told now. The others go on meanwhile. */
  async restart(graceMs: number): Promise<void> {
    await this.stop(graceMs);
    this.#stopping = false;
    await this.#launch();
  }

  /** Sends a message to the role as it runs now; lost when it is down. */
  send(message: object): void {
    if (this.#child?.connected === true) this.#child.send(message);
  }

  #launch<Ready>(): Promise<Ready> {
    this.#readyAt = 0;
    const child = fork(fileURLToPath(new URL("./main.js", import.meta.url)), ["__role", this.role], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      execArgv: memoryOf(this.role),
    });
    this.#child = child;
    child.send({ settings: this.#settings });
    return new Promise<Ready>((resolve, reject) => {
      let started = false;
      child.on("message", (message: unknown) => {
        if (typeof message !== "object" || message === null) return;
        if ("ready" in message) {
          started = true;
          this.#readyAt = performance.now();
          this.#onEvent({ name: "role-ready", role: this.role, pid: child.pid ?? 0 });
          resolve(message.ready as Ready);
        } else if ("failed" in message) {
          reject(errorOf(message.failed));
        } else if ("event" in message) {
          this.#onEvent({ name: "role-event", role: this.role, event: message.event });
        }
      });
      child.on("exit", (code, signal) => {
        if (!started) reject(new PosternError("INTERNAL", `The ${this.role} process ended before it was ready (${signal ?? code ?? "?"})`));
        if (this.#stopping || !started) return;
        this.#onEvent({ name: "role-died", role: this.role, code, signal });
        this.#again();
      });
      child.on("error", reject);
    });
  }

  #again(): void {
    this.#restarts++;
    this.#useless = this.#readyAt > 0 && performance.now() - this.#readyAt >= usefulMs ? 0 : this.#useless + 1;
    // While the gate is down the service is: it waits less.
    const pause = this.#useless <= 1 ? 0 : Math.min(this.role === "gate" ? 1_000 : 5_000, 50 * 2 ** Math.min(7, this.#useless));
    setTimeout(() => {
      if (this.#stopping) return;
      this.#launch().catch((error: unknown) => {
        this.#onEvent({ name: "role-failed", role: this.role, error });
        if (!this.#stopping) this.#again();
      });
    }, pause);
  }
}

export type Role = "store" | "hub" | "gate";

export type SupervisedEvent =
  | { readonly name: "role-ready"; readonly role: Role; readonly pid: number }
  | { readonly name: "role-died"; readonly role: Role; readonly code: number | null; readonly signal: string | null }
  | { readonly name: "role-failed"; readonly role: Role; readonly error: unknown }
  | { readonly name: "role-event"; readonly role: Role; readonly event: unknown };

/**
 * The child's side: takes settings by message, starts, says `ready`, and ends on `stop` or when its parent is gone, so that nothing is left behind
 * by a killed supervisor.
 */
export function runRole<Settings, Ready>(
  start: (
    settings: Settings,
    tell: (event: object) => void,
  ) => Promise<{ readonly ready: Ready; readonly stop: (graceMs: number) => Promise<void>; readonly receive?: (message: unknown) => void }>,
): void {
  let stop: ((graceMs: number) => Promise<void>) | undefined;
  let receive: ((message: unknown) => void) | undefined;
  let ending = false;
  const end = (graceMs: number): void => {
    if (ending) return;
    ending = true;
    // Whatever hangs (a disk, a peer that reads no more), it ends: what was acknowledged is in the journals already.
    setTimeout(() => process.exit(1), graceMs + hardEndMs).unref();
    void (stop?.(graceMs) ?? Promise.resolve()).catch(() => undefined).then(() => process.exit(0));
  };
  const tell = (message: object): void => {
    if (process.connected) process.send?.(message, undefined, {}, () => undefined);
  };
  process.on("message", (message: unknown) => {
    if (typeof message !== "object" || message === null) return;
    if ("settings" in message) {
      start(message.settings as Settings, (event) => tell({ event })).then(
        (running): void => {
          stop = running.stop;
          receive = running.receive;
          tell({ ready: running.ready });
        },
        (error: unknown) => {
          const known = error instanceof PosternError ? error : new PosternError("INTERNAL", error instanceof Error ? error.message : String(error), { cause: error });
          process.send?.({ failed: { code: known.code, message: known.message, remedy: known.remedy } }, () => process.exit(3));
        },
      );
    } else if ("stop" in message) end("graceMs" in message && typeof message.graceMs === "number" ? message.graceMs : 2_000);
    else receive?.(message);
  });
  process.on("disconnect", () => end(500));
  // The terminal's Ctrl-C reaches every process of the group: the parent decides when each role ends.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => end(2_000));
}

/** A role that served so long is worth starting again at once. */
const usefulMs = 1_000;
/** Beyond its grace a role gets so long to close what it holds. */
const hardEndMs = 10_000;

function errorOf(failed: unknown): PosternError {
  if (typeof failed !== "object" || failed === null || !("code" in failed) || !("message" in failed)) return new PosternError("INTERNAL", String(failed));
  const code = String(failed.code);
  const remedy = "remedy" in failed ? String(failed.remedy) : undefined;
  return new PosternError(isCode(code) ? code : "INTERNAL", String(failed.message), remedy === undefined ? {} : { remedy });
}

function isCode(code: string): code is ErrorCode {
  return code in errorCatalogue;
}

/**
 * Flags of Node for a role. The gate is small by design; a leak there should end it, not the machine. The hub's tables are full after the first hundred thousand sources, and each new one takes the
 * place of an old one: what lives stays at some 70 to 100 MB, while the garbage of tables waits for the collector. Left alone V8 lets the heap grow by 80 % and two young generations before it
 * looks, and empties four megabytes of sparse pages at most: pages with a few living objects each become more and more for days. It may grow by {@link hubGrowthPercent} instead, and each full
 * collection packs the heap, which stops the hub, not the gate, for a tenth of a second (0.3 on a machine busy with other things) and took no more CPU in all.
 */
export function memoryOf(role: Role): string[] {
  switch (role) {
    case "gate":
      return ["--max-old-space-size=768"];
    case "hub":
      return ["--max-old-space-size=1536", "--max-semi-space-size=16", `--heap-growing-percent=${hubGrowthPercent}`, "--compact-on-every-full-gc"];
    case "store":
      return [];
  }
}

/** After a collection: 80,000 exchanges of a crowd were stopped for ten times so, and thirteen times at 30. */
const hubGrowthPercent = 60;
