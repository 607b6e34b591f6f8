// `npm run bench`: Postern's speed beside its peers, from one run. `-- --quick` takes a minute, `-- --json` is for scripts,
// `-- --only proxies|engine|import|memory` measures one part; `memory` (about 45 minutes on two quiet cores, `--scale 0.1` for a look) runs by its name only. Exits 0 also when a bar is missed; it tells.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";

try {
  await prepare({ console: false });
} catch (error) {
  process.stderr.write(`postern: ${error.message}\n`);
  process.exit(3);
}
const child = spawn(process.execPath, [join(root, "packages/server/dist/bench/bench-main.js"), ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("close", (code) => process.exit(code ?? 1));
