import { fork } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Journal, rowBytesMax } from "./journal.ts";
import { recoverJournal } from "./recover-journal.ts";
import { linesOf, replayJournal } from "./replay-journal.ts";
import { formatSegmentName, ownerIsAlive, parseSegmentName, thisOwner } from "./segment-name.ts";

const hooks = new URL("./testing/typescript-hooks.mjs", import.meta.url).href;
let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "postern-journal-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function open(now: () => number = () => 1_700_000_000_000, kind = "rows"): Journal {
  return Journal.open({ dir, kind, segmentBytesMax: 1_000, segmentAgeMs: 500, now });
}
const numbers = (kind = "rows", fromName?: string): unknown[] => [...replayJournal(dir, kind, fromName === undefined ? {} : { fromName })].map(({ row }) => row["number"]);

describe("Journal", () => {
  test("a row is in the file when append returns, before the segment is closed", () => {
    const journal = open();
    journal.append({ number: 1 });
    const [file = ""] = readdirSync(dir);
    expect(file).toMatch(/^rows-1700000000000-\d+x[0-9a-z]+-\d{6}\.open$/);
    expect(readFileSync(join(dir, file), "utf8")).toBe('{"number":1}\n');
    journal.close();
  });

  test("makes no file before the first row and none for an empty batch", () => {
    const journal = open();
    journal.appendAll([]);
    journal.rotate();
    journal.close();
    expect(readdirSync(dir)).toEqual([]);
  });

  test("closes a segment at its bound of bytes without being asked", () => {
    const journal = open();
    for (let number = 0; number < 100; number += 1) journal.append({ number, filler: "x".repeat(80) });
    journal.close();
    const sizes = readdirSync(dir).map((file) => statSync(join(dir, file)).size);
    expect(sizes.length).toBeGreaterThan(8);
    expect(Math.max(...sizes)).toBeLessThan(1_200);
    expect(numbers()).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  test("rotate closes a segment of the age named and leaves a younger one open", () => {
    let at = 1_700_000_000_000;
    const journal = open(() => at);
    journal.append({ number: 1 });
    at += 499;
    journal.rotate();
    expect(readdirSync(dir)[0]).toMatch(/\.open$/);
    at += 1;
    journal.rotate();
    expect(readdirSync(dir)[0]).toMatch(/\.ndjson$/);
  });

  test("keeps the order of rows when the clock is set back", () => {
    let at = 1_700_000_000_000;
    const journal = open(() => at);
    for (let number = 0; number < 5; number += 1) {
      journal.append({ number });
      at -= 10_000;
      journal.rotate();
    }
    journal.close();
    expect(numbers()).toEqual([0, 1, 2, 3, 4]);
  });

  test("two journals of one kind in one process never share a segment", () => {
    const [a, b] = [open(), open()];
    a.append({ number: 1 });
    b.append({ number: 2 });
    a.close();
    b.close();
    expect(new Set(numbers())).toEqual(new Set([1, 2]));
  });

  test("refuses a row above the bound and writes nothing of it", () => {
    const journal = open();
    expect(() => journal.append({ text: "x".repeat(rowBytesMax) })).toThrow(expect.objectContaining({ code: "INTERNAL" }));
    expect(readdirSync(dir)).toEqual([]);
  });

  test("a directory that cannot be made is told as DATA_DIR_UNUSABLE", () => {
    writeFileSync(join(dir, "file"), "");
    expect(() => Journal.open({ dir: join(dir, "file", "x"), kind: "rows", segmentBytesMax: 1, segmentAgeMs: 1, now: () => 0 })).toThrow(
      expect.objectContaining({ code: "DATA_DIR_UNUSABLE" }),
    );
  });

  test("a directory taken away is told as DATA_DIR_UNUSABLE, and the journal goes on once it is back", () => {
    const journal = open();
    rmSync(dir, { recursive: true });
    expect(() => journal.append({ number: 1 })).toThrow(expect.objectContaining({ code: "DATA_DIR_UNUSABLE" }));
    Journal.open({ dir, kind: "rows", segmentBytesMax: 1, segmentAgeMs: 1, now: () => 0 });
    journal.append({ number: 2 });
    journal.close();
    expect(numbers()).toEqual([2]);
  });
});

describe("recoverJournal", () => {
  const dead = formatSegmentName({ kind: "rows", at: 1_600_000_000_000, owner: `${process.pid}x1`, n: 1 });

  test("cuts a torn last line, counts it, and closes the segment of a dead owner", () => {
    writeFileSync(join(dir, `${dead}.open`), '{"number":1}\n{"number":2}\n{"numb');
    expect(recoverJournal(dir, "rows")).toEqual({ closed: 1, torn: 1 });
    expect(numbers()).toEqual([1, 2]);
  });

  test("cuts a torn line longer than its reading step", () => {
    writeFileSync(join(dir, `${dead}.open`), `{"number":1}\n${"y".repeat(200_000)}`);
    expect(recoverJournal(dir, "rows")).toEqual({ closed: 1, torn: 1 });
    expect(numbers()).toEqual([1]);
  });

  test("removes a segment that holds nothing but a torn line", () => {
    writeFileSync(join(dir, `${dead}.open`), '{"numb');
    expect(recoverJournal(dir, "rows")).toEqual({ closed: 0, torn: 1 });
    expect(readdirSync(dir)).toEqual([]);
  });

  test("leaves the open segment of a living process, other kinds and stray files alone", () => {
    const journal = open();
    journal.append({ number: 1 });
    writeFileSync(join(dir, "other-1-2-3.open"), "x");
    writeFileSync(join(dir, `${dead.replace("rows", "signals")}.open`), "{}\n");
    expect(recoverJournal(dir, "rows")).toEqual({ closed: 0, torn: 0 });
    expect(readdirSync(dir)).toHaveLength(3);
    journal.close();
  });

  test("kill -9 of a writer loses no row it was told is written", async () => {
    for (let round = 0; round < 3; round += 1) {
      const child = fork(fileURLToPath(new URL("./testing/append-until-killed.ts", import.meta.url)), [dir, "rows"], { execArgv: ["--import", hooks] });
      let told = 0;
      await new Promise<void>((resolve) => {
        child.on("message", (number) => {
          told = Number(number);
          if (told >= 2_000 * (round + 1)) resolve();
        });
      });
      child.kill("SIGKILL");
      await once(child, "exit");
      recoverJournal(dir);
      const mine = [...replayJournal(dir, "rows")].filter(({ row }) => row["owner"] === child.pid).map(({ row }) => Number(row["number"]));
      expect(mine.length).toBeGreaterThanOrEqual(told);
      expect(mine).toEqual(Array.from({ length: mine.length }, (_, i) => i + 1));
      expect(readdirSync(dir).filter((file) => file.endsWith(".open"))).toEqual([]);
    }
  });
});

describe("replayJournal", () => {
  test("starts at the segment named and passes bad lines to the caller", () => {
    let at = 1_700_000_000_000;
    const journal = open(() => at);
    for (let number = 0; number < 3; number += 1) {
      journal.append({ number });
      journal.close();
      at += 1;
    }
    const names = readdirSync(dir).toSorted();
    appendFileSync(join(dir, names[2] ?? ""), "not json\n[1]\n");
    const bad: string[] = [];
    const rows = [...replayJournal(dir, "rows", { fromName: (names[1] ?? "").replace(".ndjson", ""), onBad: (segment) => bad.push(segment) })];
    expect(rows.map(({ row }) => row["number"])).toEqual([1, 2]);
    expect(bad).toHaveLength(2);
  });

  test("reads lines that span its reading steps, and stays bounded on a line without end", () => {
    const path = join(dir, "lines");
    writeFileSync(path, `${"é".repeat(200_000)}\nb\n${"c".repeat(rowBytesMax * 5)}\nd\n`);
    const lines = [...linesOf(path)];
    expect(lines.map((line) => line.length)).toEqual([200_000, 1, 0, 1]);
  });
});

describe("segment names", () => {
  test("read back as they were written, and nothing else is read", () => {
    const name = { kind: "rows", at: 1_700_000_000_000, owner: thisOwner(), n: 7 };
    expect(parseSegmentName(formatSegmentName(name))).toEqual(name);
    for (const stray of ["", "rows", "rows-1-2-3", "../x-1700000000000-1x1-000001", "rows-1700000000000-1x1-000001'"]) expect(parseSegmentName(stray)).toBeUndefined();
  });

  test("a pid that was reused by another process is a dead owner", () => {
    expect(ownerIsAlive(thisOwner(), join(dir, "x.open"))).toBe(true);
    if (process.platform === "linux") expect(ownerIsAlive(`${process.pid}x1`, join(dir, "x.open"))).toBe(false);
  });

  test("a process that holds the segment open is never taken for dead", () => {
    const journal = open();
    journal.append({ number: 1 });
    const alive = ownerIsAlive(process.platform === "linux" ? `${process.pid}x1` : thisOwner(), join(dir, readdirSync(dir)[0] ?? ""));
    journal.close();
    expect(alive).toBe(true);
  });
});
