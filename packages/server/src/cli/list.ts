import { type Command } from "commander";
import { explainTemplate, type InventoryEndpoint, operationText, PosternError } from "@postern/engine";
import { asStarted, programName } from "../program-name.ts";
import type { CliContext } from "./cli-context.ts";
import { findEndpoint, type NamedEndpoint } from "./breach/find-endpoint.ts";
import { namedEndpoints } from "./breach/breach-data.ts";
import { colorOf, configOf, guarded, tableWidthOf, widthOf } from "./import-session.ts";
import { notRight, renderSegments } from "./endpoints/render-templates.ts";
import { templateCommands } from "./endpoints/template-commands.ts";
import { endpointSorts } from "../hub/endpoint-concern.ts";
import { lifecycleFilters, spanOf } from "../hub/endpoint-life.ts";
import { type Known, readKnown } from "./known/known.ts";
import { endpointShape } from "../hub/endpoint-shape.ts";
import { renderEndpoint } from "./listing/render-endpoint.ts";
import { documentedNames, type ListFilter, lists, viewerOf, type ListName, type ListQuery } from "./listing/lists.ts";
import { readMoment } from "./listing/moment.ts";
import { renderList } from "./listing/render-list.ts";
import type { EndpointView } from "../api/views.ts";
import { KnownSpecs } from "../specs/known-specs.ts";
import { storeOf } from "./store-command.ts";

/** `postern endpoints | findings | incidents | disclosures | exchanges`, and one endpoint whole: what a data directory holds, as a table or as the API's JSON. */
export function listCommands(program: Command, context: CliContext): void {
  for (const [name, list] of Object.entries(lists)) {
    const command = program
      .command(name)
      .description(list.description)
      .option("--json", "one JSON document: {items, next}")
      .option("--data <dir>", "where Postern keeps its data", usualDataDir)
      .option("--limit <count>", "1 to 1000", "100")
      .option("--cursor <cursor>", "`next` of the page before")
      .option("--config <file>", "configuration (default: postern.yaml here, if there is one)");
    for (const filter of list.filters) command.option(...filterOptions[filter]);
    if (list.name === "endpoints") {
      command.argument("[endpoint]", "show this one whole, field by field: its id, the beginning of one, or method and path");
      command.action((endpoint: string | undefined, options: ListOptions) =>
        guarded(context, () => (endpoint === undefined ? run(list.name, options, context) : showOne(endpoint, options, context))),
      );
      templateCommands(command, context);
    } else command.action((options: ListOptions) => guarded(context, () => run(list.name, options, context)));
  }
}

/** The API's `/endpoints/{id}` with `/endpoints/{id}/shape` and the segments of `/endpoints/{id}/template`, or the same for people. */
async function showOne(wanted: string, options: ListOptions, context: CliContext): Promise<number> {
  const filter = (["endpoint", "newSince", "lifecycle", "sort", "cursor"] as const).find((one) => options[one] !== undefined);
  if (filter !== undefined) throw new PosternError("USAGE", "One endpoint is asked for, and the list is filtered", { remedy: "Leave out the filters, or the endpoint." });
  const known = await readKnown(options.data, { env: context.env, config: configOf(options.config, context) });
  const calls = known.ledger.inventory.calls();
  const { id } = findEndpoint(wanted, [...namedEndpoints(known, []), ...calls.map(namedCall)]);
  const endpoint = known.ledger.inventory.byId(id) ?? calls.find((call) => call.id === id);
  if (endpoint === undefined) throw new PosternError("NOT_FOUND", "This endpoint is not in the inventory any more", { remedy: "`postern endpoints` lists all of them." });
  const view = viewerOf(known)(endpoint);
  const documented = documentedNames(known);
  const shape = endpointShape(endpoint, (text) => known.ledger.inventory.fieldNames.reveal(text, documented));
  const template = explainTemplate(endpoint);
  const layout = { color: colorOf(context), width: tableWidthOf(context), textWidth: widthOf(context), isZombie: zombiesIn(known) };
  context.stdout.write(
    options.json === true
      ? `${JSON.stringify({ ...view, shape, template })}\n`
      : `${renderEndpoint(view, shape, layout)}\n${renderSegments(template, { ...layout, notRight: asStarted(notRight, context.env) })}`,
  );
  return 0;
}

/** Whether documents call an endpoint deprecated while it answers, as `postern diff` says it of one document. */
function zombiesIn(known: Known): (one: EndpointView) => boolean {
  const deprecates = new KnownSpecs(known.dataDir).deprecates(known.ports);
  return ({ method, host, path, statuses }) => deprecates({ method, host, template: path }) && Object.keys(statuses).some((status) => !saysGone.has(status));
}

/** Nobody is there, or not any more. */
const saysGone: ReadonlySet<string> = new Set(["0", "404", "405", "410", "501"]);

/** An operation of GraphQL or a method of JSON-RPC, named as the list shows it: `POST /graphql query viewer`. */
function namedCall({ id, method, host, template, operation }: InventoryEndpoint): NamedEndpoint {
  return { id, ids: [id], method, host, path: `${template} ${operationText(operation)}`, disclosures: 0 };
}

const usualDataDir = "./.postern";

interface ListOptions {
  readonly json?: boolean;
  readonly data: string;
  readonly limit: string;
  readonly cursor?: string;
  readonly config?: string;
  readonly endpoint?: string;
  readonly from?: string;
  readonly to?: string;
  readonly address?: string;
  readonly newSince?: string;
  readonly lifecycle?: string;
  readonly sort?: string;
}

const filterOptions: Readonly<Record<ListFilter, readonly [flags: string, description: string]>> = {
  endpoint: ["--endpoint <endpoint>", "only this one: its id, or method and path"],
  from: ["--from <time>", "from this moment on: 2026-01-31, 2026-01-31T08:00:00Z, today, yesterday, or 24h or 7d before the newest traffic"],
  to: ["--to <time>", "before this moment, said likewise"],
  newSince: ["--new-since <time>", "only those first seen since: 2026-01-31, 2026-01-31T08:00:00Z, today, yesterday, or 24h or 7d before the newest traffic"],
  lifecycle: ["--lifecycle <state>", `only those that are ${lifecycleFilters.join(", ")} (public on purpose)`],
  sort: ["--sort <order>", "concern (the most worrying first: worst open finding, whom it answers, what it gives away) or path"],
  address: ["--address <address>", "only this client address"],
};

async function run(name: ListName, options: ListOptions, context: CliContext): Promise<number> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) throw new PosternError("USAGE", "--limit takes a number from 1 to 1000", { remedy: "Page on with --cursor." });
  const from = options.from === undefined ? undefined : readMoment("--from", options.from);
  const to = options.to === undefined ? undefined : readMoment("--to", options.to);
  const newSince = options.newSince === undefined ? undefined : readMoment("--new-since", options.newSince);
  const lifecycle = lifecycleFilters.find((one) => one === options.lifecycle);
  if (options.lifecycle !== undefined && lifecycle === undefined)
    throw new PosternError("USAGE", `--lifecycle does not know "${options.lifecycle.slice(0, 40)}"`, { remedy: `Give one of: ${lifecycleFilters.join(", ")}.` });
  const sort = endpointSorts.find((one) => one === options.sort);
  if (options.sort !== undefined && sort === undefined)
    throw new PosternError("USAGE", `--sort does not know "${options.sort.slice(0, 40)}"`, { remedy: `Give one of: ${endpointSorts.join(", ")}.` });
  const known = await readKnown(options.data, { env: context.env, config: configOf(options.config, context) });
  const list = lists[name];
  const store = list.needsStore || options.endpoint !== undefined ? await storeOf(options.data) : undefined;
  try {
    const disclosed = store === undefined ? [] : await store.client.query("disclosureTotals", {});
    const endpoint = options.endpoint === undefined ? undefined : findEndpoint(options.endpoint, namedEndpoints(known, disclosed));
    const newest = spanOf(known.ledger).to;
    const query: ListQuery = {
      limit,
      ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(from === undefined ? {} : { from: from(newest) }),
      ...(to === undefined ? {} : { to: to(newest) }),
      ...(newSince === undefined ? {} : { newSince: newSince(newest) }),
      ...(lifecycle === undefined ? {} : { lifecycle }),
      ...(sort === undefined ? {} : { sort }),
      ...(options.address === undefined ? {} : { address: options.address }),
    };
    const page = await list.page({
      known,
      client: store?.client,
      disclosed,
      query,
      ...(options.data === usualDataDir ? {} : { data: options.data }),
      program: programName(context.env),
    });
    context.stdout.write(
      options.json === true
        ? `${JSON.stringify(page)}\n`
        : renderList(name, page, { color: colorOf(context), width: tableWidthOf(context), textWidth: widthOf(context), savedAt: known.savedAt, isZombie: zombiesIn(known) }),
    );
    return 0;
  } finally {
    await store?.close();
  }
}
