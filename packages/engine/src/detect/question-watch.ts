import { AttackNamer, type AttackNamerState } from "./names/attack-namer.ts";
import type { Contact } from "./names/contact-sample.ts";
import { hash53 } from "./observe/hash53.ts";
import type { Signal } from "./signal.ts";
import { TargetWatch, type TargetWatchState } from "./target/target-watch.ts";
import type { TargetPlace } from "./target/target-place.ts";
import { type Front, WalkingFronts } from "./target/walking-fronts.ts";
import type { NamedClients } from "../decide/gate-policy.ts";

/**
 * Who asks guarded endpoints and whom they ask about: feeds the naming of attacks and D5, with what an exchange brings and, after a restart, with the row that was kept of it; both do the same.
 * Bounds and misses are those of {@link AttackNamer} and {@link TargetWatch}.
 */
export class QuestionWatch {
  /** Says who an attack's clients are, while an alarm stands. */
  readonly names: AttackNamer;
  /** D5: whom an attack asks about. */
  readonly targets: TargetWatch;
  /** Where a list that is gone through in order stands. */
  readonly fronts = new WalkingFronts();
  /** By endpoint, the rule that was made last of the same parts. */
  readonly #rules = new Map<string, { readonly fronts: readonly Front[]; readonly rule: NamedClients }>();
  #signals: number;

  constructor(kept?: KeptQuestions) {
    this.#signals = kept?.signals ?? 0;
    this.names = new AttackNamer(kept?.names);
    this.targets = new TargetWatch((at) => `target-${hash53(`${at}\n${this.#signals++}`).toString(36)}`, kept?.targets);
  }

  /** One question; the row to keep of it, undefined where it changed nothing. */
  asked(endpointId: string, contact: Omit<Contact, "followed">, place: TargetPlace | undefined): QuestionRow["asked"] {
    if (!this.#take(endpointId, contact, place)) return undefined;
    const { at, source, address, subject, truthful, attributes } = contact;
    if (place === undefined) return { at, source, address, subject, truthful, attributes };
    return { at, source, address, subject, truthful, attributes, place: { block: place.block, bucket: place.bucket, offset: place.offset } };
  }

  /** Whom the gate may hold off alone: clients that were named, or else who asks where a list stands that is gone through in order. */
  toHoldOff(endpointId: string, now: number): NamedClients | undefined {
    const clients = this.names.toHoldOff(endpointId, now);
    // A name explains the attack; a front beside it would only hold off honest people who live there.
    const fronts = clients === undefined ? this.fronts.of(endpointId, now) : undefined;
    if (fronts === undefined) {
      this.#rules.delete(endpointId);
      return clients;
    }
    const last = this.#rules.get(endpointId);
    if (last?.fronts === fronts) return last.rule;
    const rule = { subsets: [], fronts };
    this.#rules.set(endpointId, { fronts, rule });
    return rule;
  }

  /** Whom the gate was told last to hold off alone, for people. */
  heldOff(endpointId: string): NamedClients | undefined {
    return this.names.heldOff(endpointId) ?? this.#rules.get(endpointId)?.rule;
  }

  /** Somebody of this network followed up on these people. Whether that changed anything. */
  followed(network: string, subjects: readonly string[]): boolean {
    const waited = this.targets.followed(network, subjects);
    this.fronts.followed(network, subjects);
    return this.names.followed(network, subjects) || waited;
  }

  /** Time has come so far: what D5 has to say. */
  advance(at: number): readonly Signal[] {
    const signals = this.targets.advance(at);
    this.alarmed(signals);
    return signals;
  }

  /** Signals of enumeration, from wherever they are raised: while they stand, {@link AttackNamer.named} answers. */
  alarmed(signals: readonly Signal[]): void {
    for (const signal of signals) {
      if (signal.endpointId === undefined || !raisesAlarm(signal)) continue;
      if (this.names.alarm(signal.endpointId, signal.at)) this.fronts.alarm(signal.endpointId, signal.at);
    }
  }

  /** The endpoint goes on under another id. */
  renamed(from: string, to: string): void {
    this.names.renamed(from, to);
    this.targets.renamed(from, to);
    this.fronts.renamed(from, to);
  }

  /** What is known, for {@link QuestionRow}s to go on from. Holds what is counted, not copies: write it out before the next exchange. */
  exportState(): KeptQuestions {
    return { version: 1, signals: this.#signals, targets: this.targets.exportState(), names: this.names.exportState() };
  }

  /** Takes up what an earlier life wrote down of one exchange. What it tells was told then. */
  recall({ at, endpointId, asked, followed }: QuestionRow): void {
    if (asked !== undefined) {
      const { place } = asked;
      this.#take(endpointId, asked, place === undefined ? undefined : { block: place.block, rank: Number.NaN, bucket: place.bucket, offset: place.offset });
    }
    this.advance(at);
    for (const [network, subjects] of followed ?? []) this.followed(network, subjects);
  }

  #take(endpointId: string, contact: Omit<Contact, "followed">, place: TargetPlace | undefined): boolean {
    const { at, source, subject, truthful } = contact;
    // Of mail addresses only the domain's own are in order.
    if (place?.bucket !== undefined) this.fronts.asked(endpointId, { at, source, subject, rank: place.rank });
    const waits = truthful && place !== undefined && this.targets.asked(endpointId, { at, source, subject, place });
    return this.names.add(endpointId, contact) || waits;
  }
}

/** Whether a signal starts the naming of who asks. */
export function raisesAlarm({ level, detector }: Pick<Signal, "level" | "detector">): boolean {
  return level !== "info" && level !== "low" && detector.startsWith("enumeration.");
}

/**
 * What is known of those who ask guarded endpoints and of whom they ask about (D5 and the naming of attacks), as it can be kept: a snapshot, and rows of what changed it since. Whoever puts the snapshot
 * back and then each row in the order they were made knows what a process knows that never stopped, but for the order of numbers (see `number-order.ts`), which are never written down.
 */
export interface KeptQuestions {
  readonly version: 1;
  /** Signals made so far, part of the next one's id. */
  readonly signals: number;
  readonly targets: TargetWatchState;
  readonly names: AttackNamerState;
}

/** What one exchange changed. Keyed hashes, and the asker's address in clear as in disclosure rows. */
export interface QuestionRow {
  /** When the exchange was over: event time of whatever it made due. */
  readonly at: number;
  readonly endpointId: string;
  readonly asked?: Omit<Contact, "followed"> & { readonly place?: Omit<TargetPlace, "rank"> };
  /** Who followed up, on whom. */
  readonly followed?: readonly (readonly [network: string, subjects: readonly string[]])[];
}
