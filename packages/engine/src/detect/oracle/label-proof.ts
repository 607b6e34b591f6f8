import { EProcess, provenLogE } from "../observe/e-process.ts";
import { PooledLikelihood } from "../observe/pooled-likelihood.ts";

/**
 * Labels held together in the order they came: a change of the service, or of who is labelled, moves little within so few. Short blocks hide weak leaks (each costs half a
 * nat for each class), so from {@link manyLabels} on they are longer.
 */
export const blockLabels = 40;
export const longBlockLabels = 100;
/** Hours held together, the load of the day: so many at first, fewer from {@link someLabels} on; from {@link manyLabels} on each for itself. */
export const roughDaypartHours = 6;
export const daypartHours = 3;
export const someLabels = 240;
export const manyLabels = 1_000;
/** Kinds of caller held apart; more share a place. */
export const callerKindsMax = 16;
/** What was proven is believed this long without new labels, and what was fixed shows up after at most twice as long. */
export const proofPeriodMs = 30 * 86_400_000;
/** Labels of either side that the running period needs before it speaks for itself. */
export const speakingLabelsMin = 20;

/**
 * Labels of either side, and of both, before they may speak against a suspicion, and the part of what they could have shown below which they do. Where nineteen in twenty exist, a
 * month brings a dozen labels of missing people: what one answer in ten of a real oracle gets wrong is told from chance by then.
 */
export const refutingLabelsMin = 8;
export const refutingLabelsTotalMin = 100;
export const refutedShare = 0.05;

/** One labelled answer. */
export interface LabelledAnswer {
  readonly exists: boolean;
  readonly symbol: number;
  /** Time of the answer. */
  readonly at: number;
  /** Kind of the caller (application, signed in or not), a whole number below {@link callerKindsMax}. */
  readonly kind: number;
}

/**
 * Whether the class of an answer depends on existence: an e-process over labelled answers ({@link EProcess}), held against the best of four explanations that are none:
 * the same frequencies for all; frequencies that drift ({@link blockLabels}); that follow the hour; that follow the kind of caller. What makes labels and
 * classes go along with time or with the caller's application proves nothing so; two of these at once, or a cause that is seen in none of them, can deceive it.
 *
 * Forgets by periods of {@link proofPeriodMs}: each starts a test of its own, and the last one's proof stands until the running one has labels enough to say otherwise.
 * Each period is an e-process from its start; over a year a dozen are begun, so one false proof is to be expected in 8,000 endpoint-years.
 */
export class LabelProof {
  #running = new Period();
  #last: Period | undefined;
  #since = -1;

  /** False when the bound of the test was reached. Labels of one subject or one asker are capped by the caller. */
  observe(label: LabelledAnswer): boolean {
    if (this.#since < 0) this.#since = label.at;
    if (label.at - this.#since >= proofPeriodMs) {
      this.#last = label.at - this.#since >= 2 * proofPeriodMs ? undefined : this.#running;
      this.#running = new Period();
      this.#since = label.at;
    }
    return this.#running.observe(label);
  }

  /** At `at`: the last period's proof is not believed for ever, even if no label comes any more. */
  proven(at = this.#since): boolean {
    return this.#speaking(at).logE > provenLogE;
  }

  /** Natural logarithm of the e-value of the period that speaks. */
  logE(at = this.#since): number {
    return this.#speaking(at).logE;
  }

  /**
   * Labels enough, and they speak against: an answer that told a twentieth of whether its subject exists would have shown it by now. Takes a suspicion back where people
   * read of it; what guards the endpoint does not listen, since who can label can make it so.
   */
  refuted(at = this.#since): boolean {
    const { test, logE } = this.#speaking(at);
    const [missing, existing] = [test.total(false), test.total(true)];
    const few = Math.min(missing, existing);
    if (few < refutingLabelsMin || (few < plentyLabels && missing + existing < refutingLabelsTotalMin)) return false;
    const share = existing / (existing + missing);
    const most = -(existing + missing) * (share * Math.log(share) + (1 - share) * Math.log(1 - share));
    return logE < refutedShare * most;
  }

  get labels(): number {
    return this.#running.test.labels + (this.#last?.test.labels ?? 0);
  }

  /** Labels of both periods: what a class means rests on all that is remembered. */
  count(exists: boolean, symbol: number): number {
    return this.#running.test.count(exists, symbol) + (this.#last?.test.count(exists, symbol) ?? 0);
  }

  total(exists: boolean): number {
    return this.#running.test.total(exists) + (this.#last?.test.total(exists) ?? 0);
  }

  /** `[missing, existing]` of the period that speaks. */
  counts(): [number[], number[]] {
    return this.#speaking(this.#since).test.counts();
  }

  renamed(to: (symbol: number) => number): LabelProof {
    const proof = new LabelProof();
    proof.#running = this.#running.renamed(to);
    proof.#last = this.#last?.renamed(to);
    proof.#since = this.#since;
    return proof;
  }

  exportState(): unknown {
    return { since: this.#since, running: this.#running.exportState(), last: this.#last?.exportState() ?? null };
  }

  /** Reads {@link exportState}, or plain counts as older states held them. */
  static restore(state: unknown, counts: readonly [readonly number[], readonly number[]]): LabelProof {
    const proof = new LabelProof();
    const from = (typeof state === "object" && state !== null ? state : {}) as { readonly since?: unknown; readonly running?: unknown; readonly last?: unknown };
    proof.#since = Number(from.since ?? -1);
    proof.#running = Period.restore(from.running, counts);
    if (typeof from.last === "object" && from.last !== null) proof.#last = Period.restore(from.last, [[], []]);
    return proof;
  }

  #speaking(at: number): Period {
    const running = this.#running;
    if (this.#last === undefined || running.logE > provenLogE) return running;
    if (at - this.#since >= 2 * proofPeriodMs) return running;
    const speaks = running.test.total(true) >= speakingLabelsMin && running.test.total(false) >= speakingLabelsMin;
    return speaks || this.#last.logE < running.logE ? running : this.#last;
  }
}

class Period {
  test = new EProcess();
  /** The value is asked for on every exchange and changes with labels only. */
  #logE: { readonly labels: number; readonly value: number } = { labels: 0, value: 0 };
  /** Short blocks, long blocks, dayparts, hours, kinds of caller, rough dayparts. */
  #strata: readonly PooledLikelihood[] = Array.from({ length: strataKinds }, () => new PooledLikelihood());

  observe({ exists, symbol, at, kind }: LabelledAnswer): boolean {
    const { labels } = this.test;
    if (!this.test.observe(exists, symbol)) return false;
    const hour = Math.floor((((at % dayMs) + dayMs) % dayMs) / hourMs);
    const places = [
      Math.floor(labels / blockLabels),
      Math.floor(labels / longBlockLabels),
      Math.floor(hour / daypartHours),
      hour,
      kind % callerKindsMax,
      Math.floor(hour / roughDaypartHours),
    ];
    for (const [index, strata] of this.#strata.entries()) strata.add(places[index] ?? 0, symbol);
    return true;
  }

  get logE(): number {
    const { labels } = this.test;
    if (this.#logE.labels === labels) return this.#logE.value;
    const { logPooled } = this.test;
    const [short = 0, long = 0, dayparts = 0, hours = 0, kinds = 0, rough = 0] = this.#strata.map((strata) => strata.value);
    const best = labels < manyLabels ? Math.max(logPooled, short, labels < someLabels ? rough : dayparts, kinds) : Math.max(logPooled, long, hours, kinds);
    this.#logE = { labels, value: this.test.logE + logPooled - best };
    return this.#logE.value;
  }

  renamed(to: (symbol: number) => number): Period {
    const period = new Period();
    period.test = this.test.renamed(to);
    period.#strata = this.#strata.map((strata) => strata.renamed(to));
    return period;
  }

  exportState(): unknown {
    return { counts: this.test.counts(), strata: this.#strata.map((strata) => strata.rows()) };
  }

  static restore(state: unknown, older: readonly [readonly number[], readonly number[]]): Period {
    const from = (typeof state === "object" && state !== null ? state : {}) as { readonly counts?: unknown; readonly strata?: unknown };
    const [missing, existing] = list(from.counts);
    const period = new Period();
    period.test = new EProcess(from.counts === undefined ? older : [list(missing).map(Number), list(existing).map(Number)]);
    const held = list(from.strata).map((rows) => new PooledLikelihood(list(rows).map((row) => list(row).map(Number))));
    const [none, some] = period.test.counts();
    // Counts of an older state have no strata: they are one of their own.
    const whole = (): PooledLikelihood =>
      new PooledLikelihood([[-1, ...none.flatMap((count, symbol) => (count + (some[symbol] ?? 0) > 0 ? [symbol, count + (some[symbol] ?? 0)] : []))]]);
    const [, , dayparts] = held;
    // States of before had no rough dayparts; two fine ones make a rough one.
    if (held.length === strataKinds - 1 && dayparts !== undefined) held.push(new PooledLikelihood(dayparts.rows().map(([part = 0, ...cells]) => [Math.floor(part / 2), ...cells])));
    period.#strata = held.length === strataKinds ? held : Array.from({ length: strataKinds }, whole);
    return period;
  }
}

/** So many of either side speak without the others. */
const plentyLabels = 25;
const strataKinds = 6;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
