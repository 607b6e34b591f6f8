import { random } from "../random.ts";
import { attackerAddress } from "./address-book.ts";
import { lookupPath } from "./honest-flows.ts";
import { type LookupAnswer, readLookup } from "./lookup-answer.ts";
import type { AttackKind, Script, Session, TrafficRequest } from "./session.ts";
import { appUserAgents, scriptUserAgent } from "./user-agents.ts";

/** An enumeration: its sessions, and what the attacker wrote down while it ran. */
export interface Attack {
  readonly kind: AttackKind;
  /** Ordered by start; one an address. Running them a second time overwrites the notes. */
  readonly sessions: readonly Session[];
  /**
   * What the answers said to the attacker, by national number. Grows as the sessions run; a number not asked about yet has no
   * entry. A uniform answer in the image of a miss reads as `missing`, a refusal or failure as `unsure`.
   */
  readonly notes: Map<number, LookupAnswer>;
}

export interface AttackOptions {
  readonly list: readonly number[];
  /** Event time of the first request. */
  readonly from: number;
  readonly seed: string;
  /** How many addresses share the work. */
  readonly addresses?: number;
  /** Requests a second, all addresses together. */
  readonly ratePerSecond?: number;
  /** 0–30: attacks with different campaigns never share an address. */
  readonly campaign?: number;
}

/** VIC-07: as fast as it goes, from a handful of addresses, one User-Agent. Default 1,000 requests a second from 20. */
export function smashAndGrab(options: AttackOptions): Attack {
  return enumerate("smash-and-grab", { addresses: 20, ratePerSecond: 1_000, ...options }, { jitter: 0, userAgents: [scriptUserAgent] });
}

/** Patient: one address, one question every quarter of an hour (under a hundred a day). */
export function slow(options: AttackOptions): Attack {
  return enumerate("slow", { addresses: 1, ratePerSecond: (options.addresses ?? 1) / 900, ...options }, { jitter: 0.4, userAgents: [scriptUserAgent] });
}

/** VIC-08: 17 requests a second over 20,000 addresses; each stays under a hundred a day. */
export function distributed(options: AttackOptions): Attack {
  return enumerate("distributed", { addresses: 20_000, ratePerSecond: 17, ...options }, { jitter: 0.4, userAgents: [scriptUserAgent] });
}

/** VIC-09: residential addresses, the app's own User-Agents in turn, random order; hand it a list of high `validShare`. Default as {@link distributed}. */
export function cleanList(options: AttackOptions): Attack {
  return enumerate("clean-list", { addresses: 20_000, ratePerSecond: 17, ...options }, { jitter: 0.5, userAgents: appUserAgents });
}

type Plan = AttackOptions & { readonly addresses: number; readonly ratePerSecond: number };

interface Manner {
  /** Share of the interval by which a request may come late. */
  readonly jitter: number;
  readonly userAgents: readonly string[];
}

/** Request i goes out at from + i/rate, through address i modulo addresses; a late answer delays only its own address. */
function enumerate(kind: AttackKind, plan: Plan, manner: Manner): Attack {
  if (!(plan.ratePerSecond > 0) || !(plan.addresses >= 1)) throw new RangeError("an attack needs a rate above 0 and at least one address");
  const notes = new Map<number, LookupAnswer>();
  const used = Math.min(plan.addresses, plan.list.length);
  const sessions: Session[] = [];
  for (let n = 0; n < used; n += 1) {
    const startAt = Math.round(plan.from + (n * 1_000) / plan.ratePerSecond);
    const id = `${kind}-${plan.campaign ?? 0}-${Math.floor(plan.from / 1_000)}-${n}`;
    sessions.push({ id, kind, startAt, address: attackerAddress(plan.campaign ?? 0, n), run: () => work(plan, manner, n, used, id, notes) });
  }
  return { kind, sessions, notes };
}

function* work(plan: Plan, manner: Manner, n: number, used: number, id: string, notes: Map<number, LookupAnswer>): Script {
  const source = random(`${plan.seed}/${id}`);
  const userAgent = manner.userAgents[n % manner.userAgents.length] ?? scriptUserAgent;
  const headers: TrafficRequest["headers"] = [
    ["User-Agent", userAgent],
    ["Accept", "application/json"],
  ];
  const ownIntervalMs = (used * 1_000) / plan.ratePerSecond;
  let learned = 0;
  for (let place = n; place < plan.list.length; place += used) {
    const national = plan.list[place];
    if (national === undefined) break;
    // The first request of an address is not late, so that it is the session's start.
    const late = place === n ? 0 : source.float() * manner.jitter * ownIntervalMs;
    const dueAt = Math.round(plan.from + (place * 1_000) / plan.ratePerSecond + late);
    const answer = yield { dueAt, request: { method: "GET", path: lookupPath(national), headers, lookup: { national, knownToExist: false } } };
    const said = readLookup(answer);
    notes.set(national, said);
    if (said !== "unsure") learned += 1;
  }
  return learned > 0 ? "completed" : "gave-up";
}
