import type { Command } from "commander";
import { PosternError } from "@postern/engine";
import { spanOf } from "../hub/endpoint-life.ts";
import { NamedSources, namedSourcesMax } from "../respond/named-sources.ts";
import { renderBreachReport } from "../respond/render-breach-report.ts";
import { breachDocument, type MatchedUsers } from "./breach/breach-document.ts";
import { breachOf, namedEndpoints } from "./breach/breach-data.ts";
import { findEndpoint } from "./breach/find-endpoint.ts";
import { matchList } from "./breach/match-list.ts";
import type { CliContext } from "./cli-context.ts";
import { colorOf, configOf, guarded, widthOf } from "./import-session.ts";
import { readKnown } from "./known/known.ts";
import { readMoment } from "./listing/moment.ts";
import { count, plain } from "./report/text-layout.ts";
import { storeOf } from "./store-command.ts";

/** `postern report breach`: who was exposed by one endpoint, on what evidence, and which of the operator's own users are among them. */
export function reportBreachCommand(program: Command, context: CliContext): void {
  const report = program.commands.find((command) => command.name() === "report") ?? program.command("report").description("reports about what happened");
  report
    .command("breach")
    .description("who was exposed by an endpoint: the exact set, the evidence, and what that rests on")
    .requiredOption("--endpoint <endpoint>", 'its id, or method and path: "GET /users/{phone}/status"')
    .option("--from <time>", "first moment that counts: 2026-01-31, 2026-01-31T08:00:00Z, today, yesterday, or 24h or 7d before the newest traffic (default: its first disclosure)")
    .option("--to <time>", "first moment that no longer counts, said likewise (default: after its last disclosure)")
    .option("--source <address>", "only what this address or range was told, such as 198.51.100.7 or 198.51.100.0/24; repeat for more", collect, [])
    .option("--match <users.csv>", "which of your own users are among them: columns id and phone, email or username")
    .option("--out <matched.csv>", "write the matches there instead of printing them")
    .option("--json", "one JSON document on standard output")
    .option("--data <dir>", "where Postern keeps its data", "./.postern")
    .option("--config <file>", "configuration (default: postern.yaml here, if there is one)")
    .action((options: BreachOptions) => guarded(context, () => run(options, context)));
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

interface BreachOptions {
  readonly endpoint: string;
  readonly from?: string;
  readonly to?: string;
  readonly source: readonly string[];
  readonly match?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly data: string;
  readonly config?: string;
}

async function run(options: BreachOptions, context: CliContext): Promise<number> {
  if (options.out !== undefined && options.match === undefined) throw new PosternError("USAGE", "--out needs --match", { remedy: "Name your list of users with --match." });
  const only = options.source.length === 0 ? undefined : NamedSources.of(options.source);
  if (options.source.length > 0 && only === undefined) {
    throw new PosternError("USAGE", `--source takes addresses and ranges, ${namedSourcesMax} at most`, {
      remedy: "Write each as --source 198.51.100.7 or --source 198.51.100.0/24.",
    });
  }
  const said = {
    from: options.from === undefined ? undefined : readMoment("--from", options.from),
    to: options.to === undefined ? undefined : readMoment("--to", options.to),
  };
  const known = await readKnown(options.data, { env: context.env, config: configOf(options.config, context) });
  const newest = spanOf(known.ledger).to;
  const asked = { from: said.from?.(newest), to: said.to?.(newest) };
  const store = await storeOf(options.data);
  try {
    const { client } = store;
    const disclosed = await client.query("disclosureTotals", {});
    const endpoint = findEndpoint(options.endpoint, namedEndpoints(known, disclosed));
    const own = disclosed.filter((row) => endpoint.ids.includes(row.endpointId));
    const from = asked.from ?? own.reduce((least, row) => Math.min(least, row.firstAt), Infinity);
    // Incidents suggest the end of their hour: what has not come yet is no gap.
    const present = Math.max(Date.now(), newest + 1);
    const to = asked.to === undefined ? own.reduce((most, row) => Math.max(most, row.lastAt + 1), -Infinity) : Math.min(asked.to, present);
    if (!Number.isFinite(from) || !Number.isFinite(to)) {
      throw new PosternError("NOT_FOUND", `${endpoint.method} ${endpoint.host}${endpoint.path} disclosed nothing that was recorded`, {
        remedy: "Give --from and --to to have the coverage of that time told.",
      });
    }
    if (from >= to) throw new PosternError("USAGE", "--from must lie before --to", { remedy: "Swap them." });
    const breach = await breachOf({ known, client, endpoint, disclosed, from, to, only });
    const matching = options.match === undefined ? undefined : await matchList(options.match, breach, known.ports, options.out);
    if (options.json === true) {
      context.stdout.write(`${JSON.stringify(breachDocument(breach.report, matching?.matched))}\n`);
      return 0;
    }
    context.stdout.write(renderBreachReport(breach.report, { color: colorOf(context), width: widthOf(context) }));
    if (matching !== undefined) context.stdout.write(renderMatched(matching.matched, matching.truncated, options.out));
    return 0;
  } finally {
    await store.close();
  }
}

function renderMatched(matched: MatchedUsers, truncated: boolean, out: string | undefined): string {
  const lines = [
    `Of your ${count(matched.rows)} users, ${count(matched.confirmed)} were confirmed, ${count(matched.denied)} denied, ${count(matched.unknown)} answered in a way not understood yet,`,
    `${count(matched.uniform)} asked about in vain, ${count(matched.notAsked)} not asked about.${matched.rejected > 0 ? ` ${count(matched.rejected)} lines could not be read.` : ""}`,
    "",
  ];
  if (out !== undefined) lines.push(`The list is in ${plain(out)}.`);
  const users = matched.users ?? [];
  if (users.length > 0) {
    const wide = Math.min(40, Math.max(4, ...users.slice(0, shownMax).map((user) => user.id.length)));
    lines.push(`  ${"id".padEnd(wide)}  learned    by`);
    for (const user of users.slice(0, shownMax)) lines.push(`  ${plain(user.id).slice(0, wide).padEnd(wide)}  ${user.learned.padEnd(9)}  ${plain(user.columns.join(", "))}`);
    if (users.length > shownMax || truncated) lines.push(`  and ${truncated ? "more" : count(users.length - shownMax)}: --out writes all of them to a file`);
  }
  return `${lines.join("\n")}\n`;
}

/** A person reads no more; `--out` and `--json` hold the rest. */
const shownMax = 200;
