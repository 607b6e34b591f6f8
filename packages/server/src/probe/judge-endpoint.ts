import { capacityOf, channelCapacity, classifyResponse, type Ports, SchemeLearner } from "@postern/engine";
import { type ChannelKind, type Feature, featuresOf, maskedLength, parsed } from "./answer-features.ts";
import { fisherExact } from "./fisher-exact.ts";
import type { ProbeAnswer } from "./probe-client.ts";
import type { Side } from "./probe-plan.ts";
import { median, rankTest } from "./rank-test.ts";

/** One answer of the probe. */
export interface Asked {
  readonly side: Side;
  readonly index: number;
  readonly round: number;
  /** Identifiers of the request as they stood there, that asked about first. */
  readonly identifiers: readonly string[];
  readonly answer: ProbeAnswer;
}

/** What the answers of one endpoint say. */
export interface Judged {
  /** `proven`: some channel tells registered from never-registered ones. `hint`: one may, too weakly to say so. */
  readonly tells: "proven" | "hint" | "nothing";
  /** Every channel that is proven, strongest first; with a hint, the strongest alone. */
  readonly channels: readonly Channel[];
  /** Bits one answer tells, by the strongest channel, with a 95 % interval; where nothing tells, how much could have been missed. */
  readonly bits: number;
  readonly interval: readonly [low: number, high: number];
  /** Identifiers with a usable answer: never registered, registered. */
  readonly usable: readonly [number, number];
  /** Whether Postern would find it in traffic, too: its classes of answers tell. */
  readonly seenPassively: boolean;
  readonly classes: readonly ClassCount[];
  readonly time: TimeJudged | undefined;
  /** Identifiers whose class was another one in another round. */
  readonly unsteady: number;
  /** An answer to a registered and one to a never-registered identifier, as different as they come. */
  readonly pair: readonly [missing: Asked | undefined, existing: Asked | undefined];
}

export interface Channel {
  readonly kind: ChannelKind;
  readonly name: string;
  /** Fisher's exact test or the rank test, one-sided. */
  readonly p: number;
  /** How many of each side's identifiers showed what tells; of length and time, the medians. */
  readonly missing: number;
  readonly existing: number;
}

export interface ClassCount {
  readonly key: string;
  readonly missing: number;
  readonly existing: number;
}

export interface TimeJudged {
  readonly p: number;
  /** Milliseconds that answers about registered ones take longer. */
  readonly shiftMs: number;
  readonly auc: number;
  /** The smallest difference that this jitter would have let the probe see, milliseconds. */
  readonly visibleMs: number;
  /** Timed answers an identifier. */
  readonly rounds: number;
}

/**
 * Chance, for one endpoint and one run, that an endpoint which tells nothing is called an oracle: one in ten thousand. Half of it is for the classes of answers, a quarter
 * for everything else in them, an eighth each for length and time.
 */
export const falseAlarm = 1e-4;
/** Below this, corrected for the number of tests, there is something to look into. */
const hintAt = 0.02;

/**
 * Holds answers about registered identifiers against answers about never-registered ones. One vote an identifier: the answer it got most often over the rounds, or
 * the median of its lengths and times. Discrete channels by Fisher's exact test of each symbol against the others, with Tarone's (1990) count of those that could be
 * significant at all; length and time by the exact rank test. Classes are those of passive discovery, so that both mean the same by one.
 */
export function judgeEndpoint(asked: readonly Asked[], ports: Ports): Judged {
  const usable = asked.filter(({ answer }) => isUsable(answer));
  const schemes = new SchemeLearner(ports);
  for (const { answer, identifiers } of usable) {
    const json = parsed(answer.body);
    if (json !== undefined) schemes.observe(one, json as Parameters<SchemeLearner["observe"]>[1], identifiers);
  }
  const scheme = schemes.scheme(one);
  const people = new Map<string, Person>();
  for (const item of usable) {
    const key = `${item.side} ${item.index}`;
    const person = people.get(key) ?? { side: item.side, answers: [] };
    const { answer, identifiers } = item;
    const header = (name: string): string => answer.headers.find(([known]) => known === name)?.[1] ?? "";
    const seen = classifyResponse(
      scheme,
      { status: answer.status, contentType: header("content-type"), location: header("location"), body: answer.body, echo: identifiers },
      ports,
    );
    person.answers.push({ item, features: [{ kind: "class", name: "", symbol: seen.key }, ...featuresOf(answer, identifiers, ports)] });
    people.set(key, person);
  }
  const voters = [...people.values()];
  const sizes: [number, number] = [voters.filter(({ side }) => side === 0).length, voters.filter(({ side }) => side === 1).length];
  const tables = tablesOf(voters);
  const classes = tables.find((table) => table.kind === "class");
  const byClass = tested(classes === undefined ? [] : [classes], sizes, falseAlarm / 2);
  const byContent = tested(
    tables.filter((table) => table !== classes),
    sizes,
    falseAlarm / 4,
  );
  const lengths = numbers(voters, ({ item }) => maskedLength(item.answer, item.identifiers));
  const byLength = rankTest(lengths[1], lengths[0], falseAlarm / 16);
  const times = numbers(voters, ({ item }) => item.answer.ms);
  const timed = times[0].length >= timedMin && times[1].length >= timedMin;
  const byTime = timed ? rankTest(times[1], times[0], falseAlarm / 16) : undefined;

  const proven: Channel[] = [...byClass.proven, ...byContent.proven];
  if (byLength.p * 2 <= falseAlarm / 8) proven.push({ kind: "length", name: "", p: byLength.p, missing: median(lengths[0]), existing: median(lengths[1]) });
  if (byTime !== undefined && byTime.p * 2 <= falseAlarm / 8) proven.push({ kind: "time", name: "", p: byTime.p, missing: median(times[0]), existing: median(times[1]) });
  const hints = [byClass.strongest, byContent.strongest].filter((channel) => channel !== undefined);
  if (byLength.p * 2 <= hintAt)
    hints.push({ channel: { kind: "length", name: "", p: byLength.p, missing: median(lengths[0]), existing: median(lengths[1]) }, corrected: byLength.p * 2 });
  if (byTime !== undefined && byTime.p * 2 <= hintAt)
    hints.push({ channel: { kind: "time", name: "", p: byTime.p, missing: median(times[0]), existing: median(times[1]) }, corrected: byTime.p * 2 });
  const hint = hints.filter(({ corrected }) => corrected <= hintAt).toSorted((a, b) => a.corrected - b.corrected)[0];
  const tells = proven.length > 0 ? "proven" : hint === undefined ? "nothing" : "hint";
  const strongest = classes !== undefined && byClass.proven.length > 0 ? classes : tables.find((table) => table.kind === proven[0]?.kind && table.name === proven[0].name);
  return {
    tells,
    channels: tells === "proven" ? withoutEchoes(proven) : hint === undefined ? [] : [hint.channel],
    ...bitsOf(tells, strongest, proven[0]?.kind === "time" ? times : lengths, sizes),
    usable: sizes,
    seenPassively: byClass.proven.length > 0,
    classes: [...(classes?.symbols ?? [])].map(([key, [missing, existing]]) => ({ key, missing, existing })).toSorted((a, b) => b.existing + b.missing - a.existing - a.missing),
    time:
      byTime === undefined
        ? undefined
        : { p: byTime.p, shiftMs: byTime.shift, auc: byTime.auc, visibleMs: byTime.visible, rounds: Math.max(...voters.map(({ answers }) => answers.length)) },
    unsteady: voters.filter(({ answers }) => new Set(answers.map(({ features }) => features[0]?.symbol)).size > 1).length,
    pair: pairOf(voters, tables.find((table) => table.kind === proven[0]?.kind && table.name === proven[0].name) ?? classes),
  };
}

/** Nothing is concluded from no answer, a limit, or a failure. */
export function isUsable({ status }: ProbeAnswer): boolean {
  return status > 0 && status !== 429 && status < 500;
}

const one = "probed";
const absent = "absent";
/** Fewer timed identifiers a side than this cannot reach the bound. */
const timedMin = 8;

interface Person {
  readonly side: Side;
  readonly answers: { readonly item: Asked; readonly features: readonly Feature[] }[];
}

interface Table {
  readonly kind: ChannelKind;
  readonly name: string;
  readonly symbols: Map<string, [missing: number, existing: number]>;
  /** What each voter's most frequent symbol is, in their order. */
  readonly votes: readonly string[];
}

/** What every voter showed most often, by channel. */
function tablesOf(voters: readonly Person[]): Table[] {
  const names = new Map<string, Feature>();
  const shown = voters.map(({ answers }) =>
    answers.map(({ features }) => {
      const byKey = new Map<string, string>();
      for (const feature of features) {
        const key = `${feature.kind} ${feature.name}`;
        byKey.set(key, feature.symbol);
        if (!names.has(key)) names.set(key, feature);
      }
      return byKey;
    }),
  );
  return [...names].map(([key, { kind, name }]) => {
    const symbols = new Map<string, [number, number]>();
    const votes = voters.map(({ side }, n) => {
      const symbol = mostFrequent((shown[n] ?? []).map((byKey) => byKey.get(key) ?? absent));
      const counts = symbols.get(symbol) ?? [0, 0];
      counts[side]++;
      symbols.set(symbol, counts);
      return symbol;
    });
    return { kind, name, symbols, votes };
  });
}

function tested(tables: readonly Table[], sizes: readonly [number, number], alpha: number): Tested {
  const leastPs = new Map<number, number>();
  const leastOf = (count: number): number => {
    const p = leastPs.get(count) ?? leastP(count, sizes);
    leastPs.set(count, p);
    return p;
  };
  const tests = tables.flatMap((table) =>
    // What is there says more than that it is absent.
    [...table.symbols]
      .toSorted(([a], [b]) => Number(a === absent) - Number(b === absent))
      .map(([, [missing, existing]]) => ({
        channel: { kind: table.kind, name: table.name, p: fisherExact(existing, sizes[1], missing, sizes[0]), missing, existing },
        least: leastOf(missing + existing),
      })),
  );
  const among = (level: number): number => {
    // Tarone: what could not be significant even at its most extreme is no test. Each of the others is two, one for each direction.
    for (let count = 1; ; count = Math.ceil(count * 1.1)) if (tests.filter(({ least }) => least <= level / (2 * count)).length <= count) return 2 * count;
  };
  const bound = alpha / among(alpha);
  const hinting = among(hintAt);
  const byChannel = new Map<string, Channel>();
  let strongest: Tested["strongest"];
  for (const { channel } of tests) {
    const key = `${channel.kind} ${channel.name}`;
    if (channel.p <= bound && channel.p < (byChannel.get(key)?.p ?? 1)) byChannel.set(key, channel);
    const corrected = channel.p * hinting;
    if (strongest === undefined || corrected < strongest.corrected) strongest = { channel, corrected };
  }
  return { proven: [...byChannel.values()].toSorted((a, b) => a.p - b.p), strongest };
}

interface Tested {
  readonly proven: readonly Channel[];
  readonly strongest: { readonly channel: Channel; readonly corrected: number } | undefined;
}

/** The smallest p-value a symbol shown by so many identifiers could have. */
function leastP(shown: number, [missing, existing]: readonly [number, number]): number {
  const a = Math.min(shown, existing);
  const b = Math.min(shown, missing);
  return Math.min(fisherExact(a, existing, shown - a, missing), fisherExact(shown - b, existing, b, missing));
}

/** A header's value says nothing new where its presence tells, nor a field's value where the field does. */
function withoutEchoes(channels: readonly Channel[]): readonly Channel[] {
  const has = (kind: ChannelKind, name: string): boolean => channels.some((other) => other.kind === kind && other.name === name);
  return channels.filter(({ kind, name }) => !(kind === "header" && name.endsWith(":") && has("header", name.slice(0, -1))) && !(kind === "value" && has("field", name)));
}

function bitsOf(tells: Judged["tells"], table: Table | undefined, values: readonly [number[], number[]], sizes: readonly [number, number]): Pick<Judged, "bits" | "interval"> {
  if (tells !== "proven") {
    const least = Math.max(1, Math.min(...sizes));
    // What would have stayed unseen in so many answers one time in twenty.
    const rare = 1 - 0.05 ** (1 / least);
    return { bits: 0, interval: [0, channelCapacity([1, 0], [1 - rare, rare])] };
  }
  if (table !== undefined) {
    const counts = [...table.symbols.values()];
    return capacityOf([counts.map(([missing]) => missing), counts.map(([, existing]) => existing)]);
  }
  // Read at the value that parts the two best.
  const cut = median([...values[0], ...values[1]]);
  const missing = values[0].filter((value) => value > cut).length;
  const existing = values[1].filter((value) => value > cut).length;
  return capacityOf([
    [values[0].length - missing, missing],
    [values[1].length - existing, existing],
  ]);
}

function numbers(voters: readonly Person[], read: (answer: Person["answers"][number]) => number | undefined): [number[], number[]] {
  const values: [number[], number[]] = [[], []];
  for (const { side, answers } of voters) {
    const own = answers.map(read).filter((value) => value !== undefined);
    if (own.length > 0) values[side].push(median(own));
  }
  return values;
}

function pairOf(voters: readonly Person[], table: Table | undefined): Judged["pair"] {
  const of = (side: Side): Asked | undefined => {
    const other: Side = side === 0 ? 1 : 0;
    const counts = [...(table?.symbols ?? [])].toSorted(([, a], [, b]) => b[side] - b[other] - (a[side] - a[other]));
    const wanted = counts[0]?.[0];
    const at = voters.findIndex((voter, n) => voter.side === side && (wanted === undefined || table?.votes[n] === wanted));
    return (voters[at] ?? voters.find((voter) => voter.side === side))?.answers[0]?.item;
  };
  return [of(0), of(1)];
}

function mostFrequent(symbols: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const symbol of symbols) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  let best = symbols[0] ?? absent;
  for (const [symbol, count] of counts) if (count > (counts.get(best) ?? 0)) best = symbol;
  return best;
}
