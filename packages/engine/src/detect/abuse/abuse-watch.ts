import { isLogLine } from "../../exchange/is-log-line.ts";
import type { Ports } from "../../exchange/ports.ts";
import { naturalKeyTypes } from "../../exchange/subject.ts";
import { normalForm } from "../../exchange/normal-form.ts";
import type { Held } from "../../decide/gate-policy.ts";
import type { Actor } from "../../exchange/actor.ts";
import { isRead } from "../../ledger/is-read.ts";
import type { EndpointKind } from "../kinds/endpoint-kind.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";
import { Quiet } from "./quiet.ts";
import { EndpointKinds, type KindSeen, type KindsState } from "../kinds/endpoint-kinds.ts";
import { hash53 } from "../observe/hash53.ts";
import { RotatingMap } from "../oracle/rotating-map.ts";
import type { Signal } from "../signal.ts";
import { LoginSpray } from "./login-spray.ts";
import { LoginStuffing } from "./login-stuffing.ts";
import { LogRefusals, type LogRefusalsState } from "./log-refusals.ts";
import { OtpBruteForce } from "./otp-brute-force.ts";
import type { WatchesState } from "./failure-watches.ts";
import { OtpSpray } from "./otp-spray.ts";
import { type MessageCosts, prefixOf, type PumpingState, SmsPumping } from "./sms-pumping.ts";
import { PushBombing } from "./push-bombing.ts";
import type { Emit, Tried } from "./tried.ts";
import { type VoucherDoorsState, VoucherGuessing } from "./voucher-guessing.ts";
import { voucherCodes, voucherOutcome } from "./voucher-tries.ts";

/**
 * Watches codes, messages, sign-ins and vouchers for abuse: finds out which endpoints take or send them ({@link EndpointKinds}) and asks the detectors. Out of band: it raises signals and refuses nobody.
 *
 * The same exchanges in the same order give the same signals, ids included. Secrets and codes live inside one call, and as a few bits of keyed hashes in memory.
 */
export class AbuseWatch {
  readonly kinds: EndpointKinds;
  readonly #bruteForce: OtpBruteForce;
  readonly #otpSpray: OtpSpray;
  readonly #pumping: SmsPumping;
  readonly #stuffing: LoginStuffing;
  readonly #loginSpray: LoginSpray;
  readonly #bombing: PushBombing;
  readonly #vouchers: VoucherGuessing;
  readonly #refusals: LogRefusals;
  /** Prefix of the number of a subject seen lately. */
  readonly #prefixes = new RotatingMap<string>(numbersMax);
  readonly #stopped = new Quiet();
  readonly #emit: Emit;
  readonly #ports: Ports;
  #signals: Signal[] = [];
  #codes: readonly string[] = nobody;
  #exchangeId = "";
  #at = 0;

  /** Who agreed to a prompt, or brought the code sent to him, in the exchange read last: every identifier it is known he goes by. */
  agreed: readonly string[] = [];

  constructor(ports: Ports, options: AbuseOptions = {}, state?: AbuseState) {
    const emit: Emit = (detector, { level, confidence, endpointId, actor, evidence }) => {
      const id = `${detector}-${hash53(`${this.#exchangeId}\n${this.#at}\n${this.#signals.length}`).toString(36)}`;
      const who = actor === undefined ? undefined : { address: actor.address, network: actor.network, narrow: actor.narrow };
      this.#signals.push({ id, detector, level, confidence, at: this.#at, endpointId, actor: who, evidence });
    };
    this.#emit = emit;
    this.#ports = ports;
    this.kinds = new EndpointKinds(ports, state?.kinds);
    this.#bruteForce = new OtpBruteForce(emit);
    this.#otpSpray = new OtpSpray(ports, emit, state?.codes);
    this.#pumping = new SmsPumping(ports, emit, options.costs, state?.pumping);
    this.#stuffing = new LoginStuffing(emit, state?.logins);
    this.#loginSpray = new LoginSpray(ports, emit);
    this.#bombing = new PushBombing(emit);
    this.#refusals = new LogRefusals(emit, state?.refusals);
    this.#vouchers = new VoucherGuessing(ports, emit, state?.vouchers, state?.voucherDoors);
  }

  /** Reads one exchange, in order of time; gives back what it raised. */
  observe(seen: AbuseSeen): readonly Signal[] {
    const { at, endpointId, actor, subjects } = seen;
    if (this.#signals.length > 0) this.#signals = [];
    this.#exchangeId = seen.view.exchange.id;
    this.#at = at;
    this.#pumping.advance(at);
    const [only] = subjects;
    if (subjects.length === 1 && only?.type === "phone" && this.#prefixes.get(only.hash) === undefined) {
      const prefix = prefixOf(normalForm("phone", seen.first));
      if (prefix !== undefined) this.#prefixes.add(only.hash, prefix);
    }
    const place = seen.operation === undefined ? endpointId : placeOf(endpointId, seen.operation);
    this.#voucher(seen, place);
    const attempt = this.kinds.observe(place === endpointId ? seen : seenAt(seen, place));
    const { prompted, agreed, named } = this.kinds.lastPrompt;
    this.agreed = agreed === undefined ? nobody : named === undefined || named === agreed ? [agreed] : [agreed, named];
    if (agreed !== undefined) this.#bombing.agreed(agreed);
    if (prompted !== undefined) this.#bombing.prompted(prompted, endpointId, actor, at);
    if (attempt !== undefined) {
      const { kind, outcome, account, challenge, given } = attempt;
      const tried: Tried = { kind, outcome, account, challenge, given, at: attempt.at, endpointId, actor, unknownAccount: outcome === "missing" || seen.denies() };
      if (tried.kind === "code-check") this.#code(tried, seen);
      else {
        this.#stuffing.observe(tried, seen.view.exchange.gate?.reason === "login-known");
        this.#loginSpray.observe(tried);
      }
    } else if (this.kinds.isSend(place, seen.declared)) this.#send(seen);
    else if (isLogLine(seen.view.exchange.carries) && !isRead(seen.view.exchange.method))
      this.#refusals.observe({ endpointId, status: seen.view.exchange.response.status, actor, at });
    return this.#signals;
  }

  /** Whether an endpoint checks codes that can be guessed: one-time codes, or those of coupons and gift cards, where people were seen to have some. */
  codesAt(endpointId: string, declared?: EndpointKind): "code" | "voucher" | undefined {
    if (this.kinds.verdict(endpointId, declared).kind === "code-check") return "code";
    return declared === undefined && this.#vouchers.accepts(endpointId) ? "voucher" : undefined;
  }

  /** While somebody is proven to guess at many accounts at this endpoint: how many wrong codes a day do no harm there. `place`: the operation called there, by {@link placeOf}. */
  harmless(endpointId: string, at: number, place = endpointId): number | undefined {
    const guessed = this.#vouchers.provenAt(place);
    if (guessed !== undefined && at - guessed < policy.brakeForMs) return policy.voucherHarmless;
    const since = this.#otpSpray.provenAt(endpointId);
    if (since === undefined || at - since >= policy.brakeForMs) return undefined;
    return Math.min(policy.brakeMost, Math.max(policy.brakeLeast, policy.brakeShare * 10 ** (this.kinds.codeLength(place) ?? policy.brakeDigits)));
  }

  /** What a right code of a coupon gives its caller beside itself: more where honest people are often wrong. In steps, for each is a new policy. */
  rightGives(endpointId: string, at: number): number {
    const wrong = this.#vouchers.usual(endpointId, at);
    const gives = Math.min(policy.rightCodeGives, Math.max(policy.voucherGivesLeast, (policy.voucherGivesSlack * wrong) / (1 - wrong)));
    return Math.ceil(gives * 4) / 4;
  }

  /** The codes of a coupon that the exchange read last tried, hashed, where people were seen to have some. */
  get lastCodes(): readonly string[] {
    return this.#codes;
  }

  /** What an answer of this class says of the code of a coupon, where the traffic has shown it. */
  voucherMeaning(endpointId: string, classId: string): "confirmed" | "denied" | undefined {
    return this.#vouchers.meaning(endpointId, classId);
  }

  /** As what an endpoint may hold those who abuse it. */
  holdsAt(endpointId: string, declared?: EndpointKind): "send" | "sign-in" | undefined {
    if (this.kinds.isSend(endpointId, declared)) return "send";
    return this.kinds.verdict(endpointId, declared).kind === "sign-in" ? "sign-in" : undefined;
  }

  /** Goes up when something else is proven to be abused. */
  get heldVersion(): number {
    return this.#pumping.holds.version + this.#stuffing.version + this.#loginSpray.version;
  }

  /** What is proven to be abused, for gates. */
  held(): Held {
    return { prefixes: this.#pumping.holds.list(), sources: this.#stuffing.held(), sprayed: this.#loginSpray.sprayed };
  }

  /** The gate refused this caller for its wrong codes: told once an hour. */
  stopped({ exchangeId, at, endpointId, actor, declared, operations }: CodesStopped): readonly Signal[] {
    if (this.#signals.length > 0) this.#signals = [];
    this.#exchangeId = exchangeId;
    this.#at = at;
    const sort = this.codesAt(endpointId, declared) ?? (operations ? "code" : undefined);
    if (sort === undefined || !this.#stopped.may(`${sort}|${actor.network}`, at)) return [];
    const evidence = { test: "stopped", wrongCodes: policy.wrongCodes, meaning: "this caller's tries were all wrong; the next are refused before the service is asked" };
    // Of vouchers more people try what they read somewhere; who guesses them is told by the detector's own test before.
    if (sort === "voucher") this.#emit("voucher.guessing", { level: "medium", confidence: 0.9, endpointId, actor, evidence });
    else this.#emit("otp.spray", { level: "high", confidence: 0.999, endpointId, actor, evidence });
    return this.#signals;
  }

  renamed(from: string, to: string): void {
    this.kinds.renamed(from, to);
    this.#otpSpray.renamed(from, to);
    this.#stuffing.renamed(from, to);
    this.#refusals.renamed(from, to);
    this.#vouchers.renamed(from, to);
  }

  exportState(): AbuseState {
    return {
      kinds: this.kinds.exportState(),
      codes: this.#otpSpray.exportState(),
      logins: this.#stuffing.exportState(),
      pumping: this.#pumping.exportState(),
      refusals: this.#refusals.exportState(),
      vouchers: this.#vouchers.exportState(),
      voucherDoors: this.#vouchers.exportDoors(),
    };
  }

  #voucher({ view, pathValues, responseClass, endpointId, actor, declared, at }: AbuseSeen, place: string): void {
    this.#codes = nobody;
    if (responseClass === undefined || declared !== undefined) return;
    const codes = voucherCodes(view, pathValues);
    if (codes.length === 0) return;
    const outcome = voucherOutcome(responseClass, view.responseJson);
    if (outcome !== "accepted" && outcome !== "refused") return;
    this.#vouchers.observe({ endpointId, place, actor, codes, classId: responseClass.id, failed: outcome === "refused", at });
    if (this.#vouchers.accepts(place)) this.#codes = codes.map((code) => this.#ports.hash("opaque", code));
  }

  #code(tried: Tried, { subjects, roots }: AbuseSeen): void {
    this.#bruteForce.observe(tried);
    this.#otpSpray.observe(tried, this.#pumping.health.down(tried.at));
    if (tried.outcome !== "accepted") return;
    this.#pumping.verified(tried.account, tried.at);
    this.#bombing.agreed(tried.account);
    this.agreed = [...new Set([tried.account, ...subjects.map((subject) => subject.hash), ...roots])];
  }

  #send({ at, endpointId, actor, subjects, roots, view }: AbuseSeen): void {
    const account = subjects.find((subject) => naturalKeyTypes.includes(subject.type))?.hash ?? roots[0];
    const status = view.exchange.response.status;
    const known = view.exchange.gate?.reason === "sms-known";
    this.#pumping.sent({ at, status, account: account ?? "", prefix: account === undefined ? undefined : this.#prefixes.get(account), endpointId, actor, known });
  }
}

/** Under what an operation called by name is known to {@link EndpointKinds}: one sends codes and another checks them, at one path. */
export function placeOf(endpointId: string, operation: string): string {
  return `${endpointId} ${operation}`;
}

export interface AbuseSeen extends KindSeen {
  /** The first identifier as it stood in the request. */
  readonly first: string;
  /** Whether the answer says that there is no such account. */
  readonly denies: () => boolean;
  /** Where several operations are called at one path: which one, by {@link operationKey}. */
  readonly operation?: string | undefined;
}

/** The same of one operation. */
function seenAt({ view, at, pathValues, subjects, roots, actor, responseClass, declared }: AbuseSeen, endpointId: string): KindSeen {
  return { view, at, endpointId, pathValues, subjects, roots, actor, responseClass, declared };
}

export interface CodesStopped {
  readonly exchangeId: string;
  readonly at: number;
  readonly endpointId: string;
  readonly actor: Actor;
  readonly declared: EndpointKind | undefined;
  /** Operations are called there: which one was refused is not known. */
  readonly operations: boolean;
}

export interface AbuseOptions {
  readonly costs?: MessageCosts | undefined;
}

export interface AbuseState {
  readonly kinds: KindsState;
  readonly codes: WatchesState;
  readonly logins: WatchesState;
  readonly pumping: PumpingState;
  /** Absent in older states. */
  readonly refusals?: LogRefusalsState;
  readonly vouchers?: WatchesState;
  readonly voucherDoors?: VoucherDoorsState;
}

/** Numbers seen lately: an hour of 18 a second. */
const numbersMax = 65_536;

const nobody: readonly string[] = [];
