// `npm run bench:detection`: how much attackers learn, and what honest people pay. `-- --cells a,b` and `-- --seeds N` take a part, `-- --rivals N` runs the others too,
// `-- --naming` asks instead how well an attack's clients are named, by cell, shape and place; `-- --oracles` how oracles are found. `-- --keep FILE` lets a stopped run go on, `-- --write` renews the page, `-- --json` is for scripts.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";

try {
  await prepare({ console: false });
} catch (error) {
  process.stderr.write(`postern: ${error.message}\n`);
  process.exit(3);
}
const naming = process.argv.includes("--naming");
const main = naming ? "bench-naming-main.js" : "bench-detection-main.js";
const child = spawn(process.execPath, [join(root, "packages/server/dist/bench/detection", main), ...process.argv.slice(2).filter((argument) => argument !== "--naming")], {
  cwd: root,
  stdio: "inherit",
});
child.on("close", (code) => process.exit(code ?? 1));
