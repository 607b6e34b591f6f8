import type { GuardedEndpoint } from "./gate-policy.ts";
import { type Key, keyOfHex } from "../detect/observe/key-pair.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";

/**
 * One guarded endpoint as a whole: learns how often new never-anchored sources come (baseline), raises D3 when they come three times
 * as often (Poisson CUSUM), lets the cohort's own anchors confirm or release (SPRT), and keeps the daily ceiling (D6).
 *
 * Misses: an attack that stays below twice the learned rate for ever is D4's and the ceiling's. Training can be poisoned by an attacker who is
 * there from the first hour; the ceiling's floor and the frozen baseline during alarms bound what that buys.
 */
export class EndpointWatch {
  readonly index: number;
  readonly keyHi: number;
  readonly keyLo: number;
  endpoint: GuardedEndpoint;
  retired = false;
  truthful = 0;
  uniform = 0;
  phase: "calm" | "provisional" | "closed" = "calm";
  cusum = 0;
  cohortLog = 0;
  ratePerMs: number = policy.rateFloorPerMs;
  #firstAt = 0;
  #contacts = 0;
  #lastAt = 0;
  #phaseUntil = 0;
  #tokens = 1;
  #tokensAt = 0;
  #bin = -1;
  #inBin = 0;
  #busiestBin = 0;
  #day = -1;
  #today = 0;
  #busiestDay = 0;
  #ceilingTold = -1;
  readonly #told = new Map<string, number>();

  constructor(index: number, endpoint: GuardedEndpoint) {
    this.index = index;
    this.endpoint = endpoint;
    const key: Key = keyOfHex(endpoint.id, { hi: 0, lo: 0 });
    this.keyHi = key.hi;
    this.keyLo = key.lo;
  }

  /** A first contact from a never-anchored source (already capped a source). */
  newcomer(at: number): "provisional" | undefined {
    if (this.#firstAt === 0) this.#firstAt = at;
    this.#contacts++;
    const trained = at - this.#firstAt >= policy.trainForMs && this.#contacts >= policy.trainContacts;
    const elapsed = this.#lastAt === 0 ? 0 : Math.max(0, at - this.#lastAt);
    this.#lastAt = at;
    const bin = Math.floor(at / policy.trainBinMs);
    if (bin !== this.#bin) this.#closeBin(bin);
    this.#inBin++;
    if (!trained) return undefined;
    this.cusum = Math.max(0, this.cusum - (policy.rateFactor - 1) * this.ratePerMs * elapsed) + Math.log(policy.rateFactor);
    if (this.phase === "calm" && this.cusum >= policy.rateThreshold) {
      this.phase = "provisional";
      this.#phaseUntil = at + policy.provisionalForMs;
      this.cohortLog = 0;
      this.#tokens = 1;
      this.#tokensAt = at;
      return "provisional";
    }
    return undefined;
  }

  /** Why a never-anchored source may not learn `cost` more now, or undefined when it may. */
  refusesNewcomer(cost: number, at: number): string | undefined {
    if (this.phase === "closed") return "endpoint-closed";
    if (this.phase === "provisional") {
      // Answer at the learned rate, uniform only the surplus: a flash crowd can then release itself by its own anchors.
      this.#tokens = Math.min(1, this.#tokens + (at - this.#tokensAt) * this.ratePerMs);
      this.#tokensAt = at;
      if (this.#tokens < cost) return "endpoint-surge";
      this.#tokens -= cost;
    }
    return this.#today + cost > this.ceiling() ? "ceiling" : undefined;
  }

  /** One member of the cohort of newcomers was anchored, or was not in time. */
  cohort(anchored: boolean, at: number): "released" | "confirmed" | undefined {
    if (this.phase !== "provisional") return undefined;
    const { cohortHonestUnanchored: honest, cohortEnumeratorUnanchored: enumerator } = policy;
    this.cohortLog += anchored ? Math.log((1 - enumerator) / (1 - honest)) : Math.log(enumerator / honest);
    if (this.cohortLog <= policy.releaseAt) {
      this.phase = "calm";
      this.cusum = 0;
      return "released";
    }
    if (this.cohortLog >= policy.confirmAt) {
      this.phase = "closed";
      this.#phaseUntil = at + policy.closedForMs;
      return "confirmed";
    }
    return undefined;
  }

  /** D6: truthful answers a day to never-anchored sources. Anchored ones give theirs back, so it counts what stayed unexplained. */
  ceiling(): number {
    const configured = this.endpoint.budget.unanchoredCeiling;
    if (configured > 0) return configured;
    const aDay = Math.max(this.#busiestDay, this.ratePerMs * 86_400_000);
    return Math.max(policy.ceilingFloor, Math.ceil(policy.ceilingFactor * aDay));
  }

  reserveCeiling(cost: number): void {
    this.#today += cost;
  }

  refundCeiling(amount: number): void {
    this.#today = Math.max(0, this.#today - amount);
  }

  advance(at: number): void {
    const day = Math.floor(at / 86_400_000);
    if (day !== this.#day) {
      if (this.#day >= 0 && this.phase === "calm") this.#busiestDay = Math.max(this.#busiestDay, this.#today);
      this.#day = day;
      this.#today = 0;
    }
    if (this.phase !== "calm" && at >= this.#phaseUntil) {
      this.phase = "calm";
      this.cusum = 0;
    }
  }

  /** True once a day. */
  tellCeiling(at: number): boolean {
    const day = Math.floor(at / 86_400_000);
    if (this.#ceilingTold === day) return false;
    this.#ceilingTold = day;
    return true;
  }

  /** True once per source and step; bounded, at the bound everything counts as told (the endpoint's own signals go on). */
  tellOnce(slot: number, keyHi: number, step: number): boolean {
    const key = `${slot}.${keyHi}`;
    const before = this.#told.get(key);
    if (before !== undefined && before >= step) return false;
    if (before === undefined && this.#told.size >= toldMax) return false;
    this.#told.set(key, step);
    return true;
  }

  #closeBin(bin: number): void {
    // The baseline is frozen while an alarm stands, so that an attack does not teach it.
    if (this.#bin >= 0 && this.phase === "calm" && this.cusum < policy.rateThreshold / 2) {
      this.#busiestBin = Math.max(this.#busiestBin, this.#inBin);
      this.ratePerMs = Math.max(policy.rateFloorPerMs, (policy.trainMargin * this.#busiestBin) / policy.trainBinMs);
    }
    this.#bin = bin;
    this.#inBin = 0;
  }
}

/** Sources told about, an endpoint. */
const toldMax = 10_000;
