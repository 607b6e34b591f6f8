import type { Migration } from "../migration.ts";

/**
 * What is stored, and for how long. `stored_at` is when the row was journaled, not when it happened: recorded traffic
 * of last year lives as long as today's. Client addresses are clear for 90 days, then only `network` (/24 or /64) stays.
 *
 * `non_replicated_deduplication_window` remembers the last 10,000 blocks a table took. Only the segment in flight at a crash is
 * ever loaded twice (the loader keeps a list of the others), and one segment makes one block a partition: at most 4,000.
 * `fsync_*`: a row counted as loaded survives a power cut.
 */
export const baseTables: Migration = {
  number: 1,
  name: "base-tables",
  statements: [
    `CREATE TABLE postern.exchanges (
      id String CODEC(ZSTD(1)),
      at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
      endpoint_id LowCardinality(String),
      method LowCardinality(String),
      host LowCardinality(String),
      path String CODEC(ZSTD(1)),
      status UInt16,
      address String DEFAULT '' CODEC(ZSTD(1)) TTL stored_at + INTERVAL 90 DAY,
      network String CODEC(ZSTD(1)),
      credential String CODEC(ZSTD(1)),
      credential_kind LowCardinality(String),
      response_class LowCardinality(String),
      duration_ms Float32,
      request_bytes UInt64,
      response_bytes UInt64,
      subjects Array(FixedString(8)),
      subject_types Array(LowCardinality(String)),
      subjects_truncated Bool,
      ja4 LowCardinality(String),
      user_agent LowCardinality(String),
      flags Array(LowCardinality(String)),
      action LowCardinality(String),
      would LowCardinality(String),
      reason LowCardinality(String),
      segment LowCardinality(String),
      stored_at DateTime('UTC'),
      INDEX by_address address TYPE bloom_filter(0.01) GRANULARITY 4,
      INDEX by_id id TYPE bloom_filter(0.01) GRANULARITY 4,
      INDEX by_status status TYPE set(64) GRANULARITY 4
    ) ENGINE = MergeTree
    PARTITION BY toYYYYMMDD(at)
    ORDER BY (endpoint_id, at, id)
    TTL stored_at + INTERVAL 90 DAY
    SETTINGS ${tableSettings()}`,

    `CREATE TABLE postern.disclosures (
      id String CODEC(ZSTD(1)),
      exchange_id String CODEC(ZSTD(1)),
      at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
      endpoint_id LowCardinality(String),
      subject_type LowCardinality(String),
      subject FixedString(8),
      key_epoch UInt16,
      answer LowCardinality(String),
      response_class LowCardinality(String),
      narrow FixedString(8),
      address String DEFAULT '' CODEC(ZSTD(1)) TTL stored_at + INTERVAL 90 DAY,
      network String CODEC(ZSTD(1)),
      credential String CODEC(ZSTD(1)),
      segment LowCardinality(String),
      stored_at DateTime('UTC'),
      INDEX by_address address TYPE bloom_filter(0.01) GRANULARITY 4
    ) ENGINE = MergeTree
    PARTITION BY toYYYYMM(at)
    ORDER BY (endpoint_id, subject, at)
    TTL stored_at + INTERVAL 400 DAY
    SETTINGS ${tableSettings()}`,

    `CREATE TABLE postern.signals (
      id String,
      at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
      detector LowCardinality(String),
      level LowCardinality(String),
      confidence Float32,
      endpoint_id LowCardinality(String),
      address String DEFAULT '' TTL stored_at + INTERVAL 90 DAY,
      network String,
      narrow String,
      evidence String CODEC(ZSTD(3)),
      segment LowCardinality(String),
      stored_at DateTime('UTC')
    ) ENGINE = MergeTree
    PARTITION BY toYYYYMM(at)
    ORDER BY (at, id)
    TTL stored_at + INTERVAL 400 DAY
    SETTINGS ${tableSettings()}`,

    // No TTL: a name that is forgotten could be loaded again.
    `CREATE TABLE postern.segments (
      kind LowCardinality(String),
      name String CODEC(ZSTD(1)),
      rows UInt64,
      bad UInt64,
      bytes UInt64,
      loaded_at DateTime64(3, 'UTC')
    ) ENGINE = MergeTree
    ORDER BY (kind, name)
    SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
  ],
};

function tableSettings(): string {
  return "non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1";
}
