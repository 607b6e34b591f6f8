import type { FlowCall } from "./flow-memory.ts";
import { kindPolicy as policy } from "./kind-policy.ts";

/**
 * Which endpoints lead to an accepted secret or code: what came before nearly every accepted code of an endpoint, changes something, and came last, sends it; what took the very
 * secret that was accepted afterwards set it.
 *
 * Bounds: {@link checksMax} endpoints that accept, {@link beforeMax} that come before each; further ones are not counted.
 */
export class Leads {
  readonly #checks = new Map<string, Check>();
  #sends: ReadonlyMap<string, string> | undefined;

  constructor(state: LeadsState = { checks: [] }) {
    for (const { id, accepted, before } of state.checks.slice(0, checksMax))
      this.#checks.set(id, {
        accepted,
        before: new Map(before.slice(0, beforeMax).map(([from, count, place, changing, set, reset]) => [from, { count, place, changing, set, reset }])),
      });
  }

  /** Something was accepted; `flows`: what was called about its account before. `another`: with another secret than last time. */
  accepted(check: { readonly endpointId: string; readonly at: number }, flows: readonly (readonly FlowCall[])[], bits: number, another: boolean): void {
    let known = this.#checks.get(check.endpointId);
    if (known === undefined) {
      if (this.#checks.size >= checksMax) return;
      known = { accepted: 0, before: new Map() };
      this.#checks.set(check.endpointId, known);
    }
    known.accepted++;
    this.#sends = undefined;
    const counted = new Set<string>();
    for (const calls of flows) {
      for (let place = calls.length - 1; place >= 0; place--) {
        const call = calls[place];
        if (call === undefined || !call.well || call.endpointId === check.endpointId) continue;
        const age = check.at - call.at;
        if (age < 0 || age > policy.secretWithinMs || counted.has(call.endpointId)) continue;
        let lead = known.before.get(call.endpointId);
        if (lead === undefined) {
          if (known.before.size >= beforeMax) continue;
          lead = { count: 0, place: 0, changing: 0, set: 0, reset: 0 };
          known.before.set(call.endpointId, lead);
        }
        counted.add(call.endpointId);
        if (age <= policy.leadWithinMs) {
          lead.count++;
          lead.place += calls.length - place;
          if (call.changes) lead.changing++;
        }
        if (call.changes && call.values.includes(bits)) {
          if (another) lead.reset++;
          else lead.set++;
        }
      }
    }
  }

  /** What an endpoint is by what it leads to. `kindOf`: endpoints that take a secret or a code themselves lead to others by being passed, and send nothing. */
  roleOf(endpointId: string, kindOf: (id: string) => TriedKind): { readonly kind: "code-send" | "sign-up" | "password-reset"; readonly because: string } | undefined {
    this.#sends ??= this.#work(kindOf);
    const sent = this.#sends.get(endpointId);
    if (sent !== undefined) return { kind: "code-send", because: sent };
    for (const { before } of this.#checks.values()) {
      const lead = before.get(endpointId);
      if (lead === undefined || lead.set + lead.reset < policy.secretsMin) continue;
      return lead.reset > lead.set
        ? { kind: "password-reset", because: `it took the new secret of ${lead.reset} accounts that signed in with another one before` }
        : { kind: "sign-up", because: `it took the secret that ${lead.set} accounts then signed in with for the first time` };
    }
    return undefined;
  }

  renamed(from: string, to: string): void {
    const check = this.#checks.get(from);
    if (check !== undefined && this.#checks.delete(from) && !this.#checks.has(to)) this.#checks.set(to, check);
    for (const { before } of this.#checks.values()) {
      const lead = before.get(from);
      if (lead === undefined) continue;
      before.delete(from);
      const now = before.get(to);
      if (now === undefined) before.set(to, lead);
      else {
        now.count += lead.count;
        now.place += lead.place;
        now.changing += lead.changing;
        now.set += lead.set;
        now.reset += lead.reset;
      }
    }
    this.#sends = undefined;
  }

  exportState(): LeadsState {
    return {
      checks: [...this.#checks].map(([id, { accepted, before }]) => ({
        id,
        accepted,
        before: [...before].map(([from, { count, place, changing, set, reset }]) => [from, count, place, changing, set, reset]),
      })),
    };
  }

  /** For each endpoint that accepts, the one that sends what it accepts. */
  #work(kindOf: (id: string) => TriedKind): Map<string, string> {
    const sends = new Map<string, string>();
    for (const [check, { accepted, before }] of this.#checks) {
      if (accepted < policy.leadsMin || kindOf(check) !== "code-check") continue;
      const led = [...before].filter(([id, lead]) => lead.count >= policy.leadsShare * accepted && kindOf(id) === "unproven");
      const changing = led.filter(([, lead]) => lead.changing * 2 > lead.count);
      // Of those that change something the last before the check; of mere reads only the one there is.
      const candidates = changing.length > 0 ? changing.sort((a, b) => a[1].place / a[1].count - b[1].place / b[1].count) : led.length === 1 ? led : [];
      const [first] = candidates;
      if (first !== undefined) sends.set(first[0], `it came before ${first[1].count} of ${accepted} accepted codes, last of all that change something`);
    }
    return sends;
  }
}

export interface LeadsState {
  readonly checks: readonly {
    readonly id: string;
    readonly accepted: number;
    readonly before: readonly (readonly [from: string, count: number, place: number, changing: number, set: number, reset: number])[];
  }[];
}

export type TriedKind = "sign-in" | "code-check" | "unproven";

interface Check {
  accepted: number;
  readonly before: Map<string, Lead>;
}

interface Lead {
  /** Accepted ones it came before, and how far before in all. */
  count: number;
  place: number;
  changing: number;
  /** It took the secret accepted then: the account's first, and a later one. */
  set: number;
  reset: number;
}

export const checksMax = 256;
export const beforeMax = 16;
