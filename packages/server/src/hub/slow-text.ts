import type { SlowRun } from "./slow-watch.ts";

/** How the last look back over stored days went, to follow "answers"; "" before the first. */
export function slowText(run: SlowRun | undefined): string {
  if (run === undefined || run.status === "not run yet") return "";
  const day = new Date(run.day - 1).toISOString().slice(0, 10);
  if (run.status === "running") return `; looks back over stored days, ${Math.floor(100 * run.share)} %`;
  if (run.status === "failed") return "; the look back over stored days failed and is tried again";
  const alarms = `${run.alarms} ${run.alarms === 1 ? "alarm" : "alarms"}`;
  return `; looked back over ${run.days} days to ${day}: ${alarms}${run.refused > 0 ? `, ${run.refused} of 16 parts not answered` : ""}`;
}
