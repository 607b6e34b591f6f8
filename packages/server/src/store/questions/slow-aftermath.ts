import { z } from "zod";
import { sql } from "../sql.ts";
import { id, isIn, time, type Question } from "./question.ts";
import { shards, slowLimits } from "./slow-question.ts";

/**
 * One sixteenth of all people, by day: those who recovered an account or asked for a code, those who only signed in, and of both those whom a stranger had been told about on an earlier day. A stranger: a
 * network that never followed up about that person and did not ask for the recovery itself.
 */
export const slowAftermath: Question<SlowAftermathParams, SlowAftermathRow> = {
  params: z.object({
    from: time,
    to: time,
    shard: z
      .int()
      .min(0)
      .max(shards - 1),
    events: z.array(id).max(1_000),
    exposing: z.array(id).max(1_000),
    confirmedClasses: z.array(id).max(10_000),
  }),
  row: z.object({ day: z.number(), events: z.number(), exposedEvents: z.number(), others: z.number(), exposedOthers: z.number() }),
  sql: ({ from, to, shard, events, exposing, confirmedClasses }) => {
    const during = sql`at >= fromUnixTimestamp64Milli(${from}, 'UTC') AND at < fromUnixTimestamp64Milli(${to}, 'UTC')`;
    const ours = sql`cityHash64(subject) % ${shards} = ${shard}`;
    return sql`WITH
        acts AS (
          SELECT toDate(at, 'UTC') AS day, subject, network FROM (
            SELECT at, network, arrayJoin(subjects) AS subject FROM postern.exchanges WHERE ${isIn(sql`endpoint_id`, events)} AND status >= 200 AND status < 400 AND ${during})
          WHERE ${ours} GROUP BY day, subject, network),
        present AS (
          SELECT day, subject, max(event) AS event FROM (
            SELECT day, subject, 1 AS event FROM acts
            UNION ALL SELECT toDate(at, 'UTC') AS day, subject, 0 AS event FROM postern.follow_ups WHERE ${during} AND ${ours}) GROUP BY day, subject),
        own AS (SELECT subject, network FROM acts UNION DISTINCT SELECT subject, network FROM postern.follow_ups WHERE ${ours}),
        exposed AS (
          SELECT subject, toDate(min(at), 'UTC') AS since FROM postern.disclosures
          WHERE ${isIn(sql`endpoint_id`, exposing)} AND answer = 'truthful' AND ${isIn(sql`response_class`, confirmedClasses)} AND ${ours}
            AND at < fromUnixTimestamp64Milli(${to}, 'UTC') AND subject IN (SELECT subject FROM present) AND (subject, network) NOT IN (SELECT subject, network FROM own)
          GROUP BY subject)
      SELECT toUnixTimestamp(toDateTime(p.day, 'UTC')) * 1000 AS day, countIf(p.event = 1) AS events, countIf(p.event = 1 AND e.since != toDate(0) AND e.since < p.day) AS exposedEvents,
        countIf(p.event = 0) AS others, countIf(p.event = 0 AND e.since != toDate(0) AND e.since < p.day) AS exposedOthers
      FROM present AS p LEFT JOIN exposed AS e ON p.subject = e.subject GROUP BY p.day ORDER BY p.day LIMIT 400 ${slowLimits}`;
  },
};

export interface SlowAftermathParams {
  readonly from: number;
  readonly to: number;
  readonly shard: number;
  /** Endpoints of recovery; those that told about people; the classes of answer that confirm somebody. */
  readonly events: readonly string[];
  readonly exposing: readonly string[];
  readonly confirmedClasses: readonly string[];
}

export interface SlowAftermathRow {
  readonly day: number;
  readonly events: number;
  readonly exposedEvents: number;
  readonly others: number;
  readonly exposedOthers: number;
}
