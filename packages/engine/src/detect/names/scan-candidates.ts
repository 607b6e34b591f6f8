import { estimate, type PastDays } from "./attack-share.ts";
import { type AttributeKind, attributeKinds } from "./client-attributes.ts";
import type { Contact } from "./contact-sample.ts";
import { StandingByEvidence } from "./e-bh.ts";
import { scanPolicy as policy } from "./scan-policy.ts";
import { count, emptyTally, type Judged, tallies, type Tally, tallyOf } from "./scan-tally.ts";

/**
 * Every value, every pair of values, and the values of one kind together, that stand by their evidence ({@link StandingByEvidence}). Yields after each slice with the rows and candidates it
 * visited. `base`: s0 of the whole; `attackAll` and `peopleAll`: what shares are of.
 */
export function* candidatesOf(
  rows: readonly Judged[],
  input: PastDays,
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
  const tested = new StandingByEvidence<Candidate>(policy.falseShare);
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

/** Pure enough, at a price in honest people that can be asked, and more than chance. */
export function worth(one: Candidate): boolean {
  return one.pure >= policy.pureMin && one.peopleShare <= policy.peopleMax && one.attack > 2 * one.attackError;
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

/** A subset that may be told, and what it is worth. */
export interface Candidate extends NamedSubset {
  readonly pure: number;
  readonly peopleShare: number;
  readonly score: number;
  readonly logE: number;
  matches(row: Contact): boolean;
}

/** Where the ASN stands among the attributes. */
export const asnKind = attributeKinds.indexOf("ASN");
