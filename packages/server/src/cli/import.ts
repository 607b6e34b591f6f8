import type { Command } from "commander";
import { Ledger, type Level, PosternError } from "@postern/engine";
import { loadOrCreateKey } from "../keys/key-file.ts";
import { makePorts } from "../keys/make-ports.ts";
import type { CliContext } from "./cli-context.ts";
import { DataSink, idPrefixOf, loadLearned } from "./import-data.ts";
import { ImportRun } from "./import-run.ts";
import { hubRuns } from "./known/hub-runs.ts";
import { ledgerOptionsOf } from "./import-policy.ts";
import { colorOf, configOf, formats, guarded, modeOf, oneOf, readAll, widthOf, withReadOptions } from "./import-session.ts";
import { importDocument, type ImportDocument, rank } from "./report/import-document.ts";
import { renderImport } from "./report/render-import.ts";

/** `postern import <file|->…`: reads recorded traffic, judges it by its own event time and prints the report. Without `--data` nothing is written but the key, when there is none yet. */
export function importCommand(program: Command, context: CliContext): void {
  withReadOptions(
    program
      .command("import")
      .description("read recorded traffic, judge it by its own event time, print the report")
      .argument("<files...>", "files to read, or - for standard input"),
  )
    .option("--data <dir>", "also keep exchanges, disclosures, signals and what was learned here")
    .option("--fail-on <level>", "exit 1 when a finding or incident is at this level or above: info, low, medium, high, critical")
    .option("--top <count>", "endpoints shown", "20")
    .action((files: string[], options: ImportOptions) => guarded(context, () => runImport(files, options, context)));
}

interface ImportOptions {
  readonly format: string;
  readonly config?: string;
  readonly mode?: string;
  readonly json?: boolean;
  readonly data?: string;
  readonly failOn?: string;
  readonly top: string;
}

async function runImport(files: readonly string[], options: ImportOptions, context: CliContext): Promise<number> {
  const format = oneOf("--format", options.format, formats);
  const failOn = options.failOn === undefined ? undefined : oneOf("--fail-on", options.failOn, levels);
  const config = configOf(options.config, context);
  const mode = modeOf(options.mode, config);
  const key = loadOrCreateKey({ env: context.env, ...(options.data === undefined ? {} : { dataDir: options.data }) });
  const ports = makePorts(key, 1);
  if (options.data !== undefined && (await hubRuns(options.data))) {
    throw new PosternError("DATA_DIR_LOCKED", `A Postern runs on ${options.data} and would overwrite what this import learns.`, {
      remedy: "Stop it first, or import into another directory.",
    });
  }
  const data = options.data === undefined ? undefined : new DataSink(options.data, key.epoch, ports);
  const state = options.data === undefined ? undefined : loadLearned(options.data)?.ledger;
  const run = new ImportRun({
    ports,
    config,
    mode,
    idPrefix: idPrefixOf(files),
    ...(state === undefined ? {} : { ledger: new Ledger(ports, ledgerOptionsOf(config, mode, ports), state) }),
    ...(data === undefined ? {} : { onExchange: (exchange, step, rows) => data.exchange(exchange, step, rows), onSignals: (signals) => data.signals(signals) }),
  });
  const input = await readAll(files, format, context, {
    quiet: options.json === true,
    exchange: (exchange) => run.push(exchange),
    ...(data === undefined ? {} : { name: (file) => idPrefixOf([file]) }),
  });
  run.finish();
  const document = importDocument(run, input, mode);
  for (const incident of document.incidents.items) {
    if (incident.kind === "enumeration") for (const { id } of incident.endpoints) run.incidents.setDisclosed(id, incident.disclosed);
  }
  data?.close({
    ledger: run.ledger.exportState(),
    incidents: run.incidents.exportState(),
    findings: run.ledger.findings(),
    recording: { id: idPrefixOf(files), from: run.firstAt, to: run.lastAt },
  });
  context.stdout.write(
    options.json === true
      ? `${JSON.stringify(document)}\n`
      : renderImport(document, { color: colorOf(context), width: widthOf(context), top: Math.max(1, Number.parseInt(options.top, 10) || 20) }),
  );
  return failOn !== undefined && worst(document) >= rank(failOn) ? 1 : 0;
}

const levels: readonly Level[] = ["info", "low", "medium", "high", "critical"];

/** The highest level found, -1 for none. */
function worst(document: ImportDocument): number {
  return Math.max(-1, ...document.findings.items.map((finding) => rank(finding.severity)), ...document.incidents.items.map((incident) => rank(incident.level)));
}
