import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { type BenchReport, type BenchRow, renderBench } from "./bench-report.ts";
import type { BenchContext } from "./bench-context.ts";
import { benchOptions, wrongOption } from "./bench-options.ts";
import { Children } from "./children.ts";
import { measureEngine } from "./measure-engine.ts";
import { measureImport } from "./measure-import.ts";
import { measureMemory } from "./measure-memory.ts";
import { measureProxies } from "./measure-proxies.ts";

/**
 * `npm run bench`: one run, every figure beside its peer. A missed bar is reported, not an error: the exit code is 0 unless the bench itself could
 * not run. Run by scripts/bench.mjs.
 */
async function bench(args: readonly string[]): Promise<void> {
  const values = benchOptions(args, { json: { type: "boolean" }, quick: { type: "boolean" }, only: { type: "string" }, scale: { type: "string" } }, help);
  if (values === undefined) return;
  const scale = Number(values.scale ?? 1);
  if (values.only !== undefined && !parts.some(([name]) => name === values.only))
    return wrongOption(`--only takes ${parts.map(([name]) => name).join(", ")}, not ${JSON.stringify(values.only)}.`);
  if (!(scale > 0 && scale <= 1)) return wrongOption("--scale takes a number above 0 and up to 1: how much of the memory bench's crowds is asked.");
  const startedAt = performance.now();
  const loadBefore = loadavg()[0] ?? 0;
  const dir = mkdtempSync(join(tmpdir(), "postern-bench-"));
  const children = new Children();
  const notes: string[] = [];
  const rows: BenchRow[] = [];
  const context: BenchContext = { children, dir, quick: values.quick === true, scale, say: (line) => void process.stderr.write(`bench: ${line}\n`), notes };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void children.endAll().then(() => process.exit(130)));
  try {
    for (const [name, measure] of parts) {
      if (values.only === undefined ? alone.has(name) : values.only !== name) continue;
      try {
        rows.push(...(await measure(context)));
      } catch (error) {
        notes.push(`${name} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
        process.exitCode = 1;
      }
    }
  } finally {
    await children.endAll();
    rmSync(dir, { recursive: true, force: true });
  }
  const [cpu] = cpus();
  const report: BenchReport = {
    date: new Date().toISOString().slice(0, 10),
    commit: spawnSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" }).stdout?.trim() || "unknown",
    quick: values.quick === true,
    seconds: (performance.now() - startedAt) / 1_000,
    machine: { cpus: cpus().length, model: cpu?.model ?? "unknown", memoryBytes: totalmem(), node: process.versions.node, loadBefore },
    rows,
    notes,
  };
  process.stdout.write(values.json === true ? `${JSON.stringify(report)}\n` : renderBench(report));
}

const parts: readonly (readonly [name: string, measure: (context: BenchContext) => Promise<BenchRow[]>])[] = [
  ["proxies", measureProxies],
  ["engine", measureEngine],
  ["import", measureImport],
  ["memory", measureMemory],
];
/** Takes longer than all the others: run by its name only. */
const alone: ReadonlySet<string> = new Set(["memory"]);

const help = `Usage: npm run bench -- [options]

Measures Postern's speed and memory beside its peers, in one run, and prints every figure with its bar. A missed bar is told, not an error.

  --only PART     one part: proxies, engine, import or memory. Without it all but memory, in ten minutes on two cores
  --scale N       of memory: how much of the crowd of 33 million people asks, above 0 and up to 1; 1 takes about 45 minutes on
                  two quiet cores (it says how many are left), 0.1 is a look
  --quick         fewer turns: a minute, for a look
  --json          the report for scripts
  -h, --help      this text
`;

await bench(process.argv.slice(2));
