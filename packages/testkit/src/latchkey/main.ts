import { parseArgs } from "node:util";
import { scaledClock } from "../clock.ts";
import { parseFlaws } from "./flaws.ts";
import { createLatchkey } from "./latchkey.ts";
import { serveLatchkey } from "./serve.ts";

/**
 * Runs Latchkey as a process of its own: `--port 4100 --flaws F1,F2,F3 --accounts 20000 --seed demo`, and
 * `--clock-base`, `--clock-factor`, `--clock-real-base` for a shared scaled clock. Prints one JSON line when it answers.
 * Ends on SIGTERM or SIGINT, and, with `--with-parent`, when its standard input closes.
 */
const { values } = parseArgs({
  options: {
    port: { type: "string", default: "4100" },
    flaws: { type: "string", default: "F1,F2,F3" },
    accounts: { type: "string", default: "20000" },
    seed: { type: "string", default: "latchkey" },
    file: { type: "string" },
    "behind-proxy": { type: "boolean", default: false },
    "with-parent": { type: "boolean", default: false },
    "clock-base": { type: "string" },
    "clock-factor": { type: "string", default: "1" },
    "clock-real-base": { type: "string" },
  },
});

const chosen = parseFlaws(values.flaws);
if (!chosen.ok) {
  process.stderr.write(`latchkey: there is no flaw called ${chosen.unknown}. Give some of F1, F2, F3, F4, or none.\n`);
  process.exit(2);
}
const clock = scaledClock({
  factor: Number(values["clock-factor"]),
  ...(values["clock-base"] === undefined ? {} : { base: Number(values["clock-base"]) }),
  ...(values["clock-real-base"] === undefined ? {} : { realBase: Number(values["clock-real-base"]) }),
});
const latchkey = createLatchkey({
  flaws: chosen.flaws,
  accounts: Number(values.accounts),
  seed: values.seed,
  now: clock.now,
  ...(values.file === undefined ? {} : { file: values.file }),
});
const served = await serveLatchkey(latchkey, { port: Number(values.port), behindProxy: values["behind-proxy"] });
const stop = (): void => {
  void served.close().then(() => {
    latchkey.close();
    process.exit(0);
  });
};
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
if (values["with-parent"]) process.stdin.once("end", stop).resume();
process.stdout.write(
  `${JSON.stringify({ ready: true, service: "latchkey", url: served.url, flaws: values.flaws, accounts: Number(values.accounts), seed: values.seed, pid: process.pid })}\n`,
);
