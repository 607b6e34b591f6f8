// `npm start` is `postern demo`; `npm start -- <command> …` is `postern <command> …`. Prepares the clone first.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";

try {
  await prepare();
} catch (error) {
  process.stderr.write(`postern: ${error.message}\n`);
  process.exit(3);
}
const args = process.argv.slice(2);
const child = spawn(
  process.execPath,
  [join(root, "packages/server/dist/main.js"), ...(args.length === 0 || (args[0].startsWith("--") && !["--help", "--version"].includes(args[0])) ? ["demo", ...args] : args)],
  {
    stdio: "inherit",
  },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("close", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
