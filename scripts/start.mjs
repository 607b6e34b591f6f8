// `npm start` is `postern demo`; `npm start -- <command> …` is `postern <command> …`. Prepares the clone first.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";

try {
  await prepare();
} catch (error) {
  process.stderr.write(`postern: ${error.message}\n`);
  process.exit(3);
}
const args = process.argv.slice(2);
// npm runs scripts in the clone: a path like ./access.log is meant from where the person stands.
const from = process.env.npm_command !== undefined && process.env.INIT_CWD !== undefined && existsSync(process.env.INIT_CWD) ? process.env.INIT_CWD : process.cwd();
const child = spawn(
  process.execPath,
  [join(root, "packages/server/dist/main.js"), ...(args.length === 0 || (args[0].startsWith("--") && !["--help", "--version"].includes(args[0])) ? ["demo", ...args] : args)],
  {
    stdio: "inherit",
    cwd: from,
    // Commands that it tells people to run next are written so that they run from there.
    env: { ...process.env, POSTERN_PROGRAM: from === root ? "npm start --" : `npm --prefix ${quoted(root)} start --` },
  },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("close", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));

/** As one word for a POSIX shell. */
function quoted(text) {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
