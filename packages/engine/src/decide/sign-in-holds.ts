import { abusePolicy as policy } from "../detect/abuse/abuse-policy.ts";
import { requestFields } from "../detect/kinds/request-fields.ts";
import { type Key, keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import { bucketOf } from "../detect/observe/secret-buckets.ts";
import type { Actor } from "../exchange/actor.ts";
import { carriesAll } from "../exchange/exchange.ts";
import type { Ports } from "../exchange/ports.ts";
import type { ClassifiedAnswer } from "../exchange/response-class.ts";
import { naturalKeyTypes } from "../exchange/subject.ts";
import { extractSubjects, type RequestParts } from "../exchange/subjects.ts";
import { viewOf } from "../exchange/view-of.ts";
import type { AbuseHold } from "./abuse-hold.ts";
import { triedOutcome } from "./code-limits.ts";
import { type Draw, drawAll, giveBackAll } from "./draws.ts";
import type { Anchor, HeldSource, HoldDoor, SprayedPasswords } from "./gate-policy.ts";
import { GcraTable } from "./gcra.ts";
import { UsualPlaces } from "./usual-places.ts";

/**
 * Stops tried passwords where that is proven, and never anybody where he signed in before ({@link UsualPlaces}): no account is ever locked, for nothing that is done elsewhere.
 *
 * - Leaked pairs from one source (`login.stuffing`): at accounts nobody signed in to from there it may try {@link policy.heldTriesOfPair} times an account and hour, {@link policy.heldTries} times with one program and
 *   {@link policy.heldTriesOfNetwork} times in all, {@link policy.heldTriesShared} where many sign in; then once in ten minutes. A right one gives itself back and two more, and ends the account's count.
 * - One password on many accounts (`login.spray`): that password is refused at accounts nobody signed in to from there until the day is over, wherever it comes from.
 *
 * The harm it does: behind an address from which leaked passwords are tried, who never signed in there waits; and whoever has the very password that is sprayed cannot sign in from a new place that day: from where he
 * was before he can, and change it.
 *
 * Misses: leaked pairs from a fresh source each; whoever tries from a network where the person himself signs in; passwords where Postern does not see them (headers, lists, a second field of the same name). Mistakes: two passwords
 * share one of {@link bucketOf}'s buckets, one in 16,384. Bounds: {@link sourcesMax} of each kind ({@link GcraTable} says what happens there), {@link placesMax} places of accounts a month.
 */
export class SignInHolds {
  readonly #ports: Ports;
  readonly #places = new UsualPlaces(placesMax);
  readonly #pairs = new GcraTable(sourcesMax);
  readonly #programs = new GcraTable(sourcesMax);
  readonly #networks = new GcraTable(sourcesMax);
  #sources: ReadonlyMap<string, number> = new Map();
  #until = 0;
  #sprayedOn = -1;
  #sprayed: ReadonlySet<number> = new Set();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  setHeld(sources: readonly HeldSource[], sprayed: SprayedPasswords | undefined): void {
    this.#sources = new Map(sources.map(({ network, until }) => [network, until]));
    this.#until = sources.reduce((latest, { until }) => Math.max(latest, until), 0);
    this.#sprayedOn = sprayed?.day ?? -1;
    this.#sprayed = new Set(sprayed?.buckets);
  }

  /** Whether any hold stands. */
  stands(at: number): boolean {
    return at < this.#until || (this.#sprayed.size > 0 && dayOf(at) === this.#sprayedOn);
  }

  take(door: HoldDoor, actor: Actor, parts: RequestParts, at: number): AbuseHold | undefined {
    const stuffs = door.holdStuffers !== false && at < (this.#sources.get(actor.network) ?? 0);
    const sprayed = door.holdSprayed !== false && this.#isSprayed(door, parts, at);
    if (!stuffs && !sprayed) return undefined;
    const { subjects } = extractSubjects(door.subjects, door.template, parts, this.#ports);
    const people = subjects.filter(({ type }) => naturalKeyTypes.includes(type));
    const accounts = keysOf((people.length > 0 ? people : subjects).map(({ hash }) => hash));
    if (this.#places.knows(actor, accounts)) return { reason: "login-known", wait: 0, taken: "", login: { door, actor, accounts, draws: nothing } };
    if (sprayed) return { reason: "login-sprayed", wait: Math.min(hourMs, (dayOf(at) + 1) * dayMs - at), taken: "" };
    const draws = this.#drawsOf(actor, accounts);
    const wait = drawAll(draws, at);
    return wait > 0 ? { reason: "login-stuffed", wait, taken: "" } : { reason: "login-probation", wait: 0, taken: "", login: { door, actor, accounts, draws } };
  }

  /** The service was not asked after all. */
  withdraw({ login }: AbuseHold, at: number): void {
    if (login !== undefined) giveBackAll(login.draws, at, 1);
  }

  /** It was answered like this; undefined: the service gave no answer. */
  settle({ login }: AbuseHold, answer: ClassifiedAnswer | undefined, at: number): void {
    if (login === undefined) return;
    const outcome = answer === undefined ? "none" : triedOutcome(login.door, answer, this.#ports);
    if (outcome === "wrong") return;
    if (outcome !== "right") return giveBackAll(login.draws, at, 1);
    this.#places.add(login.actor, login.accounts, at);
    giveBackAll(login.draws, at, 1 + policy.rightCodeGives);
    // NIST SP 800-63B: who is let in has his failures forgotten.
    giveBackAll(this.#pairDraws(login.actor, login.accounts), at, policy.heldTriesOfPair);
  }

  /** Somebody signed in, or proved himself otherwise, from there. */
  anchor({ kind, network, subjects, at }: Anchor): void {
    if (kind === "sign-in" || kind === "sign-up" || kind === "device-completion" || kind === "code-verified")
      this.#places.add({ network, credential: undefined }, keysOf(subjects), at);
  }

  #drawsOf(actor: Actor, accounts: readonly Key[]): readonly Draw[] {
    const most = this.#places.peopleAt(actor.network) >= policy.heldSharedPeople ? policy.heldTriesShared : policy.heldTriesOfNetwork;
    return [
      { table: this.#networks, key: keyOf(actor.network), everyMs: policy.heldTryBackMs, most },
      { table: this.#programs, key: keyOf(actor.narrow), everyMs: policy.heldTryBackMs, most: policy.heldTries },
      ...this.#pairDraws(actor, accounts),
    ];
  }

  #pairDraws({ network }: Actor, accounts: readonly Key[]): readonly Draw[] {
    return accounts.slice(0, accountsMax).map(({ hi, lo }) => ({ table: this.#pairs, key: mixKey(keyOf(network), hi, lo), everyMs: hourMs, most: policy.heldTriesOfPair }));
  }

  #isSprayed({ proof }: HoldDoor, parts: RequestParts, at: number): boolean {
    const day = dayOf(at);
    if (proof === undefined || this.#sprayed.size === 0 || day !== this.#sprayedOn) return false;
    const given = givenIn(parts, proof, this.#ports);
    return given !== undefined && this.#sprayed.has(bucketOf(given, day, this.#ports));
  }
}

/** What stands in the field that carries the secret, read as the hub reads it. */
function givenIn({ query, contentType, body }: RequestParts, proof: string, ports: Ports): string | undefined {
  const request = { headers: [["content-type", contentType]] as const, body: body ?? "" };
  const exchange = { id: "", at: 0, method: "POST", url: `http://_/?${query}`, client: { address: "" }, request, response: { status: 0, headers: [] }, carries: carriesAll };
  return requestFields(viewOf(exchange, ports), [], ports, { fieldNames: () => [proof] }).find(({ name }) => name === proof)?.value;
}

function keysOf(hashes: readonly string[]): readonly Key[] {
  return hashes.map(keyOf);
}

function keyOf(hash: string): Key {
  return keyOfHex(hash, { hi: 0, lo: 0 });
}

function dayOf(at: number): number {
  return Math.floor(at / dayMs);
}

const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** A sign-in names one account, by two names at most. */
const accountsMax = 4;
/** 1 MiB each. */
export const sourcesMax = 65_536;
/** 5 MB for this month and the last. */
const placesMax = 1_000_000;
const nothing: readonly Draw[] = [];
