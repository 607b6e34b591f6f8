import type { Cell } from "../cell.ts";
import type { Absence, Rival, RivalOutcome, Setting } from "./rival.ts";

/** What one rival made of one cell in one setting, over all seeds. */
export interface RivalRow {
  readonly cell: string;
  readonly rival: string;
  readonly setting: Setting;
  readonly outcomes: readonly RivalOutcome[];
  /** Why outcomes are missing. */
  readonly absence?: Absence;
}

/** Runs every rival on every cell in both settings. Seed after seed, so that each cell's grid is searched once; `onRow` gets each row as it is done. */
export async function runRivals(
  run: { readonly rivals: readonly Rival[]; readonly cells: readonly Cell[]; readonly seeds: readonly string[] },
  onRow: (row: RivalRow) => void = () => {},
): Promise<RivalRow[]> {
  const rows: RivalRow[] = [];
  for (const cell of run.cells) {
    for (const rival of run.rivals) {
      for (const setting of ["as shipped", "tuned"] as const) {
        const row = await rowOf(rival, cell, setting, run.seeds);
        rows.push(row);
        onRow(row);
      }
    }
  }
  return rows;
}

async function rowOf(rival: Rival, cell: Cell, setting: Setting, seeds: readonly string[]): Promise<RivalRow> {
  const outcomes: RivalOutcome[] = [];
  for (const seed of seeds) {
    const outcome = await rival.run(cell, seed, setting);
    if ("notRun" in outcome || "notReplayable" in outcome) return { cell: cell.id, rival: rival.name, setting, outcomes, absence: outcome };
    outcomes.push(outcome);
  }
  return { cell: cell.id, rival: rival.name, setting, outcomes };
}

/** The rows as text: medians over seeds; a dash where nobody was told of the attack. */
export function rivalsTable(rows: readonly RivalRow[]): string {
  const line = (...cells: readonly string[]): string => cells.map((text, place) => (place < 3 ? text.padEnd(widths[place] ?? 0) : text.padStart(widths[place] ?? 0))).join("  ");
  const head = `${line("cell", "who", "setting", "leaked", "at notice", "lookups touched", "requests refused")}  settings`;
  return `${[head, ...rows.map((row) => rendered(row, line))].join("\n")}\n`;
}

const widths = [22, 22, 10, 7, 9, 15, 16] as const;

function rendered(row: RivalRow, line: (...cells: readonly string[]) => string): string {
  const { cell, rival, setting, outcomes, absence } = row;
  if (absence !== undefined) return `${line(cell, rival, setting)}  ${"notRun" in absence ? `not run: ${absence.notRun}` : `not replayable: ${absence.notReplayable}`}`;
  const told = outcomes.filter((one) => one.alertAfterMs !== undefined);
  const touched = median(outcomes.map((one) => one.refusedLookups / Math.max(1, one.lookups)));
  const requests = (one: RivalOutcome): number => Object.values(one.byKind).reduce((sum, kind) => sum + kind.requests, 0);
  const refused = median(outcomes.map((one) => one.refused / Math.max(1, requests(one))));
  const atNotice = told.length * 2 > outcomes.length ? String(median(told.map((one) => one.leakedAtAlert))) : "–";
  return `${line(cell, rival, setting, String(median(outcomes.map((one) => one.leaked))), atNotice, percent(touched), percent(refused))}  ${outcomes[0]?.settings ?? ""}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** The lower of the middle two, so that it is a figure that was seen. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? 0;
}
