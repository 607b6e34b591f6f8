import { readFileSync, readdirSync, readlinkSync } from "node:fs";

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
  self ??= `${process.pid}x${startTick(process.pid) ?? "0"}`;
  return self;
}

/** Read once: a process must never disagree with itself about who it is. */
let self: string | undefined;

/**
 * Whether the process that opened a segment still runs. Dead is said only when it is certain, for a segment taken from a living
 * writer would lose its next rows: the pid is gone, or has ended and waits to be collected, or belongs to a process that started at another
 * time *and* does not hold the segment open. Where the system tells no start times a pid that is there counts as alive,
 * and its segment waits until that pid is free: late, never lost.
 */
export function ownerIsAlive(owner: string, path: string): boolean {
  if (owner === self) return true;
  const { pid, start } = readOwner(owner);
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else. Only ESRCH says that there is none.
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return startTick(Number(pid)) === start && holdsOpen(pid, path);
  }
  const now = startTick(Number(pid));
  if (now === undefined || start === "0" || now === start) return true;
  return now !== ended && holdsOpen(pid, path);
}

/** An owner taken apart at its first `x`: the start, in base 36, may hold more of them. */
export function readOwner(owner: string): { readonly pid: string; readonly start: string } {
  const cut = owner.indexOf("x");
  return cut < 0 ? { pid: owner, start: "0" } : { pid: owner.slice(0, cut), start: owner.slice(cut + 1) };
}

const ended = "ended";

function holdsOpen(pid: string, path: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === path);
  } catch {
    return false;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/<pid>/stat, in base 36; undefined where there is no /proc. A zombie has ended: it can append no more. */
function startTick(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command name stands in brackets and may hold spaces and brackets itself: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return ended;
    const tick = fields[19];
    return tick === undefined ? undefined : Number(tick).toString(36);
  } catch {
    return undefined;
  }
}
