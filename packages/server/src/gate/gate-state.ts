import { mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type GatePolicy, PosternError } from "@postern/engine";

/**
 * What the gate keeps of itself between lives, in `<data>/gate`: the last policy, so that it guards from the first request even when
 * the hub is away, and how many exchanges it finished, so that a crash's losses can be counted. Neither holds an identifier.
 */
export class GateState {
  readonly #dir: string;
  readonly #fd: number;
  readonly #cell = Buffer.alloc(16);
  /** The last life, when there was one. */
  readonly previous: { readonly epoch: string; readonly seq: number; readonly at: number } | null;

  constructor(dataDir: string, epoch: string) {
    this.#dir = join(dataDir, "gate");
    try {
      mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
      this.previous = readPrevious(this.#dir);
      writeFileSync(join(this.#dir, "epoch"), epoch, { mode: 0o600 });
      this.#fd = openSync(join(this.#dir, "seq"), "w", 0o600);
    } catch (cause) {
      throw new PosternError("DATA_DIR_UNUSABLE", `The gate cannot keep its state in ${this.#dir}`, { cause });
    }
  }

  /** Says that exchange number `seq` is finished: sixteen bytes handed to the operating system. */
  finished(seq: number, at: number): void {
    this.#cell.writeDoubleLE(seq, 0);
    this.#cell.writeDoubleLE(at, 8);
    writeSync(this.#fd, this.#cell, 0, 16, 0);
  }

  loadPolicy(): GatePolicy | undefined {
    try {
      return JSON.parse(readFileSync(join(this.#dir, "policy.json"), "utf8")) as GatePolicy;
    } catch {
      return undefined;
    }
  }

  savePolicy(policy: GatePolicy): void {
    const file = join(this.#dir, "policy.json");
    writeFileSync(`${file}.new`, JSON.stringify(policy), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

function readPrevious(dir: string): { epoch: string; seq: number; at: number } | null {
  try {
    const epoch = readFileSync(join(dir, "epoch"), "utf8");
    const cell = readFileSync(join(dir, "seq"));
    return cell.length === 16 ? { epoch, seq: cell.readDoubleLE(0), at: cell.readDoubleLE(8) } : { epoch, seq: 0, at: 0 };
  } catch {
    return null;
  }
}
