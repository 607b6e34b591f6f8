import type { BackOffice, Crowd, FlawId, HonestOptions, LookupDoor, MemberDays, OrderDays, Outage } from "@postern/testkit";

/**
 * One cell of the league table: an honest world, and at most one attack on it. Times are milliseconds from the first honest request; the attack starts at
 * `warmMs`. The world is Latchkey's, whose lookup tells whether a telephone number has an account.
 */
export interface Cell {
  readonly id: string;
  /** For people: who asks, from where, how fast. */
  readonly title: string;
  /** What group of the table it stands in. */
  readonly group: "single" | "fast" | "slow" | "hidden" | "adaptive" | "honest";
  readonly honest: HonestWorld;
  /** Honest traffic before the attack: what the product may learn from. */
  readonly warmMs: number;
  /** From the attack's start on; the run ends then, or when the list is through. */
  readonly horizonMs: number;
  readonly attack?: CellAttack;
  readonly bar: Bar;
}

export interface HonestWorld {
  readonly accounts: number;
  readonly sessionsPerDay: number;
  /** Default Latchkey's three sins: no authentication, no limit, existence by body. */
  readonly flaws?: readonly FlawId[];
  readonly crowds?: readonly Crowd[];
  readonly outages?: readonly Outage[];
  readonly rollOutDevices?: number;
  /** Share of those who sync contacts that send a whole address book of 50 to 1,500 numbers. */
  readonly newBooks?: number;
  readonly bookSizes?: HonestOptions["bookSizes"];
  /** Everybody asks the lookup another way. */
  readonly door?: LookupDoor;
  /** Default one for 400 visits a day. */
  readonly carrierGateways?: number;
  /** The operator's own monitor asks once a minute; default true. */
  readonly monitor?: boolean;
  /** Canaries in the world: this share of the numbers on the attack's list was never registered and is known to the operator. One in 500 is what the method plants. */
  readonly canaries?: number;
  /** Honest people's TLS fingerprint is shown to the gate. */
  readonly ja4?: boolean;
  readonly addressesChange?: boolean;
  readonly retryStorms?: HonestOptions["retryStorms"];
  readonly tides?: HonestOptions["tides"];
  readonly loadTests?: HonestOptions["loadTests"];
  readonly release?: HonestOptions["release"];
  /** Partners, clerks, crawlers, monitors and tests of the lookup; their times are from the first honest request. */
  readonly backOffice?: BackOffice;
  /** A shop beside it, whose orders are read by their running number. */
  readonly orders?: OrderDays;
  /** An insurer's portal beside it, that is asked by member number, name and date of birth. */
  readonly members?: MemberDays;
  /** Whom the operator declared to expect, so many people a day; until the end of the run. */
  readonly expected?: readonly { readonly networks: readonly string[]; readonly peopleADay: number }[];
}

export interface CellAttack {
  readonly size: number;
  /** Share of the list that has an account. */
  readonly validShare: number;
  readonly addresses: number;
  readonly ratePerSecond: number;
  readonly order?: "random" | "sorted" | "sequential" | "strided";
  /** So many of the honest carriers' gateways are the attacker's addresses too. */
  readonly gateways?: number;
  readonly ja4?: string;
  /** Imitates the app's own User-Agents; otherwise a script's. */
  readonly asApp?: boolean;
  /** Its addresses are homes in the networks honest people live in; otherwise networks of its own. */
  readonly homes?: boolean;
  /** How its requests look: as the app's (default), as a script's, or as a dozen scripts' in turn. */
  readonly shape?: "app" | "own" | "rotating";
  /** From this place of the list on its requests look as the app's, whatever `shape` says; twice: it goes to and fro between the two. */
  readonly turnsAt?: number;
  readonly turnsBack?: boolean;
  /** Each question of an address shows another of them. */
  readonly turning?: boolean;
  /** Signs in to an own account after so many questions of an address. */
  readonly ownAccounts?: { readonly count: number; readonly every: number };
  readonly growthPerDay?: number;
  /** Knows the canaries and leaves them out. */
  readonly knowsCanaries?: boolean;
  /** Starts with the first honest request instead of after {@link Cell.warmMs}. */
  readonly fromTheFirst?: boolean;
  /** Numbers in one request, through the contact sync of an own account, or where the world has a door of its own through that. */
  readonly perRequest?: number;
  /** Each address sends its part of the list at once, as a telephone its book, so long after the one before. */
  readonly bookEveryMs?: number;
  /** Instead of asking about people it walks orders of the world's shop, signed in with an own account an address. `size` orders. */
  readonly walksOrders?: boolean;
  /** It asks the insurer's portal about the members on its list, with a name and a date of birth that are nobody's. */
  readonly asksMembers?: boolean;
}

/** What the cell is held to. Absent: not held, only told. */
export interface Bar {
  /** Existing records learned in the whole run: median and 95th percentile over seeds. */
  readonly leaked?: number;
  readonly leakedP95?: number;
  /** The same as a share of the list. */
  readonly leakedShare?: number;
  /** Pages in the whole run. */
  readonly pages?: number;
  /** Share of honest lookups answered as if unknown; honest refusals are always held to none. */
  readonly uniformShare?: number;
  /** The same from the moment on in which the attack's clients were named, which then must happen. */
  readonly uniformNamedShare?: number;
  /** It must be told to people before the run ends. */
  readonly found?: boolean;
}
