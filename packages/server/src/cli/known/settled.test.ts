import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { formatSegmentName } from "../../store/segment-name.ts";
import { settled, settledMaxMs } from "./settled.ts";

const dirs: string[] = [];
afterAll(() => {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});
function dataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "postern-settled-"));
  dirs.push(dir);
  for (const name of ["hub", "run", "journal"]) mkdirSync(join(dir, name));
  writeFileSync(join(dir, "hub", "state.json"), "{}");
  return dir;
}

test("where no hub runs there is nothing to wait for, nor for one that died long ago", async () => {
  const dir = dataDir();
  const before = performance.now();
  await settled(dir);
  writeFileSync(join(dir, "run", "hub.sock"), "");
  utimesSync(join(dir, "hub", "state.json"), 1, 1);
  await settled(dir);
  expect(performance.now() - before).toBeLessThan(settledMaxMs / 2);
});

test("beside a running hub it waits for the next save and for the segments that were open", async () => {
  const dir = dataDir();
  writeFileSync(join(dir, "run", "hub.sock"), "");
  const segment = join(dir, "journal", formatSegmentName({ kind: "disclosures", at: Date.now() - 1, owner: "1x0", n: 1 }));
  writeFileSync(`${segment}.open`, "{}\n");
  let done = false;
  const waiting = settled(dir).finally(() => {
    done = true;
  });
  writeFileSync(join(dir, "hub", "state.json"), "{ }");
  utimesSync(join(dir, "hub", "state.json"), new Date(), new Date(Date.now() + 10_000));
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toBe(false);
  renameSync(`${segment}.open`, `${segment}.ndjson`);
  await waiting;
  expect(done).toBe(true);
});
