import { request } from "node:http";

/**
 * A client that keeps its own notes, to hold Postern's against: asks at a steady rate from ever new loopback addresses, half of it lookups of numbers
 * asked once only, half of it something unguarded. Each request has an address of its own, so that each can be found again in the store.
 */
export class CrashLoad {
  readonly asked: Asked[] = [];
  readonly #options: CrashLoadOptions;
  #timer: NodeJS.Timeout | undefined;
  #lookups = 0;
  #others = 0;
  #owed = 0;
  #lastAt = 0;
  #open = 0;
  #answered = 0;
  /** Times at which this process could not run when it should have. */
  readonly #stalls: { readonly at: number; readonly ms: number }[] = [];

  constructor(options: CrashLoadOptions) {
    this.#options = options;
  }

  start(): void {
    this.#lastAt = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      if (now - this.#lastAt > 15) this.#stalls.push({ at: Date.now(), ms: now - this.#lastAt });
      this.#owed = Math.min(64, this.#owed + ((now - this.#lastAt) * this.#options.perSecond) / 1_000);
      this.#lastAt = now;
      for (; this.#owed >= 1 && this.#open < openMax; this.#owed--) void (this.#lookups <= this.#others ? this.#lookup() : this.#other());
    }, 5);
  }

  /** Asks nothing more; resolves when every request has its answer or none. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await until(() => this.#open === 0, 30_000, "every request to end");
  }

  /** Resolves when so many more requests were answered. */
  async more(count: number): Promise<void> {
    const before = this.answered();
    await until(() => this.answered() >= before + count, 30_000, `${count} more answers (${this.answered() - before} came)`);
  }

  answered(): number {
    return this.#answered;
  }

  /** The longest this process was held up within a second of `at`: its own times are wrong by as much. */
  stalledMs(at: number): number {
    return Math.max(0, ...this.#stalls.filter((stall) => Math.abs(stall.at - at) < 1_000).map((stall) => stall.ms));
  }

  /** Asks about the next number from an address. */
  async ask(address: string): Promise<Asked> {
    const n = this.#lookups++;
    return await this.#send({ kind: "lookup", address, national: this.#options.numberAt(n), path: "" });
  }

  async #lookup(): Promise<void> {
    const n = this.#lookups;
    // Eight questions from each /24: as many credits as a newcomer has.
    const net = n >> 3;
    await this.ask(`127.${10 + (net >> 8)}.${net & 255}.${1 + (n & 7)}`);
  }

  async #other(): Promise<void> {
    const n = this.#others++;
    const net = Math.floor(n / 250);
    await this.#send({ kind: "other", address: `127.${100 + (net >> 8)}.${net & 255}.${1 + (n % 250)}`, national: 0, path: "/healthz" });
  }

  #send(question: Pick<Asked, "kind" | "address" | "national"> & { readonly path: string }): Promise<Asked> {
    const asked: Asked = {
      ...question,
      path: question.kind === "other" ? question.path : this.#options.pathOf(question.national),
      sentAt: Date.now(),
      endedAt: 0,
      said: "nothing",
    };
    this.asked.push(asked);
    this.#open++;
    return new Promise<Asked>((resolve) => {
      let over = false;
      const end = (said: Asked["said"]): void => {
        if (over) return;
        over = true;
        asked.endedAt = Date.now();
        asked.said = said;
        if (said !== "nothing") this.#answered++;
        this.#open--;
        resolve(asked);
      };
      const ask = request(
        { host: "127.0.0.1", port: this.#options.port(), path: asked.path, localAddress: asked.address, agent: false, headers: { "user-agent": "crash-load" } },
        (answer) => {
          answer.resume();
          answer.on("error", () => end("nothing"));
          answer.on("close", () => {
            if (!answer.complete) return end("nothing");
            const status = answer.statusCode ?? 0;
            if (status >= 500) return end("nothing");
            end(answer.headers["x-tells-nothing"] === undefined ? "truth" : "uniform");
          });
        },
      );
      ask.setTimeout(10_000, () => ask.destroy());
      ask.on("error", () => end("nothing"));
      ask.end();
    });
  }
}

export interface CrashLoadOptions {
  readonly port: () => number;
  readonly perSecond: number;
  readonly numberAt: (n: number) => number;
  readonly pathOf: (national: number) => string;
}

export interface Asked {
  readonly kind: "lookup" | "other";
  readonly address: string;
  readonly national: number;
  readonly path: string;
  readonly sentAt: number;
  endedAt: number;
  /** `nothing`: no answer came, or none that was whole. */
  said: "truth" | "uniform" | "nothing";
}

/** Waits for something that this process or another makes true; says what it waited for when it does not come. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs: number, what: string): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited ${withinMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const openMax = 200;
