import type { Command } from "commander";
import { type FloorProgress, type GuardedEndpoint, measureFloor, PosternError } from "@postern/engine";
import type { FloorView } from "../api/views.ts";
import { spanOf } from "../hub/endpoint-life.ts";
import { floorView } from "../hub/floor/floor-view.ts";
import { floorInputOf } from "../hub/floor/floor-input.ts";
import { namedEndpoints } from "./breach/breach-data.ts";
import { findEndpoint } from "./breach/find-endpoint.ts";
import type { CliContext } from "./cli-context.ts";
import { colorOf, configOf, guarded, tableWidthOf, widthOf } from "./import-session.ts";
import { type Known, readKnown } from "./known/known.ts";
import { type FloorItem, renderFloors } from "./listing/render-floors.ts";

/** `postern floor [endpoint]`: how slowly an attacker from ever new addresses must ask to stay unnoticed, measured now from what a data directory holds. Keeps nothing. */
export function floorCommand(program: Command, context: CliContext): void {
  program
    .command("floor")
    .description("the detection floor, measured now: how slowly an attacker from ever new addresses must ask to stay unnoticed. A running Postern measures it every night")
    .argument("[endpoint]", "only this one: its id, the beginning of one, or method and path (default: all under a budget)")
    .option("--data <dir>", "where Postern keeps its data", "./.postern")
    .option("--seed <text>", "draw other synthetic attacks; the same seed gives the same answer (default: the endpoint and the day of the newest traffic)")
    .option("--config <file>", "configuration (default: postern.yaml here, if there is one)")
    .option("--json", "one JSON document: {items, next}")
    .action((endpoint: string | undefined, options: FloorOptions) => guarded(context, () => run(endpoint, options, context)));
}

interface FloorOptions {
  readonly data: string;
  readonly seed?: string;
  readonly config?: string;
  readonly json?: boolean;
}

async function run(wanted: string | undefined, options: FloorOptions, context: CliContext): Promise<number> {
  const known = await readKnown(options.data, { env: context.env, config: configOf(options.config, context) });
  const budgeted = known.ledger.policy(known.savedAt ?? 0).endpoints.filter((endpoint) => endpoint.state === "budgeted");
  const items: FloorItem[] = [];
  for (const endpoint of chosen(wanted, budgeted, known)) {
    const { id, method, host, template } = endpoint;
    items.push({ endpoint: { id, method, host, path: template }, floor: measured(endpoint, known, options, context) });
  }
  context.stdout.write(
    options.json === true
      ? `${JSON.stringify({ items, next: null })}\n`
      : renderFloors(items, { color: colorOf(context), width: tableWidthOf(context), textWidth: widthOf(context) }),
  );
  return 0;
}

function chosen(wanted: string | undefined, budgeted: readonly GuardedEndpoint[], known: Known): readonly GuardedEndpoint[] {
  if (wanted === undefined) return budgeted;
  const { ids } = findEndpoint(wanted, namedEndpoints(known, []));
  const found = budgeted.filter((endpoint) => ids.includes(endpoint.id));
  if (found.length > 0) return found;
  throw new PosternError("USAGE", "No budget stands on this endpoint: nothing is detected there that would have a floor", {
    remedy: "`postern floor` measures all that are under a budget; declare an oracle in the configuration to put one there.",
  });
}

function measured(endpoint: GuardedEndpoint, known: Known, options: FloorOptions, context: CliContext): FloorView {
  const newest = spanOf(known.ledger).to;
  const input = floorInputOf({ newcomers: known.newcomers, uptimeState: () => known.uptime }, endpoint, {
    mode: known.config.mode ?? "observe",
    now: newest,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  const told = options.json === true ? undefined : new Telling(context, `${endpoint.method} ${endpoint.template}`);
  const steps = measureFloor(input);
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      told?.end();
      return floorView({ at: newest, measure: step.value });
    }
    told?.step(step.value);
  }
}

/** How far it is, on standard error: a line that is rewritten where somebody watches, else one every few seconds. */
class Telling {
  readonly #context: CliContext;
  readonly #name: string;
  #toldAt = performance.now();
  #shown = false;

  constructor(context: CliContext, name: string) {
    this.#context = context;
    this.#name = name.replace(/[^\x20-\x7e]/g, "?").slice(0, 40);
  }

  step({ perDay, injection, of, runs }: FloorProgress): void {
    const now = performance.now();
    if (now - this.#toldAt < (this.#context.isTty ? 200 : 3_000)) return;
    this.#toldAt = now;
    this.#shown = true;
    const text = `${this.#name}: ${perDay} a day, ${injection} of ${of}; ${runs} synthetic attacks`.slice(0, 78);
    this.#context.stderr.write(this.#context.isTty ? `\r${text.padEnd(78)}` : `${text}\n`);
  }

  end(): void {
    if (this.#shown && this.#context.isTty) this.#context.stderr.write(`\r${" ".repeat(78)}\r`);
  }
}
