import type { Command } from "commander";
import { normalForm, PosternError } from "@postern/engine";
import { parseInstant } from "../api/parse-instant.ts";
import { NumberChangeFile } from "../hub/number-change-file.ts";
import { loadOrCreateKey } from "../keys/key-file.ts";
import { makePorts } from "../keys/make-ports.ts";
import type { CliContext } from "./cli-context.ts";
import { guarded } from "./import-session.ts";
import { holdsTraffic } from "./known/known.ts";

/** `postern number-changed`: reports that a number was ported or given another card, for the SIM-swap test. Only its keyed hash is kept. */
export function numberChangedCommand(program: Command, context: CliContext): void {
  program
    .command("number-changed <phone>")
    .description("report that a telephone number was ported or changed hands; with a new device and a new password within 72 hours it is told")
    .option("--at <time>", "when it did: 2026-01-31T08:00:00Z (default: now)")
    .option("--json", "one JSON document on standard output")
    .option("--data <dir>", "where Postern keeps its data", "./.postern")
    .action((phone: string, options: NumberChangedOptions) => guarded(context, () => Promise.resolve(run(phone, options, context))));
}

interface NumberChangedOptions {
  readonly at?: string;
  readonly json?: boolean;
  readonly data: string;
}

function run(phone: string, options: NumberChangedOptions, context: CliContext): number {
  if (!/^\+?[0-9 ()./-]{6,30}$/.test(phone))
    throw new PosternError("USAGE", "This is no telephone number", { remedy: "Give it with its country: postern number-changed +491701234567" });
  if (!holdsTraffic(options.data)) throw new PosternError("NOT_FOUND", `There is no Postern data in ${options.data}`, { remedy: "Name the directory with --data." });
  const at = options.at === undefined ? undefined : parseInstant(options.at);
  if (at?.ok === false)
    throw new PosternError("USAGE", `--at does not understand ${JSON.stringify(options.at?.slice(0, 40))}`, { remedy: "Give a time with its zone: 2026-01-31T08:00:00Z." });
  const ports = makePorts(loadOrCreateKey({ env: context.env, dataDir: options.data }), 1);
  const change = { subject: ports.hash("phone", normalForm("phone", phone)), at: at?.value ?? Date.now() };
  new NumberChangeFile(options.data).append(change);
  context.stdout.write(
    options.json === true
      ? `${JSON.stringify({ person: change.subject, at: new Date(change.at).toISOString() })}\n`
      : `Kept as ${change.subject}, and nothing else of it. A running Postern joins it with new devices and passwords of 72 hours.\n`,
  );
  return 0;
}
