import { compareLevels, type Disclosure, type Exchange, Incidents, Judge, type Mode, normalForm, type Ports, type Signal } from "@postern/engine";
import { type Attack, dashed, DirectRun, honestKinds, memberNumber, TrafficStats } from "@postern/testkit";
import { makePorts } from "../../keys/make-ports.ts";
import type { Cell } from "./cell.ts";
import { attackDaysOf, type HonestDays, honestDaysOf, ownNumbers } from "./world.ts";

/**
 * Plays one cell with one seed in virtual time, closed loop: honest people and attacker see what the gate lets them see and act on it. The same engines as behind
 * `postern protect`, without its processes. The same cell and seed give the same outcome.
 */
export function runCell(cell: Cell, seed: string, options: RunCellOptions = {}): CellOutcome {
  const run = new CellRun(cell, seed, options);
  run.playHonest();
  return run.finish(cell);
}

/** {@link runCell} in two parts: the honest days before the attack, which several cells may share ({@link sharedDays}), and the rest. */
export class CellRun {
  readonly #seed: string;
  readonly #options: RunCellOptions;
  readonly #days: HonestDays;
  readonly #ports: Ports;
  readonly #judge: Judge;
  readonly #play: DirectRun;
  readonly #tally: Tally;
  #refused = 0;
  #named: CellOutcome["named"];

  constructor(cell: Cell, seed: string, options: RunCellOptions = {}) {
    const { mode = "enforce", onSignal } = options;
    this.#seed = seed;
    this.#options = options;
    this.#days = honestDaysOf(cell, seed);
    const { from, attackFrom, to, latchkey, sessions } = this.#days;
    const canaries = cell.honest.canaries === undefined ? [] : attackDaysOf(cell, seed, this.#days).canaries;
    const incidents = new Incidents();
    this.#ports = makePorts({ secret: new TextEncoder().encode(`league ${seed}`) }, 7);
    const { hash } = this.#ports;
    const tally = new Tally(attackFrom);
    this.#tally = tally;
    let ids = 0;
    const judge = new Judge(
      this.#ports,
      {
        mode,
        newId: () => `s${(ids += 1)}`,
        dark: true,
        ...(cell.honest.expected === undefined ? {} : { expected: cell.honest.expected.map((one, n) => ({ ...one, name: `expected ${n}`, until: to })) }),
        ...(canaries.length === 0 ? {} : { canaries: new Map(canaries.map((national) => [hash("phone", normalForm("phone", dashed(national))), "unregistered"] as const)) }),
      },
      {
        exchange: (exchange, _step, rows) => tally.disclosed(exchange, rows),
        signals: (signals) => {
          for (const signal of signals) {
            incidents.observe(signal);
            onSignal?.(signal);
          }
          tally.told(incidents);
        },
      },
    );
    this.#judge = judge;
    const stats = new TrafficStats();
    let lookAt = from;
    this.#play = new DirectRun(sessions, latchkey, {
      from,
      host: "latchkey.example",
      stats,
      gate: (exchange) => {
        const { action, answer } = judge.decide(exchange);
        // The service's own refusals, in an outage, are not ours.
        if ((action === "throttle" || action === "block") && !tally.isAttackers(exchange.client.address)) this.#refused += 1;
        if (this.#named === undefined && exchange.at >= lookAt) {
          lookAt = exchange.at + 60_000;
          if (judge.gate.endpointIds().some((id) => judge.gate.guarded(id)?.named !== undefined)) this.#named = { afterMs: exchange.at - attackFrom, ...honestOf(stats) };
        }
        return answer;
      },
    });
  }

  /** What comes before the attack. */
  playHonest(): void {
    this.#play.playUntil(this.#days.attackFrom);
  }

  /** The attack and the days beside it, to the end of `cell`: that of the constructor, or another with the same {@link sharedDays}. */
  finish(cell: Cell): CellOutcome {
    const { from, latchkey } = this.#days;
    const { attack } = attackDaysOf(cell, this.#seed, this.#days);
    this.#tally.begin(attack);
    if (attack !== undefined) this.#play.join(attack.sessions);
    this.#play.playUntil(from + cell.warmMs + cell.horizonMs);
    const judge = this.#judge;
    judge.finish();
    latchkey.close();
    this.#options.onDone?.(judge, new Set(attack?.sessions.map((session) => session.address)));
    const { stats, events } = this.#play;
    const total = stats.total(honestKinds);
    const walk = cell.attack?.walksOrders === true;
    const { hash } = this.#ports;
    const exposure = this.#tally.exposure(
      // That an order was read says that it is there, whatever the endpoint's answers tell of others.
      (row) => (walk ? judge.ledger.oracles.classOf(row.endpointId, row.responseClass)?.status === 200 : judge.ledger.meaning(row.endpointId, row.responseClass) === "confirmed"),
      (national) =>
        walk
          ? hash("integer", String(national))
          : cell.attack?.asksMembers === true
            ? hash("opaque", normalForm("opaque", memberNumber(national)))
            : hash("phone", normalForm("phone", dashed(national))),
      cell.attack?.gateways === undefined && cell.attack?.homes !== true,
      ownNumbers(cell.attack, latchkey.population),
    );
    return {
      ...this.#tally.outcome(),
      ...exposure,
      events,
      ...honestOf(stats),
      parts: total.parts,
      partsHeld: total.partsHeld,
      ...(cell.honest.backOffice?.lookupTests === undefined ? {} : { tests: testsOf(stats) }),
      refused: this.#refused,
      ...(this.#named === undefined ? {} : { named: this.#named }),
    };
  }
}

/**
 * Cells of which this is the same text have the same days before the attack: one play of them with a seed serves them all. Undefined where there are none.
 * Canaries are known from the first day and chosen from the attack's list; what the operator expects ends with the cell.
 */
export function sharedDays({ honest, warmMs, horizonMs, attack }: Cell): string | undefined {
  if (attack === undefined || attack.fromTheFirst === true || warmMs === 0) return undefined;
  const { size, validShare, order } = attack;
  return JSON.stringify([honest, warmMs, honest.canaries === undefined ? null : [size, validShare, order], honest.expected === undefined ? null : horizonMs]);
}

function honestOf(stats: TrafficStats): Pick<CellOutcome, "lookups" | "uniform"> {
  const { lookups, uniform, parts, partsHeld } = stats.total(honestKinds);
  return { lookups: lookups + parts, uniform: uniform + partsHeld };
}

function testsOf(stats: TrafficStats): { lookups: number; uniform: number } {
  const { lookups, uniform } = stats.total(["load-test"]);
  return { lookups, uniform };
}

export interface RunCellOptions {
  readonly mode?: Mode;
  readonly onSignal?: (signal: Signal) => void;
  /** Once, at the end: the engines as they are then, and the attacker's own list of addresses. */
  readonly onDone?: (judge: Judge, addresses: ReadonlySet<string>) => void;
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
  /** Honest lookups and parts of address books; those of them about people known to exist answered as unknown; honest requests refused. */
  readonly lookups: number;
  readonly uniform: number;
  readonly refused: number;
  /** Of these lookups: parts of address books, and those in which somebody was kept back. */
  readonly parts: number;
  readonly partsHeld: number;
  /** Of these lookups: those of a load test, which asks about made-up people from a few machines and never follows up. */
  readonly tests?: { readonly lookups: number; readonly uniform: number };
  /** When the gate began to hold off named clients, to the minute: from the attack's first question on, and the honest counts until then. */
  readonly named?: { readonly afterMs: number; readonly lookups: number; readonly uniform: number };
  /** People the attacker knows of and our disclosures do not, and the other way round (not told where honest people share its addresses). */
  readonly unaccounted: number;
  readonly invented: number;
  readonly events: number;
}

/** Keeps the attacker's own notes beside what Postern says it disclosed to the attacker. */
class Tally {
  readonly #from: number;
  #attack: Attack | undefined;
  #addresses: ReadonlySet<string> = new Set();
  readonly #asked = new Set<string>();
  readonly #disclosed = new Map<string, Disclosure>();
  #pages = 0;
  #pagesBefore = 0;
  #toldAt: number | undefined;
  #leakedAtAlert = 0;

  constructor(from: number) {
    this.#from = from;
  }

  /** Before that nobody is the attacker, whatever address he has. */
  begin(attack: Attack | undefined): void {
    this.#attack = attack;
    this.#addresses = new Set(attack?.sessions.map((session) => session.address));
  }

  /** Honest people may share it, where the attacker hides behind a gateway. */
  isAttackers(address: string): boolean {
    return this.#addresses.has(address);
  }

  /** Rows of answers given before it was known whom an endpoint's requests are about come with a later exchange, which may be anybody's. */
  disclosed(exchange: Exchange, rows: readonly Disclosure[]): void {
    if (this.isAttackers(exchange.client.address)) this.#asked.add(exchange.id);
    for (const row of rows) if (row.answer === "truthful" && this.#asked.has(row.exchangeId)) this.#disclosed.set(`${row.subject} ${row.responseClass}`, row);
  }

  told(incidents: Incidents): void {
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

  outcome(): Omit<CellOutcome, "unaccounted" | "invented" | "events" | "lookups" | "uniform" | "refused" | "parts" | "partsHeld" | "tests" | "named"> {
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
