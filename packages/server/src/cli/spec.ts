import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { PosternError } from "@postern/engine";
import { stringify } from "yaml";
import { loadOrCreateKey } from "../keys/key-file.ts";
import { makePorts } from "../keys/make-ports.ts";
import { knownKinds } from "../specs/known-kinds.ts";
import { KnownSpecs } from "../specs/known-specs.ts";
import { observedApi } from "../specs/observed-api.ts";
import { readApi } from "../specs/read-api.ts";
import { revealApi } from "../specs/reveal-names.ts";
import { openApiOf } from "../specs/write-openapi.ts";
import type { CliContext } from "./cli-context.ts";
import { configOf, guarded, oneOf, tableWidthOf } from "./import-session.ts";
import { documentedNames } from "./listing/lists.ts";
import { readKnown } from "./known/known.ts";
import { asStarted } from "../program-name.ts";
import { count, plain, several, table } from "./report/text-layout.ts";

/** `postern spec export | add | list | remove | restore`: the interface as traffic shows it, and the documents that describe it. */
export function specCommand(program: Command, context: CliContext): void {
  const spec = program.command("spec").description("write what was observed as OpenAPI; keep documents, so that endpoints say which are documented");
  spec
    .command("export")
    .description("the observed interface as OpenAPI 3.1, without any value that was seen")
    .option("--data <dir>", "where Postern keeps its data", usualDataDir)
    .option("--format <format>", "yaml or json", "yaml")
    .option("--host <host>", "only this host; several hosts share a path's description else")
    .option("--out <file>", "write to this file instead of standard output")
    .option("--config <file>", "configuration (default: postern.yaml here, if there is one)")
    .action((options: ExportOptions) => guarded(context, () => exportSpec(options, context)));
  spec
    .command("add")
    .description("keep a document (OpenAPI 2.0 to 3.2, Postman 2.1, HAR) here, so that endpoints say `known by: spec`")
    .argument("<file>")
    .option("--data <dir>", "where Postern keeps its data", usualDataDir)
    .option("--name <name>", "to tell it by; default its title")
    .option("--as <kind>", `what it was made from: ${knownKinds.join(", ")}`, "spec")
    .option("--json", "one JSON document")
    .action((file: string, options: AddOptions) => guarded(context, () => addSpec(file, options, context)));
  spec
    .command("list")
    .description("the documents kept here")
    .option("--data <dir>", "where Postern keeps its data", usualDataDir)
    .option("--removed", "those that were removed or replaced and can be put back instead")
    .option("--json", "one JSON document: {items, next}")
    .action((options: AddOptions) => guarded(context, () => listSpecs(options, context)));
  spec
    .command("remove")
    .description("put a document away; `spec restore` puts it back")
    .argument("<name>")
    .option("--data <dir>", "where Postern keeps its data", usualDataDir)
    .option("--json", "one JSON document")
    .action((name: string, options: AddOptions) => guarded(context, () => removeSpec(name, options, context)));
  spec
    .command("restore")
    .description("put a removed or replaced document back; what was added under its name since changes places with it")
    .argument("<name>")
    .option("--data <dir>", "where Postern keeps its data", usualDataDir)
    .option("--json", "one JSON document")
    .action((name: string, options: AddOptions) => guarded(context, () => restoreSpec(name, options, context)));
}

const usualDataDir = "./.postern";

interface ExportOptions {
  readonly data: string;
  readonly format: string;
  readonly host?: string;
  readonly out?: string;
  readonly config?: string;
}

interface AddOptions {
  readonly data: string;
  readonly name?: string;
  readonly as?: string;
  readonly json?: boolean;
  readonly removed?: boolean;
}

async function exportSpec(options: ExportOptions, context: CliContext): Promise<number> {
  const format = oneOf("--format", options.format, ["yaml", "json"]);
  const known = await readKnown(options.data, { env: context.env, config: configOf(options.config, context) });
  const seen = observedApi(known.ledger.inventory, (endpoint) => options.host === undefined || endpoint.host === options.host.toLowerCase());
  const deprecates = new KnownSpecs(known.dataDir).deprecates(known.ports);
  const api = {
    ...seen,
    operations: seen.operations.map((one) => ({ ...one, deprecated: deprecates({ method: one.method, host: one.hosts[0] ?? "", template: one.path }) })),
  };
  if (api.operations.length === 0) {
    throw new PosternError("NOT_FOUND", `No endpoint ${options.host === undefined ? "was seen yet" : `of ${plain(options.host)} was seen`}.`, {
      remedy: "`postern endpoints` lists those there are, with their hosts.",
    });
  }
  const documented = documentedNames(known);
  const document = openApiOf(revealApi(api, (text) => known.ledger.inventory.fieldNames.reveal(text, documented)));
  const text = format === "json" ? `${JSON.stringify(document, undefined, 2)}\n` : stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
  if (options.out === undefined) context.stdout.write(text);
  else {
    try {
      writeFileSync(options.out, text, { mode: 0o644 });
    } catch (cause) {
      throw new PosternError("USAGE", `The document cannot be written to ${options.out}.`, { cause, remedy: "Name a file in a folder that is there and can be written." });
    }
    context.stderr.write(`${several(api.operations.length, "operation")} of ${several(api.servers.length, "host")} written to ${options.out}.\n`);
  }
  return 0;
}

async function addSpec(file: string, options: AddOptions, context: CliContext): Promise<number> {
  const kind = oneOf("--as", options.as ?? "spec", knownKinds);
  const key = loadOrCreateKey({ env: context.env, dataDir: options.data });
  const api = await readApi(file, makePorts(key, 1));
  const kept = new KnownSpecs(options.data).add(api, options.name ?? (api.title === "" ? file : api.title), kind);
  if (options.json === true) context.stdout.write(`${JSON.stringify({ ...kept, problems: api.problems })}\n`);
  else {
    context.stdout.write(
      `${plain(kept.name)}: ${kept.format}, ${several(kept.operations, "operation")}. ${asStarted("`postern endpoints` now says which it knows.", context.env)}\n`,
    );
    for (const { where, what } of api.problems.slice(0, 10)) context.stdout.write(`  not read: ${plain(where)} ${plain(what)}\n`);
    if (api.problems.length > 10) context.stdout.write(`  and ${count(api.problems.length - 10)} more; --json lists them.\n`);
  }
  return 0;
}

function listSpecs(options: AddOptions, context: CliContext): Promise<number> {
  const specs = new KnownSpecs(options.data);
  const removed = options.removed === true;
  const items = removed ? specs.removed().map((one) => ({ ...one, at: one.removedAt })) : specs.list().map((one) => ({ ...one, at: one.addedAt }));
  if (options.json === true) context.stdout.write(`${JSON.stringify({ items: items.map(({ at: _at, ...one }) => one), next: null })}\n`);
  else if (items.length === 0 && removed) context.stdout.write("No document was removed or replaced.\n");
  else if (items.length === 0) context.stdout.write(asStarted("No documents are kept here. `postern spec add <file>` keeps one.\n", context.env));
  else {
    const lines = table(
      [
        { head: "name", flexible: true },
        { head: "known as" },
        { head: "version" },
        { head: "format" },
        { head: "operations", right: true },
        { head: removed ? "removed" : "added" },
      ],
      items.map((one) => [plain(one.name), one.kind, plain(one.version), plain(one.format), count(one.operations), one.at.slice(0, 16).replace("T", " ")]),
      tableWidthOf(context),
      (text) => text,
    );
    context.stdout.write(`${lines.join("\n")}\n`);
  }
  return Promise.resolve(0);
}

function removeSpec(name: string, options: AddOptions, context: CliContext): Promise<number> {
  const specs = new KnownSpecs(options.data);
  if (!specs.remove(name))
    throw new PosternError("NOT_FOUND", `No document is kept under the name ${JSON.stringify(name.slice(0, 100))}.`, { remedy: "`postern spec list` names those there are." });
  const kept = specs.removed().find((one) => one.name === name);
  context.stdout.write(
    options.json === true ? `${JSON.stringify(kept)}\n` : `${plain(name)} is removed. ${asStarted(`\`postern spec restore ${shellWord(name)}\` puts it back.`, context.env)}\n`,
  );
  return Promise.resolve(0);
}

function restoreSpec(name: string, options: AddOptions, context: CliContext): Promise<number> {
  const kept = new KnownSpecs(options.data).restore(name);
  if (kept === undefined)
    throw new PosternError("NOT_FOUND", `No document of the name ${JSON.stringify(name.slice(0, 100))} was removed.`, {
      remedy: "`postern spec list --removed` names those that can be put back.",
    });
  context.stdout.write(options.json === true ? `${JSON.stringify(kept)}\n` : `${plain(kept.name)} is back: ${kept.format}, ${several(kept.operations, "operation")}.\n`);
  return Promise.resolve(0);
}

function shellWord(text: string): string {
  const shown = plain(text);
  return /^[\w./:@%+-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
