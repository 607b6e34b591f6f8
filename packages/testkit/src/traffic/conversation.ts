import type { Random } from "../random.ts";
import { headerOf } from "../latchkey/message.ts";
import { attestationOf } from "../latchkey/secrets.ts";
import { dashed } from "../population.ts";
import { type LookupAnswer, readLookup } from "./lookup-answer.ts";
import type { Step, TrafficAnswer, TrafficRequest } from "./session.ts";

/** The state of one honest conversation: where it is in time, who speaks, and what it has learned to send along. */
export interface Conversation {
  /** Event time of the last answer. */
  at: number;
  readonly seed: string;
  readonly userAgent: string;
  readonly source: Random;
  /** This installation's attestation, fetched only once the service asks for one. */
  attestation: string | undefined;
  readonly installId: string;
  /** Chance that an answer is thought lost and the request sent again. */
  readonly repeatChance: number;
  /** It speaks as the app's next version does. */
  readonly updated?: boolean;
}

export type Talk<T> = Generator<Step, T, TrafficAnswer>;

/** Sends one request `waitMs` after the last answer. On a slow network it is sent up to three times; the last answer counts. */
export function* ask(talk: Conversation, waitMs: number, request: TrafficRequest): Talk<TrafficAnswer> {
  let answer = yield* once(talk, waitMs, request);
  for (let again = 0; again < 2 && talk.source.chance(talk.repeatChance); again += 1) {
    answer = yield* once(talk, talk.source.between(800, 4_000), request);
  }
  return answer;
}

/**
 * Asks about a number as the app does: fetches an attestation when told to, waits when told to slow down (three
 * times), and asks once more half a minute later when a number known to exist is said to be unknown.
 */
export function* askStatus(talk: Conversation, waitMs: number, national: number, knownToExist: boolean): Talk<LookupVerdict> {
  const request = (): TrafficRequest => ({ method: "GET", path: `/client/v1/users/${dashed(national)}/status`, headers: headersOf(talk), lookup: { national, knownToExist } });
  let answer = yield* patiently(talk, waitMs, request);
  if (knownToExist && readLookup(answer) === "missing") answer = yield* patiently(talk, talk.source.between(25_000, 40_000), request);
  const said = readLookup(answer);
  const account = /"account_id":(\d{1,12})/.exec(answer.body)?.[1];
  // Where the service gives no id away, the number itself names the account in the next step.
  const reference = said === "exists" ? account : said === "unsure" && answer.status === 200 ? dashed(national) : undefined;
  return { said, reference };
}

export interface LookupVerdict {
  readonly said: LookupAnswer;
  /** What to put in the next step's path; undefined when there is nothing to go on with. */
  readonly reference: string | undefined;
}

/** Repeats a request that was met with “attest first” or “slow down”. */
export function* patiently(talk: Conversation, waitMs: number, request: () => TrafficRequest): Talk<TrafficAnswer> {
  let answer = yield* ask(talk, waitMs, request());
  if (answer.status === 401 && answer.body.includes("ttestation") && talk.attestation === undefined) {
    talk.attestation = attestationOf(talk.seed, talk.installId);
    answer = yield* ask(talk, 200, request());
  }
  for (let tries = 0; tries < 3 && answer.status === 429; tries += 1) {
    const seconds = Number(headerOf(answer.headers, "retry-after") ?? "10");
    answer = yield* ask(talk, Math.min(Math.max(seconds, 1), 120) * 1_000 + talk.source.between(100, 3_000), request());
  }
  return answer;
}

/** The app's headers, with the device's key and the attestation where there is one. */
export function headersOf(talk: Conversation, key?: string, json = false): TrafficRequest["headers"] {
  const headers: (readonly [string, string])[] =
    talk.updated === true
      ? [
          ["Accept", "application/json"],
          ["Accept-Language", "en"],
          ["X-App-Version", "5.0.0"],
          ["User-Agent", talk.userAgent],
        ]
      : [
          ["User-Agent", talk.userAgent],
          ["Accept", "application/json"],
        ];
  if (json) headers.push(["Content-Type", "application/json"]);
  if (key !== undefined) headers.push(["Authorization", `Bearer ${key}`]);
  if (talk.attestation !== undefined) headers.push(["X-Latchkey-Attestation", talk.attestation]);
  return headers;
}

function* once(talk: Conversation, waitMs: number, request: TrafficRequest): Talk<TrafficAnswer> {
  const answer = yield { dueAt: talk.at + waitMs, request };
  talk.at = answer.at;
  return answer;
}
