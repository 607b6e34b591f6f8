import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { callersOf, PosternError } from "@postern/engine";
import { readable } from "../read-lines.ts";
import type { AccessFormat, Batch, ReadOptions, ReadSource } from "../source.ts";
import { accessLogReader } from "./access-log.ts";
import { type PackedRows, RowReader } from "./access-rows.ts";

/**
 * As {@link accessLogReader}, with lines taken apart on a thread of its own, up to {@link piecesAheadMax} pieces ahead of whoever takes the batches. The same records in
 * the same order; worth its start for files of some megabytes.
 *
 * Run from source, where there is no compiled worker, it reads on the caller's own thread.
 */
export function accessLogReaderAhead(format: AccessFormat): ReadSource {
  return (input, options) => (existsSync(workerFile) ? ahead(input, options, format) : accessLogReader(format)(input, options));
}

export interface AccessWorkerStart {
  readonly name: string;
  readonly format: AccessFormat;
  readonly linesBefore: number;
  readonly secret: Uint8Array | undefined;
}

/** Of 256 KiB as they are read, with their records about 1 MiB. */
const piecesAheadMax = 8;
const workerFile = fileURLToPath(new URL("./access-worker.js", import.meta.url));

async function* ahead(input: AsyncIterable<Uint8Array>, { name, linesBefore = 0, keyed, onMapping }: ReadOptions, format: AccessFormat): AsyncIterable<Batch> {
  const start: AccessWorkerStart = { name, format, linesBefore, secret: keyed?.secret };
  const worker = new Worker(workerFile, { workerData: start });
  const answers = new Answers(worker);
  const reader = new RowReader(name, keyed === undefined ? undefined : callersOf(keyed.ports));
  let open = 0;
  let told = false;
  const read = (packed: PackedRows): Batch => {
    if (packed.mapping !== undefined && !told) {
      told = true;
      onMapping?.(packed.mapping);
    }
    return reader.read(packed);
  };
  try {
    for await (const chunk of readable(input)) {
      // A copy: it goes to the other thread as a whole.
      const bytes = new Uint8Array(chunk);
      worker.postMessage(bytes, [bytes.buffer]);
      open++;
      for (; open >= piecesAheadMax; open--) yield read(await answers.next());
    }
    worker.postMessage(null, []);
    for (open++; open > 0; open--) yield read(await answers.next());
  } finally {
    await worker.terminate();
  }
}

/** What the worker said, in order; rejects when it failed. */
class Answers {
  readonly #ready: PackedRows[] = [];
  #waiting: { readonly resolve: (packed: PackedRows) => void; readonly reject: (error: Error) => void } | undefined;
  #failed: Error | undefined;

  constructor(worker: Worker) {
    worker.on("message", (packed: PackedRows) => {
      if (this.#waiting === undefined) this.#ready.push(packed);
      else this.#waiting.resolve(packed);
      this.#waiting = undefined;
    });
    worker.on("error", (cause) => this.#fail(new PosternError("INTERNAL", "The thread that reads the log failed.", { cause })));
    worker.on("exit", () => this.#fail(new PosternError("INTERNAL", "The thread that reads the log ended early.")));
  }

  next(): Promise<PackedRows> {
    const ready = this.#ready.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    this.#waiting?.reject(this.#failed);
    this.#waiting = undefined;
  }
}
