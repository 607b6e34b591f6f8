import type { CredentialFacts } from "../exchange/credential-facts.ts";
import { saysOnlyWhether } from "../exchange/credential-of.ts";
import type { CredentialSeen, ExchangeView } from "../exchange/view.ts";
import { CredentialDoor, type KnownCredentials, type RefusedElsewhere } from "./known-credentials.ts";
import { type Learned, LearnedCredential } from "./learned-credential.ts";
import { isSecretName } from "./secret-names.ts";
import { bodyHash, objectHash, PostureObjects } from "./posture-objects.ts";
import { addOutcomes, newOutcomes, type Outcome, type OutcomeCounts, outcomeNames, outcomeOf } from "./posture-outcome.ts";
import { type PostureCounts, type PostureTallies, type PostureVerdict, verdictOf } from "./posture-verdict.ts";
import { type PostureState, type PostureStateBefore, sorts, upgraded } from "./posture-state.ts";
import { SharedCredentials, sharedBehindDoorMin, sharedNetworksMin } from "./shared-credentials.ts";
import type { UnusualCarrier } from "./unusual-carriers.ts";

/**
 * Whether an endpoint refuses those without a credential, from its own answers, two-sided: what each sort of credential got. The verdict is
 * {@link verdictOf}'s; sorts are told apart so:
 *
 * - `none`: nothing that could be one; `sharedConstant`: one value from at least {@link sharedNetworksMin} networks ({@link sharedBehindDoorMin} where strangers are
 *   refused, or {@link sharedDevicesMin} devices) and nearly every caller who has one here, which proves nothing about who calls and counts as none;
 * - `malformed`: cannot be one, or is of a scheme that is only ever refused here while another is answered; `expired`: a JWT past its `exp` at the time of the request;
 * - `otherPrincipal`: asks for an object that was given to another credential only. Known where both were seen here, else it counts as `valid`;
 * - `valid`: nothing is wrong with it that can be seen. Whether it is genuine shows in the answer alone.
 *
 * Whether a well-formed one was checked shows at other doors of the same host ({@link KnownCredentials}): what they refuse as unknown and this one answers is no credential.
 *
 * A request without any credential that `credentialOf` knows may have one all the same: where answers show it ({@link LearnedCredential}), those with it are told apart from those
 * without, back to the first call.
 *
 * Mistakes: those of {@link SharedCredentials}.
 * Misses: credentials in bodies of unusual name, refusals in a dress it does not know (see `outcomeOf`). Sources without
 * request headers say nothing here. A caller can make an endpoint look better only by being refused.
 */
export class Posture {
  readonly #counts = { none: newOutcomes(), malformed: newOutcomes(), expired: newOutcomes(), otherPrincipal: newOutcomes() };
  /** Well-formed credentials by kind; shared ones are told apart in the report. */
  readonly #valid = new Map<string, OutcomeCounts>();
  readonly #kinds = new Set<string>();
  readonly #shared: SharedCredentials;
  readonly #samples = new Map<string, string[]>();
  /** As reports tell them while no credential was learned; gone with the next one kept. */
  #samplesPlain: Readonly<Record<string, readonly string[]>> | undefined;
  readonly #examples: string[] = [];
  readonly #issuers = new Set<string>();
  readonly #algorithms = new Set<string>();
  #lifetime: [min: number, max: number] | undefined;
  #objects: PostureObjects | undefined;
  #learned: LearnedCredential | undefined;
  readonly #door = new CredentialDoor();
  /** Refused without a credential while the body carried a password or code. */
  #bodyRefused = 0;
  /** Well-formed credentials refused with 401, or as 401 is. */
  #challenged = 0;
  /** Well-formed credentials that got beyond the door to an answer about something else: 404, 409, a redirect. */
  #passed = 0;
  #alike = 0;
  #differs = 0;
  #last: PostureReport | undefined;
  /** Calls since the last report; a report costs more than a count, so it is renewed every {@link reportEvery} calls. */
  #since = 0;
  #total = 0;

  constructor(shared = new SharedCredentials()) {
    this.#shared = shared;
  }

  /** `caller`: who, and what the credential says of itself. `objects`: the path names one. */
  observe(view: ExchangeView, caller: PostureCaller, objects: boolean): void {
    const { exchange } = view;
    const { status } = exchange.response;
    if (!exchange.carries.requestHeaders || status === 0) return;
    const outcome = outcomeOf(view);
    this.#since++;
    this.#total++;
    const { credential, facts } = caller;
    const object = this.#objectOf(view, credential);
    if (credential === undefined || facts === undefined) {
      this.#count("none", this.#counts.none, outcome, exchange.id);
      if (caller.carriers !== undefined && caller.carriers.length > 0) {
        this.#learned ??= new LearnedCredential();
        this.#learned.observe(caller.carriers, outcome, status, caller.network);
      }
      if (outcome === "data") {
        this.#door.open = true;
        if (this.#examples.length < examplesMax) this.#examples.push(exchange.id);
        this.#held().givenToNone(object, this.#comparable(view));
      } else if (outcome === "other" && (status === 404 || status === 410)) this.#objects?.deniedToNone(object);
      else if (outcome === "refused" && carriesSecret(view)) this.#bodyRefused++;
      return;
    }
    this.#shared.called(caller);
    const kind =
      facts.jwt !== undefined || facts.malformed || credential.kind !== "jwt" ? credential.kind : credential.location.startsWith("cookie:") ? "session-cookie" : "bearer";
    if (this.#kinds.size < kindsMax) this.#kinds.add(kind);
    if (facts.malformed) return this.#count("malformed", this.#counts.malformed, outcome, exchange.id);
    if (facts.expiresAt !== undefined && exchange.at > facts.expiresAt + clockSkewMs) return this.#count("expired", this.#counts.expired, outcome, exchange.id);
    const owner = objectHash(7, facts.subject ?? credential.hash);
    const anothers = objects && this.#objects?.isAnothers(object, owner) === true;
    if (outcome === "data") {
      const hidden = this.#held().given(object, owner, this.#comparable(view));
      if (hidden > 0) this.#uncover(hidden);
      this.#noteJwt(facts);
    }
    if (caller.known !== undefined && isOneSecret(credential)) {
      const host = view.host;
      if (outcome === "refused" && status !== 403) caller.known.refused(host, credential.hash, this.#door, exchange, caller.network);
      else if (outcome === "data" || outcome === "empty") {
        caller.known.answered(host, credential.hash, this.#door, exchange, caller.network, outcome === "data" || (exchange.method !== "GET" && exchange.method !== "HEAD"));
      }
    }
    if (anothers) return this.#count("otherPrincipal", this.#counts.otherPrincipal, outcome, exchange.id);
    this.#count("valid", this.#validOf(kind), outcome, exchange.id);
    if (outcome === "refused" && status !== 403) this.#challenged++;
    if (outcome === "other" && status < 500 && status !== 429) this.#passed++;
    const colon = credential.location.indexOf(":");
    if (credential.kind === "mtls" && saysOnlyWhether(credential.location.slice(colon + 1))) return;
    this.#shared.answered(credential, outcome, caller, exchange.id);
  }

  /** No exchange that carried headers was ever seen: nothing is known here of credentials or of what follows an answer. */
  get blind(): boolean {
    return this.#total === 0;
  }

  /** The verdict with its counts, at most {@link reportEvery} calls old. `reads`: the method changes nothing (GET, HEAD). */
  report(reads = true): PostureReport {
    if (this.#last !== undefined && this.#since < reportEvery) return this.#last;
    this.#since = 0;
    this.#last = this.#report(reads);
    return this.#last;
  }

  /** The next report counts every call. */
  renew(): void {
    this.#last = undefined;
  }

  /** True when this credential was seen from many networks and by nearly every caller here: it proves nothing about who calls. */
  isSharedHere(hash: string): boolean {
    return this.#shared.isShared(hash, this.#counts.none.refused > 0);
  }

  absorb(other: Posture): void {
    this.#last = undefined;
    this.#door.absorb(other.#door);
    for (const sort of sorts) addOutcomes(this.#counts[sort], other.#counts[sort]);
    for (const [kind, counts] of other.#valid) addOutcomes(this.#validOf(kind), counts);
    for (const kind of other.#kinds) if (this.#kinds.size < kindsMax) this.#kinds.add(kind);
    for (const name of other.#issuers) remember(this.#issuers, name);
    for (const name of other.#algorithms) remember(this.#algorithms, name);
    if (other.#lifetime !== undefined) this.#noteLifetime(...other.#lifetime);
    this.#shared.absorb(other.#shared);
    this.#bodyRefused += other.#bodyRefused;
    this.#challenged += other.#challenged;
    this.#passed += other.#passed;
    this.#alike += other.#alike + (other.#objects?.alike ?? 0);
    this.#differs += other.#differs + (other.#objects?.differs ?? 0);
    this.#total += other.#total;
    if (other.#learned !== undefined) {
      if (this.#learned === undefined) this.#learned = other.#learned;
      else this.#learned.absorb(other.#learned);
    }
    for (const id of other.#examples) if (this.#examples.length < examplesMax) this.#examples.push(id);
    for (const [cell, ids] of other.#samples) for (const id of ids) this.#sample(cell, id);
  }

  exportState(): PostureState {
    const { credentials, networks, answers, doubted } = this.#door.refusedElsewhere;
    return {
      version: 2,
      counts: { ...this.#counts },
      valid: [...this.#valid],
      kinds: [...this.#kinds],
      issuers: [...this.#issuers],
      algorithms: [...this.#algorithms],
      lifetime: this.#lifetime ?? [],
      ...this.#shared.exportState(),
      tallies: [this.#bodyRefused, this.#challenged, this.#passed, this.#alike + (this.#objects?.alike ?? 0), this.#differs + (this.#objects?.differs ?? 0), this.#total],
      ...(credentials + doubted === 0 ? {} : { refusedElsewhere: [credentials, networks, answers, doubted] }),
      examples: [...this.#examples],
      samples: [...this.#samples],
      ...(this.#learned === undefined ? {} : { learned: this.#learned.exportState() }),
    };
  }

  /** Goes on from written counts; from those of an earlier version as far as they told credentials apart. */
  static restore(state: PostureState | PostureStateBefore): Posture {
    const current = "version" in state ? state : upgraded(state);
    const posture = new Posture(new SharedCredentials(current));
    for (const sort of sorts) addOutcomes(posture.#counts[sort], current.counts[sort]);
    for (const [kind, counts] of current.valid.slice(0, kindsMax)) addOutcomes(posture.#validOf(kind), counts);
    for (const kind of current.kinds.slice(0, kindsMax)) posture.#kinds.add(kind);
    for (const name of current.issuers) remember(posture.#issuers, name);
    for (const name of current.algorithms) remember(posture.#algorithms, name);
    const [min, max] = current.lifetime;
    if (min !== undefined && max !== undefined) posture.#lifetime = [min, max];
    [posture.#bodyRefused = 0, posture.#challenged = 0, posture.#passed = 0, posture.#alike = 0, posture.#differs = 0, posture.#total = 0] = current.tallies;
    posture.#door.open = posture.#counts.none.data > 0;
    posture.#door.checks = posture.#challenged > 0;
    const [credentials = 0, networks = 0, answers = 0, doubted = 0] = current.refusedElsewhere ?? [];
    posture.#door.restore({ credentials, networks, answers, doubted, examples: [] });
    if (current.learned !== undefined) posture.#learned = LearnedCredential.restore(current.learned);
    posture.#examples.push(...current.examples.slice(0, examplesMax));
    for (const [cell, ids] of current.samples) for (const id of ids) posture.#sample(cell, id);
    return posture;
  }

  #report(reads: boolean): PostureReport {
    const sharedConstant = newOutcomes();
    const sharedCredentials: string[] = [];
    const examples = [...this.#examples];
    for (const { hash, outcomes, example } of this.#shared.shared(this.#counts.none.refused > 0)) {
      sharedCredentials.push(hash);
      addOutcomes(sharedConstant, outcomes);
      if (example !== "" && examples.length < examplesMax) examples.push(example);
    }
    const malformed = { ...this.#counts.malformed };
    const valid = newOutcomes();
    const answered = [...this.#valid.values()].some((counts) => counts.data + counts.empty > 0);
    let wrongScheme = 0;
    for (const counts of this.#valid.values()) {
      const wrong = answered && counts.refused > 0 && counts.data + counts.empty + counts.other === 0;
      addOutcomes(wrong ? malformed : valid, counts);
      if (wrong) wrongScheme += counts.refused;
    }
    for (const outcome of outcomeNames) valid[outcome] = Math.max(0, valid[outcome] - sharedConstant[outcome]);
    if (malformed.data > 0 && valid.data + sharedConstant.data === 0) {
      // Whatever we think of its form, it is the form this service issues.
      for (const outcome of ["data", "empty", "other"] as const) {
        valid[outcome] += malformed[outcome];
        malformed[outcome] = 0;
      }
    }
    const counts: PostureCounts = {
      none: { ...this.#counts.none },
      malformed,
      expired: { ...this.#counts.expired },
      otherPrincipal: { ...this.#counts.otherPrincipal },
      valid,
      sharedConstant,
    };
    const { refusedElsewhere } = this.#door;
    const tallies = {
      reads,
      refusedElsewhere,
      bodyRefused: this.#bodyRefused,
      challenged: Math.max(0, this.#challenged - wrongScheme),
      passed: this.#passed,
      alike: this.#alike + (this.#objects?.alike ?? 0),
      differs: this.#differs + (this.#objects?.differs ?? 0),
    };
    const bare = { verdict: verdictOf(counts, tallies), none: counts.none, sharedConstant };
    const learned = this.#learned?.learned(counts.none, counts.none.refused > 0 ? sharedBehindDoorMin : sharedNetworksMin);
    const told = learned === undefined ? { counts, tallies } : apart(counts, tallies, learned);
    return {
      none: told.counts.none,
      malformed,
      expired: counts.expired,
      otherPrincipal: counts.otherPrincipal,
      valid: told.counts.valid,
      sharedConstant: told.counts.sharedConstant,
      verdict: learned === undefined ? bare.verdict : verdictOf(told.counts, told.tallies),
      bare,
      kinds: (learned === undefined ? [...this.#kinds] : [...new Set([...this.#kinds, "custom"])]).sort(),
      jwt:
        this.#algorithms.size === 0
          ? undefined
          : {
              issuers: [...this.#issuers].sort(),
              algorithms: [...this.#algorithms].sort(),
              lifetimeSeconds: this.#lifetime === undefined ? undefined : { min: this.#lifetime[0], max: this.#lifetime[1] },
            },
      sharedCredentials,
      refusedElsewhere,
      // Where a credential was learned, no data went to those without.
      examples: learned === undefined || learned.constant ? examples : [],
      samples: this.#samplesTold(learned),
    };
  }

  /** Of those who had no known credential, the ones that were answered had the one learned. */
  #samplesTold(learned: Learned | undefined): Readonly<Record<string, readonly string[]>> {
    return learned === undefined ? (this.#samplesPlain ??= this.#samplesApart(undefined)) : this.#samplesApart(learned);
  }

  #samplesApart(learned: Learned | undefined): Readonly<Record<string, readonly string[]>> {
    const told = new Map<string, readonly string[]>();
    for (const [cell, ids] of this.#samples) {
      const had = learned !== undefined && (cell === "none data" || cell === "none empty");
      const name = had ? cell.replace("none", learned.constant ? "sharedConstant" : "valid") : cell;
      told.set(name, [...(told.get(name) ?? []), ...ids].slice(0, samplesMax));
    }
    return Object.fromEntries([...told].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #count(sort: string, counts: OutcomeCounts, outcome: Outcome, id: string): void {
    // What may turn a verdict is seen at once; the rest only adds up.
    if (counts[outcome] < reportEvery) this.#last = undefined;
    if (counts[outcome] < samplesMax) this.#sample(`${sort} ${outcome}`, id);
    counts[outcome]++;
  }

  #sample(cell: string, id: string): void {
    const ids = this.#samples.get(cell);
    if (ids !== undefined && ids.length >= samplesMax) return;
    this.#samplesPlain = undefined;
    if (ids === undefined) this.#samples.set(cell, [id]);
    else ids.push(id);
  }

  /** Strangers were told 404 about what was there before and after: that was a refusal. */
  #uncover(hidden: number): void {
    const moved = Math.min(hidden, this.#counts.none.other);
    this.#counts.none.other -= moved;
    this.#counts.none.refused += moved;
    this.#last = undefined;
  }

  #objectOf(view: ExchangeView, credential: CredentialSeen | undefined): number {
    const { url } = view.exchange;
    if (credential === undefined || !credential.location.startsWith("query:")) return objectHash(11, url);
    const mark = url.indexOf("?");
    return objectHash(11, mark < 0 ? url : url.slice(0, mark));
  }

  #held(): PostureObjects {
    this.#objects ??= new PostureObjects();
    return this.#objects;
  }

  /** The first answers and a few later ones are compared. */
  #comparable(view: ExchangeView): number {
    return this.#total > comparedFirst && this.#total % comparedOneIn !== 0 ? 0 : bodyHash(view.exchange.response.body);
  }

  #noteJwt({ jwt }: CredentialFacts): void {
    if (jwt === undefined) return;
    remember(this.#algorithms, jwt.algorithm);
    if (jwt.issuer !== "") remember(this.#issuers, jwt.issuer);
    if (jwt.lifetimeSeconds !== undefined) this.#noteLifetime(jwt.lifetimeSeconds, jwt.lifetimeSeconds);
  }

  #noteLifetime(min: number, max: number): void {
    if (this.#lifetime === undefined) this.#lifetime = [min, max];
    else this.#lifetime = [Math.min(this.#lifetime[0], min), Math.max(this.#lifetime[1], max)];
  }

  #validOf(kind: string): OutcomeCounts {
    let counts = this.#valid.get(kind);
    if (counts === undefined) {
      counts = newOutcomes();
      this.#valid.set(kind, counts);
    }
    return counts;
  }
}

/** Who calls, with hashes of 32 bits, and what the credential says of itself; both undefined without one. */
export interface PostureCaller {
  readonly network: number;
  /** Network and program together. */
  readonly device: number;
  readonly credential: CredentialSeen | undefined;
  readonly facts: CredentialFacts | undefined;
  /** What may be a credential though its name does not say so; where `credential` is undefined. */
  readonly carriers?: readonly UnusualCarrier[];
  /** What other endpoints made of the same credential. */
  readonly known?: KnownCredentials;
}

export interface PostureReport extends PostureCounts {
  readonly verdict: PostureVerdict;
  /** As if no credential had been learned from answers: what guards go by, for a caller may bring along anything. */
  readonly bare: Pick<PostureCounts, "none" | "sharedConstant"> & { readonly verdict: PostureVerdict };
  readonly kinds: readonly string[];
  /** Of JWTs that were answered with data; at most {@link jwtNamesMax} names of each. */
  readonly jwt:
    | { readonly issuers: readonly string[]; readonly algorithms: readonly string[]; readonly lifetimeSeconds: { readonly min: number; readonly max: number } | undefined }
    | undefined;
  /** Credentials answered here that other doors of the host refused. */
  readonly refusedElsewhere: RefusedElsewhere;
  /** Hashes of the credentials that count as none. */
  readonly sharedCredentials: readonly string[];
  /** Exchange ids of data given without a credential of one's own, at most {@link examplesMax}. */
  readonly examples: readonly string[];
  /** The first {@link samplesMax} exchange ids of each sort and outcome that was seen, as `none refused`. */
  readonly samples: Readonly<Record<string, readonly string[]>>;
}

/** Exchange ids kept to show data without a credential. */
export const examplesMax = 8;
/** Exchange ids kept for each sort and outcome. */
export const samplesMax = 2;
/** Each outcome's first calls renew the report at once, later ones every so many. */
export const reportEvery = 16;
/** Issuers and algorithms remembered of each endpoint; a service trusts a few. */
export const jwtNamesMax = 8;
/** A token may be used this long after its end: clocks differ, and most libraries allow it. */
export const clockSkewMs = 120_000;
const kindsMax = 16;
/** Answers compared with and without a credential. */
const comparedFirst = 512;
const comparedOneIn = 64;

/** The counts with those apart that carry the credential learned. */
function apart(counts: PostureCounts, tallies: PostureTallies, { outcomes, challenged, constant }: Learned): { readonly counts: PostureCounts; readonly tallies: PostureTallies } {
  const none = { ...counts.none };
  const valid = { ...counts.valid };
  const sharedConstant = { ...counts.sharedConstant };
  const into = constant ? sharedConstant : valid;
  for (const outcome of outcomeNames) {
    const moved = Math.min(none[outcome], outcomes[outcome]);
    none[outcome] -= moved;
    into[outcome] += moved;
  }
  return {
    counts: { none, malformed: counts.malformed, expired: counts.expired, otherPrincipal: counts.otherPrincipal, valid, sharedConstant },
    tallies: {
      reads: tallies.reads,
      refusedElsewhere: tallies.refusedElsewhere,
      bodyRefused: tallies.bodyRefused,
      challenged: tallies.challenged + (constant ? 0 : challenged),
      passed: tallies.passed + outcomes.other,
      alike: tallies.alike,
      differs: tallies.differs,
    },
  };
}

/** One text for all requests, which a service knows or does not know; a session's cookie may be genuine before anybody signed in. */
function isOneSecret({ kind, location }: CredentialSeen): boolean {
  return oneSecret.has(kind) && !location.startsWith("cookie:");
}

const oneSecret: ReadonlySet<string> = new Set(["bearer", "jwt", "basic", "api-key", "custom"]);

function remember(names: Set<string>, name: string): void {
  if (names.size < jwtNamesMax) names.add(name);
}

/** The body carries a password, code or key at its top: the credential may be there. */
function carriesSecret(view: ExchangeView): boolean {
  if (view.form.some(([name]) => isSecretName(name))) return true;
  const { requestJson } = view;
  return typeof requestJson === "object" && requestJson !== null && Object.keys(requestJson).slice(0, 64).some(isSecretName);
}
