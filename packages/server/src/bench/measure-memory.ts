import { memoryOf } from "../supervise.ts";
import type { BenchContext } from "./bench-context.ts";
import { atMost, type BenchRow } from "./bench-report.ts";
import { type CrowdMemory, growthOfLastHalf } from "./crowd.ts";
import { percentile, spread } from "./statistics.ts";

/**
 * What gate and hub weigh when a million sources ask, and when 33 million people are asked about from five million addresses; each in a process of its
 * own with the flags it has in service. `scale` makes less of the second crowd, for a look: the bars are those of the whole.
 */
export async function measureMemory({ children, quick, scale, say, notes }: BenchContext): Promise<BenchRow[]> {
  const [few, many] = quick ? [100_000, 200_000] : [100_000, 1_000_000];
  const share = quick ? Math.min(scale, 0.01) : scale;
  const [questions, addresses] = [33_000_000, 5_000_000].map((whole) => Math.round(whole * share));
  const weigh = async (role: Role, ...numbers: readonly (number | undefined)[]): Promise<CrowdMemory> =>
    (await children.role(`crowd-${role}`, numbers.join(","), memoryOf(role))).said as CrowdMemory;
  const sources = async (role: Role): Promise<Sources> => {
    say(`${role}: ${many.toLocaleString("en-US")} sources, one question each`);
    return { few: await weigh(role, few, few, few * slotsPerSource), many: await weigh(role, many, many, many * slotsPerSource) };
  };
  const [gates, hubs] = [await sources("gate"), await sources("hub")];
  say(`${questions} questions from ${addresses} addresses, at gate and hub at once`);
  const [gate, hub] = await Promise.all([weigh("gate", questions, addresses), weigh("hub", questions, addresses)]);
  notes.push(
    "memory: resident, sampled 4,000 times; growth is that of a line through the medians of 40 stretches of the last half, beside it the least and greatest of that and of the lines through their quartiles; the disk, sockets, the API and the store's process are not in it; a gate's table has 2.4 slots a source where all are to be remembered",
  );
  if (share < 1) notes.push(`memory: ${share} of the whole crowd, so not every table is full: it may still grow`);
  const million = `Memory, ${many.toLocaleString("en-US")} sources with one question each`;
  const crowd = `Memory, ${(questions ?? 0).toLocaleString("en-US")} people asked about from ${(addresses ?? 0).toLocaleString("en-US")} addresses`;
  // What is there whatever comes, caches above all, is full after the first of them.
  const each = (of: Sources): number => ((grown(of.many) - grown(of.few)) * 1e6) / (many - few);
  return [
    row(million, "gate, for a million beyond the first 100,000", "MB", each(gates), 128),
    row(million, "hub, for a million beyond the first 100,000", "MB", each(hubs), 128),
    row(million, "gate, growth in all", "MB", grown(gates.many)),
    row(million, "hub, growth in all", "MB", grown(hubs.many)),
    row(million, "gate, slots in use, two a source", "", gates.many.held["sources"] ?? 0),
    row(crowd, "gate and hub, most at any time", "MiB", most(gate.residentMiB.map((atGate, n) => atGate + (hub.residentMiB[n] ?? 0))), 1_024),
    row(crowd, "gate, most", "MiB", most(gate.residentMiB)),
    row(crowd, "hub, most", "MiB", most(hub.residentMiB)),
    growth(crowd, "gate, growth over the last half", gate),
    growth(crowd, "hub, growth over the last half", hub),
    row(crowd, "hub, usual in the last half", "MiB", percentile(hub.residentMiB.slice(hub.residentMiB.length >> 1), 0.5)),
    row(crowd, "gate, CPU a question", "µs", gate.micros),
    row(crowd, "hub, CPU a question, journals and saving included", "µs", hub.micros),
  ];
}

type Role = "gate" | "hub";

interface Sources {
  readonly few: CrowdMemory;
  readonly many: CrowdMemory;
}

function row(part: string, name: string, unit: string, value: number, bound?: number): BenchRow {
  const plain = { part, name, unit, value: spread([value]) };
  return bound === undefined ? plain : { ...plain, bar: atMost(value, bound, `≤ ${bound.toLocaleString("en-US")} ${unit}`) };
}

/** Judged by the middle line, at the bar of the whole half. */
function growth(part: string, name: string, { residentMiB }: CrowdMemory): BenchRow {
  const { middle, least, greatest } = growthOfLastHalf(residentMiB);
  const value = { median: 100 * middle, min: 100 * least, max: 100 * greatest, turns: [least, middle, greatest].map((share) => 100 * share) };
  return { part, name, unit: "%", value, bar: atMost(value.median, 2, "≤ 2 %") };
}

/** Megabytes by which a process grew from its first question to its last. */
function grown({ residentMiB, beforeMiB }: CrowdMemory): number {
  return (((residentMiB.at(-1) ?? beforeMiB) - beforeMiB) * 2 ** 20) / 1e6;
}

function most(values: readonly number[]): number {
  return values.reduce((greatest, value) => Math.max(greatest, value), 0);
}

/** One for its address and one for its program; a fifth more, so that few neighbourhoods are full. */
const slotsPerSource = 2.4;
