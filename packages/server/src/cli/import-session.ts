import { basename } from "node:path";
import type { Command } from "commander";
import { type Mode, type Ports, PosternError } from "@postern/engine";
import type { Config } from "../config/config-schema.ts";
import { configFileName, loadConfig } from "../config/load-config.ts";
import { readInput } from "../sources/read-file.ts";
import { formatAliases, formatNames } from "../sources/format-names.ts";
import type { Format } from "../sources/source.ts";
import type { CliContext } from "./cli-context.ts";
import { errorText, exitCodeOf } from "./error-text.ts";
import type { ImportedFiles } from "./imported/imported-files.ts";
import type { ImportRun } from "./import-run.ts";
import { atService } from "./at-service.ts";
import { lookAhead } from "./look-ahead.ts";
import type { InputCounts, RejectedRecord, SourceRead } from "./report/import-document.ts";
import { rejectedMax } from "./report/import-document.ts";
import { ProgressLine } from "./report/progress-line.ts";

/** Reads every input in order and hands each exchange to the run; tells how far it is. Throws what {@link readInput} throws. */
export async function readAll(files: readonly string[], format: Format | "auto", context: CliContext, options: ReadAllOptions): Promise<InputCounts> {
  const progress = new ProgressLine({
    mode: context.isTty ? "line" : options.quiet ? "silent" : "lines",
    write: (text) => void context.stderr.write(text),
    now: () => performance.now(),
  });
  const { run } = options;
  let accepted = 0;
  let rejectedCount = 0;
  let alreadyImported = 0;
  const rejected: RejectedRecord[] = [];
  const sources: SourceRead[] = [];
  try {
    for (const file of files) {
      const shown = file === "-" ? "stdin" : basename(file);
      const name = options.name?.(file);
      const already = await options.imported?.look(file);
      let read: SourceRead = { name: shown, format: already?.whole === true ? already.format : "empty", accepted: 0, rejected: 0, alreadyImported: already?.records ?? 0 };
      alreadyImported += read.alreadyImported;
      if (already?.whole === true) {
        sources.push(read);
        continue;
      }
      const following = already === undefined ? undefined : options.imported?.follow(already);
      const batches = readInput(file, format, {
        ...(name === undefined ? {} : { name }),
        keyed: options.keyed,
        ...(already === undefined ? {} : { skip: already }),
        ...(following === undefined ? {} : { onPlain: (chunk) => following.bytes(chunk) }),
        onProgress: (state) => {
          read = { ...read, format: state.format, ...(state.mapping === undefined ? {} : { mapping: state.mapping }), accepted: state.accepted, rejected: state.rejected };
          progress.update(shown, state);
        },
      });
      for await (const recorded of batches) {
        const batch = options.service === undefined ? recorded : atService(recorded, options.service);
        if (run.begins(batch)) {
          progress.end();
          const { service } = options;
          run.foresee(
            await lookAhead(files, format, context, {
              quiet: options.quiet,
              pathsMax: run.config.inventory.places,
              keyed: options.keyed,
              ...(service === undefined ? {} : { service }),
            }),
          );
        }
        if (batch.rows !== undefined) {
          if (following !== undefined) for (let row = 0; row < batch.rows.length; row++) following.exchange({ at: batch.rows.at(row) });
          run.pushRows(batch.rows);
        } else {
          for (const exchange of batch.exchanges) {
            following?.exchange(exchange);
            run.push(exchange);
          }
        }
        for (const bad of batch.rejected) if (rejected.length < rejectedMax) rejected.push({ source: shown, ...bad });
      }
      accepted += read.accepted;
      rejectedCount += read.rejected;
      following?.end({ format: read.format, records: read.accepted + read.rejected });
      sources.push(read);
      progress.next(read.accepted + read.rejected);
    }
  } finally {
    progress.end();
  }
  return { accepted, rejectedCount, alreadyImported, rejected, sources };
}

export interface ReadAllOptions {
  /** No progress where nobody watches. */
  readonly quiet: boolean;
  /** Takes everything; where that is more than it can decide on at once, all files are looked through first. */
  readonly run: ImportRun;
  readonly keyed: { readonly secret: Uint8Array; readonly ports: Ports };
  /** Every request was asked of this one, see {@link atService}. */
  readonly service?: string;
  /** Prefix of made ids of a file. */
  readonly name?: (file: string) => string | undefined;
  /** What was imported before is left out. */
  readonly imported?: Pick<ImportedFiles, "look" | "follow">;
}

/** The configuration named, or `postern.yaml` beside the caller when it is there. */
export function configOf(path: string | undefined, context: CliContext): Config {
  return loadConfig(path, { directory: ".", env: context.env });
}

/** `--mode`, else the file's, else `observe`. Throws USAGE. */
export function modeOf(flag: string | undefined, config: Config): Mode {
  return flag === undefined ? (config.mode ?? "observe") : oneOf("--mode", flag, ["observe", "enforce"]);
}

/** The value when it is one of those allowed; throws USAGE else. */
export function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined)
    throw new PosternError("USAGE", `${name} takes ${allowed.join(", ")}, not ${JSON.stringify(value.slice(0, 40))}.`, { remedy: `Give one of ${allowed.join(", ")}.` });
  return found;
}

/** `--format`: a format's name, or what else it is called. Throws USAGE. */
export function formatOf(name: string): Format | "auto" {
  return formatAliases[name] ?? oneOf("--format", name, ["auto", ...formatNames]);
}

/** Whether to colour, by the common words: NO_COLOR and FORCE_COLOR, else whether the stream is a terminal. */
export function colorOf(context: CliContext): boolean {
  const { env } = context;
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  if (env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "" && env["FORCE_COLOR"] !== "0") return true;
  return "isTTY" in context.stdout && context.stdout.isTTY === true && env["TERM"] !== "dumb";
}

/** Columns of the terminal; 100 where there is none. */
export function widthOf(context: CliContext): number {
  const named = Number(context.env["COLUMNS"]);
  if (Number.isInteger(named) && named > 0) return named;
  return "columns" in context.stdout && typeof context.stdout.columns === "number" ? context.stdout.columns : 100;
}

/** Columns a table may take: those of the terminal or of COLUMNS; without bound where neither is there, since what reads a pipe wants whole cells. */
export function tableWidthOf(context: CliContext): number {
  const known = Number(context.env["COLUMNS"]) > 0 || ("columns" in context.stdout && typeof context.stdout.columns === "number");
  return known ? widthOf(context) : Number.POSITIVE_INFINITY;
}

/** Runs a command's body; an error becomes one message with its remedy and an exit code: 2 for usage and configuration, 3 for the rest. */
export async function guarded(context: CliContext, body: () => Promise<number>): Promise<void> {
  let code: number;
  try {
    code = await body();
  } catch (error) {
    const known = error instanceof PosternError ? error : new PosternError("INTERNAL", error instanceof Error ? error.message : "an unknown failure", { cause: error });
    context.stderr.write(errorText(known, context.env));
    code = exitCodeOf(known);
  }
  context.exit(code);
}

/** Options that both commands share. */
export function withReadOptions(command: Command): Command {
  return command
    .option("--format <format>", `auto, ${formatNames.join(", ")}; also by server: ${Object.keys(formatAliases).join(", ")}`, "auto")
    .option("--config <file>", `configuration; default ./${configFileName} when it is there`)
    .option("--mode <mode>", "observe or enforce; default the configuration's, else observe")
    .option("--json", "one JSON document on standard output");
}
