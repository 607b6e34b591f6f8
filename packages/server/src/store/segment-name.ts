import { readFileSync } from "node:fs";

/**
 * The name of one journal segment: `<kind>-<epoch ms>-<owner>-<n>`, where owner is `<pid>x<start>`. Names of one kind sort by time,
 * and no two processes, nor two lives of one process, ever make the same one: `start` is the process's start tick, so a
 * reused pid is a different owner.
 *
 * Three suffixes: `.open` (its owner still appends), `.ndjson` (complete, waits to be loaded), `.bad` (lines the store refused).
 */
export interface SegmentName {
  readonly kind: string;
  readonly at: number;
  readonly owner: string;
  readonly n: number;
}

export const openSuffix = ".open";
export const closedSuffix = ".ndjson";

export function formatSegmentName(name: SegmentName): string {
  const at = String(Math.max(0, Math.trunc(name.at))).padStart(13, "0");
  return `${name.kind}-${at}-${name.owner}-${String(name.n).padStart(6, "0")}`;
}

/** Reads a name without suffix. Undefined for anything this module did not make, so that stray files are left alone. */
export function parseSegmentName(text: string): SegmentName | undefined {
  const match = /^([a-z]{1,32})-(\d{13,16})-(\d{1,10}x[0-9a-z]{1,13})-(\d{6,9})$/.exec(text);
  if (match === null) return undefined;
  const [, kind = "", at = "", owner = "", n = ""] = match;
  return { kind, at: Number(at), owner, n: Number(n) };
}

/** This process as an owner of segments. Where the system does not tell start times the start is `0`. */
export function thisOwner(): string {
  return `${process.pid}x${startTick(process.pid) ?? "0"}`;
}

/**
 * Whether the process that opened a segment still runs. A pid taken over by another process counts as dead where the system
 * tells start times (Linux); elsewhere it counts as alive, and its segment waits until that pid is free: late, never lost.
 */
export function ownerIsAlive(owner: string): boolean {
  const [pid = "", start = "0"] = owner.split("x", 2);
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  const now = startTick(Number(pid));
  return now === undefined || start === "0" || now === start;
}

/** Field 22 of /proc/<pid>/stat, in base 36; undefined where there is no /proc. A zombie has ended: it can append no more. */
function startTick(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command name stands in brackets and may hold spaces and brackets itself: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return "ended";
    const tick = fields[19];
    return tick === undefined ? undefined : Number(tick).toString(36);
  } catch {
    return undefined;
  }
}
