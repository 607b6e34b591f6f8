import { compareLevels, type Disclosure, type Exchange, Incidents, Judge, type Mode, normalForm, type Signal } from "@postern/engine";
import {
  type Attack,
  attackList,
  createLatchkey,
  dashed,
  enumeration,
  flaws,
  honestDay,
  honestKinds,
  mergeSessions,
  numberSpace,
  type Population,
  random,
  runDirect,
  scriptUserAgent,
  type Session,
  sharedAddress,
} from "@postern/testkit";
import { makePorts } from "../../keys/make-ports.ts";
import type { Cell, CellAttack } from "./cell.ts";

/**
 * Plays one cell with one seed in virtual time, closed loop: honest people and attacker see what the gate lets them see and act on it. The same engines as behind
 * `postern protect`, without its processes. The same cell and seed give the same outcome.
 */
export function runCell(cell: Cell, seed: string, options: { readonly mode?: Mode; readonly onSignal?: (signal: Signal) => void } = {}): CellOutcome {
  const { mode = "enforce", onSignal } = options;
  const from = Date.UTC(2026, 2, 2);
  const attackFrom = from + (cell.attack?.fromTheFirst === true ? 0 : cell.warmMs);
  const to = from + cell.warmMs + cell.horizonMs;
  const { honest } = cell;
  const latchkey = createLatchkey({
    flaws: flaws(...(honest.flaws ?? ["F1", "F2", "F3"])),
    accounts: honest.accounts,
    seed,
    now: () => from,
    ...(honest.outages === undefined ? {} : { outages: honest.outages.map((outage) => ({ from: from + outage.from, to: from + outage.to })) }),
  });
  const people = latchkey.population;
  const attack = cell.attack === undefined ? undefined : attackOf(cell.attack, people, attackFrom, seed);
  const incidents = new Incidents();
  const ports = makePorts({ secret: new TextEncoder().encode(`league ${seed}`) }, 7);
  const tally = new Tally(attack, attackFrom);
  let ids = 0;
  const judge = new Judge(
    ports,
    { mode, newId: () => `s${(ids += 1)}` },
    {
      exchange: (exchange, _step, rows) => tally.disclosed(exchange, rows),
      signals: (signals) => {
        for (const signal of signals) {
          incidents.observe(signal);
          onSignal?.(signal);
        }
        tally.told(signals, incidents);
      },
    },
  );
  const days = honestDay({
    population: people,
    seed,
    sessionsPerDay: honest.sessionsPerDay,
    from,
    to,
    ...(honest.carrierGateways === undefined ? {} : { carrierGateways: honest.carrierGateways }),
    ...(honest.rollOutDevices === undefined ? {} : { rollOutDevices: honest.rollOutDevices }),
    ...(honest.crowds === undefined ? {} : { crowds: honest.crowds.map((crowd) => ({ ...crowd, at: from + crowd.at })) }),
  });
  const sessions = honest.ja4 === true ? withFingerprints(days) : days;
  let refused = 0;
  const result = runDirect(attack === undefined ? sessions : mergeSessions(sessions, attack.sessions), latchkey, {
    from,
    to,
    host: "latchkey.example",
    gate: (exchange) => {
      const { action, answer } = judge.decide(exchange);
      // The service's own refusals, in an outage, are not ours.
      if ((action === "throttle" || action === "block") && !tally.isAttackers(exchange.client.address)) refused += 1;
      return answer;
    },
  });
  judge.finish();
  latchkey.close();
  const total = result.stats.total(honestKinds);
  const exposure = tally.exposure(
    (row) => judge.ledger.meaning(row.endpointId, row.responseClass) === "confirmed",
    (national) => ports.hash("phone", normalForm("phone", dashed(national))),
    cell.attack?.gateways === undefined,
    ownNumbers(cell.attack, people),
  );
  return { ...tally.outcome(), ...exposure, events: result.events, lookups: total.lookups, uniform: total.uniform, refused };
}

/** What came of one run. */
export interface CellOutcome {
  /** Existing records the attacker knows of at the end, by its own notes. */
  readonly leaked: number;
  /** Those it knew of when people were first told (an incident of level high), or all when nobody was. */
  readonly leakedAtAlert: number;
  /** From the attack's first question to that moment. */
  readonly alertAfterMs: number | undefined;
  /** Questions that got through until then, hits and misses. */
  readonly asked: number;
  /** Incidents and raises of level high or above: each wakes somebody. `pagesBefore`: those before the attack. */
  readonly pages: number;
  readonly pagesBefore: number;
  /** Honest lookups; those of them about people known to exist answered as unknown; honest requests refused. */
  readonly lookups: number;
  readonly uniform: number;
  readonly refused: number;
  /** People the attacker knows of and our disclosures do not, and the other way round (not told where honest people share its addresses). */
  readonly unaccounted: number;
  readonly invented: number;
  readonly events: number;
}

/** Keeps the attacker's own notes beside what Postern says it disclosed to the attacker. */
class Tally {
  readonly #attack: Attack | undefined;
  readonly #from: number;
  readonly #addresses: ReadonlySet<string>;
  readonly #disclosed = new Map<string, Disclosure>();
  #pages = 0;
  #pagesBefore = 0;
  #toldAt: number | undefined;
  #leakedAtAlert = 0;

  constructor(attack: Attack | undefined, from: number) {
    this.#attack = attack;
    this.#from = from;
    this.#addresses = new Set(attack?.sessions.map((session) => session.address));
  }

  /** Honest people may share it, where the attacker hides behind a gateway. */
  isAttackers(address: string): boolean {
    return this.#addresses.has(address);
  }

  disclosed(exchange: Exchange, rows: readonly Disclosure[]): void {
    if (!this.isAttackers(exchange.client.address)) return;
    for (const row of rows) if (row.answer === "truthful") this.#disclosed.set(`${row.subject} ${row.responseClass}`, row);
  }

  told(signals: readonly Signal[], incidents: Incidents): void {
    for (const alert of incidents.dueAlerts()) {
      if (alert.change === "summary" || compareLevels(alert.incident.level, "high") < 0) continue;
      if (alert.at < this.#from) {
        this.#pagesBefore += 1;
        continue;
      }
      this.#pages += 1;
      if (this.#toldAt !== undefined || this.#attack === undefined) continue;
      this.#toldAt = alert.at;
      this.#leakedAtAlert = this.#existing();
    }
  }

  /** Holds the disclosures against the notes. `confirms`: the row says that somebody exists. */
  exposure(confirms: (row: Disclosure) => boolean, hashOf: (national: number) => string, alone: boolean, own: readonly number[]): Pick<CellOutcome, "unaccounted" | "invented"> {
    const confirmed = new Set<string>();
    for (const row of this.#disclosed.values()) if (confirms(row)) confirmed.add(row.subject);
    const known = new Set<string>();
    for (const [national, said] of this.#attack?.notes ?? []) if (said === "exists") known.add(hashOf(national));
    for (const national of own) confirmed.delete(hashOf(national));
    let unaccounted = 0;
    for (const hash of known) if (!confirmed.has(hash)) unaccounted += 1;
    let invented = 0;
    if (alone) for (const hash of confirmed) if (!known.has(hash)) invented += 1;
    return { unaccounted, invented };
  }

  outcome(): Omit<CellOutcome, "unaccounted" | "invented" | "events" | "lookups" | "uniform" | "refused"> {
    const leaked = this.#existing();
    return {
      leaked,
      leakedAtAlert: this.#toldAt === undefined ? leaked : this.#leakedAtAlert,
      alertAfterMs: this.#toldAt === undefined ? undefined : this.#toldAt - this.#from,
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

function attackOf(attack: CellAttack, people: Population, from: number, seed: string): Attack {
  const own = attack.ownAccounts;
  return enumeration({
    list: listOf(attack, people, seed, new Set(ownNumbers(attack, people))),
    from,
    seed: `${seed}/attack`,
    addresses: attack.addresses,
    ratePerSecond: attack.ratePerSecond,
    ...(attack.asApp === false ? { userAgents: [scriptUserAgent] } : {}),
    ...(attack.gateways === undefined ? {} : { addressOf: (n: number) => sharedAddress(10, n % (attack.gateways ?? 1)) }),
    ...(attack.ja4 === undefined ? {} : { ja4: attack.ja4 }),
    ...(own === undefined ? {} : { ownAccounts: { people, ...own } }),
    ...(attack.growthPerDay === undefined ? {} : { growthPerDay: attack.growthPerDay }),
    ...(attack.perRequest === undefined ? {} : { perRequest: attack.perRequest }),
  });
}

/** The attacker's own accounts are the first of the population. */
function ownNumbers(attack: CellAttack | undefined, people: Population): number[] {
  return Array.from({ length: attack?.ownAccounts?.count ?? 0 }, (_, index) => people.numberAt(index));
}

function listOf(attack: CellAttack, people: Population, seed: string, excluding: ReadonlySet<number>): readonly number[] {
  const { size, validShare, order = "random" } = attack;
  if (order === "random" || order === "sorted") return attackList({ population: people }, { size, validShare, seed: `${seed}/list`, excluding, order });
  const source = random(`${seed}/list`);
  const step = order === "sequential" ? 1 : 97;
  const first = 10_000_000 + source.int(numberSpace);
  return Array.from({ length: size }, (_, place) => 10_000_000 + ((first - 10_000_000 + place * step) % numberSpace));
}

/** Everybody's own app has the fingerprint of its version. */
function* withFingerprints(sessions: Iterable<Session>): Generator<Session> {
  for (const session of sessions) yield { ...session, ja4: session.kind === "partner-job" || session.kind === "monitor" ? "t13d1715h1_partner" : "t13d2014h2_app" };
}
