import type { Disclosure } from "@postern/engine";
import { coverageStatement } from "./coverage-statement.ts";
import type { Coverage, CoverageStatement } from "./coverage-statement.ts";
import type { NamedSources } from "./named-sources.ts";
import { halvesOf, SubjectTable } from "./subject-table.ts";

/**
 * Who was exposed: counts distinct subjects of one endpoint in a window by the strongest thing any answer told about them. A
 * subject confirmed once counts as confirmed and nowhere else. Beside that it counts whose data was returned, which needs no doubt about who exists. Rows may come in any order, repeated rows change nothing.
 * `exact` is true only when the records are complete and no bound was met; otherwise every number is a lower bound and says so.
 *
 * Holds hashes only. Misses: what was asked where Postern did not look, and answers whose class has no known meaning yet (`unknown`).
 */
export async function breachReport(input: BreachInput): Promise<Breach> {
  const subjects = new SubjectTable(input.subjectsMax);
  const pairs = new SubjectTable(input.subjectsMax);
  const given = new SubjectTable(input.subjectsMax);
  const givenPairs = new SubjectTable(input.subjectsMax);
  const counts = [0, 0, 0, 0, 0];
  const types = new Map<string, number>();
  const fields = new Set<string>();
  const sources = new Map<string, SourceDraft>();
  let sourcesRefused = false;
  let returned = 0;
  let malformed = 0;
  let partly = 0;
  let firstAt = Infinity;
  let lastAt = -Infinity;

  for await (const row of input.disclosures) {
    if (row.at < input.from || row.at >= input.to || row.answer === "none") continue;
    const held = input.only?.holds(row.address) ?? "all";
    if (held === "none") continue;
    if (held === "part") partly += 1;
    const key = halvesOf(row.subject);
    if (key === undefined) {
      malformed += 1;
      continue;
    }
    const meaning = input.meanings.get(row.responseClass);
    const learned = row.answer === "uniform" ? strength.uniform : learnedFrom(meaning);
    if (learned === 0) continue;
    const gave = row.answer !== "uniform" && meaning?.returned === true;
    if (gave && given.raise(key[0], key[1], 1) === 0) returned += 1;
    if (learned === strength.confirmed || gave) for (const field of meaning?.fields ?? []) if (fields.size < fieldsMax) fields.add(field);
    const before = subjects.raise(key[0], key[1], learned);
    if (before === 0) types.set(row.subjectType, (types.get(row.subjectType) ?? 0) + 1);
    if (learned > before) {
      if (before > 0) counts[before] = (counts[before] ?? 0) - 1;
      counts[learned] = (counts[learned] ?? 0) + 1;
    }
    firstAt = Math.min(firstAt, row.at);
    lastAt = Math.max(lastAt, row.at);
    let source = sources.get(row.address);
    if (source === undefined) {
      if (sources.size >= sourcesKeptMax) {
        sourcesRefused = true;
        continue;
      }
      const id = sources.size + 1;
      source = { high: Math.imul(id, 0x9e3779b1) >>> 0, low: Math.imul(id, 0x85ebca6b) >>> 0, asked: 0, confirmed: 0, returned: 0, firstAt: row.at, lastAt: row.at };
      sources.set(row.address, source);
    }
    const [high, low] = [(key[0] ^ source.high) >>> 0, (key[1] ^ source.low) >>> 0] as const;
    const asked = pairs.raise(high, low, learned);
    if (gave && givenPairs.raise(high, low, 1) === 0) source.returned += 1;
    if (asked === 0) source.asked += 1;
    if (learned === strength.confirmed && asked !== strength.confirmed) source.confirmed += 1;
    source.firstAt = Math.min(source.firstAt, row.at);
    source.lastAt = Math.max(source.lastAt, row.at);
  }

  const coverage = coverageStatement(input.coverage, input.from, input.to);
  const exact =
    coverage.complete && subjects.refused === 0 && pairs.refused === 0 && given.refused === 0 && givenPairs.refused === 0 && !sourcesRefused && malformed + partly === 0;
  const top = [...sources].map(([address, source]) => ({
    address,
    asked: source.asked,
    confirmed: source.confirmed,
    returned: source.returned,
    firstAt: iso(source.firstAt),
    lastAt: iso(source.lastAt),
  }));
  top.sort((a, b) => b.confirmed - a.confirmed || b.returned - a.returned || b.asked - a.asked || (a.address < b.address ? -1 : 1));
  const report: BreachReport = {
    endpoint: input.endpoint,
    only: input.only?.names ?? null,
    window: { from: iso(input.from), to: iso(input.to) },
    confirmed: counts[strength.confirmed] ?? 0,
    denied: counts[strength.denied] ?? 0,
    unknown: counts[strength.unknown] ?? 0,
    uniform: counts[strength.uniform] ?? 0,
    oracle: input.oracle !== false,
    returned,
    dataReturned: returned > 0 ? (input.data ?? []) : [],
    subjectTypes: Object.fromEntries([...types].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    fieldsReturned: [...fields].toSorted(),
    firstAt: Number.isFinite(firstAt) ? iso(firstAt) : null,
    lastAt: Number.isFinite(lastAt) ? iso(lastAt) : null,
    sources: { total: sources.size, totalIsLowerBound: sourcesRefused, top: top.slice(0, input.sourcesTop ?? sourcesTopDefault) },
    coverage,
    exact,
    notes: [
      ...(subjects.refused + pairs.refused > 0 ? ["More subjects than fit in memory: the counts stop at the bound; narrow the window."] : []),
      ...(partly > 0 ? [`Of ${partly} answers only the network is still known that a source you named lies in: all of that network is counted.`] : []),
      ...(malformed > 0 ? [`${malformed} records could not be read.`] : []),
    ],
  };
  return { report, verdictOf: (hash) => verdictIn(subjects, hash) };
}

export interface BreachInput {
  readonly endpoint: { readonly id: string; readonly method: string; readonly host: string; readonly path: string };
  /** Half-open: `from` ≤ at < `to`, milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly disclosures: Iterable<BreachRow> | AsyncIterable<BreachRow>;
  /** By {@link Disclosure.responseClass}. A class not in here is `unknown`. */
  readonly meanings: ReadonlyMap<string, ClassMeaning>;
  readonly coverage: Coverage;
  /** Only what these were told; default all who asked. */
  readonly only?: NamedSources | undefined;
  /** False: its answers do not tell who exists. Default true. */
  readonly oracle?: boolean;
  /** Fields of its answers that hold data about people, with their class. */
  readonly data?: readonly ReturnedData[];
  /** How many sources the report lists, default {@link sourcesTopDefault}. */
  readonly sourcesTop?: number;
  /** For tests of the bound. */
  readonly subjectsMax?: number;
}

export type BreachRow = Pick<Disclosure, "subject" | "subjectType" | "responseClass" | "answer" | "at" | "address">;

export interface ClassMeaning {
  /** `returned` (the answer held data about the subject) confirms. */
  readonly meaning: "confirmed" | "denied" | "returned" | "nothing" | "unknown";
  /** JSON paths the answers of this class returned. */
  readonly fields: readonly string[];
  /** Answers of this class held data about people. */
  readonly returned?: boolean;
  /** They were answers of success: whoever got one was answered, whatever it says of who exists. */
  readonly answered?: boolean;
}

export interface ReturnedData {
  readonly field: string;
  readonly class: string;
}

export interface Breach {
  readonly report: BreachReport;
  /** What was learned about one subject, by its hash; undefined when nothing was asked. */
  readonly verdictOf: (hash: string) => Learned | undefined;
}

export type Learned = "confirmed" | "denied" | "unknown" | "uniform";

/** Plain JSON; times are ISO 8601 in UTC. Each subject stands in one of confirmed, denied, unknown, uniform. */
export interface BreachReport {
  readonly endpoint: BreachInput["endpoint"];
  /** The sources it was narrowed to, as they were named; null: everybody who asked. */
  readonly only: readonly string[] | null;
  readonly window: { readonly from: string; readonly to: string };
  readonly confirmed: number;
  readonly denied: number;
  /** Answered truthfully in a way that does not tell whether they exist, or is not known to. */
  readonly unknown: number;
  /** Asked about, and answered so that nothing was learned. */
  readonly uniform: number;
  /** Whether its answers tell who exists: only then do `confirmed` and `denied` speak of that. */
  readonly oracle: boolean;
  /** Different ones about whom an answer gave data; each is in one of the four counts, too. */
  readonly returned: number;
  /** What that data was; empty when none was given. */
  readonly dataReturned: readonly ReturnedData[];
  readonly subjectTypes: Readonly<Record<string, number>>;
  readonly fieldsReturned: readonly string[];
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  readonly sources: { readonly total: number; readonly totalIsLowerBound: boolean; readonly top: readonly BreachSource[] };
  readonly coverage: CoverageStatement;
  /** True: say "exactly". False: say "at least". */
  readonly exact: boolean;
  readonly notes: readonly string[];
}

export interface BreachSource {
  readonly address: string;
  /** Distinct subjects. */
  readonly asked: number;
  readonly confirmed: number;
  /** Distinct subjects whose data it got. */
  readonly returned: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

export const sourcesTopDefault = 20;
/** Addresses told apart; a larger botnet is "at least" this many. */
export const sourcesKeptMax = 1_000_000;
const fieldsMax = 1_000;
const strength = { uniform: 1, unknown: 2, denied: 3, confirmed: 4 } as const;

interface SourceDraft {
  readonly high: number;
  readonly low: number;
  asked: number;
  confirmed: number;
  returned: number;
  firstAt: number;
  lastAt: number;
}

function learnedFrom(of: ClassMeaning | undefined): number {
  switch (of?.meaning) {
    case "confirmed":
    case "returned":
      return strength.confirmed;
    case "denied":
      return strength.denied;
    case "nothing":
      return of?.answered === true ? strength.unknown : 0;
    case "unknown":
    case undefined:
      return strength.unknown;
  }
}

function verdictIn(subjects: SubjectTable, hash: string): Learned | undefined {
  const key = halvesOf(hash);
  if (key === undefined) return undefined;
  const names: readonly (Learned | undefined)[] = [undefined, "uniform", "unknown", "denied", "confirmed"];
  return names[subjects.get(key[0], key[1])];
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
