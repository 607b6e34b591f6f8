import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { KeptQuestions, NumberChangesState, QuestionRow } from "@postern/engine";
import { Journal, segmentAgeMs, segmentBytesMax } from "../store/journal.ts";
import { pruneJournal, tailOf } from "../store/journal-tail.ts";
import { recoverJournal } from "../store/recover-journal.ts";
import { replayJournal } from "../store/replay-journal.ts";
import { Received } from "./received.ts";

/**
 * Keeps what is known of who asks guarded endpoints, and about whom, over any death of the hub: a snapshot in `<data>/hub/questions.json`, written whole and swapped in by rename, and behind it a journal
 * of what each exchange changed. A row counts once: those in the snapshot are left out by their exchange's number, and so are those whose exchange the gate will send again.
 *
 * Bounds: a snapshot every {@link snapshotRows} rows, so that about as many are read at a start, and at most {@link replayBytesMax} of them; older segments go. Holds keyed hashes and addresses in clear, as
 * disclosure rows do, of at most a day.
 */
export class QuestionsFile {
  readonly #dataDir: string;
  readonly #dir: string;
  readonly #journal: Journal;
  readonly #saved: Saved | undefined;
  #rows = 0;
  #savedAt = 0;
  #saveMs = 0;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    this.#dir = join(dataDir, "journal");
    this.#saved = load(dataDir);
    recoverJournal(this.#dir, kind);
    this.#journal = Journal.open({ dir: this.#dir, kind, segmentBytesMax, segmentAgeMs, now: Date.now });
  }

  /** The snapshot an earlier life left. */
  get kept(): KeptQuestions | undefined {
    return this.#saved?.kept;
  }

  /** New devices and passwords, where numbers were reported to have changed hands. */
  get takeovers(): NumberChangesState | undefined {
    return this.#saved?.takeovers;
  }

  /** What was written after the snapshot, oldest first; `received`: how far exchanges were journaled. */
  *behind(received: Received): Generator<KeptRow> {
    const inside = new Received(this.#saved?.received);
    for (const { row } of replayJournal(this.#dir, kind, tailOf(this.#dir, kind, replayBytesMax))) {
      if (!isKeptRow(row)) continue;
      const [epoch, seq] = markOf(row.gate);
      if (row.gate === "") {
        // Alarms are no exchange's; taking one twice changes nothing.
        if (row.wroteAt < (this.#saved?.savedAt ?? 0)) continue;
      } else if (seq <= inside.of(epoch) || seq > received.of(epoch)) continue;
      this.#rows++;
      yield row;
    }
  }

  /** Handed to the operating system when this returns. */
  append(rows: readonly KeptRow[]): void {
    this.#journal.appendAll(rows);
    this.#rows += rows.length;
  }

  /** Whether enough was written for a new {@link save}; where saving is slow, it takes a twentieth of the time at most. */
  get due(): boolean {
    return this.#rows >= snapshotRows && Date.now() - this.#savedAt >= 20 * this.#saveMs;
  }

  /** Call it between batches: everything up to `received` is in `kept`. */
  save(kept: KeptQuestions, takeovers: NumberChangesState, received: Readonly<Record<string, number>>): void {
    const startedAt = performance.now();
    this.#journal.close();
    const savedAt = Date.now();
    const dir = join(this.#dataDir, "hub");
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const file = join(dir, fileName);
    const saved: Saved = { version: 1, savedAt, received, kept, takeovers };
    writeFileSync(`${file}.new`, JSON.stringify(saved, packed), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    pruneJournal(this.#dir, kind, { keepMs: 1_000, bytesMax: replayBytesMax, now: savedAt });
    this.#rows = 0;
    this.#savedAt = savedAt;
    this.#saveMs = performance.now() - startedAt;
  }

  rotate(): void {
    this.#journal.rotate();
  }
}

/** What one exchange of a gate changed, or signals that an endpoint is under attack. */
export interface KeptRow {
  /** `<epoch>:<seq>` of the exchange; `""` of alarms. */
  readonly gate: string;
  /** Real time. */
  readonly wroteAt: number;
  readonly question?: QuestionRow;
  /** New devices and passwords. */
  readonly takeovers?: readonly TakeoverStep[];
  readonly alarms?: readonly (readonly [endpointId: string, at: number])[];
}

export type TakeoverStep = readonly [what: "device" | "reset", subject: string, at: number, endpointId: string];

/** About five megabytes, read in a fifth of a second. */
export const snapshotRows = 20_000;
/** Of rows about 250 bytes each: what is written while a slow save is not due yet. */
const replayBytesMax = 64 * 1024 * 1024;
const kind = "questions";
const fileName = "questions.json";

interface Saved {
  readonly version: 1;
  readonly savedAt: number;
  readonly received: Readonly<Record<string, number>>;
  readonly kept: KeptQuestions;
  readonly takeovers: NumberChangesState;
}

function load(dataDir: string): Saved | undefined {
  try {
    const saved = JSON.parse(readFileSync(join(dataDir, "hub", fileName), "utf8"), unpacked) as Saved;
    return saved.version === 1 && saved.kept.version === 1 ? saved : undefined;
  } catch {
    return undefined;
  }
}

/** Typed arrays are Bloom filters, mostly empty. */
function packed(_: string, value: unknown): unknown {
  return value instanceof Uint32Array ? { u32: deflateRawSync(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), { level: 1 }).toString("base64") } : value;
}

function unpacked(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("u32" in value) || typeof value.u32 !== "string") return value;
  const bytes = inflateRawSync(Buffer.from(value.u32, "base64"), { maxOutputLength: 1 << 24 });
  return new Uint32Array(new Uint8Array(bytes).buffer);
}

function markOf(mark: string): readonly [epoch: string, seq: number] {
  const colon = mark.lastIndexOf(":");
  return [mark.slice(0, Math.max(0, colon)), Number(mark.slice(colon + 1)) || 0];
}

function isKeptRow(row: unknown): row is KeptRow {
  return typeof row === "object" && row !== null && "gate" in row && typeof row.gate === "string" && "wroteAt" in row && typeof row.wroteAt === "number";
}
