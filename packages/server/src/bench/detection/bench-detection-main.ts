import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { benchOptions, wrongOption } from "../bench-options.ts";
import { benchOracles } from "../oracles/bench-oracles.ts";
import { cells } from "./cells.ts";
import { leaguePage, leaguePlot } from "./league-page.ts";
import { leagueRow, minutes, renderLeague } from "./league-table.ts";
import { rivals } from "./rivals/rivals.ts";
import { rivalsTable, runRivals } from "./rivals/rivals-table.ts";
import { type LeagueStep, runLeague } from "./run-league.ts";

/**
 * `npm run bench:detection`: how much attackers learn and what honest people pay for it, cell by cell. Thresholds were fitted on seeds `train-…`; the report
 * uses `test-…`. `--cells a,b` and `--seeds N` take a part, `--keep FILE` lets a stopped run go on, `--rivals N` runs the others on the same cells with the first N seeds, `--oracles` measures how oracles are found instead (`--months N` of endpoints that are none), `--write` renews docs/benchmarks/detection.md, `--json` is for scripts. Exits 0 when a bar is missed: it tells.
 */
async function bench(args: readonly string[]): Promise<void> {
  const values = benchOptions(
    args,
    {
      json: { type: "boolean" },
      cells: { type: "string" },
      seeds: { type: "string", default: "20" },
      train: { type: "boolean" },
      keep: { type: "string" },
      write: { type: "boolean" },
      rivals: { type: "string" },
      oracles: { type: "boolean" },
      months: { type: "string", default: "10000" },
      threads: { type: "string", default: String(availableParallelism()) },
    },
    help,
  );
  if (values === undefined) return;
  const wanted = values.cells?.split(",");
  const unknown = wanted?.filter((id) => !cells.some((cell) => cell.id === id)) ?? [];
  const count = Number(values.seeds);
  const threads = Number(values.threads);
  if (unknown.length > 0) return wrongOption(`No such cell: ${unknown.join(", ")}. There are: ${cells.map((cell) => cell.id).join(", ")}`);
  if (!(Number(values.rivals ?? 0) >= 0) || !Number.isInteger(count) || count < 1 || !Number.isInteger(threads) || threads < 1)
    return wrongOption("--seeds and --threads are whole numbers from 1, --rivals from 0.");
  if (values.oracles === true) {
    const months = Number(values.months);
    if (!Number.isInteger(months) || months < 12) return wrongOption("--months is a whole number from 12.");
    benchOracles({ commit: commitOf(), seed: values.train === true ? "train-1" : "test-1", months, json: values.json === true, write: values.write === true });
    return;
  }
  const chosen = cells.filter((cell) => wanted?.includes(cell.id) !== false);
  const seeds = Array.from({ length: count }, (_, n) => `${values.train === true ? "train" : "test"}-${n + 1}`);
  const commit = commitOf();
  const began = performance.now();
  const runs = await runLeague({ cells: chosen, seeds, threads, commit, ...(values.keep === undefined ? {} : { keep: values.keep }) }, (step) => {
    if (values.json !== true) process.stderr.write(`${step.done}/${step.of}  ${stepLine(step)}, ${step.seconds.toFixed(0)} s; ${minutes(step.secondsLeft / 60)} left\n`);
  });
  const rows = chosen.map((cell) =>
    leagueRow(
      cell,
      runs.filter((run) => run.cell === cell.id).map((run) => run.outcome),
    ),
  );
  const others = Number(values.rivals ?? 0);
  const beside =
    others === 0
      ? []
      : await runRivals({ rivals, cells: chosen.filter((cell) => cell.attack !== undefined), seeds: seeds.slice(0, others) }, (row) => process.stderr.write(rivalsTable([row])));
  if (values.write === true) {
    mkdirSync(pages, { recursive: true });
    writeFileSync(join(pages, "detection.md"), leaguePage({ commit, seeds, rows, rivals: beside.length === 0 ? "" : rivalsTable(beside) }));
    writeFileSync(join(pages, "detection.svg"), leaguePlot(rows));
  }
  if (values.json === true) process.stdout.write(`${JSON.stringify({ commit, seeds, rows, rivals: beside })}\n`);
  else
    process.stdout.write(
      `postern bench:detection · commit ${commit} · ${seeds.length} seeds (${seeds[0]} to ${seeds.at(-1)}) · ${((performance.now() - began) / 60_000).toFixed(1)} min\n\n${renderLeague(rows)}`,
    );
}

function stepLine({ run, seed, cells: shared }: LeagueStep): string {
  if (run === undefined) return `honest days of ${shared.length} cells (${shared[0]} …) ${seed}`;
  const { leaked, leakedAtAlert, alertAfterMs, pages: paged, pagesBefore, lookups, uniform } = run.outcome;
  const told = alertAfterMs === undefined ? "not told" : `told after ${minutes(alertAfterMs / 60_000)}`;
  return `${run.cell} ${seed}: ${leaked} leaked (${leakedAtAlert} when told), ${told}, ${paged + pagesBefore} pages, ${uniform} of ${lookups} honest as unknown`;
}

const pages = "docs/benchmarks";

function commitOf(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}

const help = `Usage: npm run bench:detection -- [options]

Plays honest worlds and attacks against Postern in virtual time, closed loop, and tells what was learned of people and what honest people paid. Cells that differ
only in the attack have their honest days played once a seed, kept as a snapshot in the folder for temporary files. Whole seeds are finished one after another. A
missed bar is told, not an error.

  --cells A,B     these cells only: a wrong name lists them all
  --seeds N       so many seeds, test-1 to test-N (20)
  --train         seeds train-1 to train-N: those thresholds may be fitted on
  --threads N     so many processes (one a core)
  --keep FILE     keeps each finished run there, so that a stopped bench goes on
  --rivals N      the other tools on the same cells, with the first N seeds
  --oracles       instead: how well and how soon oracles are found
  --months N      of --oracles: so many endpoint-months that are none (10000)
  --naming        instead: how well an attack's clients are named, see --naming --help
  --write         renews docs/benchmarks/detection.md, with --oracles its own page
  --json          the report for scripts
  -h, --help      this text
`;

await bench(process.argv.slice(2));
