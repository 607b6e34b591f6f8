import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { detectorCatalogue } from "./detector-catalogue.ts";

const source = new URL("..", import.meta.url).pathname;
const root = new URL("../../../..", import.meta.url).pathname;

test("the catalogue names exactly the detectors that the engine raises", () => {
  const raised = new Set<string>();
  for (const name of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts") || name.endsWith("detector-catalogue.ts")) continue;
    for (const [, id = ""] of readFileSync(join(source, name), "utf8").matchAll(/(?:[#.]emit\(\s{0,40}|\btell\(|\bdetector: )"([a-z-]+\.[a-z.-]+)"/g)) raised.add(id);
  }
  expect([...raised].sort()).toEqual(
    detectorCatalogue
      .map((one) => one.id)
      .filter((id) => !id.startsWith("trigger."))
      .sort(),
  );
});

test("every detector's code and numbers are where the catalogue says", () => {
  expect(detectorCatalogue.flatMap((one) => [one.file, one.numbers]).filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
