import type { Migration } from "../migration.ts";

/**
 * What the slow detectors look back on: `follow_ups` (who did, about whom, what only an honest party can do) and `source_days`, one row a source, endpoint and day with the people it asked about
 * and those it followed up, as mergeable states.
 *
 * Every column is an aggregate that taking the same row twice does not change (distinct counts, bits, minima and maxima): whatever is loaded or replayed again after a crash, the sums are right.
 *
 * `source` is an IPv4 address or an IPv6 /64; rows are deleted when addresses are no longer kept in clear (see `applyRetention`). `shard` is a sixteenth of all networks: a question reads one at
 * a time, so its memory is a sixteenth too. Rows: never more than disclosures and follow-ups together, and kept no longer. States have 2^12 registers: 1.6 % for a source that asked about
 * thousands, exact up to a few hundred; 3 KiB at most.
 *
 * `credential` stands beside the source so that a question can leave out proven principals, who are known when it is asked and not when a row is loaded.
 *
 * Rows of endpoint "" hold what a source followed up, wherever: on the day itself, and on the day before when it was within ten minutes of it (a question before midnight).
 */
export const sourceDays: Migration = {
  number: 4,
  name: "source-days",
  statements: [
    `CREATE TABLE postern.follow_ups (
      id String CODEC(ZSTD(1)),
      exchange_id String CODEC(ZSTD(1)),
      at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
      endpoint_id LowCardinality(String),
      kind LowCardinality(String),
      subject FixedString(8),
      narrow FixedString(8),
      address String DEFAULT '' CODEC(ZSTD(1)) TTL stored_at + INTERVAL 90 DAY,
      network String CODEC(ZSTD(1)),
      segment LowCardinality(String),
      stored_at DateTime('UTC')
    ) ENGINE = MergeTree
    PARTITION BY toYYYYMM(at)
    ORDER BY (subject, at)
    TTL stored_at + INTERVAL 400 DAY
    SETTINGS ${tableSettings()}`,

    `CREATE TABLE postern.source_days (
      shard UInt8,
      endpoint_id LowCardinality(String),
      day Date,
      source String CODEC(ZSTD(1)),
      network String CODEC(ZSTD(1)),
      credential String CODEC(ZSTD(1)),
      told AggregateFunction(uniqCombined64(12), FixedString(8)),
      followed AggregateFunction(uniqCombined64(12), FixedString(8)),
      hours SimpleAggregateFunction(groupBitOr, UInt32),
      first_hour SimpleAggregateFunction(min, UInt8),
      withheld SimpleAggregateFunction(max, UInt8),
      stored_at SimpleAggregateFunction(max, DateTime('UTC'))
    ) ENGINE = AggregatingMergeTree
    PARTITION BY toYYYYMM(day)
    ORDER BY (shard, endpoint_id, day, source, network, credential)
    TTL stored_at + INTERVAL 90 DAY
    SETTINGS ${tableSettings()}`,

    `CREATE MATERIALIZED VIEW postern.source_days_asked TO postern.source_days AS
    SELECT toUInt8(cityHash64(network) % 16) AS shard, endpoint_id, toDate(at, 'UTC') AS day, ${sourceOf()} AS source, network, credential,
      uniqCombined64StateIf(12)(subject, answer = 'truthful') AS told, groupBitOr(toUInt32(bitShiftLeft(toUInt32(1), toHour(at, 'UTC')))) AS hours,
      min(toHour(at, 'UTC')) AS first_hour, max(toUInt8(answer = 'uniform')) AS withheld, max(stored_at) AS stored_at
    FROM postern.disclosures WHERE address != '' GROUP BY shard, endpoint_id, day, source, network, credential`,

    `CREATE MATERIALIZED VIEW postern.source_days_followed TO postern.source_days AS
    SELECT toUInt8(cityHash64(network) % 16) AS shard, '' AS endpoint_id, arrayJoin(arrayDistinct([toDate(at, 'UTC'), toDate(at - INTERVAL 10 MINUTE, 'UTC')])) AS day, ${sourceOf()} AS source, network, '' AS credential,
      uniqCombined64State(12)(subject) AS followed, min(toUInt8(24)) AS first_hour, max(stored_at) AS stored_at
    FROM postern.follow_ups WHERE address != '' GROUP BY shard, day, source, network`,
  ],
};

/** An address, IPv6 cut to its /64, which is what one subscriber has. */
function sourceOf(): string {
  return "if(endsWith(network, '/64'), network, replaceRegexpOne(address, '^::ffff:', ''))";
}

function tableSettings(): string {
  return "non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1";
}
