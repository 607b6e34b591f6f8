import { type Capacity, capacityOf } from "../observe/capacity.ts";
import { symbolsMax } from "../observe/e-process.ts";
import type { HeaderList } from "../../exchange/exchange.ts";
import { headerOf } from "../../exchange/view-of.ts";
import type { Ports } from "../../exchange/ports.ts";
import type { ClassMeaning } from "./class-structure.ts";
import { headerSignature } from "./header-signature.ts";
import { LabelProof } from "./label-proof.ts";

/** Endpoints checked: as many as are tracked for oracles. Later ones show no figure. */
export const ownEndpointsMax = 256;
/** Forms of answers told apart on an endpoint; what comes after shares the last place. A uniform answer has one, a service's own denials one or two. */
export const formsMax = symbolsMax - 1;
/** More than this an answer may not tell, surely, about what our own answers are to hide. */
export const ownBitsMax = 0.01;
/** Answers of either side before a figure is shown. */
export const ownAnswersMin = 20;
/** Uniform answers leave at whole quarters of a second, see the gate's pace. */
const stepMs = 250;

/** An answer as its asker saw it: the service's own, or the uniform one in its place. */
export interface SeenAnswer {
  readonly endpointId: string;
  readonly uniform: boolean;
  /** What the service itself answered says of the person asked about. */
  readonly meaning: ClassMeaning;
  readonly status: number;
  readonly headers: HeaderList;
  /** Bytes of the body without the identifier where it is repeated. */
  readonly bytes: number;
  /** Milliseconds from the request until it was sent. */
  readonly ms: number;
  readonly at: number;
}

/**
 * Whether our own uniform answers keep what they are for: held against what the service said beneath them, and against its truthful denials, as askers see both. The
 * statistics are those by which oracles are found: {@link LabelProof} over forms of answers (status, headers, framing, coding, length of the body without the identifier), capacity
 * with its interval.
 *
 * `tells`: uniform answers alone, by whether the service confirmed or denied beneath them; the time of sending counts, in quarters of a second. It is what an attacker would learn.
 * `differs`: truthful denials beside uniform answers, without time. It tells nobody who exists, but tells an attacker that he was found out, and people's programs that something is odd.
 * `byTime`: the same by time alone. Uniform answers wait, denials do not, so this is near one bit by design and raises nothing.
 *
 * When a form of uniform answer appears that was not seen before, the template was learned anew or declared: `differs` begins again. Forgets by periods, as {@link LabelProof} does.
 * Misses what stands in words of equal length, the values of headers, and times within a quarter of a second; the bench looks at those (`bench:detection --oracles`).
 */
export class OwnAnswers {
  readonly #endpoints = new Map<string, Kept>();
  /** Figures cost a bootstrap; they are made again when answers grew by a twentieth. By the proof they are of. */
  readonly #figures = new WeakMap<LabelProof, { readonly labels: number; readonly figure: OwnFigure | undefined }>();
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  observe(seen: SeenAnswer): void {
    if (!seen.uniform && seen.meaning !== "denied") return;
    let kept = this.#endpoints.get(seen.endpointId);
    if (kept === undefined) {
      // Only where we answer ourselves is there something to check.
      if (!seen.uniform || this.#endpoints.size >= ownEndpointsMax) return;
      kept = { forms: [], uniform: [], timed: [], tells: new LabelProof(), differs: new LabelProof(), times: [[], []] };
      this.#endpoints.set(seen.endpointId, kept);
    }
    const form = placeOf(kept.forms, formOf(seen, this.#ports));
    const step = Math.min(formsMax, Math.floor(seen.ms / stepMs));
    const { at } = seen;
    if (seen.uniform) {
      if (kept.uniform.length > 0 && !kept.uniform.includes(form)) kept.differs = new LabelProof();
      if (!kept.uniform.includes(form)) kept.uniform.push(form);
      if (seen.meaning === "denied" || seen.meaning === "confirmed")
        kept.tells.observe({ exists: seen.meaning === "confirmed", symbol: placeOf(kept.timed, `${form} ${step}`), at, kind: 0 });
    }
    kept.differs.observe({ exists: seen.uniform, symbol: form, at, kind: 0 });
    const row = kept.times[seen.uniform ? 1 : 0];
    while (row.length <= step) row.push(0);
    row[step] = (row[step] ?? 0) + 1;
  }

  /** Undefined where no answer of ours was seen. */
  state(endpointId: string): OwnAnswersState | undefined {
    const kept = this.#endpoints.get(endpointId);
    if (kept === undefined) return undefined;
    const [denials, uniforms] = kept.times;
    return { uniforms: sum(uniforms), denials: sum(denials), tells: this.#figure(kept.tells), differs: this.#figure(kept.differs), byTime: timeBits(denials, uniforms) };
  }

  #figure(proof: LabelProof): OwnFigure | undefined {
    const held = this.#figures.get(proof);
    if (held !== undefined && proof.labels >= held.labels && proof.labels <= held.labels * 1.05) return held.figure;
    const figure = figureOf(proof);
    this.#figures.set(proof, { labels: proof.labels, figure });
    return figure;
  }

  renamed(from: string, to: string): void {
    const before = this.#endpoints.get(from);
    if (before === undefined) return;
    this.#endpoints.delete(from);
    if (!this.#endpoints.has(to)) this.#endpoints.set(to, before);
  }

  /** JSON-able; names of headers and lengths only. */
  exportState(): unknown {
    return [...this.#endpoints].map(([id, kept]) => [id, { ...kept, tells: kept.tells.exportState(), differs: kept.differs.exportState() }]);
  }

  static restore(state: unknown, ports: Ports): OwnAnswers {
    const own = new OwnAnswers(ports);
    for (const row of list(state).slice(0, ownEndpointsMax)) {
      const [id, from] = list(row);
      if (typeof id !== "string" || typeof from !== "object" || from === null) continue;
      const kept = from as Partial<Record<keyof Kept, unknown>>;
      const [denials, uniforms] = list(kept.times);
      own.#endpoints.set(id, {
        forms: list(kept.forms).slice(0, formsMax).map(String),
        uniform: list(kept.uniform)
          .slice(0, formsMax + 1)
          .map(Number),
        timed: list(kept.timed).slice(0, formsMax).map(String),
        tells: LabelProof.restore(kept.tells, [[], []]),
        differs: LabelProof.restore(kept.differs, [[], []]),
        times: [
          list(denials)
            .slice(0, formsMax + 1)
            .map(Number),
          list(uniforms)
            .slice(0, formsMax + 1)
            .map(Number),
        ],
      });
    }
    return own;
  }
}

export interface OwnAnswersState {
  /** Answers seen of either side, since the endpoint was first answered for. */
  readonly uniforms: number;
  readonly denials: number;
  /** Bits a uniform answer tells about who exists; undefined while the service confirmed or denied too few beneath them. */
  readonly tells: OwnFigure | undefined;
  /** Bits by which a uniform answer is told from a truthful denial, without time. */
  readonly differs: OwnFigure | undefined;
  /** The same by time alone. */
  readonly byTime: number | undefined;
}

export interface OwnFigure extends Capacity {
  readonly eValue: number;
  /** Surely more than {@link ownBitsMax}: the lower end of the interval is, and no accident explains it. */
  readonly broken: boolean;
}

interface Kept {
  readonly forms: string[];
  /** Places of the forms that uniform answers had. */
  readonly uniform: number[];
  readonly timed: string[];
  readonly tells: LabelProof;
  differs: LabelProof;
  readonly times: readonly [number[], number[]];
}

function formOf({ status, headers, bytes }: SeenAnswer, ports: Ports): string {
  const framing = headers.some(([name]) => name.length === 14 && name.toLowerCase() === "content-length") ? "length" : "chunked";
  const others = headers
    .map(([name]) => name.toLowerCase())
    .filter((name) => leftOut.has(name))
    .sort();
  return `${status} ${framing} ${others.join("+")} ${headerOf(headers, "content-encoding")} ${headerOf(headers, "content-type").toLowerCase()} ${bytes} ${headerSignature(headers, ports)}`;
}

/** Headers that {@link headerSignature} leaves out, and whose presence a service fixes for all answers of a kind. */
const leftOut: ReadonlySet<string> = new Set(["date", "vary", "expires", "alt-svc"]);

function placeOf(known: string[], one: string): number {
  const at = known.indexOf(one);
  if (at >= 0) return at;
  return known.length < formsMax ? known.push(one) - 1 : formsMax;
}

function figureOf(proof: LabelProof): OwnFigure | undefined {
  const counts = proof.counts();
  if (sum(counts[0]) < ownAnswersMin || sum(counts[1]) < ownAnswersMin) return undefined;
  const capacity = capacityOf(counts);
  return { ...capacity, eValue: Math.exp(Math.min(700, proof.logE())), broken: capacity.interval[0] > ownBitsMax && proof.proven() };
}

function timeBits(denials: readonly number[], uniforms: readonly number[]): number | undefined {
  if (sum(denials) < ownAnswersMin || sum(uniforms) < ownAnswersMin) return undefined;
  const steps = Array.from({ length: formsMax + 1 }, (_, step) => step);
  return capacityOf([steps.map((step) => denials[step] ?? 0), steps.map((step) => uniforms[step] ?? 0)], 0).bits;
}

function sum(row: readonly number[]): number {
  return row.reduce((total, count) => total + count, 0);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
