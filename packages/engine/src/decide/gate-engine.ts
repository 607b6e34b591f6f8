import type { Actor } from "../exchange/actor.ts";
import type { Action, Mode } from "../exchange/exchange.ts";
import type { Subject } from "../exchange/subject.ts";
import type { Signal } from "../detect/signal.ts";
import type { Anchor, Disclosure, EarlyContact, GatePolicy, GuardedEndpoint } from "./gate-policy.ts";
import { BernoulliCusum } from "../detect/observe/bernoulli-cusum.ts";
import { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import { type Key, keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import { type PendingPair, PendingPairs } from "../detect/observe/pending-pairs.ts";
import { SourceTable } from "../detect/observe/source-table.ts";
import type { CanarySet } from "./canaries.ts";
import { CanaryWatch, touchKey } from "./canary-watch.ts";
import { EndpointWatch, surplusOf } from "./endpoint-watch.ts";
import type { FanOutAsk, FanOutGrant } from "./fan-out.ts";
import type { FollowUpChange } from "./follow-up-share.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import type { NewcomerHour } from "./newcomer-hours.ts";
import { sameDoor } from "./same-door.ts";

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
  readonly #disclosed: BlockedBloom;
  readonly #contacted: BlockedBloom;
  readonly #vouched: BlockedBloom;
  readonly #pending: PendingPairs;
  readonly #endpoints: EndpointWatch[] = [];
  readonly #byId = new Map<string, EndpointWatch>();
  readonly #newId: () => string;
  #mode: Mode = "observe";
  #policies = 0;
  #signals: Signal[] = [];
  /** The service fails those who are known: who does not follow up now may want to. Newcomers alone cannot say so, they may fail on purpose. */
  #failing = false;
  readonly #knownFail = new BernoulliCusum(policy.failingAt);
  readonly #newcomersFail = new BernoulliCusum(policy.failingAt);
  #now = 0;
  #principals: ReadonlySet<string> = new Set();
  #newcomersFrom = Number.NEGATIVE_INFINITY;
  #replayed = { exchangeId: "", newcomer: false, stranger: false };
  readonly #canaries = new CanaryWatch();

  constructor(options: GateEngineOptions) {
    this.sources = new SourceTable(options.sourceSlots ?? 1 << 17);
    this.#disclosed = new BlockedBloom(options.pairs ?? 2_000_000, 30 * 86_400_000);
    this.#contacted = new BlockedBloom(options.pairs ?? 2_000_000, 30 * 86_400_000);
    this.#vouched = new BlockedBloom(Math.max(1_024, (options.pairs ?? 2_000_000) >> 2), 30 * 86_400_000);
    this.#pending = new PendingPairs(options.pending ?? 1 << 17);
    this.#newId = options.newId;
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
    this.#policies++;
    for (const watch of this.#endpoints) {
      if (!watch.retired) watch.retiredIn = this.#policies;
      watch.retired = true;
    }
    const ids = new Set(next.endpoints.map((endpoint) => endpoint.id));
    // Those that stay come first: none of them may give its place to a new one, nor have it taken over by another.
    for (const endpoint of next.endpoints) {
      const known = this.#byId.get(endpoint.id);
      if (known?.endpoint.id === endpoint.id) this.#guard(known, endpoint);
    }
    for (const endpoint of next.endpoints) {
      const own = this.#byId.get(endpoint.id);
      if (own?.endpoint === endpoint) continue;
      const renamed = this.#renamed(endpoint, ids);
      if (renamed !== undefined) this.#guard(renamed, endpoint);
      else {
        const admitted = this.#admit(endpoint, own !== undefined);
        if (own !== undefined) admitted?.goesOnFrom(own);
      }
    }
    for (const endpoint of next.endpoints) {
      const watch = this.#byId.get(endpoint.id);
      if (watch === undefined) continue;
      for (const id of endpoint.formerly ?? noIds) {
        const former = this.#byId.get(id);
        if (former !== undefined) watch.goesOnFrom(former);
        // Rows of the past stand under the old name.
        if (!ids.has(id)) this.#byId.set(id, watch);
      }
      for (const contact of endpoint.before ?? noContacts) this.#chargeEarly(endpoint.id, contact);
    }
  }

  #guard(watch: EndpointWatch, endpoint: GuardedEndpoint): void {
    watch.endpoint = endpoint;
    watch.retired = false;
    this.#byId.set(endpoint.id, watch);
  }

  /** At {@link endpointsMax} the guard that was taken down longest ago gives its place; when all stand the new one gets none. `taken`: another watch has the key of this id. */
  #admit(endpoint: GuardedEndpoint, taken: boolean): EndpointWatch | undefined {
    let index = this.#endpoints.length;
    if (index >= endpointsMax) {
      let longest: EndpointWatch | undefined;
      for (const watch of this.#endpoints) if (watch.retired && (longest === undefined || watch.retiredIn < longest.retiredIn)) longest = watch;
      if (longest === undefined) return undefined;
      for (const [id, watch] of this.#byId) if (watch === longest) this.#byId.delete(id);
      // A number of its own in the same place: what still waits for the old one's anchors is not the new one's.
      index = longest.index + endpointsMax;
    }
    const watch = new EndpointWatch(index, endpoint, taken);
    if (this.#now > 0) watch.advance(this.#now);
    this.#endpoints[index % endpointsMax] = watch;
    this.#byId.set(endpoint.id, watch);
    return watch;
  }

  #watchAt(index: number): EndpointWatch | undefined {
    const watch = this.#endpoints[index % endpointsMax];
    return watch?.index === index ? watch : undefined;
  }

  /** A question that was answered before the guard stood costs what it would have cost behind it. Charged once, however often it is told. */
  #chargeEarly(endpointId: string, contact: EarlyContact): void {
    const watch = this.#byId.get(endpointId);
    if (watch === undefined) return;
    const at = Math.min(contact.at, Math.max(this.#now, contact.at - policy.anchorWithinMs));
    const { hi, lo } = this.#pairKey(watch, contact.narrow, contact.subject);
    if (this.#disclosed.has(hi, lo)) return;
    this.#again(watch, { at, narrow: contact.narrow, network: contact.network, type: contact.type, subject: contact.subject }, undefined, true, "");
  }

  /** An endpoint that was declared and is now learned, or whose parameters got names, is the same door: what was spent there stays spent. */
  #renamed(endpoint: GuardedEndpoint, ids: ReadonlySet<string>): EndpointWatch | undefined {
    let most: EndpointWatch | undefined;
    for (const id of [endpoint.id, ...(endpoint.formerly ?? noIds)]) {
      const watch = this.#byId.get(id);
      if (watch?.retired === true && !ids.has(watch.endpoint.id) && (most === undefined || watch.truthful > most.truthful)) most = watch;
    }
    if (most !== undefined) return most;
    return this.#endpoints.find((watch) => watch.retired && !ids.has(watch.endpoint.id) && sameDoor(watch.endpoint, endpoint));
  }

  guarded(endpointId: string): GuardedEndpoint | undefined {
    const watch = this.#byId.get(endpointId);
    return watch === undefined || watch.retired ? undefined : watch.endpoint;
  }

  /** Ids of every endpoint guarded now. */
  endpointIds(): string[] {
    return this.#endpoints.flatMap((watch) => (watch.retired ? [] : [watch.endpoint.id]));
  }

  /** Counters of one endpoint, for the console. */
  usage(endpointId: string): { truthful: number; uniform: number; ceiling: number; provisional: boolean } | undefined {
    const watch = this.#byId.get(endpointId);
    if (watch === undefined) return undefined;
    return { truthful: watch.truthful, uniform: watch.uniform, ceiling: watch.ceiling(), provisional: watch.phase !== "calm" };
  }

  /** Newcomers of before `at` are not counted by the hour: an earlier life has told of those that are put back. */
  countNewcomersFrom(at: number): void {
    this.#newcomersFrom = at;
  }

  /** Hours of an endpoint's newcomers from hour `since` on (hours since the epoch), for the detection floor. */
  newcomerHours(endpointId: string, since = 0): NewcomerHour[] {
    return this.#byId.get(endpointId)?.hours.list(since) ?? [];
  }

  /**
   * Phase one. `subjects` are those of the request, already deduplicated; `overflow` says that there were more than could be read.
   * In `observe` the action is always `allow` and `would` says what enforcement would have done.
   */
  reserve(endpointId: string, actor: Actor, subjects: readonly Subject[], overflow: boolean, at: number): Reservation | undefined {
    const watch = this.#byId.get(endpointId);
    if (watch === undefined || watch.retired) return undefined;
    this.advance(at);
    if (watch.endpoint.signedIn === true && actor.credential !== undefined) return this.#reserveSignedIn(watch, actor, actor.credential, subjects, overflow, at);
    const budget = watch.endpoint.budget;
    const narrow = this.#slot(watch, actor.narrow, at, actor.principal ? policy.principalStartCredits : budget.startCredits);
    const network = actor.principal ? narrow : this.#slot(watch, actor.network, at, budget.startCredits);
    this.#regain(narrow, at);
    if (network !== narrow) this.#regain(network, at);

    const reservation: Reservation = {
      watch,
      actor,
      at,
      fresh: [],
      known: [],
      action: "allow",
      would: "allow",
      reason: "within-budget",
      charged: 0,
      newcomer: false,
      surplus: 0,
      early: false,
      granted: 0,
      settled: false,
    };
    for (const subject of subjects) {
      const pair = this.#pairKey(watch, actor.narrow, subject.hash);
      if (this.#disclosed.has(pair.hi, pair.lo)) reservation.known.push(subject);
      else reservation.fresh.push({ subject, hi: pair.hi, lo: pair.lo });
    }
    const cost = reservation.fresh.length;
    if (cost === 0 && !overflow) {
      reservation.reason = subjects.length === 0 ? "no-subject" : "already-disclosed";
      return reservation;
    }
    // A program never seen to follow up is a newcomer behind whatever address: else it would live off what honest people there have earned.
    const stranger = this.#stranger(narrow, network, actor.principal);
    const newcomer = !actor.principal && (stranger || this.#newcomer(network));
    const counts = stranger ? narrow : network;
    const left = Math.min(this.#left(watch, actor.narrow, narrow), this.#left(watch, actor.network, network));
    const pays = this.#pays(watch, left, network, counts, cost, newcomer, !actor.principal && !stranger, at);
    const outage = this.#frozen(watch);
    const asked = this.sources.asked[counts] ?? 0;
    reservation.early = !stranger && asked < policy.newcomerFree;
    let reason = this.#refusal(narrow, network, pays === undefined, overflow, at);
    if (reason === undefined && newcomer) reason = watch.refusesNewcomer(asked, pays?.surplus ?? 0, cost, reservation.early, at, outage);
    if (reason === undefined && pays !== undefined) {
      reservation.charged = cost;
      reservation.newcomer = newcomer;
      reservation.granted = pays.granted;
      reservation.surplus = newcomer ? pays.surplus : 0;
      if (newcomer) watch.takeNewcomer(pays.surplus, cost, at, outage);
      this.#charge(watch, narrow, network, cost, pays.granted);
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

  /** Phase one for who shows a credential where one is needed: its own budget, whatever it asks from. */
  #reserveSignedIn(watch: EndpointWatch, actor: Actor, credential: string, subjects: readonly Subject[], overflow: boolean, at: number): Reservation {
    const reservation: Reservation = {
      watch,
      actor,
      at,
      fresh: [],
      known: [],
      action: "allow",
      would: "allow",
      reason: "within-budget",
      charged: 0,
      newcomer: false,
      surplus: 0,
      early: false,
      granted: 0,
      settled: false,
    };
    for (const subject of subjects) {
      const pair = this.#pairKey(watch, credential, subject.hash);
      if (this.#disclosed.has(pair.hi, pair.lo)) reservation.known.push(subject);
      else reservation.fresh.push({ subject, hi: pair.hi, lo: pair.lo });
    }
    const cost = reservation.fresh.length;
    if (cost === 0 && !overflow) {
      reservation.reason = subjects.length === 0 ? "no-subject" : "already-disclosed";
      return reservation;
    }
    const ask: FanOutAsk = { credential, network: actor.network, proven: actor.principal, cost, list: subjects.length, at, declared: watch.endpoint.budget.signedInCredits ?? 0 };
    const grant = watch.fanOut.take(ask);
    const reason = overflow ? "batch-too-large" : grant.reason;
    if (reason === undefined) reservation.charged = cost;
    else {
      if (grant.reason === undefined) watch.fanOut.giveBack(ask, grant, cost);
      reservation.reason = watch.endpoint.state === "budgeted" ? reason : "watched";
      if (watch.endpoint.state === "budgeted") {
        reservation.would = "uniform";
        if (this.#mode === "enforce") reservation.action = "uniform";
      }
    }
    reservation.fanOut = { ask, grant };
    return reservation;
  }

  /** Phase two of the same: what was learned is kept and remembered; who was refused may have to be told of. */
  #settleSignedIn(reservation: Reservation, { ask, grant }: NonNullable<Reservation["fanOut"]>, tells: boolean): void {
    const { watch, actor, at } = reservation;
    let back = tells ? 0 : reservation.charged;
    if (tells && reservation.action === "allow") {
      for (const { hi, lo } of reservation.fresh) if (!this.#disclosed.add(hi, lo, at) && back < reservation.charged) back++;
    }
    watch.fanOut.giveBack(ask, grant, back);
    reservation.charged -= back;
    if (!tells || reservation.would !== "uniform") return;
    const told = watch.fanOut.refused(ask.credential, grant, at);
    if (told === undefined) return;
    this.#emit("enumeration.fan-out", told.level, told.level === "high" ? 0.99 : 0.6, at, watch, actor, {
      reason: reservation.reason,
      list: ask.list,
      asked: told.asked,
      refused: told.wanted,
      callersRefused: told.callers,
      startOfACaller: watch.fanOut.start(),
      meaning:
        told.callers > 1
          ? "several callers with credentials ask about more people than those before them did: one list in parts, or a rush of new users"
          : "a caller with a credential asks about more people than it ever had to, or than new callers do",
    });
  }

  /**
   * Phase two. `classId` undefined or `answered` false: no answer, or one of 5xx/429 — nothing was learned, the credits go back.
   * Returns one disclosure per subject of which something was learned or would have been.
   */
  settle(reservation: Reservation, outcome: Outcome): Disclosure[] {
    if (reservation.settled) return [];
    reservation.settled = true;
    const { watch, actor, at } = reservation;
    if (reservation.fanOut !== undefined) {
      this.#settleSignedIn(reservation, reservation.fanOut, outcome.tells);
      return outcome.tells ? this.#rowsOf(reservation, outcome) : [];
    }
    const place = this.#find(watch, actor.network);
    const stranger = place >= 0 && this.#stranger(this.#find(watch, actor.narrow), place, actor.principal);
    const newcomer = !actor.principal && (stranger || this.#newcomer(place));
    if (place >= 0 && this.#inHour(place, at) < policy.contactsPerSourceHour) {
      (newcomer ? this.#newcomersFail : this.#knownFail).add(outcome.failed, policy.failingUsual, policy.failingShare);
      // One failure an hour of each source: who can make the service fail must not speak for many.
      if (outcome.failed) this.sources.inHour[place] = policy.contactsPerSourceHour;
      if (this.#knownFail.value === 0) this.#failing = false;
      else if (this.#knownFail.reached || (this.#knownFail.value >= policy.failingAt / 2 && this.#newcomersFail.reached)) this.#failing = true;
    }
    if (!outcome.tells) {
      this.#refund(reservation, reservation.charged);
      return [];
    }
    const truthful = reservation.action === "allow";
    // Nothing holds back who asks it.
    const free = reservation.charged === 0 || watch.endpoint.state !== "budgeted";
    let repeats = 0;
    for (let n = 0; n < reservation.fresh.length; n++) {
      const fresh = reservation.fresh[n];
      if (fresh === undefined) break;
      if (truthful) {
        const first = this.#disclosed.add(fresh.hi, fresh.lo, at);
        if (!first) repeats++;
        else {
          const { newcomer: counted, early } = reservation;
          const paid = reservation.charged - reservation.surplus;
          const granted = n < paid && n >= paid - reservation.granted;
          this.#learned(watch, actor, fresh.subject, { counted, surplus: n >= paid, granted, fresh: early }, stranger, free, at);
        }
      }
      if (this.#contacted.add(fresh.hi, fresh.lo, at)) {
        this.#contact(watch, actor, newcomer, stranger, truthful, at);
        this.#touched(watch, actor, fresh.subject, newcomer, at);
      }
    }
    if (repeats > 0 && reservation.charged > 0) this.#refund(reservation, Math.min(repeats, reservation.charged));
    if (reservation.would === "uniform") this.#overdraft(watch, actor, reservation, at);
    const again = reservation.known[0];
    if (truthful && !newcomer && !actor.principal && again !== undefined && this.#speaks(watch, actor.network, false, at)) {
      const slot = this.#find(watch, actor.network);
      this.sources.inHour[slot] = this.#inHour(slot, at) + 1;
      this.#waits(watch, actor, again.hash, { counted: false, surplus: false, tested: true, control: true, granted: false, fresh: false }, false, at);
    }
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
    const watch = this.#byId.get(row.endpointId);
    if (watch === undefined) return;
    this.advance(row.at);
    if (watch.endpoint.signedIn === true && row.credential !== "") return this.#replaySignedIn(watch, row, network);
    const principal = row.credential !== "" && this.#principals.has(row.credential) ? row.credential : undefined;
    this.#again(watch, { at: row.at, narrow: row.narrow, network, type: row.subjectType, subject: row.subject }, principal, row.answer === "truthful", row.exchangeId);
  }

  #replaySignedIn(watch: EndpointWatch, row: Disclosure, network: string): void {
    if (row.answer !== "truthful") {
      watch.uniform++;
      return;
    }
    watch.truthful++;
    const { hi, lo } = this.#pairKey(watch, row.credential, row.subject);
    if (!this.#disclosed.add(hi, lo, row.at)) return;
    watch.fanOut.replayed({ credential: row.credential, network, proven: this.#principals.has(row.credential), cost: 1, list: 1, at: row.at, declared: 0 });
  }

  /** One question of the past: charges, evidence and memory as when it happened. */
  #again(watch: EndpointWatch, past: EarlyContact, credential: string | undefined, truthful: boolean, exchangeId: string): void {
    const { hi, lo } = this.#pairKey(watch, past.narrow, past.subject);
    const principal = credential !== undefined;
    const actor: Actor = { narrow: past.narrow, network: past.network, address: "", credential, principal };
    const narrow = this.#slot(watch, actor.narrow, past.at, principal ? policy.principalStartCredits : watch.endpoint.budget.startCredits);
    const wide = principal ? narrow : this.#slot(watch, past.network, past.at, watch.endpoint.budget.startCredits);
    this.#regain(narrow, past.at);
    if (wide !== narrow) this.#regain(wide, past.at);
    // The rows of one exchange were judged together.
    if (exchangeId === "" || this.#replayed.exchangeId !== exchangeId) {
      const stranger = this.#stranger(narrow, wide, principal);
      this.#replayed = { exchangeId, newcomer: !principal && (stranger || this.#newcomer(wide)), stranger };
    }
    const { newcomer, stranger } = this.#replayed;
    const counts = stranger ? narrow : wide;
    const early = !stranger && (this.sources.asked[counts] ?? 0) < policy.newcomerFree;
    if (truthful) {
      watch.truthful++;
      if (this.#disclosed.add(hi, lo, past.at)) {
        const left = Math.min(this.sources.credits[narrow] ?? 0, this.sources.credits[wide] ?? 0);
        const pays = this.#pays(watch, left, wide, counts, 1, newcomer, !principal && !stranger, past.at);
        // What was asked before the guard stood is its asker's debt, not the endpoint's: honest people came then too.
        const counted = newcomer && pays !== undefined && exchangeId !== "";
        if (pays !== undefined) {
          if (counted) watch.takeNewcomer(pays.surplus, 1, past.at, this.#frozen(watch));
          this.#charge(watch, narrow, wide, 1, pays.granted);
        }
        const subject: Subject = { type: past.type, hash: past.subject, location: { in: "path", name: "" } };
        const as = { counted, surplus: (pays?.surplus ?? 0) > 0, granted: (pays?.granted ?? 0) > 0, fresh: early };
        this.#learned(watch, actor, subject, as, stranger, pays === undefined || watch.endpoint.state !== "budgeted", past.at);
      }
    } else watch.uniform++;
    if (this.#contacted.add(hi, lo, past.at)) {
      this.#contact(watch, actor, newcomer, stranger, truthful, past.at);
      this.#touched(watch, actor, { type: past.type, hash: past.subject, location: { in: "path", name: "" } }, newcomer, past.at);
    }
  }

  /**
   * A legitimate party anchored: pending questions of that network about those subjects were honest. Each pair refunds once. Only the first anchor of
   * a subject in a network, and in at most {@link policy.networksPerSubject} networks a month, counts for more than its own cost: otherwise one own
   * account, asked about under ever new fingerprints or from ever new addresses, would buy answers about others without end.
   */
  anchor(anchor: Anchor): number {
    let refunded = 0;
    const network = keyOfHex(anchor.network, scratchA);
    const networkHi = network.hi;
    const networkLo = network.lo;
    for (const subject of anchor.subjects.slice(0, anchoredSubjectsMax)) {
      this.#canaries.followedUp(subject);
      const key = this.#anchorKey(networkHi, networkLo, subject);
      const { hi, lo } = key;
      refunded += this.#pending.anchor(hi, lo, (pair) => {
        if (!pair.control) this.#anchored(pair, this.#vouches(pair, subject, anchor.at), anchor.at);
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
    for (const watch of this.#endpoints) {
      const change = watch.advance(at);
      if (change !== undefined) this.#shareChanged(watch, change, at);
      this.#cohort(watch, at);
    }
  }

  /** Signals since the last call. */
  drain(): Signal[] {
    const out = this.#signals;
    this.#signals = [];
    return out;
  }

  get pendingSize(): number {
    return this.#pending.size;
  }

  #refusal(narrow: number, network: number, short: boolean, overflow: boolean, at: number): string | undefined {
    if (overflow) return "batch-too-large";
    if (this.#flagged(narrow, at) || (this.#flagged(network, at) && (this.sources.anchors[network] ?? 0) < 5)) return "source-flagged";
    return short ? "credits-spent" : undefined;
  }

  /** A program that never followed up, behind an address where others did. */
  #stranger(narrow: number, network: number, principal: boolean): boolean {
    return !principal && narrow !== network && narrow >= 0 && (this.sources.anchors[narrow] ?? 0) === 0 && !this.#newcomer(network);
  }

  /**
   * How `cost` questions would be paid, one by one so that a replay of them does the same: from `own`, the source's credits; from its grants where these are spent or it would draw on the
   * newcomers' common allowance; from that. Undefined when it is short of them.
   */
  #pays(
    watch: EndpointWatch,
    own: number,
    network: number,
    counts: number,
    cost: number,
    newcomer: boolean,
    mayGrant: boolean,
    at: number,
  ): { readonly granted: number; readonly surplus: number } | undefined {
    let left = own;
    let spent = this.#spent(counts);
    const grants = mayGrant ? (this.sources.grants[network] ?? 0) : 0;
    let granted = 0;
    let surplus = 0;
    for (let n = 0; n < cost; n++) {
      const beyond = newcomer ? surplusOf(spent, 1) : 0;
      if ((left < 1 || beyond > 0) && granted < grants && watch.grants(granted + 1, at)) granted++;
      else if (left < 1) return undefined;
      else {
        left--;
        spent++;
        surplus += beyond;
      }
    }
    return { granted, surplus };
  }

  #charge(watch: EndpointWatch, narrow: number, network: number, cost: number, granted: number): void {
    if (granted > 0) {
      this.sources.grants[network] = (this.sources.grants[network] ?? 0) - granted;
      watch.takeGrant(granted);
    }
    this.#take(narrow, cost - granted);
    if (network !== narrow) this.#take(network, cost - granted);
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
    if (!newcomer && !actor.principal) watch.touches.known(subject.dark);
    if (what === undefined) return;
    const narrow = touchKey(keyOfHex(actor.narrow, scratchA));
    const network = touchKey(keyOfHex(actor.network, scratchA));
    const news = watch.touches.touch(what, narrow, network, newcomer, at);
    if (news === undefined) return;
    this.#emit("canary.touched", news.pages ? "high" : "medium", news.pages ? 0.999 : 0.7, at, watch, actor, {
      about: what,
      canaries: news.canaries,
      dark: news.dark,
      networks: round(news.networks),
      thresholdsCutTo: Math.min(watch.touches.sourceCut(narrow), watch.touches.endpointCut(at)),
      meaning:
        what === "registered" || what === "unregistered"
          ? "asks about a canary, whom nobody honest knows; evidence against whoever asks like this, never a verdict on an address that others share"
          : "asks about people in ranges where nobody can be registered; evidence against whoever asks like this, never a verdict on an address that others share",
    });
  }

  /** Never anchored, or asks far more than it anchors. */
  #newcomer(slot: number): boolean {
    const anchors = this.sources.anchors[slot] ?? 0;
    return anchors === 0 || (this.sources.asked[slot] ?? 0) > policy.askedPerAnchor * anchors + 1;
  }

  #spent(slot: number): number {
    return Math.max(0, (this.sources.window[slot] ?? 0) - (this.sources.credits[slot] ?? 0));
  }

  #flagged(slot: number, at: number): boolean {
    const flaggedAt = this.sources.flaggedAt[slot] ?? 0;
    return flaggedAt > 0 && at - flaggedAt < policy.flagForMs;
  }

  /** A truthful first answer was given. */
  #learned(
    watch: EndpointWatch,
    actor: Actor,
    subject: Subject,
    as: Pick<PendingPair, "counted" | "surplus" | "granted" | "fresh">,
    stranger: boolean,
    free: boolean,
    at: number,
  ): void {
    const tested = !actor.principal && this.#speaks(watch, actor.network, stranger, at);
    this.#waits(watch, actor, subject.hash, { ...as, surplus: as.counted && as.surplus, tested, control: false }, free, at);
    if (as.counted) watch.cohortAsked(at);
  }

  /** A truthful answer waits for its anchor. `free`: see {@link PendingPairs.push}. */
  #waits(
    watch: EndpointWatch,
    actor: Actor,
    subject: string,
    as: Pick<PendingPair, "counted" | "surplus" | "tested" | "control" | "granted" | "fresh">,
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
    const key = this.#anchorKey(place.hi, place.lo, subject);
    const { counted, surplus, tested, control, granted, fresh } = as;
    const pair: PendingPair = {
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
    };
    this.#pending.push(pair, free);
  }

  /** A first contact, answered truthfully or not. */
  #contact(watch: EndpointWatch, actor: Actor, newcomer: boolean, stranger: boolean, truthful: boolean, at: number): void {
    const network = this.#find(watch, actor.network);
    if (network < 0) return;
    // What a stranger asks is not the debt of those behind its address.
    if (!stranger) {
      this.sources.asked[network] = (this.sources.asked[network] ?? 0) + 1;
      if (!truthful) this.sources.refused[network] = (this.sources.refused[network] ?? 0) + 1;
    }
    const narrow = this.#find(watch, actor.narrow);
    if (narrow >= 0 && narrow !== network) {
      this.sources.asked[narrow] = (this.sources.asked[narrow] ?? 0) + 1;
      if (!truthful) this.sources.refused[narrow] = (this.sources.refused[narrow] ?? 0) + 1;
    }
    const inHour = this.#inHour(network, at);
    if (inHour >= spokenFor(stranger)) return;
    this.sources.inHour[network] = inHour + 1;
    if (!newcomer) return;
    if (at >= this.#newcomersFrom) watch.hours.came(at);
    const change = watch.newcomer(at);
    if (change !== undefined) {
      this.#emit("enumeration.endpoint", change === "surge" ? "medium" : "low", change === "surge" ? 0.8 : 0.3, at, watch, undefined, {
        statistic: round(watch.cusum),
        threshold: change === "surge" ? policy.rateThreshold : policy.surgeThreshold,
        learnedPerHour: round(watch.ratePerMs * 3_600_000),
        meaning: "new never-anchored sources ask at three times the learned rate or more; they get the uniform answer beyond that rate until their own follow-up decides",
      });
    }
  }

  /** First contacts of a source in this hour, as far as they are counted. */
  #inHour(slot: number, at: number): number {
    const hour = Math.floor(at / 3_600_000) >>> 0;
    if (this.sources.hour[slot] !== hour) {
      this.sources.hour[slot] = hour;
      this.sources.inHour[slot] = 0;
    }
    return this.sources.inHour[slot] ?? 0;
  }

  /** Whether the outcome of this source's next question may still speak for others of its kind, see {@link policy.contactsPerSourceHour}. */
  #speaks(watch: EndpointWatch, network: string, stranger: boolean, at: number): boolean {
    const slot = this.#find(watch, network);
    return slot >= 0 && this.#inHour(slot, at) < spokenFor(stranger);
  }

  /** Whether an anchor of `subject` says more than "this question was paid for": see {@link anchor}. */
  #vouches(pair: PendingPair, subject: string, at: number): boolean {
    const watch = this.#watchAt(pair.endpoint);
    if (watch === undefined) return false;
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
    const watch = this.#watchAt(pair.endpoint);
    if (watch === undefined) return;
    const ratio = Math.log((1 - mean(policy.enumeratorUnanchored)) / (1 - policy.honestUnanchored));
    const narrow = this.#locate(watch, pair.narrowHi, pair.narrowLo);
    const network = this.#locate(watch, pair.networkHi, pair.networkLo);
    for (const slot of narrow === network ? [narrow] : [narrow, network]) {
      if (slot < 0) continue;
      if (vouches) {
        this.sources.anchors[slot] = (this.sources.anchors[slot] ?? 0) + 1;
        this.sources.window[slot] = Math.min(watch.endpoint.budget.maxCredits, (this.sources.window[slot] ?? 0) + 1);
        this.#evidence(slot, ratio);
      }
      this.sources.credits[slot] = Math.min(
        this.sources.window[slot] ?? 0,
        (this.sources.credits[slot] ?? 0) + (vouches ? policy.refundPerAnchor : 1) - (pair.granted && network !== narrow ? 1 : 0),
      );
    }
    const givenAt = pair.dueAt - policy.anchorWithinMs;
    if (vouches) {
      watch.vouched(at);
      watch.followedUpAfter(Math.max(0, at - givenAt));
      // It asks faster than it can follow up, as an office that sets up its telephones does.
      if (network >= 0 && network !== narrow && this.#newcomer(network) && (this.sources.evidence[network] ?? 0) <= 0)
        this.sources.grants[network] = Math.min(policy.grantsPerSource, (this.sources.grants[network] ?? 0) + policy.grantPerAnchor);
    }
    if (pair.granted) watch.giveBackGrant(1);
    if (pair.counted) watch.cohortFollowedUp(givenAt);
    if (pair.counted) watch.giveBackNewcomer(1, pair.surplus ? 1 : 0, givenAt);
  }

  #unanchored(pair: PendingPair, at: number): void {
    const watch = this.#watchAt(pair.endpoint);
    // An outage of what follows is nobody's guilt.
    if (watch === undefined || pair.control || !watch.anchorsSeen || this.#frozen(watch)) return;
    const ratio = Math.log(mean(policy.enumeratorUnanchored) / policy.honestUnanchored);
    const narrow = this.#locate(watch, pair.narrowHi, pair.narrowLo);
    const network = this.#locate(watch, pair.networkHi, pair.networkLo);
    for (const slot of narrow === network ? [narrow] : [narrow, network]) {
      if (slot < 0) continue;
      this.#evidence(slot, ratio);
      const cut = this.#cutOf(watch, slot === narrow ? touchKey({ hi: pair.narrowHi, lo: pair.narrowLo }) : touchKey({ hi: pair.networkHi, lo: pair.networkLo }), slot);
      if ((this.sources.evidence[slot] ?? 0) >= policy.flagAtLog * cut && !this.#flagged(slot, at)) {
        this.sources.flaggedAt[slot] = at;
        this.#emit(
          "enumeration.source",
          "high",
          0.99999,
          at,
          watch,
          { key: slot === network ? "network" : "client" },
          {
            logEvidence: round(this.sources.evidence[slot] ?? 0),
            threshold: round(policy.flagAtLog * cut),
            asked: this.sources.asked[network < 0 ? slot : network] ?? 0,
            anchors: this.sources.anchors[slot] ?? 0,
            meaning: "its questions stay without the follow-up that honest users make, at any speed",
          },
        );
      }
    }
  }

  /** A newcomer's answer has reached the age at which D4 judges it. */
  #judged(pair: PendingPair, anchored: boolean, at: number): void {
    const watch = this.#watchAt(pair.endpoint);
    if (watch === undefined || !watch.anchorsSeen) return;
    const frozen = this.#frozen(watch);
    if (frozen) watch.share.frozen();
    if (pair.tested) {
      if (pair.counted && !frozen) this.#shareJudged(watch, anchored, pair.fresh, at);
      else if (!pair.counted && this.#hasAnchored(watch, pair)) watch.share.known(anchored, at);
    }
  }

  #cohort(watch: EndpointWatch, at: number): void {
    if (watch.phase === "calm") return;
    const change = watch.cohort(at, this.#frozen(watch));
    if (change === "released") {
      this.#emit("enumeration.endpoint", "info", 0.1, at, watch, undefined, { meaning: "released: the new sources followed up as honest users do" });
    } else if (change === "confirmed") {
      this.#emit("enumeration.endpoint", "high", 0.9999, at, watch, undefined, {
        statistic: round(watch.cohortLog),
        threshold: policy.confirmAt,
        meaning: "many new sources ask and none follows up: one enumeration from many places; never-anchored sources get the uniform answer while it lasts",
      });
    }
  }

  /** Its program followed up before: one that hides behind a busy gateway speaks for no outage. */
  #hasAnchored(watch: EndpointWatch, pair: PendingPair): boolean {
    const client = this.#locate(watch, pair.narrowHi, pair.narrowLo);
    return client >= 0 && (this.sources.anchors[client] ?? 0) > 0;
  }

  /** An outage: nothing is concluded from what nobody does. */
  #frozen(watch: EndpointWatch): boolean {
    return this.#failing || watch.share.outage;
  }

  #shareJudged(watch: EndpointWatch, anchored: boolean, fresh: boolean, at: number): void {
    const given = at - policy.cohortJudgedAfterMs;
    if (given >= this.#newcomersFrom) watch.hours.judged(anchored, given);
    watch.share.cut = watch.touches.endpointCut(at);
    watch.fresh.cut = watch.share.cut;
    const change = watch.shareJudged(anchored, fresh, at);
    if (change !== undefined) this.#shareChanged(watch, change, at);
  }

  #shareChanged(watch: EndpointWatch, change: FollowUpChange, at: number): void {
    const { statistic, honestShare, usualADay } = watch.share.facts();
    if (change === "narrowed by share") {
      this.#emit("enumeration.follow-up", "high", 0.9999, at, watch, undefined, {
        statistic: round(statistic),
        threshold: policy.shareAlarmAt,
        honestShareAtMost: round(honestShare),
        meaning: "of those who ask here for the first time, far more than on honest days never do what honest users do next; newcomers share a trickle of answers until that ends",
      });
    } else if (change === "narrowed by number") {
      this.#emit("enumeration.follow-up", "high", 0.999, at, watch, undefined, {
        usualADay: round(usualADay),
        threshold: policy.unanchoredDaysAlarmAt,
        meaning: "day by day more first-time askers than ever never do what honest users do next; newcomers share a trickle of answers for two days or more",
      });
    } else if (change === "narrowed by clock") {
      this.#emit("enumeration.follow-up", "high", 0.999, at, watch, undefined, {
        standardErrors: policy.clockErrors,
        honestShareAtMost: round(honestShare),
        meaning:
          "most first-time askers who never follow up come by the clock, as many at night as at noon, while honest ones come and go with the others; perhaps since before Postern watched; newcomers share a trickle of answers for two days or more",
      });
    } else this.#emit("enumeration.follow-up", "info", 0.1, at, watch, undefined, { meaning: "released: newcomers follow up again as honest users do" });
  }

  #evidence(slot: number, ratio: number): void {
    const before = this.sources.evidence[slot] ?? Number.NEGATIVE_INFINITY;
    // R ← (R + 1)·LR, in logarithms.
    this.sources.evidence[slot] = (before > 0 ? before + Math.log1p(Math.exp(-before)) : Math.log1p(Math.exp(before))) + ratio;
  }

  #overdraft(watch: EndpointWatch, actor: Actor, reservation: Reservation, at: number): void {
    const place = this.#find(watch, actor.network);
    if (place < 0) return;
    // Behind an address that many share it is the one program there that never follows up.
    const client = this.#find(watch, actor.narrow);
    const slot = client >= 0 && (this.sources.anchors[place] ?? 0) > 0 && (this.sources.anchors[client] ?? 0) === 0 ? client : place;
    const asked = this.sources.asked[slot] ?? 0;
    const window = this.sources.window[slot] ?? 0;
    const anchors = this.sources.anchors[slot] ?? 0;
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
      if (watch.tellCeiling(at))
        this.#emit("enumeration.ceiling", watch.share.outageToday ? "medium" : "high", watch.share.outageToday ? 0.5 : 0.99, at, watch, undefined, {
          outage: watch.share.outageToday,
          ceiling: watch.ceiling(),
          meaning: watch.anchorsSeen
            ? "the endpoint's daily ceiling for never-anchored sources is reached"
            : "the endpoint's daily ceiling is reached; nobody was ever seen to follow up here, so it holds for everybody: configure unanchoredCeiling when so many are honest",
        });
      return;
    }
    // Refused for what others do, which was told: that says nothing of this one.
    if (reservation.reason === "newcomers-narrowed") return;
    const cut = this.#cutOf(watch, touchKey(keyOfHex(slot === place ? actor.network : actor.narrow, scratchA)), slot);
    const tellAt = Math.ceil(cut * policy.overdraftWindows * Math.max(watch.endpoint.budget.startCredits, anchors === 0 ? 0 : window));
    // An office that sets up its telephones asks as many within a minute, and follows up within three; nobody does by hand what comes faster than that.
    const known = at - (this.sources.seenAt[slot] ?? at);
    const early = anchors === 0 && watch.anchorsSeen && known < policy.cohortJudgedAfterMs && known >= asked * policy.hastyMs;
    if (asked >= tellAt && !early && watch.tellOnce(slot, this.sources.keyHi[slot] ?? 0, Math.floor(Math.log2(asked / tellAt)))) {
      // Where nobody follows up and everybody shows a credential it may be a partner's job; during an outage nobody can follow up. Nothing to wake people for.
      const sure = anchors === 0 && (watch.anchorsSeen || actor.credential === undefined) && !this.#frozen(watch);
      this.#emit("enumeration.credits", sure ? "high" : "medium", sure ? 0.99 : 0.7, at, watch, actor, evidence);
    } else if (watch.tellOnce(slot, this.sources.keyHi[slot] ?? 0, -1)) {
      this.#emit("enumeration.credits", "low", 0.3, at, watch, actor, evidence);
    }
  }

  #emit(
    detector: string,
    level: Signal["level"],
    confidence: number,
    at: number,
    watch: EndpointWatch,
    actor: Actor | { key: string } | undefined,
    evidence: Signal["evidence"],
  ): void {
    // A watched endpoint is no known oracle: crawling a public catalogue is not told to anybody.
    if (watch.endpoint.state !== "budgeted") return;
    // What concerns the endpoint as a whole must not drown in what a flood of sources tells about itself.
    const room = level === "low" ? signalsMax / 2 : actor !== undefined && "address" in actor ? signalsMax : 2 * signalsMax;
    if (this.#signals.length >= room) return;
    this.#signals.push({
      id: this.#newId(),
      detector,
      level,
      confidence,
      at,
      endpointId: watch.endpoint.id,
      actor: actor !== undefined && "address" in actor ? { address: actor.address, network: actor.network, narrow: actor.narrow } : undefined,
      evidence: actor !== undefined && "key" in actor ? { ...evidence, key: actor.key } : evidence,
    });
  }

  #refund(reservation: Reservation, amount: number): void {
    if (amount <= 0) return;
    const { watch, actor } = reservation;
    const narrow = this.#find(watch, actor.narrow);
    const network = actor.principal ? narrow : this.#find(watch, actor.network);
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

  #take(slot: number, cost: number): void {
    this.sources.credits[slot] = (this.sources.credits[slot] ?? 0) - cost;
  }

  #regain(slot: number, at: number): void {
    const seen = this.sources.seenAt[slot] ?? at;
    const gained = Math.floor((at - seen) / policy.regainEveryMs);
    if (gained > 0) {
      const window = this.sources.window[slot] ?? 0;
      this.sources.credits[slot] = Math.min(window, (this.sources.credits[slot] ?? 0) + gained);
      this.sources.seenAt[slot] = seen + gained * policy.regainEveryMs;
    }
  }

  #slot(watch: EndpointWatch, hash: string, at: number, start: number): number {
    const key = mixKey(keyOfHex(hash, scratchA), watch.keyHi, watch.keyLo);
    if (watch.before.length === 0) return this.sources.claim(key.hi, key.lo, at, start);
    const { hi, lo } = key;
    const known = this.sources.find(hi, lo);
    if (known >= 0) return known;
    const earlier: number[] = [];
    for (const former of watch.before) {
      const slot = this.#find(former, hash);
      if (slot < 0) continue;
      this.#regain(slot, at);
      earlier.push(slot);
    }
    return this.sources.claim(hi, lo, at, start, earlier);
  }

  #find(watch: EndpointWatch, hash: string): number {
    const key = mixKey(keyOfHex(hash, scratchA), watch.keyHi, watch.keyLo);
    return this.sources.find(key.hi, key.lo);
  }

  #locate(watch: EndpointWatch, hi: number, lo: number): number {
    scratchA.hi = hi;
    scratchA.lo = lo;
    const key = mixKey(scratchA, watch.keyHi, watch.keyLo);
    return this.sources.find(key.hi, key.lo);
  }

  #pairKey(watch: EndpointWatch, narrow: string, subject: string): Key {
    const hash = keyOfHex(subject, scratchB);
    return mixKey(mixKey(keyOfHex(narrow, scratchA), watch.keyHi, watch.keyLo), hash.hi, hash.lo);
  }

  #anchorKey(networkHi: number, networkLo: number, subject: string): Key {
    const hash = keyOfHex(subject, scratchB);
    scratchC.hi = networkHi;
    scratchC.lo = networkLo;
    return mixKey(scratchC, hash.hi, hash.lo);
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

/** Between the two phases of one request. Opaque to adapters. */
export interface Reservation {
  readonly watch: EndpointWatch;
  readonly actor: Actor;
  readonly at: number;
  readonly fresh: { readonly subject: Subject; readonly hi: number; readonly lo: number }[];
  readonly known: Subject[];
  action: Action;
  would: Action;
  reason: string;
  charged: number;
  /** It was charged to the endpoint's limits for newcomers, `surplus` of it to their common allowance. */
  newcomer: boolean;
  surplus: number;
  /** It is among the first questions of its source, which is no stranger behind another's address. */
  early: boolean;
  /** So much of the charge was paid from the endpoint's grants. */
  granted: number;
  settled: boolean;
  /** It was judged as a caller's with a credential. */
  fanOut?: { readonly ask: FanOutAsk; readonly grant: FanOutGrant };
}

/** The answer turned out to be one that a guard lets pass whatever the budget says, see {@link GuardedEndpoint.refusalsOnly}: call it before `settle`, with `tells` false. */
export function allowProven(reservation: Reservation): void {
  reservation.action = "allow";
  reservation.would = "allow";
  reservation.reason = "proven";
}

export interface Outcome {
  readonly exchangeId: string;
  /** False when nothing could be learned: no answer, 5xx, 429, or a class that tells nothing. */
  readonly tells: boolean;
  /** The service could not answer: 5xx, or nothing at all. */
  readonly failed: boolean;
  readonly classId: string;
  /** Of one of several who were asked about together, by hash, where the answer tells them apart. */
  readonly classOf?: ((subject: string) => string | undefined) | undefined;
  /** Whose answer it was, where a guard judged the request of another method; see {@link GuardedEndpoint.others}. */
  readonly endpointId?: string;
}

/** Endpoints one gate guards at once; further ones are only seen by the ledger. Those that were guarded once stay known while there is room. */
export const endpointsMax = 4_096;
/** One anchor vouches for at most so many subjects: nobody signs in as more people at once. */
export const anchoredSubjectsMax = 8;
/** Signals kept between two drains; a flood of sources needs no more to be told. Low ones fill half, endpoint-wide ones may go to twice this. */
const signalsMax = 1_000;

const noContacts: readonly EarlyContact[] = [];
const noIds: readonly string[] = [];
const scratchA: Key = { hi: 0, lo: 0 };
const scratchB: Key = { hi: 0, lo: 0 };
const scratchC: Key = { hi: 0, lo: 0 };

/** How often an hour one address counts. */
function spokenFor(stranger: boolean): number {
  return policy.contactsPerSourceHour + (stranger ? policy.strangersPerSourceHour : 0);
}

function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
