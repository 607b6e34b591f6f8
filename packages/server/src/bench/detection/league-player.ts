import { writeSync } from "node:fs";
import { startupSnapshot } from "node:v8";
import type { Cell } from "./cell.ts";
import { withLentMethods } from "./lent-methods.ts";
import { type CellOutcome, CellRun } from "./run-cell.ts";

/** What the player is asked for, as JSON in its last argument: one cell with one seed; while a snapshot is built, the honest days that cells like it share. */
export interface PlayerTask {
  readonly cell: Cell;
  readonly seed: string;
}

/** What it writes to standard output, as JSON. */
export interface PlayerReply {
  readonly outcome: CellOutcome;
  readonly seconds: number;
}

/*
 * A process that plays one run, bundled into one file (league-bundle.ts) so that Node can keep it in a startup snapshot
 * (https://nodejs.org/docs/latest-v20.x/api/cli.html#--build-snapshot). Started with `--build-snapshot` it plays the honest days and ends; the heap as it is
 * then, gate, ledger, service and everybody's half-told conversations, goes into the file. Started from that file it goes on from there, as often as one likes.
 */
if (startupSnapshot.isBuildingSnapshot()) {
  const { cell, seed } = taskOf(process.argv);
  const run = new CellRun(cell, seed);
  withLentMethods(() => run.playHonest());
  startupSnapshot.setDeserializeMainFunction(() => play((task) => run.finish(task.cell)));
} else
  play((task) => {
    const run = new CellRun(task.cell, task.seed);
    run.playHonest();
    return run.finish(task.cell);
  });

function play(outcomeOf: (task: PlayerTask) => CellOutcome): void {
  const began = process.uptime();
  const outcome = outcomeOf(taskOf(process.argv));
  const reply: PlayerReply = { outcome, seconds: process.uptime() - began };
  writeSync(1, JSON.stringify(reply));
}

function taskOf(args: readonly string[]): PlayerTask {
  return JSON.parse(args.at(-1) ?? "") as PlayerTask;
}
