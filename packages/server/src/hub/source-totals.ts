import { type AgedEntry, AgedMap, DistinctCounter, type Key, keyOfHex } from "@postern/engine";

/**
 * How many different people each source was told about, by class of answer, for live screens and incidents. Counts are exact to 64
 * and ± 3.3 % above; the store's are exact always, and reports come from there.
 *
 * Bounds: {@link endpointsMax} endpoints, of which the one not told of for longest gives way; {@link sourcesMax} (endpoint, address) pairs; beyond, the endpoint that is asked loses its least recently active source, or the one with most of
 * them does, so that a flood on one door does not push out what is known of another.
 */
export class SourceTotals {
  readonly #endpoints = new Map<string, Endpoint>();
  #sources = 0;
  #told = 0;

  told(told: { readonly endpointId: string; readonly address: string; readonly subject: string; readonly classId: string; readonly uniform: boolean; readonly at: number }): void {
    this.#told++;
    let endpoint = this.#endpoints.get(told.endpointId);
    if (endpoint === undefined) {
      if (this.#endpoints.size >= endpointsMax) this.#forgetEndpoint();
      endpoint = { byClass: [], uniform: undefined, sources: new AgedMap(), toldAt: 0 };
      this.#endpoints.set(told.endpointId, endpoint);
    }
    endpoint.toldAt = this.#told;
    const { sources } = endpoint;
    const subject = hashNumber(told.subject);
    let source = sources.get(told.address);
    if (source === undefined) {
      // The place of one who goes is taken as it is: in a crowd of ever new sources nothing is made, and nothing is left for the collector.
      source = (this.#sources >= sourcesMax ? this.#forgetOne(endpoint) : undefined) ?? newSource();
      source.key = told.address;
      source.firstAt = source.lastAt = told.at;
      source.subject = subject;
      source.classId = told.classId;
      source.uniform = told.uniform;
      source.counts = undefined;
      sources.add(source);
      this.#sources++;
    } else {
      sources.touch(source);
      source.firstAt = Math.min(source.firstAt, told.at);
      source.lastAt = Math.max(source.lastAt, told.at);
      if (source.counts !== undefined || source.subject !== subject || source.classId !== told.classId || source.uniform !== told.uniform) {
        source.counts = countsOf(source);
        source.counts.asked.add(subject);
        count(source.counts, told.classId, subject, told.uniform);
      }
    }
    count(endpoint, told.classId, subject, told.uniform);
  }

  /** What one source learned on one endpoint; undefined when nothing. */
  source(endpointId: string, address: string, meaning: MeaningOf): SourceSummary | undefined {
    const source = this.#endpoints.get(endpointId)?.sources.get(address);
    if (source === undefined) return undefined;
    const counts = countsOf(source);
    return { ...summary(counts, meaning), asked: counts.asked.value(), firstAt: source.firstAt, lastAt: source.lastAt };
  }

  /** What these sources learned on these endpoints together: who was asked about at two of them is one. On one endpoint alone, what each of them learned, added up. */
  together(endpointIds: readonly string[], addresses: readonly string[], meaningOn: (endpointId: string) => MeaningOf): Totals {
    const [only, ...others] = endpointIds;
    if (only === undefined || others.length === 0) return this.#addedUp(only ?? "", addresses, meaningOn(only ?? ""));
    const counters = { confirmed: new DistinctCounter(), denied: new DistinctCounter(), uniform: new DistinctCounter(), unknown: new DistinctCounter() };
    for (const endpointId of endpointIds) {
      const sources = this.#endpoints.get(endpointId)?.sources;
      if (sources === undefined) continue;
      const meaning = meaningOn(endpointId);
      for (const address of addresses) {
        const source = sources.get(address);
        if (source === undefined) continue;
        const { byClass, uniform } = countsOf(source);
        for (const { classId, counter } of byClass) {
          const means = meaning(classId);
          counters[means === "nothing" ? "unknown" : means].merge(counter);
        }
        if (uniform !== undefined) counters.uniform.merge(uniform);
      }
    }
    const { confirmed, denied, uniform, unknown } = counters;
    const estimated = [confirmed, denied, uniform, unknown].some((counter) => !counter.exact);
    return { confirmed: confirmed.value(), denied: denied.value(), uniform: uniform.value(), unknown: unknown.value(), estimated };
  }

  #addedUp(endpointId: string, addresses: readonly string[], meaning: MeaningOf): Totals {
    const all = { confirmed: 0, denied: 0, uniform: 0, unknown: 0, estimated: false };
    for (const address of addresses) {
      const one = this.source(endpointId, address, meaning);
      if (one === undefined) continue;
      all.confirmed += one.confirmed;
      all.denied += one.denied;
      all.uniform += one.uniform;
      all.unknown += one.unknown;
      all.estimated ||= one.estimated;
    }
    return all;
  }

  /** How many people one source asked about on these endpoints together, and when; undefined when none. */
  asked(endpointIds: readonly string[], address: string): Pick<SourceSummary, "asked" | "firstAt" | "lastAt"> | undefined {
    const there = endpointIds.flatMap((id) => this.#endpoints.get(id)?.sources.get(address) ?? []);
    const [only] = there;
    if (only === undefined) return undefined;
    if (there.length === 1) return { asked: countsOf(only).asked.value(), firstAt: only.firstAt, lastAt: only.lastAt };
    const asked = new DistinctCounter();
    for (const source of there) asked.merge(countsOf(source).asked);
    return { asked: asked.value(), firstAt: Math.min(...there.map((one) => one.firstAt)), lastAt: Math.max(...there.map((one) => one.lastAt)) };
  }

  #forgetEndpoint(): void {
    let longest: [string, Endpoint] | undefined;
    for (const entry of this.#endpoints) if (longest === undefined || entry[1].toldAt < longest[1].toldAt) longest = entry;
    if (longest === undefined) return;
    this.#sources -= longest[1].sources.size;
    this.#endpoints.delete(longest[0]);
  }

  /** Whose place is free now. */
  #forgetOne(own: Endpoint): SourceTotal | undefined {
    let from = own;
    if (own.sources.size === 0) for (const endpoint of this.#endpoints.values()) if (endpoint.sources.size > from.sources.size) from = endpoint;
    const { oldest } = from.sources;
    if (oldest === undefined) return undefined;
    from.sources.remove(oldest);
    this.#sources--;
    return oldest;
  }

  endpoint(endpointId: string, meaning: MeaningOf): Totals {
    const endpoint = this.#endpoints.get(endpointId);
    return endpoint === undefined ? { confirmed: 0, denied: 0, uniform: 0, unknown: 0, estimated: false } : summary(endpoint, meaning);
  }

  endpointIds(): readonly string[] {
    return [...this.#endpoints.keys()];
  }
}

export interface Totals {
  readonly confirmed: number;
  readonly denied: number;
  readonly uniform: number;
  /** Answered truthfully in a way not understood yet, or in one that says neither. */
  readonly unknown: number;
  /** True when one of them is no count but an estimate. */
  readonly estimated: boolean;
}

export interface SourceSummary extends Totals {
  readonly asked: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export type MeaningOf = (classId: string) => "confirmed" | "denied" | "nothing" | "unknown";

interface Told {
  byClass: readonly ClassCount[];
  /** Made for the first one: most sources never get a uniform answer, and there is a source for each new caller. */
  uniform: DistinctCounter | undefined;
}

/** A source meets a class or two: a list of them costs a fraction of a Map. */
interface ClassCount {
  readonly classId: string;
  readonly counter: DistinctCounter;
}

interface Endpoint extends Told {
  readonly sources: AgedMap<string, SourceTotal>;
  /** Count of tellings when it was last told of. */
  toldAt: number;
}

interface SourceTotal extends AgedEntry<string, SourceTotal> {
  key: string;
  firstAt: number;
  lastAt: number;
  /** Its first question, which of most of a crowd is the only one: about whom, and how it was answered. */
  subject: number;
  classId: string;
  uniform: boolean;
  /** From the second on, all of them. */
  counts: SourceCounts | undefined;
}

interface SourceCounts extends Told {
  readonly asked: DistinctCounter;
}

function newSource(): SourceTotal {
  return { key: "", older: undefined, newer: undefined, firstAt: 0, lastAt: 0, subject: 0, classId: "", uniform: false, counts: undefined };
}

function countsOf({ counts, subject, classId, uniform }: SourceTotal): SourceCounts {
  if (counts !== undefined) return counts;
  const first: SourceCounts = { byClass: noClasses, uniform: undefined, asked: new DistinctCounter() };
  first.asked.add(subject);
  count(first, classId, subject, uniform);
  return first;
}

function count(told: Told, classId: string, subject: number, uniform: boolean): void {
  if (uniform) {
    told.uniform ??= new DistinctCounter();
    told.uniform.add(subject);
    return;
  }
  counterOf(told, classId)?.add(subject);
}

function counterOf(told: Told, classId: string): DistinctCounter | undefined {
  for (const one of told.byClass) if (one.classId === classId) return one.counter;
  if (told.byClass.length >= classesMax) return undefined;
  const counter = new DistinctCounter();
  told.byClass = [...told.byClass, { classId, counter }];
  return counter;
}

function summary(told: Told, meaning: MeaningOf): Totals {
  let confirmed = 0;
  let denied = 0;
  let unknown = 0;
  let estimated = told.uniform?.exact === false;
  for (const { classId, counter } of told.byClass) {
    const means = meaning(classId);
    estimated ||= !counter.exact;
    if (means === "confirmed") confirmed += counter.value();
    else if (means === "denied") denied += counter.value();
    else unknown += counter.value();
  }
  return { confirmed, denied, uniform: told.uniform?.value() ?? 0, unknown, estimated };
}

/** The first 53 bits of a subject's hash, as the counters want them: with one bit less every estimate would come out twice too high. */
function hashNumber(hex: string): number {
  const { hi, lo } = keyOfHex(hex, scratch);
  return hi * 2 ** 21 + (lo >>> 11);
}

const scratch: Key = { hi: 0, lo: 0 };

const sourcesMax = 20_000;
/** As many as one gate guards. */
export const endpointsMax = 4_096;
const classesMax = 32;
const noClasses: readonly ClassCount[] = [];
