import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { consoleFilesMax, loadConsole } from "./static-console.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "postern-console-"));
  mkdirSync(join(dir, "web", "assets"), { recursive: true });
  writeFileSync(join(dir, "secret.txt"), "outside");
  writeFileSync(join(dir, "web", "index.html"), "<!doctype html>shell");
  writeFileSync(join(dir, "web", "assets", "main-1a2b.js"), `/*${"x".repeat(4_000)}*/`);
});
afterAll(() => rmSync(dir, { recursive: true }));

test("hashed files are cached for good, the shell never, and any page gets the shell", async () => {
  const site = loadConsole(join(dir, "web"));
  expect(site.answer("/assets/main-1a2b.js", "").headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(site.answer("/assets/main-1a2b.js", "br, gzip").headers.get("content-encoding")).toBe("gzip");
  for (const path of ["/", "/index.html", "/incidents/i-1"]) {
    expect(site.answer(path, "").headers.get("cache-control")).toBe("no-cache");
    expect(await site.answer(path, "").text()).toContain("shell");
  }
  expect(site.answer("/assets/gone.js", "").status).toBe(404);
});

test.each(["/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "//secret.txt"])("%s reads nothing outside the folder", async (path) => {
  expect(await loadConsole(join(dir, "web")).answer(path, "").text()).not.toContain("outside");
});

test("without a build the page says how to make one", async () => {
  for (const none of [undefined, join(dir, "nowhere")]) expect(await loadConsole(none).answer("/", "").text()).toContain("npm run build -w packages/console");
});

test("a folder with too many files is refused at start", () => {
  const many = join(dir, "many");
  mkdirSync(many);
  for (let i = 0; i <= consoleFilesMax; i += 1) writeFileSync(join(many, `${i}.txt`), "");
  expect(() => loadConsole(many)).toThrow(/is it the console's build/);
});
