import { abusePolicy as policy } from "../detect/abuse/abuse-policy.ts";
import { voucherCodes, voucherOutcome } from "../detect/abuse/voucher-tries.ts";
import { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import { keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import { RotatingMap } from "../detect/oracle/rotating-map.ts";
import type { Actor } from "../exchange/actor.ts";
import type { Ports } from "../exchange/ports.ts";
import { hasRepeatedKeys } from "../exchange/repeated-keys.ts";
import { pathValues } from "../exchange/request-parts.ts";
import { type ClassifiedAnswer, classifyResponse, parsed } from "../exchange/response-class.ts";
import type { RequestParts } from "../exchange/subjects.ts";
import { requestViewOf } from "../exchange/view-of.ts";
import { CodeAllowances } from "./code-allowances.ts";
import { CodeBrakes } from "./code-brake.ts";
import { type Draw, drawAll, giveBackAll, waitOfAll } from "./draws.ts";
import type { CodeDoor } from "./gate-policy.ts";
import { GcraTable } from "./gcra.ts";
import { UsualPlaces } from "./usual-places.ts";

/**
 * Stops who guesses codes of coupons, gift cards, referrals and invitations before the service is asked. What counts is the *different* code, not the request:
 *
 * - A code that this caller tried before costs nothing, however often it is sent again and however it was answered: its answer is known to it already.
 * - A code that callers of {@link policy.voucherPublicNetworks} networks tried is known to everybody (a newsletter's, also one that has run out) and costs nothing, while the caller has something left.
 * - Any other costs its program, its credential and its address one each ({@link CodeAllowances}). A right one gives itself back and {@link CodeDoor.rightGives} more, once; what is sent in one request gives back once.
 * - While somebody is proven to guess from many places, strangers together have what is usual, or so many a day as do no harm ({@link CodeBrake}). Who was first to bring some right code before that is none.
 *
 * Where many codes exist, guesses are often right; then a right one must not buy more guesses than honest people need, so {@link CodeDoor.rightGives} follows how often honest callers are wrong.
 *
 * Misses: guesses nearly as often right as honest people's; codes that others tried. Mistakes: newcomers behind an address from which somebody guesses all day; the first two whose browser's helper goes
 * through a new list of codes. Bounds: {@link pairsMax} pairs of caller and code a month, {@link codesMax} codes, {@link givenMax} codes that gave something back; what is forgotten is counted anew.
 */
export class VoucherLimits {
  readonly #ports: Ports;
  readonly #allowances = new CodeAllowances();
  /** How often a code gave an address something back. */
  readonly #given = new GcraTable(givenMax);
  readonly #brakes = new CodeBrakes();
  /** Who tried which code; and codes that were right. Each made with the first. */
  #tried: BlockedBloom | undefined;
  #accepted: BlockedBloom | undefined;
  /** Where somebody was first to bring some right code. */
  readonly #places = new UsualPlaces(pairsMax);
  /** Networks that tried a code, `publicNetworks` at most. */
  readonly #seen = new RotatingMap<string[]>(codesMax);

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Forgets what is kept for doors that are no more. */
  keep(doors: ReadonlyMap<string, CodeDoor>): void {
    this.#brakes.keep(doors);
  }

  /** Charges one request. `whole`: all of it was read. */
  take(door: CodeDoor, actor: Actor, parts: RequestParts | undefined, whole: boolean, at: number): VoucherTry | VoucherRefusal {
    const codes = parts === undefined || !whole ? undefined : this.#codesOf(door, parts);
    const own = callerOf(actor);
    const fresh: string[] = [];
    let known = false;
    // What cannot be read is a code nobody tried.
    for (const code of codes ?? unread) {
      if (code !== "" && this.#tried?.has(...pairOf(own, code, 1)) === true) known = true;
      else if (code === "" || !this.#isPublic(code)) fresh.push(code);
    }
    const [address, ...callers] = this.#allowances.of(actor, door.wrongCodes);
    let draws: readonly Draw[] = [address, ...callers];
    const cost = fresh.length;
    if (cost === 0) {
      const wait = known ? 0 : waitOfAll(draws, at);
      return wait > 0 ? { wait, reason: "code-limit" } : { voucher: true, doorId: door.id, actor, codes: codes ?? noCodes, draws, cost, held: undefined, stranger: false };
    }
    const familiar = this.#places.knows(actor, []);
    const short = drawAll(draws, at, cost);
    if (short > 0) {
      // What is left for people known there, at an address that a guesser used up; not for the guesser.
      draws = [this.#allowances.kept(actor), ...callers];
      if (!familiar || drawAll(draws, at, cost) > 0) return { wait: short, reason: "code-limit" };
    }
    const held = familiar ? undefined : door.harmless;
    const later = held === undefined ? 0 : this.#brakes.of(door.id).take(held, at);
    // The caller pays all the same: else a crowd would find out for nothing which codes everybody knows.
    if (later > 0) return { wait: later, reason: "code-brake" };
    return { voucher: true, doorId: door.id, actor, codes: codes ?? noCodes, draws, cost, held, stranger: !familiar };
  }

  /** It was answered like this; undefined: the service gave no answer. */
  settle({ doorId, actor, codes, draws, cost, held, stranger }: VoucherTry, door: CodeDoor | undefined, answer: ClassifiedAnswer | undefined, at: number): void {
    const outcome = door === undefined || answer === undefined ? "none" : this.#outcomeOf(door, answer);
    if (outcome === "none") {
      giveBackAll(draws, at, cost);
      if (held !== undefined) this.#brakes.of(doorId).giveBack(held, at);
      return;
    }
    const own = callerOf(actor);
    const tried = (this.#tried ??= new BlockedBloom(pairsMax, rememberMs));
    let fresh = 0;
    let first = false;
    for (const code of codes) {
      if (tried.add(...pairOf(own, code, 1), at)) fresh++;
      if (outcome === "right" && !this.#isPublic(code) && (this.#accepted ??= new BlockedBloom(pairsMax, rememberMs)).add(...pairOf(code, "", 2), at)) first = true;
      this.#saw(code, actor.network);
    }
    if (outcome === "wrong") {
      if (stranger && cost > 0 && door?.harmless === undefined) this.#brakes.of(doorId).learn(at);
      return;
    }
    if (held !== undefined) this.#brakes.of(doorId).giveBack(held, at);
    if (cost > 0) giveBackAll(draws, at, 1);
    if (fresh > 0) this.#reward(draws, door?.rightGives ?? policy.rightCodeGives, codes, actor, at);
    // Codes that many have make nobody known: one of them would make a guesser known everywhere. Where many codes exist he is soon first with one.
    if (first && door?.harmless === undefined) this.#places.add(actor, [], at);
  }

  /** Something more for a right code: to the caller once, to an address that many share once an hour. */
  #reward([address, ...callers]: readonly Draw[], gives: number, codes: readonly string[], { network }: Actor, at: number): void {
    giveBackAll(callers, at, gives);
    const given = codes.some((code) => {
      const [hi, lo] = pairOf(network, code, 4);
      return this.#given.take(hi, lo, at, hourMs, policy.voucherGivesAtOnce) === 0;
    });
    if (given && address !== undefined) giveBackAll([address], at, gives);
  }

  #codesOf(door: CodeDoor, parts: RequestParts): readonly string[] | undefined {
    const view = requestViewOf(parts, this.#ports);
    // Written twice, services differ in which one they take.
    if (view.requestJson !== undefined && hasRepeatedKeys(parts.body ?? "", view.requestJson)) return undefined;
    const codes = voucherCodes(view, pathValues(door.template, parts.segments));
    return codes.length === 0 ? undefined : codes.map((code) => this.#ports.hash("link", `voucher\n${code}`));
  }

  #outcomeOf(door: CodeDoor, answer: ClassifiedAnswer): "right" | "wrong" | "none" {
    const outcome = voucherOutcome(classifyResponse(door.classes, answer, this.#ports), answer.json ?? parsed(answer.body));
    return outcome === "accepted" ? "right" : outcome === "refused" ? "wrong" : "none";
  }

  #isPublic(code: string): boolean {
    return (this.#seen.get(code)?.length ?? 0) >= policy.voucherPublicNetworks;
  }

  #saw(code: string, network: string): void {
    const networks = this.#seen.get(code);
    if (networks === undefined) this.#seen.add(code, [network]);
    else if (networks.length < policy.voucherPublicNetworks && !networks.includes(network)) networks.push(network);
  }
}

/** A request that passed and is not judged yet. */
export interface VoucherTry {
  readonly voucher: true;
  readonly doorId: string;
  readonly actor: Actor;
  /** Keyed hashes; none where they could not be read. */
  readonly codes: readonly string[];
  /** The address comes first. */
  readonly draws: readonly Draw[];
  /** How much each of these paid. */
  readonly cost: number;
  /** Charged to all strangers; see {@link CodeDoor.harmless}. */
  readonly held: number | undefined;
  readonly stranger: boolean;
}

export interface VoucherRefusal {
  readonly wait: number;
  readonly reason: "code-limit" | "code-brake";
}

/** Whose tries of a code are one: its account's wherever it is, else its program's at its address. */
function callerOf({ narrow, credential }: Actor): string {
  return credential ?? narrow;
}

function pairOf(hash: string, code: string, sort: number): readonly [hi: number, lo: number] {
  const key = keyOfHex(hash, { hi: 0, lo: 0 });
  const other = keyOfHex(code, { hi: 0, lo: 0 });
  const { hi, lo } = mixKey(mixKey(key, other.hi, other.lo), 0, sort);
  return [hi, lo];
}

const unread: readonly string[] = [""];
const noCodes: readonly string[] = [];
const hourMs = 3_600_000;
/** 1 MiB. Who pushes codes out of it has each give back once more. */
const givenMax = 65_536;
/** 1 MiB for this month and the last. */
export const pairsMax = 200_000;
const rememberMs = 30 * 86_400_000;
/** Some 5 MB. Who pushes codes out of it has others' codes cost one each again. */
export const codesMax = 16_384;
