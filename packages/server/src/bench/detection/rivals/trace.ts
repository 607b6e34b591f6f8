import { inOrder, readLookup } from "@postern/testkit";
import type { Cell } from "../cell.ts";
import { worldOf } from "../world.ts";
import { isAttack } from "./play-behind.ts";

/** One request of the traffic as nobody stood before the service: what a grid search goes through many times. */
export interface Passage {
  readonly at: number;
  readonly address: string;
  readonly path: string;
  readonly agent: string;
  readonly lookup: boolean;
  /** The attacker's; `exists` when the answer told it so. */
  readonly attack: boolean;
  readonly exists: boolean;
}

/** At most two days of honest traffic before the attack and one of the attack: enough for windows of a day, and a grid in minutes. */
export function tuningCell(cell: Cell): Cell {
  return { ...cell, warmMs: Math.min(cell.warmMs, 2 * dayMs), horizonMs: Math.min(cell.horizonMs, dayMs) };
}

/** The passages of a cell, in order of time. */
export function traceOf(cell: Cell, seed: string): readonly Passage[] {
  const { from, to, latchkey, sessions } = worldOf(cell, seed);
  const passages: Passage[] = [];
  const arrivals = inOrder(sessions, { from, to });
  for (let next = arrivals.next(); next.done !== true;) {
    const { session, request, at } = next.value;
    const { method, path: url, headers, body } = request;
    const answer = latchkey.handle({ method, url, headers, address: session.address, at, ...(body === undefined ? {} : { body }) });
    const attack = isAttack(next.value);
    const tells = request.lookup === undefined ? answer.status === 200 && url.endsWith("/contacts/sync") : readLookup(answer) === "exists";
    passages.push({
      at,
      address: session.address,
      path: url,
      agent: headers.find(([name]) => name === "User-Agent")?.[1] ?? "",
      lookup: request.lookup !== undefined,
      attack,
      exists: attack && tells,
    });
    next = arrivals.next({ status: answer.status, headers: answer.headers, body: answer.body, at: at + answer.durationMs });
  }
  latchkey.close();
  return passages;
}

const dayMs = 86_400_000;
