import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/** Builds the console as it is now into a folder of its own; the caller removes it. */
export function buildConsole(): string {
  const out = mkdtempSync(join(tmpdir(), "postern-web-"));
  const vite = join(dirname(createRequire(import.meta.url).resolve("vite/package.json")), "bin", "vite.js");
  execFileSync(process.execPath, [vite, "build", "--outDir", out, "--logLevel", "error"], { cwd: new URL("../../../../console", import.meta.url).pathname, stdio: "pipe" });
  return out;
}

/** Debian's Chromium, or the one `POSTERN_CHROMIUM` names. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env["POSTERN_CHROMIUM"] ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error(`No browser at ${executablePath}. Install Debian's package chromium, or name another by POSTERN_CHROMIUM.`);
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
}
