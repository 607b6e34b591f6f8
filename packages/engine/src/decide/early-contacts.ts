import type { EarlyContact } from "./gate-policy.ts";

/**
 * Questions that were answered before a guard stood at their endpoint: handed to the gate with the guard, so that they cost their askers as much as if it had stood
 * from the start. Who made the suspicion by asking is then over budget already. A question that was followed up by its anchor meanwhile is left out.
 *
 * Bounds: {@link contactsMax} an endpoint, the first ones, {@link contactsInAllMax} in all: what is beyond was answered and stays uncharged. Handed over for
 * {@link handedForMs} after the guard was put up; questions that were under way then still join them.
 */
export class EarlyContacts {
  readonly #endpoints = new Map<string, Early>();
  #held = 0;

  /** Keyed hashes only. Ignored when the guard has stood for longer than {@link handedForMs}, or at a bound. */
  add(endpointId: string, contact: EarlyContact, at: number): void {
    let early = this.#endpoints.get(endpointId);
    if (early === undefined) {
      if (this.#endpoints.size >= endpointsMax) return;
      early = { contacts: [], until: Number.POSITIVE_INFINITY };
      this.#endpoints.set(endpointId, early);
    }
    // Bounds first: an endpoint that nobody ever guards is at its own, and would compare with all of them at every question.
    if (at > early.until || early.contacts.length >= contactsMax || this.#held >= contactsInAllMax) return;
    if (early.contacts.some((one) => one.subject === contact.subject && one.narrow === contact.narrow)) return;
    // A new list each time: whoever compares policies sees that it changed.
    early.contacts = [...early.contacts, contact];
    this.#held++;
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
    let early = this.#endpoints.get(endpointId);
    if (early === undefined) {
      if (this.#endpoints.size >= endpointsMax) return none;
      early = { contacts: [], until: at + handedForMs };
      this.#endpoints.set(endpointId, early);
    }
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
const endpointsMax = 4_096;

interface Early {
  contacts: readonly EarlyContact[];
  until: number;
}

const none: readonly EarlyContact[] = [];
