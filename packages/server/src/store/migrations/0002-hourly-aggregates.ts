import type { Migration } from "../migration.ts";

/**
 * Sums that stay small for years. Distinct subjects are kept as mergeable states, so months add up to a true distinct
 * count (within about half a percent). Filled by views at load time, exactly once: each view's table remembers blocks
 * as the base tables do.
 */
export const hourlyAggregates: Migration = {
  number: 2,
  name: "hourly-aggregates",
  statements: [
    `CREATE TABLE postern.exchanges_hourly (
      endpoint_id LowCardinality(String),
      hour DateTime('UTC'),
      exchanges SimpleAggregateFunction(sum, UInt64),
      errors SimpleAggregateFunction(sum, UInt64),
      first_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
      last_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
    ) ENGINE = AggregatingMergeTree
    PARTITION BY toYear(hour)
    ORDER BY (hour, endpoint_id)
    SETTINGS ${tableSettings()}`,

    `CREATE MATERIALIZED VIEW postern.exchanges_hourly_view TO postern.exchanges_hourly AS
    SELECT endpoint_id, toStartOfHour(toDateTime(at, 'UTC')) AS hour, count() AS exchanges, countIf(status >= 500 OR status = 0) AS errors,
      min(at) AS first_at, max(at) AS last_at
    FROM postern.exchanges GROUP BY endpoint_id, hour`,

    `CREATE TABLE postern.disclosures_hourly (
      endpoint_id LowCardinality(String),
      hour DateTime('UTC'),
      answer LowCardinality(String),
      response_class LowCardinality(String),
      disclosures SimpleAggregateFunction(sum, UInt64),
      subjects AggregateFunction(uniqCombined64, FixedString(8)),
      networks AggregateFunction(uniqCombined64, String)
    ) ENGINE = AggregatingMergeTree
    PARTITION BY toYear(hour)
    ORDER BY (endpoint_id, hour, answer, response_class)
    SETTINGS ${tableSettings()}`,

    `CREATE MATERIALIZED VIEW postern.disclosures_hourly_view TO postern.disclosures_hourly AS
    SELECT endpoint_id, toStartOfHour(toDateTime(at, 'UTC')) AS hour, answer, response_class, count() AS disclosures,
      uniqCombined64State(subject) AS subjects, uniqCombined64State(network) AS networks
    FROM postern.disclosures GROUP BY endpoint_id, hour, answer, response_class`,
  ],
};

function tableSettings(): string {
  return "non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1";
}
