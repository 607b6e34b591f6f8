import { type AttributeKind, attributeKinds } from "./client-attributes.ts";
import type { Contact } from "./contact-sample.ts";
import { scanPolicy as policy } from "./scan-policy.ts";

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

/** Rows of one sample; each stands for `scale`. */
export interface Stratum {
  readonly rows: readonly Contact[];
  readonly scale: number;
}

export interface ScanInput {
  /** Questions that were told the truth: their follow-ups speak. And those that were not, of which there may be a thousand times as many. */
  readonly told: Stratum;
  readonly refused: Stratum;
  readonly now: number;
  /** Honest days, of the whole and of one value. Undefined while too few were seen. */
  readonly past: PastShare | undefined;
  pastOf(kind: number, value: string): PastShare | undefined;
}

export interface PastShare {
  /** Share of truthful answers that were followed up. */
  readonly share: number;
  /** Questions in a day. */
  readonly usual: number;
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

export interface NamedSubset {
  /** All of them must match; of one, any value. */
  readonly parts: readonly SubsetPart[];
  readonly attack: number;
  readonly attackError: number;
  readonly asked: number;
  readonly caught: number;
  readonly people: number;
}

export interface SubsetPart {
  readonly kind: AttributeKind;
  readonly values: readonly string[];
}

/** One of each kind, and some to spare. */
export const apartMax = 12;
/** Networks one result lists: nobody reads more. */
export const asnsMax = 10;
/** Three visits of each row of two full samples of two generations: a few milliseconds. */
export const sliceStepsMax = 20_000;
/** Addresses one result lists. */
export const namedMax = 1_000;

interface Judged {
  readonly row: Contact;
  readonly judged: boolean;
  readonly weight: number;
}

function judgedRows({ told, refused, now }: ScanInput): Judged[] {
  const rows: Judged[] = [];
  for (const { rows: sampled, scale } of [told, refused])
    for (const row of sampled) rows.push({ row: { ...row }, judged: row.truthful && row.at <= now - policy.judgedAfterMs, weight: scale });
  return rows;
}

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

const asnKind = attributeKinds.indexOf("ASN");

interface Tally {
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

interface Candidate extends NamedSubset {
  readonly pure: number;
  readonly peopleShare: number;
  readonly score: number;
  readonly logE: number;
  matches(row: Contact): boolean;
}

function tallyOf(rows: readonly Judged[]): Tally {
  const sum = emptyTally();
  for (const row of rows) count(sum, row);
  return sum;
}

/** Of values with enough rows only: most values are one home's, and a tally costs more than a look. */
function* tallies(rows: readonly Judged[]): Generator<number, Map<string, Tally>[]> {
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

function emptyTally(): Tally {
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

function count(into: Tally, { row, judged, weight }: Judged): void {
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

/** Of the past, or the least attacked subset's now, less some standard errors: the best of hundreds is lucky. */
function honestShare(singles: readonly Map<string, Tally>[], past: PastShare | undefined): number {
  let share = past?.share ?? 0;
  for (const values of singles) {
    for (const { judged, followed } of values.values()) {
      if (judged < policy.historyMin) continue;
      const here = (followed + 1) / (judged + 2);
      share = Math.max(share, here - policy.leastAttackedErrors * Math.sqrt((here * (1 - here)) / judged));
    }
  }
  return Math.min(0.98, Math.max(0.05, share));
}

function estimate(seen: Tally, share: number, usual: number | undefined): { readonly attack: number; readonly error: number; readonly logE: number } {
  const rate = (seen.followed + 0.5 * share) / (seen.judged + 0.5);
  if (share < policy.hardlyEver) {
    const free = policy.volumeFree * (usual ?? 0) + seen.followed / policy.hardlyEver;
    const mean = Math.max(1, free);
    return { attack: Math.max(0, seen.asked - free), error: Math.sqrt(mean), logE: seen.speaks * Math.log(policy.volumeFactor) - (policy.volumeFactor - 1) * mean };
  }
  const unlike = Math.max(0, 1 - rate / share);
  const answered = seen.asked - seen.refused;
  // Who is refused cannot follow up: of those, what is more than honest days bring. The answered ones are another mixture, while newcomers are narrowed.
  const surplus = usual === undefined ? 0 : Math.max(0, seen.refused - Math.max(0, usual - answered));
  const attack = answered * unlike + Math.max(seen.refused * unlike, surplus);
  const error = Math.sqrt(((answered / share) ** 2 * rate * (1 - rate)) / (seen.judged + 0.5) + attack);
  let likelihood = Number.NEGATIVE_INFINITY;
  for (const keep of policy.keeps) {
    const q = keep * share;
    const log = seen.speaksFollowed * Math.log(q / share) + (seen.speaks - seen.speaksFollowed) * Math.log((1 - q) / (1 - share));
    likelihood = likelihood > log ? likelihood + Math.log1p(Math.exp(log - likelihood)) : log + Math.log1p(Math.exp(likelihood - log));
  }
  const byFollowUp = likelihood - Math.log(policy.keeps.length);
  if (usual === undefined || seen.refusedSpeaks === 0) return { attack, error, logE: byFollowUp };
  // The mean of two e-values is one.
  const mean = Math.max(1, (policy.volumeFree * usual * seen.refusedSpeaks) / Math.max(1, seen.refused));
  const byNumber = seen.refusedSpeaks * Math.log(policy.volumeFactor) - (policy.volumeFactor - 1) * mean;
  const [more, less] = byFollowUp > byNumber ? [byFollowUp, byNumber] : [byNumber, byFollowUp];
  return { attack, error, logE: more + Math.log1p(Math.exp(less - more)) - Math.LN2 };
}

function* candidatesOf(
  rows: readonly Judged[],
  input: ScanInput,
  base: number,
  attackAll: number,
  peopleAll: number,
  peopleScale: number,
): Generator<number, readonly Candidate[]> {
  const singles = yield* tallies(rows);
  const make = (parts: readonly (readonly [kind: number, values: ReadonlySet<string>])[], seen: Tally, share: number, usual: number | undefined): Candidate => {
    const { attack, error, logE } = estimate(seen, share, usual);
    const caught = Math.min(1, attack / attackAll);
    const peopleShare = seen.people.size / Math.max(1, peopleAll);
    return {
      parts: parts.map(([kind, values]) => ({ kind: attributeKinds[kind] ?? "network", values: [...values].sort() })),
      attack,
      attackError: error,
      asked: seen.asked,
      caught,
      people: seen.people.size * peopleScale,
      peopleShare,
      pure: seen.asked === 0 ? 0 : attack / seen.asked,
      score: caught - policy.peopleWeight * peopleShare - (parts.length - 1) * policy.pairCost,
      logE,
      matches: (row) => parts.every(([kind, values]) => values.has(row.attributes[kind] ?? "")),
    };
  };
  const shareOf = (kind: number, value: string): { readonly share: number; readonly usual: number | undefined } => {
    const own = input.pastOf(kind, value);
    return own === undefined ? { share: base, usual: input.past === undefined ? undefined : 0 } : own;
  };
  const usualOf = (kind: number, values: ReadonlySet<string>): number | undefined => {
    if (input.past === undefined) return undefined;
    let sum = 0;
    for (const value of values) sum += input.pastOf(kind, value)?.usual ?? 0;
    return sum;
  };
  const tested = new Tested();
  for (const [kind, values] of singles.entries()) {
    for (const [value, seen] of values) {
      if (seen.rows < policy.rowsMin) continue;
      const { share, usual } = shareOf(kind, value);
      tested.add(make([[kind, new Set([value])]], seen, share, usual));
    }
    yield values.size;
  }
  const { values: valuesOf, ofRow } = numbered(rows, singles);
  yield rows.length;
  for (let a = 0; a < attributeKinds.length; a++) {
    for (let b = a + 1; b < attributeKinds.length; b++) {
      const [ofA, ofB] = [ofRow[a], ofRow[b]];
      if (sameThing(a, b) || ofA === undefined || ofB === undefined || valuesOf[a]?.length === 0 || valuesOf[b]?.length === 0) continue;
      const many = new Map<number, number>();
      for (let i = 0; i < rows.length; i++) {
        const left = ofA[i] ?? -1;
        const right = ofB[i] ?? -1;
        if (left >= 0 && right >= 0) many.set(left * 65_536 + right, (many.get(left * 65_536 + right) ?? 0) + 1);
      }
      const found = new Map<number, Tally>();
      for (const [i, row] of rows.entries()) {
        const left = ofA[i] ?? -1;
        const right = ofB[i] ?? -1;
        const key = left * 65_536 + right;
        if (left < 0 || right < 0 || (many.get(key) ?? 0) < policy.rowsMin) continue;
        let seen = found.get(key);
        if (seen === undefined) found.set(key, (seen = emptyTally()));
        count(seen, row);
      }
      for (const [key, seen] of found) {
        const left = valuesOf[a]?.[Math.floor(key / 65_536)] ?? "";
        const right = valuesOf[b]?.[key % 65_536] ?? "";
        const [one, other] = [shareOf(a, left), shareOf(b, right)];
        const less = one.share <= other.share ? one : other;
        const parts = [[a, new Set([left])] as const, [b, new Set([right])] as const];
        tested.add(make(parts, seen, less.share, less.usual));
      }
      yield rows.length * 2 + found.size;
    }
  }
  const standing = tested.kept();
  yield standing.length;
  // Values that each stand out are one attack's: told together, a hundred networks or a dozen shapes.
  for (const [kind, name] of attributeKinds.entries()) {
    const values = new Set(
      standing.flatMap((one) => {
        const [only] = one.parts;
        return one.parts.length === 1 && only !== undefined && only.kind === name && one.pure >= policy.pureMin && one.peopleShare <= policy.peopleMax ? only.values : [];
      }),
    );
    if (values.size < 2) continue;
    standing.push(make([[kind, values]], tallyOf(rows.filter(({ row }) => values.has(row.attributes[kind] ?? ""))), base, usualOf(kind, values)));
    yield rows.length * 2 + standing.length;
  }
  return standing;
}

/** Values that could matter, each with a number: enough rows, and not everybody's. */
function numbered(rows: readonly Judged[], singles: readonly Map<string, Tally>[]): { readonly values: readonly (readonly string[])[]; readonly ofRow: readonly Int32Array[] } {
  const values: string[][] = [];
  const ofRow: Int32Array[] = [];
  for (const [kind, known] of singles.entries()) {
    const numbers = new Map<string, number>();
    const kept: string[] = [];
    for (const [value, seen] of known) {
      if (seen.rows < policy.rowsMin || seen.rows === rows.length) continue;
      numbers.set(value, kept.length);
      kept.push(value);
    }
    values.push(kept);
    ofRow.push(Int32Array.from(rows, ({ row }) => numbers.get(row.attributes[kind] ?? "") ?? -1));
  }
  return { values, ofRow };
}

/** A network lies in its wide network and is announced by one ASN, a version is of its program. */
function sameThing(a: number, b: number): boolean {
  return (a === 0 && b === 1) || (a === 4 && b === 5) || (a <= 1 && b === asnKind);
}

/** e-BH: the k largest, for the largest k with e(k) ≥ m / (α k). As k is at most m, what is below 1 / α is counted and not kept. */
class Tested {
  readonly #likely: Candidate[] = [];
  #count = 0;

  add(one: Candidate): void {
    this.#count++;
    if (one.logE >= leastLogE) this.#likely.push(one);
  }

  kept(): Candidate[] {
    const sorted = this.#likely.toSorted((x, y) => y.logE - x.logE);
    let kept = 0;
    for (let k = 1; k <= sorted.length; k++) if ((sorted[k - 1]?.logE ?? 0) >= Math.log(this.#count / (policy.falseShare * k))) kept = k;
    return sorted.slice(0, kept);
  }
}

/** A little less than log(1/α), for rounding. */
const leastLogE = Math.log(1 / policy.falseShare) - 1e-9;

function worth(one: Candidate): boolean {
  return one.pure >= policy.pureMin && one.peopleShare <= policy.peopleMax && one.attack > 2 * one.attackError;
}

/** Seen on most rows, and no value of it alone is a rule worth telling. */
function alikeKinds(rows: readonly Judged[], candidates: readonly Candidate[]): readonly AttributeKind[] {
  return attributeKinds.filter((kind, i) => {
    let seen = 0;
    for (const { row } of rows) if ((row.attributes[i] ?? "") !== "") seen++;
    return seen * 2 >= rows.length && !candidates.some((one) => one.parts.length === 1 && one.parts[0]?.kind === kind && worth(one) && one.caught >= policy.partlyMin);
  });
}
