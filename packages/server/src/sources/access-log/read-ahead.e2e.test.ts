import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Exchange } from "@postern/engine";
import { afterAll, expect, test } from "vitest";
import { writeCombinedLog } from "../../bench/combined-log.ts";
import type { readInput as ReadInput } from "../read-file.ts";
import type { accessLogReaderAhead as ReaderAhead } from "./read-ahead.ts";
import { readAccessLog } from "./access-log.ts";

// The thread is a compiled file, so these run what was built.
const built = async (path: string): Promise<Record<string, unknown>> => (await import(fileURLToPath(new URL(`../../../dist/${path}`, import.meta.url)))) as Record<string, unknown>;
const dir = mkdtempSync(join(tmpdir(), "postern-ahead-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function* pieces(text: string, bytes: number): AsyncIterable<Uint8Array> {
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; at += bytes) yield all.subarray(at, at + bytes);
}

async function all(batches: AsyncIterable<{ readonly exchanges: readonly Exchange[]; readonly rejected: readonly { readonly line: number }[] }>): Promise<[Exchange[], number[]]> {
  const exchanges: Exchange[] = [];
  const rejected: number[] = [];
  for await (const batch of batches) {
    exchanges.push(...batch.exchanges);
    rejected.push(...batch.rejected.map(({ line }) => line));
  }
  return [exchanges, rejected];
}

test("lines read on a thread of their own are the same exchanges in the same order, wherever pieces end", async () => {
  const readAhead = ((await built("sources/access-log/read-ahead.js"))["accessLogReaderAhead"] as typeof ReaderAhead)("combined");
  const lines = Array.from({ length: 400 }, (_, n) =>
    n % 9 === 4 ? `broken ${n}` : `203.0.113.${n % 250} - - [10/Oct/2000:13:55:${10 + (n % 50)} -0700] "GET /ü/${n} HTTP/1.1" 200 ${n} "-" "agent ${n % 3}"`,
  );
  const text = `${lines.join("\r\n")}\n\n203.0.113.1 - - [10/Oct/2000:13:55:36 -0700] "GET /last HTTP/1.1" 200 1`;
  const expected = await all(readAccessLog(pieces(text, 100_000), { name: "a.log", linesBefore: 3 }));
  expect(expected[0].length + expected[1].length).toBe(401);
  for (const bytes of [1, 977, 100_000])
    expect(await all(readAhead(pieces(bytes === 1 ? text.slice(0, 2_000) : text, bytes), { name: "a.log", linesBefore: 3 }))).toEqual(
      bytes === 1 ? await all(readAccessLog(pieces(text.slice(0, 2_000), 50), { name: "a.log", linesBefore: 3 })) : expected,
    );
});

test("a file of some megabytes is read so, and counts as it would otherwise", async () => {
  const readInput = (await built("sources/read-file.js"))["readInput"] as typeof ReadInput;
  const file = join(dir, "access.log");
  expect(writeCombinedLog(file, 40_000)).toBeGreaterThan(4 * 1024 * 1024);
  let rows = 0;
  let accepted = 0;
  for await (const batch of readInput(file, "auto", { onProgress: (state) => (accepted = state.accepted) })) rows += batch.rows?.length ?? 0;
  expect([rows, accepted]).toEqual([40_000, 40_000]);
});

test("an input that breaks off is told as unreadable, and one nobody reads to its end leaves no thread behind", async () => {
  const readAhead = ((await built("sources/access-log/read-ahead.js"))["accessLogReaderAhead"] as typeof ReaderAhead)("combined");
  async function* broken(): AsyncIterable<Uint8Array> {
    yield Buffer.from("x\n");
    throw Object.assign(new Error("gone"), { code: "EIO" });
  }
  await expect(all(readAhead(broken(), { name: "a" }))).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
  const line = '203.0.113.1 - - [10/Oct/2000:13:55:36 -0700] "GET /x HTTP/1.1" 200 1\n';
  let seen = 0;
  for await (const batch of readAhead(pieces(line.repeat(5_000), 1_000), { name: "a" })) {
    seen += batch.exchanges.length;
    break;
  }
  expect(seen).toBeGreaterThan(0);
  expect(process.getActiveResourcesInfo()).not.toContain("MessagePort");
});
