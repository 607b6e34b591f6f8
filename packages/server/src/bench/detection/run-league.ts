import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { CellOutcome } from "./run-cell.ts";
import type { LeagueReply, LeagueTask } from "./league-worker.ts";

/**
 * Runs cells with seeds on `threads` threads and gives each outcome as it comes. With `keep`, outcomes are written to that file, a line each, and those that
 * stand there already are not run again: hours of work survive a stop.
 */
export async function runLeague(options: LeagueOptions, onOutcome: (run: LeagueRun, done: number, of: number) => void): Promise<LeagueRun[]> {
  const { keep } = options;
  const runs: LeagueRun[] = keep !== undefined && existsSync(keep) ? kept(readFileSync(keep, "utf8"), options) : [];
  const have = new Set(runs.map((run) => `${run.cell} ${run.seed}`));
  const tasks = options.cells.flatMap((cell) => options.seeds.map((seed) => ({ cell, seed }))).filter((task) => !have.has(`${task.cell} ${task.seed}`));
  const of = runs.length + tasks.length;
  const waiting = tasks.values();
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL("./league-worker.js", import.meta.url));
    try {
      for (const task of waiting) {
        const reply = await ask(worker, task);
        const run: LeagueRun = { cell: reply.cell, seed: reply.seed, seconds: reply.seconds, outcome: reply.outcome };
        runs.push(run);
        if (keep !== undefined) appendFileSync(keep, `${JSON.stringify({ commit: options.commit, ...run })}\n`);
        onOutcome(run, runs.length, of);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.threads, tasks.length) }, work));
  const place = new Map(options.cells.map((cell, index) => [cell, index]));
  return runs.sort((a, b) => (place.get(a.cell) ?? 0) - (place.get(b.cell) ?? 0) || (a.seed < b.seed ? -1 : 1));
}

export interface LeagueOptions {
  readonly cells: readonly string[];
  readonly seeds: readonly string[];
  readonly threads: number;
  /** Outcomes of another commit are not taken over. */
  readonly commit: string;
  readonly keep?: string;
}

export interface LeagueRun {
  readonly cell: string;
  readonly seed: string;
  readonly seconds: number;
  readonly outcome: CellOutcome;
}

function ask(worker: Worker, task: LeagueTask): Promise<LeagueReply> {
  return new Promise((resolve, reject) => {
    worker.once("message", (reply: LeagueReply) => {
      worker.removeListener("error", reject);
      resolve(reply);
    });
    worker.once("error", reject);
    worker.postMessage(task, []);
  });
}

function kept(text: string, { commit, cells, seeds }: LeagueOptions): LeagueRun[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LeagueRun & { readonly commit: string })
    .filter((run) => run.commit === commit && cells.includes(run.cell) && seeds.includes(run.seed))
    .map(({ cell, seed, seconds, outcome }) => ({ cell, seed, seconds, outcome }));
}
