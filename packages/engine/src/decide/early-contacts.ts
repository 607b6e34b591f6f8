import type { EarlyContact } from "./gate-policy.ts";

/**
 * Questions that were answered before a guard stood at their endpoint: handed to the gate with the guard, so that they cost their askers as much as if it had stood
 * from the start. Who made the suspicion by asking is then over budget already. A question that was followed up by its anchor meanwhile is left out.
 *
 * Bounds: {@link contactsMax} an endpoint, the first ones: what is beyond was answered and stays uncharged. {@link contactsInAllMax} in all and {@link endpointsMax}
 * endpoints: at either the one without a guard whose newest question is the oldest is forgotten, for old questions weigh least; so endpoints that are asked and never
 * guarded cannot fill the place up for good. Handed over for {@link handedForMs} after the guard was put up; questions that were under way then still join them.
 */
export class EarlyContacts {
  /** By id, the one that was added to last at the end. */
  readonly #endpoints = new Map<string, Early>();
  #held = 0;

  /** Keyed hashes only. Ignored when the guard has stood for longer than {@link handedForMs}, or at a bound. */
  add(endpointId: string, contact: EarlyContact, at: number): void {
    const early = this.#endpoints.get(endpointId) ?? this.#place(endpointId, Number.POSITIVE_INFINITY);
    // Bounds first: an endpoint that nobody ever guards is at its own, and would compare with all of them at every question.
    if (early === undefined || at > early.until || early.contacts.length >= contactsMax) return;
    if (early.contacts.some((one) => one.subject === contact.subject && one.narrow === contact.narrow)) return;
    if (this.#held >= contactsInAllMax && !this.#forgetOne(early)) return;
    // A new list each time: whoever compares policies sees that it changed.
    early.contacts = [...early.contacts, contact];
    this.#held++;
    this.#endpoints.delete(endpointId);
    this.#endpoints.set(endpointId, early);
  }

  #place(endpointId: string, until: number): Early | undefined {
    if (this.#endpoints.size >= endpointsMax && !this.#forgetOne(undefined)) return undefined;
    const early: Early = { contacts: [], until };
    this.#endpoints.set(endpointId, early);
    return early;
  }

  /** False when only guarded ones are left. With `but`: one that holds something, and not that one. */
  #forgetOne(but: Early | undefined): boolean {
    for (const [id, early] of this.#endpoints) {
      if (early.until !== Number.POSITIVE_INFINITY || early === but || (but !== undefined && early.contacts.length === 0)) continue;
      this.#held -= early.contacts.length;
      this.#endpoints.delete(id);
      return true;
    }
    return false;
  }

  /** An honest party followed up: its questions cost nothing. */
  anchored(network: string, subjects: readonly string[]): void {
    for (const early of this.#endpoints.values()) {
      if (early.contacts.length === 0 || !early.contacts.some((one) => one.network === network && subjects.includes(one.subject))) continue;
      const kept = early.contacts.filter((one) => one.network !== network || !subjects.includes(one.subject));
      this.#held -= early.contacts.length - kept.length;
      early.contacts = kept;
    }
  }

  /** What to hand over with the guard as of now; the same list until it changes. */
  of(endpointId: string, at: number): readonly EarlyContact[] {
    const early = this.#endpoints.get(endpointId) ?? this.#place(endpointId, at + handedForMs);
    if (early === undefined) return none;
    if (early.until === Number.POSITIVE_INFINITY) early.until = at + handedForMs;
    if (at > early.until && early.contacts.length > 0) {
      this.#held -= early.contacts.length;
      early.contacts = [];
    }
    return early.contacts.length === 0 ? none : early.contacts;
  }

  /** The endpoint has another name now. */
  renamed(from: string, to: string): void {
    const before = this.#endpoints.get(from);
    if (before === undefined) return;
    this.#endpoints.delete(from);
    const now = this.#endpoints.get(to);
    if (now === undefined) {
      this.#endpoints.set(to, before);
      return;
    }
    const room = Math.max(0, contactsMax - now.contacts.length);
    this.#held -= Math.max(0, before.contacts.length - room);
    now.contacts = [...before.contacts.slice(0, room), ...now.contacts];
    now.until = Math.max(now.until, before.until);
  }
}

/** An identifier is recognised within some dozens of questions, a suspicion within nine to some hundred. */
export const contactsMax = 256;
/** About half a megabyte of policy for half a minute, on the day a large service is seen first. */
export const contactsInAllMax = 4_096;
export const handedForMs = 30_000;
/** As many as one gate guards. */
export const endpointsMax = 4_096;

interface Early {
  contacts: readonly EarlyContact[];
  until: number;
}

const none: readonly EarlyContact[] = [];
