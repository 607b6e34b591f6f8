import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { endStore, startStore } from "./open-store.ts";
import { replayJournal } from "./replay-journal.ts";
import { StoreClient } from "./store-client.ts";
import { storeSocketPath } from "./store-socket.ts";
import { storeCommand } from "./testing/store-command.ts";

/** Kills at moments spread over start-up, loading and idling; the seed is printed in the title so that a failure can be had again. */
const kills = 20;
const seed = 20_261_122;
/** Forty seconds on an idle machine, four times that on a busy one: the promise is about rows, not about time. */
const timeoutMs = 600_000;

test(
  `${kills} times kill -9 of the store under load, and of a writer: every acknowledged row is there exactly once, tables and sums agree (seed ${seed})`,
  { timeout: timeoutMs },
  async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "postern-kill-"));
    const journalsDir = join(dataDir, "journals");
    const hooks = new URL("./testing/typescript-hooks.mjs", import.meta.url).href;
    const told = new Map<number, number>();
    const write = (): ChildProcess => {
      const writer = fork(fileURLToPath(new URL("./testing/write-disclosures.ts", import.meta.url)), [journalsDir], { execArgv: ["--import", hooks] });
      writer.on("message", (number) => told.set(writer.pid ?? 0, Number(number)));
      return writer;
    };
    let writer = write();
    let store: ChildProcess | undefined;
    try {
      const random = randomOf(seed);
      for (let round = 0; round < kills; round += 1) {
        const starting = startStore({ dataDir, command: storeCommand(dataDir) });
        if (round % 4 === 3) {
          // In the middle of the writer's life too: its open segment is recovered by the store.
          await kill(writer);
          writer = write();
        }
        store = await starting;
        await new Promise((resolve) => setTimeout(resolve, random() * 400));
        store.kill("SIGKILL");
        await once(store, "exit");
      }
      await kill(writer);

      store = await startStore({ dataDir, command: storeCommand(dataDir) });
      const client = new StoreClient({ socketPath: storeSocketPath(dataDir) });
      await client.flush();
      const journaled = [...replayJournal(journalsDir, "disclosures")].map(({ row }) => String(row["id"]));
      expect(new Set(journaled).size).toBe(journaled.length);
      const acknowledged = [...told.values()].reduce((sum, number) => sum + number, 0);
      expect(acknowledged).toBeGreaterThan(10_000);
      for (const [pid, number] of told) expect(journaled.filter((id) => id.startsWith(`${pid}-`)).length).toBeGreaterThanOrEqual(number);

      const counted = await client.query("counts", {});
      expect(counted.find((row) => row.table === "disclosures")).toMatchObject({ rows: journaled.length, bad: 0 });
      const totals = await client.query("disclosureTotals", {});
      // Each row has a subject of its own, so distinct subjects equal rows: none is there twice and another missing.
      expect(totals.reduce((sum, row) => sum + row.subjects, 0)).toBe(journaled.length);
      const hours = await client.query("disclosureHours", { endpoint: "e" });
      expect(hours.reduce((sum, row) => sum + row.disclosures, 0)).toBe(journaled.length);
      expect(readdirSync(journalsDir)).toEqual(["loaded"]);
      await client.close();
    } finally {
      if (store !== undefined) await endStore(store);
      writer.kill("SIGKILL");
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
);

async function kill(writer: ChildProcess): Promise<void> {
  if (writer.exitCode !== null) throw new Error(`the writer ended by itself with ${writer.exitCode}`);
  const gone = once(writer, "exit");
  writer.kill("SIGKILL");
  await gone;
}

/** Small linear generator: the moments of the kills need no quality, only to be the same again. */
function randomOf(from: number): () => number {
  let state = from;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
