import { readFileSync } from "node:fs";

/** CPU seconds a process has used, user and system, in steps of 10 ms; 0 where the system does not say (only Linux does). */
export function cpuSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name and may hold blanks.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticksASecond;
  } catch {
    return 0;
  }
}

/** The most memory a process ever had resident, in MiB; 0 where the system does not say. */
export function peakMemoryMiB(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

/** Resolves when the processes use next to nothing, or after `waitMs`; returns the seconds it took. */
export async function quiet(pids: readonly number[], waitMs: number): Promise<number> {
  const used = (): number => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const startedAt = Date.now();
  for (let before = used(); Date.now() - startedAt < waitMs;) {
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    const now = used();
    if (now - before <= idleShare * (lookMs / 1_000)) break;
    before = now;
  }
  return (Date.now() - startedAt) / 1_000;
}

/** USER_HZ is 100 on every Linux that Node runs on. */
const ticksASecond = 100;
const lookMs = 300;
/** Timers and garbage collection of three idle processes stay under it. */
const idleShare = 0.12;
