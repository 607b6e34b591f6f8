import { withoutIdle } from "../detect/oracle/asked-person.ts";
import type { Actor } from "../exchange/actor.ts";
import type { Mode } from "../exchange/exchange.ts";
import type { Subject } from "../exchange/subject.ts";
import type { Signal } from "../detect/signal.ts";
import { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import type { SourceTable } from "../detect/observe/source-table.ts";
import { AskedElsewhere } from "./asked-elsewhere.ts";
import type { CanarySet } from "./canaries.ts";
import { CanaryWatch } from "./canary-watch.ts";
import { Charges } from "./charges.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import { ExpectedCallers } from "./expected-callers.ts";
import { FirstContacts } from "./first-contacts.ts";
import { FollowUpGains } from "./follow-up-gains.ts";
import { anchoredSubjectsMax, FollowUps } from "./follow-ups.ts";
import { type Anchor, defaultBudget, type Disclosure, type EarlyContact, type GatePolicy, type GuardedEndpoint } from "./gate-policy.ts";
import { GateSignals } from "./gate-signals.ts";
import { LeftUnexplained } from "./left-unexplained.ts";
import type { LooksOf } from "./named-apart.ts";
import type { NewcomerHour } from "./newcomer-hours.ts";
import { OwnedObjects } from "./owned-objects.ts";
import { PastQuestions } from "./past-questions.ts";
import { openExpected, openReservation, type Outcome, type Reservation } from "./reservation.ts";
import { ServiceFailing } from "./service-failing.ts";
import { SignedIn } from "./signed-in.ts";
import { pairKey, SourceBook } from "./source-book.ts";
import { ToldOverdrafts } from "./told-overdrafts.ts";
import { Watches } from "./watches.ts";

/**
 * Decides, on the waiting request's own time, who may still learn something. Two-phase: {@link reserve} takes credits for
 * every new subject before the upstream is asked, so that parallel requests cannot outrun the count; {@link settle} keeps
 * or refunds them when the answer is known. Runs D1 (disclosure credits: {@link Charges}), D2 (source e-detector: {@link FollowUpGains}, {@link LeftUnexplained}), D3 (endpoint CUSUM:
 * {@link FirstContacts}), D4 (newcomers' follow-ups: {@link FollowUps}) and D6 (ceiling: {@link EndpointWatch}); all O(1) a subject. Synchronous, deterministic in its inputs, no clock.
 *
 * Misses: an enumerator who anchors as often as honest users do (it must own the identifiers it anchors), and one who shares an address with
 * many honest users and stays below their slack. Walks around: one question per fresh address stays under D1 and D2; then D3 and D6 bound the endpoint.
 */
export class GateEngine {
  readonly sources: SourceTable;
  readonly #book: SourceBook;
  readonly #disclosed: BlockedBloom;
  readonly #watches = new Watches();
  readonly #elsewhere: AskedElsewhere;
  readonly #canaries = new CanaryWatch();
  readonly #expected = new ExpectedCallers();
  readonly #failing = new ServiceFailing();
  readonly #charges: Charges;
  readonly #contacts: FirstContacts;
  readonly #followUps: FollowUps;
  readonly #overdrafts: ToldOverdrafts;
  readonly #past: PastQuestions;
  readonly #signals: GateSignals;
  readonly #signedIn: SignedIn;
  readonly #owners: OwnedObjects;
  #mode: Mode = "observe";
  #now = 0;
  #principals: ReadonlySet<string> = new Set();

  constructor(options: GateEngineOptions) {
    const { sourceSlots = 1 << 17, pairs = 2_000_000, pending = 1 << 17 } = options;
    const book = new SourceBook(sourceSlots);
    const signals = new GateSignals(options.newId);
    const watches = this.#watches;
    const failing = this.#failing;
    const charges = new Charges(book);
    const gains = new FollowUpGains(book, watches, charges, Math.max(1_024, pairs >> 2));
    const unexplained = new LeftUnexplained(book, charges, failing, signals);
    this.sources = book.slots;
    this.#book = book;
    this.#signals = signals;
    this.#charges = charges;
    this.#disclosed = new BlockedBloom(pairs, 30 * 86_400_000);
    this.#elsewhere = new AskedElsewhere(book, watches);
    this.#contacts = new FirstContacts(pairs, book, this.#elsewhere, this.#canaries, signals);
    this.#followUps = new FollowUps(pending, { book, watches, failing, gains, unexplained, signals });
    this.#overdrafts = new ToldOverdrafts(book, charges, failing, signals);
    this.#past = new PastQuestions({ book, disclosed: this.#disclosed, elsewhere: this.#elsewhere, charges, failing, followUps: this.#followUps, contacts: this.#contacts });
    this.#signedIn = new SignedIn(this.#disclosed, signals);
    this.#owners = new OwnedObjects(this.#disclosed, signals);
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
    const startCredits = next.startCredits ?? defaultBudget.startCredits;
    this.#charges.startCredits = startCredits;
    for (const watch of this.#watches.all()) watch.common = watch.endpoint.state === "budgeted" && watch.endpoint.budget.startCredits <= startCredits;
    for (const endpoint of next.endpoints) {
      const watch = this.#watches.get(endpoint.id);
      if (watch !== undefined) for (const contact of endpoint.before ?? noContacts) this.#past.chargeEarly(watch, contact, this.#now);
    }
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
    this.#contacts.newcomersFrom = at;
    this.#followUps.newcomersFrom = at;
  }

  /** Hours of an endpoint's newcomers from hour `since` on (hours since the epoch), for the detection floor. */
  newcomerHours(endpointId: string, since = 0): NewcomerHour[] {
    return this.#watches.get(endpointId)?.hours.list(since) ?? [];
  }

  /**
   * Phase one. `subjects` are those of the request, already deduplicated; `overflow` says that there were more than could be read.
   * In `observe` the action is always `allow` and `would` says what enforcement would have done.
   */
  reserve(endpointId: string, actor: Actor, named: readonly Subject[], overflow: boolean, at: number, client?: LooksOf): Reservation | undefined {
    const watch = this.#watches.get(endpointId);
    if (watch === undefined || watch.retired) return undefined;
    const subjects = withoutIdle(named, watch.endpoint.idle);
    this.advance(at);
    if (!overflow && subjects.length > 0 && this.#expected.takes(actor.address, subjects.length, at)) return openExpected(watch, actor, subjects, at);
    if (watch.endpoint.owned === true) return this.#owners.reserve(watch, actor, subjects, this.#mode, at);
    if (actor.credential !== undefined && ownBudget(watch.endpoint, actor.principal))
      return this.#signedIn.reserve(watch, actor, actor.credential, subjects, overflow, this.#mode, at);
    const { narrow, network, all } = this.#charges.placesOf(watch, actor, at);

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
    const left = Math.min(this.#charges.left(watch, actor.narrow, narrow), this.#charges.left(watch, actor.network, network));
    const pays = this.#charges.pays(watch, left, this.#charges.leftInAll(watch, all), network, counts, reservation.fresh, newcomer, !actor.principal && !stranger, at);
    const outage = this.#failing.outage(watch);
    const asked = this.sources.asked[counts] ?? 0;
    reservation.early = !stranger && asked < policy.newcomerFree;
    let reason = this.#charges.refusal(narrow, network, all, pays === undefined, overflow, at);
    if (newcomer) reservation.side = watch.sideOf(client, at);
    if (reason === undefined && newcomer) reason = watch.refusesNewcomer(asked, pays?.surplus ?? 0, cost, reservation.early, at, outage, reservation.side);
    if (reason === undefined && pays !== undefined) {
      reservation.charged = cost;
      reservation.chargedInAll = pays.inAll;
      reservation.newcomer = newcomer;
      reservation.granted = pays.granted;
      reservation.surplus = newcomer ? pays.surplus : 0;
      if (newcomer) watch.takeNewcomer(pays.surplus, cost, at, outage);
      this.#charges.charge(watch, narrow, network, cost, pays.granted);
      this.#charges.owe(all, pays.inAll);
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
   * The answer is known, and only who knows the person asked about gets it (see {@link GuardedEndpoint.won}): it passes whatever the budget says, as far as {@link RightAnswers} goes. Call it
   * before `settle`, with what `isWon` says.
   */
  allowRight(reservation: Reservation, won: boolean): void {
    const { watch, actor, at } = reservation;
    if (reservation.right !== undefined || watch.endpoint.won === undefined || reservation.fresh.length !== 1 || reservation.reason === "batch-too-large") return;
    if (reservation.expected === true || reservation.foreign === true || reservation.fanOut !== undefined) return;
    if (!won) reservation.right = false;
    else if (watch.hasRight(actor.network, at)) {
      reservation.right = true;
      reservation.action = "allow";
      reservation.would = "allow";
      reservation.reason = "knows-details";
    }
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
      this.#failing.answered(outcome.failed, newcomer);
      // One failure an hour of each source: who can make the service fail must not speak for many.
      if (outcome.failed) this.sources.inHour[place] = policy.contactsPerSourceHour;
    }
    const common = this.#charges.inAllOf(watch, actor);
    if (!outcome.tells) {
      this.#charges.refund(reservation, reservation.charged);
      this.#charges.owe(common, -reservation.chargedInAll);
      return [];
    }
    if (reservation.right !== undefined) watch.settled(reservation.right, actor.network, newcomer && !reservation.newcomer, at);
    if (reservation.right === true) {
      this.#charges.refund(reservation, reservation.charged);
      this.#charges.owe(common, -reservation.chargedInAll);
      reservation.chargedInAll = 0;
      reservation.newcomer = false;
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
          const as = { counted, surplus: n >= paid, granted, fresh: early, side: reservation.side, again: elsewhere };
          this.#followUps.learned(watch, actor, fresh.subject, as, stranger, free, at);
        }
      }
      if (this.#contacts.add(fresh.hi, fresh.lo, at)) {
        this.#contacts.count(watch, actor, fresh.subject.hash, common, newcomer, stranger, truthful, at, reservation.side);
        if (!newcomer && !actor.principal) watch.touches.known(fresh.subject.dark);
        this.#contacts.touched(watch, actor, fresh.subject, newcomer, at);
      }
    }
    if (repeats > 0 && reservation.charged > 0) this.#charges.refund(reservation, Math.min(repeats, reservation.charged));
    if (again > 0) this.#charges.owe(common, -Math.min(again, reservation.chargedInAll));
    if (reservation.would === "uniform") this.#overdrafts.tell(watch, actor, reservation, at);
    const known = reservation.known[0];
    if (truthful && known !== undefined) this.#followUps.control(watch, actor, known.hash, newcomer, at);
    return this.#rowsOf(reservation, outcome);
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
        ...(reservation.right === undefined ? {} : { right: reservation.right }),
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
    this.#past.replay(watch, row, network, proven);
  }

  /** A legitimate party did what only it could do, see {@link FollowUps.anchor}; how many questions that paid for. */
  anchor(anchor: Anchor): number {
    // Of {@link PromptLimits} only.
    if (anchor.kind === "agreed") return 0;
    if (anchor.kind === "handed") {
      this.#owners.handed(anchor);
      return 0;
    }
    if (anchor.kind !== "failed") for (const subject of anchor.subjects.slice(0, anchoredSubjectsMax)) this.#canaries.followedUp(subject);
    return this.#followUps.anchor(anchor);
  }

  /** Moves event time forward: deadlines pass, baselines roll, phases end. Cheap when nothing is due. */
  advance(at: number): void {
    if (at <= this.#now) return;
    this.#now = at;
    this.#followUps.advance(at);
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
    return this.#followUps.size;
  }

  #cohort(watch: EndpointWatch, at: number): void {
    if (watch.phase === "calm") return;
    const change = watch.cohort(at, this.#failing.outage(watch));
    if (change !== undefined) this.#signals.cohort(watch, change, at);
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

const noContacts: readonly EarlyContact[] = [];

/** Whether a caller with a credential is judged by {@link SignedIn}. */
function ownBudget({ signedIn }: GuardedEndpoint, proven: boolean): boolean {
  return signedIn === true || (signedIn === "proven" && proven);
}
