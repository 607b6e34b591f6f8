import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { LaneState } from "./lane.ts";
import { limiterLanes } from "./limiter-lanes.ts";
import { patienceCell } from "./patience-cell.ts";
import type { RaceTask, RaceWord } from "./race-worker.ts";

/**
 * Replays the patient thief's ninety days behind Postern and behind each limiter, in two threads. Packages of others are fetched into `folder`. `onState` gets the picture
 * after each day of each tool.
 */
export async function runRace(options: RaceOptions): Promise<Race> {
  const began = performance.now();
  const lanes = new Map<string, RaceLane>([
    ["postern", { id: "postern", name: "Postern", version: options.version, ours: true, state: null, notRun: null }],
    ...limiterLanes.map(({ id, name, kind }): [string, RaceLane] => [id, { id, name, version: kind.version, ours: false, state: null, notRun: null }]),
  ]);
  const race = (): Race => ({
    visitsPerDay: patienceCell.honest.sessionsPerDay,
    people: patienceCell.honest.accounts,
    honestDays: patienceCell.warmMs / dayMs,
    days: patienceCell.horizonMs / dayMs,
    addresses: patienceCell.attack?.addresses ?? 0,
    listed: patienceCell.attack?.size ?? 0,
    existing: Math.round((patienceCell.attack?.size ?? 0) * (patienceCell.attack?.validShare ?? 0)),
    everySeconds: Math.round(1 / (patienceCell.attack?.ratePerSecond ?? 1)),
    lanes: [...lanes.values()],
    seconds: Math.round((performance.now() - began) / 100) / 10,
  });
  const hear = (word: RaceWord): void => {
    if (word.word === "missing") {
      for (const { id, why } of word.missing) change(id, { notRun: why });
    } else change(word.id, { state: word.state });
    options.onState(race());
  };
  const change = (id: string, to: Partial<RaceLane>): void => {
    const lane = lanes.get(id);
    if (lane !== undefined) lanes.set(id, { ...lane, ...to });
  };
  options.onState(race());
  const tasks: readonly RaceTask[] = (["postern", "limiters"] as const).map((which) => ({ lanes: which, seed: options.seed }));
  await Promise.all(tasks.map((task) => thread(task, join(options.folder, "limiters"), hear)));
  return race();
}

export interface RaceOptions {
  readonly seed: string;
  readonly version: string;
  readonly folder: string;
  readonly onState: (race: Race) => void;
}

/** The whole picture. */
export interface Race {
  /** Honest visits a day, and people with an account. */
  readonly visitsPerDay: number;
  readonly people: number;
  /** Days before the thief came, and since. */
  readonly honestDays: number;
  readonly days: number;
  readonly addresses: number;
  /** Numbers on the thief's list, and those of them that have an account. */
  readonly listed: number;
  readonly existing: number;
  /** Seconds between two questions, all addresses together. */
  readonly everySeconds: number;
  readonly lanes: readonly RaceLane[];
  readonly seconds: number;
}

export interface RaceLane {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly ours: boolean;
  /** As far as it is; null before its first day, and where it is not run. */
  readonly state: LaneState | null;
  /** Why there are no figures. */
  readonly notRun: string | null;
}

function thread(task: RaceTask, folder: string, hear: (word: RaceWord) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./race-worker.js", import.meta.url), { workerData: task, env: { ...process.env, POSTERN_RIVALS_FOLDER: folder } });
    worker.on("message", hear);
    worker.once("error", reject);
    worker.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a thread of the race ended with ${code}`))));
  });
}

const dayMs = 86_400_000;
