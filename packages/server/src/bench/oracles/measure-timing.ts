import { OracleTracker, type Ports, StratifiedRank } from "@postern/engine";
import { nullClasses } from "./null-endpoints.ts";

export interface TimingCell {
  readonly id: string;
  /** How much longer the service takes about somebody who exists. */
  readonly deltaMs: number;
  readonly world: "load" | "instances" | "incidents";
  /** Times are told in whole ones of these; 0: exact. */
  readonly unitMs: number;
}

export interface TimingRow {
  readonly id: string;
  readonly deltaMs: number;
  readonly runs: number;
  /** Runs in which it was proven, or suspected and no more, within 4,000 labelled times; and in which a test without strata says |z| > 5. */
  readonly proven: number;
  readonly suspected: number;
  readonly naive: number;
  /** Labelled times until proven, median of the runs that were; null for none. */
  readonly median: number | null;
  /** Of the last run: what is reported. */
  readonly reported: string;
}

export const timingCells: readonly TimingCell[] = [
  { id: "no difference, load goes along with existence", deltaMs: 0, world: "load", unitMs: 0 },
  { id: "no difference, one of two machines slow and busier by day", deltaMs: 0, world: "instances", unitMs: 0 },
  { id: "no difference, ten slow minutes a day in which sign-ins fail", deltaMs: 0, world: "incidents", unitMs: 0 },
  { id: "1 ms", deltaMs: 1, world: "load", unitMs: 0 },
  { id: "2 ms", deltaMs: 2, world: "load", unitMs: 0 },
  { id: "5 ms", deltaMs: 5, world: "load", unitMs: 0 },
  { id: "5 ms, existing faster", deltaMs: -5, world: "load", unitMs: 0 },
  { id: "5 ms, times in whole milliseconds (access logs)", deltaMs: 5, world: "load", unitMs: 1 },
  { id: "80 ms (a password hashed or not)", deltaMs: 80, world: "load", unitMs: 0 },
  { id: "80 ms, times in whole seconds (access logs)", deltaMs: 80, world: "load", unitMs: 1_000 },
];

export const labelledTimes = 4_000;
const days = 14;

/**
 * Two weeks of labelled answers of one class through the tracker. All worlds: 60 ms at night, 85 by day, noise of 10 ms, three in a hundred up to 200 ms longer; existing people
 * make up 15 % of questions at night and 85 % by day.
 */
export function measureTiming(
  cells: readonly TimingCell[],
  runs: number,
  seed: string,
  ports: Ports,
  random: (seed: string) => () => number,
  told: (id: string) => void,
): TimingRow[] {
  return cells.map((cell) => {
    let [proven, suspected, naive, reported] = [0, 0, 0, ""];
    const needed: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const seen = play(cell, ports, random(`${seed} timing ${cell.id} ${run}`));
      if (seen.provenAfter !== undefined) {
        proven += 1;
        needed.push(seen.provenAfter);
      } else if (seen.suspected) suspected += 1;
      if (seen.naive) naive += 1;
      reported = seen.reported;
    }
    needed.sort((a, b) => a - b);
    told(cell.id);
    return { id: cell.id, deltaMs: cell.deltaMs, runs, proven, suspected, naive, median: needed[Math.floor(needed.length / 2)] ?? null, reported };
  });
}

function play(cell: TimingCell, ports: Ports, random: () => number): { provenAfter: number | undefined; suspected: boolean; naive: boolean; reported: string } {
  const tracker = new OracleTracker();
  const naive = new StratifiedRank();
  const { rich } = nullClasses(ports);
  let provenAfter: number | undefined;
  let suspected = false;
  for (let n = 0; n < labelledTimes; n += 1) {
    const at = 1_760_000_400_000 + ((n + random()) / labelledTimes) * days * 86_400_000;
    const { exists, ms, stratum } = answerAt(cell, at, random);
    naive.add("all", exists, ms);
    const subject = `s-${n}`;
    tracker.observe({
      endpointId: "e",
      subject: { type: "phone", hash: subject, location: { in: "query", name: "phone" } },
      responseClass: rich,
      narrow: subject,
      network: subject,
      at,
      time: { ms, stratum },
    });
    tracker.label({ endpointId: "e", subject, exists, at: at + 1_000, narrow: subject });
    if (n % 100 === 99) {
      const verdict = tracker.timing("e")?.verdict;
      if (verdict === "proven" && provenAfter === undefined) provenAfter = n + 1;
      if (verdict === "suspected") suspected = true;
    }
  }
  const state = tracker.timing("e");
  const z = naive.result()?.zMost ?? 0;
  return {
    provenAfter,
    suspected,
    naive: Math.abs(z) > 5,
    reported:
      state === undefined
        ? "nothing"
        : `Δ ${state.deltaMs.toFixed(1)} ms [${state.interval[0].toFixed(1)}, ${state.interval[1].toFixed(1)}], AUC ${state.auc.toFixed(2)}, ${many(state.requestsAt5)} and ${many(state.requestsAt20)} requests at 5 and 20 ms`,
  };
}

function answerAt(cell: TimingCell, at: number, random: () => number): { readonly exists: boolean; readonly ms: number; readonly stratum: string } {
  const hour = (at / 3_600_000) % 24;
  const day = Math.sin(((hour - 8) / 24) * 2 * Math.PI);
  const incident = cell.world === "incidents" && hour >= 11 && hour < 11 + 1 / 6;
  const exists = random() < (incident ? 0.1 : 0.5 + 0.35 * day);
  const machine = cell.world === "instances" && random() < 0.5 + 0.3 * day ? "b" : "a";
  const noise = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const tail = random() < 0.03 ? random() * 200 : 0;
  const ms = Math.max(1, 72 + 12.5 * day + 10 * noise + tail + (machine === "b" ? 30 : 0) + (incident ? 150 : 0) + (exists ? cell.deltaMs : 0));
  return { exists, ms: cell.unitMs === 0 ? ms : Math.round(ms / cell.unitMs) * cell.unitMs, stratum: cell.world === "instances" ? machine : "" };
}

function many(requests: number): string {
  return requests > 99_999 ? "over 99,999" : requests.toLocaleString("en");
}
