import { parentPort, workerData } from "node:worker_threads";
import { inEventTime } from "../../bench/detection/rivals/event-time.ts";
import type { Lane, LaneState } from "./lane.ts";
import { limiterLanes, loadLimiters, type MissingLane } from "./limiter-lanes.ts";
import { patienceCell } from "./patience-cell.ts";
import { playLane } from "./play-lane.ts";
import { posternLane } from "./postern-lane.ts";

/** What a thread of the race is to do. */
export interface RaceTask {
  readonly lanes: "postern" | "limiters";
  readonly seed: string;
}

/** What it says meanwhile. */
export type RaceWord =
  | { readonly word: "day"; readonly id: string; readonly state: LaneState; readonly done: boolean }
  | { readonly word: "missing"; readonly missing: readonly MissingLane[] };

// On a thread of its own, so that the terminal stays alive. Limiters go a day each in turn, by the clock of the traffic.
const { lanes: which, seed } = workerData as RaceTask;
const say = (word: RaceWord): void => parentPort?.postMessage(word, []);
if (which === "postern") await play([posternLane()]);
else {
  const { lanes, missing } = await loadLimiters(limiterLanes);
  if (missing.length > 0) say({ word: "missing", missing });
  await inEventTime((clock) => play(lanes, clock));
}

async function play(lanes: readonly Lane[], clock?: { now: number }): Promise<void> {
  const running = new Set(lanes.map((lane) => ({ lane, days: playLane(lane, patienceCell, seed, clock) })));
  while (running.size > 0) {
    for (const one of running) {
      const { value: state, done = false } = await one.days.next();
      if (done) running.delete(one);
      say({ word: "day", id: one.lane.id, state, done });
    }
  }
}
