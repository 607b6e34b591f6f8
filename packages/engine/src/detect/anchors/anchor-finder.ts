import type { Ports } from "../../exchange/ports.ts";
import type { ExchangeView } from "../../exchange/view.ts";
import type { Anchor } from "../../decide/gate-policy.ts";
import { OldestKey } from "../observe/oldest-key.ts";
import { LinkTable } from "./link-table.ts";
import type { TryOutcome } from "../kinds/outcome.ts";
import { requestScalars, responseScalars, tokenLike } from "./scalars.ts";

/**
 * Finds the events that only a legitimate party can cause: a sign-in, a device completion, a code that verified. Not by names: an
 * endpoint becomes an anchor when the secrets it issues are *later accepted as credentials* and it *refuses* some callers (or asks for a
 * proof); or when it takes a proof and was seen both to accept and to refuse.
 *
 * Subjects are those of the request itself and those it leads back to through ids returned in earlier answers to the same network
 * (status → account id → request id → completion), by a bounded link table with a life of one hour.
 *
 * Misses: a completion from another network than the question (Wi-Fi, then mobile); services whose verification always answers
 * 200. An attacker can anchor only identifiers it can prove to own, each at the cost of owning it.
 */
export class AnchorFinder {
  readonly #ports: Ports;
  readonly #links: LinkTable;
  readonly #issued = new Map<string, Issued>();
  readonly #oldestIssued = new OldestKey(this.#issued);
  readonly #kinds = new Map<string, EndpointKind>();
  /** Subjects that the exchange read last leads back to, its own included; none for a batch. */
  lastRoots: readonly string[] = none;
  /** Whether the exchange read last carried a proof. */
  lastProof = false;
  /** Credentials that the exchange read last gave its caller, by an endpoint whose credentials were accepted elsewhere. */
  lastIssued: readonly string[] = none;
  readonly #isSignUp: (endpointId: string) => boolean;

  /** `isSignUp`: endpoints that create people. Whatever proof they take, what they answer tells whether there is an account, and they are no doors. */
  constructor(ports: Ports, isSignUp: (endpointId: string) => boolean = () => false) {
    this.#ports = ports;
    this.#isSignUp = isSignUp;
    this.#links = new LinkTable(ports);
  }

  /** Reads one exchange; call in time order. Returns the anchors it proves (usually none, at most two). */
  observe(seen: Seen): Anchor[] {
    const { view, at } = seen;
    const status = view.exchange.response.status;
    // A form lets in with a redirect; that one is no refusal is known where it is known what is tried.
    const accepted = status >= 200 && (status < 300 || (status < 400 && seen.tried === "accepted"));
    const anchors: Anchor[] = [];
    this.lastRoots = none;
    this.lastProof = false;
    this.lastIssued = none;
    this.#accepted(seen, accepted, anchors);
    if (seen.endpointId === undefined) return anchors;

    const scalars = requestScalars(view, seen.pathValues);
    this.lastProof = scalars.proof;
    const roots = this.#roots(seen, scalars.values);
    if (roots.length <= rootsMax) this.lastRoots = roots;
    const declared = seen.declaredKind;
    const { tried } = seen;
    if (tried === "accepted" || tried === "refused") this.lastProof = true;
    const proof = this.lastProof;
    const success = seen.declaredSuccess === undefined ? accepted && tried !== "refused" : seen.declaredSuccess.includes(status);
    const links = (success || accepted) && roots.length > 0 && roots.length <= rootsMax;
    const returned = links ? responseScalars(view) : [];
    if (roots.length > 0 || proof) {
      const kind = this.#kind(seen.endpointId);
      if (proof) kind.proof++;
      if (scalars.secret) kind.secret++;
      // Not counted for a redirect: who is let in so was let in before that was known, and the endpoint is a door all the time.
      if (success) {
        if (status < 300 || seen.declaredSuccess !== undefined) kind.accepted++;
        if (!proof) kind.bare++;
      } else if (status === 400 || status === 401 || status === 403 || status === 422 || tried === "refused") kind.refused++;
      else if (status === 404 || status === 409 || status === 410) kind.missing++;
      if (links) {
        const secrets = this.#secrets(view, returned);
        for (const secret of secrets) {
          this.#remember(secret, { endpointId: seen.endpointId, roots, narrow: seen.narrow, network: seen.network, at, told: false, status, direct: seen.subjects.length > 0 });
        }
        const issuer = secrets.length > 0 && issues(kind);
        if (kind.confirmed > 0) this.lastIssued = secrets;
        const verifier = secrets.length === 0 && proof && kind.refused > 0 && asksForProof(kind) && changes(view.exchange.method);
        if (success && (declared !== undefined || issuer || verifier)) {
          anchors.push(this.#anchor(seen, seen.endpointId, roots, declared ?? (verifier && !issuer ? "code-verified" : kindOf(status, seen.subjects.length > 0))));
          for (const secret of secrets) {
            const issued = this.#issued.get(secret);
            if (issued !== undefined) issued.told = true;
          }
        }
      }
    }
    for (const value of returned) if (!scalars.values.includes(value)) this.#links.add(seen.network, value, roots, at);
    return anchors;
  }

  /** True when this endpoint was seen to take a proof or to issue credentials: its answers depend on more than existence. */
  isAnchorEndpoint(endpointId: string): boolean {
    const kind = this.#kinds.get(endpointId);
    return (
      kind !== undefined &&
      !this.#isSignUp(endpointId) &&
      (issues(kind) || (kind.proof > 0 && kind.proof * 2 >= kind.accepted + kind.refused && asksForProof(kind) && refusesProofs(kind)))
    );
  }

  /** True when its answers may hold credentials, whatever it is for: none of them may be told again. */
  handsOut(endpointId: string): boolean {
    const kind = this.#kinds.get(endpointId);
    return kind !== undefined && kind.confirmed > 0;
  }

  /** True when credentials from this endpoint were accepted elsewhere: that it is one, no caller can make it seem. */
  isIssuer(endpointId: string): boolean {
    const kind = this.#kinds.get(endpointId);
    return kind !== undefined && issues(kind) && !this.#isSignUp(endpointId);
  }

  /** True when what it answers to a proof that fails is all that a stranger can learn there: credentials from it were accepted elsewhere, or no proof ever succeeded yet. */
  isDoor(endpointId: string): boolean {
    const kind = this.#kinds.get(endpointId);
    return kind !== undefined && !this.#isSignUp(endpointId) && (issues(kind) || (kind.accepted === 0 && this.isAnchorEndpoint(endpointId)));
  }

  /** True when an answer handed this very value to this network within the hour: who asks about it did not guess it. */
  wasHanded(network: string, value: string, at: number): boolean {
    return this.#links.find(network, value, at).length > 0;
  }

  /** The endpoint has another name now: counts are added up. */
  renamed(from: string, to: string): void {
    const before = this.#kinds.get(from);
    if (before === undefined) return;
    this.#kinds.delete(from);
    const now = this.#kind(to);
    now.proof += before.proof;
    now.accepted += before.accepted;
    now.refused += before.refused;
    now.confirmed += before.confirmed;
    now.bare += before.bare;
    now.missing += before.missing;
    now.secret += before.secret;
  }

  /** What was learned of endpoints, without any link or secret. */
  exportState(): AnchorFinderState {
    return { kinds: [...this.#kinds].map(([id, kind]) => ({ id, ...kind })) };
  }

  restore(state: AnchorFinderState): void {
    for (const { id, proof, accepted, refused, confirmed, bare = 0, missing = 0, secret = proof } of state.kinds.slice(0, kindsMax))
      this.#kinds.set(id, { proof, accepted, refused, confirmed, bare, missing, secret });
  }

  /** A credential issued earlier is used and accepted: the one who got it was legitimate. */
  #accepted(seen: Seen, success: boolean, anchors: Anchor[]): void {
    const credential = seen.view.credential;
    if (!success || credential === undefined) return;
    const issued = this.#issued.get(credential.hash);
    if (issued === undefined || seen.at - issued.at > issuedForMs || issued.endpointId === seen.endpointId) return;
    if (!issued.told) {
      const kind = this.#kind(issued.endpointId);
      kind.confirmed++;
      if (demanding(kind)) {
        anchors.push({
          at: seen.at,
          endpointId: issued.endpointId,
          kind: kindOf(issued.status, issued.direct),
          narrow: issued.narrow,
          network: issued.network,
          subjects: issued.roots,
        });
      }
      issued.told = true;
    }
  }

  #roots(seen: Seen, values: readonly string[]): string[] {
    const roots: string[] = [];
    for (const subject of seen.subjects) if (roots.length <= rootsMax && !roots.includes(subject)) roots.push(subject);
    for (const value of values) {
      for (const root of this.#links.find(seen.network, value, seen.at)) {
        if (roots.length > rootsMax) return roots;
        if (!roots.includes(root)) roots.push(root);
      }
    }
    return roots;
  }

  #secrets(view: ExchangeView, returned: readonly string[]): string[] {
    const secrets: string[] = [];
    for (const value of returned) {
      if (secrets.length < 4 && tokenLike(value)) secrets.push(this.#ports.hash("credential", value));
    }
    for (const [name, value] of view.exchange.response.headers) {
      if (secrets.length >= 4 || name.length !== 10 || name.toLowerCase() !== "set-cookie") continue;
      const pair = value.slice(0, 4_096).split(";", 1)[0] ?? "";
      const cookie = pair.slice(pair.indexOf("=") + 1).trim();
      if (tokenLike(cookie)) secrets.push(this.#ports.hash("credential", cookie));
    }
    return secrets;
  }

  #remember(secret: string, issued: Issued): void {
    // One issued again keeps its place in age: texts that only look like secrets come back with every answer.
    if (!this.#issued.has(secret) && this.#issued.size >= issuedMax) {
      const oldest = this.#oldestIssued.take();
      if (oldest !== undefined) this.#issued.delete(oldest);
    }
    this.#issued.set(secret, issued);
  }

  #kind(endpointId: string): EndpointKind {
    let kind = this.#kinds.get(endpointId);
    if (kind === undefined) {
      kind = { proof: 0, accepted: 0, refused: 0, confirmed: 0, bare: 0, missing: 0, secret: 0 };
      if (this.#kinds.size < kindsMax) this.#kinds.set(endpointId, kind);
    }
    return kind;
  }

  #anchor(seen: Seen, endpointId: string, roots: readonly string[], kind: Anchor["kind"]): Anchor {
    return { at: seen.at, endpointId, kind, narrow: seen.narrow, network: seen.network, subjects: roots };
  }
}

/** One exchange as the finder sees it. */
export interface Seen {
  readonly view: ExchangeView;
  readonly at: number;
  readonly endpointId: string | undefined;
  /** Raw values of the template's path parameters; transient. */
  readonly pathValues: readonly string[];
  /** Hashes of the subjects in the request. */
  readonly subjects: readonly string[];
  /** Keys of the caller as an anonymous one ({@link Actor} without principal). */
  readonly narrow: string;
  readonly network: string;
  /** The operator's own word on what this endpoint is. */
  readonly declaredKind: Anchor["kind"] | undefined;
  /** Statuses that mean success there, by his word; any of 2xx when undefined. */
  readonly declaredSuccess?: readonly number[] | undefined;
  /** How what was tried there came out, where it is known that something is (a code, a password) under whatever name. */
  readonly tried?: TryOutcome | undefined;
}

export interface AnchorFinderState {
  readonly kinds: readonly ({ readonly id: string } & Omit<EndpointKind, "bare" | "missing" | "secret"> & Partial<Pick<EndpointKind, "bare" | "missing" | "secret">>)[];
}

interface EndpointKind {
  proof: number;
  accepted: number;
  refused: number;
  /** Credentials it issued that were later accepted elsewhere. */
  confirmed: number;
  /** Requests without any proof that it answered with success: it does not ask for one, whatever a caller may send along. */
  bare: number;
  /** Requests answered 404 or 410, or 409: about whether somebody is there, not about the proof. */
  missing: number;
  /** Requests with a proof that its name shows to be somebody's secret. */
  secret: number;
}

interface Issued {
  readonly endpointId: string;
  readonly roots: readonly string[];
  readonly narrow: string;
  readonly network: string;
  readonly at: number;
  readonly status: number;
  readonly direct: boolean;
  told: boolean;
}

function demanding(kind: EndpointKind): boolean {
  return kind.refused > 0 || kind.proof > 0;
}

function issues(kind: EndpointKind): boolean {
  return kind.confirmed >= confirmedMin && demanding(kind);
}

/** It seldom succeeded without a proof. A caller who sends `code=1` along with every lookup makes no verifier of it while others send none. */
function asksForProof(kind: EndpointKind): boolean {
  return kind.bare * 5 <= kind.accepted + kind.refused;
}

/**
 * Proofs fail there, and more often than somebody is not there, or is there already: codes and passwords are mistyped. Where failures do not show in the status, names must: what is called `code` or `signature` may be a
 * country's, or made by the program for every question, and says nothing of what the answer depends on.
 */
function refusesProofs({ proof, secret, refused, missing }: EndpointKind): boolean {
  return refused >= missing && (refused > 0 || secret * 2 >= proof);
}

/** A proof is spent by a request that changes something; a lookup with a proof beside it is a lookup. */
function changes(method: string): boolean {
  return method !== "GET" && method !== "HEAD" && method !== "OPTIONS";
}

function kindOf(status: number, direct: boolean): Anchor["kind"] {
  if (status === 201 && direct) return "sign-up";
  return direct ? "sign-in" : "device-completion";
}

const none: readonly string[] = [];
/** A request about more people than this is a batch, and a batch vouches for nobody. */
const rootsMax = 4;
/** Three issued credentials accepted elsewhere make an issuer. */
const confirmedMin = 3;
/** Credentials remembered until used: an hour of 18 sign-ins a second. At the bound the oldest is forgotten: an anchor less. */
export const issuedMax = 65_536;
const issuedForMs = 3_600_000;
/** As many endpoints as the inventory keeps. */
export const kindsMax = 20_000;
