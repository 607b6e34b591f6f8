import type { Side } from "./named-apart.ts";
import type { Actor } from "../exchange/actor.ts";
import type { Subject } from "../exchange/subject.ts";
import { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import { type Key, keyOfHex } from "../detect/observe/key-pair.ts";
import type { SourceTable } from "../detect/observe/source-table.ts";
import type { AskedElsewhere } from "./asked-elsewhere.ts";
import { type CanaryWatch, touchKey } from "./canary-watch.ts";
import type { InAll } from "./charges.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import type { GateSignals } from "./gate-signals.ts";
import { type SourceBook, spokenFor } from "./source-book.ts";

/** An asker's first question about each person, answered truthfully or not: counted for the asker, and in D3 for the endpoint; and whether it is about somebody whom nobody honest knows. */
export class FirstContacts {
  readonly #contacted: BlockedBloom;
  readonly #book: SourceBook;
  readonly #sources: SourceTable;
  readonly #elsewhere: AskedElsewhere;
  readonly #canaries: CanaryWatch;
  readonly #signals: GateSignals;
  /** Newcomers of before are not counted by the hour. */
  newcomersFrom = Number.NEGATIVE_INFINITY;

  /** `pairs` a Bloom generation remembers. */
  constructor(pairs: number, book: SourceBook, elsewhere: AskedElsewhere, canaries: CanaryWatch, signals: GateSignals) {
    this.#contacted = new BlockedBloom(pairs, 30 * 86_400_000);
    this.#book = book;
    this.#sources = book.slots;
    this.#elsewhere = elsewhere;
    this.#canaries = canaries;
    this.#signals = signals;
  }

  /** Remembers this pair of asker and person; true the first time. */
  add(hi: number, lo: number, at: number): boolean {
    return this.#contacted.add(hi, lo, at);
  }

  /** A first contact, answered truthfully or not. */
  count(watch: EndpointWatch, actor: Actor, subject: string, all: InAll, newcomer: boolean, stranger: boolean, truthful: boolean, at: number, side?: Side): void {
    if (!this.#elsewhere.has(this.#contacted, watch, all.narrow, actor.narrow, subject)) {
      if (all.narrow >= 0) this.#book.countInAll(all.narrow, "askedInAll");
      if (all.network >= 0 && !stranger) this.#book.countInAll(all.network, "askedInAll");
      this.#elsewhere.note(this.#contacted, watch, all.narrow, actor.narrow, subject, at);
    }
    const network = this.#book.find(watch, actor.network);
    if (network < 0) return;
    // What a stranger asks is not the debt of those behind its address.
    if (!stranger) {
      this.#sources.asked[network] = (this.#sources.asked[network] ?? 0) + 1;
      if (!truthful) this.#sources.refuse(network);
    }
    const narrow = this.#book.find(watch, actor.narrow);
    if (narrow >= 0 && narrow !== network) {
      this.#sources.asked[narrow] = (this.#sources.asked[narrow] ?? 0) + 1;
      if (!truthful) this.#sources.refuse(narrow);
    }
    const inHour = this.#book.inHour(network, at);
    if (inHour >= spokenFor(stranger)) return;
    this.#sources.inHour[network] = inHour + 1;
    if (!newcomer) return;
    if (at >= this.newcomersFrom) watch.hours.came(at);
    const change = watch.newcomer(at, side);
    if (change !== undefined) this.#signals.surge(watch, change, at);
  }

  /** A first contact: is it about somebody whom nobody honest knows? */
  touched(watch: EndpointWatch, actor: Actor, subject: Subject, newcomer: boolean, at: number): void {
    const what = this.#canaries.look(subject);
    if (what === undefined) return;
    const narrow = touchKey(keyOfHex(actor.narrow, scratchA));
    const network = touchKey(keyOfHex(actor.network, scratchA));
    const news = watch.touches.touch(what, narrow, network, newcomer, at);
    if (news === undefined) return;
    this.#signals.canary(watch, actor, what, news, Math.min(watch.touches.sourceCut(narrow), watch.touches.endpointCut(at)), at);
  }
}

const scratchA: Key = { hi: 0, lo: 0 };
