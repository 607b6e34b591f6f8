// `npm run check`: everything that needs no running service: types, lint, import guard, unused code, package shape.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { prepare, root } from "./prepare.mjs";
import { run } from "./run.mjs";

export const checks = [
  { name: "types", args: ["node_modules/typescript/bin/tsc", "-b"] },
  { name: "lint", args: ["node_modules/oxlint/bin/oxlint", "--type-aware"] },
  { name: "format", args: ["node_modules/oxfmt/bin/oxfmt", "--check"] },
  { name: "imports", args: ["scripts/imports.mjs"] },
  { name: "unused", args: ["node_modules/knip/bin/knip.js", "--no-progress"] },
  { name: "docs", args: ["scripts/docs.mjs"] },
  { name: "package shape", args: ["node_modules/publint/src/cli.js", "packages/engine", "--level", "error"] },
];

/** Runs every check, even after one fails. Returns how many held and how many did not. */
export async function runChecks() {
  let passed = 0;
  const failed = [];
  for (const check of checks) {
    if (!existsSync(join(root, check.args[0]))) throw new Error(`The check "${check.name}" is missing its tool ${check.args[0]}. Remedy: npm ci`);
    process.stdout.write(`\n── ${check.name}\n`);
    const { code, seconds } = await run(process.execPath, check.args);
    process.stdout.write(`   ${code === 0 ? "ok" : "FAILED"} in ${seconds.toFixed(1)} s\n`);
    if (code === 0) passed++;
    else failed.push(check.name);
  }
  return { passed, failed };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await prepare();
  const { passed, failed } = await runChecks();
  process.stdout.write(`\n${failed.length === 0 ? "All checks hold." : `Failed: ${failed.join(", ")}.`}\n${passed} passed, ${failed.length} failed\n`);
  process.exit(failed.length === 0 ? 0 : 1);
}
