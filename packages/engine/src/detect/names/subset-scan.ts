import { honestShare, estimate, type PastDays } from "./attack-share.ts";
import { type AttributeKind, attributeKinds } from "./client-attributes.ts";
import { asnKind, type Candidate, candidatesOf, type NamedSubset, type SubsetPart, worth } from "./scan-candidates.ts";
import { scanPolicy as policy } from "./scan-policy.ts";
import { type Judged, judgedRows, type Stratum, tallies, tallyOf } from "./scan-tally.ts";

/**
 * Which clients an attack consists of. For every value of every attribute, every pair of them, and the networks that stand out together: attack volume B̂ = N(1 − s/s0), with s the share of truthful
 * answers that were followed up and s0 the honest share (Herley & Schechter 2019, "Distinguishing attacks from legitimate authentication traffic at scale"). s0 is the value's own past, or where it has none the
 * whole's, or the least attacked subset's now, whichever says more. Of questions that were refused, and so cannot be followed up, what is more than the past brings counts as attack. Each subset is tested by an e-value (a mixture likelihood ratio against "follows up as often as honest ones do", at most two questions a
 * source), and e-BH (Wang & Ramdas 2022) keeps the expected share of falsely named ones below one in a hundred, whatever their overlap. Of what stands, the rule that catches most for the fewest honest people is told; when none is
 * worth its price, that is told instead.
 *
 * Standard error of B̂ by the delta method. Pure; about a tenth of a second for six thousand rows, in slices: the generator yields after each with the rows and candidates it visited, never more than
 * {@link sliceStepsMax}, and whoever cannot wait a tenth of a second does other work between. Looks at the input's rows once, at its start: what changes meanwhile changes nothing.
 *
 * Misses: clients that follow up with own accounts; an attack whose every attribute is the honest clients' own ("alike"). Mistakes: a new release of the app whose users cannot follow up looks like an attack by that version, and so does
 * one that comes out while newcomers are refused.
 */
export function* scanSubsets(input: ScanInput): Generator<number, ScanResult> {
  const rows = judgedRows(input);
  const people = new Set<string>();
  for (const { row } of rows) if (row.followed) people.add(row.source);
  yield rows.length * 2;
  const singles = yield* tallies(rows);
  const base = honestShare(singles, input.past);
  const sum = tallyOf(rows);
  const whole = estimate(sum, base, input.past?.usual);
  const found = {
    attack: whole.attack,
    attackError: whole.error,
    asked: sum.asked,
    people: people.size * input.told.scale,
    honestShare: base,
    sources: sourcesOf(rows),
    subsets: [],
    caught: 0,
    alikeBy: [],
    byAsn: [],
    apart: [],
  };
  if (whole.attack < policy.attackMin || whole.attack < 2 * whole.error) return { verdict: "too little", ...found, sourcesNamed: 0, named: [], matched: 0 };
  const chosen: Candidate[] = [];
  let left = rows;
  let caught = 0;
  let firstRound: readonly Candidate[] = [];
  while (chosen.length < policy.subsetsMax) {
    const candidates = yield* candidatesOf(left, input, base, whole.attack, people.size, input.told.scale);
    if (chosen.length === 0) firstRound = candidates;
    let best: Candidate | undefined;
    for (const one of candidates) if (worth(one) && (best === undefined || one.score > best.score)) best = one;
    if (best === undefined || (chosen.length > 0 && best.caught < policy.addsMin)) break;
    const taken = best;
    chosen.push(taken);
    caught = Math.min(1, caught + taken.caught);
    left = left.filter(({ row }) => !taken.matches(row));
    yield rows.length + candidates.length;
  }
  const verdict = caught >= policy.namedMin ? "named" : caught >= policy.partlyMin ? "partly" : "alike";
  const told = verdict === "alike" ? [] : chosen;
  const matching = told.length === 0 ? rows : rows.filter(({ row }) => told.some((one) => one.matches(row)));
  // Who follows up with another client from the same address is not hit by a rule about this one.
  const matched = new Set<string>();
  for (const { row } of matching) if (row.followed) matched.add(row.source);
  const never = matching.filter(({ row }) => !matched.has(row.source));
  return {
    ...found,
    verdict,
    sourcesNamed: sourcesOf(never),
    named: [...new Set(never.map(({ row }) => row.address))].slice(0, namedMax),
    subsets: told.map(({ parts, attack, attackError, caught: share, people: of, asked }) => ({ parts, attack, attackError, asked, caught: share, people: of })),
    caught: verdict === "alike" ? 0 : caught,
    matched: told.length === 0 ? 0 : matched.size * input.told.scale,
    alikeBy: alikeKinds(rows, firstRound),
    byAsn: asnsOf(never),
    apart: firstRound
      .filter((one) => one.parts.length === 1 && one.caught >= policy.holdCaughtMin && worth(one))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, apartMax)
      .flatMap((one) => one.parts),
  };
}

/** The same in one go. */
export function scanNow(scan: Generator<number, ScanResult>): ScanResult {
  for (;;) {
    const step = scan.next();
    if (step.done === true) return step.value;
  }
}

export interface ScanInput extends PastDays {
  /** Questions that were told the truth: their follow-ups speak. And those that were not, of which there may be a thousand times as many. */
  readonly told: Stratum;
  readonly refused: Stratum;
  readonly now: number;
}

export interface ScanResult {
  /** `named`: a rule catches half or more. `partly`: a tenth or more. `alike`: nothing seen tells its clients from honest ones. `too little`: hardly anything to explain. */
  readonly verdict: "named" | "partly" | "alike" | "too little";
  /** Estimated questions of the attack, its standard error, and all questions looked at. */
  readonly attack: number;
  readonly attackError: number;
  readonly asked: number;
  /** s0 of the whole. */
  readonly honestShare: number;
  /** Sources that followed up at least once, and those of them that the rule matches. */
  readonly people: number;
  readonly matched: number;
  readonly sources: number;
  /** Sources that the rule matches (all, where there is none) and that never followed up. */
  readonly sourcesNamed: number;
  /** Addresses of those that were sampled, at most {@link namedMax}. */
  readonly named: readonly string[];
  /** Together the rule; the most useful first. */
  readonly subsets: readonly NamedSubset[];
  /** Share of the attack that they match together. */
  readonly caught: number;
  /** Networks of those that never followed up, most sources first, at most {@link asnsMax}; empty without a list of networks. */
  readonly byAsn: readonly { readonly asn: string; readonly sources: number }[];
  /** Each of these alone is nearly all of the attack at a small price: who changes one of them is still known by the others. At most {@link apartMax}. */
  readonly apart: readonly SubsetPart[];
  /** Attributes that were seen and do not tell attackers from honest clients. */
  readonly alikeBy: readonly AttributeKind[];
}

/** One of each kind, and some to spare. */
export const apartMax = 12;
/** Networks one result lists: nobody reads more. */
export const asnsMax = 10;
/** Three visits of each row of two full samples of two generations: a few milliseconds. */
export const sliceStepsMax = 20_000;
/** Addresses one result lists. */
export const namedMax = 1_000;

/** About how many: each counts as the coarser sample it stands in says. */
function sourcesOf(rows: readonly Judged[]): number {
  const weights = new Map<string, number>();
  for (const { row, weight } of rows) weights.set(row.source, Math.max(weight, weights.get(row.source) ?? 0));
  let sum = 0;
  for (const weight of weights.values()) sum += weight;
  return sum;
}

function asnsOf(rows: readonly Judged[]): ScanResult["byAsn"] {
  const of = new Map<string, Judged[]>();
  for (const judged of rows) {
    const asn = judged.row.attributes[asnKind] ?? "";
    if (asn === "") continue;
    const held = of.get(asn);
    if (held === undefined) of.set(asn, [judged]);
    else held.push(judged);
  }
  return [...of]
    .map(([asn, held]) => ({ asn, sources: sourcesOf(held) }))
    .sort((a, b) => b.sources - a.sources || (a.asn < b.asn ? -1 : 1))
    .slice(0, asnsMax);
}

/** Seen on most rows, and no value of it alone is a rule worth telling. */
function alikeKinds(rows: readonly Judged[], candidates: readonly Candidate[]): readonly AttributeKind[] {
  return attributeKinds.filter((kind, i) => {
    let seen = 0;
    for (const { row } of rows) if ((row.attributes[i] ?? "") !== "") seen++;
    return seen * 2 >= rows.length && !candidates.some((one) => one.parts.length === 1 && one.parts[0]?.kind === kind && worth(one) && one.caught >= policy.partlyMin);
  });
}
