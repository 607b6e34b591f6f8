import { abusePolicy as policy } from "../detect/abuse/abuse-policy.ts";
import { voucherCodes, voucherOutcome } from "../detect/abuse/voucher-tries.ts";
import { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import { type Key, keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import { RotatingMap } from "../detect/oracle/rotating-map.ts";
import type { Actor } from "../exchange/actor.ts";
import type { Ports } from "../exchange/ports.ts";
import { hasRepeatedKeys } from "../exchange/repeated-keys.ts";
import { pathValues } from "../exchange/request-parts.ts";
import { type ClassifiedAnswer, classifyResponse, parsed } from "../exchange/response-class.ts";
import type { RequestParts } from "../exchange/subjects.ts";
import { requestViewOf } from "../exchange/view-of.ts";
import { CodeBrake } from "./code-brake.ts";
import type { CodeDoor } from "./gate-policy.ts";
import { GcraTable } from "./gcra.ts";

/**
 * Stops who guesses codes of coupons, gift cards, referrals and invitations before the service is asked. What counts is the *different* code, not the request:
 *
 * - A code that this caller tried before costs nothing, however often it is sent again and however it was answered: its answer is known to it already.
 * - A code that callers of {@link policy.voucherPublicNetworks} networks tried is known to everybody (a newsletter's, also one that has run out) and costs nothing, while the caller has something left.
 * - Any other costs its caller, its credential and its address one each. A right one gives itself back and {@link CodeDoor.rightGives} more, once; what is sent in one request gives back once.
 * - While somebody is proven to guess from many places, strangers together have what is usual, or so many a day as do no harm ({@link CodeBrake}). Who was first to bring some right code before that is none.
 *
 * Where many codes exist, guesses are often right; then a right one must not buy more guesses than honest people need, so {@link CodeDoor.rightGives} follows how often honest callers are wrong.
 *
 * Misses: guesses nearly as often right as honest people's; codes that others tried. Mistakes: newcomers behind an address from which somebody guesses all day; the first two whose browser's helper goes
 * through a new list of codes. Bounds: {@link callersMax} of each kind, {@link pairsMax} pairs of caller and code a month, {@link codesMax} codes; what is forgotten is counted anew.
 */
export class VoucherLimits {
  readonly #ports: Ports;
  readonly #networks = new GcraTable(callersMax);
  /** Apart, for programs and credentials can be had for nothing: they push out no address. */
  readonly #callers = new GcraTable(callersMax);
  /** How often a code gave an address something back. */
  readonly #given = new GcraTable(callersMax);
  readonly #brakes = new Map<string, CodeBrake>();
  /** Who tried which code, and right codes with who brought them first. Made with the first try. */
  #tried: BlockedBloom | undefined;
  #accepted: BlockedBloom | undefined;
  /** Networks that tried a code, `publicNetworks` at most. */
  readonly #seen = new RotatingMap<string[]>(codesMax);

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Forgets what is kept for doors that are no more. */
  keep(doors: ReadonlyMap<string, CodeDoor>): void {
    for (const id of this.#brakes.keys()) if (!doors.has(id)) this.#brakes.delete(id);
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
    const charges = chargesOf(door, actor);
    const first: VoucherTry = { voucher: true, doorId: door.id, actor, codes: codes ?? noCodes, charges, cost: fresh.length, held: undefined, stranger: false };
    if (fresh.length === 0) {
      if (known) return first;
      const wait = this.#waitOf(charges, at);
      return wait === 0 ? first : { wait, reason: "code-limit" };
    }
    const familiar = this.#isFamiliar(actor);
    const taken = this.#charge(charges, fresh.length, at) ?? (familiar ? this.#charge(keptOf(charges, actor), fresh.length, at) : undefined);
    if (taken === undefined) return { wait: Math.max(1, this.#waitOf(charges, at)), reason: "code-limit" };
    const held = !familiar && door.harmless !== undefined ? door.harmless : undefined;
    const later = held === undefined ? 0 : this.#brakeOf(door.id).take(held, at);
    // The caller pays all the same: else a crowd would find out for nothing which codes everybody knows.
    if (later > 0) return { wait: later, reason: "code-brake" };
    return { ...first, charges: taken, held, stranger: !familiar };
  }

  /** It was answered like this; undefined: the service gave no answer. */
  settle({ doorId, actor, codes, charges, cost, held, stranger }: VoucherTry, door: CodeDoor | undefined, answer: ClassifiedAnswer | undefined, at: number): void {
    const outcome = door === undefined || answer === undefined ? "none" : this.#outcomeOf(door, answer);
    if (outcome === "none") {
      this.#giveBack(charges, cost, at);
      if (held !== undefined) this.#brakeOf(doorId).giveBack(held, at);
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
      if (stranger && cost > 0 && door?.harmless === undefined) this.#brakeOf(doorId).learn(at);
      return;
    }
    if (held !== undefined) this.#brakeOf(doorId).giveBack(held, at);
    if (cost > 0) this.#giveBack(charges, 1, at);
    if (fresh > 0) this.#reward(charges, door?.rightGives ?? policy.rightCodeGives, codes, actor, at);
    // Where many codes exist a guesser is soon first with one.
    if (first && door?.harmless === undefined) for (const hash of hashesOf(actor)) this.#accepted?.add(...pairOf(hash, "", 3), at);
  }

  /** Was this caller, or its address, first with some right code, while nobody was proven to guess? Codes that many have make nobody known: one of them would make a guesser known everywhere. */
  #isFamiliar(actor: Actor): boolean {
    const accepted = this.#accepted;
    return accepted !== undefined && hashesOf(actor).some((hash) => accepted.has(...pairOf(hash, "", 3)));
  }

  /** Something more for a right code: to the caller once, to an address that many share once an hour. */
  #reward(charges: readonly Charge[], gives: number, codes: readonly string[], actor: Actor, at: number): void {
    for (const { key, wide } of charges) {
      if (wide) {
        const shared = codes.some((code) => {
          const [hi, lo] = pairOf(actor.network, code, 4);
          return this.#given.take(hi, lo, at, hourMs, policy.voucherGivesAtOnce) === 0;
        });
        if (!shared) continue;
      }
      this.#table(wide).giveBack(key.hi, key.lo, at, policy.wrongCodeBackMs, gives);
    }
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

  /** All of them, or none. */
  #charge(charges: readonly Charge[], count: number, at: number): readonly Charge[] | undefined {
    for (const [n, { key, wide, most }] of charges.entries()) {
      for (let k = 0; k < count; k++) {
        if (this.#table(wide).take(key.hi, key.lo, at, policy.wrongCodeBackMs, most) === 0) continue;
        this.#table(wide).giveBack(key.hi, key.lo, at, policy.wrongCodeBackMs, k);
        this.#giveBack(charges.slice(0, n), count, at);
        return undefined;
      }
    }
    return charges;
  }

  #giveBack(charges: readonly Charge[], count: number, at: number): void {
    if (count > 0) for (const { key, wide } of charges) this.#table(wide).giveBack(key.hi, key.lo, at, policy.wrongCodeBackMs, count);
  }

  /** Milliseconds until each of these has one left; 0: they have. */
  #waitOf(charges: readonly Charge[], at: number): number {
    let wait = 0;
    for (const { key, wide, most } of charges) {
      const over = this.#table(wide).taken(key.hi, key.lo, at, policy.wrongCodeBackMs) - most + 1;
      if (over > 0) wait = Math.max(wait, over * policy.wrongCodeBackMs);
    }
    return wait;
  }

  #table(wide: boolean): GcraTable {
    return wide ? this.#networks : this.#callers;
  }

  #brakeOf(doorId: string): CodeBrake {
    let brake = this.#brakes.get(doorId);
    if (brake === undefined) this.#brakes.set(doorId, (brake = new CodeBrake()));
    return brake;
  }
}

/** A request that passed and is not judged yet. */
export interface VoucherTry {
  readonly voucher: true;
  readonly doorId: string;
  readonly actor: Actor;
  /** Keyed hashes; none where they could not be read. */
  readonly codes: readonly string[];
  readonly charges: readonly Charge[];
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

interface Charge {
  readonly key: Key;
  readonly wide: boolean;
  readonly most: number;
}

function chargesOf(door: CodeDoor, { network, narrow, credential }: Actor): readonly Charge[] {
  const most = door.wrongCodes;
  const charges: Charge[] = [
    { key: keyOf(network, 1), wide: true, most: most * policy.wrongCodesOfNetwork },
    { key: keyOf(narrow, 2), wide: false, most },
  ];
  if (credential !== undefined) charges.push({ key: keyOf(credential, 3), wide: false, most });
  return charges;
}

/** What is left for people known there, at an address that a guesser used up; not for the guesser. */
function keptOf(charges: readonly Charge[], { network }: Actor): readonly Charge[] {
  return charges.map((charge) => (charge.wide ? { key: keyOf(network, 4), wide: true, most: policy.wrongCodesKept } : charge));
}

/** Whose tries of a code are one: its account's wherever it is, else its program's at its address. */
function callerOf({ narrow, credential }: Actor): string {
  return credential ?? narrow;
}

function hashesOf({ network, credential }: Actor): readonly string[] {
  return credential === undefined ? [network] : [network, credential];
}

/** All doors together: who guesses at two has no second start. */
function keyOf(hash: string, sort: number): Key {
  return mixKey(keyOfHex(hash, { hi: 0, lo: 0 }), 0, sort);
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
/** 1 MiB each. An attacker who has so many addresses needs no second start at one. */
export const callersMax = 65_536;
/** 1 MiB for this month and the last. */
export const pairsMax = 200_000;
const rememberMs = 30 * 86_400_000;
/** Some 5 MB. Who pushes codes out of it has others' codes cost one each again. */
export const codesMax = 16_384;
