import type { Command } from "commander";
import { aftermath, judgeSlow, PosternError, slowPolicy } from "@postern/engine";
import { askAftermath } from "../store/ask-aftermath.ts";
import { askSlow } from "../store/ask-slow.ts";
import { cohortsOf } from "../hub/cohorts-of.ts";
import { spanOf } from "../hub/endpoint-life.ts";
import { loadHubState } from "../hub/hub-state.ts";
import { namedEndpoints } from "./breach/breach-data.ts";
import { findEndpoint } from "./breach/find-endpoint.ts";
import type { CliContext } from "./cli-context.ts";
import { slowDocument } from "./detected/slow-document.ts";
import { renderSlow } from "./detected/render-slow.ts";
import { wholeDays } from "./detected/whole-days.ts";
import { colorOf, configOf, guarded, tableWidthOf, widthOf } from "./import-session.ts";
import { readKnown } from "./known/known.ts";
import { readMoment } from "./listing/moment.ts";
import { ProgressLine } from "./report/progress-line.ts";
import { storeOf } from "./store-command.ts";

/** `postern detect`: the slow detectors, by hand, over what is stored; tells nobody and keeps nothing. */
export function detectCommand(program: Command, context: CliContext): void {
  program
    .command("detect")
    .description("look back over stored days for what only weeks and months show, as is done each night")
    .option("--from <time>", "first day that counts: 2026-01-31, or 90d before the newest traffic", `${slowPolicy.windowDays}d`)
    .option("--to <time>", "first day that no longer counts, said likewise (default: after the newest that is whole)")
    .option("--endpoint <endpoint>", "only this one: its id, or method and path")
    .option("--json", "one JSON document on standard output")
    .option("--data <dir>", "where Postern keeps its data", "./.postern")
    .option("--config <file>", "configuration (default: postern.yaml here, if there is one)")
    .action((options: DetectOptions) => guarded(context, () => run(options, context)));
}

interface DetectOptions {
  readonly from: string;
  readonly to?: string;
  readonly endpoint?: string;
  readonly json?: boolean;
  readonly data: string;
  readonly config?: string;
}

async function run(options: DetectOptions, context: CliContext): Promise<number> {
  const asked = { from: readMoment("--from", options.from), to: options.to === undefined ? undefined : readMoment("--to", options.to) };
  const known = await readKnown(options.data, { env: context.env, config: configOf(options.config, context) });
  const store = await storeOf(options.data);
  const progress = new ProgressLine({
    mode: context.isTty ? "line" : options.json === true ? "silent" : "lines",
    write: (text) => void context.stderr.write(text),
    now: () => performance.now(),
  });
  try {
    const { client } = store;
    const [span] = await client.query("slowSpan", {});
    if (span === undefined || span.rows === 0)
      throw new PosternError("NOT_FOUND", `Nobody asked about anybody in what ${options.data} holds`, {
        remedy: "Days are kept from the first lookup on: `postern protect <url> --data <dir>`, or `postern import <file> --data <dir>`.",
      });
    const disclosed = await client.query("disclosureTotals", {});
    const endpoints = namedEndpoints(known, disclosed);
    const endpoint = options.endpoint === undefined ? undefined : findEndpoint(options.endpoint, endpoints);
    const newest = spanOf(known.ledger).to;
    const days = wholeDays({ lastDay: Math.max(span.lastDay, span.firstDay), newest }, asked);
    const { from, to } = days;
    if (from >= to && (options.to !== undefined || days.partial === undefined))
      throw new PosternError("USAGE", "--from must lie at least a day before --to", { remedy: "Give whole days, UTC." });
    const answer = await askSlow(client, {
      from,
      to,
      principals: known.ledger.policy(newest).principals,
      ...(endpoint === undefined ? {} : { endpoint: endpoint.id }),
      onProgress: (done, of) => progress.update("stored days", { accepted: 0, rejected: 0, bytesRead: done, bytesTotal: of }, "Looking through"),
    });
    const cohorts = cohortsOf(known.ledger);
    const people = options.endpoint === undefined ? await askAftermath(client, { ...cohorts, from, to }) : [];
    progress.end();
    const nameOf = (id: string): string => {
      const found = endpoints.find((one) => one.ids.includes(id));
      return found === undefined || found.path === "" ? id : `${found.method} ${found.host}${found.path}`;
    };
    const document = slowDocument(answer, judgeSlow(answer), { nameOf, aftermath: aftermath(people), last: loadHubState(known.dataDir)?.slow?.last, partial: days.partial });
    context.stdout.write(
      options.json === true ? `${JSON.stringify(document)}\n` : renderSlow(document, { color: colorOf(context), width: tableWidthOf(context), textWidth: widthOf(context) }),
    );
    return 0;
  } finally {
    progress.end();
    await store.close();
  }
}
