// Prints how soon abuse of codes, messages, prompts and sign-ins is told, how much of it passes after that where the gate enforces, and what honest days raise and are refused: `node scripts/abuse-table.mjs [seeds] [part of a cell's name]`.
// Build first (`npx tsc -b`). Twenty seeds of everything take about twenty minutes.
import { abuseCells } from "../packages/testkit/dist/traffic/testing/abuse-cells.js";

const seeds = Number(process.argv[2] ?? "20");
const part = process.argv[3] ?? "";
for (const cell of abuseCells) {
  if (!cell.id.includes(part)) continue;
  const counts = [];
  const surges = [];
  const passed = [];
  let after = 0;
  let honest = 0;
  let refused = 0;
  const raised = new Map();
  let pages = 0;
  for (let seed = 0; seed < seeds; seed += 1) {
    const run = cell.run(`test ${seed}`);
    const { stopped } = cell.run(`test ${seed}`, "enforce");
    passed.push(stopped.passed);
    after += stopped.attack;
    honest += stopped.honest;
    refused += stopped.refused;
    pages += run.pages;
    if (cell.detector !== undefined) {
      counts.push(run.until(cell.detector) ?? Number.POSITIVE_INFINITY);
      surges.push(run.until(cell.detector, "medium") ?? Number.POSITIVE_INFINITY);
    } else for (const signal of run.signals) raised.set(`${signal.detector} ${signal.level}`, (raised.get(`${signal.detector} ${signal.level}`) ?? 0) + 1);
  }
  const of = (list, p) => list.sort((a, b) => a - b)[Math.min(list.length - 1, Math.ceil(p * list.length) - 1)] ?? Number.NaN;
  const people = `honest refused ${refused} of ${honest}`;
  const found = counts.filter(Number.isFinite).length;
  process.stdout.write(
    cell.detector === undefined
      ? `${cell.id}: ${pages} pages in ${seeds} runs; ${[...raised].map(([name, count]) => `${name} ${count}`).join(", ") || "no signal"}; ${people}\n`
      : `${cell.id}: found ${found}/${seeds}, median ${of(counts, 0.5)}, p95 ${of(counts, 0.95)}, most ${of(counts, 1)} (at medium: median ${of(surges, 0.5)}, p95 ${of(surges, 0.95)}); after the alert ${of(passed, 0.5)} passed (most ${of(passed, 1)}) of ${Math.round(after / seeds)}; ${people}\n`,
  );
}
