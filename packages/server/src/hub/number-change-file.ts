import { appendFileSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

/**
 * Numbers that the operator or a carrier reported as ported or changed, as keyed hashes, one a line: written by `postern number-changed` and by the hub for its API, read by the hub that runs on the same data. Appending is
 * one system call, so both may be at it.
 */
export class NumberChangeFile {
  readonly #path: string;
  #read = 0;

  constructor(dataDir: string) {
    this.#path = join(dataDir, "hub", "number-changes.ndjson");
  }

  append(change: NumberChange): void {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    appendFileSync(this.#path, `${JSON.stringify(change)}\n`, { mode: 0o600 });
  }

  /** What was reported since the last call; everything at the first. A line that is not whole yet waits. */
  fresh(): readonly NumberChange[] {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= this.#read) return [];
    const bytes = readFileSync(this.#path).subarray(this.#read);
    const end = bytes.lastIndexOf(10) + 1;
    this.#read += end;
    return bytes
      .subarray(0, end)
      .toString("utf8")
      .split("\n")
      .flatMap((line) => {
        const parsed = line === "" ? undefined : changeSchema.safeParse(jsonOf(line));
        return parsed?.success === true ? [parsed.data] : [];
      });
  }
}

export interface NumberChange {
  /** Keyed hash, as everywhere. */
  readonly subject: string;
  readonly at: number;
}

const changeSchema = z.object({ subject: z.string().regex(/^[0-9a-f]{16}$/), at: z.number() });

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
