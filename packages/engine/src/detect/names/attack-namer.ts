import type { AsnTable } from "./asn-table.ts";
import { attributeKinds } from "./client-attributes.ts";
import type { NamedClients } from "../../decide/gate-policy.ts";
import { type Contact, ContactSample, type ContactSampleState } from "./contact-sample.ts";
import { scanPolicy as policy } from "./scan-policy.ts";
import type { PastShare } from "./attack-share.ts";
import { scanNow, type ScanResult, scanSubsets } from "./subset-scan.ts";

/**
 * Names the attack on an endpoint while an alarm of it stands. Keeps, for each of at most {@link endpointsMax} guarded endpoints, a sample of the last day's questions and what honest days said of each value of
 * each attribute. It judges nobody and stops nothing.
 *
 * Half-days with an alarm teach nothing, so that an attack that was noticed does not become the past it is held against; one that was never noticed does. At the bound the endpoint that was asked longest ago,
 * and has no alarm standing, gives its place.
 */
export class AttackNamer {
  readonly #endpoints = new Map<string, Known>();
  /** The operator's list of networks. May change at any time: what was sampled before keeps what was known then. */
  asns: AsnTable | undefined;
  /** Whoever calls {@link work} between exchanges sets it: then {@link toHoldOff} waits for the slices, and what stood goes on standing meanwhile. Else it looks at once, and says the same of the same at any speed. */
  inSlices = false;

  constructor(state?: AttackNamerState) {
    for (const [id, known] of state?.slice(-endpointsMax) ?? []) this.#endpoints.set(id, restored(known));
  }

  /** JSON-able. What was named is not in it: it is named again when somebody asks. */
  exportState(): AttackNamerState {
    return Array.from(this.#endpoints, ([id, { told, refused, whole, values, lastAt, alarmed, alarmUntil, held }]) => [
      id,
      {
        told: told.exportState(),
        refused: refused.exportState(),
        whole: pastTuple(whole),
        values: values.map((pasts) => Array.from(pasts, ([value, past]) => [value, pastTuple(past)])),
        lastAt,
        alarmed,
        alarmUntil: Number.isFinite(alarmUntil) ? alarmUntil : null,
        ...(held === undefined ? {} : { held }),
      },
    ]);
  }

  /** True when it changed what is known. */
  add(endpointId: string, contact: Omit<Contact, "followed">): boolean {
    const known = this.#of(endpointId, contact.at);
    if (known === undefined) return false;
    known.lastAt = Math.max(known.lastAt, contact.at);
    const over = known.told.advance(contact.at);
    const refusedOver = known.refused.advance(contact.at);
    if (over !== undefined) {
      if (!known.alarmed && known.alarmUntil < contact.at) learn(known, over.rows, over.scale);
      known.alarmed = known.alarmUntil >= contact.at;
    }
    const taken = (contact.truthful ? known.told : known.refused).add(contact);
    return taken || over !== undefined || refusedOver !== undefined;
  }

  /** An honest caller's follow-up; it may be about a question on any endpoint. True when that stands in a sample. */
  followed(network: string, subjects: readonly string[]): boolean {
    let stood = false;
    for (const known of this.#endpoints.values()) for (const subject of subjects) if (known.told.followed(network, subject)) stood = true;
    return stood;
  }

  /** A detector of the endpoint as a whole, or of sources on it, has spoken. True where its askers are sampled. */
  alarm(endpointId: string, at: number): boolean {
    const known = this.#endpoints.get(endpointId);
    if (known === undefined) return false;
    known.alarmed = true;
    known.alarmUntil = Math.max(known.alarmUntil, at + alarmForMs);
    return true;
  }

  /** Who it is, as of now; undefined where nothing was sampled or no alarm stands. Looked at anew at most once in {@link scanEveryMs} of event time. Takes a tenth of a second when it is. */
  named(endpointId: string, now: number): ScanResult | undefined {
    const known = this.#looked(endpointId, now);
    if (known?.scanning !== undefined) {
      known.scanned = scanNow(known.scanning);
      known.scanning = undefined;
    }
    return known?.scanned;
  }

  /** Who it was when it was looked at last. When it is time to look again, {@link work} does. */
  lastNamed(endpointId: string, now: number): ScanResult | undefined {
    return this.#looked(endpointId, now)?.scanned;
  }

  /** One slice of looking, a few milliseconds; its steps, or undefined when there is nothing to look at. */
  work(): number | undefined {
    for (const known of this.#endpoints.values()) {
      const step = known.scanning?.next();
      if (step === undefined) continue;
      if (step.done !== true) return step.value;
      known.scanned = step.value;
      known.scanning = undefined;
      return 0;
    }
    return undefined;
  }

  #looked(endpointId: string, now: number): Known | undefined {
    const known = this.#endpoints.get(endpointId);
    if (known === undefined || !known.alarmed) return undefined;
    const at = Math.max(now, known.lastAt);
    if (known.scanning !== undefined || at - known.scannedAt < scanEveryMs) return known;
    const { scale } = known.told;
    known.scannedAt = at;
    known.scanning = scanSubsets({
      told: { rows: known.told.rows(), scale },
      refused: { rows: known.refused.rows(), scale: known.refused.scale },
      now: at,
      past: pastOf(known.whole, undefined),
      pastOf: (kind, value) => pastOf(known.values[kind]?.get(value), known.whole),
    });
    return known;
  }

  /**
   * Whom the gate may hold off alone, for an attack that stands: clients that are nearly all of it and among whom few honest people are. Looked at anew at long intervals only; what was said stands
   * while some of them still come and never follow up, and the alarm with it, and is taken back when too many of those who followed up are among them.
   */
  toHoldOff(endpointId: string, now: number): NamedClients | undefined {
    const known = this.#endpoints.get(endpointId);
    if (known === undefined || (!known.alarmed && known.held === undefined)) return undefined;
    const at = Math.max(now, known.lastAt);
    if (at < known.heldNextAt) return known.held;
    if (known.held !== undefined && !known.alarmed) known.held = undefined;
    if (this.inSlices && !known.holdLooked) this.#looked(endpointId, now);
    known.holdLooked = this.inSlices && known.scanning !== undefined;
    if (known.holdLooked) return known.held;
    const result = this.inSlices && known.alarmed ? known.scanned : this.named(endpointId, now);
    known.heldLooks++;
    known.heldNextAt = at + Math.min(holdEveryMaxMs, holdEveryMs * 2 ** Math.max(0, known.heldLooks - holdLooksSoon));
    if (result === undefined) return known.held;
    const fits = result.verdict === "named" && result.people >= policy.historyMin && result.apart.some(({ kind }) => kind !== "block of identifiers");
    if (fits) {
      const subsets = result.apart.filter(({ kind }) => kind !== "block of identifiers").map((part) => [part]);
      const networks = subsets.flatMap((parts) => parts.flatMap(({ kind, values }) => (kind === "ASN" ? values : [])));
      const ranges = networks.length === 0 ? [] : this.asns?.rangesOf(networks, holdRangesMax);
      const next: NamedClients | undefined = ranges === undefined ? undefined : { subsets, ...(ranges.length === 0 ? {} : { ranges }) };
      if (next !== undefined && JSON.stringify(next) !== JSON.stringify(known.held)) known.held = next;
    }
    if (known.held !== undefined && !this.#stands(known, known.held, at)) known.held = undefined;
    // As long as they come the attack goes on, whatever else is told of it.
    if (known.held !== undefined) known.alarmUntil = Math.max(known.alarmUntil, at + alarmForMs);
    return known.held;
  }

  /** Whom the gate was told last to hold off alone. */
  heldOff(endpointId: string): NamedClients | undefined {
    return this.#endpoints.get(endpointId)?.held;
  }

  #stands(known: Known, held: NamedClients, at: number): boolean {
    const people = new Set<string>();
    const matched = new Set<string>();
    let lately = 0;
    for (const row of [...known.told.rows(), ...known.refused.rows()]) {
      if (row.followed) people.add(row.source);
      if (!held.subsets.some((parts) => parts.every(({ kind, values }) => values.includes(row.attributes[attributeKinds.indexOf(kind)] ?? "")))) continue;
      if (row.followed) matched.add(row.source);
      else if (row.at > at - holdSinceMs) lately++;
    }
    return lately >= policy.rowsMin && matched.size <= policy.peopleMax * people.size;
  }

  renamed(from: string, to: string): void {
    const known = this.#endpoints.get(from);
    if (known === undefined || !this.#endpoints.delete(from) || this.#endpoints.has(to)) return;
    this.#endpoints.set(to, known);
  }

  #of(endpointId: string, at: number): Known | undefined {
    const held = this.#endpoints.get(endpointId);
    if (held !== undefined) return held;
    if (this.#endpoints.size >= endpointsMax) {
      let longest: string | undefined;
      let least = Number.POSITIVE_INFINITY;
      for (const [id, known] of this.#endpoints) {
        if (known.alarmUntil >= at || known.lastAt >= least) continue;
        longest = id;
        least = known.lastAt;
      }
      if (longest === undefined) return undefined;
      this.#endpoints.delete(longest);
    }
    const known: Known = {
      told: new ContactSample(),
      refused: new ContactSample(refusedMax),
      whole: { judged: 0, followed: 0, asked: 0, times: 0 },
      values: attributeKinds.map(() => new Map()),
      lastAt: at,
      alarmed: false,
      alarmUntil: Number.NEGATIVE_INFINITY,
      scannedAt: Number.NEGATIVE_INFINITY,
      scanned: undefined,
      scanning: undefined,
      held: undefined,
      heldNextAt: Number.NEGATIVE_INFINITY,
      heldLooks: 0,
      holdLooked: false,
    };
    this.#endpoints.set(endpointId, known);
    return known;
  }
}

/** Endpoints whose askers are sampled at once; each takes up to five megabytes while it is busy. Oracles are few, and an attack is on one. */
export const endpointsMax = 16;
/** Values of one attribute whose past is kept; those asked least go first. */
export const valuesMax = 1_024;
/** Rows of refused questions: they only say how many there are of each kind. */
const refusedMax = 1_024;
/** An alarm speaks for a day, as an incident stays open. */
const alarmForMs = 86_400_000;
/** A scan takes about a tenth of a second in all while both samples are full. */
export const scanEveryMs = 120_000;
/** Looking for whom to hold off: every five minutes at first, an hour apart after a dozen looks. */
const holdEveryMs = 300_000;
const holdEveryMaxMs = 3_600_000;
const holdLooksSoon = 12;
/** What large networks announce, joined where they touch; more would make the gate's policy slow to send. */
const holdRangesMax = 4_096;
/**
 * Hardly anybody of them in so long: they are no name for what goes on. Longer than the gate waits until it takes the attack to be over (`namedOverMs`): a name that is gone
 * before holds off everybody for an attack that has ended. What goes on outside of the name meanwhile the gate's own test tells.
 */
const holdSinceMs = 64_800_000;
/** What a half-day taught weighs four fifths when the next has. */
const fades = 0.8;

interface Past {
  judged: number;
  followed: number;
  asked: number;
  /** Half-days that taught, fading. */
  times: number;
}

interface Known {
  readonly told: ContactSample;
  /** Apart, so that a flood of refused questions does not push out the few that were answered, which say most. */
  readonly refused: ContactSample;
  readonly whole: Past;
  readonly values: Map<string, Past>[];
  lastAt: number;
  alarmed: boolean;
  alarmUntil: number;
  scannedAt: number;
  scanned: ScanResult | undefined;
  scanning: Generator<number, ScanResult> | undefined;
  /** What {@link AttackNamer.toHoldOff} said last, when it looks again, and how often it has looked. */
  held: NamedClients | undefined;
  heldNextAt: number;
  heldLooks: number;
  /** It waits for the slices of its next look. */
  holdLooked: boolean;
}

/** By endpoint id, in the order they were first asked. */
export type AttackNamerState = readonly (readonly [id: string, state: KnownState])[];

type PastTuple = readonly [judged: number, followed: number, asked: number, times: number];

interface KnownState {
  readonly told: ContactSampleState;
  readonly refused: ContactSampleState;
  readonly whole: PastTuple;
  readonly values: readonly (readonly (readonly [value: string, past: PastTuple])[])[];
  readonly lastAt: number;
  readonly alarmed: boolean;
  readonly alarmUntil: number | null;
  readonly held?: NamedClients;
}

function restored({ told, refused, whole, values, lastAt, alarmed, alarmUntil, held }: KnownState): Known {
  return {
    told: new ContactSample(undefined, told),
    refused: new ContactSample(refusedMax, refused),
    whole: past(whole),
    values: attributeKinds.map((_, kind) => new Map((values[kind] ?? []).slice(0, valuesMax).map(([value, tuple]) => [value, past(tuple)]))),
    lastAt,
    alarmed,
    alarmUntil: alarmUntil ?? Number.NEGATIVE_INFINITY,
    scannedAt: Number.NEGATIVE_INFINITY,
    scanned: undefined,
    scanning: undefined,
    held,
    heldNextAt: Number.NEGATIVE_INFINITY,
    heldLooks: 0,
    holdLooked: false,
  };
}

function pastTuple({ judged, followed, asked, times }: Past): PastTuple {
  return [judged, followed, asked, times];
}

function past([judged, followed, asked, times]: PastTuple): Past {
  return { judged, followed, asked, times };
}

function learn(known: Known, rows: readonly Contact[], scale: number): void {
  fade(known.whole);
  known.whole.times++;
  for (const values of known.values) for (const past of values.values()) fade(past);
  for (const row of rows) {
    add(known.whole, row, scale);
    for (const [kind, values] of known.values.entries()) {
      const value = row.attributes[kind] ?? "";
      if (value === "") continue;
      let past = values.get(value);
      if (past === undefined) values.set(value, (past = { judged: 0, followed: 0, asked: 0, times: 0 }));
      add(past, row, scale);
    }
  }
  for (const values of known.values) {
    for (const past of values.values()) past.times++;
    if (values.size <= valuesMax) continue;
    const least = [...values].sort((a, b) => a[1].asked - b[1].asked);
    for (const [value] of least.slice(0, values.size - valuesMax)) values.delete(value);
  }
}

function fade(past: Past): void {
  past.judged *= fades;
  past.followed *= fades;
  past.asked *= fades;
  past.times *= fades;
}

function add(past: Past, row: Contact, scale: number): void {
  past.asked += scale;
  if (!row.truthful) return;
  past.judged += scale;
  if (row.followed) past.followed += scale;
}

/** What honest days said, drawn to the whole's share where there is little of it. `usual` over the two half-days a sample spans. */
function pastOf(past: Past | undefined, whole: Past | undefined): PastShare | undefined {
  if (past === undefined || past.judged < policy.historyMin) return undefined;
  const share = whole === undefined || whole.judged === 0 ? 0 : whole.followed / whole.judged;
  const weight = whole === undefined ? 0 : policy.historyWeight;
  return { share: (past.followed + weight * share) / (past.judged + weight), usual: (2 * past.asked) / Math.max(1, past.times) };
}
