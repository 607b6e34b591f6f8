import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { Command } from "commander";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EndpointShape } from "../api/discovery-views.ts";
import { sharedData } from "../sources/shared-data.fixture.ts";
import type { CliContext } from "./cli-context.ts";
import { diffCommand } from "./diff.ts";
import { discoverCommand } from "./discover.ts";
import { importCommand } from "./import.ts";
import { listCommands } from "./list.ts";
import { specCommand } from "./spec.ts";

const dir = mkdtempSync(join(tmpdir(), "postern-spec-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const data = join(dir, "data");
const har = sharedData("har/juice-api-suite.har");

beforeAll(async () => {
  await run("import", har, "--data", data, "--json");
});

test("what is exported is read again and differs in nothing; --fail-on any then exits 0", async () => {
  for (const format of ["yaml", "json"]) {
    const file = join(dir, `observed.${format}`);
    expect((await run("spec", "export", "--data", data, "--format", format, "--out", file)).code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("3.1.0");
    const { code, stdout } = await run("diff", file, "--data", data, "--fail-on", "any");
    expect([code, stdout]).toEqual([0, expect.stringContaining("They agree.")]);
  }
});

test("a document that knows one endpoint: the others are shadows, and endpoints say who knows them", async () => {
  const file = join(dir, "one.yaml");
  writeFileSync(file, "openapi: 3.1.0\ninfo: {title: One, version: '1'}\npaths:\n  /api/Products/{id}:\n    get:\n      responses: {default: {description: any}}\n");
  const { code, stdout } = await run("diff", file, "--data", data, "--json", "--fail-on", "shadow");
  const document = JSON.parse(stdout) as { items: { kind: string; path: string }[] };
  expect(code).toBe(1);
  expect(document.items.filter((one) => one.kind === "shadow").length).toBeGreaterThan(20);
  expect(document.items.filter((one) => one.kind === "unused")).toEqual([]);
  expect((await run("spec", "add", file, "--data", data)).stdout).toContain("1 operation");
  const known = JSON.parse((await run("endpoints", "--data", data, "--json", "--limit", "1000")).stdout) as { items: { method: string; path: string; knownBy: string[] }[] };
  expect(known.items.filter((one) => one.knownBy.includes("spec")).map((one) => one.path)).toEqual([expect.stringMatching(/^\/api\/Products\/\{/)]);
  expect((await run("spec", "remove", "One", "--data", data)).code).toBe(0);
  expect((await run("spec", "remove", "One", "--data", data)).code).toBe(3);
});

test("a field that no word explains stays a hash until records or a document prove that it is structure; what is exported with its name still differs in nothing", async () => {
  const at = join(dir, "names");
  const file = join(dir, "names.ndjson");
  const line = (n: number, more: object) =>
    JSON.stringify({
      at: new Date(Date.UTC(2026, 2, 1) + n * 1_000).toISOString(),
      method: "GET",
      url: `http://a.example/posts/${n + 100}`,
      client: { address: "192.0.2.1" },
      request: { headers: [["Accept", "application/json"]] },
      response: { status: 200, headers: [["content-type", "application/json"]], body: JSON.stringify({ id: n, name: `post ${n}`, price: n, ...more }) },
    });
  writeFileSync(file, Array.from({ length: 60 }, (_, n) => line(n, { slug: `p-${n}`, ...(n % 9 === 0 ? { zorkmid: n } : {}) })).join("\n"));
  await run("import", file, "--data", at, "--json");
  const fields = async () => {
    const { shape } = JSON.parse((await run("endpoints", "GET /posts/{postId}", "--data", at, "--json")).stdout) as { shape: EndpointShape };
    return shape.responses[0]?.fields
      .map((one) => one.name)
      .filter((name) => !["id", "name", "price"].includes(name))
      .toSorted();
  };
  expect(await fields()).toEqual(["slug", expect.stringMatching(/^~[0-9a-f]{8}$/)]);
  const exported = join(dir, "names.yaml");
  await run("spec", "export", "--data", at, "--out", exported);
  expect(readFileSync(exported, "utf8")).toContain("slug:");
  expect((await run("diff", exported, "--data", at, "--fail-on", "any")).code).toBe(0);
  const document = join(dir, "zorkmids.yaml");
  writeFileSync(
    document,
    "openapi: 3.1.0\ninfo: {title: Z, version: '1'}\npaths:\n  /z:\n    get:\n      parameters: [{in: query, name: zorkmid, schema: {type: integer}}]\n      responses: {default: {description: any}}\n",
  );
  await run("spec", "add", document, "--data", at);
  expect(await fields()).toEqual(["slug", "zorkmid"]);
});

test("a removed document can be put back whole, as can one that another replaced; every step stands in the change feed", async () => {
  const at = join(dir, "undo");
  const write = (version: string, path: string): string => {
    const file = join(dir, `undo-${version}.yaml`);
    writeFileSync(file, `openapi: 3.1.0\ninfo: {title: Undo me, version: '${version}'}\npaths:\n  ${path}:\n    get:\n      responses: {default: {description: any}}\n`);
    return file;
  };
  const listed = async (...more: string[]) =>
    (JSON.parse((await run("spec", "list", "--json", "--data", at, ...more)).stdout) as { items: { name: string; version: string }[] }).items.map(
      (one) => `${one.name} ${one.version}`,
    );
  await run("import", har, "--data", at, "--json");
  await run("spec", "add", write("1", "/a"), "--data", at);
  await run("spec", "add", write("1", "/a"), "--data", at);
  expect(await listed("--removed")).toEqual([]);
  await run("spec", "add", write("2", "/b"), "--data", at);
  expect([await listed(), await listed("--removed")]).toEqual([["Undo me 2"], ["Undo me 1"]]);
  expect((await run("spec", "restore", "Undo me", "--data", at)).code).toBe(0);
  expect([await listed(), await listed("--removed")]).toEqual([["Undo me 1"], ["Undo me 2"]]);
  const { stdout } = await run("spec", "remove", "Undo me", "--data", at);
  expect(stdout).toContain("`postern spec restore 'Undo me'`");
  expect([await listed(), await listed("--removed")]).toEqual([[], ["Undo me 1"]]);
  await run("spec", "restore", "Undo me", "--data", at);
  expect((await run("spec", "restore", "Nothing", "--data", at)).code).toBe(3);
  const changes = JSON.parse((await run("changes", "--json", "--limit", "1000", "--data", at)).stdout) as {
    items: { kind: string; document: { name: string } | null; by: string | null }[];
  };
  const kinds = changes.items.filter((one) => one.document?.name === "Undo me").map((one) => `${one.kind} ${one.by}`);
  expect(kinds.toSorted()).toEqual(["added", "replaced", "restored", "removed", "restored"].map((kind) => `document-${kind} command`).toSorted());
  expect((await run("changes", "--data", at)).stdout).toContain("document restored");
});

test("what documents call deprecated is a zombie in list and page while it answers, and stays deprecated in the export", async () => {
  const file = join(dir, "old.yaml");
  writeFileSync(
    file,
    "openapi: 3.1.0\ninfo: {title: Old, version: '1'}\npaths:\n  /api/Products:\n    get:\n      deprecated: true\n      responses: {default: {description: any}}\n",
  );
  expect((await run("spec", "add", file, "--data", data)).code).toBe(0);
  expect((await run("endpoints", "--data", data)).stdout.match(/zombie/g)).toHaveLength(1);
  expect((await run("endpoints", "GET /api/Products", "--data", data)).stdout).toContain("a zombie: documents call it deprecated, and it answers");
  expect((await run("spec", "export", "--data", data)).stdout.match(/deprecated: true/g)).toHaveLength(1);
  expect((await run("spec", "remove", "Old", "--data", data)).code).toBe(0);
});

test("source code is kept before any traffic came, and beside a document", async () => {
  const [tree, before] = [join(dir, "tree"), join(dir, "before")];
  mkdirSync(tree);
  writeFileSync(join(tree, "app.js"), 'const app = require("express")();\napp.get("/rooms", (req, res) => res.json([]));\n');
  const discovered = await run("discover", tree, "--data", before, "--json");
  expect([discovered.code, JSON.parse(discovered.stdout).items]).toEqual([0, [expect.objectContaining({ path: "/rooms", knownBy: ["source"] })]]);
  await run("import", har, "--data", before, "--json");
  expect((await run("discover", tree, "--data", before)).code).toBe(0);
});

test("one endpoint is shown field by field: what it takes, what it gives with each status, of what kind; the exported document says the same and holds no value", async () => {
  const { stdout } = await run("endpoints", "POST /rest/user/login", "--data", data, "--json");
  const { shape } = JSON.parse(stdout) as { shape: EndpointShape };
  expect(shape.request?.fields.map((one) => [one.name, one.class])).toEqual([
    ["email", "email"],
    ["password", "secret"],
  ]);
  const classes = (status: string): (string | null)[] => shape.responses.find((one) => one.status === status)?.fields.map((one) => one.class) ?? [];
  expect([classes("200").includes("jwt"), classes("401").includes("jwt")]).toEqual([true, true]);
  const exported = (await run("spec", "export", "--data", data, "--format", "json")).stdout;
  const login = (JSON.parse(exported) as { paths: Record<string, { post?: object }> }).paths["/rest/user/login"]?.post;
  expect(JSON.stringify(login)).toMatch(/"password":\{"type":"string",(?:"x-postern-values":"few",)?"x-postern-data":"secret"\}/);
  for (const text of [stdout, exported]) expect(text).not.toMatch(/@juice-sh|admin123|eyJ/);
  expect((await run("endpoints", "POST /rest/user/login", "--data", data, "--lifecycle", "new")).code).toBe(2);
});

test("at 80 columns no line is wider", async () => {
  for (const args of [
    ["diff", sharedData("openapi/crapi-openapi-spec.json")],
    ["endpoints", "POST /rest/user/login"],
    ["endpoints", "POST /api/Users"],
  ]) {
    const { stdout } = await run(...args, "--data", data);
    expect(stdout.length).toBeGreaterThan(400);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  }
});

async function run(...args: string[]): Promise<{ code: number; stdout: string }> {
  const out = new Collected();
  let code = -1;
  const context: CliContext = {
    stdout: out,
    stderr: new Collected(),
    env: { POSTERN_KEY_FILE: join(dir, "keys", "key"), COLUMNS: "80" },
    exit: (value) => {
      code = value;
    },
    isTty: false,
    version: "0.0.0",
  };
  const program = new Command();
  for (const add of [importCommand, discoverCommand, listCommands, diffCommand, specCommand]) add(program, context);
  await program.parseAsync(args, { from: "user" });
  return { code, stdout: out.text };
}

class Collected extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString("utf8");
    done();
  }
}
