import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { reorderMax } from "@postern/engine";
import { random, shuffle } from "@postern/testkit";
import { afterAll, expect, test } from "vitest";
import { sharedData } from "../sources/shared-data.fixture.ts";
import type { ImportDocument } from "./report/import-document.ts";
import { commandBench } from "./report/run-command.fixture.ts";

const bench = commandBench();
afterAll(() => bench.remove());

const read = async (...files: readonly string[]): Promise<ImportDocument> => JSON.parse((await bench.run(["import", "--json", ...files])).stdout);

async function templates(lines: readonly string[]): Promise<readonly string[]> {
  const file = join(bench.dir, "order.log");
  writeFileSync(file, `${lines.join("\n")}\n`);
  return (await read(file)).endpoints.items.map(({ method, path }) => `${method} ${path}`).toSorted();
}

test.each([
  ["logs/juice-api-suite/juice-nginx-timed.log", 100],
  ["logs/apache-real/apache_logs.gz", 150],
])("%s gives the same templates as it stands, reversed, sorted and shuffled", async (name, least) => {
  const bytes = readFileSync(sharedData(name));
  const lines = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").trimEnd().split("\n");
  const expected = await templates(lines);
  expect(expected.length).toBeGreaterThan(least);
  for (const order of [lines.toReversed(), lines.toSorted(), shuffle([...lines], random("one")), shuffle([...lines], random("two"))])
    expect(await templates(order)).toEqual(expected);
});

/** Of no language. */
const word = (n: number): string => `${"bdfgklmnprstvz"[n % 14]}${"aeiou"[n % 5]}${n.toString(26).replace(/\d/g, (digit) => "qwxyjhcbdf"[Number(digit)] ?? "q")}o`;

test("more exchanges than can wait to be put in order give the same methods, templates and counts in any order, from one file or several", async () => {
  const pick = random("many");
  const lines = Array.from({ length: reorderMax + 600 }, (_, n) => {
    const at = `10.${pick.int(20)}.${pick.int(200)}.1 - - [05/Jan/2026:1${pick.int(10)}:${10 + pick.int(50)}:00 +0000]`;
    const status = pick.int(20) === 0 ? 404 : pick.int(20) === 0 ? 400 : 200;
    const target = [`/shelves/${word(pick.int(60))}`, `/shelves/${word(pick.int(60))}/books/${n}`, "/shelves/featured", `/wiki/${word(pick.int(9_000))}`, "/wiki/search"][
      pick.int(5)
    ];
    return `${at} "${pick.int(4) === 0 ? "POST" : "GET"} ${target} HTTP/1.1" ${status} ${100 + pick.int(3_000)}`;
  });
  const [whole, first, second] = [join(bench.dir, "whole.log"), join(bench.dir, "first.log"), join(bench.dir, "second.log.gz")];
  writeFileSync(whole, lines.join("\n"));
  const mixed = shuffle([...lines], random("three"));
  writeFileSync(first, mixed.slice(0, 20_000).join("\n"));
  writeFileSync(second, gzipSync(mixed.slice(20_000).join("\n")));
  const counts = ({ endpoints }: ImportDocument): readonly string[] => endpoints.items.map(({ method, path, requests }) => `${method} ${path} ${requests}`).toSorted();
  const expected = await read(whole);
  expect(expected).toMatchObject({ records: { accepted: lines.length }, templates: { from: "the whole input", sampled: false } });
  expect(counts(await read(first, second))).toEqual(counts(expected));
}, 120_000);
