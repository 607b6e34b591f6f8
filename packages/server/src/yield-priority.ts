import { readdirSync } from "node:fs";
import { setPriority } from "node:os";

/**
 * Puts every thread this process has now, and those they start later, behind the gate in the queue for a core: on a busy machine the service's answers come
 * first and what is learned from them a little later. Threads that a running thread starts inherit it.
 *
 * Best effort: where the system knows no threads by number, the process's own priority is lowered; where that is refused, nothing changes.
 */
export function yieldTo(niceness: number): void {
  for (const thread of threads()) {
    try {
      setPriority(thread, niceness);
    } catch {
      // A thread that ended since, or a container that forbids it: everything goes on as it was.
    }
  }
}

/**
 * The hub judges what the gate let pass: behind the gate, but with a third of a contended core, so that it keeps up. The price: on a machine busy with other
 * things too, what it learns reaches the gate later.
 */
export const hubNiceness = 5;
/** The store is asked by people and loads what was judged: last. */
export const storeNiceness = 10;

/** Linux alone names threads; 0 is the calling process. */
function threads(): readonly number[] {
  try {
    return readdirSync("/proc/self/task").map(Number);
  } catch {
    return [0];
  }
}
