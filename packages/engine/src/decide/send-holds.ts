import { prefixKey } from "../detect/abuse/prefix-holds.ts";
import { prefixOf } from "../detect/abuse/sms-pumping.ts";
import { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import { type Key, keyOfHex } from "../detect/observe/key-pair.ts";
import { normalForm } from "../exchange/normal-form.ts";
import type { Ports } from "../exchange/ports.ts";
import { extractSubjects, type RequestParts } from "../exchange/subjects.ts";
import type { AbuseHold } from "./abuse-hold.ts";
import type { Anchor, HeldPrefix, HoldDoor } from "./gate-policy.ts";
import { GcraTable } from "./gcra.ts";

/**
 * Stops pumped messages: while a prefix (the number without its last four digits) is proven to be pumped, numbers of it that never confirmed a code get none, but for one every {@link HeldPrefix.everyMs}. Of those it
 * is learned whether people confirm there, and when the hold ends. A number that confirmed a code, from anywhere, is never held.
 *
 * The harm it does: a newcomer whose number shares its first digits with the pumped ones waits for his turn, behind the pumper's numbers while he goes on. He is told that no message went out: answering as if one had would leave
 * him waiting for it, and would hide nothing from a pumper, who is paid for messages that arrive.
 *
 * Misses: sends that name an account's id and no number; numbers that confirm, which their owner may have sent to as often as the service allows; a number written without its country, which is another prefix, until that one is proven, too.
 * Mistakes: what confirmed longer ago than is remembered (a month or two; a month after a restart) is a stranger. It tells: under a hold who is answered is a stranger's number or a customer's, at the price of a message to each customer asked about.
 * Bounds: {@link confirmedMax} numbers a month; allowances for {@link prefixesMax} prefixes ({@link GcraTable} says what happens there).
 */
export class SendHolds {
  readonly #ports: Ports;
  readonly #numbersMax: number;
  readonly #table = new GcraTable(prefixesMax);
  /** Numbers that confirmed a code. Made with the first. */
  #confirmed: BlockedBloom | undefined;
  #held: ReadonlyMap<string, HeldPrefix> = new Map();
  /** When the last hold ends. */
  #until = 0;

  constructor(ports: Ports, numbersMax = confirmedMax) {
    this.#ports = ports;
    this.#numbersMax = numbersMax;
  }

  setHeld(held: readonly HeldPrefix[]): void {
    this.#held = new Map(held.map((one) => [one.prefix, one]));
    this.#until = held.reduce((latest, { until }) => Math.max(latest, until), 0);
  }

  /** Whether any hold stands. */
  stands(at: number): boolean {
    return at < this.#until;
  }

  take(door: HoldDoor, parts: RequestParts, at: number, complete: boolean): AbuseHold | undefined {
    const { subjects, truncated: cut, first } = extractSubjects(door.subjects, door.template, parts, this.#ports);
    const truncated = cut || (!complete && door.subjects.some(({ location }) => location.in === "json" || location.in === "form"));
    const several = truncated || subjects.length > 1;
    const prefix = several || subjects.length === 0 ? undefined : prefixOf(normalForm("phone", first));
    if (prefix === undefined && !several) return undefined;
    const hold = prefix === undefined ? this.#longest(at) : this.#held.get(prefixKey(prefix, this.#ports));
    if (hold === undefined || at >= hold.until) return undefined;
    if (!truncated && subjects.every(({ hash }) => this.#knows(hash))) return { reason: "sms-known", wait: 0, taken: "" };
    // Nobody has codes sent to several numbers at once: which of them is meant is not for us to guess.
    if (several) return { reason: "sms-held", wait: hold.until - at, taken: "" };
    const { hi, lo } = keyOfHex(hold.prefix, { hi: 0, lo: 0 });
    const wait = this.#table.take(hi, lo, at, hold.everyMs, 1);
    return wait === 0 ? { reason: "sms-probation", wait: 0, taken: hold.prefix } : { reason: "sms-held", wait, taken: "" };
  }

  /** Nothing went out. */
  withdraw({ taken }: AbuseHold, at: number): void {
    const hold = taken === "" ? undefined : this.#held.get(taken);
    if (hold === undefined) return;
    const { hi, lo } = keyOfHex(taken, { hi: 0, lo: 0 });
    this.#table.giveBack(hi, lo, at, hold.everyMs, 1);
  }

  anchor({ kind, subjects, at }: Anchor): void {
    if (kind !== "agreed") return;
    const confirmed = (this.#confirmed ??= new BlockedBloom(this.#numbersMax, rememberMs));
    for (const hash of subjects) {
      const { hi, lo } = keyOfHex(hash, { hi: 0, lo: 0 });
      confirmed.add(hi, lo, at);
    }
  }

  #knows(hash: string): boolean {
    if (this.#confirmed === undefined) return false;
    const { hi, lo }: Key = keyOfHex(hash, { hi: 0, lo: 0 });
    return this.#confirmed.has(hi, lo);
  }

  #longest(at: number): HeldPrefix | undefined {
    let longest: HeldPrefix | undefined;
    for (const hold of this.#held.values()) if (at < hold.until && (longest === undefined || hold.until > longest.until)) longest = hold;
    return longest;
  }
}

/** As many as may be held. */
const prefixesMax = 1_024;
/** 5 MB for this month and the last. */
const confirmedMax = 1_000_000;
const rememberMs = 30 * 86_400_000;
