import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { type Foresight, type ForesightExport, PosternError } from "@postern/engine";
import { readable } from "../read-lines.ts";
import type { AccessFormat, ReadSource } from "../source.ts";
import { accessLineBytesMax } from "./access-log.ts";

/**
 * A reader that gathers the paths of an access log instead of handing on its records, on threads of its own: what each gathers adds up to the same whatever part of the
 * file it got. It yields empty batches, for progress. Undefined where there is no compiled worker.
 */
export function foreseeAhead(format: AccessFormat, foresight: Foresight, start: Omit<ForeseeWorkerStart, "format">): ReadSource | undefined {
  return existsSync(workerFile) ? (input) => ahead(input, foresight, { ...start, format }) : undefined;
}

export interface ForeseeWorkerStart {
  readonly format: AccessFormat;
  readonly secret: Uint8Array;
  readonly pathsMax: number;
}

/** Pieces sent to a thread and not yet answered. */
const piecesAheadMax = 4;
/** Two read as fast as a disk or gunzip gives. */
const threadsMax = 2;
const workerFile = fileURLToPath(new URL("./foresee-worker.js", import.meta.url));

async function* ahead(input: AsyncIterable<Uint8Array>, foresight: Foresight, start: ForeseeWorkerStart): ReturnType<ReadSource> {
  // What the columns of a W3C log are stands once, at its beginning.
  const threads = Array.from({ length: start.format === "w3c" ? 1 : Math.min(threadsMax, availableParallelism()) }, () => new Gatherer(start));
  let turn = 0;
  const send = async (bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
    if (bytes.length === 0) return;
    const thread = threads[turn++ % threads.length];
    await thread?.push(bytes);
  };
  try {
    let held = new Uint8Array();
    for await (const chunk of readable(input)) {
      const end = chunk.lastIndexOf(10) + 1;
      // A line longer than any record is cut: its pieces are no records.
      if (end === 0 && held.length + chunk.length <= accessLineBytesMax) {
        held = joined(held, chunk);
        continue;
      }
      const cut = end === 0 ? chunk.length : end;
      await send(joined(held, chunk.subarray(0, cut)));
      held = new Uint8Array(chunk.subarray(cut));
      yield nothingRead;
    }
    await send(held);
    for (const gathered of await Promise.all(threads.map((thread) => thread.end()))) foresight.absorb(gathered);
  } finally {
    await Promise.all(threads.map((thread) => thread.stop()));
  }
}

const nothingRead = { exchanges: [], rejected: [] };

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** One thread, and what it still has to answer. */
class Gatherer {
  readonly #worker: Worker;
  #open = 0;
  #wake: (() => void) | undefined;
  #gathered: ForesightExport | undefined;
  #failed: Error | undefined;

  constructor(start: ForeseeWorkerStart) {
    this.#worker = new Worker(workerFile, { workerData: start });
    this.#worker.on("message", (gathered: ForesightExport | null) => {
      this.#open--;
      this.#gathered ??= gathered ?? undefined;
      this.#wake?.();
    });
    const fail = (cause?: unknown): void => {
      this.#failed ??= new PosternError("INTERNAL", "The thread that looks ahead in the log failed.", { cause });
      this.#wake?.();
    };
    this.#worker.on("error", fail);
    this.#worker.on("exit", () => fail());
  }

  async push(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#worker.postMessage(bytes, [bytes.buffer]);
    this.#open++;
    await this.#until(() => this.#open < piecesAheadMax);
  }

  async end(): Promise<ForesightExport> {
    this.#worker.postMessage(null, []);
    this.#open++;
    await this.#until(() => this.#gathered !== undefined);
    return this.#gathered ?? { paths: new Map(), below: 0 };
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  async #until(done: () => boolean): Promise<void> {
    while (!done()) {
      if (this.#failed !== undefined) throw this.#failed;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
