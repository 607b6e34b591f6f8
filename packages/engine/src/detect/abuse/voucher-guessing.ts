import type { Actor } from "../../exchange/actor.ts";
import type { Ports } from "../../exchange/ports.ts";
import { RotatingMap } from "../oracle/rotating-map.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";
import { FailureWatches, watchesMax, type WatchesState } from "./failure-watches.ts";
import { Quiet } from "./quiet.ts";
import { SourceEvidence } from "./source-evidence.ts";
import type { Emit } from "./tried.ts";

/**
 * `voucher.guessing`. Sees: codes of coupons, vouchers and gift cards guessed: an address or an account that tries code after code of its own that is refused, at any speed; and all sources together, by
 * the share of callers whose first code in half an hour is refused or stays so. Codes that other people tried before count for nobody: those come from a newsletter or a browser's helper. What a flagged source then gets through is told, too.
 *
 * Misses: what {@link voucherCodes} misses; guesses of which a third is right; one try each from fresh addresses and accounts at less than about a quarter of honest tries. Mistakes: a till or an
 * import behind one address that goes through codes gone stale; the first whose browser's helper goes through a new list. Walked around by valid codes of the guesser's own, each good for two or three guesses an hour; patience does not help.
 * Codes are kept as keyed hashes, in memory only.
 */
export class VoucherGuessing {
  readonly #emit: Emit;
  readonly #ports: Ports;
  readonly #sources = new SourceEvidence({ honestFails: policy.voucherHonestFails, attackerFails: policy.voucherGuessedFails, flagAt: policy.voucherSourceAt });
  readonly #watches: FailureWatches;
  readonly #quiet = new Quiet();
  /** Of endpoints that are watched: networks whose callers were right. */
  readonly #rightIn = new Map<string, Set<string>>();
  /** Who tried a code first. */
  readonly #first = new RotatingMap<First>(codesKept);

  constructor(ports: Ports, emit: Emit, state?: WatchesState, doors: VoucherDoorsState = []) {
    this.#ports = ports;
    this.#emit = emit;
    this.#watches = new FailureWatches(options, state);
    for (const { id, networks } of doors.slice(0, watchesMax)) this.#rightIn.set(id, new Set(networks.slice(0, policy.voucherAcceptedMin)));
  }

  observe({ endpointId, actor, codes, failed, at }: VoucherTry): void {
    const watch = this.#watches.of(endpointId);
    if (!failed && watch !== undefined) this.#right(endpointId, actor.network);
    for (const text of codes) {
      const code = this.#ports.hash("link", `voucher\n${text}`);
      const account = actor.credential ?? "";
      const first = this.#first.get(code);
      if (first === undefined) this.#first.set(code, { network: actor.network, account });
      const own = first === undefined || first.network === actor.network || (account !== "" && first.account === account);
      if (failed && !own) continue;
      watch?.add(account === "" ? actor.network : account, actor.network, failed, at, false);
      let told = false;
      for (const source of account === "" ? [actor.network] : [account, actor.network]) {
        // One known code, tried again and again, is good for little.
        if (!failed && !this.#quiet.may(`${source}|${code}`, at)) continue;
        const { flagged, flaggedAt, failures, successes } = this.#sources.add(source, code, failed, at);
        if (told) continue;
        if (flagged && this.#sources.mayTell(at)) {
          told = true;
          const who = source === account ? "account" : "address";
          this.#emit("voucher.guessing", {
            level: "high",
            confidence: 0.99999,
            endpointId,
            actor,
            evidence: { test: "source", who, codesRefused: failures, codesAccepted: successes, odds: "100000 to 1" },
          });
        } else if (!failed && flaggedAt > 0 && at > flaggedAt && at - flaggedAt < policy.takenWithinMs && this.#quiet.may(`hit|${code}`, at)) {
          told = true;
          this.#emit("voucher.guessing", { level: "high", confidence: 0.9, endpointId, actor, evidence: { test: "found", code, codesRefused: failures } });
        }
      }
    }
    const alarm = watch?.alarm();
    if (alarm === undefined || !this.#quiet.may(`site|${endpointId}`, at)) return;
    const { accounts, ...rest } = alarm;
    this.#emit("voucher.guessing", { level: "high", confidence: 0.999, endpointId, actor: undefined, evidence: { ...rest, callers: accounts } });
  }

  /** Whether callers of several networks were right there: codes are checked, whatever else the names may mean. */
  accepts(endpointId: string): boolean {
    return (this.#rightIn.get(endpointId)?.size ?? 0) >= policy.voucherAcceptedMin;
  }

  renamed(from: string, to: string): void {
    this.#watches.renamed(from, to);
    const right = this.#rightIn.get(from);
    if (right !== undefined && this.#rightIn.delete(from) && !this.#rightIn.has(to)) this.#rightIn.set(to, right);
  }

  /** Endpoints with the keyed hashes of the networks whose callers were right there, at most as many as are asked for. */
  exportDoors(): VoucherDoorsState {
    return [...this.#rightIn].map(([id, networks]) => ({ id, networks: [...networks] }));
  }

  #right(endpointId: string, network: string): void {
    const right = this.#rightIn.get(endpointId) ?? new Set();
    if (right.size < policy.voucherAcceptedMin) this.#rightIn.set(endpointId, right.add(network));
  }

  exportState(): WatchesState {
    return this.#watches.exportState();
  }
}

/** Codes that one request tried. */
export interface VoucherTry {
  readonly endpointId: string;
  readonly actor: Actor;
  /** In clear, for this call only. */
  readonly codes: readonly string[];
  readonly failed: boolean;
  readonly at: number;
}

export type VoucherDoorsState = readonly { readonly id: string; readonly networks: readonly string[] }[];

interface First {
  readonly network: string;
  readonly account: string;
}

const options = { wrong: policy.voucherWrong, unresolved: policy.voucherWrong };
/** Twice that in both generations: who pushes codes out of it makes more of them their own tries, and gains nothing. */
export const codesKept = 32_768;
