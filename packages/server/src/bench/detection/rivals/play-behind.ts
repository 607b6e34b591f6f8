import { type Arrival, type Attack, attackKinds, type HonestKind, honestKinds, inOrder, type LatchkeyResponse, type TrafficAnswer } from "@postern/testkit";
import type { Cell } from "../cell.ts";
import { worldOf } from "../world.ts";
import type { HonestCount, RivalOutcome } from "./rival.ts";

/** What stands before the service, or around it. */
export interface Front {
  /** What the client gets to see. `serve` asks the service, at most once; a request that it is not called for never gets there. */
  answer(arrival: Arrival, serve: Serve): Promise<Seen> | Seen;
}

export type Serve = () => Seen;

/** Status 0 when the client's packets are dropped. */
export type Seen = Pick<TrafficAnswer, "status" | "headers" | "body">;

/** Says that somebody would now know about an address. */
export type Tell = (at: number, address: string) => void;

/** Plays a cell in event time, closed loop, with a rival before the service: honest people and attacker act on what they get to see. */
export async function playBehind(cell: Cell, seed: string, makeFront: (tell: Tell) => Front): Promise<Omit<RivalOutcome, "settings">> {
  const { from, to, attackFrom, latchkey, attack, sessions } = worldOf(cell, seed);
  const notices = new Notices(attack, attackFrom);
  const byKind: Partial<Record<HonestKind, HonestCount>> = {};
  const total: HonestCount = { requests: 0, lookups: 0, refused: 0, refusedLookups: 0 };
  const front = makeFront((at, address) => notices.tell(at, address));
  const arrivals = inOrder(sessions, { from, to });
  let events = 0;
  for (let next = arrivals.next(); next.done !== true;) {
    const arrival = next.value;
    const { session, request, at } = arrival;
    const { method, path: url, headers, body } = request;
    events += 1;
    let served: LatchkeyResponse | undefined;
    const verdict = front.answer(arrival, () => (served ??= latchkey.handle({ method, url, headers, address: session.address, at, ...(body === undefined ? {} : { body }) })));
    // Waiting for what is there already would cost more than the rest of the turn.
    const seen = verdict instanceof Promise ? await verdict : verdict;
    const kind = honestKinds.find((one) => one === session.kind);
    if (kind !== undefined) {
      const count = (byKind[kind] ??= { requests: 0, lookups: 0, refused: 0, refusedLookups: 0 });
      for (const one of [count, total]) counted(one, request.lookup !== undefined, served?.status !== seen.status);
    }
    next = arrivals.next({ status: seen.status, headers: seen.headers, body: seen.body, at: at + (served?.durationMs ?? 1) });
  }
  latchkey.close();
  return { ...notices.outcome(), events, lookups: total.lookups, uniform: 0, refused: total.refused, refusedLookups: total.refusedLookups, byKind };
}

/** Whether a session is the attacker's. */
export function isAttack({ session }: Pick<Arrival, "session">): boolean {
  return attackKinds.some((kind) => kind === session.kind);
}

function counted(count: HonestCount, lookup: boolean, refused: boolean): void {
  count.requests += 1;
  if (lookup) count.lookups += 1;
  if (!refused) return;
  count.refused += 1;
  if (lookup) count.refusedLookups += 1;
}

/** Notices beside the attacker's own notes. Only one about an address of the attack, after its start, tells of the attack. */
export class Notices {
  readonly #attack: Attack | undefined;
  readonly #from: number;
  readonly #addresses: ReadonlySet<string>;
  #pages = 0;
  #pagesBefore = 0;
  #told: { readonly at: number; readonly leaked: number } | undefined;

  constructor(attack: Attack | undefined, from: number) {
    this.#attack = attack;
    this.#from = from;
    this.#addresses = new Set(attack?.sessions.map((session) => session.address));
  }

  tell(at: number, address: string): void {
    if (at < this.#from) {
      this.#pagesBefore += 1;
      return;
    }
    this.#pages += 1;
    if (this.#told === undefined && this.#addresses.has(address)) this.#told = { at, leaked: this.#existing() };
  }

  outcome(): Pick<RivalOutcome, "leaked" | "leakedAtAlert" | "alertAfterMs" | "asked" | "pages" | "pagesBefore"> {
    const leaked = this.#existing();
    return {
      leaked,
      leakedAtAlert: this.#told?.leaked ?? leaked,
      alertAfterMs: this.#told === undefined ? undefined : this.#told.at - this.#from,
      asked: this.#attack?.notes.size ?? 0,
      pages: this.#pages,
      pagesBefore: this.#pagesBefore,
    };
  }

  #existing(): number {
    let existing = 0;
    for (const said of this.#attack?.notes.values() ?? []) if (said === "exists") existing += 1;
    return existing;
  }
}
