import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { random, shuffle } from "@postern/testkit";
import { afterAll, expect, test } from "vitest";
import { sharedData } from "../sources/shared-data.fixture.ts";
import type { ImportDocument } from "./report/import-document.ts";
import { commandBench } from "./report/run-command.fixture.ts";

const bench = commandBench();
afterAll(() => bench.remove());

async function templates(lines: readonly string[]): Promise<readonly string[]> {
  const file = join(bench.dir, "order.log");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const { stdout } = await bench.run(["import", "--json", file]);
  const document: ImportDocument = JSON.parse(stdout);
  return document.endpoints.items.map(({ method, path }) => `${method} ${path}`).toSorted();
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
