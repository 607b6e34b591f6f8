import { jsonObject } from "../latchkey/message.ts";
import { dashed, type Population } from "../population.ts";
import { random, type Random } from "../random.ts";
import { attackerAddress } from "./address-book.ts";
import type { AttackKind, Script, Session, Step, TrafficAnswer, TrafficRequest } from "./session.ts";
import { appUserAgents, browserUserAgent } from "./user-agents.ts";

/**
 * Attackers of codes, messages, prompts and sign-ins. What they know of the service stands in a {@link AbuseDoor}, so that the same attacker goes against any service; Latchkey's is
 * {@link latchkeyDoor}. They derive nothing from the service's secrets: codes and passwords are guessed.
 */
export interface Abuse {
  readonly kind: AttackKind;
  /** Ordered by start. Running them a second time adds to the notes. */
  readonly sessions: readonly Session[];
  /** Event time of each try, message or prompt, as it went out. */
  readonly notes: number[];
}

export interface AbusePlan {
  /** Event time of the first victim. */
  readonly from: number;
  readonly seed: string;
  /** How many victims, and how long from one to the next. */
  readonly victims: number;
  readonly everyMs: number;
  /** Addresses that share the work. Default 1. */
  readonly addresses?: number;
  /** 0–30; attacks with different campaigns share no address. Default 0. */
  readonly campaign?: number;
  readonly addressOf?: (n: number) => string;
}

/** How a service is spoken to. `n` is a victim's number in the attacker's list. */
export interface AbuseDoor {
  /** Has a code sent to, or a prompt shown to, a victim; gives back what a check must name, undefined when it was refused. Calls `sends` just before the request that sends. */
  begin(n: number, headers: TrafficRequest["headers"], via: "code" | "prompt", sends?: () => void): Generator<TrafficRequest, string | undefined, TrafficAnswer>;
  check(n: number, reference: string, code: string, headers: TrafficRequest["headers"]): TrafficRequest;
  signIn(n: number, password: string, headers: TrafficRequest["headers"]): TrafficRequest;
}

/** A few guesses at the code of each victim. `sameCode`: always the same one. Default three tries. */
export function otpSpray(door: AbuseDoor, plan: AbusePlan & { readonly tries?: number; readonly sameCode?: string }): Abuse {
  return abuse("otp-spray", plan, function* (n, headers, source, note) {
    const reference = yield* go(door.begin(n, headers, "code"), 400);
    if (reference === undefined) return;
    for (let tries = 0; tries < (plan.tries ?? 3); tries += 1) {
      note();
      yield { wait: 900, request: door.check(n, reference, plan.sameCode ?? sixDigits(source), headers) };
    }
  });
}

/** One victim's codes, five guesses each, challenge after challenge. `victims` is the number of challenges. */
export function otpBruteForce(door: AbuseDoor, plan: AbusePlan & { readonly victim: number }): Abuse {
  return abuse("otp-brute-force", plan, function* (_n, headers, source, note) {
    const reference = yield* go(door.begin(plan.victim, headers, "code"), 400);
    if (reference === undefined) return;
    for (let tries = 0; tries < 5; tries += 1) {
      note();
      yield { wait: 900, request: door.check(plan.victim, reference, sixDigits(source), headers) };
    }
  });
}

/** Messages to victims' numbers that nobody ever reads. */
export function smsPumping(door: AbuseDoor, plan: AbusePlan): Abuse {
  return abuse("sms-pumping", plan, function* (n, headers, _source, note) {
    yield* go(door.begin(n, headers, "code", note), 0);
  });
}

/** Prompts on one victim's device until he gives in. `victims` is the number of prompts. */
export function pushBombing(door: AbuseDoor, plan: AbusePlan & { readonly victim: number }): Abuse {
  return abuse("push-bombing", plan, function* (_n, headers, _source, note) {
    yield* go(door.begin(plan.victim, headers, "prompt", note), 0);
  });
}

/** One password for each victim, from a leaked list; `hits` says which victim's password is right. */
export function loginStuffing(door: AbuseDoor, plan: AbusePlan & { readonly hits?: (n: number) => string | undefined }): Abuse {
  return abuse("login-stuffing", plan, function* (n, headers, source, note) {
    note();
    yield { wait: 0, request: door.signIn(n, plan.hits?.(n) ?? leakedPassword(source), headers) };
  });
}

/** The same few passwords for every victim: all of the first, then all of the second. */
export function loginSpray(door: AbuseDoor, plan: AbusePlan & { readonly passwords?: readonly string[] }): Abuse {
  const passwords = plan.passwords ?? ["Spring2026!"];
  const each = Math.ceil(plan.victims / passwords.length);
  return abuse("login-spray", plan, function* (n, headers, _source, note) {
    note();
    yield { wait: 0, request: door.signIn(n % each, passwords[Math.floor(n / each)] ?? "Spring2026!", headers) };
  });
}

/** Latchkey's doors: `victims` gives the national number of the n-th victim. Unknown numbers are refused where the service says who is unknown. */
export function latchkeyDoor(people: Population, victims: (n: number) => number): AbuseDoor {
  const base = (reference: string): string => `/client/v1/users/${reference}/devices/registration`;
  return {
    *begin(n, headers, via, sends) {
      const who = dashed(victims(n));
      const looked = yield { method: "GET", path: `/client/v1/users/${who}/status`, headers };
      const id = /"account_id":(\d{1,12})/.exec(looked.body)?.[1] ?? who;
      sends?.();
      const started = yield { method: "POST", path: `${base(id)}/start`, headers: json(headers), body: JSON.stringify({ via: via === "code" ? "sms" : "push" }) };
      const request = jsonObject(started.body)["request_id"];
      return typeof request === "string" ? `${id}/${request}` : undefined;
    },
    check(_n, reference, code, headers) {
      const [id = "", request = ""] = reference.split("/");
      return { method: "POST", path: `${base(id)}/${request}/complete`, headers: json(headers), body: JSON.stringify({ pin: code, device_name: "Fjord 8" }) };
    },
    signIn(n, password, headers) {
      return { method: "POST", path: "/v1/login", headers: json(headers), body: JSON.stringify({ email: people.emailAt(n), password }) };
    },
  };
}

interface Move {
  readonly wait: number;
  readonly request: TrafficRequest;
}

type Moves = Generator<Move, void, TrafficAnswer>;

/** One session a victim, each at its time and from the next address. */
function abuse(kind: AttackKind, plan: AbusePlan, moves: (n: number, headers: TrafficRequest["headers"], source: Random, note: () => void) => Moves): Abuse {
  const notes: number[] = [];
  const addressOf = plan.addressOf ?? ((n: number) => attackerAddress(plan.campaign ?? 0, n));
  const sessions = Array.from({ length: plan.victims }, (_, n): Session => {
    const id = `${kind}-${plan.campaign ?? 0}-${n}`;
    const startAt = Math.round(plan.from + n * plan.everyMs);
    return { id, kind, startAt, address: addressOf(n % (plan.addresses ?? 1)), run: () => script(moves, n, startAt, `${plan.seed}/${id}`, notes) };
  });
  return { kind, sessions, notes };
}

function* script(
  moves: (n: number, headers: TrafficRequest["headers"], source: Random, note: () => void) => Moves,
  n: number,
  startAt: number,
  seed: string,
  notes: number[],
): Script {
  const source = random(seed);
  const userAgent = appUserAgents[source.int(appUserAgents.length)] ?? browserUserAgent;
  let at = startAt;
  let noted = false;
  const walk = moves(
    n,
    [
      ["User-Agent", userAgent],
      ["Accept", "application/json"],
    ],
    source,
    () => {
      noted = true;
    },
  );
  let turn = walk.next();
  while (turn.done !== true) {
    const step: Step = { dueAt: at + turn.value.wait, request: turn.value.request };
    if (noted) notes.push(Math.round(step.dueAt));
    noted = false;
    const answer = yield step;
    at = answer.at;
    turn = walk.next(answer);
  }
  return "completed";
}

function* go(requests: Generator<TrafficRequest, string | undefined, TrafficAnswer>, wait: number): Generator<Move, string | undefined, TrafficAnswer> {
  let turn = requests.next();
  while (turn.done !== true) turn = requests.next(yield { wait, request: turn.value });
  return turn.value;
}

function json(headers: TrafficRequest["headers"]): TrafficRequest["headers"] {
  return [...headers, ["Content-Type", "application/json"]];
}

function sixDigits(source: Random): string {
  return String(source.int(1_000_000)).padStart(6, "0");
}

function leakedPassword(source: Random): string {
  const words = ["winter", "dragon", "monkey", "sunshine", "football", "princess", "shadow", "master"];
  return `${source.pick(words)}${source.int(100_000)}`;
}
