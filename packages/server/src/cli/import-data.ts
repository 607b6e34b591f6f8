import { createHash, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, readSync, renameSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import { type Disclosure, type Exchange, type LedgerStep, PosternError, type Ports, type Signal, storeExchange } from "@postern/engine";
import { type HubState, loadHubState, saveHubState } from "../hub/hub-state.ts";
import { Journal, segmentBytesMax } from "../store/journal.ts";

/**
 * Keeps what an import saw under the data directory, as the store loads it: rows of exchanges, disclosures and signals in `journal/`, and what was
 * learned in `ledger.json` (swapped in whole). Only keyed hashes, templates and counts; see `storeExchange`. Throws DATA_DIR_UNUSABLE.
 */
export class DataSink {
  readonly #dir: string;
  readonly #epoch: number;
  readonly #ports: Ports;
  readonly #exchanges: Journal;
  readonly #disclosures: Journal;
  readonly #signals: Journal;
  #rows: object[] = [];

  constructor(dir: string, keyEpoch: number, ports: Ports) {
    this.#dir = dir;
    this.#epoch = keyEpoch;
    this.#ports = ports;
    const journal = (kind: string): Journal => Journal.open({ dir: join(dir, "journal"), kind, segmentBytesMax, segmentAgeMs: Number.POSITIVE_INFINITY, now: Date.now });
    this.#exchanges = journal("exchanges");
    this.#disclosures = journal("disclosures");
    this.#signals = journal("signals");
  }

  exchange(exchange: Exchange, step: LedgerStep, rows: readonly Disclosure[]): void {
    const { endpoint, responseClass } = step;
    const view = step.view.exchange === exchange ? step.view : { ...step.view, exchange };
    this.#rows.push(storeExchange(view, { endpointId: endpoint?.id, template: endpoint?.template, subjects: step.subjects, responseClassId: responseClass?.id }, this.#ports));
    if (this.#rows.length >= rowsAtOnce) this.#flush();
    if (rows.length > 0) this.#disclosures.appendAll(rows.map((row) => ({ ...row, keyEpoch: this.#epoch })));
  }

  signals(signals: readonly Signal[]): void {
    this.#signals.appendAll(signals);
  }

  close(state: LedgerState): void {
    this.#flush();
    this.#exchanges.close();
    this.#disclosures.close();
    this.#signals.close();
    saveLedgerState(this.#dir, state);
  }

  #flush(): void {
    this.#exchanges.appendAll(this.#rows);
    this.#rows = [];
  }
}

/** What an earlier import learned here; undefined when there was none. Throws DATA_DIR_UNUSABLE when it is there and cannot be used. */
export function loadLedgerState(dir: string): LedgerState | undefined {
  let text: string;
  try {
    text = readFileSync(join(dir, stateFile), "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new PosternError("DATA_DIR_UNUSABLE", `What was learned before cannot be read from ${join(dir, stateFile)}.`, { cause });
  }
  try {
    return JSON.parse(text) as LedgerState;
  } catch (cause) {
    throw new PosternError("DATA_DIR_UNUSABLE", `${join(dir, stateFile)} is damaged.`, { cause, remedy: "Move it away; it is learned again from the traffic." });
  }
}

/**
 * A short name for the content of these inputs: a file's name and a hash of its first {@link headBytes} bytes. A log that has grown since keeps its
 * name, so a second import of it makes the same ids and the store keeps each row once. Standard input gets another name each time: nothing of it is lost, and
 * a repeat counts twice.
 */
export function idPrefixOf(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(basename(file)).update("\0").update(headOf(file)).update("\0");
  return `imp-${hash.digest("hex").slice(0, 12)}`;
}

const stateFile = "ledger.json";
/** One write for so many rows: an import is not durable row by row, it is repeated. */
const rowsAtOnce = 1_024;
/** The first lines hold the first times; short enough that a log still growing has passed it. */
const headBytes = 1_024;

function saveLedgerState(dir: string, state: LedgerState): void {
  const path = join(dir, stateFile);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const fd = openSync(`${path}.new`, "w", 0o600);
    try {
      writeSync(fd, JSON.stringify(state));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(`${path}.new`, path);
  } catch (cause) {
    throw new PosternError("DATA_DIR_UNUSABLE", `What was learned cannot be kept in ${path}.`, { cause });
  }
}

function headOf(file: string): Uint8Array {
  if (file === "-") return randomBytes(8);
  try {
    const fd = openSync(file, "r");
    try {
      const bytes = Buffer.alloc(headBytes);
      return bytes.subarray(0, readSync(fd, bytes, 0, headBytes, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return new Uint8Array();
  }
}
