import type { Actor } from "../../exchange/actor.ts";
import type { Ports } from "../../exchange/ports.ts";
import { BlockedBloom } from "../observe/blocked-bloom.ts";
import { keyOfHex, mixKey } from "../observe/key-pair.ts";
import { RotatingMap } from "../oracle/rotating-map.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";
import { FailureWatches, watchesMax, type WatchesState } from "./failure-watches.ts";
import { Quiet } from "./quiet.ts";
import { SourceEvidence } from "./source-evidence.ts";
import type { Emit } from "./tried.ts";

/**
 * `voucher.guessing`. Sees: codes of coupons, gift cards, referrals and invitations guessed. What counts is the different code: an address or an account that tries code after code of its own and is wrong more
 * often than the endpoint's honest callers, at any speed, also where a third of the guesses is right; and all sources together, by the share of callers whose first code in half an hour is refused or stays so.
 * Codes that other people tried before count for nobody: those come from a newsletter, also from one that has run out, or a browser's helper. What a flagged source then gets through is told, too.
 *
 * Misses: what {@link voucherCodes} misses; guesses of which half is right; one try each from fresh addresses and accounts at less than about a quarter of honest tries. Mistakes: a till or an
 * import behind one address that goes through codes gone stale; the first whose browser's helper goes through a new list. Walked around by valid codes of the guesser's own, each good for two or three guesses; patience does not help.
 * Codes are kept as keyed hashes, in memory only.
 */
export class VoucherGuessing {
  readonly #emit: Emit;
  readonly #ports: Ports;
  /** Guesses that are hardly ever right; and those of which many are. */
  readonly #sources = [new SourceEvidence(rates), new SourceEvidence(rates)] as const;
  readonly #watches: FailureWatches;
  readonly #quiet = new Quiet();
  /** Of endpoints that are watched: networks whose callers were right, and what answers said. */
  readonly #rightIn = new Map<string, Set<string>>();
  readonly #answers = new Map<string, Map<string, Said>>();
  readonly #proven = new Map<string, number>();
  /** Who tried a code first. */
  readonly #first = new RotatingMap<First>(codesKept);
  /** Right codes of each caller: one of them counts once. */
  readonly #had = new BlockedBloom(pairsMax, 86_400_000);

  constructor(ports: Ports, emit: Emit, state?: WatchesState, doors: VoucherDoorsState = []) {
    this.#ports = ports;
    this.#emit = emit;
    this.#watches = new FailureWatches(options, state);
    for (const { id, networks, answers } of doors.slice(0, watchesMax)) {
      this.#rightIn.set(id, new Set(networks.slice(0, policy.voucherAcceptedMin)));
      this.#answers.set(id, new Map(answers?.slice(0, classesMax).map(([classId, right, wrong]) => [classId, { right, wrong }])));
    }
  }

  observe({ endpointId, place, actor, codes, classId, failed, at }: VoucherTry): void {
    const watch = this.#watches.of(place);
    if (watch !== undefined) {
      if (!failed) this.#right(place, actor.network);
      this.#answered(place, classId, failed);
    }
    const honest = Math.min(policy.voucherHonestMost, Math.max(policy.voucherHonestLeast, watch?.usual(at) ?? policy.voucherHonestMost));
    for (const text of codes) {
      const code = this.#ports.hash("link", `voucher\n${text}`);
      const account = actor.credential ?? "";
      const caller = account === "" ? actor.network : account;
      const first = this.#first.get(code);
      if (first === undefined) this.#first.set(code, { network: actor.network, account });
      const own = first === undefined || first.network === actor.network || (account !== "" && first.account === account);
      if (failed && !own) {
        // He came with what everybody has, and is none who guesses; should he guess as well, that counts beside it.
        watch?.add(`${caller}|shared`, actor.network, false, at, false);
        continue;
      }
      watch?.add(caller, actor.network, failed, at, false);
      if (!failed && !this.#isNew(actor.credential ?? actor.narrow, code, at)) continue;
      this.#judge({ endpointId, actor, account, code, shown: this.#ports.hash("opaque", text), failed, at }, honest);
    }
    const alarm = watch?.alarm();
    if (alarm === undefined) return;
    this.#proven.set(place, at);
    if (!this.#quiet.may(`site|${place}`, at)) return;
    const { accounts, ...rest } = alarm;
    this.#emit("voucher.guessing", { level: "high", confidence: 0.999, endpointId, actor: undefined, evidence: { ...rest, callers: accounts } });
  }

  /** One code of one caller's own, or a right one, against what it did before. */
  #judge({ endpointId, actor, account, code, shown, failed, at }: Judged, honest: number): void {
    let told = false;
    for (const source of account === "" ? [actor.network] : [account, actor.network]) {
      // Of an address that many share, one right code counts a few times a day, not for each of them: a guesser can be many.
      if (!failed && source === actor.network && !this.#quiet.may(`${source}|${code}`, at)) continue;
      const dense = honest + (1 - honest) * policy.voucherDenseLift;
      for (const [n, guessed] of [policy.voucherGuessedFails, dense].entries()) {
        const evidence = this.#sources[n === 0 ? 0 : 1];
        const { flagged, flaggedAt, failures, successes } = evidence.add(source, code, failed, at, honest, guessed);
        if (told) continue;
        if (flagged && evidence.mayTell(at)) {
          told = this.#quiet.may(`source|${source}`, at);
          if (!told) continue;
          const who = source === account ? "account" : "address";
          this.#emit("voucher.guessing", {
            level: "high",
            confidence: 0.99999,
            endpointId,
            actor,
            evidence: { test: "source", who, codesRefused: failures, codesAccepted: successes, usuallyRefused: Math.round(honest * 100) / 100, odds: "100000 to 1" },
          });
        } else if (!failed && flaggedAt > 0 && at > flaggedAt && at - flaggedAt < policy.takenWithinMs && this.#quiet.may(`hit|${code}`, at)) {
          told = true;
          this.#emit("voucher.guessing", { level: "high", confidence: 0.9, endpointId, actor, evidence: { test: "found", code: shown, codesRefused: failures } });
        }
      }
    }
  }

  /** Whether callers of several networks were right there: codes are checked, whatever else the names may mean. */
  accepts(endpointId: string): boolean {
    return (this.#rightIn.get(endpointId)?.size ?? 0) >= policy.voucherAcceptedMin;
  }

  /** The share of callers who begin with a wrong code there, as learned. */
  usual(endpointId: string, at: number): number {
    return this.#watches.known(endpointId)?.usual(at) ?? policy.voucherWrong.prior;
  }

  /** When codes guessed from many places were seen last at this endpoint; undefined for never. */
  provenAt(endpointId: string): number | undefined {
    return this.#proven.get(endpointId);
  }

  /** What answers of this class said of the codes; undefined where it is not known, or they said both. */
  meaning(endpointId: string, classId: string): "confirmed" | "denied" | undefined {
    const said = this.#answers.get(endpointId)?.get(classId);
    if (said === undefined || !this.accepts(endpointId)) return undefined;
    const share = said.right / (said.right + said.wrong);
    return share >= nearlyAll ? "confirmed" : share <= 1 - nearlyAll ? "denied" : undefined;
  }

  renamed(from: string, to: string): void {
    for (const known of [this.#rightIn, this.#answers, this.#proven] as readonly Map<string, unknown>[]) {
      const before = known.get(from);
      if (before !== undefined && known.delete(from) && !known.has(to)) known.set(to, before);
    }
    this.#watches.renamed(from, to);
  }

  /** Endpoints with the keyed hashes of the networks whose callers were right there, at most as many as are asked for. */
  exportDoors(): VoucherDoorsState {
    return [...this.#rightIn].map(([id, networks]) => ({
      id,
      networks: [...networks],
      answers: [...(this.#answers.get(id) ?? [])].map(([classId, { right, wrong }]) => [classId, right, wrong]),
    }));
  }

  #right(endpointId: string, network: string): void {
    const right = this.#rightIn.get(endpointId) ?? new Set();
    if (right.size < policy.voucherAcceptedMin) this.#rightIn.set(endpointId, right.add(network));
  }

  #answered(endpointId: string, classId: string, failed: boolean): void {
    let answers = this.#answers.get(endpointId);
    if (answers === undefined) this.#answers.set(endpointId, (answers = new Map()));
    let said = answers.get(classId);
    if (said === undefined) {
      if (answers.size >= classesMax) return;
      answers.set(classId, (said = { right: 0, wrong: 0 }));
    }
    if (failed) said.wrong++;
    else said.right++;
  }

  /** Whether this caller was not right with this code before, today. */
  #isNew(caller: string, code: string, at: number): boolean {
    const key = keyOfHex(caller, { hi: 0, lo: 0 });
    const other = keyOfHex(code, { hi: 0, lo: 0 });
    const { hi, lo } = mixKey(key, other.hi, other.lo);
    return this.#had.add(hi, lo, at);
  }

  exportState(): WatchesState {
    return this.#watches.exportState();
  }
}

/** Codes that one request tried. */
export interface VoucherTry {
  readonly endpointId: string;
  /** The endpoint, or the operation called there. */
  readonly place: string;
  readonly actor: Actor;
  /** In clear, for this call only. */
  readonly codes: readonly string[];
  /** {@link ResponseClass.id} of the answer. */
  readonly classId: string;
  readonly failed: boolean;
  readonly at: number;
}

/** `answers`: by class, how often it was right and wrong; absent in older states. */
export type VoucherDoorsState = readonly {
  readonly id: string;
  readonly networks: readonly string[];
  readonly answers?: readonly (readonly [classId: string, right: number, wrong: number])[];
}[];

interface Judged extends Pick<VoucherTry, "endpointId" | "actor" | "failed" | "at"> {
  readonly account: string;
  readonly code: string;
  /** As disclosures name it. */
  readonly shown: string;
}

interface Said {
  right: number;
  wrong: number;
}

interface First {
  readonly network: string;
  readonly account: string;
}

const rates = { honestFails: policy.voucherHonestMost, attackerFails: policy.voucherGuessedFails, flagAt: policy.voucherSourceAt };
const options = { wrong: policy.voucherWrong, unresolved: policy.voucherWrong };
/** Twice that in both generations: who pushes codes out of it makes more of them their own tries, and gains nothing. */
export const codesKept = 32_768;
/** Right codes a day of callers remembered, 1.25 MB a generation. */
const pairsMax = 500_000;
/** Classes of answers of one endpoint. */
const classesMax = 32;
/** Classes are made coarser as they are learned, so early ones may hold a few of both. */
const nearlyAll = 0.9;
