import { percentile } from "../statistics.ts";
import type { Cell } from "./cell.ts";
import type { CellOutcome } from "./run-cell.ts";

/** One line of the table: a cell over all its seeds. */
export interface LeagueRow {
  readonly cell: Cell;
  readonly seeds: number;
  /** Records learned in the whole run, and when people were first told. */
  readonly leaked: Middle;
  readonly leakedAtAlert: Middle;
  /** Minutes; over the runs in which people were told. */
  readonly alertAfterMinutes: Middle;
  /** Runs in which people were told. */
  readonly found: number;
  readonly pages: Middle;
  readonly pagesBefore: Middle;
  /** Share of honest lookups answered as unknown. */
  readonly uniformShare: Middle;
  /** The same from the moment on in which clients were named, over the runs in which they were; and how many runs that is. */
  readonly uniformNamedShare: Middle;
  readonly named: number;
  /** Parts of honest address books, and those in which somebody was kept back, all runs together; in the share above they count as lookups. */
  readonly parts: number;
  readonly partsHeld: number;
  /** Lookups of load tests, which count as honest above, all runs together; and the share of everybody else's answered as unknown. */
  readonly tests: number;
  readonly testsHeld: number;
  readonly othersShare: Middle;
  /** Honest requests refused, all runs together. */
  readonly refused: number;
  /** People that the disclosures miss, or name too many, all runs together. */
  readonly unaccounted: number;
  readonly invented: number;
  /** What was promised and not kept; empty when all was. */
  readonly missed: readonly string[];
  /** Whether the cell is held to anything. */
  readonly held: boolean;
}

export interface Middle {
  readonly median: number;
  readonly p95: number;
}

/** Puts the outcomes of one cell together and holds them to its bar. Throws RangeError without outcomes. */
export function leagueRow(cell: Cell, outcomes: readonly CellOutcome[]): LeagueRow {
  if (outcomes.length === 0) throw new RangeError(`no outcome of ${cell.id}`);
  const of = (pick: (outcome: CellOutcome) => number): Middle => {
    const values = outcomes.map(pick);
    return { median: percentile([...values], 0.5), p95: percentile([...values], 0.95) };
  };
  const sum = (pick: (outcome: CellOutcome) => number): number => outcomes.reduce((total, outcome) => total + pick(outcome), 0);
  const told = outcomes.flatMap((outcome) => (outcome.alertAfterMs === undefined ? [] : [outcome.alertAfterMs / 60_000]));
  const afterNaming = outcomes.flatMap(({ named, lookups, uniform }) => (named === undefined ? [] : [(uniform - named.uniform) / Math.max(1, lookups - named.lookups)]));
  const row = {
    cell,
    seeds: outcomes.length,
    leaked: of((outcome) => outcome.leaked),
    leakedAtAlert: of((outcome) => outcome.leakedAtAlert),
    alertAfterMinutes: { median: percentile([...told], 0.5), p95: percentile([...told], 0.95) },
    found: told.length,
    pages: of((outcome) => outcome.pages + outcome.pagesBefore),
    pagesBefore: of((outcome) => outcome.pagesBefore),
    uniformShare: of((outcome) => (outcome.lookups === 0 ? 0 : outcome.uniform / outcome.lookups)),
    uniformNamedShare: { median: percentile([...afterNaming], 0.5), p95: percentile([...afterNaming], 0.95) },
    named: afterNaming.length,
    parts: sum((outcome) => outcome.parts),
    partsHeld: sum((outcome) => outcome.partsHeld),
    tests: sum((outcome) => outcome.tests?.lookups ?? 0),
    testsHeld: sum((outcome) => outcome.tests?.uniform ?? 0),
    othersShare: of(({ lookups, uniform, tests = noTests }) => (uniform - tests.uniform) / Math.max(1, lookups - tests.lookups)),
    refused: sum((outcome) => outcome.refused),
    unaccounted: sum((outcome) => outcome.unaccounted),
    invented: sum((outcome) => outcome.invented),
  };
  return { ...row, missed: missedOf(row), held: Object.keys(cell.bar).length > 0 };
}

function missedOf(row: Omit<LeagueRow, "missed" | "held">): string[] {
  const { bar, attack } = row.cell;
  const missed: string[] = [];
  const over = (name: string, figure: number, most: number | undefined): void => {
    if (most !== undefined && figure > most) missed.push(`${name} ${round(figure)} > ${round(most)}`);
  };
  over("leaked, median", row.leaked.median, bar.leaked);
  over("leaked, p95", row.leaked.p95, bar.leakedP95);
  over("leaked, share of the list", row.leaked.median / (attack?.size ?? 1), bar.leakedShare);
  over("pages", row.pages.p95, bar.pages);
  over("honest answered as unknown", row.uniformShare.p95, bar.uniformShare);
  if (bar.uniformNamedShare !== undefined) {
    over("honest answered as unknown once clients were named", row.uniformNamedShare.p95, bar.uniformNamedShare);
    if (row.named < row.seeds) missed.push(`clients not named in ${row.seeds - row.named} of ${row.seeds} runs`);
  }
  if (bar.found === true && row.found < row.seeds) missed.push(`not found in ${row.seeds - row.found} of ${row.seeds} runs`);
  if (row.cell.group === "honest" && row.refused > 0) missed.push(`${row.refused} honest requests refused`);
  if (row.unaccounted + row.invented > 0) missed.push(`disclosures wrong about ${row.unaccounted + row.invented} people`);
  return missed;
}

/** As text for people, misses first. */
export function renderLeague(rows: readonly LeagueRow[]): string {
  const missed = rows.filter((row) => row.missed.length > 0);
  const lines = missed.length === 0 ? [] : ["MISSED", ...missed.map((row) => `  ${row.cell.id.padEnd(idWidth)}  ${row.missed.join("; ")}`), ""];
  lines.push(`${"".padEnd(idWidth + 2)}${heading}`, ...rows.map((row) => `  ${row.cell.id.padEnd(idWidth)}${columnsOf(row)}`), "");
  for (const row of rows) {
    if (row.parts > 0) lines.push(`  ${row.cell.id.padEnd(idWidth)}  address books: ${row.partsHeld} of ${row.parts} parts held back`);
    if (row.tests > 0) lines.push(`  ${row.cell.id.padEnd(idWidth)}  load tests: ${row.testsHeld} of ${row.tests} lookups as unknown, ${othersOf(row)}`);
    if (row.named > 0)
      lines.push(
        `  ${row.cell.id.padEnd(idWidth)}  honest as unknown once clients were named: ${(row.uniformNamedShare.median * 100).toFixed(2)} % (${(row.uniformNamedShare.p95 * 100).toFixed(2)}), in ${row.named} of ${row.seeds} runs`,
      );
  }
  lines.push("");
  const held = rows.filter((row) => row.held);
  lines.push(`${held.length - held.filter((row) => row.missed.length > 0).length} of ${held.length} cells held.`);
  return `${lines.join("\n")}\n`;
}

/** What those paid who are no load test. */
export function othersOf({ othersShare }: LeagueRow): string {
  return `${(othersShare.median * 100).toFixed(2)} % (${(othersShare.p95 * 100).toFixed(2)}) of everybody else's`;
}

const noTests = { lookups: 0, uniform: 0 };
const idWidth = 18;
const heading = "     leaked (p95)   at alert (p95)  alert after   found  pages  honest as unknown  refused";

function columnsOf(row: LeagueRow): string {
  const attacked = row.cell.attack !== undefined;
  const pair = ({ median, p95 }: Middle): string => `${round(median)} (${round(p95)})`;
  return [
    (attacked ? pair(row.leaked) : "–").padStart(17),
    (attacked ? pair(row.leakedAtAlert) : "–").padStart(17),
    (row.found === 0 ? "–" : minutes(row.alertAfterMinutes.median)).padStart(13),
    (attacked ? `${row.found}/${row.seeds}` : "–").padStart(8),
    round(row.pages.p95).padStart(7),
    `${(row.uniformShare.median * 100).toFixed(2)} % (${(row.uniformShare.p95 * 100).toFixed(2)})`.padStart(19),
    String(row.refused).padStart(9),
  ].join("");
}

/** `40 s`, `12 min`, `5.2 h`, `11 d`. */
export function minutes(value: number): string {
  if (value < 1) return `${Math.round(value * 60)} s`;
  if (value < 90) return `${Math.round(value)} min`;
  return value < 48 * 60 ? `${(value / 60).toFixed(1)} h` : `${(value / 1_440).toFixed(1)} d`;
}

function round(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Math.round(value * 1_000) / 1_000);
}
