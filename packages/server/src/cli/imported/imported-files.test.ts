import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { importedFilesMax, type ImportedFile } from "../../state/imported-files-store.ts";
import { openState, type State } from "../../state/open-state.ts";
import { commandBench } from "../report/run-command.fixture.ts";
import type { ImportDocument } from "../report/import-document.ts";
import { ImportedFiles } from "./imported-files.ts";

const bench = commandBench();
afterAll(() => bench.remove());
let state: State;
let dir: string;
let at = 1;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "postern-imported-"));
  state = await openState(join(dir, "data"));
});
afterEach(async () => {
  await state.close();
  rmSync(dir, { recursive: true, force: true });
});

const line = (n: number): string =>
  `192.0.2.${n % 250} - - [02/Mar/2026:10:${String(Math.floor(n / 60) % 60).padStart(2, "0")}:${String(n % 60).padStart(2, "0")} +0000] "GET /items/${n} HTTP/1.1" 200 ${n + 10} "-" "probe/1.0"\n`;
const lines = (from: number, to: number): string => Array.from({ length: to - from }, (_, i) => line(from + i)).join("");
/** Ids of every exchange kept, in the order of the segments. */
function idsOf(data: string): string[] {
  const folder = join(data, "journal");
  return readdirSync(folder)
    .filter((name) => name.startsWith("exchanges-"))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), "utf8").trimEnd().split("\n"))
    .map((row): string => JSON.parse(row).id);
}

async function imported(...args: string[]): Promise<ImportDocument> {
  const { code, stdout, stderr } = await bench.run(["import", "--json", "--data", join(dir, "kept"), ...args]);
  if (code !== 0) throw new Error(stderr);
  const document: ImportDocument = JSON.parse(stdout);
  return document;
}

describe("importing into one data directory", () => {
  test("the same file again counts nothing twice and says so, whatever it is called, gzipped or named twice; --again reads it all the same", async () => {
    const file = join(dir, "access.log");
    writeFileSync(file, lines(0, 100));
    expect((await imported(file, file)).records).toMatchObject({ read: 100, accepted: 100, alreadyImported: 100 });
    const renamed = join(dir, "access.log.1.gz");
    writeFileSync(renamed, gzipSync(lines(0, 100)));
    for (const again of [file, renamed]) {
      const document = await imported(again);
      expect(document.records).toMatchObject({ read: 0, accepted: 0, alreadyImported: 100 });
      expect(document.sources).toEqual([{ name: expect.any(String), format: "combined", accepted: 0, rejected: 0, alreadyImported: 100 }]);
      expect(document.endpoints.items.reduce((sum, one) => sum + one.requests, 0)).toBe(100);
    }
    expect(idsOf(join(dir, "kept"))).toHaveLength(100);
    const { stdout } = await bench.run(["import", "--data", join(dir, "kept"), file]);
    expect(stdout).toContain("100 more were imported here before");
    expect(stdout).toContain("Nothing new");
    expect((await imported("--again", file)).records).toMatchObject({ accepted: 100, alreadyImported: 0 });
    expect((await imported(file)).records).toMatchObject({ accepted: 0, alreadyImported: 100 });
  });

  test("of a log that has grown only the new lines are read, under the numbers they have in the file", async () => {
    const file = join(dir, "access.log");
    writeFileSync(file, lines(0, 100));
    await imported(file);
    appendFileSync(file, `${lines(100, 130)}no line of a log\n${lines(130, 140)}`);
    const document = await imported(file);
    expect(document.records).toMatchObject({ read: 41, accepted: 40, rejectedCount: 1, alreadyImported: 100, rejected: [expect.objectContaining({ line: 131 })] });
    const all = idsOf(join(dir, "kept"));
    expect(all).toHaveLength(140);
    expect(new Set(all).size).toBe(140);
    expect(new Set(all.map((id) => Number(id.split(":")[1])))).toEqual(new Set(Array.from({ length: 141 }, (_, n) => n + 1).filter((n) => n !== 131)));
    expect((await imported(file)).records).toMatchObject({ accepted: 0, alreadyImported: 141 });
  });

  test("another file that begins alike is another file", async () => {
    const file = join(dir, "a.log");
    const other = join(dir, "b.log");
    writeFileSync(file, lines(0, 100));
    writeFileSync(other, lines(0, 60) + lines(200, 240));
    await imported(file);
    expect((await imported(other)).records).toMatchObject({ accepted: 100, alreadyImported: 0 });
  });

  test("no name and nothing of a file's content is remembered, only hashes and counts", async () => {
    const file = join(dir, "jane.doe@example.com.log");
    writeFileSync(file, lines(0, 30));
    await imported(file);
    const bytes = readFileSync(join(dir, "kept", "state.db")).toString("latin1");
    expect(bytes).not.toContain("jane");
    expect(bytes).not.toContain("/items/");
  });
});

describe("what is known of a file", () => {
  test("is exactly the lines that were complete, wherever the log was cut at the import and however it goes on", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 0, max: 20 }),
        fc.constantFrom("\n", "\r\n"),
        async (before, cut, more, end) => {
          const text = (n: number): string => Array.from({ length: n }, (_, i) => `${i} ${"x".repeat(i * 7)}${end}`).join("");
          const whole = text(before);
          const first = Buffer.from(whole.slice(0, Math.max(1, whole.length - cut)));
          const all = Buffer.from(text(before + more));
          const files = new ImportedFiles(await emptied(), { again: false });
          const following = files.follow({ whole: false, bytes: 0, lines: 0, records: 0, lastAt: null, format: "" });
          following.bytes(first);
          following.end({
            format: "combined",
            records: first
              .toString()
              .split("\n")
              .filter((one) => one !== "").length,
          });
          const path = join(dir, "log");
          writeFileSync(path, all);
          const already = await files.look(path);
          if (first.length === all.length) {
            expect(already.whole).toBe(true);
            return;
          }
          // Everything skipped stood in the first part, and ends where a line does.
          expect(already.whole).toBe(false);
          expect(already.bytes).toBeLessThanOrEqual(first.length);
          const rest = all.subarray(already.bytes).toString();
          expect(already.bytes === 0 || all[already.bytes - 1] === 10 || rest.startsWith("\n") || rest.startsWith("\r\n")).toBe(true);
          // No complete line of the first part is left to be read again.
          const tail = first.subarray(first.lastIndexOf(10) + 1).toString();
          const after = all.subarray(first.length).toString();
          const ended = tail !== "" && (after.startsWith(end) || (tail.endsWith("\r") && after.startsWith("\n")));
          const complete = first.toString().split("\n").length - 1 + (ended ? 1 : 0);
          expect(already.records).toBe(complete);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("at the bound the file imported longest ago is forgotten, and one imported again is the newest", async () => {
    const file = (n: number): ImportedFile => ({
      sha256: `s${n}`,
      head: "h",
      bytes: 5_000,
      lineSha256: "l",
      lineBytes: 5_000,
      lines: 1,
      records: 1,
      format: "combined",
      lastAt: null,
    });
    await state.imports.remember(
      Array.from({ length: importedFilesMax - 1 }, (_, n) => file(n + 2)),
      10,
    );
    await state.imports.remember([file(0)], 1);
    await state.imports.remember([file(1)], 20);
    expect(await state.imports.count()).toBe(importedFilesMax);
    const known = new Set((await state.imports.beginningWith("h")).map((one) => one.sha256));
    expect([known.has("s0"), known.has("s1"), known.has("s2")]).toEqual([false, true, true]);
  });
});

/** A store of its own for each case. */
async function emptied(): Promise<State["imports"]> {
  await state.close();
  state = await openState(join(dir, `state-${at++}`));
  return state.imports;
}
