import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { EmbeddedEngine } from "./embedded-engine.ts";
import { loadSegment } from "./load-segment.ts";
import { recoverJournal, segmentFiles } from "./recover-journal.ts";
import { loadedFolder } from "./replay-journal.ts";
import { closedSuffix, parseSegmentName } from "./segment-name.ts";
import { sql } from "./sql.ts";
import { isLoadedKind } from "./tables.ts";

/**
 * Carries closed journal segments into the store, each exactly once, oldest first; recovers segments that dead processes left
 * open. Order of a load: INSERT (deduplicated by name), record in `postern.segments`, move the file to `loaded/`. A crash between
 * any two of them is made good by the next pass.
 *
 * An empty store beside full journals is filled again from every segment still kept: that is how it is rebuilt.
 */
export class Loader {
  readonly #engine: EmbeddedEngine;
  readonly #dir: string;
  readonly #options: LoaderOptions;
  readonly #recorded = new Set<string>();
  #passing: Promise<void> | undefined;
  #again: Promise<void> | undefined;
  #lastSweepAt = 0;
  #state: LoaderState = { segments: 0, rows: 0, bad: 0, torn: 0, lastError: undefined };

  constructor(engine: EmbeddedEngine, dir: string, options: LoaderOptions) {
    this.#engine = engine;
    this.#dir = dir;
    this.#options = options;
  }

  /** Reads what is loaded already and brings back kept segments the store does not know. Call once, before `pass`. */
  async start(): Promise<void> {
    mkdirSync(join(this.#dir, loadedFolder), { recursive: true, mode: 0o700 });
    const kept = segmentFiles(join(this.#dir, loadedFolder), closedSuffix);
    const names = [...kept, ...segmentFiles(this.#dir, closedSuffix)];
    for (let from = 0; from < names.length; from += 1_000) {
      const rows = await this.#engine.read(sql`SELECT DISTINCT name FROM postern.segments WHERE name IN ${names.slice(from, from + 1_000)} LIMIT 1000`);
      for (const { name } of z.array(z.object({ name: z.string() })).parse(rows)) this.#recorded.add(name);
    }
    for (const name of kept) {
      const parsed = parseSegmentName(name);
      if (parsed === undefined || !isLoadedKind(parsed.kind)) continue;
      if (!this.#recorded.has(name)) renameSync(join(this.#dir, loadedFolder, name + closedSuffix), join(this.#dir, name + closedSuffix));
    }
  }

  /** Loads every segment closed before the call. Calls overlap safely: a pass that is under way is followed by one more. */
  async pass(): Promise<void> {
    if (this.#passing === undefined) {
      this.#passing = this.#passOnce().finally(() => {
        this.#passing = undefined;
      });
      return this.#passing;
    }
    this.#again ??= this.#passing
      .catch(() => undefined)
      .then(() => {
        this.#again = undefined;
        return this.pass();
      });
    return this.#again;
  }

  get state(): LoaderState {
    return this.#state;
  }

  async #passOnce(): Promise<void> {
    let failed: unknown;
    try {
      const recovered = recoverJournal(this.#dir);
      this.#state = { ...this.#state, torn: this.#state.torn + recovered.torn };
      for (const name of segmentFiles(this.#dir, closedSuffix)) {
        const parsed = parseSegmentName(name);
        if (parsed === undefined || !isLoadedKind(parsed.kind)) continue;
        if (this.#options.stopped()) return;
        // One segment that cannot be loaded now (memory, disk) must not hold up those behind it; it is tried again next time.
        try {
          await this.#load(parsed.kind, name);
        } catch (error) {
          failed ??= error;
        }
      }
      if (failed !== undefined) throw failed;
      this.#sweep();
      this.#state = { ...this.#state, lastError: undefined };
    } catch (error) {
      this.#state = { ...this.#state, lastError: error instanceof Error ? error.message : String(error) };
      throw error;
    }
  }

  async #load(kind: string, name: string): Promise<void> {
    const path = join(this.#dir, name + closedSuffix);
    if (!this.#recorded.has(name)) {
      const loaded = await loadSegment(this.#engine, path, name);
      await this.#engine.write(
        sql`INSERT INTO postern.segments (kind, name, rows, bad, bytes, loaded_at) SELECT ${kind}, ${name}, ${loaded.rows}, ${loaded.bad}, ${loaded.bytes}, now64(3)`,
      );
      this.#recorded.add(name);
      this.#state = { ...this.#state, segments: this.#state.segments + 1, rows: this.#state.rows + loaded.rows, bad: this.#state.bad + loaded.bad };
    }
    const rest = join(this.#dir, loadedFolder, name + closedSuffix);
    renameSync(path, rest);
    if (existsSync(`${path}.bad`)) renameSync(`${path}.bad`, `${rest}.bad`);
  }

  /** Exchanges that the store has to forget must not come back from a segment. */
  #keepMs(kind: string): number {
    const { keepMs: usual, exchangesKeepMs } = this.#options;
    return kind === "exchanges" && exchangesKeepMs !== undefined ? Math.min(usual, exchangesKeepMs) : usual;
  }

  /** Removes loaded segments beyond the time they are kept, at most once a minute. */
  #sweep(): void {
    const now = this.#options.now();
    if (Math.abs(now - this.#lastSweepAt) < 60_000) return;
    this.#lastSweepAt = now;
    const folder = join(this.#dir, loadedFolder);
    for (const name of segmentFiles(folder, closedSuffix)) {
      const parsed = parseSegmentName(name);
      if (parsed === undefined || now - parsed.at < this.#keepMs(parsed.kind) || !this.#recorded.has(name)) continue;
      rmSync(join(folder, name + closedSuffix), { force: true });
      rmSync(join(folder, `${name}${closedSuffix}.bad`), { force: true });
      this.#recorded.delete(name);
    }
  }
}

export interface LoaderOptions {
  /** A loaded segment stays this long after it was opened, so that the store can be rebuilt; default {@link keepMs}. */
  readonly keepMs: number;
  /** Exchanges no longer than this. */
  readonly exchangesKeepMs?: number;
  /** Milliseconds since the epoch, the clock the journals use. */
  readonly now: () => number;
  /** True once the store is closing: the pass ends after the segment in hand. */
  readonly stopped: () => boolean;
}

/** Seven days: time to notice a damaged store; about 3 GB at a million exchanges a day. */
export const keepMs = 7 * 24 * 60 * 60 * 1_000;

export interface LoaderState {
  /** Since this process started. */
  readonly segments: number;
  readonly rows: number;
  /** Lines the store refused; they are kept in `.bad` files. */
  readonly bad: number;
  /** Torn last lines cut off: rows that were never acknowledged. */
  readonly torn: number;
  readonly lastError: string | undefined;
}
