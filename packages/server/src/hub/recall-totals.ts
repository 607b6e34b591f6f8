import type { Disclosure } from "@postern/engine";
import { tailOf } from "../store/journal-tail.ts";
import { replayJournal } from "../store/replay-journal.ts";
import type { SourceTotals } from "./source-totals.ts";

/**
 * Fills the live totals again from the disclosures journaled before this hub started, in slices, so that the hub answers meanwhile. Adding a row
 * twice changes nothing: totals count distinct subjects. Resolves when all is read, or as soon as `stopped` says so.
 *
 * Bound: the newest {@link recallBytesMax} of journal; live screens need no more, and the store has the rest.
 */
export async function recallTotals(totals: SourceTotals, dir: string, stopped: () => boolean): Promise<number> {
  let rows = 0;
  for (const { row } of replayJournal(dir, "disclosures", tailOf(dir, "disclosures", recallBytesMax))) {
    if (isDisclosure(row)) {
      totals.told({ endpointId: row.endpointId, address: row.address, subject: row.subject, classId: row.responseClass, uniform: row.answer === "uniform", at: row.at });
    }
    if (++rows % sliceRows !== 0) continue;
    await new Promise((resolve) => setImmediate(resolve));
    if (stopped()) break;
  }
  return rows;
}

const recallBytesMax = 128 * 1024 * 1024;
/** A few milliseconds of work between two looks at the sockets. */
const sliceRows = 1_000;

function isDisclosure(row: unknown): row is Disclosure {
  return (
    typeof row === "object" &&
    row !== null &&
    "endpointId" in row &&
    typeof row.endpointId === "string" &&
    "subject" in row &&
    typeof row.subject === "string" &&
    "responseClass" in row &&
    typeof row.responseClass === "string" &&
    "address" in row &&
    typeof row.address === "string" &&
    "at" in row &&
    typeof row.at === "number" &&
    "answer" in row
  );
}
