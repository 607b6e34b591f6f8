import type { Actor } from "../../exchange/actor.ts";
import type { Mode } from "../../exchange/exchange.ts";
import type { Subject } from "../../exchange/subject.ts";
import { compareLevels } from "../../detect/incident.ts";
import { GateEngine } from "../gate-engine.ts";
import type { Anchor, Budget, GuardedEndpoint } from "../gate-policy.ts";
import { unlearned } from "../unlearned.ts";

/** A whole day of newcomers, 24 hours of {@link NewcomerHour} counts without their hour. */
export type NewcomerDay = readonly (readonly [came: number, judged: number, unanchored: number])[];

/**
 * Plays an endpoint's own days again through a real {@link GateEngine}, then up to `forDays` days drawn from the last {@link recentDays} of them with an attack among them: `perDay` questions a day, each from an address and
 * about a person never seen before. Ends when a signal of level high is raised.
 *
 * Honest newcomers come at random within their hour, each with one question, and follow up a minute later as many of the hour's did; while they are refused they do not. Sources that are
 * known already, and outages, are left out.
 */
export function playInjection(injection: Injection): InjectionOutcome {
  const { days, forDays, perDay, random } = injection;
  const player = new Player(injection);
  const first = days.length;
  for (const [place, day] of days.entries()) player.day(place, day, 0);
  // What the endpoint's own days raise is no detection.
  player.calm();
  const recent = days.slice(-recentDays);
  for (let place = 0; place < forDays && player.foundAt === undefined; place++) player.day(first + place, recent[Math.floor(random() * recent.length)] ?? [], perDay);
  const { foundAt, learned, asked, contacts } = player;
  return { found: foundAt !== undefined, afterDays: foundAt === undefined ? forDays : foundAt / dayMs - first, learned, asked, contacts, ceiling: player.ceiling };
}

export interface Injection {
  /** At least one. */
  readonly days: readonly NewcomerDay[];
  readonly forDays: number;
  readonly perDay: number;
  readonly budget: Budget;
  readonly mode: Mode;
  /** Draws everything honest: the same honest days whatever the rate. */
  readonly random: () => number;
  /** Draws the attack, and keys. */
  readonly attackRandom: () => number;
}

export interface InjectionOutcome {
  readonly found: boolean;
  /** Days from the attack's start. */
  readonly afterDays: number;
  /** Truthful answers the attack got until then: as many people at the most. */
  readonly learned: number;
  readonly asked: number;
  /** Questions played, honest ones too. */
  readonly contacts: number;
  /** Truthful answers a day to never-anchored sources, at the end. */
  readonly ceiling: number;
}

class Player {
  readonly #random: () => number;
  readonly #attackRandom: () => number;
  readonly #engine: GateEngine;
  readonly #share: number;
  readonly #anchors: Anchor[] = [];
  #anchored = 0;
  #watching = false;
  /** Event time, from the first day's start. */
  foundAt: number | undefined;
  learned = 0;
  asked = 0;
  contacts = 0;

  constructor({ days, forDays, perDay, budget, mode, random, attackRandom }: Injection) {
    this.#random = random;
    this.#attackRandom = attackRandom;
    let came = 0;
    let judged = 0;
    let unanchored = 0;
    for (const day of days) {
      for (const hour of day) {
        came += hour[0];
        judged += hour[1];
        unanchored += hour[2];
      }
    }
    this.#share = judged === 0 ? 0 : unanchored / judged;
    const expected = (came / days.length) * (days.length + forDays) + perDay * forDays;
    let ids = 0;
    this.#engine = new GateEngine({
      newId: () => `f${(ids += 1)}`,
      // Two slots a newcomer: nothing of the run is evicted, within reason.
      sourceSlots: 1 << Math.min(20, Math.max(12, Math.ceil(Math.log2(expected * 2.6 + 1)))),
      pairs: Math.min(4_000_000, Math.max(4_096, Math.ceil(expected * 1.3))),
      pending: 1 << Math.min(17, Math.max(10, Math.ceil(Math.log2(expected / 20 + 1)))),
    });
    this.#engine.setPolicy({ version: 1, mode, endpoints: [endpointOf(budget)], principals: [] });
  }

  get ceiling(): number {
    return this.#engine.usage(endpointId)?.ceiling ?? 0;
  }

  /** What was signalled so far is forgotten; from now on it counts. */
  calm(): void {
    this.#engine.drain();
    this.#watching = true;
  }

  day(place: number, hours: NewcomerDay, perDay: number): void {
    const visits: Visit[] = [];
    for (const [hour, [came, judged, unanchored]] of hours.entries()) {
      for (let n = 0; n < Math.max(came, judged); n++) {
        // Those judged as they were; the rest, judged in no outcome, as the endpoint's newcomers on the whole.
        const followsUp = n < judged ? n >= unanchored : this.#random() >= this.#share;
        visits.push({ at: origin + (place * 24 + hour + this.#random()) * 3_600_000, followsUp, attack: false });
      }
    }
    for (let n = poisson(perDay, this.#attackRandom); n > 0; n--) visits.push({ at: origin + (place + this.#attackRandom()) * dayMs, followsUp: false, attack: true });
    visits.sort((a, b) => a.at - b.at);
    for (const visit of visits) {
      this.#visit(visit);
      if (this.foundAt !== undefined) return;
    }
  }

  #visit({ at, followsUp, attack }: Visit): void {
    for (let anchor = this.#anchors[this.#anchored]; anchor !== undefined && anchor.at <= at; anchor = this.#anchors[this.#anchored]) {
      this.#engine.advance(anchor.at);
      this.#engine.anchor(anchor);
      this.#anchored += 1;
    }
    if (this.#anchored > 1_024) this.#anchored -= this.#anchors.splice(0, this.#anchored).length;
    const network = this.#hex();
    const actor: Actor = { narrow: this.#hex(), network, address: "", credential: undefined, principal: false };
    const subject: Subject = { type: "phone", hash: this.#hex(), location };
    this.contacts += 1;
    const reservation = this.#engine.reserve(endpointId, actor, [subject], false, at);
    if (reservation === undefined) return;
    const truthful = reservation.action === "allow";
    this.#engine.settle(reservation, { exchangeId: "f", tells: true, failed: false, classId: "" });
    if (attack) {
      this.asked += 1;
      if (truthful) this.learned += 1;
    } else if (followsUp && truthful) this.#anchors.push({ at: at + followUpMs, endpointId, kind: "sign-in", narrow: actor.narrow, network, subjects: [subject.hash] });
    for (const signal of this.#engine.drain()) {
      if (!this.#watching || compareLevels(signal.level, "high") < 0) continue;
      this.foundAt ??= Math.max(0, at - origin);
    }
  }

  #hex(): string {
    return hex32(this.#attackRandom()) + hex32(this.#attackRandom());
  }
}

interface Visit {
  readonly at: number;
  readonly followsUp: boolean;
  readonly attack: boolean;
}

const dayMs = 86_400_000;
/** The days to come are like those of the last two weeks: a service that has just been switched on has many newcomers at first and fewer later. */
const recentDays = 14;
/** A Monday; the engine takes time 0 for never. */
const origin = 1_704_067_200_000;
/** Well before an outcome is judged. */
const followUpMs = 60_000;
const endpointId = "f100000000000000";
const location = { in: "path", name: "id" } as const;

function endpointOf(budget: Budget): GuardedEndpoint {
  return {
    id: endpointId,
    method: "GET",
    host: "*",
    template: "/{id}",
    state: "budgeted",
    subjects: [{ location, type: "phone" }],
    ...unlearned,
    budget,
  };
}

function hex32(share: number): string {
  return Math.floor(share * 4_294_967_296)
    .toString(16)
    .padStart(8, "0");
}

/** Knuth's product for small means; for large ones the normal approximation, whose error is far below what a day's number varies. */
function poisson(mean: number, random: () => number): number {
  if (mean <= 0) return 0;
  if (mean > 200) return Math.max(0, Math.round(mean + Math.sqrt(mean) * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())));
  const least = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > least; product *= random()) count += 1;
  return count;
}
