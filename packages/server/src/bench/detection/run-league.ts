import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cell } from "./cell.ts";
import { bundlePlayer } from "./league-bundle.ts";
import { cellWeight, type LeagueJob, planLeague, warmWeight, weightOf } from "./league-plan.ts";
import type { PlayerReply, PlayerTask } from "./league-player.ts";
import type { CellOutcome } from "./run-cell.ts";

/**
 * Runs cells with seeds in `threads` processes and gives each outcome as it comes. Cells that share their honest days ({@link planLeague}) have them played once a
 * seed: the process that did is kept as a snapshot on disk, some ten to a few hundred megabytes a thread while it is used, and each cell goes on from there.
 * With `keep`, outcomes are written to that file, a line each, and those that stand there already are not run again: hours of work survive a stop.
 */
export async function runLeague(options: LeagueOptions, onStep: (step: LeagueStep) => void): Promise<LeagueRun[]> {
  const { cells, seeds, keep } = options;
  const runs: LeagueRun[] = keep !== undefined && existsSync(keep) ? kept(readFileSync(keep, "utf8"), options) : [];
  const have = new Set(runs.map((run) => `${run.cell} ${run.seed}`));
  const planned = planLeague(cells, seeds, (cell, seed) => have.has(`${cell.id} ${seed}`));
  const jobs = sharesDays ? planned : planned.flatMap(({ seed, cells: some }) => some.map((cell): LeagueJob => ({ seed, cells: [cell] })));
  const of = cells.length * seeds.length;
  const began = performance.now();
  const whole = jobs.reduce((sum, job) => sum + weightOf(job), 0);
  let played = 0;
  const step = (job: LeagueJob, cell: Cell, seconds: number, run?: LeagueRun): void => {
    played += run === undefined ? warmWeight(cell) : cellWeight(cell) + (job.cells.length === 1 ? warmWeight(cell) : 0);
    const secondsLeft = ((performance.now() - began) / 1_000) * (whole / played - 1);
    onStep({
      seed: job.seed,
      cells: run === undefined ? job.cells.map(({ id }) => id) : [cell.id],
      seconds,
      ...(run === undefined ? {} : { run }),
      done: runs.length,
      of,
      secondsLeft,
    });
  };
  if (jobs.length > 0) {
    const place = new PlayerPlace();
    try {
      await bundlePlayer(place.bundle);
      const waiting = jobs.values();
      const work = async (_: unknown, thread: number): Promise<void> => {
        for (const job of waiting) {
          await playJob(place, thread, job, (cell, seconds, outcome) => {
            if (outcome === undefined) return step(job, cell, seconds);
            const run: LeagueRun = { cell: cell.id, seed: job.seed, seconds, outcome };
            runs.push(run);
            if (keep !== undefined) appendFileSync(keep, `${JSON.stringify({ commit: options.commit, ...run })}\n`);
            step(job, cell, seconds, run);
          });
        }
      };
      await Promise.all(Array.from({ length: Math.min(options.threads, jobs.length) }, work));
    } finally {
      place.close();
    }
  }
  const order = new Map(cells.map((cell, index) => [cell.id, index]));
  return runs.sort((a, b) => (order.get(a.cell) ?? 0) - (order.get(b.cell) ?? 0) || (a.seed < b.seed ? -1 : 1));
}

export interface LeagueOptions {
  readonly cells: readonly Cell[];
  readonly seeds: readonly string[];
  readonly threads: number;
  /** Outcomes of another commit are not taken over. */
  readonly commit: string;
  readonly keep?: string;
}

/** A run that ended, or without `run` the honest days of `cells`. */
export interface LeagueStep {
  readonly seed: string;
  readonly cells: readonly string[];
  readonly seconds: number;
  readonly run?: LeagueRun;
  /** Runs that have ended, kept ones among them, of all. */
  readonly done: number;
  readonly of: number;
  /** At the pace so far, by the number of requests. */
  readonly secondsLeft: number;
}

export interface LeagueRun {
  readonly cell: string;
  readonly seed: string;
  /** Of its own: honest days that it shares are not in it. */
  readonly seconds: number;
  readonly outcome: CellOutcome;
}

/** Whether honest days are played once for all cells that have them in common. Only on Node 20: a process of Node 24.21 that goes on from such a snapshot, or builds one, ends with SIGSEGV now and then. */
export const sharesDays = Number(process.versions.node.split(".")[0]) < 22;

async function playJob(place: PlayerPlace, thread: number, { seed, cells }: LeagueJob, onEnd: (cell: Cell, seconds: number, outcome?: CellOutcome) => void): Promise<void> {
  const [first] = cells;
  if (first === undefined) return;
  const shared = cells.length > 1 ? place.snapshot(thread) : undefined;
  if (shared !== undefined) {
    const began = performance.now();
    await place.run(["--snapshot-blob", shared, "--build-snapshot", place.bundle], { cell: first, seed });
    onEnd(first, (performance.now() - began) / 1_000);
  }
  for (const cell of cells) {
    const { outcome, seconds } = JSON.parse(await place.run(shared === undefined ? [place.bundle] : ["--snapshot-blob", shared], { cell, seed })) as PlayerReply;
    onEnd(cell, seconds, outcome);
  }
}

/** The folder of bundle and snapshots, and the processes that play from it; both go with this process when it is asked to stop. */
class PlayerPlace {
  readonly #folder: string;
  readonly #running = new Set<ReturnType<typeof spawn>>();
  readonly #stop = (signal: NodeJS.Signals): void => {
    this.close();
    process.exit(signal === "SIGINT" ? 130 : 143);
  };

  constructor() {
    sweep();
    this.#folder = mkdtempSync(join(tmpdir(), `${folderName}${process.pid}-`));
    process.on("SIGINT", this.#stop).on("SIGTERM", this.#stop);
  }

  get bundle(): string {
    return join(this.#folder, "player.cjs");
  }

  snapshot(thread: number): string {
    return join(this.#folder, `days-${thread}.blob`);
  }

  /** What it wrote. Throws when it ends otherwise than with 0; what it said stands above. */
  run(args: readonly string[], task: PlayerTask): Promise<string> {
    return new Promise((resolve, reject) => {
      // That snapshots of a program's own are experimental is known.
      const child = spawn(process.execPath, ["--no-warnings", ...args, JSON.stringify(task)], { stdio: ["ignore", "pipe", "inherit"] });
      this.#running.add(child);
      const said: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
      child.on("error", reject);
      child.on("close", (code, signal) => {
        this.#running.delete(child);
        if (code === 0) resolve(Buffer.concat(said).toString("utf8"));
        else reject(new Error(`${task.cell.id} with ${task.seed} ended with ${signal ?? code}`));
      });
    });
  }

  close(): void {
    process.off("SIGINT", this.#stop).off("SIGTERM", this.#stop);
    for (const child of this.#running) child.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const folderName = "postern-league-";

/** Folders of leagues that were killed outright. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${folderName}(\\d+)-`).exec(name)?.[1]);
    if (pid > 0 && !lives(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is there too.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function kept(text: string, { commit, cells, seeds }: LeagueOptions): LeagueRun[] {
  return text
    .split("\n")
    .flatMap(lineOf)
    .filter((run) => run.commit === commit && cells.some((cell) => cell.id === run.cell) && seeds.includes(run.seed))
    .map(({ cell, seed, seconds, outcome }) => ({ cell, seed, seconds, outcome }));
}

/** A line that broke off when the league was killed is none: its run is played again. */
function lineOf(line: string): readonly (LeagueRun & { readonly commit: string })[] {
  try {
    return line === "" ? [] : [JSON.parse(line) as LeagueRun & { readonly commit: string }];
  } catch {
    return [];
  }
}
