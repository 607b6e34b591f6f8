import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Foresight, pathViewOf, type Ports } from "@postern/engine";
import { isAccessFormat } from "../sources/access-log/access-formats.ts";
import { foreseeAhead } from "../sources/access-log/foresee-ahead.ts";
import { aheadBytesMin, readInput } from "../sources/read-file.ts";
import type { Format } from "../sources/source.ts";
import { atService } from "./at-service.ts";
import type { CliContext } from "./cli-context.ts";
import { ProgressLine } from "./report/progress-line.ts";

/**
 * A first pass over all files of an import that only gathers their paths, so that templates can be decided before anything is counted. Undefined when one of them cannot be
 * read twice: standard input, a pipe. Lines that a file gains meanwhile are not in it. Throws what {@link readInput} throws.
 */
export async function lookAhead(files: readonly string[], format: Format | "auto", context: CliContext, options: LookAheadOptions): Promise<Foresight | undefined> {
  for (const file of files) if (!(await isRegular(file))) return undefined;
  const { service } = options;
  const { secret, ports } = options.keyed;
  const foresight = new Foresight(ports, options.pathsMax);
  const progress = new ProgressLine({
    mode: context.isTty ? "line" : options.quiet ? "silent" : "lines",
    write: (text) => void context.stderr.write(text),
    now: () => performance.now(),
  });
  try {
    for (const file of files) {
      const batches = readInput(file, format, {
        reader: (known, bytes) =>
          service === undefined && isAccessFormat(known) && bytes >= aheadBytesMin ? foreseeAhead(known, foresight, { secret, pathsMax: options.pathsMax }) : undefined,
        onProgress: (state) => progress.update(basename(file), state, "Looking ahead in"),
      });
      for await (const recorded of batches) {
        const batch = service === undefined ? recorded : atService(recorded, service);
        for (const exchange of batch.exchanges) foresight.add(pathViewOf(exchange, ports));
      }
    }
  } finally {
    progress.end();
  }
  return foresight;
}

export interface LookAheadOptions {
  readonly quiet: boolean;
  /** As `inventory.places`. */
  readonly pathsMax: number;
  /** Every request was asked of this one, see {@link atService}. */
  readonly service?: string;
  readonly keyed: { readonly secret: Uint8Array; readonly ports: Ports };
}

async function isRegular(file: string): Promise<boolean> {
  if (file === "-") return false;
  try {
    return (await stat(file)).isFile();
  } catch {
    // Whoever reads it says why it cannot be read.
    return false;
  }
}
