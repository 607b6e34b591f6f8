import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { IncidentView, Page } from "../api/views.ts";
import { commandBench } from "./report/run-command.fixture.ts";

const bench = commandBench();
afterAll(() => bench.remove());

/** One address asks about three hundred people, every second of them known. */
const log = Array.from({ length: 300 }, (_, n) => {
  const time = `${String(10 + Math.floor(n / 60)).padStart(2, "0")}:${String(n % 60).padStart(2, "0")}`;
  return `203.0.113.9 - - [02/Mar/2026:10:${time} +0000] "GET /subscribers/+4479${10_000_000 + n * 7_919} HTTP/1.1" ${n % 2 === 0 ? 200 : 404} ${n % 2 === 0 ? 34 : 21} "-" "c"`;
}).join("\n");

test("what to do about an incident from before is what holds for the gate as it runs now", async () => {
  const file = join(bench.dir, "access.log");
  const data = join(bench.dir, "data");
  writeFileSync(file, `${log}\n`);
  expect((await bench.run(["import", file, "--data", data])).code).toBe(0);
  const steps = async (): Promise<string> => {
    const { stdout } = await bench.run(["incidents", "--json", "--data", data]);
    return (JSON.parse(stdout) as Page<IncidentView>).items[0]?.next[0] ?? "";
  };
  expect(await steps()).toContain("with --mode enforce");
  mkdirSync(join(data, "gate"));
  const ran = (mode: string): void => writeFileSync(join(data, "gate", "policy.json"), JSON.stringify({ mode, version: 1, endpoints: [], principals: [] }));
  ran("enforce");
  expect(await steps()).toMatch(/^Nothing is left to switch on: the gate enforces now/);
  ran("observe");
  expect(await steps()).toContain("with --mode enforce");
});
