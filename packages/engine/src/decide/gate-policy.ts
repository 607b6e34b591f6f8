import type { DarkRange } from "../exchange/dark-range.ts";
import type { Front } from "../detect/target/walking-fronts.ts";
import type { AsnRange } from "../detect/names/asn-table.ts";
import type { AttributeKind } from "../detect/names/client-attributes.ts";
import { labelOf, plainOutcome } from "../detect/kinds/outcome.ts";
import type { ResponseClass } from "../understood.ts";
import type { Operation } from "../inventory/calls/operation.ts";
import type { RouteFront } from "../inventory/front-routes.ts";
import type { Mode } from "../exchange/exchange.ts";
import type { ExpectedCaller } from "./expected-callers.ts";
import type { ParameterLocation, SubjectType } from "../exchange/subject.ts";

/**
 * What the ledger tells the gate: a complete, versioned picture, at most one second old. The gate replaces its own with
 * it as a whole; state (credits, evidence) is kept by endpoint id across replacements.
 */
export interface GatePolicy {
  readonly version: number;
  readonly mode: Mode;
  readonly endpoints: readonly GuardedEndpoint[];
  /** Credits a new caller begins with where nothing is said of the endpoint; absent: {@link defaultBudget}'s. An endpoint that gives more stands for itself, see `source-book.ts`. */
  readonly startCredits?: number;
  /** Endpoints that prompt somebody on a device of his; only `method`, `host`, `template` and `subjects` count. See {@link PromptLimits}. Absent where there are none. */
  readonly prompts?: readonly GuardedEndpoint[];
  /** Endpoints that check codes which can be guessed. See {@link CodeLimits}. Absent where there are none. */
  readonly codes?: readonly CodeDoor[];
  /** Endpoints that send codes or take passwords, where what is proven to be abused is held. See {@link AbuseHolds}. Absent where there are none. */
  readonly holdDoors?: readonly HoldDoor[];
  /** Beginnings of numbers that are pumped. Absent: none. */
  readonly heldPrefixes?: readonly HeldPrefix[];
  /** Networks that try leaked passwords. Absent: none. */
  readonly heldSources?: readonly HeldSource[];
  /** Passwords tried on many accounts today. Absent: none. */
  readonly sprayed?: SprayedPasswords;
  /** Credential hashes proven to be a caller's own (see {@link Actor.principal}). */
  readonly principals: readonly string[];
  /** Paths behind which a parameter says what is asked; templates of `endpoints` name the route behind them. Absent where there are none. */
  readonly routeFronts?: readonly RouteFront[];
  /** Whom the operator expects; absent: nobody. See {@link ExpectedCallers}. */
  readonly expected?: readonly ExpectedCaller[];
}

/** An endpoint that takes an identifier without a caller credential. */
export interface GuardedEndpoint {
  readonly id: string;
  /** HEAD asks the same question as GET: a rule for GET covers both. */
  readonly method: string;
  /** Lower case with port if not default; `*` for any. */
  readonly host: string;
  /** `/users/{cc}-{phone}/status`; matched on the decoded, normalised path, constants without regard to case. */
  readonly template: string;
  /** `watched`: contacts are counted, nothing is enforced. `budgeted`: a suspected, proven or declared oracle. */
  readonly state: "watched" | "budgeted";
  readonly subjects: readonly SubjectRule[];
  readonly classes: ClassScheme;
  /** The same of the parts of an answer that speak of one person each, where several may be asked about together. */
  readonly each?: ClassScheme;
  /** Ids of response classes that tell nothing about the subject: their credits are refunded. */
  readonly tellsNothing: readonly string[];
  /** Classes of its answers that tell of somebody: by them a variant of its path is known, see `guard-variants.ts`. Absent where none are known, or it is under no budget. */
  readonly tells?: readonly TellingClass[];
  /** How to answer when the budget is spent. */
  readonly uniform: UniformAnswer;
  readonly budget: Budget;
  /** The traffic comes from a source that shows neither headers nor bodies (an access log): no follow-up can be seen there. */
  readonly blind?: boolean;
  /** Everybody who is answered shows a credential of his own: each has a budget of his own, see `fan-out.ts`; who shows none is judged as anywhere. `proven`: only those whose credential is proven have one, for people asked about one by one. */
  readonly signedIn?: true | "proven";
  /** Everybody reads what was handed to him before: who shows a credential may read little else, see `object-owners.ts`; who shows none is the service's to refuse. */
  readonly owned?: true;
  /** Of those that check codes or prompt: what is called at this path, where several operations are. See {@link TryLimits}. */
  readonly operation?: Operation;
  /** Of endpoints that prompt: people were seen to decide what it said that it had asked, and nobody what it refused to ask. What it refuses then prompts nobody; see {@link PromptLimits}. */
  readonly refusedFree?: boolean;
  /** A door that asks for a proof (a sign-in): what succeeds passes, costs nothing and tells nobody anything new; only refusals are under the budget. */
  readonly refusalsOnly?: boolean;
  /** Ids of classes of answers that only who knows the person asked about gets, see `known-details.ts`: paid as `right-answers.ts` says. Absent where there are none. */
  readonly won?: readonly string[];
  /** Places of identifiers (`query:requestId`) that change no answer about the person named beside them: not charged there. */
  readonly idle?: readonly string[];
  /** Its refusals that have a status below 400 and no flag that says so, by {@link labelOf}. Absent where there are none. */
  readonly refusals?: readonly string[];
  /** Ids of guards that stood before this door, or before one it was split from, under other names: what was spent there is spent here. */
  readonly formerly?: readonly string[];
  /**
   * Methods in upper case with the id the same path has under each. This guard also judges those of them that have none of their own; what it lets them tell is written under
   * their own id, or a report of one method would speak of the people another was asked about. Absent where a method is no part of the name.
   */
  readonly others?: readonly (readonly [method: string, id: string])[];
  /** Methods under which the same path is an endpoint of its own that was looked at and needs no guard (a sign-in beside a lookup): this one does not judge them. Absent: none. */
  readonly apart?: readonly string[];
  /** Something else says that it is under attack: the tests of the endpoint as a whole (D3, D4) need only this part of their evidence. Absent: all of it. */
  readonly evidenceShare?: number;
  /** Whom the attack that stands consists of, and few honest people beside; see `named-apart.ts`. */
  readonly named?: NamedClients;
  /** Questions answered before this guard stood: the gate charges them to their askers, each once. */
  readonly before?: readonly EarlyContact[];
}

/** A class of answers to questions about somebody. */
export interface TellingClass {
  readonly id: string;
  readonly status: number;
  /** Of a JSON answer, with blanks between; `""` of any other. */
  readonly fields: string;
  /** It says that there is nobody, or nothing that only somebody who is there could get. */
  readonly denies: boolean;
}

/** An endpoint that checks codes; of the guard only `method`, `host`, `template`, `subjects` and `classes` count. `subjects`: on whom a code is tried; none where that is not known. */
export interface CodeDoor extends GuardedEndpoint {
  /** Wrong codes one caller may send in a row; 1 at least. */
  readonly wrongCodes: number;
  /** Wrong codes strangers may try on one person together; 0: as many as they like. */
  readonly wrongOnOne: number;
  /** Somebody is proven to guess on many accounts here: strangers together may be wrong that often a day, or as often as is usual. Absent: nobody is. */
  readonly harmless?: number;
  /** By {@link labelOf}, answers below 400 that refuse a code. */
  readonly refusals: readonly string[];
  /** Codes of coupons, gift cards, referrals and invitations: see {@link VoucherLimits}. */
  readonly voucher?: true;
  /** There: what a right code gives beside itself. */
  readonly rightGives?: number;
}

/** An endpoint where what is abused is held; of the guard only `method`, `host`, `template`, `subjects` and `classes` count. `send`: `subjects` are the numbers it sends to; `sign-in`: whose account it is. */
export interface HoldDoor extends GuardedEndpoint {
  readonly sort: "send" | "sign-in";
  /** The field that carries the secret; absent while that is not known. */
  readonly proof?: string;
  /** By {@link labelOf}, answers below 400 that refuse a secret. Absent where there are none. */
  readonly refusals?: readonly string[];
  /** False: only told. */
  readonly holdStuffers?: boolean;
  readonly holdSprayed?: boolean;
  /** What the operator wants those to be answered who are held; absent: 429, which says so. */
  readonly held?: UniformAnswer;
}

/** What is proven to be abused. */
export interface Held {
  readonly prefixes: readonly HeldPrefix[];
  readonly sources: readonly HeldSource[];
  readonly sprayed: SprayedPasswords | undefined;
}

/** The beginning of numbers (all but the last four digits) to which messages are pumped. */
export interface HeldPrefix {
  /** Its keyed hash, see `prefix-holds.ts`. */
  readonly prefix: string;
  readonly until: number;
  /** One number that never confirmed a code may have a message every so many milliseconds. */
  readonly everyMs: number;
}

/** A network from which leaked passwords are tried, by its keyed hash. */
export interface HeldSource {
  readonly network: string;
  readonly until: number;
}

/** Of each password 14 bits of a keyed hash that changes with the day, see `secret-buckets.ts`. For the memory only: not to be written down. */
export interface SprayedPasswords {
  /** Days since the epoch. */
  readonly day: number;
  readonly buckets: readonly number[];
}

/** A client is meant when it matches every part of one of them. */
export interface NamedClients {
  readonly subsets: readonly (readonly { readonly kind: AttributeKind; readonly values: readonly string[] }[])[];
  /** Addresses of the networks that are named by their number: the gate has no list of its own. */
  readonly ranges?: readonly AsnRange[];
  /** Who asks about somebody between these ranks is meant, too, see `walking-fronts.ts`. For the memory only: not to be written down. */
  readonly fronts?: readonly Front[];
}

/** Whether an answer passes a guard that looks at refusals only. `classOf` is asked where the status alone does not say so. */
export function provesItself(endpoint: GuardedEndpoint, status: number, classOf: () => ResponseClass): boolean {
  if (endpoint.refusalsOnly !== true || !(status > 0 && status < 400)) return false;
  const label = labelOf(classOf());
  return plainOutcome(label) !== "refused" && endpoint.refusals?.includes(label) !== true;
}

/** Whether only who knows the person asked about gets this answer. `classOf` is asked where any such are known. */
export function isWon(endpoint: GuardedEndpoint, classOf: () => ResponseClass): boolean {
  return endpoint.won !== undefined && endpoint.won.includes(classOf().id);
}

/** The id of the endpoint that a request of this method asked, where this guard judged it. A method nobody knows asked the guarded one, as HEAD asks GET. */
export function askedOf(endpoint: GuardedEndpoint, method: string): string {
  if (method === endpoint.method || endpoint.others === undefined) return endpoint.id;
  const asked = method === "HEAD" ? "GET" : method;
  for (const [other, id] of endpoint.others) if (other === asked) return id;
  return endpoint.id;
}

/** One question that was answered before its endpoint was guarded; keyed hashes only. */
export interface EarlyContact {
  readonly at: number;
  readonly narrow: string;
  readonly network: string;
  readonly type: SubjectType;
  readonly subject: string;
}

/** Where an identifier stands and how it is normalised. */
export interface SubjectRule {
  readonly location: ParameterLocation;
  readonly type: SubjectType;
  /** Of national numbers: the name, in lower case, under which their country stands beside them in the same query, form or object. */
  readonly country?: string;
}

/** Which scalar fields of the answer take part in its class (low-cardinality booleans, enums, codes). Learned; `scalars` lose what has too many values. */
export interface ClassScheme {
  /** JSON paths (`user.active`), sorted; values of other fields are masked to their type. */
  readonly scalars: readonly string[];
  /** Values that stand again and again in fields whose others hardly repeat: a 2xx answer with all of them is told apart from those without. Grows by one at a time. */
  readonly usual?: readonly UsualValue[];
}

export interface UsualValue {
  /** As in {@link ClassScheme.scalars}. */
  readonly path: string;
  /** `usualHash` of the value. */
  readonly hash: string;
}

/**
 * The answer for "unknown": learned from real misses with everything subject-dependent removed, or generic.
 * `body` may hold `{{subject}}`, replaced by the identifier as it stood in the request, JSON-escaped when the type is JSON.
 */
export interface UniformAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly learned: boolean;
}

export interface Budget {
  /** D1: credits a new key starts with, and the most they can grow to. */
  readonly startCredits: number;
  readonly maxCredits: number;
  /** D6: truthful answers a day to never-anchored sources, for the endpoint as a whole; 0 = learned. */
  readonly unanchoredCeiling: number;
  /** People a caller with a credential may ask about at once where one is needed, and again each month; 0 or absent: learned. */
  readonly signedInCredits?: number;
  /** Where codes are checked: wrong ones one caller may send in a row; 0: as many as it likes. Absent: the policy's. */
  readonly wrongCodes?: number;
  /** And on one person, by all who were never right there together; 0: as many as they like. Absent: the policy's. */
  readonly wrongCodesOnOne?: number;
  /** Whether all strangers are slowed while somebody is proven to guess on many accounts. Absent: they are. */
  readonly slowStrangers?: boolean;
  /** Where codes are sent: whether strangers' numbers get none while their prefix is proven to be pumped. Absent: they get none. */
  readonly holdPumped?: boolean;
  /** Where passwords are taken: whether a source proven to try leaked ones is slowed at accounts that never signed in from there. Absent: it is. */
  readonly holdStuffers?: boolean;
  /** And whether a password proven to be tried on many accounts is refused there. Absent: it is. */
  readonly holdSprayed?: boolean;
}

export const defaultBudget: Budget = { startCredits: 8, maxCredits: 500, unanchoredCeiling: 0 };

/** A legitimate party did what only it could do: pairs (actor, subject) in `subjects` were honest questions. */
export interface Anchor {
  readonly at: number;
  readonly endpointId: string;
  /**
   * `failed` is none: somebody set out to follow up and the service failed him (5xx). It counts while the service fails those who are known as well, and in their stead only. `agreed` is for
   * {@link PromptLimits}: somebody agreed on a device of his to what he was asked, or brought the code that was sent to him.
   */
  readonly kind: "sign-in" | "sign-up" | "device-completion" | "code-verified" | "declared" | "failed" | "handed" | "agreed";
  /** The actor's keys, as of {@link Actor}. Of `handed`, ids that the service itself gave to a caller who may read them at `endpointId`: the hash of its credential. */
  readonly narrow: string;
  readonly network: string;
  /** Subjects it vouches for: those in the request and those linked to it through ids returned earlier. 16 hex digits each. */
  readonly subjects: readonly string[];
}

/** One row: something was confirmed, denied or returned, or would have been. */
export interface Disclosure {
  /** `<exchange id>.<n>`; a store keeps one row an id. */
  readonly id: string;
  readonly exchangeId: string;
  readonly at: number;
  readonly endpointId: string;
  readonly subjectType: SubjectType;
  readonly subject: string;
  readonly answer: "truthful" | "uniform" | "none";
  /** {@link ResponseClass.id} of the upstream's answer. Whether it confirms or denies is a property of the class, learned and corrected over time. */
  readonly responseClass: string;
  readonly narrow: string;
  readonly address: string;
  readonly credential: string;
  /** Where dark ranges count: the one the subject lies in, `""` for none. For a gate that is put back from its journal; in the journal only. */
  readonly dark?: DarkRange | "";
  /** Where its asker stood while only those who were named are held off; in the journal only. */
  readonly side?: "named" | "others";
  /** Where answers are known that only who knows the person gets: it was one and passed as such, or it was none; in the journal only. */
  readonly right?: boolean;
}
