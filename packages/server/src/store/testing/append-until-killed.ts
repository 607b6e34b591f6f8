// A child of journal tests: appends numbered rows as fast as it can and tells its parent the last number handed to the system.
import { Journal } from "../journal.ts";

const [dir = "", kind = "rows"] = process.argv.slice(2);
const journal = Journal.open({ dir, kind, segmentBytesMax: 64 * 1024, segmentAgeMs: 1_000, now: Date.now });
let number = 0;
function burst(): void {
  for (let i = 0; i < 200; i += 1) {
    number += 1;
    journal.append({ owner: process.pid, number, filler: "x".repeat(number % 300) });
  }
  process.send?.(number);
  setImmediate(burst);
}
burst();
