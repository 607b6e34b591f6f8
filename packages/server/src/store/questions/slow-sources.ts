import { perFollowed, perUnfollowed, type SlowSource } from "@postern/engine";
import { z } from "zod";
import { sql, type Sql } from "../sql.ts";
import { pageLimit, type Question } from "./question.ts";
import { askedIn, followedIn, slowLimits, type SlowParams, slowShape } from "./slow-question.ts";

/**
 * Of one sixteenth of all sources those that ask about ever new people and hardly ever follow up, by the evidence against them, addresses and /24 networks apart. A person that a source asked about
 * on several days counts once, and as followed up when it ever was.
 */
export const slowSources: Question<SlowSourcesParams, SlowSource> = {
  params: z.object({ ...slowShape(), limit: pageLimit }),
  row: z.object({
    endpointId: z.string(),
    source: z.string(),
    kind: z.enum(["address", "network"]),
    addresses: z.number(),
    asked7: z.number(),
    asked30: z.number(),
    asked: z.number(),
    unfollowed: z.number(),
    days: z.number(),
    firstDay: z.number(),
    lastDay: z.number(),
  }),
  sql: (params) => sql`${by(params, "address", sql`source`)} UNION ALL ${by(params, "network", sql`network`)} ${slowLimits}`,
};

export interface SlowSourcesParams extends SlowParams {
  /** For each of the two kinds. */
  readonly limit?: number | undefined;
}

function by(params: SlowSourcesParams, kind: SlowSource["kind"], column: Sql): Sql {
  const last = (days: number): Sql => sql`day >= toDate(fromUnixTimestamp64Milli(${Math.max(params.from, params.to - days * 86_400_000)}, 'UTC'))`;
  const milliseconds = (day: Sql): Sql => sql`toUnixTimestamp(toDateTime(${day}, 'UTC')) * 1000`;
  // An IPv6 network is its own source and listed as that.
  const which = kind === "network" ? sql`endsWith(network, '/24')` : sql`1`;
  return sql`SELECT * FROM (
      SELECT a.endpoint_id AS endpointId, a.key AS source, ${kind} AS kind, a.addresses AS addresses, a.asked7 AS asked7, a.asked30 AS asked30, a.people AS asked,
        if(f.known = 0, toFloat64(a.people), greatest(0, least(toFloat64(a.people), toFloat64(arrayReduce('uniqCombined64Merge(12)', [a.state, f.state])) - f.known))) AS unfollowed,
        a.days AS days, ${milliseconds(sql`a.first`)} AS firstDay, ${milliseconds(sql`a.latest`)} AS lastDay
      FROM (
        SELECT endpoint_id, ${column} AS key, uniqExact(source) AS addresses, uniqExact(day) AS days, min(day) AS first, max(day) AS latest,
          uniqCombined64MergeIf(12)(told, ${last(7)}) AS asked7, uniqCombined64MergeIf(12)(told, ${last(30)}) AS asked30,
          uniqCombined64Merge(12)(told) AS people, uniqCombined64MergeState(12)(told) AS state
        FROM postern.source_days WHERE ${askedIn(params)} AND ${which} GROUP BY endpoint_id, key HAVING people > 0) AS a
      LEFT JOIN (
        SELECT ${column} AS key, uniqCombined64MergeState(12)(followed) AS state, uniqCombined64Merge(12)(followed) AS known
        FROM postern.source_days WHERE ${followedIn(params)} AND ${which} GROUP BY key) AS f ON a.key = f.key
    ) WHERE unfollowed * ${perUnfollowed} + (asked - unfollowed) * ${perFollowed} > ${evidenceMin}
    ORDER BY unfollowed * ${perUnfollowed} + (asked - unfollowed) * ${perFollowed} DESC LIMIT ${params.limit ?? 100}`;
}

/** Less is not worth carrying: an alarm needs more than twice as much. */
const evidenceMin = 6;
