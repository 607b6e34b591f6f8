import { parentPort } from "node:worker_threads";
import { cells } from "./cells.ts";
import { type CellOutcome, runCell } from "./run-cell.ts";

/** One run, asked for and told by message. */
export interface LeagueTask {
  readonly cell: string;
  readonly seed: string;
}

export type LeagueReply = LeagueTask & { readonly outcome: CellOutcome; readonly seconds: number };

// Runs cells on a thread of its own, one after the other, until the thread is ended.
parentPort?.on("message", (task: LeagueTask) => {
  const began = performance.now();
  const cell = cells.find((one) => one.id === task.cell);
  if (cell === undefined) throw new RangeError(`no cell ${task.cell}`);
  parentPort?.postMessage({ ...task, outcome: runCell(cell, task.seed), seconds: (performance.now() - began) / 1_000 } satisfies LeagueReply, []);
});
