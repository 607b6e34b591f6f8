import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { KnownSpecs } from "./known-specs.ts";
import { removedMax } from "./removed-specs.ts";
import { SpecChanges, specChangesMax } from "./spec-changes.ts";
import type { Api } from "./api-model.ts";

const dir = mkdtempSync(join(tmpdir(), "postern-removed-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const api = (path: string): Api => ({
  title: "t",
  version: "1",
  format: "OpenAPI 3.1.0",
  servers: [],
  operations: [{ method: "GET", path, hosts: [], parameters: [], request: undefined, responses: new Map(), auth: { needs: "unknown", schemes: [] }, deprecated: false, where: "" }],
  problems: [],
});

test("the latest documents that were removed come back as they were; beyond the bound the oldest are gone", () => {
  const specs = new KnownSpecs(join(dir, "many"));
  for (let n = 0; n <= removedMax; n++) {
    specs.add(api(`/p${n}`), `n${n}`);
    expect(specs.remove(`n${n}`)).toBe(true);
  }
  expect([specs.list(), specs.removed().length]).toEqual([[], removedMax]);
  const [latest] = specs.removed();
  expect(specs.restore(latest?.name ?? "")?.id).toBe(latest?.id);
  expect(specs.read(latest?.id ?? "")?.operations[0]?.path).toMatch(/^\/p\d+$/);
  expect(specs.removed()).toHaveLength(removedMax - 1);
  expect(specs.restore("never there")).toBeUndefined();
});

test("what was done to documents is kept within a bound, the latest at least, and a line that was cut off takes no other with it", () => {
  const folder = join(dir, "log");
  const log = new SpecChanges(folder);
  const one = { at: 0, kind: "document-added", id: "0123456789abcdef", name: "n".repeat(200), by: "command" } as const;
  log.append(one);
  const file = join(folder, "changes.ndjson");
  const line = readFileSync(file, "utf8");
  writeFileSync(file, line.repeat(Math.ceil((1024 * 1024) / line.length)) + line.slice(0, 40) + "\n");
  log.append({ ...one, at: 7 });
  expect(log.list()).toHaveLength(specChangesMax);
  expect(log.list().at(-1)?.at).toBe(7);
});
