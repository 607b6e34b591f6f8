import { RotatingMap } from "../oracle/rotating-map.ts";

/**
 * Which endpoints let people come into being (a sign-up), and which let those in who are there already (a sign-in), whatever status they answer. Who signs up does it once and was
 * never let in before; who signs in comes back. So each success counts as a *first* or as a *return*, by whether the person ever succeeded here or was let in anywhere:
 *
 * - returns at a tenth of the successes: it is for people who exist;
 * - hardly any, while the endpoint that most people pass has so many that {@link expectedMin} were to be expected here: it creates (an accident once in a thousand);
 * - else 201 is believed to create until {@link returnsMin} came back, and any other status to be a sign-in, unless an endpoint with more people shows that nobody knows yet.
 *
 * Mistakes: an endpoint where people who exist succeed once and never before (an account opened by letter) is taken for a sign-up. Misses: whoever is forgotten
 * ({@link peopleMax}) is first again. An attacker who floods it with successes makes it forget, and then it judges by status, as without it.
 */
export class Creations {
  readonly #let = new RotatingMap<true>(peopleMax);
  readonly #here = new RotatingMap<true>(peopleMax);
  /** Where each person succeeded first. */
  readonly #origin = new RotatingMap<string>(peopleMax);
  readonly #counts: Map<string, Counts>;

  constructor(state: readonly CreationCounts[] = []) {
    this.#counts = new Map(state.slice(0, endpointsMax).map(({ id, first, returned, after }) => [id, { first, returned, after: after ?? 0 }]));
  }

  /** A success about this person. `letIn`: with it came what only the person himself gets. Call once for each success. */
  succeeded(endpointId: string, subject: string, letIn: boolean): void {
    const here = `${endpointId} ${subject}`;
    const returned = this.#let.get(subject) === true || this.#here.get(here) === true;
    this.#here.set(here, true);
    if (letIn) this.#let.set(subject, true);
    const origin = this.#origin.get(subject);
    if (origin === undefined) this.#origin.set(subject, endpointId);
    let counts = this.#counts.get(endpointId);
    if (counts === undefined) {
      if (this.#counts.size >= endpointsMax) return;
      counts = { first: 0, returned: 0, after: 0 };
      this.#counts.set(endpointId, counts);
    }
    if (returned) counts.returned += 1;
    else counts.first += 1;
    if (origin !== undefined && origin !== endpointId) counts.after += 1;
  }

  /** The person was let in, by a success counted before. */
  letIn(subject: string): void {
    this.#let.set(subject, true);
  }

  /** What a success with this status says of the person at that time: `created` now, there `before`, or nothing yet. */
  says(endpointId: string, status: number): "created" | "before" | "unknown" {
    const own = this.#counts.get(endpointId) ?? none;
    const all = own.first + own.returned;
    if (own.returned >= returnsMin && own.returned * 10 >= all) return "before";
    let [busiest, larger] = [none, false];
    for (const [id, counts] of this.#counts) {
      if (id === endpointId) continue;
      // What few people pass tells nothing of the others: all who reset a password were there before.
      if (counts.first + counts.returned > all && counts.returned > busiest.returned) busiest = counts;
      larger ||= counts.first > own.first;
    }
    const expected = (all * busiest.returned) / Math.max(1, busiest.first + busiest.returned);
    if (expected >= expectedMin && own.returned * 10 <= expected) return "created";
    if (status === 201) return own.returned < returnsMin || own.returned * 50 < all ? "created" : "unknown";
    return own.returned < returnsMin && larger ? "unknown" : "before";
  }

  /**
   * Whether it is seen to create people, and is the first step of it: what it answers tells whether there is an account. A second step (the code of a sign-up) follows a first that was
   * counted and answers about the code. Whatever status says is not believed here.
   */
  isSignUp(endpointId: string): boolean {
    const own = this.#counts.get(endpointId);
    return own !== undefined && own.after * 2 < own.first + own.returned && this.says(endpointId, 200) === "created";
  }

  renamed(from: string, to: string): void {
    const before = this.#counts.get(from);
    if (before === undefined || !this.#counts.delete(from)) return;
    const now = this.#counts.get(to);
    if (now === undefined) this.#counts.set(to, before);
    else {
      now.first += before.first;
      now.returned += before.returned;
      now.after += before.after;
    }
  }

  /** Counts only, nobody. */
  exportState(): CreationCounts[] {
    return [...this.#counts].map(([id, counts]) => ({ id, ...counts }));
  }
}

export interface CreationCounts {
  readonly id: string;
  readonly first: number;
  readonly returned: number;
  /** Absent in older states. */
  readonly after?: number;
}

interface Counts {
  first: number;
  returned: number;
  /** Successes of people who had succeeded elsewhere first. */
  after: number;
}

const none: Counts = { first: 0, returned: 0, after: 0 };
/** People remembered, some 150 bytes each. */
export const peopleMax = 40_000;
/** Endpoints that let people in are few; what comes after is judged by status. */
export const endpointsMax = 256;
/** A few may come back by accident: a code sent again, a form sent twice. */
export const returnsMin = 3;
/** Poisson: nobody of seven expected comes once in a thousand. */
export const expectedMin = 7;
