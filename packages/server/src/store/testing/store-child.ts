// A store process for tests: data directory and journals as arguments.
import { join } from "node:path";
import { runStoreMain } from "../store-main.ts";

const [dataDir = "", passMs = "50"] = process.argv.slice(2);
process.exit(await runStoreMain({ dataDir, journalsDir: join(dataDir, "journals"), passMs: Number(passMs), say: (line) => process.stderr.write(`${line}\n`) }));
