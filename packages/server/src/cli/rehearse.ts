import { closeSync, openSync, writeSync } from "node:fs";
import type { Command } from "commander";
import { type Mode, PosternError } from "@postern/engine";
import { loadOrCreateKey } from "../keys/key-file.ts";
import { makePorts } from "../keys/make-ports.ts";
import type { CliContext } from "./cli-context.ts";
import { idPrefixOf } from "./import-data.ts";
import { ImportRun } from "./import-run.ts";
import { colorOf, configOf, formatOf, guarded, modeOf, readAll, tableWidthOf, widthOf, withReadOptions } from "./import-session.ts";
import { DecisionLines } from "./report/decision-lines.ts";
import { RehearsalCount } from "./report/rehearsal-count.ts";
import { rehearsalDocument } from "./report/rehearsal-document.ts";
import { renderRehearsal } from "./report/render-rehearsal.ts";

/** `postern rehearse --from FILE…`: what would this policy have done to recorded traffic? Changes nothing; starts from nothing learned. */
export function rehearseCommand(program: Command, context: CliContext): void {
  withReadOptions(program.command("rehearse").description("what would this policy have done to recorded traffic?"))
    .option("--from <files...>", "recorded traffic, or - for standard input")
    .option("--decisions <file>", "one line an exchange, in input order, as NDJSON")
    .action((options: RehearseOptions) => guarded(context, () => rehearse(options, context)));
}

interface RehearseOptions {
  readonly format: string;
  readonly config?: string;
  readonly mode?: string;
  readonly json?: boolean;
  readonly from?: string[];
  readonly decisions?: string;
}

async function rehearse(options: RehearseOptions, context: CliContext): Promise<number> {
  const files = options.from ?? [];
  if (files.length === 0) {
    throw new PosternError("USAGE", "This version rehearses over files only, not over stored traffic.", { remedy: "Name recorded traffic: postern rehearse --from access.log" });
  }
  const format = formatOf(options.format);
  const config = configOf(options.config, context);
  const mode: Mode = modeOf(options.mode, config);
  const { secret } = loadOrCreateKey({ env: context.env });
  const ports = makePorts({ secret }, 1);
  const count = new RehearsalCount();
  const out = options.decisions === undefined ? undefined : new OutFile(options.decisions);
  try {
    const lines = out === undefined ? undefined : new DecisionLines((text) => out.write(text));
    const run = new ImportRun({
      ports,
      config,
      mode,
      idPrefix: idPrefixOf(files),
      onDecision: (index, decision, exchange) => {
        count.decided(decision, exchange.client.address);
        lines?.add(index, decision);
      },
      onExchange: (exchange, step, rows) => {
        if (rows.length > 0) count.answered(rows, exchange.gate?.would ?? "allow");
        if (step.anchors.length > 0) count.anchored(exchange.client.address);
      },
    });
    const input = await readAll(files, format, context, {
      quiet: options.json === true,
      run,
      keyed: { secret, ports },
    });
    run.finish();
    lines?.end();
    const document = rehearsalDocument(run, count, input, { mode, config, outOfOrder: lines?.outOfOrder ?? 0 });
    context.stdout.write(
      options.json === true ? `${JSON.stringify(document)}\n` : renderRehearsal(document, { color: colorOf(context), width: widthOf(context), tableWidth: tableWidthOf(context) }),
    );
    return 0;
  } finally {
    out?.close();
  }
}

/** A file written from the beginning. Throws USAGE when its place cannot be written. */
class OutFile {
  readonly #fd: number;

  constructor(path: string) {
    try {
      this.#fd = openSync(path, "w", 0o600);
    } catch (cause) {
      throw new PosternError("USAGE", `The decisions cannot be written to ${path}.`, { cause, remedy: "Name a file in a folder that is there and can be written." });
    }
  }

  write(text: string): void {
    const bytes = Buffer.from(text, "utf8");
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
