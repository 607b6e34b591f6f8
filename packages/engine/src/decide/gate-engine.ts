import type { Actor } from "../exchange/actor.ts";
import type { DarkRange } from "../exchange/dark-range.ts";
import type { Mode } from "../exchange/exchange.ts";
import type { Subject } from "../exchange/subject.ts";
import type { Signal } from "../detect/signal.ts";
import { type Anchor, defaultBudget, type Disclosure, type EarlyContact, type GatePolicy, type GuardedEndpoint } from "./gate-policy.ts";
import type { LooksOf, Side } from "./named-apart.ts";
import { BernoulliCusum } from "../detect/observe/bernoulli-cusum.ts";
import { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import { type Key, keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import { type NewPair, type PendingPair, PendingPairs } from "../detect/observe/pending-pairs.ts";
import { secondsOf, type SourceTable } from "../detect/observe/source-table.ts";
import type { CanarySet } from "./canaries.ts";
import { CanaryWatch, touchKey } from "./canary-watch.ts";
import { type EndpointWatch, surplusOf } from "./endpoint-watch.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import { ExpectedCallers } from "./expected-callers.ts";
import type { NewcomerHour } from "./newcomer-hours.ts";
import { GateSignals } from "./gate-signals.ts";
import { openExpected, openReservation, type Outcome, type Reservation } from "./reservation.ts";
import { OwnedObjects } from "./owned-objects.ts";
import { SignedIn } from "./signed-in.ts";
import { anchorKey, pairKey, SourceBook, spokenFor } from "./source-book.ts";
import { AskedElsewhere } from "./asked-elsewhere.ts";
import { Watches } from "./watches.ts";

/**
 * Decides, on the waiting request's own time, who may still learn something. Two-phase: {@link reserve} takes credits for
 * every new subject before the upstream is asked, so that parallel requests cannot outrun the count; {@link settle} keeps
 * or refunds them when the answer is known. Runs D1 (disclosure credits), D2 (source e-detector), D3 (endpoint CUSUM) and D6 (ceiling); all O(1) a
 * subject. Synchronous, deterministic in its inputs, no clock.
 *
 * Misses: an enumerator who anchors as often as honest users do (it must own the identifiers it anchors), and one who shares an address with
 * many honest users and stays below their slack. Walks around: one question per fresh address stays under D1 and D2; then D3 and D6 bound the endpoint.
 */
export class GateEngine {
  readonly sources: SourceTable;
  readonly #book: SourceBook;
  readonly #disclosed: BlockedBloom;
  readonly #contacted: BlockedBloom;
  readonly #vouched: BlockedBloom;
  readonly #pending: PendingPairs;
  readonly #watches = new Watches();
  readonly #elsewhere: AskedElsewhere;
  #startCredits = defaultBudget.startCredits;
  #mode: Mode = "observe";
  readonly #signals: GateSignals;
  readonly #signedIn: SignedIn;
  readonly #owners: OwnedObjects;
  /** The service fails those who are known: who does not follow up now may want to. Newcomers alone cannot say so, they may fail on purpose. */
  #failing = false;
  readonly #knownFail = new BernoulliCusum(policy.failingAt);
  readonly #newcomersFail = new BernoulliCusum(policy.failingAt);
  #now = 0;
  #principals: ReadonlySet<string> = new Set();
  #newcomersFrom = Number.NEGATIVE_INFINITY;
  #replayed = { exchangeId: "", newcomer: false, stranger: false, controlled: false };
  readonly #canaries = new CanaryWatch();
  readonly #expected = new ExpectedCallers();

  constructor(options: GateEngineOptions) {
    this.#book = new SourceBook(options.sourceSlots ?? 1 << 17);
    this.sources = this.#book.slots;
    this.#elsewhere = new AskedElsewhere(this.#book, this.#watches);
    this.#disclosed = new BlockedBloom(options.pairs ?? 2_000_000, 30 * 86_400_000);
    this.#contacted = new BlockedBloom(options.pairs ?? 2_000_000, 30 * 86_400_000);
    this.#vouched = new BlockedBloom(Math.max(1_024, (options.pairs ?? 2_000_000) >> 2), 30 * 86_400_000);
    this.#pending = new PendingPairs(options.pending ?? 1 << 17);
    this.#signals = new GateSignals(options.newId);
    this.#signedIn = new SignedIn(this.#disclosed, this.#signals);
    this.#owners = new OwnedObjects(this.#disclosed, this.#signals);
    this.setCanaries(options.canaries, options.dark ?? false);
  }

  /** Replaces the list of canaries; `dark`: ranges in which nobody can be registered count as well. What was seen stays. */
  setCanaries(canaries: CanarySet | undefined, dark: boolean): void {
    this.#canaries.set(canaries, dark);
  }

  get mode(): Mode {
    return this.#mode;
  }

  /** Takes the ledger's picture whole. What was spent and learned stays, by endpoint id. */
  setPolicy(next: GatePolicy): void {
    this.#mode = next.mode;
    this.#principals = new Set(next.principals);
    this.#expected.set(next.expected ?? []);
    this.#watches.replace(next.endpoints, this.#now);
    this.#startCredits = next.startCredits ?? defaultBudget.startCredits;
    for (const watch of this.#watches.all()) watch.common = watch.endpoint.state === "budgeted" && watch.endpoint.budget.startCredits <= this.#startCredits;
    for (const endpoint of next.endpoints) {
      for (const contact of endpoint.before ?? noContacts) this.#chargeEarly(endpoint.id, contact);
    }
  }

  /** A question that was answered before the guard stood costs what it would have cost behind it. Charged once, however often it is told. */
  #chargeEarly(endpointId: string, contact: EarlyContact): void {
    const watch = this.#watches.get(endpointId);
    if (watch === undefined) return;
    const at = Math.min(contact.at, Math.max(this.#now, contact.at - policy.anchorWithinMs));
    const { hi, lo } = pairKey(watch, contact.narrow, contact.subject);
    if (this.#disclosed.has(hi, lo)) return;
    this.#again(watch, { at, narrow: contact.narrow, network: contact.network, type: contact.type, subject: contact.subject }, undefined, true, "");
  }

  guarded(endpointId: string): GuardedEndpoint | undefined {
    const watch = this.#watches.get(endpointId);
    return watch === undefined || watch.retired ? undefined : watch.endpoint;
  }

  /** Ids of every endpoint guarded now. */
  endpointIds(): string[] {
    return this.#watches.all().flatMap((watch) => (watch.retired ? [] : [watch.endpoint.id]));
  }

  /** Counters of one endpoint, for the console. */
  usage(endpointId: string): { truthful: number; uniform: number; ceiling: number; provisional: boolean } | undefined {
    const watch = this.#watches.get(endpointId);
    if (watch === undefined) return undefined;
    return { truthful: watch.truthful, uniform: watch.uniform, ceiling: watch.ceiling(), provisional: watch.phase !== "calm" };
  }

  /** Newcomers of before `at` are not counted by the hour: an earlier life has told of those that are put back. */
  countNewcomersFrom(at: number): void {
    this.#newcomersFrom = at;
  }

  /** Hours of an endpoint's newcomers from hour `since` on (hours since the epoch), for the detection floor. */
  newcomerHours(endpointId: string, since = 0): NewcomerHour[] {
    return this.#watches.get(endpointId)?.hours.list(since) ?? [];
  }

  /**
   * Phase one. `subjects` are those of the request, already deduplicated; `overflow` says that there were more than could be read.
   * In `observe` the action is always `allow` and `would` says what enforcement would have done.
   */
  reserve(endpointId: string, actor: Actor, subjects: readonly Subject[], overflow: boolean, at: number, client?: LooksOf): Reservation | undefined {
    const watch = this.#watches.get(endpointId);
    if (watch === undefined || watch.retired) return undefined;
    this.advance(at);
    if (!overflow && subjects.length > 0 && this.#expected.takes(actor.address, subjects.length, at)) return openExpected(watch, actor, subjects, at);
    if (watch.endpoint.owned === true) return this.#owners.reserve(watch, actor, subjects, this.#mode, at);
    if (actor.credential !== undefined && ownBudget(watch.endpoint, actor.principal))
      return this.#signedIn.reserve(watch, actor, actor.credential, subjects, overflow, this.#mode, at);
    const { narrow, network, all } = this.#placesOf(watch, actor, at);

    const reservation = openReservation(watch, actor, at);
    for (const subject of subjects) {
      const { hi, lo } = pairKey(watch, actor.narrow, subject.hash);
      if (this.#disclosed.has(hi, lo)) reservation.known.push(subject);
      else reservation.fresh.push({ subject, hi, lo, again: this.#elsewhere.has(this.#disclosed, watch, all.narrow, actor.narrow, subject.hash) });
    }
    const cost = reservation.fresh.length;
    if (cost === 0 && !overflow) {
      reservation.reason = subjects.length === 0 ? "no-subject" : "already-disclosed";
      return reservation;
    }
    // A program never seen to follow up is a newcomer behind whatever address: else it would live off what honest people there have earned.
    const stranger = this.#book.stranger(narrow, network, actor.principal);
    const newcomer = !actor.principal && (stranger || this.#book.newcomer(network));
    const counts = stranger ? narrow : network;
    const left = Math.min(this.#left(watch, actor.narrow, narrow), this.#left(watch, actor.network, network));
    const pays = this.#pays(watch, left, this.#leftInAll(watch, all), network, counts, reservation.fresh, newcomer, !actor.principal && !stranger, at);
    const outage = this.#outage(watch);
    const asked = this.sources.asked[counts] ?? 0;
    reservation.early = !stranger && asked < policy.newcomerFree;
    let reason = this.#refusal(narrow, network, all, pays === undefined, overflow, at);
    if (newcomer) reservation.side = watch.sideOf(client, at);
    if (reason === undefined && newcomer) reason = watch.refusesNewcomer(asked, pays?.surplus ?? 0, cost, reservation.early, at, outage, reservation.side);
    if (reason === undefined && pays !== undefined) {
      reservation.charged = cost;
      reservation.chargedInAll = pays.inAll;
      reservation.newcomer = newcomer;
      reservation.granted = pays.granted;
      reservation.surplus = newcomer ? pays.surplus : 0;
      if (newcomer) watch.takeNewcomer(pays.surplus, cost, at, outage);
      this.#charge(watch, narrow, network, cost, pays.granted);
      this.#owe(all, pays.inAll);
    } else {
      // A watched endpoint only counts: nothing is enforced there, nor would it be.
      reservation.reason = watch.endpoint.state === "budgeted" ? (reason ?? "credits-spent") : "watched";
      if (watch.endpoint.state === "budgeted") {
        reservation.would = "uniform";
        if (this.#mode === "enforce") reservation.action = "uniform";
      }
    }
    return reservation;
  }

  /**
   * Phase two. `classId` undefined or `answered` false: no answer, or one of 5xx/429 — nothing was learned, the credits go back.
   * Returns one disclosure per subject of which something was learned or would have been.
   */
  settle(reservation: Reservation, outcome: Outcome): Disclosure[] {
    if (reservation.settled) return [];
    reservation.settled = true;
    const { watch, actor, at } = reservation;
    if (reservation.expected === true) return outcome.tells ? this.#rowsOf(reservation, outcome) : [];
    if (reservation.foreign === true) {
      this.#owners.settle(reservation, outcome.tells);
      return outcome.tells ? this.#rowsOf(reservation, outcome) : [];
    }
    if (reservation.fanOut !== undefined) {
      this.#signedIn.settle(reservation, reservation.fanOut, outcome.tells);
      return outcome.tells ? this.#rowsOf(reservation, outcome) : [];
    }
    const place = this.#book.find(watch, actor.network);
    const stranger = place >= 0 && this.#book.stranger(this.#book.find(watch, actor.narrow), place, actor.principal);
    const newcomer = !actor.principal && (stranger || this.#book.newcomer(place));
    if (place >= 0 && this.#book.inHour(place, at) < policy.contactsPerSourceHour) {
      (newcomer ? this.#newcomersFail : this.#knownFail).add(outcome.failed, policy.failingUsual, policy.failingShare);
      // One failure an hour of each source: who can make the service fail must not speak for many.
      if (outcome.failed) this.sources.inHour[place] = policy.contactsPerSourceHour;
      if (this.#knownFail.value === 0) this.#failing = false;
      else if (this.#knownFail.reached || (this.#knownFail.value >= policy.failingAt / 2 && this.#newcomersFail.reached)) this.#failing = true;
    }
    const common = this.#inAllOf(watch, actor);
    if (!outcome.tells) {
      this.#refund(reservation, reservation.charged);
      this.#owe(common, -reservation.chargedInAll);
      return [];
    }
    const truthful = reservation.action === "allow";
    // Nothing holds back who asks it.
    const free = reservation.charged === 0 || watch.endpoint.state !== "budgeted";
    let repeats = 0;
    let again = 0;
    for (let n = 0; n < reservation.fresh.length; n++) {
      const fresh = reservation.fresh[n];
      if (fresh === undefined) break;
      if (truthful) {
        const first = this.#disclosed.add(fresh.hi, fresh.lo, at);
        // Answered meanwhile, here or at another door.
        const elsewhere = fresh.again === true || this.#elsewhere.has(this.#disclosed, watch, common.narrow, actor.narrow, fresh.subject.hash);
        if (fresh.again !== true && (elsewhere || !first)) again++;
        if (!first) repeats++;
        else {
          this.#elsewhere.note(this.#disclosed, watch, common.narrow, actor.narrow, fresh.subject.hash, at);
          const { newcomer: counted, early } = reservation;
          const paid = reservation.charged - reservation.surplus;
          const granted = n < paid && n >= paid - reservation.granted;
          this.#learned(watch, actor, fresh.subject, { counted, surplus: n >= paid, granted, fresh: early, side: reservation.side, again: elsewhere }, stranger, free, at);
        }
      }
      if (this.#contacted.add(fresh.hi, fresh.lo, at)) {
        this.#contact(watch, actor, fresh.subject.hash, common, newcomer, stranger, truthful, at);
        if (!newcomer && !actor.principal) watch.touches.known(fresh.subject.dark);
        this.#touched(watch, actor, fresh.subject, newcomer, at);
      }
    }
    if (repeats > 0 && reservation.charged > 0) this.#refund(reservation, Math.min(repeats, reservation.charged));
    if (again > 0) this.#owe(common, -Math.min(again, reservation.chargedInAll));
    if (reservation.would === "uniform") this.#overdraft(watch, actor, reservation, at);
    const known = reservation.known[0];
    if (truthful && known !== undefined) this.#control(watch, actor, known.hash, newcomer, at);
    return this.#rowsOf(reservation, outcome);
  }

  /** Somebody whose program is known asks again about one it was told of: what it does next tells whether the service still lets anybody follow up. */
  #control(watch: EndpointWatch, actor: Actor, subject: string, newcomer: boolean, at: number): void {
    if (newcomer || actor.principal || !this.#book.speaks(watch, actor.network, false, at)) return;
    const slot = this.#book.find(watch, actor.network);
    this.sources.inHour[slot] = this.#book.inHour(slot, at) + 1;
    this.#waits(watch, actor, subject, { counted: false, surplus: false, tested: true, control: true, granted: false, fresh: false }, false, at);
  }

  /** One row for each person of the request. */
  #rowsOf(reservation: Reservation, outcome: Outcome): Disclosure[] {
    const { watch, actor, at } = reservation;
    const truthful = reservation.action === "allow";
    const rows: Disclosure[] = [];
    const subjects = [...reservation.fresh.map((fresh) => fresh.subject), ...reservation.known];
    for (const subject of subjects) {
      rows.push({
        id: `${outcome.exchangeId}.${rows.length}`,
        exchangeId: outcome.exchangeId,
        at,
        endpointId: outcome.endpointId ?? watch.endpoint.id,
        subjectType: subject.type,
        subject: subject.hash,
        answer: truthful ? "truthful" : "uniform",
        responseClass: outcome.classOf?.(subject.hash) ?? outcome.classId,
        narrow: actor.narrow,
        address: actor.address,
        credential: actor.credential ?? "",
        ...(reservation.side === undefined ? {} : { side: reservation.side }),
        ...(this.#canaries.dark ? { dark: subject.dark ?? "" } : {}),
      });
    }
    if (truthful) watch.truthful += rows.length;
    else watch.uniform += rows.length;
    return rows;
  }

  /**
   * Puts a journaled disclosure back after a crash: the same charges, evidence and memory as when it happened. Rows must come in
   * the order they were written; `network` is the keyed hash of the row's address as {@link Actor.network}.
   */
  replay(row: Disclosure, network: string): void {
    const watch = this.#watches.get(row.endpointId);
    if (watch === undefined) return;
    this.advance(row.at);
    if (row.answer === "truthful" && this.#expected.takes(row.address, 1, row.at)) {
      watch.truthful++;
      return;
    }
    if (watch.endpoint.owned === true) return this.#owners.replay(watch, row);
    const proven = row.credential !== "" && this.#principals.has(row.credential);
    if (row.credential !== "" && ownBudget(watch.endpoint, proven)) return this.#signedIn.replay(watch, row, network, proven, this.#mode);
    const principal = proven ? row.credential : undefined;
    this.#again(
      watch,
      { at: row.at, narrow: row.narrow, network, type: row.subjectType, subject: row.subject },
      principal,
      row.answer === "truthful",
      row.exchangeId,
      row.dark,
      row.side,
    );
  }

  /** One question of the past: charges, evidence and memory as when it happened. */
  #again(watch: EndpointWatch, past: EarlyContact, credential: string | undefined, truthful: boolean, exchangeId: string, dark?: DarkRange | "", side?: Side): void {
    const { hi, lo } = pairKey(watch, past.narrow, past.subject);
    const principal = credential !== undefined;
    const actor: Actor = { narrow: past.narrow, network: past.network, address: "", credential, principal };
    const { narrow, network: wide, all } = this.#placesOf(watch, actor, past.at);
    // The rows of one exchange were judged together.
    if (exchangeId === "" || this.#replayed.exchangeId !== exchangeId) {
      const stranger = this.#book.stranger(narrow, wide, principal);
      this.#replayed = { exchangeId, newcomer: !principal && (stranger || this.#book.newcomer(wide)), stranger, controlled: false };
    }
    const { newcomer, stranger } = this.#replayed;
    const counts = stranger ? narrow : wide;
    const early = !stranger && (this.sources.asked[counts] ?? 0) < policy.newcomerFree;
    if (truthful) {
      watch.truthful++;
      if (this.#disclosed.add(hi, lo, past.at)) {
        const left = Math.min(this.sources.credits[narrow] ?? 0, this.sources.credits[wide] ?? 0);
        const again = this.#elsewhere.has(this.#disclosed, watch, all.narrow, past.narrow, past.subject);
        this.#elsewhere.note(this.#disclosed, watch, all.narrow, past.narrow, past.subject, past.at);
        const pays = this.#pays(watch, left, this.#leftInAll(watch, all), wide, counts, [{ again }], newcomer, !principal && !stranger, past.at);
        // What was asked before the guard stood is its asker's debt, not the endpoint's: honest people came then too.
        const counted = newcomer && pays !== undefined && exchangeId !== "";
        if (pays !== undefined) {
          if (counted) {
            const outage = this.#outage(watch);
            // It was answered: what a surge or a narrowing lets through is taken as it was then.
            watch.refusesNewcomer(this.sources.asked[counts] ?? 0, pays.surplus, 1, early, past.at, outage, side);
            watch.takeNewcomer(pays.surplus, 1, past.at, outage);
          }
          this.#charge(watch, narrow, wide, 1, pays.granted);
          this.#owe(all, pays.inAll);
        }
        const subject: Subject = { type: past.type, hash: past.subject, location: { in: "path", name: "" } };
        const as = { counted, surplus: (pays?.surplus ?? 0) > 0, granted: (pays?.granted ?? 0) > 0, fresh: early, side, again };
        this.#learned(watch, actor, subject, as, stranger, pays === undefined || watch.endpoint.state !== "budgeted", past.at);
      } else if (!this.#replayed.controlled) {
        this.#replayed.controlled = true;
        this.#control(watch, actor, past.subject, newcomer, past.at);
      }
    } else {
      watch.uniform++;
      // What fills by time was looked at then, at the pace of then; nothing is taken.
      if (newcomer && exchangeId !== "") watch.refusesNewcomer(this.sources.asked[counts] ?? 0, 0, Number.POSITIVE_INFINITY, early, past.at, this.#frozen(watch), side);
    }
    if (this.#contacted.add(hi, lo, past.at)) {
      this.#contact(watch, actor, past.subject, all, newcomer, stranger, truthful, past.at);
      // Of what was asked before the guard stood, and of older journals, it is not known whether they lie in the dark: they do not teach where people live.
      if (dark !== undefined && !newcomer && !principal) watch.touches.known(dark === "" ? undefined : dark);
      const range = dark === undefined || dark === "" ? {} : { dark };
      this.#touched(watch, actor, { type: past.type, hash: past.subject, location: { in: "path", name: "" }, ...range }, newcomer, past.at);
    }
  }

  /**
   * A legitimate party anchored: pending questions of that network about those subjects were honest. Each pair refunds once. Only the first anchor of
   * a subject in a network, and in at most {@link policy.networksPerSubject} networks a month, counts for more than its own cost: otherwise one own
   * account, asked about under ever new fingerprints or from ever new addresses, would buy answers about others without end. Kind `failed`: see {@link #tried}; refunds nothing.
   */
  anchor(anchor: Anchor): number {
    if (anchor.kind === "handed") {
      this.#owners.handed(anchor);
      return 0;
    }
    // Of {@link PromptLimits} only.
    if (anchor.kind === "agreed") return 0;
    let refunded = 0;
    const network = keyOfHex(anchor.network, scratchA);
    const networkHi = network.hi;
    const networkLo = network.lo;
    if (anchor.kind === "failed") {
      for (const subject of anchor.subjects.slice(0, anchoredSubjectsMax)) {
        const { hi, lo } = anchorKey(networkHi, networkLo, subject);
        this.#pending.tried(hi, lo, (pair) => this.#tried(pair));
      }
      return 0;
    }
    for (const subject of anchor.subjects.slice(0, anchoredSubjectsMax)) {
      this.#canaries.followedUp(subject);
      const key = anchorKey(networkHi, networkLo, subject);
      const { hi, lo } = key;
      refunded += this.#pending.anchor(hi, lo, (pair) => {
        if (!pair.control) this.#anchored(pair, this.#vouches(pair, subject, anchor), anchor.at);
      });
    }
    return refunded;
  }

  /** Moves event time forward: deadlines pass, baselines roll, phases end. Cheap when nothing is due. */
  advance(at: number): void {
    if (at <= this.#now) return;
    this.#now = at;
    this.#pending.review(at + policy.anchorWithinMs - policy.cohortJudgedAfterMs, (pair, anchored) => this.#judged(pair, anchored, at));
    this.#pending.expire(at, (pair) => this.#unanchored(pair, at));
    for (const watch of this.#watches.all()) {
      const change = watch.advance(at);
      if (change !== undefined) this.#signals.followUp(watch, change, at);
      this.#cohort(watch, at);
    }
  }

  /** Signals since the last call. */
  drain(): Signal[] {
    return this.#signals.drain();
  }

  get pendingSize(): number {
    return this.#pending.size;
  }

  #refusal(narrow: number, network: number, all: InAll, short: boolean, overflow: boolean, at: number): string | undefined {
    if (overflow) return "batch-too-large";
    for (const slot of [narrow, all.narrow]) if (this.#book.flagged(slot, at)) return "source-flagged";
    for (const slot of [network, all.network]) if (this.#book.flagged(slot, at) && this.#book.anchors(slot) < 5) return "source-flagged";
    return short ? "credits-spent" : undefined;
  }

  /** The slots of an asker, of its program and its address, at this door and `all`. */
  #placesOf(watch: EndpointWatch, { narrow, network, principal }: Actor, at: number): { readonly narrow: number; readonly network: number; readonly all: InAll } {
    const start = watch.endpoint.budget.startCredits;
    const client = this.#book.places(watch, narrow, at, principal ? policy.principalStartCredits : start, principal);
    if (principal) return { narrow: client.own, network: client.own, all: forItself };
    const place = this.#book.places(watch, network, at, start, false, [client.own, client.common]);
    return { narrow: client.own, network: place.own, all: { narrow: client.common, network: place.common } };
  }

  /** Those of all doors, of an asker that asked before. */
  #inAllOf(watch: EndpointWatch, actor: Actor): InAll {
    if (actor.principal) return forItself;
    const narrow = keyOfHex(actor.narrow, scratchA);
    const first = this.#book.commonOf(watch, narrow.hi, narrow.lo);
    const network = keyOfHex(actor.network, scratchA);
    return { narrow: first, network: this.#book.commonOf(watch, network.hi, network.lo) };
  }

  #leftInAll(watch: EndpointWatch, { narrow, network }: InAll): number {
    const start = watch.anchorsSeen ? Math.ceil(policy.startInAll * this.#startCredits) : this.#startCredits;
    const most = watch.endpoint.budget.maxCredits;
    let left = Number.POSITIVE_INFINITY;
    for (const slot of [narrow, network]) if (slot >= 0) left = Math.min(left, this.#book.leftInAll(slot, start, most));
    return left;
  }

  #owe({ narrow, network }: InAll, answers: number): void {
    if (answers === 0) return;
    this.#book.owe(narrow, answers);
    this.#book.owe(network, answers);
  }

  /**
   * How these questions would be paid, one by one so that a replay of them does the same: from `own`, the source's credits, and `common`, what it has left at all doors; from its grants where
   * these are spent or it would draw on the newcomers' common allowance; from that. Undefined when it is short of them. `inAll`: how many are paid from `common`.
   */
  #pays(
    watch: EndpointWatch,
    own: number,
    common: number,
    network: number,
    counts: number,
    questions: readonly { readonly again?: boolean }[],
    newcomer: boolean,
    mayGrant: boolean,
    at: number,
  ): { readonly granted: number; readonly surplus: number; readonly inAll: number } | undefined {
    let left = own;
    let inAll = 0;
    let spent = this.#book.spent(counts);
    const grants = mayGrant ? (this.sources.grants[network] ?? 0) : 0;
    let granted = 0;
    let surplus = 0;
    for (const { again } of questions) {
      const beyond = newcomer ? surplusOf(spent, 1) : 0;
      const short = left < 1 || (again !== true && common - inAll < 1);
      if ((short || beyond > 0) && granted < grants && watch.grants(granted + 1, at)) granted++;
      else if (short) return undefined;
      else {
        left--;
        spent++;
        surplus += beyond;
        if (again !== true) inAll++;
      }
    }
    return { granted, surplus, inAll };
  }

  #charge(watch: EndpointWatch, narrow: number, network: number, cost: number, granted: number): void {
    if (granted > 0) {
      this.sources.grants[network] = (this.sources.grants[network] ?? 0) - granted;
      watch.takeGrant(granted);
    }
    this.#book.take(narrow, cost - granted);
    if (network !== narrow) this.#book.take(network, cost - granted);
  }

  /** Credits left to a source: of one that asked about canaries and never anchored, as if its window were cut. */
  #left(watch: EndpointWatch, hash: string, slot: number): number {
    const credits = this.sources.credits[slot] ?? 0;
    const cut = this.#cutOf(watch, touchKey(keyOfHex(hash, scratchA)), slot);
    return cut === 1 ? credits : credits - (1 - cut) * (this.sources.window[slot] ?? 0);
  }

  /** One that ever anchored is shared by honest people, or is one: what somebody there asked is no evidence against the others. */
  #cutOf(watch: EndpointWatch, key: number, slot: number): number {
    return (this.sources.anchors[slot] ?? 0) > 0 ? 1 : watch.touches.sourceCut(key);
  }

  /** A first contact: is it about somebody whom nobody honest knows? */
  #touched(watch: EndpointWatch, actor: Actor, subject: Subject, newcomer: boolean, at: number): void {
    const what = this.#canaries.look(subject);
    if (what === undefined) return;
    const narrow = touchKey(keyOfHex(actor.narrow, scratchA));
    const network = touchKey(keyOfHex(actor.network, scratchA));
    const news = watch.touches.touch(what, narrow, network, newcomer, at);
    if (news === undefined) return;
    this.#signals.canary(watch, actor, what, news, Math.min(watch.touches.sourceCut(narrow), watch.touches.endpointCut(at)), at);
  }

  /** A truthful first answer was given. */
  #learned(
    watch: EndpointWatch,
    actor: Actor,
    subject: Subject,
    as: Pick<PendingPair, "counted" | "surplus" | "granted" | "fresh" | "side" | "again">,
    stranger: boolean,
    free: boolean,
    at: number,
  ): void {
    const tested = !actor.principal && this.#book.speaks(watch, actor.network, stranger, at);
    this.#waits(watch, actor, subject.hash, { ...as, surplus: as.counted && as.surplus, tested, control: false }, free, at);
    if (as.counted) watch.cohortAsked(at);
  }

  /** A truthful answer waits for its anchor. `free`: see {@link PendingPairs.push}. */
  #waits(
    watch: EndpointWatch,
    actor: Actor,
    subject: string,
    as: Pick<PendingPair, "counted" | "surplus" | "tested" | "control" | "granted" | "fresh" | "side" | "again">,
    free: boolean,
    at: number,
  ): void {
    const narrow = keyOfHex(actor.narrow, scratchA);
    const narrowHi = narrow.hi;
    const narrowLo = narrow.lo;
    const network = keyOfHex(actor.principal ? actor.narrow : actor.network, scratchB);
    const networkHi = network.hi;
    const networkLo = network.lo;
    const place = keyOfHex(actor.network, scratchA);
    const key = anchorKey(place.hi, place.lo, subject);
    const { counted, surplus, tested, control, granted, fresh, side, again = false } = as;
    const pair: NewPair = {
      hi: key.hi,
      lo: key.lo,
      dueAt: at + policy.anchorWithinMs,
      endpoint: watch.index,
      narrowHi,
      narrowLo,
      networkHi,
      networkLo,
      counted,
      surplus,
      tested,
      control,
      granted,
      fresh,
      side,
      again,
    };
    this.#pending.push(pair, free);
  }

  /** A first contact, answered truthfully or not. */
  #contact(watch: EndpointWatch, actor: Actor, subject: string, all: InAll, newcomer: boolean, stranger: boolean, truthful: boolean, at: number): void {
    if (!this.#elsewhere.has(this.#contacted, watch, all.narrow, actor.narrow, subject)) {
      if (all.narrow >= 0) this.#book.countInAll(all.narrow, "askedInAll");
      if (all.network >= 0 && !stranger) this.#book.countInAll(all.network, "askedInAll");
      this.#elsewhere.note(this.#contacted, watch, all.narrow, actor.narrow, subject, at);
    }
    const network = this.#book.find(watch, actor.network);
    if (network < 0) return;
    // What a stranger asks is not the debt of those behind its address.
    if (!stranger) {
      this.sources.asked[network] = (this.sources.asked[network] ?? 0) + 1;
      if (!truthful) this.sources.refuse(network);
    }
    const narrow = this.#book.find(watch, actor.narrow);
    if (narrow >= 0 && narrow !== network) {
      this.sources.asked[narrow] = (this.sources.asked[narrow] ?? 0) + 1;
      if (!truthful) this.sources.refuse(narrow);
    }
    const inHour = this.#book.inHour(network, at);
    if (inHour >= spokenFor(stranger)) return;
    this.sources.inHour[network] = inHour + 1;
    if (!newcomer) return;
    if (at >= this.#newcomersFrom) watch.hours.came(at);
    const change = watch.newcomer(at);
    if (change !== undefined) this.#signals.surge(watch, change, at);
  }

  /** Whether an anchor of `subject` says more than "this question was paid for": see {@link anchor}. */
  #vouches(pair: PendingPair, subject: string, anchor: Anchor): boolean {
    const { at } = anchor;
    const watch = this.#watches.at(pair.endpoint);
    if (watch === undefined) return false;
    // Where a sign-up is itself the question, accounts made for nobody would buy answers about others.
    if (anchor.kind === "sign-up" && anchor.endpointId === watch.endpoint.id && watch.endpoint.refusalsOnly !== true) return false;
    scratchA.hi = pair.hi;
    scratchA.lo = pair.lo;
    const here = mixKey(scratchA, watch.keyHi, watch.keyLo);
    if (!this.#vouched.add(here.hi, here.lo, at)) return false;
    for (let nth = 1; nth <= policy.networksPerSubject; nth++) {
      const place = mixKey(mixKey(keyOfHex(subject, scratchB), watch.keyHi, watch.keyLo), nth, 0);
      if (this.#vouched.add(place.hi, place.lo, at)) return true;
    }
    return false;
  }

  #anchored(pair: PendingPair, vouches: boolean, at: number): void {
    const watch = this.#watches.at(pair.endpoint);
    if (watch === undefined) return;
    const narrow = this.#book.locate(watch, pair.narrowHi, pair.narrowLo);
    const network = this.#book.locate(watch, pair.networkHi, pair.networkLo);
    for (const slot of narrow === network ? [narrow] : [narrow, network]) {
      if (slot < 0) continue;
      if (vouches) {
        this.sources.anchors[slot] = (this.sources.anchors[slot] ?? 0) + 1;
        this.sources.window[slot] = Math.min(watch.endpoint.budget.maxCredits, (this.sources.window[slot] ?? 0) + 1);
        this.#book.evidence(slot, followedUpRatio);
      }
      this.sources.credits[slot] = Math.min(
        this.sources.window[slot] ?? 0,
        (this.sources.credits[slot] ?? 0) + (vouches ? policy.refundPerAnchor : 1) - (pair.granted && network !== narrow ? 1 : 0),
      );
    }
    const givenAt = pair.dueAt - policy.anchorWithinMs;
    if (pair.again !== true && narrow !== network) {
      for (const [own, slot] of [
        [narrow, this.#book.commonOf(watch, pair.narrowHi, pair.narrowLo)],
        [network, this.#book.commonOf(watch, pair.networkHi, pair.networkLo)],
      ] as const) {
        if (slot >= 0) this.#anchoredInAll(watch, own, slot, vouches, pair.granted);
      }
    }
    if (vouches) {
      watch.vouched(at);
      watch.followedUpAfter(Math.max(0, at - givenAt));
      if (network >= 0 && network !== narrow) this.#grant(network);
    }
    if (pair.granted) watch.giveBackGrant(1);
    if (pair.counted) watch.cohortFollowedUp(givenAt);
    if (pair.counted) watch.giveBackNewcomer(1, pair.surplus ? 1 : 0, givenAt);
  }

  /** `slot`: where all its doors stand; `own`: its slot at this one. */
  #anchoredInAll(watch: EndpointWatch, own: number, slot: number, vouches: boolean, granted: boolean): void {
    const grows = vouches && this.#startCredits + (this.sources.anchorsInAll[slot] ?? 0) < watch.endpoint.budget.maxCredits;
    this.#book.owe(slot, (grows ? 1 : 0) - (vouches ? policy.refundPerAnchor : 1) + (granted ? 1 : 0));
    if (!vouches) return;
    this.#book.countInAll(slot, "anchorsInAll");
    if (slot !== own) this.#book.evidence(slot, followedUpRatio);
  }

  /**
   * Somebody set out to follow up and the service failed him, while it fails those who are known. It stands for the follow-up in D2 and D4, vouches for nobody and gives no credit back; as a
   * follow-up does, it lets an address that asks faster than anybody can follow up ask some ahead, from what all of the endpoint share ({@link policy.grantsTogether}): an office that
   * sets up its telephones meanwhile. So an attacker who sets out after each question gets that much more in an outage, from however many addresses.
   */
  #tried(pair: PendingPair): void {
    const watch = this.#watches.at(pair.endpoint);
    if (watch === undefined || pair.control || !watch.share.speaks) return;
    const narrow = this.#book.locate(watch, pair.narrowHi, pair.narrowLo);
    const network = this.#book.locate(watch, pair.networkHi, pair.networkLo);
    if (network >= 0 && network !== narrow) this.#grant(network);
  }

  /** It asks faster than it can follow up, as an office that sets up its telephones does. */
  #grant(network: number): void {
    if (!this.#book.newcomer(network) || (this.sources.evidence[network] ?? 0) > 0) return;
    this.sources.grants[network] = Math.min(policy.grantsPerSource, (this.sources.grants[network] ?? 0) + policy.grantPerAnchor);
  }

  #unanchored(pair: PendingPair, at: number): void {
    const watch = this.#watches.at(pair.endpoint);
    if (watch !== undefined && pair.putOff && !this.#frozen(watch)) this.#shareJudged(watch, this.#outage(watch), pair.fresh, at, pair.side);
    // An outage of what follows is nobody's guilt.
    if (watch === undefined || pair.control || !watch.anchorsSeen || this.#frozen(watch) || (pair.tried && this.#outage(watch))) return;
    const narrow = this.#book.locate(watch, pair.narrowHi, pair.narrowLo);
    const network = this.#book.locate(watch, pair.networkHi, pair.networkLo);
    const slots = narrow === network ? [narrow] : [narrow, network];
    const clients = [narrow];
    if (narrow !== network && pair.again !== true) {
      // What it left without follow-up at all doors together speaks against it as much as at one.
      const client = this.#book.commonOf(watch, pair.narrowHi, pair.narrowLo);
      const place = this.#book.commonOf(watch, pair.networkHi, pair.networkLo);
      if (client !== narrow) clients.push(slots[slots.push(client) - 1] ?? -1);
      if (place !== network) slots.push(place);
    }
    for (const slot of slots) {
      if (slot < 0) continue;
      this.#book.evidence(slot, unansweredRatio);
      const isClient = clients.includes(slot);
      const cut = this.#cutOf(watch, isClient ? touchKey({ hi: pair.narrowHi, lo: pair.narrowLo }) : touchKey({ hi: pair.networkHi, lo: pair.networkLo }), slot);
      // Follow-ups come at once and their absence at the deadline: behind an address where most follow up, those of one busy hour who did not stand in a row and mean nothing.
      if (!isClient && 2 * this.#book.anchors(slot) >= Math.max(this.sources.asked[slot] ?? 0, this.sources.askedInAll[slot] ?? 0)) continue;
      if ((this.sources.evidence[slot] ?? 0) >= policy.flagAtLog * cut && !this.#book.flagged(slot, at)) {
        this.sources.flaggedAt[slot] = secondsOf(at);
        this.#signals.emit(
          "enumeration.source",
          "high",
          0.99999,
          at,
          watch,
          { key: isClient ? "client" : "network" },
          {
            logEvidence: round(this.sources.evidence[slot] ?? 0),
            threshold: round(policy.flagAtLog * cut),
            asked: Math.max(this.sources.asked[network < 0 ? slot : network] ?? 0, this.sources.askedInAll[slot] ?? 0),
            anchors: this.#book.anchors(slot),
            meaning: "its questions stay without the follow-up that honest users make, at any speed",
          },
        );
      }
    }
  }

  /** A newcomer's answer has reached the age at which D4 judges it. */
  #judged(pair: PendingPair, anchored: boolean, at: number): boolean {
    const watch = this.#watches.at(pair.endpoint);
    if (watch === undefined || !watch.anchorsSeen) return false;
    const outage = this.#outage(watch);
    if (outage) watch.share.frozen();
    if (pair.tested) {
      // An outage is known for one some minutes after it began: what it fails by then waits for that, until the pair is due.
      if (pair.counted && pair.tried && !anchored && !outage) return true;
      if (pair.counted && !this.#frozen(watch)) this.#shareJudged(watch, anchored || (outage && pair.tried), pair.fresh, at, pair.side);
      else if (!pair.counted && this.#hasAnchored(watch, pair)) watch.share.known(anchored, at, pair.tried);
    }
    return false;
  }

  #cohort(watch: EndpointWatch, at: number): void {
    if (watch.phase === "calm") return;
    const change = watch.cohort(at, this.#outage(watch));
    if (change !== undefined) this.#signals.cohort(watch, change, at);
  }

  /** Its program followed up before: one that hides behind a busy gateway speaks for no outage. */
  #hasAnchored(watch: EndpointWatch, pair: PendingPair): boolean {
    const client = this.#book.locate(watch, pair.narrowHi, pair.narrowLo);
    return client >= 0 && (this.sources.anchors[client] ?? 0) > 0;
  }

  /** Follow-ups fail for everybody: that one is missing is nobody's guilt. */
  #outage(watch: EndpointWatch): boolean {
    return this.#failing || watch.share.outage;
  }

  /** And known sources are not seen to set out for one: nothing is concluded from what nobody does. */
  #frozen(watch: EndpointWatch): boolean {
    return this.#outage(watch) && !watch.share.speaks;
  }

  #shareJudged(watch: EndpointWatch, anchored: boolean, fresh: boolean, at: number, side: Side | undefined): void {
    const given = at - policy.cohortJudgedAfterMs;
    if (given >= this.#newcomersFrom && !this.#outage(watch)) watch.hours.judged(anchored, given);
    watch.share.cut = watch.touches.endpointCut(at);
    watch.fresh.cut = watch.share.cut;
    const change = watch.shareJudged(anchored, fresh, at, side);
    if (change !== undefined) this.#signals.followUp(watch, change, at);
  }

  #overdraft(watch: EndpointWatch, actor: Actor, reservation: Reservation, at: number): void {
    const place = this.#book.find(watch, actor.network);
    if (place < 0) return;
    // Behind an address that many share it is the one program there that never follows up.
    const client = this.#book.find(watch, actor.narrow);
    const slot = client >= 0 && (this.sources.anchors[place] ?? 0) > 0 && (this.sources.anchors[client] ?? 0) === 0 ? client : place;
    const all = this.#inAllOf(watch, actor)[slot === place ? "network" : "narrow"];
    const anchors = this.sources.anchors[slot] ?? 0;
    // One that never followed up anywhere is told of by what it asked everywhere.
    const everywhere = all >= 0 && anchors === 0 && this.#book.anchors(all) === 0;
    const asked = everywhere ? Math.max(this.sources.asked[slot] ?? 0, this.sources.askedInAll[all] ?? 0) : (this.sources.asked[slot] ?? 0);
    const window = this.sources.window[slot] ?? 0;
    const evidence = {
      asked,
      refused: this.sources.refused[slot] ?? 0,
      anchors,
      window,
      reason: reservation.reason,
      meaning: watch.anchorsSeen
        ? "asks about ever new people and never does what honest users do next"
        : "asks about ever new people; nobody was ever seen to follow up here, so only its number of questions speaks against it",
    };
    if (reservation.reason === "ceiling") {
      if (watch.tellCeiling(at)) this.#signals.ceiling(watch, at);
      return;
    }
    // Refused for what others do, which was told: that says nothing of this one.
    if (reservation.reason === "newcomers-narrowed") return;
    const cut = this.#cutOf(watch, touchKey(keyOfHex(slot === place ? actor.network : actor.narrow, scratchA)), slot);
    const tellAt = Math.ceil(cut * policy.overdraftWindows * Math.max(watch.endpoint.budget.startCredits, anchors === 0 ? 0 : window));
    // An office that sets up its telephones asks as many within a minute, and follows up within three; nobody does by hand what comes faster than that.
    const known = at - 1_000 * (this.sources.seenAt[everywhere ? all : slot] ?? 0);
    const early = anchors === 0 && watch.anchorsSeen && known < policy.cohortJudgedAfterMs && known >= asked * policy.hastyMs;
    if (asked >= tellAt && !early && watch.tellOnce(slot, this.sources.keyHi[slot] ?? 0, Math.floor(Math.log2(asked / tellAt)))) {
      // Where nobody follows up and everybody shows a credential it may be a partner's job; during an outage nobody can follow up. Nothing to wake people for.
      const sure = anchors === 0 && (watch.anchorsSeen || actor.credential === undefined) && !this.#outage(watch);
      this.#signals.emit("enumeration.credits", sure ? "high" : "medium", sure ? 0.99 : 0.7, at, watch, actor, evidence);
    } else if (watch.tellOnce(slot, this.sources.keyHi[slot] ?? 0, -1)) {
      this.#signals.emit("enumeration.credits", "low", 0.3, at, watch, actor, evidence);
    }
  }

  #refund(reservation: Reservation, amount: number): void {
    if (amount <= 0) return;
    const { watch, actor } = reservation;
    const narrow = this.#book.find(watch, actor.narrow);
    const network = actor.principal ? narrow : this.#book.find(watch, actor.network);
    const own = Math.min(amount, reservation.charged - reservation.granted);
    for (const slot of narrow === network ? [narrow] : [narrow, network]) {
      if (slot >= 0) this.sources.credits[slot] = Math.min(this.sources.window[slot] ?? 0, (this.sources.credits[slot] ?? 0) + own);
    }
    if (amount > own) {
      if (network >= 0) this.sources.grants[network] = Math.min(policy.grantsPerSource, (this.sources.grants[network] ?? 0) + amount - own);
      watch.giveBackGrant(amount - own);
      reservation.granted -= amount - own;
    }
    if (reservation.newcomer) watch.giveBackNewcomer(amount, Math.min(amount, reservation.surplus), reservation.at);
    reservation.charged -= amount;
  }
}

export interface GateEngineOptions {
  /** Makes signal ids. */
  readonly newId: () => string;
  /** Slots of the source table (54 bytes each); default 131,072. */
  readonly sourceSlots?: number;
  /** Pairs a Bloom generation remembers (2 × 2 × 2.5 bytes each); default 2,000,000. */
  readonly pairs?: number;
  /** Identifiers nobody honest knows; and whether ranges in which nobody can be registered count. Default none and no. */
  readonly canaries?: CanarySet | undefined;
  readonly dark?: boolean | undefined;
  /** First contacts that may wait for an anchor at once; default 131,072. */
  readonly pending?: number;
}

/** One anchor vouches for at most so many subjects: nobody signs in as more people at once. */
export const anchoredSubjectsMax = 8;
/** Slots in which it stands what one asker does at all doors; -1: it stands for itself here. */
interface InAll {
  readonly narrow: number;
  readonly network: number;
}
const forItself: InAll = { narrow: -1, network: -1 };
/** What a follow-up, and its absence, say of a source; in logarithms. */
const followedUpRatio = Math.log((1 - mean(policy.enumeratorUnanchored)) / (1 - policy.honestUnanchored));
const unansweredRatio = Math.log(mean(policy.enumeratorUnanchored) / policy.honestUnanchored);
const noContacts: readonly EarlyContact[] = [];
const scratchA: Key = { hi: 0, lo: 0 };
const scratchB: Key = { hi: 0, lo: 0 };

/** Whether a caller with a credential is judged by {@link SignedIn}. */
function ownBudget({ signedIn }: GuardedEndpoint, proven: boolean): boolean {
  return signedIn === true || (signedIn === "proven" && proven);
}

function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
