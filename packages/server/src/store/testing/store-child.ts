// A store process for tests: data directory, how often it looks for segments, how many days ahead its clock goes, and what is kept how long.
import { join } from "node:path";
import { z } from "zod";
import { runStoreMain } from "../store-main.ts";

const retentionSchema = z.object({ exchanges: z.number().optional(), disclosures: z.number().optional(), clearAddresses: z.number().optional() });
const [dataDir = "", passMs = "50", aheadDays = "0", retention] = process.argv.slice(2);
process.exit(
  await runStoreMain({
    dataDir,
    journalsDir: join(dataDir, "journals"),
    passMs: Number(passMs),
    now: () => Date.now() + Number(aheadDays) * 86_400_000,
    ...(retention === undefined ? {} : { retention: retentionSchema.parse(JSON.parse(retention)) }),
    say: (line) => process.stderr.write(`${line}\n`),
  }),
);
