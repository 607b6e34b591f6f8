import { type LeagueRow, minutes, othersOf, renderLeague } from "./league-table.ts";

/** The run as a page: commit, seeds, misses first, the table, what each cell is. `rivals`: the others' table, as text, if they ran. */
export function leaguePage(run: LeaguePageRun): string {
  const { rows } = run;
  const missed = rows.filter((row) => row.missed.length > 0);
  const lines = [
    "# How much attackers learn, and what honest people pay for it",
    "",
    "`npm run bench:detection -- --write` makes this page. Every cell is an honest world in which people sign in, mistype, sync and share gateways, and at most one attack on it, played in",
    "virtual time and closed loop: attacker and honest people see what the gate lets them see, and act on it. *Leaked* counts existing people the attacker knows of at the end, by its own notes;",
    "thresholds were fitted on seeds `train-…`, the figures are of the seeds named here. Median over seeds, 95th percentile in brackets.",
    "",
    `**Commit ${run.commit}, ${run.seeds.length} ${run.seeds.length === 1 ? "seed" : "seeds"} (${run.seeds.join(", ")}).**${run.seeds.length < 20 ? " Twenty seeds are the aim: few seeds say little about a 95th percentile." : ""}`,
    "",
    "## Misses first",
    "",
    ...(missed.length === 0 ? ["None in this run."] : missed.map((row) => `- **${row.cell.id}** (${row.cell.title}): ${row.missed.join("; ")}.`)),
    "",
    "![Records learned by cell, on a logarithmic scale](detection.svg)",
    "",
    "## Attacks",
    "",
    "| cell | list | leaked | when people were told | told after | found | honest as unknown meanwhile | held to |",
    "|---|---|---|---|---|---|---|---|",
    ...rows.filter((row) => row.cell.attack !== undefined).map(attackLine),
    "",
    "## Honest worlds",
    "",
    "| cell | pages | honest as unknown | parts of address books held back | refused | held to |",
    "|---|---|---|---|---|---|",
    ...rows.filter((row) => row.cell.attack === undefined).map(honestLine),
    "",
    ...(run.rivals === "" ? [] : ["## Others, on the same traffic", "", "```", run.rivals.trimEnd(), "```", ""]),
    "## The same as text",
    "",
    "```",
    renderLeague(rows).trimEnd(),
    "```",
    "",
  ];
  return lines.join("\n");
}

export interface LeaguePageRun {
  readonly commit: string;
  readonly seeds: readonly string[];
  readonly rows: readonly LeagueRow[];
  readonly rivals: string;
}

/** A dot a cell at the median, a line to the 95th percentile, a tick at the bar; logarithmic from 1 to 100,000. Reads on light and on dark ground. */
export function leaguePlot(rows: readonly LeagueRow[]): string {
  const attacks = rows.filter((row) => row.cell.attack !== undefined);
  const height = 46 + attacks.length * rowHeight;
  const marks = [1, 10, 100, 1_000, 10_000, 100_000].map((value) => {
    const x = placeOf(value);
    return `<line x1="${x}" x2="${x}" y1="30" y2="${height - 10}" stroke="#8a94a6" stroke-opacity="0.35"/><text x="${x}" y="22" text-anchor="middle">${value.toLocaleString("en")}</text>`;
  });
  const dots = attacks.map((row, place) => {
    const y = 44 + place * rowHeight;
    const color = row.missed.length > 0 ? "#c2410c" : "#0f766e";
    const bar = row.cell.bar.leaked ?? (row.cell.bar.leakedShare === undefined ? undefined : row.cell.bar.leakedShare * (row.cell.attack?.size ?? 0));
    return [
      `<text x="${left - 10}" y="${y + 4}" text-anchor="end">${row.cell.id}</text>`,
      `<line x1="${placeOf(row.leaked.median)}" x2="${placeOf(row.leaked.p95)}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="2"/>`,
      `<circle cx="${placeOf(row.leaked.median)}" cy="${y}" r="4.5" fill="${color}"/>`,
      bar === undefined ? "" : `<line x1="${placeOf(bar)}" x2="${placeOf(bar)}" y1="${y - 7}" y2="${y + 7}" stroke="#64748b" stroke-width="2"/>`,
    ].join("");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#64748b" role="img" aria-label="Records learned by cell">`,
    ...marks,
    ...dots,
    "</svg>",
    "",
  ].join("\n");
}

const width = 860;
const left = 170;
const rowHeight = 24;

function placeOf(value: number): number {
  return Math.round(left + ((width - left - 40) * Math.log10(Math.max(1, value))) / 5);
}

function attackLine(row: LeagueRow): string {
  const { cell } = row;
  const told = row.found === 0 ? "–" : minutes(row.alertAfterMinutes.median);
  return `| ${cell.id}: ${cell.title} | ${cell.attack?.size ?? 0} | ${pair(row.leaked)} | ${pair(row.leakedAtAlert)} | ${told} | ${row.found}/${row.seeds} | ${share(row.uniformShare)}${row.named === 0 ? "" : `; ${share(row.uniformNamedShare)} once clients were named`} | ${heldTo(row)} |`;
}

function honestLine(row: LeagueRow): string {
  return `| ${row.cell.id}: ${row.cell.title} | ${pair(row.pages)} | ${share(row.uniformShare)}${row.tests === 0 ? "" : `; ${othersOf(row)}`} | ${row.partsHeld} of ${row.parts} | ${row.refused} | ${heldTo(row)} |`;
}

function heldTo(row: LeagueRow): string {
  const { bar } = row.cell;
  const parts = [
    bar.leaked === undefined ? "" : `≤ ${bar.leaked}${bar.leakedP95 === undefined ? "" : ` (${bar.leakedP95})`} leaked`,
    bar.leakedShare === undefined ? "" : `≤ ${bar.leakedShare * 100} % of the list`,
    bar.pages === undefined ? "" : `≤ ${bar.pages} pages`,
    bar.uniformShare === undefined ? "" : `≤ ${bar.uniformShare * 100} % as unknown`,
    bar.uniformNamedShare === undefined ? "" : `≤ ${bar.uniformNamedShare * 100} % as unknown once clients are named`,
    bar.found === true ? "found" : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "nothing, only told" : `${parts.join(", ")}: ${row.missed.length === 0 ? "held" : "**missed**"}`;
}

function pair({ median, p95 }: LeagueRow["leaked"]): string {
  return `${whole(median)} (${whole(p95)})`;
}

function share({ median, p95 }: LeagueRow["leaked"]): string {
  return `${(median * 100).toFixed(2)} % (${(p95 * 100).toFixed(2)})`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}
