import { attributeKinds } from "./client-attributes.ts";
import type { Contact } from "./contact-sample.ts";
import { scanPolicy as policy } from "./scan-policy.ts";

/** Rows of one sample; each stands for `scale`. */
export interface Stratum {
  readonly rows: readonly Contact[];
  readonly scale: number;
}

/** A contact of a sample: whether its follow-up can be judged yet, and how many it stands for. */
export interface Judged {
  readonly row: Contact;
  readonly judged: boolean;
  readonly weight: number;
}

/** The rows of both samples, copied: what changes meanwhile changes nothing. */
export function judgedRows({ told, refused, now }: { readonly told: Stratum; readonly refused: Stratum; readonly now: number }): Judged[] {
  const rows: Judged[] = [];
  for (const { rows: sampled, scale } of [told, refused])
    for (const row of sampled) rows.push({ row: { ...row }, judged: row.truthful && row.at <= now - policy.judgedAfterMs, weight: scale });
  return rows;
}

/** What the questions of one subset add up to. */
export interface Tally {
  rows: number;
  /** By weight; and rows of at most two a source. */
  refused: number;
  refusedSpeaks: number;
  readonly refusedBySource: Map<string, number>;
  /** Questions, truthful answers old enough to be judged, those followed up; the same of at most two a source. */
  asked: number;
  judged: number;
  followed: number;
  speaks: number;
  speaksFollowed: number;
  readonly people: Set<string>;
  readonly bySource: Map<string, number>;
}

export function tallyOf(rows: readonly Judged[]): Tally {
  const sum = emptyTally();
  for (const row of rows) count(sum, row);
  return sum;
}

/** Of values with enough rows only: most values are one home's, and a tally costs more than a look. */
export function* tallies(rows: readonly Judged[]): Generator<number, Map<string, Tally>[]> {
  const all: Map<string, Tally>[] = [];
  for (const kind of attributeKinds.keys()) {
    const many = new Map<string, number>();
    for (const { row } of rows) {
      const value = row.attributes[kind] ?? "";
      if (value !== "") many.set(value, (many.get(value) ?? 0) + 1);
    }
    const found = new Map<string, Tally>();
    for (const row of rows) {
      const value = row.row.attributes[kind] ?? "";
      if ((many.get(value) ?? 0) >= policy.rowsMin) count(tallyAt(found, value), row);
    }
    all.push(found);
    yield rows.length * 2;
  }
  return all;
}

export function emptyTally(): Tally {
  return {
    rows: 0,
    refused: 0,
    refusedSpeaks: 0,
    refusedBySource: new Map(),
    asked: 0,
    judged: 0,
    followed: 0,
    speaks: 0,
    speaksFollowed: 0,
    people: new Set(),
    bySource: new Map(),
  };
}

function tallyAt(values: Map<string, Tally>, value: string): Tally {
  let known = values.get(value);
  if (known === undefined) values.set(value, (known = emptyTally()));
  return known;
}

export function count(into: Tally, { row, judged, weight }: Judged): void {
  into.rows++;
  into.asked += weight;
  if (!row.truthful) {
    into.refused += weight;
    const said = into.refusedBySource.get(row.source) ?? 0;
    if (said < policy.speaksPerSource) {
      into.refusedBySource.set(row.source, said + 1);
      into.refusedSpeaks++;
    }
  }
  if (row.followed) into.people.add(row.source);
  if (!judged) return;
  into.judged++;
  if (row.followed) into.followed++;
  const spoken = into.bySource.get(row.source) ?? 0;
  if (spoken >= policy.speaksPerSource) return;
  into.bySource.set(row.source, spoken + 1);
  into.speaks++;
  if (row.followed) into.speaksFollowed++;
}
