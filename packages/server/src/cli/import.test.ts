import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exchangeLine } from "@postern/engine";
import { createLatchkey, attackList, flaws, honestDay, mergeSessions, runDirect, smashAndGrab } from "@postern/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sharedData } from "../sources/shared-data.fixture.ts";
import type { DecisionLine } from "./report/decision-lines.ts";
import type { ImportDocument } from "./report/import-document.ts";
import type { RehearsalDocument } from "./report/rehearsal-document.ts";
import { commandBench } from "./report/run-command.fixture.ts";

const bench = commandBench();
afterAll(() => bench.remove());

async function importJson(...args: string[]): Promise<ImportDocument> {
  const { code, stdout, stderr } = await bench.run(["import", "--json", ...args]);
  if (code !== 0) throw new Error(stderr);
  const document: ImportDocument = JSON.parse(stdout);
  return document;
}

describe("records that others wrote", () => {
  test.each([
    ["har/petstore.har", 9],
    ["har/juice-api-suite.har", 654],
    ["har/akto-restapi-81.har", 81],
    ["har/optic-capture-har.har", 10],
    ["har/optic-update-empty-spec.har", 8],
    ["har/optic-update-existing-spec.har", 8],
    ["har/optic-update-prefix-server-spec.har", 8],
    ["logs/juice-api-suite/juice-nginx-combined.log", 654],
    ["logs/juice-api-suite/juice-apache-combined.log", 654],
    ["logs/juice-api-suite/juice-apache-common.log", 654],
    ["logs/juice-api-suite/juice-apache-vhost.log", 654],
    ["logs/juice-api-suite/juice-nginx-timed.log", 654],
    ["logs/juice-api-suite/juice-nginx-json.log", 654],
    ["logs/juice-api-suite/juice-haproxy.log", 654],
    ["logs/juice-api-suite/juice-caddy.json", 654],
  ])("%s: accepted and rejected make %i, and nothing is alarming", async (file, records) => {
    const document = await importJson(sharedData(file));
    expect(document.records.read).toBe(records);
    expect(document.records.accepted + document.records.rejectedCount).toBe(records);
    expect(document.incidents.items).toEqual([]);
  });

  test("the HAR and the eight logs of the same requests give the same methods and templates, and a host only where the source names one", async () => {
    const templates = ({ endpoints }: ImportDocument): string[] => endpoints.items.map((endpoint) => `${endpoint.method} ${endpoint.path}`).toSorted();
    const har = templates(await importJson(sharedData("har/juice-api-suite.har")));
    expect(har.length).toBeGreaterThan(100);
    const hosts: Record<string, string> = {};
    for (const name of ["nginx-combined.log", "nginx-timed.log", "nginx-json.log", "apache-combined.log", "apache-common.log", "apache-vhost.log", "haproxy.log", "caddy.json"]) {
      const document = await importJson(sharedData(`logs/juice-api-suite/juice-${name}`));
      expect(document.records, name).toMatchObject({ accepted: 654, rejectedCount: 0 });
      expect(templates(document), name).toEqual(har);
      expect(new Set(document.endpoints.items.map((endpoint) => endpoint.auth.verdict)), name).toEqual(new Set(["unproven"]));
      hosts[name] = [...new Set(document.endpoints.items.map((endpoint) => endpoint.host))].join();
    }
    expect(hosts).toEqual({
      "nginx-combined.log": "",
      "nginx-timed.log": "127.0.0.1",
      "nginx-json.log": "127.0.0.1",
      "apache-combined.log": "",
      "apache-common.log": "",
      "apache-vhost.log": "localhost",
      "haproxy.log": "127.0.0.1:8080",
      "caddy.json": "127.0.0.1:8080",
    });
  });

  test("nginx combined, Apache combined and Apache common give the same count for each template", async () => {
    const counts = async (name: string): Promise<Record<string, number>> => {
      const document = await importJson(sharedData(`logs/juice-api-suite/juice-${name}.log`));
      return Object.fromEntries(document.endpoints.items.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint.requests]));
    };
    const nginx = await counts("nginx-combined");
    expect(Object.keys(nginx).length).toBeGreaterThan(100);
    expect(await counts("apache-combined")).toEqual(nginx);
    expect(await counts("apache-common")).toEqual(nginx);
  });

  test("the 10,000-line Apache log of a public web site raises no incident, no signal and no finding, and puts nothing under a budget", async () => {
    const document = await importJson(sharedData("logs/apache-real/apache_logs.gz"));
    expect(document.records).toMatchObject({ read: 10_000, accepted: 9_999, rejectedCount: 1 });
    expect(document.incidents.items).toEqual([]);
    expect(document.signals.total).toBe(0);
    expect(document.findings.items).toEqual([]);
    expect(document.endpoints.items.filter((endpoint) => endpoint.guard?.state === "budgeted" || endpoint.oracle !== null)).toEqual([]);
  });
});

describe("a day of honest traffic, then an attack from one address", () => {
  const from = Date.UTC(2026, 2, 2);
  const dayMs = 86_400_000;
  let honest = "";
  let attacked = "";
  let confirmed = 0;
  let denied = 0;
  let attacker = "";
  const attackIds = new Set<string>();
  beforeAll(() => {
    const day = { from, to: from + dayMs };
    const write = (file: string, attack: boolean): void => {
      const latchkey = createLatchkey({ flaws: flaws("F1", "F2", "F3"), accounts: 2_000, seed: "import", now: () => from });
      const list = attackList(latchkey, { size: 1_200, validShare: 0.5, seed: "import" });
      const run = smashAndGrab({ list, from: from + dayMs * 0.9, seed: "import", addresses: 1, ratePerSecond: 2 });
      const sessions = honestDay({ population: latchkey.population, seed: "import", sessionsPerDay: 800, ...day });
      const lines: string[] = [];
      runDirect(attack ? mergeSessions(sessions, run.sessions) : sessions, latchkey, day, (exchange) => {
        lines.push(exchangeLine(exchange));
        if (attack && exchange.client.address === run.sessions[0]?.address) attackIds.add(exchange.id);
      });
      latchkey.close();
      writeFileSync(file, `${lines.join("\n")}\n`);
      if (!attack) return;
      attacker = run.sessions[0]?.address ?? "";
      confirmed = [...run.notes.values()].filter((said) => said === "exists").length;
      denied = [...run.notes.values()].filter((said) => said === "missing").length;
    };
    honest = join(bench.dir, "honest.ndjson");
    attacked = join(bench.dir, "attacked.ndjson");
    write(honest, false);
    write(attacked, true);
  });

  test("the honest day alone raises no incident", async () => {
    const document = await importJson(honest);
    expect(document.incidents.items).toEqual([]);
    expect(document.records.rejectedCount).toBe(0);
  });

  test("the honest day alone, rehearsed in enforce, would meet a uniform answer in at most one lookup in two hundred", async () => {
    const { stdout, code } = await bench.run(["rehearse", "--json", "--mode", "enforce", "--from", honest]);
    expect(code).toBe(0);
    const document: RehearsalDocument = JSON.parse(stdout);
    expect(document.answers.guarded).toBeGreaterThan(500);
    expect(document.answers.uniformShare).toBeLessThanOrEqual(0.005);
  });

  test("the attack is one incident that names its source and says exactly who was confirmed and denied", async () => {
    const document = await importJson(attacked);
    expect(document.incidents.items).toHaveLength(1);
    const incident = document.incidents.items[0];
    expect(incident?.endpoints.map((endpoint) => endpoint.path)).toEqual(["/client/v1/users/{cc}-{phone}/status"]);
    expect(incident?.sources.map((source) => source.address)).toEqual([attacker]);
    expect(incident?.disclosed).toEqual({ confirmed, denied, uniform: 0, unknown: 0, estimated: false });
    expect(["high", "critical"]).toContain(incident?.level);
    expect(document.findings.items.some((finding) => finding.check === "existence-oracle" && finding.endpoint.path.includes("status"))).toBe(true);
  });

  test("--fail-on makes the exit code 1 when something is at its level, and 0 when not", async () => {
    expect((await bench.run(["import", "--json", "--fail-on", "high", attacked])).code).toBe(1);
    expect((await bench.run(["import", "--json", "--fail-on", "low", sharedData("logs/apache-real/apache_logs.gz")])).code).toBe(0);
  });

  test("rehearsed in enforce, the attack learns at most ten, and honest people hardly notice", async () => {
    const out = join(bench.dir, "decisions.ndjson");
    const { code, stdout } = await bench.run(["rehearse", "--json", "--mode", "enforce", "--from", attacked, "--decisions", out]);
    expect(code).toBe(0);
    const document: RehearsalDocument = JSON.parse(stdout);
    const lines = readFileSync(out, "utf8")
      .trimEnd()
      .split("\n")
      .map((line): DecisionLine => JSON.parse(line));
    const input = readFileSync(attacked, "utf8")
      .trimEnd()
      .split("\n")
      .map((line): { id: string; at: string; url: string } => JSON.parse(line));
    expect(lines.map(({ id, at }) => ({ id, at }))).toEqual(input.map(({ id, at }) => ({ id, at })));
    const lookups = input.map((record, i) => ({ record, line: lines[i] })).filter(({ record }) => record.url.endsWith("/status") && record.url.includes("/users/999-"));
    const leaked = lookups.filter(({ record, line }) => attackIds.has(record.id) && line?.action === "allow");
    expect(attackIds.size).toBe(1_200);
    expect(leaked.length).toBeLessThanOrEqual(10);
    const honestLookups = lookups.filter(({ record }) => !attackIds.has(record.id));
    const refused = honestLookups.filter(({ line }) => line?.action !== "allow");
    expect(honestLookups.length).toBeGreaterThan(500);
    expect(refused.length / honestLookups.length).toBeLessThanOrEqual(0.005);
    expect(document.notEvaluated).toEqual([]);
    expect(document.decisions.reduce((sum, one) => sum + one.exchanges, 0)).toBe(input.length);
  });

  test("rehearsed in observe, every action is allow and `would` says whom enforcement would have stopped", async () => {
    const out = join(bench.dir, "observed.ndjson");
    expect((await bench.run(["rehearse", "--json", "--from", attacked, "--decisions", out])).code).toBe(0);
    const lines = readFileSync(out, "utf8")
      .trimEnd()
      .split("\n")
      .map((line): DecisionLine => JSON.parse(line));
    expect(new Set(lines.map((line) => line.action))).toEqual(new Set(["allow"]));
    expect(lines.filter((line) => attackIds.has(line.id) && line.would === "uniform").length).toBeGreaterThan(1_000);
  });

  test("rate limits are rehearsed: one a minute for each address throttles the attacker", async () => {
    const config = join(bench.dir, "limits.yaml");
    writeFileSync(config, "limits:\n  - endpoint: GET /client/v1/users/*/status\n    rate: 1/min\n    mode: enforce\n");
    const out = join(bench.dir, "limited.ndjson");
    expect((await bench.run(["rehearse", "--json", "--mode", "enforce", "--config", config, "--from", attacked, "--decisions", out])).code).toBe(0);
    const lines = readFileSync(out, "utf8")
      .trimEnd()
      .split("\n")
      .map((line): DecisionLine => JSON.parse(line));
    expect(lines.filter((line) => attackIds.has(line.id) && line.action === "throttle" && line.reason === "rate-limit").length).toBeGreaterThan(1_150);
  });

  test("triggers fire on recorded traffic and open incidents of their own", async () => {
    const config = join(bench.dir, "triggers.yaml");
    writeFileSync(
      config,
      "triggers:\n  - id: many\n    title: One address asks about many\n    level: high\n    let:\n      fan: { distinct: subjects, by: [network], over: 1h }\n    when: fan > 400\n",
    );
    const document = await importJson("--config", config, attacked);
    expect(document.incidents.items.map((incident) => incident.kind).sort()).toEqual(["enumeration", "trigger.many"]);
  });

  test("--data keeps hashes and templates only: no number asked about stands under it, and a second import makes the same rows", async () => {
    const data = join(bench.dir, "data");
    await importJson("--data", data, attacked);
    const numbers = new Set([...readFileSync(attacked, "utf8").matchAll(/999-(\d{6,})\/status/g)].map((match) => match[1] ?? ""));
    expect(numbers.size).toBeGreaterThan(1_000);
    const idsOf = (kind: string): Set<string> =>
      new Set(
        filesBelow(data)
          .filter((file) => file.includes(`${kind}-`) || file.includes(`/${kind}`))
          .flatMap((file) =>
            readFileSync(file, "utf8")
              .trimEnd()
              .split("\n")
              .map((line): string => JSON.parse(line).id),
          ),
      );
    const digits = filesBelow(data).flatMap((file) => readFileSync(file, "latin1").match(/\d{7,}/g) ?? []);
    expect(digits.filter((run) => numbers.has(run) || numbers.has(run.slice(3)))).toEqual([]);
    const before = { exchanges: idsOf("exchanges"), signals: idsOf("signals") };
    expect(before.exchanges.size).toBe(readFileSync(attacked, "utf8").trimEnd().split("\n").length);
    expect(before.signals.size).toBeGreaterThan(0);
    expect(idsOf("disclosures").size).toBeGreaterThan(1_200);
    await importJson("--data", data, attacked);
    expect(idsOf("exchanges")).toEqual(before.exchanges);
  });
});

describe("what a person reads", () => {
  test.each([80, 120])("fits %i columns, is ASCII without colour, and ends in one plain sentence", async (width) => {
    const { stdout, code } = await bench.run(["import", sharedData("har/juice-api-suite.har")], { COLUMNS: String(width) });
    expect(code).toBe(0);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^Nothing alarming happened in these 654 exchanges\. Above: one serious weakness\.$/);
  });

  test("of an access log says what it cannot judge, and that somebody looked for doors", async () => {
    const file = join(bench.dir, "doors.log");
    const line = (n: number, path: string, status: number): string =>
      `192.0.2.9 - - [03/Jun/2024:11:00:${String(n % 60).padStart(2, "0")} +0000] "GET ${path} HTTP/1.1" ${status} 40`;
    writeFileSync(file, Array.from({ length: 40 }, (_, n) => line(n, n < 20 ? "/api/health" : `/old-${"abcdefghijklmnopqrst"[n - 20]}.php`, n < 20 ? 200 : 404)).join("\n"));
    const { stdout } = await bench.run(["import", file], { COLUMNS: "1000" });
    expect(stdout.trimEnd().split("\n").slice(-2).join(" ")).toBe(
      "Nothing alarming is to be seen in these 40 exchanges, but they carry no credentials and no bodies of answers: who may call what and what answers say of people could not be judged. 20 requests went to 20 paths where only 404 was answered, as scanners ask.",
    );
  });

  test("colours when asked and never with NO_COLOR", async () => {
    const escape = String.fromCharCode(27);
    const file = sharedData("har/petstore.har");
    expect((await bench.run(["import", file], { FORCE_COLOR: "1" })).stdout).toContain(escape);
    expect((await bench.run(["import", file], { FORCE_COLOR: "1", NO_COLOR: "1" })).stdout).not.toContain(escape);
  });

  test("a path that tries to steer the terminal is shown as question marks", async () => {
    const file = join(bench.dir, "steer.ndjson");
    const line = (n: number): string =>
      JSON.stringify({
        at: `2026-03-02T00:00:0${n}.000Z`,
        method: "GET",
        url: "https://a.example/x%1b%5b2J%E2%80%AEy",
        client: { address: "192.0.2.1" },
        request: { headers: [] },
        response: { status: 200, headers: [], body: "{}" },
      });
    writeFileSync(file, [1, 2, 3, 4].map(line).join("\n"));
    expect((await bench.run(["import", file])).stdout).toMatch(/^[\x20-\x7e\n]*$/);
  });
});

describe("what was not understood", () => {
  test("an unknown format, mode or level is a usage error with the remedy, exit 2", async () => {
    for (const args of [
      ["--format", "xml"],
      ["--mode", "panic"],
      ["--fail-on", "loud"],
    ]) {
      const { code, stderr, stdout } = await bench.run(["import", ...args, sharedData("har/petstore.har")]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/Give one of/);
    }
  });

  test("a file that is not there is exit 3, with its name", async () => {
    const { code, stderr } = await bench.run(["import", join(bench.dir, "nowhere.log")]);
    expect(code).toBe(3);
    expect(stderr).toContain("nowhere.log");
  });

  test("rehearse without --from says that it needs files in this version, exit 2", async () => {
    const { code, stderr } = await bench.run(["rehearse"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--from");
  });
});

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
