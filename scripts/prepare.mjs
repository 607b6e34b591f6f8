// Makes a clone runnable: installs what package-lock.json names, compiles, builds the console. Does nothing that is already done.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, "node_modules", ".postern-prepared.json");

/**
 * Brings the clone up to date. Says each step on standard error, with its time, and leaves standard output alone.
 * @param {{ quiet?: boolean, console?: boolean }} options
 */
export async function prepare(options = {}) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Postern needs Node 20.19 or later; this is ${process.versions.node}. Remedy: install a newer Node and run this again.`);
  }
  const stamp = readStamp();
  const lock = digest([join(root, "package-lock.json")]);
  if (stamp.lock !== lock || !existsSync(join(root, "node_modules", "typescript"))) {
    const label = "Installing packages (first time: about 1.2 GB on disk, mostly the embedded ClickHouse)";
    // `npm ci` wants every platform's packages in the lock file, those of others too; where a registry lacks some, plain install takes the same versions.
    await step(label, "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { ...options, keepQuiet: true }).catch(() =>
      step(`${label}, second way`, "npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"], options),
    );
    writeStamp({ lock });
  }
  const sources = digest(tracked(["packages/engine/src", "packages/node/src", "packages/testkit/src", "packages/server/src"]));
  if (stamp.sources !== sources || !existsSync(join(root, "packages/server/dist/main.js"))) {
    await step("Compiling", process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b"], options);
    writeStamp({ sources });
  }
  if (options.console !== false) {
    const web = digest(tracked(["packages/console/src", "packages/console/index.html", "packages/console/vite.config.ts"]));
    if (stamp.web !== web || !existsSync(join(root, "packages/console/dist/web/index.html"))) {
      await step("Building the console", process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"], {
        ...options,
        cwd: join(root, "packages/console"),
      });
      writeStamp({ web });
    }
  }
}

/** Runs one step, its output kept back unless it fails. A dot a second shows that it lives. */
export function step(label, command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const startedAt = process.hrtime.bigint();
    const tty = process.stderr.isTTY && !options.quiet;
    if (!options.quiet) process.stderr.write(`postern: ${label} …${tty ? "" : "\n"}`);
    const child = spawn(command, args, { cwd: options.cwd ?? root, stdio: ["ignore", "pipe", "pipe"], env: options.env ?? process.env });
    const kept = [];
    let bytes = 0;
    const keep = (chunk) => {
      kept.push(chunk);
      bytes += chunk.length;
      while (bytes > 1_000_000 && kept.length > 1) bytes -= kept.shift().length;
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const tick = tty ? setInterval(() => process.stderr.write("."), 1_000) : undefined;
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(tick);
      const seconds = (Number(process.hrtime.bigint() - startedAt) / 1e9).toFixed(1);
      if (code === 0) {
        if (tty) process.stderr.write(` ${seconds} s\n`);
        else if (!options.quiet) process.stderr.write(`postern: ${label}: done in ${seconds} s\n`);
        resolve(undefined);
      } else {
        if (options.keepQuiet !== true) process.stderr.write(`\n${Buffer.concat(kept).toString()}\n`);
        else if (tty) process.stderr.write("\n");
        reject(new Error(`${label} failed (exit code ${code}). Its output stands above.`));
      }
    });
  });
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"));
  } catch {
    return {};
  }
}

function writeStamp(part) {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify({ ...readStamp(), ...part }));
}

function tracked(paths) {
  const files = [];
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
    else files.push(path);
  };
  for (const path of paths) visit(join(root, path));
  return files;
}

function digest(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}
