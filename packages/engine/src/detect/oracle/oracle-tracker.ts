import type { TellingClass } from "../../decide/gate-policy.ts";
import type { Subject } from "../../exchange/subject.ts";
import type { ResponseClass } from "../../understood.ts";
import { capacityOf, type Capacity } from "../observe/capacity.ts";
import { type MeaningOf, meaningsOf } from "./class-meaning.ts";
import { type ClassMeaning, isAboutTheRequest } from "./class-structure.ts";
import type { Coarsened } from "./scheme-learner.ts";
import type { TimingState } from "./timing-oracle.ts";
import { bitsOf, type SideChannelName, SideChannels } from "./side-channels.ts";
import type { SideLabel, SideOutcome, SideProof } from "./side-proof.ts";
import type { Try } from "./lockout.ts";
import { EndpointOracle, type OracleLabel, type OracleObservation } from "./endpoint-oracle.ts";

/** Endpoints tracked; later ones stay `none` until a restart. The inventory's own bound on guarded endpoints is lower. */
export const oracleEndpointsMax = 256;

/**
 * Finds endpoints whose answer depends on whether the subject asked about exists, from traffic alone.
 *
 * `suspected`: repeated identifiers get the same class again although classes vary (see `determinism.ts`), or several sources each saw a poor
 * and a rich answer to two identifiers, or one network saw two of each among nine, or a crowd in which nobody asked twice saw both; or one of two equally rich answers is never given to those who
 * turn out to exist (`shunned-classes.ts`).
 * `proven`: labelled answers (sign-ins, sign-ups, canaries) depend on existence, e-value over a million.
 * Suspicion stays, for what takes it back an attacker could make: a class that changes once (an account deleted, another `Accept`) proves nothing.
 * What people read is milder: labels that speak against a suspicion, or sixty days without any support, take it out of the verdict and the findings, not out of the guard.
 * Only twenty people whose answer went from rich to poor, seen from twenty networks over more than a day, take back one that rests on contrast alone.
 *
 * At a door, which asks for a proof (a sign-in), only its refusals are held against each other, 401 among them: two that take turns for one network, or "not found"
 * beside "wrong password". Not seen there: failures that are answered with 2xx or a redirect. Walked around by asking for all who exist first, then for all who do not.
 *
 * Mistakes a public catalogue for an oracle: feed it only endpoints that take a natural key or return personal data. Misses answers that differ
 * in headers or time only, and an oracle nobody asks the same thing twice and nobody sees both sides of. An attacker can raise a suspicion with
 * nine questions, which only starts the budget; to proof he can add {@link OracleLabel}s of at most 20 a source.
 */
export class OracleTracker {
  readonly #endpoints = new Map<string, EndpointOracle>();
  /** Channels beside the answer, of endpoints at which one was ever seen. */
  readonly #sides = new Map<string, SideChannels>();
  /** Capacity costs a bootstrap; it is redone when labels grew by a twentieth. */
  readonly #capacities = new Map<string, { readonly labels: number; readonly capacity: Capacity }>();
  /** Meanings change only with labels, classes and what {@link EndpointOracle.turns} counts. */
  readonly #meanings = new Map<string, { readonly labels: number; readonly turns: number; readonly meanings: readonly MeaningOf[] }>();

  /** One truthful answer about one subject. Ignores 5xx, 429 and status 0; do not call it for Postern's own uniform answers. */
  observe(seen: OracleAnswer): void {
    const status = seen.responseClass.status;
    if (status === 0 || status === 429 || status >= 500) return;
    if (seen.refusal === true && status < 400) this.#doorAt(seen.endpointId);
    this.#of(seen.endpointId)?.observe({
      subject: seen.subject.hash,
      answer: seen.responseClass,
      narrow: seen.narrow,
      network: seen.network,
      at: seen.at,
      refusal: seen.refusal === true,
      time: seen.time,
      kind: seen.kind,
      headers: seen.headers,
      misspelt: seen.misspelt,
      form: seen.form,
    });
  }

  /** An endpoint turned out to be a door that refuses below 400: that those who were let in got another answer was held against it, and is no evidence. It starts anew. */
  #doorAt(endpointId: string): void {
    if (this.#endpoints.get(endpointId)?.classes.refusals === false) this.#forget(endpointId);
  }

  /** A class turned out to be two (see `UsualValues`): whoever was asked about may have got either. It starts anew, unless it is suspected: then it is not for a finer look to take that back. */
  divided(endpointId: string): void {
    const oracle = this.#endpoints.get(endpointId);
    if (oracle !== undefined && !oracle.suspected && !oracle.proven) this.#forget(endpointId);
  }

  #forget(endpointId: string): void {
    this.#endpoints.delete(endpointId);
    this.#capacities.delete(endpointId);
    this.#meanings.delete(endpointId);
  }

  /** A try at an account, for {@link SideChannels}; 429 is heard here. Not for Postern's own answers. */
  tried(endpointId: string, seen: Try): void {
    if (seen.status !== 0 && seen.status < 500) this.#side(endpointId)?.tried(seen);
  }

  /** What a request beside the question itself showed about a subject, for {@link SideChannels}. */
  saw(endpointId: string, channel: "follow-up" | "sign-up", seen: SideOutcome): void {
    this.#side(endpointId)?.saw(channel, seen);
  }

  /** An account was ever made there. */
  makesAccounts(endpointId: string): boolean {
    return this.#sides.get(endpointId)?.makesAccounts === true;
  }

  /** Somebody knows whether a subject exists: for channels beside answers, wherever the subject came up; of one endpoint and channel only if that is all it is known for. */
  sideLabel(label: SideLabel, at?: { readonly endpointId: string; readonly channel: SideChannelName }): void {
    if (at !== undefined) this.#sides.get(at.endpointId)?.label(label, at.channel);
    else for (const side of this.#sides.values()) side.label(label);
  }

  /** Somebody knows whether a subject exists. False when not taken: confidence under 0.9, source over its share, or endpoint unknown. */
  label(label: OracleLabel & { readonly endpointId: string; readonly confidence?: number }): boolean {
    if ((label.confidence ?? 1) < 0.9) return false;
    return this.#endpoints.get(label.endpointId)?.label(label) ?? false;
  }

  /** The subject came into being at `at` (sign-up): what was answered about it before was about nobody, what comes after about somebody. */
  created(event: { readonly endpointId: string; readonly subject: string; readonly at: number; readonly narrow: string }): boolean {
    return this.label({ ...event, exists: true, createdAt: event.at });
  }

  /** After fields left the endpoint's scheme: classes that now look alike are one, counts and labels are kept, old ids still resolve. */
  coarsen({ endpointId, removed }: Coarsened): void {
    this.#endpoints.get(endpointId)?.coarsen(removed);
    this.#capacities.delete(endpointId);
    this.#meanings.delete(endpointId);
  }

  /** The endpoint has another name now (its parameters got names, or paths merged): what the old one taught goes on under the new. */
  renamed(from: string, to: string): void {
    const side = this.#sides.get(from);
    if (side !== undefined && from !== to) {
      this.#sides.delete(from);
      if (!this.#sides.has(to)) this.#sides.set(to, side);
    }
    const before = this.#endpoints.get(from);
    if (before === undefined || from === to) return;
    const now = this.#endpoints.get(to);
    this.#endpoints.delete(from);
    for (const id of [from, to]) {
      this.#capacities.delete(id);
      this.#meanings.delete(id);
    }
    const [more, less] = now === undefined || now.classes.answers < before.classes.answers ? [before, now] : [now, before];
    if (less !== undefined) more.absorb(less);
    this.#endpoints.set(to, more);
  }

  /** Several answers were seen, and it is not known that they depend on anybody. */
  undecided(endpointId: string): boolean {
    const oracle = this.#endpoints.get(endpointId);
    return oracle !== undefined && oracle.classes.records.length > 1 && !oracle.suspected;
  }

  /** How questions are written matters there: an answer was about the request, or this one is. Of others the form need not be worked out. */
  readsForms(endpointId: string, status: number): boolean {
    return (isAboutTheRequest(status) && status !== 403) || this.#endpoints.get(endpointId)?.readsForms === true;
  }

  /** Answers under this name were seen. */
  knows(endpointId: string): boolean {
    return this.#endpoints.has(endpointId);
  }

  verdict(endpointId: string): OracleVerdict {
    const own = this.#ownVerdict(endpointId);
    if (own === "proven") return own;
    const told = this.#sides.get(endpointId)?.told?.verdict ?? "none";
    return told === "none" ? own : told;
  }

  /** Whether to guard it: once suspected for good, whatever labels say against it, since an attacker may have made them. Cheap enough for every exchange. */
  suspects(endpointId: string): boolean {
    const oracle = this.#endpoints.get(endpointId);
    return (oracle !== undefined && (oracle.suspected || oracle.proven)) || this.#sides.get(endpointId)?.guarded === true;
  }

  /** What a class says about its subject. `unknown` must be treated as telling. */
  meaning(endpointId: string, classId: string): ClassMeaning {
    return this.meaningOf(endpointId, classId).meaning;
  }

  /** The same with its basis. */
  meaningOf(endpointId: string, classId: string): MeaningOf {
    const oracle = this.#endpoints.get(endpointId);
    const symbol = oracle?.classes.find(classId);
    if (oracle === undefined || symbol === undefined) return unknown;
    return this.#meaningsOf(endpointId, oracle)[symbol] ?? unknown;
  }

  /** A class as it was seen there. */
  classOf(endpointId: string, classId: string): ResponseClass | undefined {
    const oracle = this.#endpoints.get(endpointId);
    const symbol = oracle?.classes.find(classId);
    return symbol === undefined ? undefined : oracle?.classes.records[symbol];
  }

  /** Of an answer to who is there: true when nothing was refused, false when something else than his being there was. Undefined: neither is known. */
  accepts(endpointId: string, classId: string): boolean | undefined {
    const oracle = this.#endpoints.get(endpointId);
    const symbol = oracle?.classes.find(classId);
    if (oracle === undefined || symbol === undefined || oracle.classes.refusals) return undefined;
    if (oracle.refusesKnown(symbol)) return false;
    return oracle.isWon(symbol) ? true : undefined;
  }

  /** Ids of classes whose answers give their credits back. */
  tellsNothing(endpointId: string): readonly string[] {
    const oracle = this.#endpoints.get(endpointId);
    // Where tries shut accounts, the same answer again tells something, too.
    if (oracle === undefined || this.#sides.get(endpointId)?.guarded === true) return [];
    const meanings = this.#meaningsOf(endpointId, oracle);
    return oracle.classes.records.filter((_, symbol) => meanings[symbol]?.meaning === "nothing").map((record) => record.id);
  }

  /** Classes whose answers tell of somebody. One of which it is not known whether it confirms does, unless it is a refusal; such a one may be about anything. */
  tells(endpointId: string): readonly TellingClass[] {
    const oracle = this.#endpoints.get(endpointId);
    if (oracle === undefined) return [];
    const meanings = this.#meaningsOf(endpointId, oracle);
    return oracle.classes.records.flatMap(({ id, status, fields }, symbol) => {
      const meaning = meanings[symbol]?.meaning ?? "unknown";
      if (meaning === "nothing") return [];
      return [{ id, status, fields: fields.join(" "), denies: meaning === "denied" || (meaning === "unknown" && status >= 400) }];
    });
  }

  state(endpointId: string): OracleState {
    const own = this.#ownState(endpointId);
    const told = own.verdict === "proven" ? undefined : this.#sides.get(endpointId)?.told;
    if (told === undefined || (told.verdict === "suspected" && own.verdict === "suspected")) return own;
    const { bits, interval } = this.#sideCapacity(endpointId, told.proof);
    return {
      ...own,
      verdict: told.verdict,
      channel: told.channel,
      bits,
      interval,
      eValue: Math.exp(Math.min(700, told.proof.logE)),
      labels: told.proof.proof.labels,
    };
  }

  #ownVerdict(endpointId: string): OracleVerdict {
    const oracle = this.#endpoints.get(endpointId);
    if (oracle === undefined) return "none";
    if (oracle.proven) return "proven";
    return oracle.speaks && !oracle.refuted ? "suspected" : "none";
  }

  #ownState(endpointId: string): OracleState {
    const oracle = this.#endpoints.get(endpointId);
    if (oracle === undefined) return { verdict: "none", bits: 0, interval: [0, 1], eValue: 1, labels: 0, repeats: 0, nats: 0, contrastSources: 0, classes: [] };
    const byHeaders = oracle.headers.proven(oracle.lastAt) && !oracle.proof.proven();
    const channel = byHeaders ? oracle.headers.channel(oracle.lastAt) : undefined;
    const capacity = channel === undefined ? this.#capacity(endpointId, oracle) : capacityOf(channel.counts);
    const meanings = this.#meaningsOf(endpointId, oracle);
    return {
      verdict: this.#ownVerdict(endpointId),
      bits: capacity.bits,
      interval: capacity.interval,
      eValue: Math.exp(Math.min(700, channel?.logE ?? oracle.logE)),
      ...(channel === undefined ? {} : { headers: channel.names }),
      labels: oracle.proof.labels,
      repeats: oracle.repeats.count,
      nats: oracle.repeats.nats,
      contrastSources: oracle.contrastSources,
      classes: oracle.classes.records.map((record, symbol) => ({
        id: record.id,
        key: record.key,
        count: record.answers,
        ids: record.ids,
        status: record.status,
        fields: record.fields,
        ...(meanings[symbol] ?? unknown),
      })),
    };
  }

  /** Whether existing subjects take longer or shorter, see {@link TimingOracle}; undefined while too few labelled times were seen. */
  timing(endpointId: string): TimingState | undefined {
    return this.#endpoints.get(endpointId)?.timing.state();
  }

  endpoints(): readonly string[] {
    return [...new Set([...this.#endpoints.keys(), ...this.#sides.keys()])];
  }

  /** JSON-able; hashes and class keys only. */
  exportState(): unknown {
    const answers = [...this.#endpoints].map(([id, oracle]) => [id, oracle.exportState()]);
    return [...answers, ...[...this.#sides].map(([id, side]) => [id, side.exportState(), "beside"])];
  }

  static restore(state: unknown): OracleTracker {
    const tracker = new OracleTracker();
    if (!Array.isArray(state)) return tracker;
    for (const row of state.slice(0, 2 * oracleEndpointsMax)) {
      if (!Array.isArray(row) || typeof row[0] !== "string") continue;
      if (row[2] === "beside") tracker.#sides.set(row[0], SideChannels.restore(row[1]));
      else if (tracker.#endpoints.size < oracleEndpointsMax) tracker.#endpoints.set(row[0], EndpointOracle.restore(row[1]));
    }
    return tracker;
  }

  #side(endpointId: string): SideChannels | undefined {
    let side = this.#sides.get(endpointId);
    if (side === undefined && this.#sides.size < oracleEndpointsMax) {
      side = new SideChannels();
      this.#sides.set(endpointId, side);
    }
    return side;
  }

  #sideCapacity(endpointId: string, proof: SideProof): Capacity {
    const { labels } = proof.proof;
    const place = `${endpointId} beside`;
    const held = this.#capacities.get(place);
    if (held !== undefined && labels >= held.labels && labels <= held.labels * 1.05) return held.capacity;
    const capacity = bitsOf(proof);
    this.#capacities.set(place, { labels, capacity });
    return capacity;
  }

  #of(endpointId: string): EndpointOracle | undefined {
    let oracle = this.#endpoints.get(endpointId);
    if (oracle === undefined && this.#endpoints.size < oracleEndpointsMax) {
      oracle = new EndpointOracle();
      this.#endpoints.set(endpointId, oracle);
    }
    return oracle;
  }

  #meaningsOf(endpointId: string, oracle: EndpointOracle): readonly MeaningOf[] {
    const held = this.#meanings.get(endpointId);
    if (held !== undefined && held.labels === oracle.proof.labels && held.turns === oracle.turns && held.meanings.length === oracle.classes.records.length) return held.meanings;
    const meanings = meaningsOf(oracle);
    this.#meanings.set(endpointId, { labels: oracle.proof.labels, turns: oracle.turns, meanings });
    return meanings;
  }

  #capacity(endpointId: string, oracle: EndpointOracle): Capacity {
    const labels = oracle.proof.labels;
    const held = this.#capacities.get(endpointId);
    if (held !== undefined && labels >= held.labels && labels <= held.labels * 1.05) return held.capacity;
    const capacity = capacityOf(oracle.proof.counts());
    this.#capacities.set(endpointId, { labels, capacity });
    return capacity;
  }
}

export interface OracleAnswer {
  readonly endpointId: string;
  readonly subject: Subject;
  readonly responseClass: ResponseClass;
  readonly narrow: string;
  readonly network: string;
  readonly at: number;
  /** See {@link OracleObservation}. */
  readonly refusal?: boolean;
  readonly time?: OracleObservation["time"];
  readonly kind?: string | undefined;
  readonly headers?: string | undefined;
  readonly misspelt?: boolean | undefined;
  readonly form?: string | undefined;
}

export type OracleVerdict = "none" | "suspected" | "proven";

export interface OracleState {
  readonly verdict: OracleVerdict;
  /** Bits an answer tells, 0–1; 0 with interval 0–1 while there are no labels on both sides. */
  readonly bits: number;
  readonly interval: readonly [number, number];
  readonly eValue: number;
  /** Set when it is headers that tell, inside one class: the names that answers about existing and missing subjects do not share. Bits and e-value are theirs. */
  readonly headers?: readonly string[];
  /** Set when it is not the answer that tells but something beside it, see {@link SideChannels}. Bits, e-value and labels are its own. */
  readonly channel?: SideChannelName;
  readonly labels: number;
  /** Repeated questions weighed, and the evidence they gave in nats. */
  readonly repeats: number;
  readonly nats: number;
  /** Sources that saw a poor and a rich answer in one sitting. */
  readonly contrastSources: number;
  readonly classes: readonly OracleClassState[];
}

export interface OracleClassState extends MeaningOf {
  readonly id: string;
  readonly key: string;
  readonly count: number;
  readonly ids: number;
  readonly status: number;
  readonly fields: readonly string[];
}

const unknown: MeaningOf = { meaning: "unknown", basis: "structure" };
