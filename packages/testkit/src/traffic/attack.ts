import { deviceKeyOf } from "../latchkey/secrets.ts";
import { international, type Population } from "../population.ts";
import { random } from "../random.ts";
import { attackerAddress } from "./address-book.ts";
import { lookupPath, signIn } from "./honest-flows.ts";
import { doorRequest, type LookupDoor } from "./lookup-door.ts";
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

/** Any enumeration: {@link AttackOptions} and a manner. The league table's grid is made of these. */
export function enumeration(options: AttackOptions & Partial<Manner>): Attack {
  const { jitter = 0.4, userAgents = appUserAgents, turning, addressOf, ja4, ownAccounts, growthPerDay, perRequest, door, bookEveryMs, headersOf } = options;
  return enumerate(
    "enumeration",
    { addresses: 1, ratePerSecond: 1, ...options },
    {
      jitter,
      userAgents,
      ...(turning === undefined ? {} : { turning }),
      ...(addressOf === undefined ? {} : { addressOf }),
      ...(ja4 === undefined ? {} : { ja4 }),
      ...(ownAccounts === undefined ? {} : { ownAccounts }),
      ...(growthPerDay === undefined ? {} : { growthPerDay }),
      ...(perRequest === undefined ? {} : { perRequest }),
      ...(door === undefined ? {} : { door }),
      ...(bookEveryMs === undefined ? {} : { bookEveryMs }),
      ...(headersOf === undefined ? {} : { headersOf }),
    },
  );
}

type Plan = AttackOptions & { readonly addresses: number; readonly ratePerSecond: number };

export interface Manner {
  /** Share of the interval by which a request may come late. */
  readonly jitter: number;
  readonly userAgents: readonly string[];
  /** Each question of an address shows the next of them, instead of each address its own. */
  readonly turning?: boolean;
  /** The n-th address; default {@link attackerAddress}. A carrier's gateways hide an attacker among honest people. */
  readonly addressOf?: (n: number) => string;
  /** TLS fingerprint of the tool, where a gate can see one. */
  readonly ja4?: string;
  /** Accounts of the attacker's own, and how many questions an address asks before it signs in to the next of them. */
  readonly ownAccounts?: { readonly people: Population; readonly count: number; readonly every: number };
  /** The rate grows by this share a day from the first request on (0.02: boiling frog). */
  readonly growthPerDay?: number;
  /** Numbers asked about in one request: through `door`, else the signed-in contact sync of an own account each; 1 or absent: the lookup. */
  readonly perRequest?: number;
  /** The lookup is asked through it. */
  readonly door?: LookupDoor;
  /** Of parts: each address sends all of its own at once, as a telephone its book, so long after the address before. */
  readonly bookEveryMs?: number;
  /** The headers of the n-th address's program, in its order; default the app's own. */
  readonly headersOf?: (userAgent: string, n: number) => TrafficRequest["headers"];
}

/** Request i goes out when rate and growth say, through address i modulo addresses; a late answer delays only its own address. */
function enumerate(kind: AttackKind, plan: Plan, manner: Manner): Attack {
  if (!(plan.ratePerSecond > 0) || !(plan.addresses >= 1)) throw new RangeError("an attack needs a rate above 0 and at least one address");
  const notes = new Map<number, LookupAnswer>();
  const used = Math.min(plan.addresses, plan.list.length);
  const addressOf = manner.addressOf ?? ((n: number) => attackerAddress(plan.campaign ?? 0, n));
  const sessions: Session[] = [];
  for (let n = 0; n < used; n += 1) {
    const id = `${kind}-${plan.campaign ?? 0}-${Math.floor(plan.from / 1_000)}-${n}`;
    const script = manner.perRequest === undefined || manner.perRequest <= 1 ? work : manner.door === undefined ? syncs : lists;
    sessions.push({
      id,
      kind,
      startAt: Math.round(manner.bookEveryMs === undefined ? dueAt(plan, manner, n) : plan.from + n * manner.bookEveryMs),
      address: addressOf(n),
      ...(manner.ja4 === undefined ? {} : { ja4: manner.ja4 }),
      run: () => script(plan, manner, n, used, id, notes),
    });
  }
  return { kind, sessions, notes };
}

/** When the question at this place of the list goes out. */
function dueAt(plan: Plan, manner: Manner, place: number): number {
  const steady = place / plan.ratePerSecond;
  const growth = (manner.growthPerDay ?? 0) / 86_400;
  return plan.from + 1_000 * (growth === 0 ? steady : Math.log1p(growth * steady) / growth);
}

function* work(plan: Plan, manner: Manner, n: number, used: number, id: string, notes: Map<number, LookupAnswer>): Script {
  const source = random(`${plan.seed}/${id}`);
  const userAgent = manner.userAgents[n % manner.userAgents.length] ?? scriptUserAgent;
  const headersOf = (question: number): TrafficRequest["headers"] => {
    const shown = manner.turning === true ? (manner.userAgents[(n + question) % manner.userAgents.length] ?? userAgent) : userAgent;
    return (
      manner.headersOf?.(shown, n) ?? [
        ["User-Agent", shown],
        ["Accept", "application/json"],
      ]
    );
  };
  const { ownAccounts: own } = manner;
  let learned = 0;
  let asked = 0;
  for (let place = n; place < plan.list.length; place += used) {
    const national = plan.list[place];
    if (national === undefined) break;
    // The first request of an address is not late, so that it is the session's start.
    const late = place === n ? 0 : source.float() * manner.jitter * (dueAt(plan, manner, place) - dueAt(plan, manner, place - used));
    const answer = yield {
      dueAt: Math.round(dueAt(plan, manner, place) + late),
      request: { method: "GET", path: lookupPath(national), headers: headersOf(asked), lookup: { national, knownToExist: false } },
    };
    const said = readLookup(answer);
    notes.set(national, said);
    if (said !== "unsure") learned += 1;
    asked += 1;
    if (own !== undefined && asked % own.every === 0) {
      const index = (n + used * (asked / own.every - 1)) % own.count;
      const talk = { at: answer.at + 2_000, seed: own.people.seed, userAgent, source, attestation: undefined, installId: `own-${index}`, repeatChance: 0 };
      yield* signIn(talk, own.people, { index, national: own.people.numberAt(index) }, "sms");
    }
  }
  return learned > 0 ? "completed" : "gave-up";
}

/** The list in parts, through a door that takes several at once and asks for no credential. */
function* lists(plan: Plan, manner: Manner, n: number, used: number, _id: string, notes: Map<number, LookupAnswer>): Script {
  const { perRequest = 1, door = "array" } = manner;
  const headers: TrafficRequest["headers"] = [
    ["User-Agent", manner.userAgents[n % manner.userAgents.length] ?? scriptUserAgent],
    ["Accept", "application/json"],
  ];
  for (let place = n; place * perRequest < plan.list.length; place += used) {
    const part = plan.list.slice(place * perRequest, (place + 1) * perRequest);
    const answer = yield { dueAt: Math.round(dueAt(plan, manner, place)), request: doorRequest(door, part, headers) };
    for (const [index, national] of part.entries()) {
      const exists = door === "graphql" ? answer.body.includes(`"u${index}":{`) : answer.body.includes(international(national));
      notes.set(national, answer.status !== 200 ? "unsure" : exists ? "exists" : "missing");
    }
  }
  return "completed";
}

/** The list in parts, through the contact sync of a device that the attacker owns. */
function* syncs(plan: Plan, manner: Manner, n: number, used: number, _id: string, notes: Map<number, LookupAnswer>): Script {
  const { ownAccounts: own, perRequest = 1 } = manner;
  const owned = own === undefined ? [] : Array.from({ length: own.count }, (_, index) => own.people.deviceIdAt(index)).filter((id) => id !== undefined);
  const deviceId = owned[n % (owned.length || 1)];
  if (own === undefined || deviceId === undefined) throw new RangeError("asking in parts needs an own account with a device");
  const userAgent = manner.userAgents[n % manner.userAgents.length] ?? scriptUserAgent;
  for (let place = n; place * perRequest < plan.list.length; place += used) {
    const part = plan.list.slice(place * perRequest, (place + 1) * perRequest);
    const answer = yield {
      dueAt: manner.bookEveryMs === undefined ? Math.round(dueAt(plan, manner, place)) : Math.round(plan.from + n * manner.bookEveryMs + ((place - n) / used) * 700),
      request: {
        method: "POST",
        path: "/client/v1/contacts/sync",
        headers: [
          ["User-Agent", userAgent],
          ["Accept", "application/json"],
          ["Content-Type", "application/json"],
          ["Authorization", `Bearer ${deviceKeyOf(own.people.seed, deviceId)}`],
        ],
        body: JSON.stringify({ numbers: part.map(international) }),
      },
    };
    for (const national of part) notes.set(national, answer.status !== 200 ? "unsure" : answer.body.includes(international(national)) ? "exists" : "missing");
  }
  return "completed";
}
