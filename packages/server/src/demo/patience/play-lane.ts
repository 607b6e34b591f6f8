import { honestKinds, inOrder, type LatchkeyResponse, readLookup } from "@postern/testkit";
import type { Cell } from "../../bench/detection/cell.ts";
import type { Seen } from "../../bench/detection/rivals/play-behind.ts";
import { type World, worldOf } from "../../bench/detection/world.ts";
import type { Lane, LaneState } from "./lane.ts";

/**
 * Plays a cell with one tool before the service, in event time and closed loop: people and thief act on what they get to see. Yields once a day of event time and at the end.
 * `clock`, where given, is set to the time of each request before the tool sees it.
 */
export async function* playLane(lane: Lane, cell: Cell, seed: string, clock?: { now: number }): AsyncGenerator<LaneState, LaneState> {
  const world = worldOf(cell, seed);
  const { from, to, attackFrom, latchkey, sessions } = world;
  const tally = new Tally(world);
  const front = lane.front(world, (at) => tally.tell(at));
  const arrivals = inOrder(sessions, { from, to });
  let tomorrow = from + dayMs;
  for (let next = arrivals.next(); next.done !== true;) {
    const { session, request, at } = next.value;
    while (at >= tomorrow) {
      yield tally.state(tomorrow);
      tomorrow += dayMs;
    }
    if (clock !== undefined) clock.now = at;
    const { method, path: url, headers, body } = request;
    let served: LatchkeyResponse | undefined;
    const verdict = front.answer(next.value, () => (served ??= latchkey.handle({ method, url, headers, address: session.address, at, ...(body === undefined ? {} : { body }) })));
    // Waiting for what is there already would cost more than the rest of the turn.
    const seen = verdict instanceof Promise ? await verdict : verdict;
    tally.requests += 1;
    if (at >= attackFrom && honestKinds.some((kind) => kind === session.kind))
      tally.visited(session.id, served === undefined || differs(served, seen, request.lookup !== undefined));
    next = arrivals.next({ status: seen.status, headers: seen.headers, body: seen.body, at: at + (served?.durationMs ?? 1) });
  }
  const found = front.finish?.() ?? {};
  latchkey.close();
  return { ...tally.state(to), ...found };
}

/** A visitor is touched when what he sees is another status, or another answer to his question, than the service gave. */
function differs(served: LatchkeyResponse, seen: Seen, lookup: boolean): boolean {
  return served !== seen && (served.status !== seen.status || (lookup && readLookup(served) !== readLookup(seen)));
}

class Tally {
  readonly #world: World;
  readonly #visits = new Set<string>();
  readonly #touched = new Set<string>();
  #told: LaneState["told"] = null;
  #falseAlarms = 0;
  requests = 0;

  constructor(world: World) {
    this.#world = world;
  }

  tell(at: number): void {
    const { attackFrom } = this.#world;
    if (at < attackFrom) this.#falseAlarms += 1;
    else this.#told ??= { leaked: this.#leaked(), afterDays: (at - attackFrom) / dayMs };
  }

  visited(id: string, touched: boolean): void {
    this.#visits.add(id);
    if (touched) this.#touched.add(id);
  }

  state(at: number): LaneState {
    const { attack, attackFrom } = this.#world;
    return {
      day: Math.round((at - attackFrom) / dayMs),
      asked: attack?.notes.size ?? 0,
      leaked: this.#leaked(),
      told: this.#told,
      visits: this.#visits.size,
      touched: this.#touched.size,
      falseAlarms: this.#falseAlarms,
      requests: this.requests,
    };
  }

  #leaked(): number {
    let leaked = 0;
    for (const said of this.#world.attack?.notes.values() ?? []) if (said === "exists") leaked += 1;
    return leaked;
  }
}

const dayMs = 86_400_000;
