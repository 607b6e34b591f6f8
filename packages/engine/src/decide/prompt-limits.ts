import { keyOfHex, type Key, mixKey } from "../detect/observe/key-pair.ts";
import { abusePolicy } from "../detect/abuse/abuse-policy.ts";
import { extractSubjects, type RequestParts } from "../exchange/subjects.ts";
import type { Ports } from "../exchange/ports.ts";
import { GcraTable } from "./gcra.ts";
import type { Anchor, GuardedEndpoint } from "./gate-policy.ts";
import { GuardMatcher } from "./guard-matcher.ts";

/**
 * Stops push bombing before the prompt goes out: since he last agreed, one person may be asked on a device of his five times within any ten minutes, and once every ten minutes while it goes on
 * ({@link abusePolicy.promptsHard}, {@link abusePolicy.promptsWithinMs}), whoever asks, at any pace and from however many places. Counted when the request comes, so that a burst is no way around.
 *
 * Misses: endpoints not known to prompt; operations of GraphQL and JSON-RPC, whose path others share; a request that names the person by another name each time. Mistakes: an endpoint that sends codes as well as prompts is held as a whole, and so is
 * somebody whom another bombs: he signs in another way, or waits ten minutes. Requests that the service refuses count as well.
 * Bound: {@link peopleMax} people; {@link GcraTable} says what happens there.
 */
export class PromptLimits {
  readonly #ports: Ports;
  readonly #table = new GcraTable(peopleMax);
  #matcher: GuardMatcher | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Replaces the endpoints; counts go on. */
  setEndpoints(endpoints: readonly GuardedEndpoint[]): void {
    this.#matcher = endpoints.length === 0 ? undefined : new GuardMatcher(endpoints, this.#ports);
  }

  find(method: string, host: string, segments: readonly string[]): GuardedEndpoint | undefined {
    const found = this.#matcher?.find(method, host, segments);
    // Reading prompts nobody; any other method may be the endpoint's own in disguise.
    return found !== undefined && (found.method === method || !reading.includes(method)) ? found : undefined;
  }

  /** Counts one request. 0 when it may pass; else the milliseconds until the person may be asked again. */
  take(endpoint: GuardedEndpoint, parts: RequestParts, at: number): number {
    let wait = 0;
    for (const { hash } of extractSubjects(endpoint.subjects, endpoint.template, parts, this.#ports).subjects) {
      const person = mixKey(keyOfHex(hash, personKey), 0, 1);
      wait = Math.max(wait, this.#table.take(person.hi, person.lo, at, abusePolicy.promptsWithinMs, abusePolicy.promptsHard));
    }
    return wait;
  }

  /** Who agreed may be asked as if he never had been. */
  anchor({ kind, subjects, at }: Anchor): void {
    if (kind !== "agreed") return;
    for (const hash of subjects) {
      const person = mixKey(keyOfHex(hash, personKey), 0, 1);
      this.#table.giveBack(person.hi, person.lo, at, abusePolicy.promptsWithinMs, abusePolicy.promptsHard);
    }
  }
}

const reading: readonly string[] = ["GET", "HEAD", "OPTIONS"];
const personKey: Key = { hi: 0, lo: 0 };
/** 1 MiB. Whoever can have so many people prompted within ten minutes is told of by other means. */
export const peopleMax = 65_536;
