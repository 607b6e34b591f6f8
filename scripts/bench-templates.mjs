// `npm run bench:templates`: how well path templates are learned from URLs. `-- --verbose` lists what was missed and invented, `-- --json` is for scripts.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";

try {
  await prepare({ console: false });
} catch (error) {
  process.stderr.write(`postern: ${error.message}\n`);
  process.exit(3);
}
const child = spawn(process.execPath, [join(root, "packages/server/dist/bench/bench-templates-main.js"), ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
child.on("close", (code) => process.exit(code ?? 1));
