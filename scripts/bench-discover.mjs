// `npm run bench:discover`: what `postern discover` finds in code bases of other people, against the routes their running apps hold.
// `-- --json` is for scripts, `-- --only NAME` takes the apps whose name holds NAME, `-- --keep DIR` keeps what was fetched, for another run.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apps } from "./bench-discover/apps.mjs";
import { prepare, root } from "./prepare.mjs";

const flag = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const say = (text) => process.stderr.write(`${text}\n`);
await prepare({ console: false });
const { discover } = await import(join(root, "packages/server/dist/discover/discover.js"));
const { joinPaths, templateOfRegExp, templatesOf } = await import(join(root, "packages/server/dist/discover/path-template.js"));
const scratch = flag("--keep") ?? mkdtempSync(join(tmpdir(), "postern-bench-discover-"));
mkdirSync(scratch, { recursive: true });
const results = [];
try {
  for (const app of apps.filter((one) => one.name.includes(flag("--only") ?? ""))) {
    say(app.name);
    results.push({ name: app.name, ...measure(app) });
  }
} finally {
  if (flag("--keep") === undefined) rmSync(scratch, { recursive: true, force: true });
}
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
process.stdout.write(process.argv.includes("--json") ? `${JSON.stringify({ commit, results })}\n` : render());

/** One app: fetched, started, printed, compared. What cannot be fetched or started is a result, too. */
function measure(app) {
  try {
    const { folder, source, printed } = app.debian === undefined ? fromNpm(app) : fromDebian(app);
    if (!existsSync(source)) return { failed: `${app.source} is not in what was fetched` };
    const { framework, routes } = printed(folder);
    const running = new Set(routes.flatMap((line) => inOurForm(line, framework)));
    const found = discover(source);
    const all = new Set(found.routes.map((one) => `${one.method} ${one.path}`));
    const sure = new Set(found.routes.filter((one) => !one.conditional && one.assumes.length === 0).map((one) => `${one.method} ${one.path}`));
    const missed = [...running].filter((one) => !all.has(one));
    return {
      framework,
      running: running.size,
      missed,
      invented: [...sure].filter((one) => !running.has(one)),
      conditional: [...all].filter((one) => !sure.has(one) && !running.has(one)),
      unresolved: found.unresolved.length,
      files: found.files,
    };
  } catch (error) {
    return {
      failed: String(error.message ?? error)
        .trim()
        .split("\n")
        .at(-1)
        .replaceAll(scratch, "scratch")
        .slice(0, 160),
    };
  }
}

function fromNpm(app) {
  const folder = join(scratch, app.name.replaceAll(/[^\w.-]+/g, "-"));
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, "node_modules"))) {
    writeFileSync(join(folder, "package.json"), `{"private":true}`);
    execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...app.install], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  }
  return {
    folder,
    source: join(folder, app.source),
    printed: () => {
      writeFileSync(join(folder, "start.cjs"), app.start);
      return lastLine(
        spawnSync(process.execPath, ["--require", join(root, "scripts/bench-discover/record-routes.cjs"), "start.cjs"], { cwd: folder, encoding: "utf8", timeout: 60_000 }),
      );
    },
  };
}

/** Debian's packages with what they need, unpacked beside one another and never installed. */
function fromDebian(app) {
  const folder = join(scratch, "debian");
  const debs = join(folder, "debs");
  const python = join(folder, "usr/lib/python3/dist-packages");
  if (!existsSync(join(python, app.source))) {
    mkdirSync(debs, { recursive: true });
    const options = ["--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks", "--no-replaces", "--no-enhances"];
    const names = execFileSync("apt-cache", ["depends", ...options, app.debian], { encoding: "utf8" })
      .split("\n")
      .filter((one) => one === app.debian || (one.startsWith("python3-") && !/:|^python3-(?:minimal|distutils|lib2to3|pil|numpy|lxml|all|dev|setuptools|pkg-res)/.test(one)));
    execFileSync("apt-get", ["download", ...new Set(names)], { cwd: debs, stdio: ["ignore", "ignore", "pipe"] });
    for (const one of readdirSync(debs)) execFileSync("dpkg", ["-x", join(debs, one), folder]);
  }
  return {
    folder,
    source: join(python, app.source),
    printed: () =>
      lastLine(
        spawnSync("python3", [join(root, "scripts/bench-discover/print_routes.py"), app.start], {
          cwd: folder,
          encoding: "utf8",
          timeout: 60_000,
          env: { ...process.env, PYTHONPATH: python, PYTHONDONTWRITEBYTECODE: "1" },
        }),
      ),
  };
}

function lastLine({ stdout, stderr, status }) {
  const line = (stdout ?? "").trim().split("\n").at(-1) ?? "";
  if (!line.startsWith("{"))
    throw new Error(
      `did not start (${status}): ${
        (stderr ?? "")
          .trim()
          .split("\n")
          .findLast((one) => /Error|error/.test(one)) ?? "no word why"
      }`,
    );
  return JSON.parse(line);
}

/** A route as the framework prints it, as Postern writes it; a regular expression stands between slashes after its prefix. */
function inOurForm(line, framework) {
  const [method, path] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
  const pattern = /^(.*?)\/(\^.*|.*\\.*)\/$/.exec(path);
  const paths = pattern === null ? templatesOf(path, framework) : [joinPaths(pattern[1] ?? "", templateOfRegExp(pattern[2] ?? ""))];
  return paths.map((one) => `${method} ${joinPaths(one)}`);
}

function render() {
  const share = (one) => (one.running === 0 ? 1 : (one.running - one.missed.length) / one.running);
  const ordered = results.toSorted((a, b) => (a.failed ? -1 : share(a)) - (b.failed ? -1 : share(b)));
  const measured = results.filter((one) => one.failed === undefined);
  const good = measured.filter((one) => share(one) >= 0.95 && one.invented.length === 0);
  const total = (key) => measured.reduce((sum, one) => sum + (typeof one[key] === "number" ? one[key] : one[key].length), 0);
  const lines = [
    `postern bench:discover · commit ${commit}`,
    `${good.length} of ${results.length} code bases with at least 95 % of the running routes found and none invented.`,
    `All together: ${total("running") - total("missed")} of ${total("running")} routes found, ${total("invented")} invented.`,
    "",
    "| code base | framework | running | found | invented | marked, not in this run | not resolved | bar |",
    "|---|---|---|---|---|---|---|---|",
    ...ordered.map((one) =>
      one.failed === undefined
        ? `| ${one.name} | ${one.framework} | ${one.running} | ${one.running - one.missed.length} (${(share(one) * 100).toFixed(1)} %) | ${one.invented.length} | ${one.conditional.length} | ${one.unresolved} | ${share(one) >= 0.95 && one.invented.length === 0 ? "held" : "**missed**"} |`
        : `| ${one.name} | | | not measured: ${one.failed} | | | | |`,
    ),
    "",
  ];
  for (const one of ordered) {
    if (one.missed?.length > 0) lines.push(`Missed in ${one.name}: ${shown(one.missed)}`, "");
    if (one.invented?.length > 0) lines.push(`Invented in ${one.name}: ${shown(one.invented)}`, "");
    if (one.conditional?.length > 0) lines.push(`Marked as conditional or as resting on a default, and not there in this run of ${one.name}: ${shown(one.conditional)}`, "");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function shown(list) {
  return `${list
    .slice(0, 12)
    .map((one) => `\`${one}\``)
    .join(", ")}${list.length > 12 ? ` and ${list.length - 12} more` : ""}.`;
}
