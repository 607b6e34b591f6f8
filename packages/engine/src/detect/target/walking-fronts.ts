import { hash53 } from "../observe/hash53.ts";
import { targetPolicy as policy } from "./target-policy.ts";

/**
 * Where in the number space an attack that goes through a list in order stands: sequential, strided or sorted, from however many addresses, which may look in everything like honest ones. Of the last
 * questions that nobody followed up, those lie close together that belong to such a list, while honest ones lie where honest people's numbers do. Close is an eighth of what would lie between them
 * by chance; {@link policy.frontMin} in a chain are one in fifty thousand by chance. A front reaches twice the chain's length further to both sides, which is where the next questions come.
 *
 * It accuses nobody: while an alarm stands the gate may hold off whoever asks there, and answer the others, as long as these follow up as usual (`named-apart.ts`).
 * Fronts must hold {@link policy.frontPart} of what nobody followed up, most of what an attack is: a short walk beside a shuffled list frees nobody else.
 * Misses: shuffled lists; more lists at once than leave {@link policy.frontMin} of each among the last questions; identifiers without order. Mistakes: honest newcomers who ask about somebody inside
 * a front are held off with it, at most one in ten by the numbers of those who followed up.
 * Bounds: {@link endpointsMax} endpoints with {@link questionsMax} questions and {@link honestMax} honest numbers each, placed by the hash of the person and so not steerable. Numbers in clear, in memory
 * only, and never exported: after a restart there is no front until so many were seen again.
 */
export class WalkingFronts {
  readonly #endpoints = new Map<string, Known>();

  /** A question about the identifier of this rank, answered or not. */
  asked(endpointId: string, { at, source, subject, rank }: { readonly at: number; readonly source: string; readonly subject: string; readonly rank: number }): void {
    if (Number.isNaN(rank)) return;
    const known = this.#of(endpointId);
    known.questions.push({ at, source, subject, rank, followed: false });
    if (known.questions.length > questionsMax) known.questions.shift();
    known.news++;
  }

  followed(source: string, subjects: readonly string[]): void {
    for (const known of this.#endpoints.values()) {
      for (const question of known.questions) {
        if (question.followed || question.source !== source || !subjects.includes(question.subject)) continue;
        question.followed = true;
        known.honest[hash53(question.subject, 0) % honestMax] = question.rank;
        known.sorted = undefined;
      }
    }
  }

  /** Something of the endpoint as a whole has spoken: for a day fronts are looked for. */
  alarm(endpointId: string, at: number): void {
    const known = this.#of(endpointId);
    known.alarmUntil = Math.max(known.alarmUntil, at + policy.standsForMs);
  }

  /** The fronts as of now; the same array as long as nothing changed. Undefined while there is none, or no alarm. */
  of(endpointId: string, at: number): readonly Front[] | undefined {
    const known = this.#endpoints.get(endpointId);
    if (known === undefined || at >= known.alarmUntil) return undefined;
    if (known.news >= lookEvery && at - known.lookedAt >= lookEveryMs) {
      known.news = 0;
      known.lookedAt = at;
      const fronts = this.#look(known, at);
      if (fronts !== undefined) {
        known.fronts = fronts;
        known.seenAt = at;
        known.alarmUntil = Math.max(known.alarmUntil, at + policy.standsForMs);
      }
    }
    return known.fronts !== undefined && at - known.seenAt < policy.frontKeptMs ? known.fronts : undefined;
  }

  renamed(from: string, to: string): void {
    const known = this.#endpoints.get(from);
    if (known === undefined || !this.#endpoints.delete(from) || this.#endpoints.has(to)) return;
    this.#endpoints.set(to, known);
  }

  #look(known: Known, at: number): readonly Front[] | undefined {
    const place = placesOf(known);
    if (place === undefined) return undefined;
    const points = known.questions
      .filter((one) => !one.followed && at - one.at < dayMs)
      .slice(-policy.frontOf)
      .map(({ rank, source }) => ({ rank, source, place: place(rank) }))
      .sort((a, b) => a.place - b.place);
    const close = 1 / (policy.frontCloser * Math.max(1, points.length));
    const fronts: Front[] = [];
    let share = 0;
    let inFronts = 0;
    let chain: typeof points = [];
    const end = (): void => {
      const [first] = chain;
      const last = chain.at(-1);
      if (first === undefined || last === undefined || chain.length < policy.frontMin || new Set(chain.map(({ source }) => source)).size < policy.frontSources) return;
      const length = Math.max(policy.frontLeast, last.rank - first.rank);
      const front = { from: first.rank - 2 * length, to: last.rank + 2 * length };
      share += Math.max(0, Math.min(1, place(front.to)) - Math.max(0, place(front.from)));
      fronts.push(front);
      inFronts += chain.length;
    };
    for (const point of points) {
      if (chain.length > 0 && point.place - (chain.at(-1)?.place ?? 0) > close) {
        end();
        chain = [];
      }
      chain.push(point);
    }
    end();
    return fronts.length > 0 && inFronts >= policy.frontPart * points.length && share <= policy.frontHonestMost ? fronts : undefined;
  }

  #of(endpointId: string): Known {
    let known = this.#endpoints.get(endpointId);
    if (known === undefined) {
      if (this.#endpoints.size >= endpointsMax) {
        const [oldest] = this.#endpoints.keys();
        if (oldest !== undefined) this.#endpoints.delete(oldest);
      }
      known = {
        questions: [],
        honest: new Float64Array(honestMax).fill(Number.NaN),
        sorted: undefined,
        news: 0,
        fronts: undefined,
        lookedAt: Number.NEGATIVE_INFINITY,
        seenAt: Number.NEGATIVE_INFINITY,
        alarmUntil: Number.NEGATIVE_INFINITY,
      };
    } else this.#endpoints.delete(endpointId);
    // Asked last stands last.
    this.#endpoints.set(endpointId, known);
    return known;
  }
}

/** Ranks as `target-place.ts` has them, both ends included. */
export interface Front {
  readonly from: number;
  readonly to: number;
}

export const endpointsMax = 16;
export const questionsMax = 128;
export const honestMax = 256;
const lookEvery = 2;
/** Each new front is a new policy for every gate; what comes faster than that D3 sees. */
const lookEveryMs = 5_000;
const dayMs = 86_400_000;

interface Question {
  readonly at: number;
  readonly source: string;
  readonly subject: string;
  readonly rank: number;
  followed: boolean;
}

interface Known {
  readonly questions: Question[];
  readonly honest: Float64Array;
  sorted: Float64Array | undefined;
  news: number;
  fronts: readonly Front[] | undefined;
  lookedAt: number;
  seenAt: number;
  alarmUntil: number;
}

/** The share of honest numbers below a rank, on straight lines between those known and beyond them; undefined while too few are. */
function placesOf(known: Known): ((rank: number) => number) | undefined {
  const sorted = (known.sorted ??= known.honest.filter((one) => !Number.isNaN(one)).sort());
  const { length } = sorted;
  const first = sorted[0] ?? 0;
  const last = sorted[length - 1] ?? 0;
  if (length < policy.ranksMin || last <= first) return undefined;
  return (rank) => {
    if (rank <= first || rank >= last) {
      const beyond = (rank - (rank <= first ? first : last)) / (last - first);
      return rank <= first ? beyond : 1 + beyond;
    }
    let low = 0;
    let high = length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 0) <= rank) low = middle;
      else high = middle;
    }
    const below = sorted[low] ?? 0;
    const above = sorted[high] ?? 0;
    return (low + (above > below ? (rank - below) / (above - below) : 0)) / (length - 1);
  };
}
