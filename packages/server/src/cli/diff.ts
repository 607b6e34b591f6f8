import type { Command } from "commander";
import { type Inventory, PosternError, type Ports } from "@postern/engine";
import { loadOrCreateKey } from "../keys/key-file.ts";
import { makePorts } from "../keys/make-ports.ts";
import type { Api } from "../specs/api-model.ts";
import { diffDocuments } from "../specs/diff-documents.ts";
import { diffTraffic } from "../specs/diff-traffic.ts";
import { type Difference, kinds, levels } from "../specs/difference.ts";
import { observedApi } from "../specs/observed-api.ts";
import { templatesOfApi } from "../specs/known-templates.ts";
import { readApi } from "../specs/read-api.ts";
import type { CliContext } from "./cli-context.ts";
import { idPrefixOf } from "./import-data.ts";
import { ImportRun } from "./import-run.ts";
import { colorOf, configOf, formatOf, guarded, readAll, tableWidthOf, widthOf } from "./import-session.ts";
import { readKnown } from "./known/known.ts";
import { type DiffDocument, renderDiff } from "./diff-render.ts";

/** `postern diff <spec> [newer]`: a document against what was seen, or against a newer document. */
export function diffCommand(program: Command, context: CliContext): void {
  program
    .command("diff")
    .description("compare a description (OpenAPI 2.0 to 3.2, Postman 2.1, HAR) with what was seen: shadow, zombie, unused, drift; or with a newer description")
    .argument("<spec>", "the document; with a second one, the older of the two")
    .argument("[newer]", "the newer document: then documents are compared, not traffic")
    .option("--data <dir>", "traffic that Postern keeps here", usualDataDir)
    .option("--from <files...>", "recorded traffic read from these files instead; nothing is kept")
    .option("--format <format>", "of those files, as `postern import` takes it", "auto")
    .option("--was <file>", "an older document: what it had and this one has not, and yet answers, is a zombie")
    .option("--host <host>", "only this host's traffic (default: hosts that the document names or describes)")
    .option("--config <file>", "configuration (default: postern.yaml here, if there is one)")
    .option("--json", "one JSON document")
    .option("--fail-on <what>", `exit 1 when there is one of these, by commas: any, breaking, ${kinds.join(", ")}, or a level (${levels.join(", ")}) and above`)
    .action((spec: string, newer: string | undefined, options: DiffOptions) => guarded(context, () => run(spec, newer, options, context)));
}

const usualDataDir = "./.postern";

interface DiffOptions {
  readonly data: string;
  readonly from?: readonly string[];
  readonly format: string;
  readonly was?: string;
  readonly host?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly failOn?: string;
}

async function run(spec: string, newer: string | undefined, options: DiffOptions, context: CliContext): Promise<number> {
  const fails = failing(options.failOn);
  const document = newer === undefined ? await againstTraffic(spec, options, context) : await betweenDocuments(spec, newer, context);
  context.stdout.write(
    options.json === true ? `${JSON.stringify(document)}\n` : renderDiff(document, { color: colorOf(context), width: tableWidthOf(context), textWidth: widthOf(context) }),
  );
  return document.items.some(fails) ? 1 : 0;
}

async function betweenDocuments(spec: string, newer: string, context: CliContext): Promise<DiffDocument> {
  const ports = makePorts(loadOrCreateKey({ env: context.env }), 1);
  const [before, after] = [await readApi(spec, ports), await readApi(newer, ports)];
  const { differences, ...counts } = diffDocuments(before, after);
  return { compared: "documents", documents: [aboutOf(before, spec), aboutOf(after, newer)], counts, items: differences, undecided: [], otherHosts: [], next: null };
}

async function againstTraffic(spec: string, options: DiffOptions, context: CliContext): Promise<DiffDocument> {
  const { inventory, ports } = options.from === undefined ? await kept(options, context) : await read(options.from, options, context);
  const document = await readApi(spec, ports);
  // The document may have parameters where words were taken for constants.
  inventory.govern([...templatesOfApi(document), ...inventory.rules]);
  const removed = options.was === undefined ? undefined : await readApi(options.was, ports);
  const diff = diffTraffic(document, observedApi(inventory), ports, {
    ...(options.host === undefined ? {} : { host: options.host.toLowerCase() }),
    ...(removed === undefined ? {} : { removed }),
  });
  return {
    compared: "traffic",
    documents: [aboutOf(document, spec)],
    counts: { documented: diff.documented, seen: diff.seen, same: diff.matched.length, withoutBase: diff.withoutBase },
    items: diff.differences.map((one) => ({ ...one, where: inventory.fieldNames.reveal(one.where) })),
    undecided: diff.undecided,
    otherHosts: diff.otherHosts,
    next: null,
  };
}

async function kept(options: DiffOptions, context: CliContext): Promise<Traffic> {
  const known = await readKnown(options.data, { env: context.env, config: configOf(options.config, context) });
  return { inventory: known.ledger.inventory, ports: known.ports };
}

interface Traffic {
  readonly inventory: Inventory;
  readonly ports: Ports;
}

async function read(files: readonly string[], options: DiffOptions, context: CliContext): Promise<Traffic> {
  const key = loadOrCreateKey({ env: context.env });
  const ports = makePorts(key, 1);
  const recorded = new ImportRun({ ports, config: configOf(options.config, context), mode: "observe", idPrefix: idPrefixOf(files) });
  await readAll(files, formatOf(options.format), context, {
    quiet: options.json === true,
    run: recorded,
    keyed: { secret: key.secret, ports },
  });
  recorded.finish();
  return { inventory: recorded.ledger.inventory, ports };
}

function aboutOf(api: Api, file: string): DiffDocument["documents"][number] {
  return { file, title: api.title, version: api.version, format: api.format, operations: api.operations.length, problems: api.problems };
}

/** Whether a difference fails the command. Throws USAGE. */
function failing(text: string | undefined): (difference: Difference) => boolean {
  const wanted = text === undefined ? [] : text.split(",").map((word) => word.trim());
  for (const word of wanted) {
    if (word !== "any" && word !== "breaking" && !kinds.some((kind) => kind === word) && !levels.some((level) => level === word))
      throw new PosternError("USAGE", `--fail-on takes any, breaking, ${kinds.join(", ")} or a level, not ${JSON.stringify(word.slice(0, 40))}.`, {
        remedy: `Levels are ${levels.join(", ")}; several words are joined by commas.`,
      });
  }
  return (difference) =>
    wanted.some((word) => {
      const level = levels.findIndex((one) => one === word);
      return word === "any" || (word === "breaking" && difference.breaking === true) || word === difference.kind || (level >= 0 && levels.indexOf(difference.level) >= level);
    });
}
