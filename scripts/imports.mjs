// The import guard: imports point one way. Says how many modules it read, and fails when that is implausibly few:
// a cruiser that cannot parse TypeScript reads none and finds nothing wrong.
import { readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import config from "../.dependency-cruiser.mjs";

// dependency-cruiser hands swc no word about JSX: say it here, by file ending, before it loads swc.
const swc = createRequire(import.meta.url)("@swc/core");
const { parseFileSync } = swc;
swc.parseFileSync = (file, options) => parseFileSync(file, { ...options, tsx: file.endsWith("x") });
const { cruise } = await import("dependency-cruiser");

const places = ["packages/engine/src", "packages/node/src", "packages/testkit/src", "packages/server/src", "packages/console/src"];
const { forbidden, options } = config;
const result = await cruise(places, { ...options, ruleSet: { forbidden }, validate: true });
const { modules, summary } = result.output;
const own = modules.filter((module) => module.source.startsWith("packages/") && !module.source.includes("node_modules"));
const expected = places.flatMap((place) => sourceFiles(place)).length;
for (const violation of summary.violations) {
  process.stdout.write(`${violation.rule.severity} ${violation.rule.name}: ${violation.from} → ${violation.to}\n`);
  const rule = forbidden.find((candidate) => candidate.name === violation.rule.name);
  if (rule !== undefined) process.stdout.write(`  ${rule.comment}\n`);
}
process.stdout.write(`imports: ${own.length} modules read, ${summary.totalDependenciesCruised} imports, ${summary.violations.length} against the rules\n`);
if (own.length < expected) {
  process.stdout.write(`imports: ${expected} source files exist but only ${own.length} were read; the guard is blind\n`);
  process.exit(1);
}
process.exit(summary.violations.length > 0 ? 1 : 0);

function sourceFiles(dir) {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? sourceFiles(path) : /[.]tsx?$/.test(name) && !name.endsWith(".d.ts") ? [path] : [];
  });
}
