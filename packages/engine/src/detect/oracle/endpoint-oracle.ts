import { plainHash } from "../../exchange/plain-hash.ts";
import type { ResponseClass } from "../../understood.ts";
import { AnswerClasses, classesMax } from "./answer-classes.ts";
import { AnswerRepeats } from "./answer-repeats.ts";
import { BetweenAnswers } from "./between-answers.ts";
import { repeatsPerSourceMax, repeatsPerSubjectMax } from "./determinism.ts";
import { HeaderProof } from "./header-proof.ts";
import { callerKindsMax, LabelProof } from "./label-proof.ts";
import { NetworkContrast } from "./network-contrast.ts";
import { RefusedForms } from "./refused-forms.ts";
import { RotatingMap } from "./rotating-map.ts";
import { ShunnedClasses } from "./shunned-classes.ts";
import { existedAt } from "./side-proof.ts";
import { TimingOracle, type TimingOracleState } from "./timing-oracle.ts";
import { VanishedAccounts } from "./vanished-accounts.ts";

/** Subjects remembered per endpoint with the class they got (about 200 bytes each). A flood of new ones pushes old ones out, which slows determinism, not contrast. */
export const rememberedSubjectsMax = 20_000;
export const rememberedSourcesMax = 8_000;
export const rememberedLabelsMax = 8_000;
/** Two answers of one source this close belong to one sitting. */
export const contrastWindowMs = 600_000;
/** Sources that saw a poor and a rich answer to two identifiers before that alone makes a suspicion. */
export const contrastSourcesMin = 3;
/** Labels one source may contribute: more would let an attacker write the label set. Ten that fall as he likes are worth seven nats; two such sources could make a proof, one can not. */
export const labelsPerSourceMax = 10;

/** What people read of a suspicion that nothing supported for so long is taken back, until something does. What guards the endpoint does not listen. */
export const supportHoldsMs = 60 * 86_400_000;

const lookedAtEvery = 8;
const dayMs = 86_400_000;

/** One answer about one subject. */
export interface OracleObservation {
  /** Hash of the subject. */
  readonly subject: string;
  readonly answer: ResponseClass;
  readonly narrow: string;
  readonly network: string;
  readonly at: number;
  /** It refused somebody who sent a proof (a password, a code): then 401 is about the person, too, and what is no refusal is left out by the caller. */
  readonly refusal?: boolean;
  /** Time of the service for the answer, where it is known, and what else it depends on (see {@link TimedAnswer}). */
  readonly time?: { readonly ms: number; readonly stratum: string } | undefined;
  /** Text that stands for the kind of caller: application, signed in or not. */
  readonly kind?: string | undefined;
  /** Which headers the answer has, see `headerSignature`; undefined where headers were not seen. */
  readonly headers?: string | undefined;
  /** Nobody can be called so: what is said of it may be about the spelling. */
  readonly misspelt?: boolean | undefined;
  /** How the question was written, see `questionForm`; only needed where {@link EndpointOracle.readsForms}. */
  readonly form?: string | undefined;
}

/** Somebody knows whether the subject exists. */
export interface OracleLabel {
  readonly subject: string;
  readonly exists: boolean;
  readonly at: number;
  /** Narrow key of the source the label came from. */
  readonly narrow: string;
  /** When the subject came into being, if that is what was seen (sign-up): answers before it count as "missing". */
  readonly createdAt?: number | undefined;
}

interface Known {
  symbol: number;
  /** The one that it was before that; -1 when there was no other. Not written into the state: only who is asked about on both sides of a restart is missed. */
  before: number;
  /** Bits by symbol: all classes it ever got. */
  got: number;
  /** The same of refusals that are about the request and came to a form in which others are answered. Not written into the state. */
  gotFormed: number;
  source: string;
  at: number;
  seq: number;
  repeats: number;
  time: OracleObservation["time"];
  kind: number;
  /** Symbol of the headers; -1 when they were not seen. */
  headers: number;
}

interface Source {
  repeats: number;
  labels: number;
  /** Bits: 1 one of its answers counted as missing, 2 as existing. Answers to one asker may all depend on him, so each side counts once. */
  counted: number;
  contrasted: boolean;
  /** By symbol: answers to changing subjects, and the last one. */
  readonly got: Map<number, { count: number; seq: number; at: number; subject: string; misspelt: boolean }>;
}

interface Label {
  readonly exists: boolean;
  readonly at: number;
  readonly createdAt: number | undefined;
  /** Bits: 1 counted as missing, 2 counted as existing, 4 as one who followed up. A subject counts once a side, however often it is asked about. */
  counted: number;
}

/** What one endpoint's answers have taught so far. Mechanism of {@link OracleTracker}; bounds above. */
export class EndpointOracle {
  readonly classes = new AnswerClasses();
  readonly repeats = new AnswerRepeats();
  readonly #known = new RotatingMap<Known>(rememberedSubjectsMax);
  readonly #sources = new RotatingMap<Source>(rememberedSourcesMax);
  readonly #labels = new RotatingMap<Label>(rememberedLabelsMax);
  readonly contrast = new NetworkContrast();
  readonly #vanished = new VanishedAccounts();
  readonly #shunned = new ShunnedClasses(classesMax);
  /** Classes that those who exist never get, as bits by symbol: as of when it was last looked at. */
  shunned = 0;
  proof = new LabelProof();
  headers = new HeaderProof();
  readonly #between = new BetweenAnswers();
  readonly #forms = new RefusedForms();
  #readsForms = false;
  readonly timing: TimingOracle;
  contrastSources = 0;
  #turns = 0;
  #suspected = false;
  #seq = 0;
  #lastAt = 0;
  /** When a repeat or a contrast last spoke for a dependence. */
  #supportedAt = 0;

  constructor(timing?: TimingOracleState) {
    this.timing = new TimingOracle(timing);
  }

  observe(seen: OracleObservation): void {
    const refusal = seen.refusal === true;
    this.classes.refusals = refusal;
    const symbol = this.classes.symbolOf(seen.answer);
    this.#seq += 1;
    this.#lastAt = Math.max(this.#lastAt, seen.at);
    let source = this.#sources.get(seen.narrow);
    if (source === undefined) {
      source = newSource();
      this.#sources.add(seen.narrow, source);
    }
    const record = this.classes.records[symbol];
    if (record !== undefined) record.answers += 1;
    const gotFormed = this.#noteForm(symbol, seen);
    // A caller without a credential learns nothing about anybody; he asks again with one, and that is no change of answer.
    if (!refusal && (seen.answer.status === 401 || seen.answer.status === 407)) return;
    const known = this.#known.get(seen.subject);
    if (known === undefined) {
      if (record !== undefined) record.ids += 1;
      if (seen.misspelt !== true) this.#shunned.asked(symbol);
      this.#known.add(seen.subject, {
        symbol,
        before: -1,
        got: 1 << symbol,
        gotFormed,
        source: seen.narrow,
        at: seen.at,
        seq: this.#seq,
        repeats: 0,
        time: seen.time,
        kind: kindOf(seen.kind),
        headers: this.headers.symbolOf(seen.headers),
      });
    } else {
      this.#weighRepeat(known, symbol, seen, source);
      if (known.symbol !== symbol && record !== undefined) {
        const before = this.classes.records[known.symbol];
        if (before !== undefined && before.ids > 0) before.ids -= 1;
        record.ids += 1;
      }
      if (known.symbol !== symbol) this.#noteBetween(known, symbol, seen);
      if ((known.got & (1 << symbol)) === 0) {
        known.got |= 1 << symbol;
        if (((this.#labels.get(seen.subject)?.counted ?? 0) & 4) !== 0) this.#shunned.again(symbol);
      }
      known.gotFormed |= gotFormed;
      if (known.gotFormed !== 0) this.#noteConfirmed(known, seen);
      known.symbol = symbol;
      known.source = seen.narrow;
      known.at = seen.at;
      known.seq = this.#seq;
      known.time = seen.time;
      known.kind = kindOf(seen.kind);
      known.headers = this.headers.symbolOf(seen.headers);
    }
    this.#noteContrast(source, symbol, seen);
    // What was found goes on being looked for once a day, so that a suspicion lives as long as what raised it.
    const old = seen.at - this.#supportedAt >= dayMs;
    if (symbol < classesMax && this.contrast.note(symbol, seen, this, old)) this.#supportedAt = this.#lastAt;
    // Shares of answers move slowly.
    if (this.#seq % lookedAtEvery === 0) this.#lookForShunned();
    this.#judge();
    const label = this.#labels.get(seen.subject);
    const answer = label === undefined ? undefined : (known ?? this.#known.get(seen.subject));
    if (label !== undefined && answer !== undefined) this.#count(label, answer);
  }

  /** True when the label was taken: not over the source's share. It counts now if the subject's answer is known, and on later answers. */
  label(label: OracleLabel): boolean {
    let source = this.#sources.get(label.narrow);
    if (source === undefined) {
      source = newSource();
      this.#sources.add(label.narrow, source);
    }
    const held = this.#labels.get(label.subject);
    if (held !== undefined && held.exists === label.exists && (label.createdAt === undefined || held.createdAt !== undefined)) return true;
    if (source.labels >= labelsPerSourceMax) return false;
    source.labels += 1;
    const fresh: Label = { exists: label.exists, at: label.at, createdAt: label.createdAt, counted: held?.counted ?? 0 };
    this.#labels.set(label.subject, fresh);
    const known = this.#known.get(label.subject);
    if (known !== undefined) this.#count(fresh, known);
    return true;
  }

  /**
   * By repeats, or by contrast. It stays: suspicion by repeats and labels for ever, suspicion by contrast until accounts were seen to vanish as
   * {@link vanishedMin} says, which no single source and no single day can make.
   */
  get suspected(): boolean {
    return this.#suspected;
  }

  /** Whether the suspicion still speaks to people: something supported it within {@link supportHoldsMs}. */
  get speaks(): boolean {
    return this.#suspected && this.#lastAt - this.#supportedAt <= supportHoldsMs;
  }

  #judge(): void {
    const contrast = this.contrastSources >= contrastSourcesMin || this.contrast.lonely || this.contrast.crowded || this.shunned !== 0;
    if (!this.#suspected) this.#suspected = this.repeats.determined || (contrast && !this.#takenBack());
    else if (!this.repeats.determined && this.#takenBack()) this.#suspected = false;
  }

  #takenBack(): boolean {
    return this.repeats.against && this.#vanished.enough;
  }

  /** Takes over the suspicion under another name of the same endpoint, and what it rests on; its classes and labels are learned again. */
  absorb(other: EndpointOracle): void {
    this.#suspected ||= other.#suspected;
    this.repeats.determined ||= other.repeats.determined;
    this.contrast.absorb(other.contrast);
    this.contrastSources += other.contrastSources;
    this.#supportedAt = Math.max(this.#supportedAt, other.#supportedAt);
  }

  /** Labels say so, see {@link LabelProof}. */
  get proven(): boolean {
    return (this.proof.labels > 0 && this.proof.proven(this.#lastAt)) || this.headers.proven(this.#lastAt);
  }

  /** Labels speak against it, see {@link LabelProof}. */
  get refuted(): boolean {
    return this.proof.labels > 0 && this.proof.refuted(this.#lastAt);
  }

  /** Event time of the last answer. */
  get lastAt(): number {
    return this.#lastAt;
  }

  get logE(): number {
    return this.proof.logE(this.#lastAt);
  }

  /** Folds classes together after fields left the scheme, see {@link AnswerClasses.coarsen}. */
  coarsen(removed: readonly string[]): void {
    const place = this.classes.coarsen(removed);
    for (const [, known] of this.#known.entries()) {
      known.symbol = place(known.symbol);
      known.before = known.before < 0 ? -1 : place(known.before);
      let got = 0;
      for (let symbol = 0; symbol <= classesMax; symbol++) if ((known.got & (1 << symbol)) !== 0) got |= 1 << place(symbol);
      known.got = got;
      known.gotFormed = 0;
    }
    this.#between.coarsen(place);
    this.#forms.coarsen(place);
    for (const [, source] of this.#sources.entries()) {
      const got = [...source.got];
      source.got.clear();
      for (const [symbol, last] of got) source.got.set(place(symbol), last);
    }
    this.contrast.coarsen(place);
    this.#shunned.coarsen(place);
    this.repeats.coarsen(place);
    this.proof = this.proof.renamed(place);
    this.#lookForShunned();
  }

  exportState(): unknown {
    return {
      ...this.classes.exportState(),
      known: [...this.#known.entries()]
        .slice(-exportedSubjectsMax)
        .map(([subject, it]) => [subject, it.symbol, it.source, it.at, it.repeats, it.kind, it.headers, it.time?.ms ?? null, it.time?.stratum ?? null, it.got]),
      labels: [...this.#labels.entries()].map(([subject, it]) => [subject, it.exists ? 1 : 0, it.at, it.createdAt ?? null, it.counted]),
      labelSources: [...this.#sources.entries()]
        .filter(([, it]) => it.labels + it.repeats + it.counted > 0 || it.contrasted)
        .map(([narrow, it]) => [narrow, it.labels, it.repeats, it.contrasted ? 1 : 0, it.counted]),
      proof: this.proof.exportState(),
      timing: this.timing.exportState(),
      ...this.headers.exportState(),
      ...this.repeats.exportState(),
      contrastSources: this.contrastSources,
      suspected: this.#suspected,
      supportedAt: this.#supportedAt,
      between: this.#between.exportState(),
      shunned: this.#shunned.exportState(),
      ...(this.#readsForms ? { forms: this.#forms.exportState() } : {}),
      ...this.contrast.exportState(),
      vanished: this.#vanished.exportState(),
    };
  }

  /** Reads what {@link exportState} wrote; it is our own file, checked only as far as needed not to throw. */
  static restore(state: unknown): EndpointOracle {
    if (typeof state !== "object" || state === null) return new EndpointOracle();
    const from = state as Partial<Record<string, unknown>>;
    const oracle = new EndpointOracle(from["timing"] as TimingOracleState | undefined);
    oracle.classes.restore(from);
    for (const row of rows(from["known"])) {
      if (!Array.isArray(row)) continue;
      const time = typeof row[7] === "number" ? { ms: row[7], stratum: String(row[8]) } : undefined;
      const at = Number(row[3]);
      oracle.#known.set(String(row[0]), {
        symbol: Number(row[1]),
        before: -1,
        got: Number(row[9] ?? 1 << Number(row[1])),
        gotFormed: 0,
        source: String(row[2]),
        at,
        seq: 0,
        repeats: Number(row[4]),
        kind: Number(row[5] ?? 0),
        headers: Number(row[6] ?? -1),
        time,
      });
      oracle.#lastAt = Math.max(oracle.#lastAt, at);
    }
    for (const row of rows(from["labels"])) {
      if (!Array.isArray(row)) continue;
      const createdAt = typeof row[3] === "number" ? row[3] : undefined;
      oracle.#labels.set(String(row[0]), { exists: row[1] === 1, at: Number(row[2]), createdAt, counted: Number(row[4]) });
    }
    for (const row of rows(from["labelSources"])) {
      if (Array.isArray(row))
        oracle.#sources.set(String(row[0]), { labels: Number(row[1]), repeats: Number(row[2]), contrasted: row[3] === 1, counted: Number(row[4] ?? 0), got: new Map() });
    }
    const counts = rows(from["counts"]);
    oracle.proof = LabelProof.restore(from["proof"], [rows(counts[0]).map(Number), rows(counts[1]).map(Number)]);
    oracle.headers = HeaderProof.restore(from["headerProof"], rows(from["signatures"]));
    oracle.repeats.restore(from);
    oracle.contrastSources = Number(from["contrastSources"]) || 0;
    oracle.#suspected = from["suspected"] === true || oracle.repeats.determined;
    oracle.#shunned.restore(from["shunned"]);
    oracle.#readsForms = from["forms"] !== undefined;
    oracle.#forms.restore(from["forms"], classesMax);
    oracle.#lookForShunned();
    // A state of before does not say; it counts as supported when it was last heard of.
    oracle.#supportedAt = Number(from["supportedAt"] ?? oracle.#lastAt) || 0;
    oracle.#between.restore(from["between"], classesMax);
    oracle.contrast.restore(from);
    oracle.#vanished.restore(from["vanished"]);
    oracle.#judge();
    return oracle;
  }

  /** A class that is about the request by its status was seen, so that it matters how questions are written. */
  get readsForms(): boolean {
    return this.#readsForms;
  }

  /** Of a class that is about the request by its status: it is about the content of well-written questions after all; `confirming`: and people got it who are there. See {@link RefusedForms}. */
  refusesContent(symbol: number): "no" | "yes" | "confirming" {
    const bit = 1 << symbol;
    return (this.#forms.content & bit) === 0 ? "no" : (this.#forms.confirming & bit) === 0 ? "yes" : "confirming";
  }

  /** A refusal of somebody who is there, beside another that people do not get so; see {@link BetweenAnswers}. */
  refusesKnown(symbol: number): boolean {
    if (!this.#between.shows(symbol)) return false;
    return this.classes.records.some((_, other) => !this.#between.shows(other) && this.classes.isDenial(other));
  }

  /** What people who are there get, and are refused for something else they said; nothing tells more. */
  isWon(symbol: number): boolean {
    let refused = false;
    for (let other = 0; other < this.classes.records.length; other++) {
      if (this.classes.isPoor(symbol, other)) return false;
      refused ||= this.classes.isPoor(other, symbol) && this.refusesKnown(other);
    }
    return refused;
  }

  /** How often what a class means may have changed without a label or a new class. */
  get turns(): number {
    return this.#turns;
  }

  /** See {@link AnswerRepeats.steadyBetween}. Two that differ by what many people may have in common never do. */
  steadyBetween(symbol: number, other: number): boolean {
    return !this.classes.isKin(symbol, other) && this.repeats.steadyBetween(symbol, other);
  }

  #weighRepeat(known: Known, symbol: number, seen: OracleObservation, source: Source): void {
    const { classes } = this;
    const { records } = classes;
    if (records.length < 2 || symbol >= classesMax || known.symbol >= classesMax) return;
    if (known.repeats >= repeatsPerSubjectMax || source.repeats >= repeatsPerSourceMax) return;
    if (known.source === seen.narrow && !changedBetween(source, known)) return;
    // 403 now and something else then is about the caller; 403 both times may be about the subject.
    if (known.symbol !== symbol && (records[known.symbol]?.status === 403 || records[symbol]?.status === 403)) return;
    if (known.symbol !== symbol && classes.isKin(known.symbol, symbol)) return;
    known.repeats += 1;
    source.repeats += 1;
    if (classes.isPoor(symbol, known.symbol) && !classes.aboutTheRequest(symbol) && !this.refusesKnown(symbol)) this.#vanished.note(seen);
    if (this.repeats.note({ subject: seen.subject, before: known.symbol, now: symbol, own: source.got }, classes)) this.#supportedAt = this.#lastAt;
  }

  /** The bit of a class that is about the request where it came to a form in which others are answered, else 0. Not at a door: there a wrong detail is a wrong secret. */
  #noteForm(symbol: number, { form, network, answer: { status } }: OracleObservation): number {
    // 403 says nothing of the form, and is never taken for an answer that tells nothing.
    if (this.classes.refusals || symbol >= classesMax || form === undefined || status === 403) return 0;
    const about = this.classes.aboutTheRequest(symbol);
    this.#readsForms ||= about;
    const { content, confirming } = this.#forms;
    let formed = 0;
    if (!about) this.#forms.answered(form);
    else if (this.#forms.refused(symbol, form, network)) formed = 1 << symbol;
    if (content !== this.#forms.content || confirming !== this.#forms.confirming) this.#turns += 1;
    return formed;
  }

  /** Whether somebody got a refusal to a well-written question and is there. */
  #noteConfirmed({ got, gotFormed }: Known, { subject, network, at }: OracleObservation): void {
    const { content, confirming } = this.#forms;
    const { classes } = this;
    for (let symbol = 0; symbol < classes.records.length; symbol++)
      if ((gotFormed & (1 << symbol)) !== 0 && classes.records.some((_, rich) => (got & (1 << rich)) !== 0 && !classes.aboutTheRequest(rich) && classes.isRich(rich)))
        this.#forms.confirmed(symbol, subject, network, at);
    if (content !== this.#forms.content || confirming !== this.#forms.confirming) this.#turns += 1;
  }

  #noteContrast(source: Source, symbol: number, seen: OracleObservation): void {
    if (symbol >= classesMax) return;
    const mine = source.got.get(symbol);
    if (mine === undefined) source.got.set(symbol, { count: 1, seq: this.#seq, at: seen.at, subject: seen.subject, misspelt: seen.misspelt === true });
    else {
      if (mine.subject !== seen.subject) mine.count += 1;
      mine.seq = this.#seq;
      mine.at = seen.at;
      mine.subject = seen.subject;
      mine.misspelt = seen.misspelt === true;
    }
    if (source.contrasted && seen.at - this.#supportedAt < dayMs) return;
    for (const [other, last] of source.got) {
      if (other === symbol || last.subject === seen.subject || Math.abs(seen.at - last.at) > contrastWindowMs) continue;
      // A slip of the pen answered 400 says nothing about anybody.
      if (this.classes.incomparable(symbol, other)) continue;
      if (seen.misspelt !== true && !last.misspelt) this.#shunned.both(symbol, other, seen.network);
      if (((this.shunned >> symbol) & 1) !== ((this.shunned >> other) & 1)) this.#supportedAt = this.#lastAt;
      if (!this.classes.isPoor(symbol, other) && !this.classes.isPoor(other, symbol)) continue;
      this.#supportedAt = this.#lastAt;
      if (!source.contrasted) this.contrastSources += 1;
      source.contrasted = true;
      return;
    }
  }

  #noteBetween(known: Known, symbol: number, seen: OracleObservation): void {
    const { symbol: poor, before } = known;
    known.before = poor;
    const { classes } = this;
    if (before < 0 || !classes.isPoor(poor, before) || !classes.isPoor(poor, symbol) || classes.aboutTheRequest(poor)) return;
    if (!this.#between.note(poor, seen.subject, seen.network, seen.at)) return;
    this.#turns += 1;
    // Who got it was counted as one whose account is gone.
    this.#vanished.clear();
  }

  /** Not at a door: what it refuses is refused to those who exist, too. */
  #lookForShunned(): void {
    let shunned = 0;
    if (!this.classes.refusals) for (let symbol = 0; symbol < this.classes.records.length; symbol++) if (this.#shunned.has(symbol)) shunned |= 1 << symbol;
    if (shunned === this.shunned) return;
    this.shunned = shunned;
    this.#turns += 1;
    if (shunned !== 0) this.#supportedAt = this.#lastAt;
  }

  #count(label: Label, { symbol, got, at, source: narrow, time, kind, headers }: Known): void {
    const exists = existedAt(label, at);
    if (exists === undefined) return;
    const bit = exists ? 2 : 1;
    if ((label.counted & bit) !== 0) return;
    label.counted |= bit;
    if (time !== undefined) this.timing.add({ exists, ms: time.ms, at, stratum: `${symbol} ${kind} ${time.stratum}` });
    const asker = this.#sources.get(narrow);
    if (asker !== undefined && (asker.counted & bit) !== 0) return;
    // Who came into being meanwhile was nobody for a part of what he was told.
    if (exists && label.createdAt === undefined && !this.classes.refusals) {
      label.counted |= 4;
      this.#shunned.followed(got);
    }
    this.headers.observe({ exists, symbol: headers, at, kind: kindOf(`${kind} ${this.classes.records[symbol]?.id ?? ""}`) });
    if (this.proof.observe({ exists, symbol, at, kind }) && asker !== undefined) asker.counted |= bit;
  }
}

/** Written into one state: the youngest; those left out are learned again when they are asked about. */
export const exportedSubjectsMax = 5_000;
/** Since the subject was last asked about, the same source got another class for something else. */
function changedBetween(source: Source, known: Known): boolean {
  for (const [symbol, last] of source.got) if (symbol !== known.symbol && last.seq > known.seq) return true;
  return false;
}

function newSource(): Source {
  return { repeats: 0, labels: 0, counted: 0, contrasted: false, got: new Map() };
}

/** The kind of a caller as a number, see {@link LabelProof}. */
export function kindOf(kind: string | undefined): number {
  return kind === undefined ? 0 : Number.parseInt(plainHash(kind).slice(0, 6), 16) % callerKindsMax;
}

function rows(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
