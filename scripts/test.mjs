// `npm test`: everything CI runs. Ends with one plain line "N passed, N failed". Nothing is skipped silently: a part that
// cannot run here counts as failed and says why.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { prepare, root, step } from "./prepare.mjs";
import { runChecks } from "./check.mjs";
import { run } from "./run.mjs";

/** Real parts the end-to-end tests run against, from Debian's packages. */
const parts = [
  { file: "/usr/bin/chromium", debian: "chromium" },
  { file: "/usr/sbin/nginx", debian: "nginx-light" },
];

let passed = 0;
let failed = 0;
const failures = [];
const scratch = mkdtempSync(join(tmpdir(), "postern-test-"));
try {
  await prepare();
  await installParts();
  const checks = await runChecks();
  passed += checks.passed;
  failed += checks.failed.length;
  failures.push(...checks.failed.map((name) => `check ${name}`));
  await vitest("unit", process.execPath);
  await vitest("e2e", process.execPath);
  await unitOnNode24();
} catch (error) {
  failed++;
  failures.push(error.message);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write("\n");
for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

async function installParts() {
  // The services of the truth table, too: compiled by now, so their own list is read.
  const { debianServices } = await import(pathToFileURL(join(root, "packages/testkit/dist/services/debian-services.js")).href);
  const wanted = [...parts, ...debianServices.flatMap((service) => service.package.split(" ").map((debian) => ({ file: service.file, debian })))];
  const missing = wanted.filter((part, n) => !existsSync(part.file) && wanted.findIndex((other) => other.debian === part.debian) === n);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new Error(`End-to-end tests need ${missing.map((part) => part.debian).join(", ")}. Remedy: apt-get install ${missing.map((part) => part.debian).join(" ")}`);
  }
  // A server among them must not be started by its own installation: tests start what they need, on loopback.
  const policy = "/usr/sbin/policy-rc.d";
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await step("Reading Debian's package lists", "apt-get", ["update", "-q"], { env });
    await step(
      `Installing ${missing.map((part) => part.debian).join(", ")}`,
      "apt-get",
      ["install", "-q", "-y", "--no-install-recommends", ...missing.map((part) => part.debian)],
      {
        env,
      },
    );
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}

async function vitest(project, node, label = project) {
  process.stdout.write(`\n── ${label} tests\n`);
  const report = join(scratch, `${label.replaceAll(" ", "-")}.json`);
  const { code } = await run(node, ["node_modules/vitest/vitest.mjs", "run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`]);
  if (!existsSync(report)) {
    failed++;
    failures.push(`${label} tests wrote no report (exit code ${code})`);
    return;
  }
  const result = JSON.parse(readFileSync(report, "utf8"));
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  const notRun = result.numPendingTests + result.numTodoTests;
  if (notRun > 0) {
    failed += notRun;
    failures.push(`${notRun} ${label} tests were skipped`);
  }
  if (result.numPassedTests === 0) {
    failed++;
    failures.push(`no ${label} test ran`);
  }
  let named = 0;
  for (const file of result.testResults) {
    for (const test of file.assertionResults) if (test.status === "failed") failures.push(`${label}: ${test.fullName}\n${reasonOf(test)}`);
    if (file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed")) {
      failed++;
      named++;
      failures.push(`${label}: ${file.name.slice(root.length + 1)} did not load`);
    }
  }
  if (code !== 0 && result.numFailedTests === 0 && named === 0) {
    failed++;
    failures.push(`${label} tests ended with exit code ${code}`);
  }
}

/** The first lines of why a test failed: the report above it is long, and a log may keep its end only. */
function reasonOf(test) {
  const text = stripVTControlCharacters((test.failureMessages ?? []).join("\n"));
  return text
    .split("\n")
    .slice(0, 30)
    .map((line) => `    ${line.slice(0, 300)}`)
    .join("\n");
}

/** The next long-term line of Node, from its npm package, beside the one that runs this. */
async function unitOnNode24() {
  const place = join(scratch, "node24");
  await step("Fetching Node 24", "npm", ["install", "--prefix", place, "--no-audit", "--no-fund", "--no-save", "--loglevel=error", "node@24"]);
  const node = [join(place, "node_modules/node/bin/node"), join(place, "node_modules/.bin/node")].find((file) => existsSync(file));
  if (node === undefined) throw new Error("The npm package node@24 brought no binary.");
  await vitest("unit", node, "unit on Node 24");
}
