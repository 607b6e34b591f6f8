import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { detectBytesMax, detectFormat, linesMax } from "./detect-format.ts";
import { readInput } from "./read-file.ts";
import type { ReadInputOptions, ReadProgress } from "./read-file.ts";
import { batchBytesMax, batchRecordsMax, OpenBatch } from "./read-lines.ts";
import { nameCharactersMax, recordId } from "./record-id.ts";
import type { Format } from "./source.ts";

const time = "[10/Oct/2000:13:55:36 -0700]";
const common = `1.2.3.4 - - ${time} "GET /x HTTP/1.1" 200 5\n`;
const combined = `1.2.3.4 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "curl/8"\n`;
const exchange = `${JSON.stringify({ at: 1, method: "GET", url: "/x", client: { address: "" }, request: { headers: [] }, response: { status: 200, headers: [] } })}\n`;
const har = JSON.stringify({ log: { entries: [] } }, null, 2);

describe("the format is told by the beginning", () => {
  test.each<[string, string, Format]>([
    ["common", common, "common"],
    ["combined", combined, "combined"],
    ["combined after garbage", `\n\x16\x03garbage\n${combined}`, "combined"],
    ["ndjson", exchange, "ndjson"],
    ["ndjson after a bad line", `{"at": 1}\n${exchange}`, "ndjson"],
    ["ndjson with a byte order mark", `\uFEFF${exchange}`, "ndjson"],
    ["har", har, "har"],
    ["minified har", JSON.stringify({ log: { entries: [{ request: { method: "GET", url: "/" } }] } }), "har"],
  ])("%s", (_, text, format) => expect(detectFormat(Buffer.from(text), true)).toEqual({ format }));

  test("by one good line among the first 200", () => {
    const garbage = "garbage\n".repeat(linesMax - 1);
    expect(detectFormat(Buffer.from(garbage + combined), true)).toEqual({ format: "combined" });
    expect(detectFormat(Buffer.from(`garbage\n${garbage}${combined}`), true)).toMatchObject({ format: "unknown" });
  });

  test("an exchange whose first line is longer than what is looked at", () => {
    const long = exchange.replace('"headers":[]', `"headers":[],"body":"${"a".repeat(detectBytesMax)}"`);
    expect(detectFormat(Buffer.from(long).subarray(0, detectBytesMax))).toEqual({ format: "ndjson" });
  });

  test.each([
    ["plain words", "hunter2 and more\n", "none of its first lines"],
    ["other JSON lines", '{"time":"hunter2"}\n', "neither exchanges"],
    ["blanks", " \n ", "blanks"],
  ])("%s are unknown, the reason names the formats and repeats nothing", (_, text, says) => {
    const found = detectFormat(Buffer.from(text), true);
    expect(found).toMatchObject({ format: "unknown", reason: expect.stringContaining(says) });
    expect(JSON.stringify(found)).toMatch(/ndjson.*har.*combined.*common/);
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });
});

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sources-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function count(
  path: string,
  format: Format | "auto" = "auto",
  options: ReadInputOptions = {},
): Promise<{ ids: string[]; rejected: number; batches: number; progress: ReadProgress[] }> {
  const progress: ReadProgress[] = [];
  const all = { ids: [] as string[], rejected: 0, batches: 0, progress };
  for await (const batch of readInput(path, format, { ...options, onProgress: (told) => progress.push(told) })) {
    all.batches += 1;
    all.ids.push(...batch.exchanges.map(({ id }) => id));
    all.rejected += batch.rejected.length;
  }
  return all;
}

describe("reading an input", () => {
  test.each<[string, string, number]>([
    ["a.log", combined + common, 2],
    ["a.ndjson", exchange.repeat(3), 3],
    ["a.har", har, 0],
  ])("%s, plain and gzipped, gives the same", async (name, text, records) => {
    const plain = await count(await file(name, text));
    const zipped = await count(await file(`${name}.gz`, gzipSync(text)), "auto", { name });
    const members = await count(await file(`two-${name}.gz`, Buffer.concat([gzipSync(text.slice(0, 9)), gzipSync(text.slice(9))])), "auto", { name });
    expect(plain.ids.length).toBe(records);
    expect(zipped.ids).toEqual(plain.ids);
    expect(members.ids).toEqual(plain.ids);
  });

  test("goes in batches of about a thousand and tells its progress to the last byte", async () => {
    const { ids, batches, progress } = await count(await file("many.log", common.repeat(10_000)));
    expect(new Set(ids).size).toBe(10_000);
    expect(batches).toBeGreaterThanOrEqual(10_000 / (2 * batchRecordsMax) - 1);
    expect(progress.at(-1)).toMatchObject({ format: "common", accepted: 10_000, rejected: 0, bytesRead: common.length * 10_000, bytesTotal: common.length * 10_000 });
  });

  test("closes a batch at a thousand records or 8 MiB of text, and keeps the end of a long name in an id", () => {
    const filled = (records: number, bytes: number): boolean => {
      const batch = new OpenBatch();
      for (let n = 0; n < records; n++) batch.add({ line: n, reason: "", remedy: "" }, bytes);
      return batch.full;
    };
    expect([filled(batchRecordsMax - 1, 1), filled(batchRecordsMax, 1), filled(1, batchBytesMax - 1), filled(1, batchBytesMax)]).toEqual([false, true, false, true]);
    const name = "n".repeat(nameCharactersMax);
    expect([recordId(name, Number.MAX_SAFE_INTEGER), recordId(`x${name}`, 1)]).toEqual([`${name}:${Number.MAX_SAFE_INTEGER}`, `${name}:1`]);
    expect(recordId(name, Number.MAX_SAFE_INTEGER).length).toBeLessThanOrEqual(128);
  });

  test("`-` reads standard input, in pieces of any size", async () => {
    async function* bytes(): AsyncIterable<Uint8Array> {
      for (const byte of gzipSync(combined.repeat(5))) yield Buffer.from([byte]);
    }
    const { ids, progress } = await count("-", "auto", { stdin: bytes() });
    expect(ids).toEqual(["stdin:1", "stdin:2", "stdin:3", "stdin:4", "stdin:5"]);
    expect(progress.at(-1)?.bytesTotal).toBeUndefined();
  });

  test("an empty file has no records and is no error", async () => {
    expect(await count(await file("empty.log", ""))).toMatchObject({ ids: [], rejected: 0 });
    expect(await count(await file("empty.log.gz", gzipSync("")))).toMatchObject({ ids: [], rejected: 0 });
  });

  test("a named format is not second-guessed: every line is accepted or rejected", async () => {
    expect(await count(await file("mixed", `${common}hunter2\n${exchange}`), "ndjson")).toMatchObject({ ids: ["mixed:3"], rejected: 2 });
  });

  test("stops reading when the consumer stops", async () => {
    let seen = 0;
    for await (const batch of readInput(await file("stop.log", common.repeat(50_000)))) {
      seen += batch.exchanges.length;
      break;
    }
    expect(seen).toBeLessThan(10_000);
  });

  test.each([
    ["nothing there", async () => join(folder, "absent"), "SOURCE_UNREADABLE", /ENOENT/],
    ["nothing at a relative path", async () => "./absent.log", "SOURCE_UNREADABLE", /^\.\/absent\.log cannot be read \(ENOENT\); looked for \/.+\/absent\.log\.$/],
    ["a directory", async () => folder, "SOURCE_UNREADABLE", /directory/],
    ["no known format", () => file("words", "hunter2\n"), "SOURCE_UNKNOWN_FORMAT", /no known format/],
    ["cut-off gzip", async () => file("cut.gz", gzipSync(exchange.repeat(1_000)).subarray(0, 60)), "SOURCE_UNREADABLE", /damaged or cut off/],
  ])("%s is an error with its code", async (_, path, code, message) => {
    await expect(count(await path())).rejects.toMatchObject({ code, message: expect.stringMatching(message), remedy: expect.stringMatching(/\w/) });
  });

  test("a failing standard input is SOURCE_UNREADABLE after what was read", async () => {
    async function* failing(): AsyncIterable<Uint8Array> {
      yield Buffer.from(common.repeat(5_000));
      throw new Error("gone");
    }
    await expect(count("-", "common", { stdin: failing() })).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
  });
});
