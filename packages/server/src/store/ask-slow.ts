import type { SlowDay, SlowFacts, SlowSource } from "@postern/engine";
import { evidenceOf } from "@postern/engine";
import { principalsMax, shards } from "./questions/slow-question.ts";
import type { StoreClient } from "./store-client.ts";

/**
 * What the slow detectors are to judge, read from the store one sixteenth of all sources after another, so that nothing else waits long. Whole days from `from` to `to` (UTC); the first day
 * that follow-ups were recorded on is left out: it began before, and nobody could be known.
 *
 * A shard that the store refuses (time, memory) is asked no second time and counted in `refused`: what is judged then rests on the others.
 */
export async function askSlow(client: Pick<StoreClient, "query">, options: AskSlowOptions): Promise<SlowAnswer> {
  const { from, to, endpoint } = options;
  const principals = (options.principals ?? []).slice(0, principalsMax);
  const days = new Map<string, SlowDay>();
  let sources: SlowSource[] = [];
  let refused = 0;
  let error: unknown;
  const span = await client.query("slowSpan", {});
  const recordedFrom = span[0]?.firstDay ?? 0;
  const sourcesTested = span[0]?.sources ?? 0;
  const since = Math.max(from, recordedFrom === 0 ? from : recordedFrom + dayMs);
  for (let shard = 0; shard < shards; shard++) {
    options.onProgress?.(shard, shards);
    if (since >= to || recordedFrom === 0 || options.stopped?.() === true) break;
    const params = { from: since, to, shard, ...(endpoint === undefined ? {} : { endpoint }), ...(principals.length === 0 ? {} : { principals }) };
    try {
      for (const row of await client.query("slowDays", params)) add(days, row);
      const ranked = await client.query("slowSources", { ...params, limit: sourcesAtOnce });
      sources = [...sources, ...ranked].toSorted((a, b) => evidenceOf(b) - evidenceOf(a)).slice(0, sourcesMax);
    } catch (cause) {
      error = cause;
      refused++;
    }
  }
  if (refused === shards) throw error;
  return { days: [...days.values()], sources, sourcesTested, from: since, to, recordedFrom, refused };
}

export interface AskSlowOptions {
  /** First moment of a day and of the first day that no longer counts. */
  readonly from: number;
  readonly to: number;
  readonly endpoint?: string;
  /** Credentials of proven principals. */
  readonly principals?: readonly string[];
  readonly onProgress?: (done: number, of: number) => void;
  readonly stopped?: () => boolean;
}

export interface SlowAnswer extends SlowFacts {
  readonly from: number;
  readonly to: number;
  /** The first day of which follow-ups were recorded; 0 when none were. */
  readonly recordedFrom: number;
  /** Sixteenths of all sources that the store did not answer about. */
  readonly refused: number;
}

const dayMs = 86_400_000;
const sourcesAtOnce = 100;
const sourcesMax = 1_000;

function add(days: Map<string, SlowDay>, row: SlowDay): void {
  const key = `${row.endpointId} ${row.day}`;
  const known = days.get(key);
  days.set(
    key,
    known === undefined
      ? row
      : {
          ...row,
          newcomers: known.newcomers + row.newcomers,
          followed: known.followed + row.followed,
          unfollowed: known.unfollowed + row.unfollowed,
          knownFollowed: known.knownFollowed + row.knownFollowed,
          knownUnfollowed: known.knownUnfollowed + row.knownUnfollowed,
          byHour: known.byHour.map((count, hour) => count + (row.byHour[hour] ?? 0)),
          silentByHour: known.silentByHour.map((count, hour) => count + (row.silentByHour[hour] ?? 0)),
        },
  );
}
