import type { Actor } from "../exchange/actor.ts";
import type { Signal } from "../detect/signal.ts";
import type { CanaryWatch, CanaryNews } from "./canary-watch.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import type { FanOutTold } from "./fan-out.ts";
import { fanOutPolicy as fanOut } from "./fan-out-policy.ts";
import type { LongBooksAlarm } from "./long-books.ts";
import type { FollowUpChange } from "./follow-up-share.ts";

/** What the gate tells people, in words; kept until it is fetched. Bound: {@link signalsMax}. */
export class GateSignals {
  readonly #newId: () => string;
  #signals: Signal[] = [];

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  drain(): Signal[] {
    const out = this.#signals;
    this.#signals = [];
    return out;
  }

  /** D3: more newcomers than ever, or so many more that people are told. */
  surge(watch: EndpointWatch, change: "provisional" | "surge", at: number): void {
    this.emit("enumeration.endpoint", change === "surge" ? "medium" : "low", change === "surge" ? 0.8 : 0.3, at, watch, undefined, {
      statistic: round(watch.cusum),
      threshold: change === "surge" ? policy.rateThreshold : policy.surgeThreshold,
      learnedPerHour: round(watch.ratePerMs * 3_600_000),
      meaning: "new never-anchored sources ask at three times the learned rate or more; they get the uniform answer beyond that rate until their own follow-up decides",
    });
  }

  /** D3: what the newcomers' follow-ups said. */
  cohort(watch: EndpointWatch, change: "released" | "confirmed", at: number): void {
    if (change === "released") {
      this.emit("enumeration.endpoint", "info", 0.1, at, watch, undefined, { meaning: "released: the new sources followed up as honest users do" });
    } else {
      this.emit("enumeration.endpoint", "high", 0.9999, at, watch, undefined, {
        statistic: round(watch.cohortLog),
        threshold: policy.confirmAt,
        meaning: "many new sources ask and none follows up: one enumeration from many places; never-anchored sources get the uniform answer while it lasts",
      });
    }
  }

  /** D3 where follow-ups cannot decide: most newcomers are held off, and they are many. */
  heldCrowd(watch: EndpointWatch, at: number): void {
    this.emit("enumeration.endpoint", "high", 0.95, at, watch, undefined, {
      sourcesHeldThisHour: watch.crowd.count,
      followUpsSeen: watch.anchorsSeen,
      meaning: "many new sources ask, nearly all of them are held off: one enumeration from many places, or a rush of honest newcomers whom nobody is seen to follow up",
    });
  }

  /** D4. */
  followUp(watch: EndpointWatch, change: FollowUpChange | "name failed", at: number): void {
    const { statistic, honestShare, usualADay } = watch.share.facts();
    if (change === "narrowed by share") {
      this.emit("enumeration.follow-up", "high", 0.9999, at, watch, undefined, {
        statistic: round(statistic),
        threshold: policy.shareAlarmAt,
        honestShareAtMost: round(honestShare),
        meaning: "of those who ask here for the first time, far more than on honest days never do what honest users do next; newcomers share a trickle of answers until that ends",
      });
    } else if (change === "narrowed by number") {
      this.emit("enumeration.follow-up", "high", 0.999, at, watch, undefined, {
        usualADay: round(usualADay),
        threshold: policy.unanchoredDaysAlarmAt,
        meaning: "day by day more first-time askers than ever never do what honest users do next; newcomers share a trickle of answers for two days or more",
      });
    } else if (change === "narrowed by clock") {
      this.emit("enumeration.follow-up", "high", 0.999, at, watch, undefined, {
        standardErrors: policy.clockErrors,
        honestShareAtMost: round(honestShare),
        meaning:
          "most first-time askers who never follow up come by the clock, as many at night as at noon, while honest ones come and go with the others; perhaps since before Postern watched; newcomers share a trickle of answers for two days or more",
      });
    } else if (change === "name failed") {
      this.emit("enumeration.follow-up", "medium", 0.99, at, watch, undefined, {
        meaning: "those who were named are held off, and the attack goes on among the others: all newcomers share the trickle again, for six hours or longer",
      });
    } else this.emit("enumeration.follow-up", "info", 0.1, at, watch, undefined, { meaning: "released: newcomers follow up again as honest users do" });
  }

  /** D6. */
  ceiling(watch: EndpointWatch, at: number): void {
    this.emit("enumeration.ceiling", watch.share.outageToday ? "medium" : "high", watch.share.outageToday ? 0.5 : 0.99, at, watch, undefined, {
      outage: watch.share.outageToday,
      ceiling: watch.ceiling(),
      meaning: watch.anchorsSeen
        ? "the endpoint's daily ceiling for never-anchored sources is reached"
        : "the endpoint's daily ceiling is reached; nobody was ever seen to follow up here, so it holds for everybody: configure unanchoredCeiling when so many are honest",
    });
  }

  /** A caller with a credential beyond its budget. */
  fanOut(watch: EndpointWatch, actor: Actor, told: FanOutTold & Asked, at: number): void {
    this.emit("enumeration.fan-out", told.level, told.level === "high" ? 0.99 : 0.6, at, watch, actor, {
      reason: told.reason,
      list: told.list,
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

  /** Far more long first books than ever: one list in parts. `actor`: who sent the last of them. */
  longBooks(watch: EndpointWatch, actor: Actor, { length, longer, of, statistic }: LongBooksAlarm, at: number): void {
    this.emit("enumeration.fan-out", "high", 0.99, at, watch, actor, {
      reason: "long-books",
      longerThan: length,
      longBooks: longer,
      ofBooks: of,
      statistic: round(statistic),
      threshold: fanOut.longAlarmAt,
      meaning:
        "of those who send an address book for the first time far more than ever send a long one: one list in parts, through accounts made for it; they are told of, not held",
    });
  }

  /** A caller reads objects that were never handed to it. */
  foreign(watch: EndpointWatch, actor: Actor, told: { readonly level: "medium" | "high"; readonly refused: number; readonly callers: number }, at: number): void {
    this.emit("access.foreign-objects", told.level, told.level === "high" ? 0.99 : 0.5, at, watch, actor, {
      refused: told.refused,
      callersRefused: told.callers,
      meaning: "a caller with a credential asks for objects by ids that the service never handed to it, while others read only their own: it goes through other people's",
    });
  }

  canary(watch: EndpointWatch, actor: Actor, what: NonNullable<ReturnType<CanaryWatch["look"]>>, news: CanaryNews, cutTo: number, at: number): void {
    this.emit("canary.touched", news.pages ? "high" : "medium", news.pages ? 0.999 : 0.7, at, watch, actor, {
      about: what,
      canaries: news.canaries,
      dark: news.dark,
      networks: round(news.networks),
      thresholdsCutTo: cutTo,
      meaning:
        what === "registered" || what === "unregistered"
          ? "asks about a canary, whom nobody honest knows; evidence against whoever asks like this, never a verdict on an address that others share"
          : "asks about people in ranges where nobody can be registered; evidence against whoever asks like this, never a verdict on an address that others share",
    });
  }

  /** `actor`: a source; a sort of key where only that may be told; undefined for the endpoint as a whole. */
  emit(
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
}

/** Why it was refused, and how many people its request named. */
interface Asked {
  readonly reason: string;
  readonly list: number;
}

/** Signals kept between two drains; a flood of sources needs no more to be told. Low ones fill half, endpoint-wide ones may go to twice this. */
const signalsMax = 1_000;

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
