import { memoryOf } from "../supervise.ts";
import type { BenchContext } from "./bench-context.ts";
import { atMost, type BenchRow } from "./bench-report.ts";
import { type CrowdMemory, growthOfLastHalf } from "./crowd.ts";
import { spread } from "./statistics.ts";

/**
 * What gate and hub weigh when a million sources ask, and when 33 million people are asked about from five million addresses; each in a process of its
 * own with the flags it has in service. `scale` makes less of the second crowd, for a look: the bars are those of the whole.
 */
export async function measureMemory({ children, quick, scale, say, notes }: BenchContext): Promise<BenchRow[]> {
  const share = quick ? Math.min(scale, 0.01) : scale;
  const count = (whole: number): string => String(Math.max(1_000, Math.round(whole * share)));
  const weigh = async (role: "gate" | "hub", argument: string): Promise<CrowdMemory> => (await children.role(`crowd-${role}`, argument, memoryOf(role))).said as CrowdMemory;
  const million = String(quick ? 100_000 : 1_000_000);
  say(`${million} sources, one question each`);
  const sourcesAtGate = await weigh("gate", `${million},${million},${Number(million) * 2.4}`);
  const sourcesAtHub = await weigh("hub", `${million},${million}`);
  const [questions, addresses] = [count(33_000_000), count(5_000_000)];
  say(`${questions} questions from ${addresses} addresses, at gate and hub at once`);
  const [gate, hub] = await Promise.all([weigh("gate", `${questions},${addresses}`), weigh("hub", `${questions},${addresses}`)]);
  notes.push(
    `memory: RSS, sampled 200 times; the disk, sockets, the API and the store's process are not in it${share === 1 ? "" : `; ${share} of the whole crowd, so tables may not be full yet`}`,
  );
  const sources = `Memory, ${Number(million).toLocaleString("en-US")} sources with one question each`;
  const crowd = `Memory, ${Number(questions).toLocaleString("en-US")} people asked about from ${Number(addresses).toLocaleString("en-US")} addresses`;
  const both = gate.residentMiB.map((atGate, n) => atGate + (hub.residentMiB[n] ?? 0));
  const one = (part: string, name: string, unit: string, value: number, bound?: number): BenchRow => ({
    part,
    name,
    unit,
    value: spread([value]),
    ...(bound === undefined ? {} : { bar: atMost(value, bound, `≤ ${bound.toLocaleString("en-US")} ${unit}`) }),
  });
  return [
    one(sources, "gate, all remembered: growth a million sources", "MB", grown(sourcesAtGate) / (Number(million) / 1e6), 128),
    one(sources, "gate: slots of the table in use", "", sourcesAtGate.held["sources"] ?? 0),
    one(sources, "hub: growth a million sources", "MB", grown(sourcesAtHub) / (Number(million) / 1e6)),
    one(
      crowd,
      "gate and hub, most at any time",
      "MiB",
      both.reduce((most, value) => Math.max(most, value), 0),
      1_024,
    ),
    one(crowd, "gate, most", "MiB", Math.max(...gate.residentMiB)),
    one(crowd, "hub, most", "MiB", Math.max(...hub.residentMiB)),
    one(crowd, "gate, growth over the last half", "%", 100 * growthOfLastHalf(gate.residentMiB), 2),
    one(crowd, "hub, growth over the last half", "%", 100 * growthOfLastHalf(hub.residentMiB), 2),
    one(crowd, "gate, CPU a question", "µs", gate.micros),
    one(crowd, "hub, CPU a question, journals and saving included", "µs", hub.micros),
  ];
}

/** Megabytes by which a process grew from its first question to its last. */
function grown({ residentMiB, beforeMiB }: CrowdMemory): number {
  return (((residentMiB.at(-1) ?? beforeMiB) - beforeMiB) * 2 ** 20) / 1e6;
}
