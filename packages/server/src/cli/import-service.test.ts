import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ledger } from "@postern/engine";
import { afterAll, expect, test } from "vitest";
import { loadOrCreateKey } from "../keys/key-file.ts";
import { makePorts } from "../keys/make-ports.ts";
import { sharedData } from "../sources/shared-data.fixture.ts";
import { loadLearned } from "./import-data.ts";
import type { ImportDocument } from "./report/import-document.ts";
import { commandBench } from "./report/run-command.fixture.ts";

const bench = commandBench();
afterAll(() => bench.remove());
const service = "http://127.0.0.1:9300";

async function imported(...args: string[]): Promise<ImportDocument> {
  const { code, stdout, stderr } = await bench.run(["import", "--json", ...args]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as ImportDocument;
}

test.each(["har/juice-api-suite.har", "logs/juice-api-suite/juice-apache-vhost.log", "logs/juice-api-suite/juice-nginx-json.log"])(
  "%s of one service named by --service: the same endpoints, all of them there",
  async (file) => {
    const before = await imported(sharedData(file));
    const after = await imported(sharedData(file), "--service", `${service}/ignored?x`);
    const names = ({ endpoints }: ImportDocument): string[] => endpoints.items.map((one) => `${one.method} ${one.path} ${one.requests}`).toSorted();
    expect(names(after)).toEqual(names(before));
    expect([...new Set(after.endpoints.items.map(({ host }) => host))]).toEqual(["127.0.0.1:9300"]);
    expect(after.records).toEqual(before.records);
  },
);

/** Two hundred people asked about, each third one known. */
const log = Array.from({ length: 200 }, (_, n) => {
  const time = `${String(10 + Math.floor(n / 60)).padStart(2, "0")}:${String(n % 60).padStart(2, "0")}`;
  return `203.0.${n % 4}.${1 + (n % 50)} - - [02/Mar/2026:10:${time} +0000] "GET /subscribers/+4479${10_000_000 + n * 7_919} HTTP/1.1" ${n % 3 === 0 ? 200 : 404} ${n % 3 === 0 ? 34 : 21} "-" "c"`;
}).join("\n");

test.each([
  ["with it", ["--service", service], ["127.0.0.1:9300"]],
  ["without it", [], [""]],
])("what was learned guards the service a protect on the same directory names, %s", async (name, args, hosts) => {
  const file = join(bench.dir, `${name}.log`);
  const data = join(bench.dir, name);
  writeFileSync(file, `${log}\n`);
  await imported(file, "--data", data, ...args);
  const ports = makePorts(loadOrCreateKey({ env: { POSTERN_KEY_FILE: join(bench.dir, "keys", "key") }, dataDir: data }), 1);
  const learned = loadLearned(data);
  const { endpoints } = new Ledger(ports, { mode: "enforce" }, learned?.ledger).policy(Date.now());
  expect(endpoints.filter(({ state }) => state === "budgeted").map(({ host }) => host)).toEqual(hosts);
});

test.each(["juice.example", "ftp://a.example", ""])("refuses what is no address: %j", async (value) => {
  const { code, stderr } = await bench.run(["import", sharedData("har/petstore.har"), "--service", value]);
  expect([code, stderr.includes("--service")]).toEqual([2, true]);
});
