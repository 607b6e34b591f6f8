import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makePorts } from "../keys/make-ports.ts";
import type { CliContext } from "./cli-context.ts";
import { lookAhead } from "./look-ahead.ts";
import { commandBench } from "./report/run-command.fixture.ts";

const bench = commandBench();
afterAll(() => bench.remove());

const context: CliContext = { stdout: process.stdout, stderr: process.stderr, env: {}, exit: () => undefined, isTty: false, version: "0.0.0" };
const secret = new Uint8Array(32).fill(3);
const options = { quiet: true, pathsMax: 1_000, keyed: { secret, ports: makePorts({ secret }, 1) } };

test("what cannot be read twice is not looked through: standard input and what is no regular file, also beside one", async () => {
  const file = join(bench.dir, "one.log");
  writeFileSync(file, '10.0.0.1 - - [05/Jan/2026:10:00:00 +0000] "GET /orders/7 HTTP/1.1" 200 12\n');
  expect(await lookAhead(["-"], "auto", context, options)).toBeUndefined();
  expect(await lookAhead([file, "/dev/null"], "auto", context, options)).toBeUndefined();
  const gathered = await lookAhead([file, file], "auto", context, options);
  expect(gathered?.paths().map(({ method, segments, patterns, count }) => [method, segments, patterns, count])).toEqual([["GET", ["orders", ""], [undefined, "{}"], 2]]);
});
