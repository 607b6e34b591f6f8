import type { SlowDay } from "@postern/engine";
import { z } from "zod";
import { sql } from "../sql.ts";
import type { Question } from "./question.ts";
import { askedIn, followedIn, slowLimits, type SlowParams, slowShape } from "./slow-question.ts";

/** A hundred endpoints over ninety days, twice. */
const slowRowsMax = 18_000;

/**
 * One sixteenth of all sources, summed by endpoint and day: what newcomers (sources without a follow-up on an earlier day) asked and followed up, and what known sources did. Sums over the
 * sixteen shards are exact sums. `from` and `to` are whole days.
 */
export const slowDays: Question<SlowParams, SlowDay> = {
  params: z.object(slowShape()),
  row: z.object({
    endpointId: z.string(),
    day: z.number(),
    newcomers: z.number(),
    followed: z.number(),
    unfollowed: z.number(),
    knownFollowed: z.number(),
    knownUnfollowed: z.number(),
    byHour: z.array(z.number()).length(24),
    silentByHour: z.array(z.number()).length(24),
  }),
  sql: (params) => sql`WITH
      asked AS (
        SELECT endpoint_id, day, source, uniqCombined64MergeState(12)(told) AS state, uniqCombined64Merge(12)(told) AS people, bitCount(groupBitOr(hours)) AS active, min(first_hour) AS hour
        FROM postern.source_days WHERE ${askedIn(params)} GROUP BY endpoint_id, day, source HAVING people > 0),
      followed AS (
        SELECT day, source, uniqCombined64MergeState(12)(followed) AS state, uniqCombined64Merge(12)(followed) AS known
        FROM postern.source_days WHERE ${followedIn(params)} GROUP BY day, source),
      since AS (SELECT source, min(day) AS since FROM postern.source_days WHERE shard = ${params.shard} AND endpoint_id = '' GROUP BY source),
      one AS (
        SELECT a.endpoint_id AS endpoint_id, a.day AS day, a.hour AS hour,
          toFloat64(a.people) AS people, least(people, 2 * a.active) AS most,
          if(f.known = 0, people, greatest(0, toFloat64(arrayReduce('uniqCombined64Merge(12)', [a.state, f.state])) - f.known)) AS without,
          s.since >= a.day OR s.since = toDate(0) AS newcomer
        FROM asked AS a LEFT JOIN followed AS f ON a.source = f.source AND a.day = f.day LEFT JOIN since AS s ON a.source = s.source)
    SELECT endpoint_id AS endpointId, toUnixTimestamp(toDateTime(day, 'UTC')) * 1000 AS day, countIf(newcomer) AS newcomers,
      sumIf(least(most, people - without), newcomer) AS followed, sumIf(least(most, without), newcomer) AS unfollowed,
      sumIf(least(most, people - without), NOT newcomer) AS knownFollowed, sumIf(least(most, without), NOT newcomer) AS knownUnfollowed,
      sumForEach(arrayMap(h -> toUInt32(newcomer AND h = hour), range(24))) AS byHour,
      sumForEach(arrayMap(h -> toUInt32(newcomer AND h = hour AND without = people), range(24))) AS silentByHour
    FROM one GROUP BY endpoint_id, day ORDER BY endpoint_id, day LIMIT ${slowRowsMax} ${slowLimits}`,
};
