import { keyOfHex, type Key, mixKey } from "../detect/observe/key-pair.ts";
import { abusePolicy } from "../detect/abuse/abuse-policy.ts";
import { extractSubjects, type RequestParts } from "../exchange/subjects.ts";
import type { Ports } from "../exchange/ports.ts";
import { GcraTable } from "./gcra.ts";
import type { Anchor, GuardedEndpoint } from "./gate-policy.ts";
import { GuardMatcher } from "./guard-matcher.ts";

/**
 * Stops push bombing before the prompt goes out: since he last agreed, one person may be asked on a device of his five times within any ten minutes, and once every ten minutes while it goes on
 * ({@link abusePolicy.promptsHard}, {@link abusePolicy.promptsWithinMs}), whoever asks, at any pace and from however many places.
 *
 * In two phases: a request is counted when it comes, so that a burst is no way around, and given back when the service refused it and is known to prompt nobody whom it refuses
 * ({@link GuardedEndpoint.refusedFree}). Back comes never more than is still counted, and for one person {@link abusePolicy.promptsRefused} at once and one a minute: a service that
 * prompts and says that it did not costs that much. No answer, a failure, "too many", "conflict" and whatever else is not in {@link refusals} stay counted: something may have gone out.
 *
 * Misses: endpoints not known to prompt; operations of GraphQL and JSON-RPC, whose path others share; a request that names the person by another name each time. Mistakes: an endpoint that sends codes as well as prompts is held as a whole, and so is
 * somebody whom another bombs: he signs in another way, or waits ten minutes. What the service refuses stays counted where nobody was yet seen to decide what was asked there.
 * Bounds: {@link peopleMax} people; {@link GcraTable} says what happens there. Of who agreed {@link agreedSlots} moments; two people in one slot are taken for one, and less is given back.
 */
export class PromptLimits {
  readonly #ports: Ports;
  readonly #table = new GcraTable(peopleMax);
  /** What was given back. */
  readonly #refused = new GcraTable(peopleMax);
  /** When somebody last agreed: what was counted before is not counted any more, and cannot come back. */
  readonly #agreedAt = new Float64Array(agreedSlots);
  #matcher: GuardMatcher | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Replaces the endpoints; counts go on. */
  setEndpoints(endpoints: readonly GuardedEndpoint[]): void {
    this.#matcher = endpoints.length === 0 ? undefined : new GuardMatcher(endpoints, this.#ports);
  }

  find(method: string, host: string, segments: readonly string[]): GuardedEndpoint | undefined {
    return this.#matcher?.findDone(method, host, segments);
  }

  /** Counts one request. A number: it is refused, and those it names may be asked again after so many milliseconds; then nothing is counted. */
  take(endpoint: GuardedEndpoint, parts: RequestParts, at: number): PromptTry | number {
    const people: Key[] = [];
    let wait = 0;
    for (const { hash } of extractSubjects(endpoint.subjects, endpoint.template, parts, this.#ports).subjects) {
      const person = personOf(hash);
      const short = this.#table.take(person.hi, person.lo, at, within, abusePolicy.promptsHard);
      if (short === 0) people.push(person);
      else wait = Math.max(wait, short);
    }
    const taken = { people, at, refusedFree: endpoint.refusedFree === true };
    if (wait === 0) return taken;
    this.withdraw(taken, at);
    return wait;
  }

  /** The service was not asked after all. */
  withdraw({ people, at: takenAt }: PromptTry, at: number): void {
    for (const person of people) this.#giveBack(person, takenAt, at);
  }

  /** It answered with this status; 0: not at all. */
  settle({ people, at: takenAt, refusedFree }: PromptTry, status: number, at: number): void {
    if (!refusedFree || !refusals.has(status)) return;
    for (const person of people) {
      if (this.#refused.take(person.hi, person.lo, at, abusePolicy.promptRefusedMs, abusePolicy.promptsRefused) === 0) this.#giveBack(person, takenAt, at);
    }
  }

  /** Who agreed may be asked as if he never had been. */
  anchor({ kind, subjects, at }: Anchor): void {
    if (kind !== "agreed") return;
    for (const hash of subjects) {
      const person = personOf(hash);
      this.#table.giveBack(person.hi, person.lo, at, within, abusePolicy.promptsHard);
      const slot = slotOf(person);
      this.#agreedAt[slot] = Math.max(this.#agreedAt[slot] ?? 0, at);
    }
  }

  /** As much of it as surely still counts: time has paid for the rest, and giving that back would pay for others. */
  #giveBack(person: Key, takenAt: number, at: number): void {
    if ((this.#agreedAt[slotOf(person)] ?? 0) >= takenAt) return;
    const left = 1 - Math.max(0, at - takenAt) / within;
    if (left > 0) this.#table.giveBack(person.hi, person.lo, at, within, left);
  }
}

/** A request that was counted and is not answered yet. */
export interface PromptTry {
  readonly people: readonly Key[];
  readonly at: number;
  readonly refusedFree: boolean;
}

function personOf(hash: string): Key {
  return mixKey(keyOfHex(hash, { hi: 0, lo: 0 }), 0, 1);
}

function slotOf({ lo }: Key): number {
  return lo & (agreedSlots - 1);
}

const within = abusePolicy.promptsWithinMs;
/** A service that answers so did not take the request up: malformed, not signed in, not allowed, not there, gone, not to be processed. */
const refusals: ReadonlySet<number> = new Set([400, 401, 403, 404, 410, 422]);
/** 32 KiB. */
const agreedSlots = 4_096;
/** 1 MiB. Whoever can have so many people prompted within ten minutes is told of by other means. */
export const peopleMax = 65_536;
