import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { commandBench } from "./report/run-command.fixture.ts";

const bench = commandBench();
afterAll(() => bench.remove());

const canaries = join(bench.dir, "canaries.yaml");
const phones = (from: number): string => Array.from({ length: 12 }, (_, n) => `  - 999-155501${from + n}\n`).join("");
writeFileSync(canaries, `registered:\n${phones(10)}unregistered:\n${phones(50)}`);
const spec = join(bench.dir, "openapi.json");
const operation = (parameters: object[]): object => ({ parameters, responses: { 200: { description: "ok" } } });
const inPath = (name: string): object => ({ in: "path", name, required: true, schema: { type: "string" } });
writeFileSync(
  spec,
  JSON.stringify({ openapi: "3.0.3", info: { title: "t", version: "1" }, paths: { "/t/{tenant}/users/{phone}": { get: operation([inPath("tenant"), inPath("phone")]) } } }),
);
const service = ["probe", "http://127.0.0.1:1", "--canaries", canaries];

describe("postern probe", () => {
  test.each([
    [["probe"], "Which service?"],
    [["probe", "ftp://127.0.0.1"], "no http or https address"],
    [["probe", "http://127.0.0.1:1"], "it takes 12"],
    [service, "Which endpoint?"],
    [[...service, "--endpoint", "GET /users/1"], "{subject}"],
    [[...service, "--endpoint", "POST /{subject}"], "--allow-writes"],
    [[...service, "--endpoint", "GET /{subject}", "--token-env", "NOT_SET"], "NOT_SET is not set"],
    [[...service, "--endpoint", "GET /{subject}", "--rounds", "0"], "--rounds takes"],
    [[...service, "--endpoint", "GET /{subject}", "--header", "nonsense"], "Name: value"],
    [["probe", "http://192.0.2.1", "--canaries", canaries, "--endpoint", "GET /{subject}"], "--allow-host 192.0.2.1"],
    [["probe", "http://127.0.0.1:1", "--canaries", "nowhere.yaml"], "--make phone"],
    [[...service, "--spec", spec, "--endpoint", "GET /t/{tenant}/users/{phone}"], "--parameter phone"],
    [[...service, "--spec", spec, "--endpoint", "GET /t/{tenant}/users/{phone}", "--parameter", "phone"], "--set tenant="],
  ])("%j is refused with what to do next", async (args, expected) => {
    const { code, stderr } = await bench.run(args);
    expect(code).toBe(2);
    expect(stderr).toContain(expected);
    expect(stderr).not.toMatch(/999-\d/);
  });

  test("a service that is not there gets no clean bill", async () => {
    const { code, stdout } = await bench.run([
      ...service,
      "--spec",
      spec,
      "--endpoint",
      "GET /t/{tenant}/users/{phone}",
      "--parameter",
      "phone",
      "--set",
      "tenant=a",
      "--rate",
      "1000",
      "--json",
    ]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ endpoints: [{ endpoint: "GET /t/{tenant}/users/{subject}", oracle: "unproven", doubts: [{ code: "unreachable" }] }] });
  });

  test("writes JUnit and SARIF, in which no identifier stands, and says before it asks when it cannot", async () => {
    const [junit, sarif] = [join(bench.dir, "probe.xml"), join(bench.dir, "probe.sarif")];
    const asked = [...service, "--endpoint", "GET /{subject}", "--rate", "1000", "--rounds", "1"];
    expect((await bench.run([...asked, "--junit", junit, "--sarif", sarif])).code).toBe(2);
    const texts = [readFileSync(junit, "utf8"), readFileSync(sarif, "utf8")];
    expect(texts[0]).toContain('errors="1"');
    expect(texts[1]).toContain('"executionSuccessful": false');
    expect(texts.join()).not.toContain("155501");
    expect((await bench.run([...asked, "--junit", join(bench.dir, "none", "x.xml")])).stderr).toContain("cannot be written");
  });

  test("makes a file to fill in, and hashes for the configuration in which no identifier stands", async () => {
    const made = await bench.run(["probe", "--make", "phone", "--count", "14", "--seed", "x"]);
    expect(made.stdout.match(/^ {2}- "?\+(?:1|44)/gm)).toHaveLength(14);
    const { stdout } = await bench.run(["probe", "--hash-canaries", "--canaries", canaries]);
    expect(stdout).toMatch(/registered:\n\s+- "?[0-9a-f]{16}/);
    expect(stdout).not.toContain("155501");
  });
});
