import { mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Journal } from "./journal.ts";
import { endStore, startStore } from "./open-store.ts";
import { StoreClient } from "./store-client.ts";
import { storeSocketPath } from "./store-socket.ts";
import { sampleDisclosure } from "./testing/sample-rows.ts";
import { storeCommand } from "./testing/store-command.ts";

test("a store killed after it promised to know a segment and before it had its rows loads them again", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "postern-unkept-"));
  const journalsDir = join(dataDir, "journals");
  try {
    const journal = Journal.open({ dir: journalsDir, kind: "disclosures", segmentBytesMax: 1_000_000, segmentAgeMs: 1_000, now: Date.now });
    const load = async (): Promise<unknown> => {
      const store = await startStore({ dataDir, command: storeCommand(dataDir) });
      const client = new StoreClient({ socketPath: storeSocketPath(dataDir) });
      try {
        await client.flush();
        const counted = await client.query("counts", {});
        const totals = await client.query("disclosureTotals", {});
        return { rows: counted.find((row) => row.table === "disclosures")?.rows, disclosures: totals.reduce((sum, row) => sum + row.disclosures, 0) };
      } finally {
        await client.close();
        await endStore(store);
      }
    };
    const start = Date.UTC(2026, 9, 31, 23);
    for (let number = 0; number < 100; number += 1) journal.append(sampleDisclosure(number, start));
    journal.close();
    expect(await load()).toEqual({ rows: 100, disclosures: 100 });

    // Two months, so two parts: of one the rows arrived, of the other only the promise.
    for (let number = 100; number < 300; number += 1) journal.append(sampleDisclosure(number, start + (number % 2) * 3_600_000));
    journal.close();
    const [segment = ""] = readdirSync(journalsDir).filter((file) => file.endsWith(".ndjson"));
    expect(await load()).toEqual({ rows: 300, disclosures: 300 });

    const lost = ["disclosures", "disclosures_hourly", "segments"].map((table) => removeNewestPart(dataDir, table));
    expect(lost[0]).toMatch(/^2026(10|11)_3_3_0$/);
    renameSync(join(journalsDir, "loaded", segment), join(journalsDir, segment));
    expect(await load()).toEqual({ rows: 300, disclosures: 300 });
    expect(await load()).toEqual({ rows: 300, disclosures: 300 });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

function removeNewestPart(dataDir: string, table: string): string {
  const dir = join(dataDir, "store", "clickhouse", "data", "postern", table);
  const newest = readdirSync(dir)
    .filter((name) => /^\w+_\d+_\d+_\d+$/.test(name))
    .toSorted((a, b) => Number(a.split("_").at(-2)) - Number(b.split("_").at(-2)))
    .at(-1);
  if (newest === undefined) throw new Error(`${table} has no part`);
  rmSync(join(dir, newest), { recursive: true });
  return newest;
}
