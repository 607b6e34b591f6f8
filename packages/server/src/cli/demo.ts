import { type Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import type { CliContext } from "./cli-context.ts";
import { demoTeller } from "../demo/demo-teller.ts";

/** `postern demo`: the whole story on the example service; with `--once` it ends by itself. Exits 1 when the last act does not show what it claims. */
export function demoCommand(program: Command, context: CliContext): void {
  program
    .command("demo")
    .description(
      "an example service, the gate, an honest hour, an attack watched and then stopped, the report who was exposed, and ninety days of a patient thief beside four limiters (fetched from npm; without network those are left out and named)",
    )
    .option("--once", "end when the story is told; without it the console stays open until Ctrl-C")
    .option("--json", "one JSON document on standard output instead of the story")
    .option("--speed <n>", "run the scaled clock this many times faster than its default", positive, 1)
    .option("--seed <text>", "another world, other people, other traffic", "postern")
    .option("--listen <port>", "port of the gate (default: a free one with --once, else 8080)", port)
    .option("--console <port>", "port of the console (default: a free one with --once, else 4800)", port)
    .action(async (flags: Flags) => {
      const { runDemo } = await import("../demo/run-demo.ts");
      const json = flags.json === true;
      const once = flags.once === true;
      const color = context.isTty && context.env["NO_COLOR"] === undefined;
      const teller = demoTeller({ out: json ? context.stderr : context.stdout, paint: pc.createColors(color && !json), live: context.isTty && !json, brief: json });
      const interrupted = new Promise<"interrupted">((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve("interrupted"));
      });
      const running = runDemo({
        seed: flags.seed,
        start: Date.parse("2026-03-02T10:00:00Z"),
        speed: flags.speed,
        ports: { gate: flags.listen ?? (once ? 0 : 8080), console: flags.console ?? (once ? 0 : 4800) },
        version: context.version,
        onStage: (stage) => teller.stage(stage),
      });
      const first = await Promise.race([running, interrupted]);
      if (first === "interrupted") {
        // The roles end with this process; nothing of the demo is worth keeping.
        process.exit(130);
      }
      if (json) context.stdout.write(`${JSON.stringify(first.summary, undefined, 2)}\n`);
      else teller.summary(first.summary, once ? undefined : first);
      if (!once) await interrupted;
      await first.stop();
      context.exit(first.summary.broken.length > 0 ? 1 : 0);
    });
}

interface Flags {
  readonly once?: boolean;
  readonly json?: boolean;
  readonly speed: number;
  readonly seed: string;
  readonly listen?: number;
  readonly console?: number;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 20)) throw new InvalidArgumentError("a number above 0, at most 20");
  return value;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError("a port, 0 to 65535");
  return value;
}
