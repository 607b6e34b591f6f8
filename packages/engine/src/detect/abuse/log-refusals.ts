import { RotatingMap } from "../oracle/rotating-map.ts";
import type { Actor } from "../../exchange/actor.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";
import { FailureWatches, type WatchesState } from "./failure-watches.ts";
import { Quiet } from "./quiet.ts";
import type { Emit } from "./tried.ts";

/**
 * `login.refusals`: what an access log shows of tried passwords and codes, where neither names nor answers were recorded. A *door* is a request that changes something, at which callers are refused,
 * try again within ten minutes, and once they are let in do not come back to it ({@link doorPeople} of them; corrections from {@link doorNetworks} networks). The refusal is the status that was
 * corrected, or 401 (RFC 9110 15.5.2). At a door all clients together are held against the usual share of those refused at their first try, and one network by what it is refused in a row; 401 in a row is told
 * anywhere, since a log may hold nothing but the attack.
 *
 * Misses: doors that answer refusals and successes with one status; sign-ins by GET (HTTP Basic); a slow attack below honest people's own slips; one behind a network at which honest people are let in
 * between its tries. Mistakes: a program with an old password or token, hence `medium` for one network; a form that a release broke. Walked around by own accounts that sign in between tries.
 *
 * Bounds: {@link doorsMax} endpoints, the first; {@link statusesMax} statuses of each; {@link clientsMax} clients and networks.
 */
export class LogRefusals {
  readonly #emit: Emit;
  readonly #doors = new Map<string, Door>();
  readonly #clients = new RotatingMap<Try>(clientsMax);
  readonly #runs = new RotatingMap<Run>(clientsMax);
  readonly #watches: FailureWatches;
  readonly #quiet = new Quiet();

  constructor(emit: Emit, state?: LogRefusalsState) {
    this.#emit = emit;
    this.#watches = new FailureWatches({ wrong: policy.loginWrong, unresolved: policy.loginUnresolved }, state?.watches);
    for (const { id, statuses, turns } of state?.doors.slice(0, doorsMax) ?? []) {
      const door: Door = { statuses: new Map(), turns: new Map() };
      for (const [status, count, again] of statuses.slice(0, statusesMax)) door.statuses.set(status, { count, again });
      for (const [key, count, networks] of turns.slice(0, statusesMax * statusesMax)) door.turns.set(key, { count, networks: new Set(networks.slice(0, doorNetworks)) });
      this.#doors.set(id, door);
    }
  }

  /** One answer to a request that may change something, of which only method, path, status and client are known. */
  observe({ endpointId, status, actor, at }: LogTry): void {
    if (status < 200 || status === 429 || status >= 500) return;
    const door = this.#doorOf(endpointId);
    if (door === undefined) return;
    this.#learn(door, endpointId, status, actor, at);
    const refused = isRefusal(door, status);
    const isDoor = leadsIn(door);
    this.#inARow(endpointId, status, actor, refused && (isDoor || status === 401), at);
    if (!isDoor) return;
    const watch = this.#watches.of(endpointId);
    watch?.add(actor.narrow, actor.network, refused, at, false);
    const alarm = watch?.alarm();
    // Where half of all are refused anyway, a test on shares tells a bad form from an attack no more.
    if (alarm !== undefined && alarm.usual < usualMost && this.#quiet.may(endpointId, at))
      this.#emit("login.refusals", {
        level: "high",
        confidence: 0.999,
        endpointId,
        actor: undefined,
        evidence: { ...alarm, meaning: "far more callers than usual are refused at their first try here, and few are let in" },
      });
  }

  renamed(from: string, to: string): void {
    const door = this.#doors.get(from);
    if (door !== undefined && this.#doors.delete(from) && !this.#doors.has(to)) this.#doors.set(to, door);
    this.#watches.renamed(from, to);
  }

  /** JSON-able: statuses, counts and keyed hashes of networks. */
  exportState(): LogRefusalsState {
    return {
      doors: [...this.#doors].map(([id, { statuses, turns }]) => ({
        id,
        statuses: [...statuses].map(([status, { count, again }]) => [status, count, again]),
        turns: [...turns].map(([key, { count, networks }]) => [key, count, [...networks]]),
      })),
      watches: this.#watches.exportState(),
    };
  }

  #doorOf(endpointId: string): Door | undefined {
    let door = this.#doors.get(endpointId);
    if (door === undefined && this.#doors.size < doorsMax) {
      door = { statuses: new Map(), turns: new Map() };
      this.#doors.set(endpointId, door);
    }
    return door;
  }

  #learn(door: Door, endpointId: string, status: number, { narrow, network }: Actor, at: number): void {
    let answers = door.statuses.get(status);
    if (answers === undefined) {
      if (door.statuses.size >= statusesMax) return;
      answers = { count: 0, again: 0 };
      door.statuses.set(status, answers);
    }
    answers.count++;
    const key = `${endpointId}|${narrow}`;
    const last = this.#clients.get(key);
    this.#clients.set(key, { status, at });
    if (last === undefined || at - last.at > againMs) return;
    const before = door.statuses.get(last.status);
    if (before !== undefined) before.again++;
    if (last.status === status || before === undefined) return;
    const turn = turnKey(last.status, status);
    const turned = door.turns.get(turn);
    if (turned === undefined) door.turns.set(turn, { count: 1, networks: new Set([network]) });
    else {
      turned.count++;
      if (turned.networks.size < doorNetworks) turned.networks.add(network);
    }
  }

  #inARow(endpointId: string, status: number, actor: Actor, refused: boolean, at: number): void {
    const key = `${endpointId}|${actor.network}`;
    const run = this.#runs.get(key);
    if (!refused) {
      if (run !== undefined) run.refused = 0;
      return;
    }
    if (run === undefined) {
      this.#runs.set(key, { refused: 1, since: at });
      return;
    }
    if (run.refused === 0) run.since = at;
    run.refused++;
    if (!isTold(run.refused)) return;
    const evidence = {
      test: "in-a-row",
      refused: run.refused,
      status,
      minutes: Math.round((at - run.since) / 60_000),
      meaning: "one network is refused again and again and never let in: somebody guesses, or a program has an old password or token",
    };
    this.#emit("login.refusals", { level: "medium", confidence: 0.8, endpointId, actor, evidence });
  }
}

/** What an access log says of one try. */
export interface LogTry {
  readonly endpointId: string;
  readonly status: number;
  readonly actor: Actor;
  readonly at: number;
}

export interface LogRefusalsState {
  readonly doors: readonly {
    readonly id: string;
    readonly statuses: readonly (readonly [status: number, count: number, again: number])[];
    readonly turns: readonly (readonly [key: number, count: number, networks: readonly string[]])[];
  }[];
  readonly watches: WatchesState;
}

interface Door {
  /** How often each status was the answer, and how often its caller tried again soon. */
  readonly statuses: Map<number, { count: number; again: number }>;
  /** By {@link turnKey}. */
  readonly turns: Map<number, { count: number; readonly networks: Set<string> }>;
}

interface Try {
  readonly status: number;
  readonly at: number;
}

interface Run {
  refused: number;
  since: number;
}

/** It is corrected into another answer, and hardly ever the other way round. */
function isRefusal(door: Door, status: number): boolean {
  return status === 401 || letIn(door, status) !== undefined;
}

/** A refusal is corrected here into an answer after which callers do not come back soon. */
function leadsIn(door: Door): boolean {
  for (const status of door.statuses.keys()) if (letIn(door, status) !== undefined) return true;
  return false;
}

/** The status that callers get into which they correct this one; undefined where this is no refusal at a door. */
function letIn({ statuses, turns }: Door, refusal: number): number | undefined {
  const refused = statuses.get(refusal);
  if (refused === undefined || refused.again < refused.count * againLeast) return undefined;
  for (const [status, { count, again }] of statuses) {
    if (status === refusal || status >= 400 || count < doorPeople || again > count * letInAgainMost) continue;
    const there = turns.get(turnKey(refusal, status));
    if (there !== undefined && there.networks.size >= doorNetworks && (turns.get(turnKey(status, refusal))?.count ?? 0) * turnsApart <= there.count) return status;
  }
  return undefined;
}

function turnKey(from: number, to: number): number {
  return from * 1_000 + to;
}

/** At thirty in a row, and at each doubling: four of them add up to an incident. */
function isTold(refused: number): boolean {
  const times = refused / inARowAt;
  return Number.isInteger(times) && (times & (times - 1)) === 0;
}

/** More than a person tries who forgot a password, or types it in the wrong alphabet. */
export const inARowAt = 30;
const againMs = 600_000;
/** Of those refused, so many try again; of those let in, so few come back: who only calls an interface comes back as often either way. */
const againLeast = 0.3;
const letInAgainMost = 0.25;
const turnsApart = 3;
export const doorPeople = 20;
const doorNetworks = 3;
const usualMost = 0.45;
/** Requests that change something, of which a service has dozens. */
export const doorsMax = 1_024;
/** A service answers one request in a handful of ways; what comes after these teaches nothing. */
export const statusesMax = 8;
const clientsMax = 65_536;
