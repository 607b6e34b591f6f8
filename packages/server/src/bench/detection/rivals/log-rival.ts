import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Cell } from "../cell.ts";
import { writeAccessLog } from "./access-log.ts";
import { type Ban, bansFront } from "./bans.ts";
import { type Limiter, type LimiterGrid, type LimiterSettings, tuneLimiter } from "./limiter-grid.ts";
import { playBehind } from "./play-behind.ts";
import type { Rival, RivalOutcome } from "./rival.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { tooManyRequests } from "./too-many-requests.ts";

/** What is particular to one reader of access logs. */
export interface LogReader {
  readonly name: string;
  version(): Promise<string>;
  /** Where it is fast enough for longer cells than the others. */
  readonly requestsMax?: number;
  readonly told: Rival["told"];
  /** Reads a log of nginx with the real software, `folder` for its files; settings absent: as shipped. Throws when the software is not to be had. */
  read(log: string, folder: string, settings: LimiterSettings | undefined): Promise<readonly Ban[]>;
  readonly model: (settings: LimiterSettings) => Limiter;
  readonly grid: LimiterGrid;
  inWords(settings: LimiterSettings | undefined): string;
}

/**
 * Software that reads the access log and bans addresses. It reads the log of the cell that nobody guards, in event time; then the cell is played with its bans in force from
 * the second they were decided in. The lines that a banned address would not have caused stand in that log and can only make a ban longer.
 */
export function logRival(reader: LogReader): Rival {
  const tuned = new Map<string, Promise<LimiterSettings | undefined>>();
  const play = async (cell: Cell, seed: string, settings: LimiterSettings | undefined): Promise<Omit<RivalOutcome, "settings">> => {
    const folder = mkdtempSync(join(scratchFolder(), "log-"));
    try {
      const log = join(folder, "access.log");
      writeAccessLog(cell, seed, log);
      const bans = await reader.read(log, folder, settings);
      return await playBehind(cell, seed, (tell) => bansFront(bans, tell));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return {
    name: reader.name,
    version: () => reader.version().catch(() => "not run"),
    replays: "event time",
    told: reader.told,
    run: async (cell, seed, setting) => {
      const much = tooManyRequests(cell, reader.requestsMax);
      if (much !== undefined) return { notReplayable: much };
      try {
        if (setting === "as shipped") return { ...(await play(cell, seed, undefined)), settings: reader.inWords(undefined) };
        if (!tuned.has(cell.id)) tuned.set(cell.id, tuneLimiter(cell, reader.model, play, reader.grid));
        const settings = await tuned.get(cell.id);
        return settings === undefined ? { notRun: "no setting of the grid harms so few" } : { ...(await play(cell, seed, settings)), settings: reader.inWords(settings) };
      } catch (error) {
        return { notRun: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}
