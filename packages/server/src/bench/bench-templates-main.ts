import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inventoryBounds } from "@postern/engine";
import { githubPaths } from "@postern/testkit";
import { benchOptions } from "./bench-options.ts";
import { memoryAtBounds, memoryOfTemplates } from "./measure-inventory-memory.ts";
import { measureTemplates, type TemplateRun } from "./measure-templates.ts";

/**
 * `npm run bench:templates`: how many of an interface's path templates are recovered from URLs alone, with how many endpoints too many. Seeds of the
 * report are never those a threshold was fitted on. `--json` for scripts; `--documents DIR` adds every OpenAPI document there (JSON).
 */
function bench(args: readonly string[]): void {
  const values = benchOptions(args, { json: { type: "boolean" }, documents: { type: "string" }, seeds: { type: "string", default: "3" }, verbose: { type: "boolean" } }, help);
  if (values === undefined) return;
  const seeds = Array.from({ length: Math.max(1, Number(values.seeds) || 1) }, (_, n) => `report ${n + 1}`);
  const github = githubPaths();
  const rows: Row[] = [];
  for (const style of ["open", "pool"] as const) {
    for (const perTemplate of [10, 50, 500]) {
      for (const order of perTemplate === 50 ? (["shuffled", "sorted", "reversed"] as const) : (["shuffled"] as const)) {
        const row = readAll("GitHub", { templates: github, perTemplate, style, order, seed: "" }, seeds);
        rows.push(row);
        if (values.json !== true) process.stdout.write(`${line(row)}\n${values.verbose === true ? details(row) : ""}`);
      }
    }
  }
  const documents = values.documents ?? "../shared/data/openapi";
  const shares: number[] = [];
  let worst = "";
  let worstShare = 2;
  for (const { name, templates } of existsSync(documents) ? openApiPaths(documents) : []) {
    const row = readAll(name, { templates, perTemplate: 50, style: "open", seed: "" }, seeds.slice(0, 1));
    rows.push(row);
    shares.push(row.recovered);
    if (row.recovered < worstShare) {
      worstShare = row.recovered;
      worst = name;
    }
  }
  const macro = shares.length === 0 ? undefined : shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const { placesMax, endpointsMax } = inventoryBounds;
  const memory = { github: memoryOfTemplates(github, 50, "memory"), atBounds: memoryAtBounds({ nodesPerHostMax: placesMax }, placesMax), bounds: { placesMax, endpointsMax } };
  if (values.json === true) process.stdout.write(`${JSON.stringify({ seeds: seeds.length, rows, documents: { count: shares.length, macroAverage: macro ?? null }, memory })}\n`);
  else if (macro === undefined) process.stdout.write(`No OpenAPI documents read: ${documents} does not exist. Name a folder with --documents.\n`);
  else process.stdout.write(`${shares.length} OpenAPI documents, 50 URLs a template: ${percent(macro)} recovered on average, least ${percent(worstShare)} (${worst})\n`);
  if (values.json === true) return;
  const { github: learned, atBounds } = memory;
  process.stdout.write(`Memory: GitHub ${kib(learned.bytes / learned.endpoints)} a template (${learned.endpoints} endpoints, ${learned.places} places, ${mib(learned.bytes)})\n`);
  process.stdout.write(
    `Memory at the default bounds: ${mib(atBounds.bytes)} with ${atBounds.places} places of ${placesMax} and ${atBounds.endpoints} endpoints of ${endpointsMax}; ${atBounds.refused} exchanges refused\n`,
  );
}

function kib(bytes: number): string {
  return `${(bytes / 1_024).toFixed(1)} KiB`;
}

function mib(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

interface Row {
  readonly name: string;
  readonly style: string;
  readonly perTemplate: number;
  readonly order: string;
  readonly truth: number;
  /** Share of the true templates that were learned: the least over the seeds. */
  readonly recovered: number;
  /** Endpoints learned, least and most over the seeds. */
  readonly learned: readonly [number, number];
  readonly nodes: number;
  readonly micros: number;
  readonly missed: readonly string[];
  readonly invented: readonly string[];
}

function readAll(name: string, run: TemplateRun, seeds: readonly string[]): Row {
  const readings = seeds.map((seed) => measureTemplates({ ...run, seed }));
  const learned = readings.map((reading) => reading.score.learned);
  const truth = readings[0]?.score.truth ?? 0;
  return {
    name,
    style: run.style,
    perTemplate: run.perTemplate,
    order: run.order ?? "shuffled",
    truth,
    recovered: Math.min(...readings.map((reading) => reading.score.recovered / reading.score.truth)),
    learned: [Math.min(...learned), Math.max(...learned)],
    nodes: Math.max(...readings.map((reading) => reading.nodes)),
    micros: Math.min(...readings.map((reading) => reading.micros)),
    missed: readings[0]?.score.missed ?? [],
    invented: readings[0]?.score.invented ?? [],
  };
}

function line(row: Row): string {
  const [least, most] = row.learned;
  const off = Math.max(...[least, most].map((count) => Math.abs(count / row.truth - 1)));
  return `${row.name} ${row.style.padEnd(4)} ${String(row.perTemplate).padStart(3)} URLs a template, ${row.order.padEnd(8)}  ${percent(row.recovered)} recovered  ${least}–${most} endpoints of ${row.truth} (off by ${percent(off)} at most)  ${row.nodes} places held  ${row.micros.toFixed(1)} µs an exchange`;
}

function details(row: Row): string {
  return `${row.missed.map((one) => `    missed   ${one}\n`).join("")}${row.invented.map((one) => `    invented ${one}\n`).join("")}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function openApiPaths(folder: string): { name: string; templates: string[] }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .flatMap((name) => {
      const document = JSON.parse(readFileSync(join(folder, name), "utf8")) as { paths?: object; basePath?: string; servers?: { url?: string }[] };
      const server = document.servers?.[0]?.url ?? document.basePath ?? "";
      const base = server.replace(/^[a-z]+:\/\/[^/]*/i, "").replace(/\/$/, "");
      const templates = [...new Set(Object.keys(document.paths ?? {}).map((path) => `${base}${path}`))];
      return templates.length === 0 ? [] : [{ name, templates }];
    });
}

const help = `Usage: npm run bench:templates -- [options]

How many of an interface's path templates are recovered from URLs alone, with how many endpoints too many, and what the inventory weighs.

  --documents DIR  reads every OpenAPI document there, too (../shared/data/openapi)
  --seeds N        so many seeds (3)
  --verbose        lists what was missed and invented
  --json           the report for scripts
  -h, --help       this text
`;

bench(process.argv.slice(2));
