import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { atLeast, type BenchRow } from "./bench-report.ts";
import type { BenchContext } from "./bench-context.ts";
import { writeCombinedLog } from "./combined-log.ts";
import { debianPart } from "./debian-part.ts";
import { cpuSeconds, peakMemoryMiB } from "./process-figures.ts";
import { ratios, spread } from "./statistics.ts";

/** Access-log lines a second of wall time, from start of the command to its end: `postern import --json` and goaccess on one file, by turns. */
export async function measureImport(context: BenchContext): Promise<BenchRow[]> {
  const { quick, say, notes, dir, children } = context;
  const lines = quick ? 100_000 : 1_000_000;
  const file = join(dir, "access.log");
  say(`writing ${lines.toLocaleString("en-US")} log lines`);
  writeCombinedLog(file, lines);
  const goaccess = debianPart("goaccess", say);
  if (goaccess === undefined) notes.push("goaccess is not here and could not be installed: not compared with it.");
  const main = fileURLToPath(new URL("../main.js", import.meta.url));
  const env = { ...process.env, POSTERN_KEY_FILE: join(dir, "import-key", "key") };
  const ours: number[] = [];
  const withData: number[] = [];
  const theirs: number[] = [];
  const oursCpu: number[] = [];
  const theirsCpu: number[] = [];
  const peaks: number[] = [];
  for (let turn = 0; turn < (quick ? 1 : 2); turn++) {
    say(`import, turn ${turn + 1}`);
    const postern = await timed(children, process.execPath, [main, "import", file, "--format", "combined", "--json"], env);
    if (postern.code !== 0) {
      notes.push(`postern import ended with ${postern.code}: not measured. ${postern.errors.slice(0, 200)}`);
      return [];
    }
    const accepted = acceptedOf(postern.output);
    if (accepted !== lines) notes.push(`postern import accepted ${accepted} of ${lines} lines.`);
    ours.push(lines / postern.seconds);
    oursCpu.push(lines / postern.cpuSeconds);
    peaks.push(postern.peakMiB);
    if (goaccess !== undefined) {
      const peer = await timed(children, goaccess, [file, "--log-format=COMBINED", "--no-progress", "-o", join(dir, "goaccess.json")], process.env);
      theirs.push(peer.code === 0 ? lines / peer.seconds : 0);
      theirsCpu.push(peer.code === 0 ? lines / peer.cpuSeconds : 0);
    }
    if (turn === 0 && !quick) {
      const kept = await timed(children, process.execPath, [main, "import", file, "--format", "combined", "--json", "--data", join(dir, "import-data")], env);
      if (kept.code === 0) withData.push(lines / kept.seconds);
    }
  }
  const part = `Import: ${lines.toLocaleString("en-US")} lines of a combined log, the process's start included`;
  const value = spread(ours);
  const rows: BenchRow[] = [{ part, name: "postern import, one thread", unit: "lines/s", value, bar: atLeast(value.median, 100_000, "≥ 100,000 lines/s") }];
  if (theirs.some((rate) => rate > 0)) {
    const ratio = spread(ratios(ours, theirs));
    rows.push({ part, name: "against goaccess", unit: "lines/s", value, peer: { name: "goaccess", value: spread(theirs) }, ratio, bar: atLeast(ratio.median, 1, "ahead") });
  }
  if (theirsCpu.some((rate) => rate > 0)) {
    const ratio = spread(ratios(oursCpu, theirsCpu));
    rows.push({ part, name: "lines for a second of CPU", unit: "lines", value: spread(oursCpu), peer: { name: "goaccess", value: spread(theirsCpu) }, ratio });
  }
  if (withData.length > 0) rows.push({ part, name: "postern import --data (journal written)", unit: "lines/s", value: spread(withData) });
  rows.push({ part, name: "peak memory of postern import", unit: "MiB", value: spread(peaks) });
  return rows;
}

async function timed(children: BenchContext["children"], command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Timed> {
  const startedAt = process.hrtime.bigint();
  const child = children.program(command, args, env);
  let output = "";
  let errors = "";
  let peakMiB = 0;
  let cpu = 0.01;
  child.stdout?.on("data", (chunk: Buffer) => {
    output = (output + chunk.toString("utf8")).slice(-outputCharactersMax);
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString("utf8")).slice(-2_000);
  });
  const watch = setInterval(() => {
    peakMiB = Math.max(peakMiB, peakMemoryMiB(child.pid ?? 0));
    cpu = Math.max(cpu, cpuSeconds(child.pid ?? 0));
  }, lookMs);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearInterval(watch);
  return { code, seconds: Number(process.hrtime.bigint() - startedAt) / 1e9, output, errors, peakMiB, cpuSeconds: cpu };
}

interface Timed {
  readonly code: number | null;
  readonly seconds: number;
  readonly output: string;
  readonly errors: string;
  readonly peakMiB: number;
  /** As of the last look, at most {@link lookMs} before the end. */
  readonly cpuSeconds: number;
}

function acceptedOf(output: string): number {
  return Number(/"accepted":(\d+)/.exec(output)?.[1] ?? 0);
}

const lookMs = 25;
/** The report of a thousand endpoints is far smaller. */
const outputCharactersMax = 16_000_000;
