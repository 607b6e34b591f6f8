import { LabelProof } from "./label-proof.ts";
import { RotatingMap } from "./rotating-map.ts";

/** Subjects and labels remembered per channel: a fifth of what the answers themselves have, since few questions reach one. */
export const sideSubjectsMax = 4_000;
/** Outcomes told apart; what comes after shares the last place. */
export const outcomesMax = 16;
/** Labels one source may contribute to a channel, as to the answers themselves. */
export const sideLabelsPerSourceMax = 10;

/** Something that happened about a subject after it was asked about. */
export interface SideOutcome {
  readonly subject: string;
  readonly outcome: string;
  readonly at: number;
  /** Kind of the caller, see `LabelProof`. */
  readonly kind: number;
  readonly asker: string;
}

/** Whether a subject exists, as far as is known at a time. */
export interface SideLabel {
  readonly subject: string;
  readonly exists: boolean;
  readonly at: number;
  readonly createdAt?: number | undefined;
  readonly narrow: string;
}

/**
 * A channel beside the answer itself (a lockout, what a later request shows), held against labels by the same proof as answers are ({@link LabelProof}). One subject counts once a side, and
 * so does one asker, whose outcomes may all depend on him; a source brings at most {@link sideLabelsPerSourceMax} labels.
 *
 * Proves, never suspects: outcomes of this kind differ for many good reasons, and only labels tell those from existence.
 */
export class SideProof {
  readonly #known = new RotatingMap<SideOutcome>(sideSubjectsMax);
  readonly #labels = new RotatingMap<{ readonly label: SideLabel; counted: number }>(sideSubjectsMax);
  readonly #askers = new RotatingMap<number>(sideSubjectsMax);
  readonly #sources = new RotatingMap<number>(sideSubjectsMax);
  readonly #outcomes: string[] = [];
  #lastAt = 0;
  proof = new LabelProof();

  observe(seen: SideOutcome): void {
    this.#lastAt = Math.max(this.#lastAt, seen.at);
    this.#known.set(seen.subject, seen);
    const held = this.#labels.get(seen.subject);
    if (held !== undefined) this.#count(held, seen);
  }

  label(label: SideLabel): void {
    const before = this.#labels.get(label.subject);
    if (before !== undefined && before.label.exists === label.exists) return;
    const brought = this.#sources.get(label.narrow) ?? 0;
    if (brought >= sideLabelsPerSourceMax) return;
    this.#sources.set(label.narrow, brought + 1);
    const held = { label, counted: before?.counted ?? 0 };
    this.#labels.set(label.subject, held);
    const known = this.#known.get(label.subject);
    if (known !== undefined) this.#count(held, known);
  }

  lastAsker(subject: string): string | undefined {
    return this.#known.get(subject)?.asker;
  }

  get proven(): boolean {
    return this.proof.labels > 0 && this.proof.proven(this.#lastAt);
  }

  get logE(): number {
    return this.proof.logE(this.#lastAt);
  }

  /** Hashes and class ids only. */
  exportState(): unknown {
    return {
      proof: this.proof.exportState(),
      outcomes: this.#outcomes,
      lastAt: this.#lastAt,
      known: [...this.#known.entries()].map(([, it]) => it),
      labels: [...this.#labels.entries()].map(([, it]) => it),
      askers: [...this.#askers.entries()],
      sources: [...this.#sources.entries()],
    };
  }

  /** Reads what {@link exportState} wrote, our own file. */
  static restore(state: unknown): SideProof {
    const side = new SideProof();
    if (typeof state !== "object" || state === null) return side;
    const from = state as Partial<Record<string, unknown>>;
    side.proof = LabelProof.restore(from["proof"], [[], []]);
    for (const outcome of list(from["outcomes"]).slice(0, outcomesMax)) side.#outcomes.push(String(outcome));
    side.#lastAt = Number(from["lastAt"]) || 0;
    for (const it of list(from["known"])) side.#known.set((it as SideOutcome).subject, it as SideOutcome);
    for (const it of list(from["labels"])) {
      const held = it as { readonly label: SideLabel; counted: number };
      side.#labels.set(held.label.subject, { ...held });
    }
    for (const row of list(from["askers"])) if (Array.isArray(row)) side.#askers.set(String(row[0]), Number(row[1]));
    for (const row of list(from["sources"])) if (Array.isArray(row)) side.#sources.set(String(row[0]), Number(row[1]));
    return side;
  }

  #count(held: { readonly label: SideLabel; counted: number }, { outcome, at, kind, asker }: SideOutcome): void {
    const exists = existedAt(held.label, at);
    if (exists === undefined) return;
    const bit = exists ? 2 : 1;
    const asked = this.#askers.get(asker) ?? 0;
    if ((held.counted & bit) !== 0 || (asked & bit) !== 0) return;
    let symbol = this.#outcomes.indexOf(outcome);
    if (symbol < 0) symbol = this.#outcomes.length < outcomesMax ? this.#outcomes.push(outcome) - 1 : outcomesMax;
    held.counted |= bit;
    if (this.proof.observe({ exists, symbol, at, kind })) this.#askers.set(asker, asked | bit);
  }
}

/** An answer this long before "it exists" was seen is taken to be about an existing subject too. */
const existedBeforeMs = 3_600_000;
/** "It does not exist" holds this long: somebody may take the name tomorrow. */
const missingHoldsMs = 86_400_000;

/** Whether the subject existed at a time; undefined when the label does not say. */
export function existedAt(label: Pick<SideLabel, "exists" | "at" | "createdAt">, at: number): boolean | undefined {
  if (!label.exists) return Math.abs(at - label.at) <= missingHoldsMs ? false : undefined;
  if (label.createdAt !== undefined) return at >= label.createdAt;
  return at >= label.at - existedBeforeMs ? true : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
