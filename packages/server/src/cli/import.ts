import type { Command } from "commander";
import { Ledger, type Level, type Mode, type Ports, PosternError, tellsOfSubjects } from "@postern/engine";
import type { Config } from "../config/config-schema.ts";
import { type Key, loadOrCreateKey } from "../keys/key-file.ts";
import { makePorts } from "../keys/make-ports.ts";
import type { Format } from "../sources/source.ts";
import { TemplateRulesFile } from "../hub/template-rules-file.ts";
import { KnownTemplates } from "../specs/known-templates.ts";
import type { State } from "../state/open-state.ts";
import { serviceOrigin } from "./at-service.ts";
import { asStarted, programName } from "../program-name.ts";
import type { CliContext } from "./cli-context.ts";
import { DataSink, idPrefixOf, loadLearned } from "./import-data.ts";
import { ImportRun } from "./import-run.ts";
import { ImportedFiles } from "./imported/imported-files.ts";
import { hubRuns } from "./known/hub-runs.ts";
import { asnListText } from "../config/asn-lists.ts";
import { plain } from "./report/text-layout.ts";
import { ledgerOptionsOf } from "./import-policy.ts";
import { colorOf, configOf, formatOf, guarded, modeOf, oneOf, readAll, tableWidthOf, widthOf, withReadOptions } from "./import-session.ts";
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
    .option("--service <url>", "all of it was asked of this service: a protect with this address and the same --data then knows its endpoints from the first request")
    .option("--again", "with --data: read files, and lines of a log that has grown, that were imported there before; they count twice then")
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
  readonly service?: string;
  readonly again?: boolean;
  readonly failOn?: string;
  readonly top: string;
}

async function runImport(files: readonly string[], options: ImportOptions, context: CliContext): Promise<number> {
  const format = formatOf(options.format);
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
  // The database is loaded by whoever keeps something: the report alone needs none.
  const state = options.data === undefined ? undefined : await (await import("../state/open-state.ts")).openState(options.data);
  try {
    return await judge(files, { format, failOn, config, mode, key, ports, state, options }, context);
  } finally {
    await state?.close();
  }
}

interface Prepared {
  readonly format: Format | "auto";
  readonly failOn: Level | undefined;
  readonly config: Config;
  readonly mode: Mode;
  readonly key: Key;
  readonly ports: Ports;
  /** Of the data directory, when there is one. */
  readonly state: State | undefined;
  readonly options: ImportOptions;
}

async function judge(files: readonly string[], prepared: Prepared, context: CliContext): Promise<number> {
  const { config, mode, ports, state, options } = prepared;
  const service = serviceOrigin(options.service);
  const imported = state === undefined ? undefined : new ImportedFiles(state.imports, { again: options.again === true });
  const data = options.data === undefined ? undefined : new DataSink(options.data, prepared.key.epoch, ports);
  const learned = options.data === undefined ? undefined : loadLearned(options.data)?.ledger;
  const rules = options.data === undefined ? [] : [...new KnownTemplates(options.data).read(), ...new TemplateRulesFile(options.data).read()];
  // What comes after an earlier part of the same log must not take the names of its signals.
  const idPrefix = `${idPrefixOf(files)}${(await imported?.suffix()) ?? ""}`;
  const run = new ImportRun({
    ports,
    config,
    mode,
    idPrefix,
    rules,
    ...(learned === undefined ? {} : { ledger: new Ledger(ports, ledgerOptionsOf(config, mode, ports, rules), learned) }),
    ...(data === undefined ? {} : { onExchange: (exchange, step, rows) => data.exchange(exchange, step, rows), onSignals: (signals) => data.signals(signals) }),
  });
  if (run.networks !== undefined && options.json !== true) context.stderr.write(`Networks: ${plain(asnListText(run.networks))}\n`);
  const input = await readAll(files, prepared.format, context, {
    quiet: options.json === true,
    run,
    keyed: { secret: prepared.key.secret, ports },
    ...(service === undefined ? {} : { service }),
    ...(data === undefined ? {} : { name: (file) => idPrefixOf([file]) }),
    ...(imported === undefined ? {} : { imported }),
  });
  run.finish();
  const document = importDocument(run, input, mode, options.data, programName(context.env));
  for (const incident of document.incidents.items) {
    if (tellsOfSubjects(incident.kind)) run.incidents.setDisclosed(incident.id, incident.disclosed);
  }
  data?.close({
    ledger: run.ledger.exportState(),
    incidents: run.incidents.exportState(),
    findings: run.ledger.findings(),
    newcomers: run.judge.gate.endpointIds().map((id) => [id, run.judge.gate.newcomerHours(id)]),
    recording: { id: idPrefix, from: Math.min(run.firstAt, imported?.resumedAt ?? run.firstAt), to: run.lastAt },
  });
  await imported?.keep(Date.now());
  context.stdout.write(
    options.json === true
      ? `${JSON.stringify(document)}\n`
      : renderImport(document, {
          color: colorOf(context),
          width: widthOf(context),
          tableWidth: tableWidthOf(context),
          top: Math.max(1, Number.parseInt(options.top, 10) || 20),
          commands: (text) => asStarted(text, context.env),
        }),
  );
  const { failOn } = prepared;
  return failOn !== undefined && worst(document) >= rank(failOn) ? 1 : 0;
}

const levels: readonly Level[] = ["info", "low", "medium", "high", "critical"];

/** The highest level found, -1 for none. What the configuration accepts does not fail. */
function worst(document: ImportDocument): number {
  return Math.max(
    -1,
    ...document.findings.items.filter((finding) => finding.status === "open").map((finding) => rank(finding.severity)),
    ...document.incidents.items.map((incident) => rank(incident.level)),
  );
}
