import type { Spread } from "./statistics.ts";

/** The report for people: every figure beside its bar, misses first, so that nobody has to look for them. */
export function renderBench(report: BenchReport): string {
  const { machine } = report;
  const judged = report.rows.filter((row) => row.bar !== undefined);
  const missed = judged.filter((row) => row.bar?.met === false);
  const lines = [
    `postern bench · ${report.date} · commit ${report.commit}${report.quick ? " · quick" : ""}`,
    `${machine.cpus} cores, ${machine.model}, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB, Node ${machine.node}, load average ${machine.loadBefore.toFixed(1)} before`,
    "Absolute figures are this machine's. A ratio is the median over turns of one run, with least and greatest turn behind it.",
    "",
    ...table(missed.length === 0 ? [] : [["MISSED", "figure", "against", "ratio", "bar"], ...missed.map(cells)]),
    ...(missed.length === 0 ? [] : [""]),
  ];
  for (const part of new Set(report.rows.map((row) => row.part))) {
    lines.push(part, ...table(report.rows.filter((row) => row.part === part).map((row) => [...cells(row), verdict(row)])), "");
  }
  if (report.notes.length > 0) lines.push("Notes", ...report.notes.map((note) => `  · ${note}`), "");
  lines.push(`${judged.length - missed.length} of ${judged.length} bars met, ${missed.length} missed, in ${report.seconds.toFixed(0)} s.`);
  return `${lines.join("\n")}\n`;
}

/** One figure of a run. */
export interface BenchRow {
  /** The heading it stands under. */
  readonly part: string;
  readonly name: string;
  readonly unit: string;
  readonly value: Spread;
  /** What it is compared with, in the same unit, measured in the same run. */
  readonly peer?: { readonly name: string; readonly value: Spread };
  /** `value` over `peer`, turn by turn. */
  readonly ratio?: Spread;
  readonly bar?: Bar;
}

/** A promise of the design and whether this run kept it. */
export interface Bar {
  /** `≥ 85 %`, `≤ 12 µs`. */
  readonly text: string;
  readonly met: boolean;
}

export interface BenchReport {
  readonly date: string;
  readonly commit: string;
  readonly quick: boolean;
  readonly seconds: number;
  readonly machine: { readonly cpus: number; readonly model: string; readonly memoryBytes: number; readonly node: string; readonly loadBefore: number };
  readonly rows: readonly BenchRow[];
  /** What could not be measured and why, and what to know when reading. */
  readonly notes: readonly string[];
}

export function atLeast(figure: number, bound: number, text: string): Bar {
  return { text, met: figure >= bound };
}

export function atMost(figure: number, bound: number, text: string): Bar {
  return { text, met: figure <= bound };
}

function cells(row: BenchRow): string[] {
  return [
    row.name,
    amount(row.value, row.unit),
    row.peer === undefined ? "" : `${row.peer.name} ${amount(row.peer.value, row.unit)}`,
    row.ratio === undefined ? "" : share(row.ratio),
    row.bar?.text ?? "",
  ];
}

function verdict(row: BenchRow): string {
  if (row.bar === undefined) return "";
  return row.bar.met ? "met" : "MISSED";
}

function amount(value: Spread, unit: string): string {
  const range = value.turns.length > 1 ? ` (${figure(value.min)}–${figure(value.max)})` : "";
  return `${figure(value.median)} ${unit}${range}`;
}

function share(ratio: Spread): string {
  const range = ratio.turns.length > 1 ? ` (${percent(ratio.min)}–${percent(ratio.max)})` : "";
  return `${percent(ratio.median)} %${range}`;
}

function percent(value: number): string {
  return (value * 100).toFixed(value < 0.1 ? 1 : 0);
}

function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 1_000) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** Columns as wide as their widest cell, no lines but blanks. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}
