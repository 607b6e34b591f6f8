import { resolve } from "node:path";
import type { Command } from "commander";
import { PosternError, type Ports } from "@postern/engine";
import type { CliContext } from "./cli-context.ts";
import { discoveredPage, type KnownEndpoint } from "./discovered/discovered-page.ts";
import { renderDiscovery } from "./discovered/render-discovery.ts";
import { plain } from "./report/text-layout.ts";
import { keepRoutes } from "../discover/known-routes.ts";
import { KnownTemplates } from "../specs/known-templates.ts";
import { colorOf, configOf, guarded, tableWidthOf, widthOf } from "./import-session.ts";

/** `postern discover <dir>`: the routes that source code declares, beside what was seen where a data directory is named. */
export function discoverCommand(program: Command, context: CliContext): void {
  program
    .command("discover")
    .description("routes from source code: nothing of it is run")
    .argument("<dir>", "folder of a service's source code")
    .option("--json", "one JSON document: {items, next, unresolved, problems, openapi, coverage}")
    .option("--data <dir>", "what Postern has seen: joins both, and keeps the routes there, so that endpoints are known by source")
    .option("--tests", "read test files, too")
    .option("--limit <count>", "1 to 50000 routes", "1000")
    .option("--cursor <cursor>", "`next` of the page before")
    .option("--config <file>", "configuration (default: postern.yaml here, if there is one); with --data")
    .addHelpText(
      "after",
      `
Reads JavaScript and TypeScript (Express, Fastify, Koa with @koa/router, Hono, NestJS, route handlers of Next.js),
Python (Flask, FastAPI) and Go (net/http, chi, gin). Constants, prefixes and mounted routers are followed across
files; what is known only at run time is listed as not resolved, with its place, and never guessed. A route that
rests on a default, such as one for an environment variable, says so. Other languages are counted.
A path below one that is not known is shown with a ? before it and not counted. A server without a framework is told
by its comparisons of the request's path with constants, each marked, and the place of its dispatcher is named.
What guards a route is told by its name only, and stays unproven until traffic shows it; with --data, routes on which
source and traffic disagree are listed.`,
    )
    .action((dir: string, options: DiscoverFlags) => guarded(context, () => run(dir, options, context)));
}

interface DiscoverFlags {
  readonly json?: boolean;
  readonly data?: string;
  readonly tests?: boolean;
  readonly limit: string;
  readonly cursor?: string;
  readonly config?: string;
}

async function run(dir: string, options: DiscoverFlags, context: CliContext): Promise<number> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 50_000) throw new PosternError("USAGE", "--limit takes a number from 1 to 50000", { remedy: "Page on with --cursor." });
  const { discover } = await import("../discover/discover.ts");
  let toldAt = Date.now();
  let told = false;
  const discovery = discover(dir, {
    tests: options.tests === true,
    onProgress: (done, total) => {
      if (!context.isTty || Date.now() - toldAt < 200) return;
      toldAt = Date.now();
      told = true;
      context.stderr.write(`\rReading ${done} of ${total} files`.padEnd(60));
    },
  });
  if (told) context.stderr.write(`\r${" ".repeat(60)}\r`);
  const seen = options.data === undefined ? undefined : await seenIn(options.data, { ...options, dir, routes: discovery.routes }, context);
  const page = discoveredPage(discovery, {
    limit,
    ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
    ...(seen === undefined ? {} : { seen: seen.endpoints, ...(seen.ports === undefined ? {} : { ports: seen.ports }) }),
  });
  context.stdout.write(
    options.json === true ? `${JSON.stringify(page)}\n` : renderDiscovery(page, { color: colorOf(context), width: tableWidthOf(context), textWidth: widthOf(context) }),
  );
  return 0;
}

/** Keeps the routes in the data directory, and reads what it holds as it is shown with them. */
async function seenIn(
  data: string,
  options: Pick<DiscoverFlags, "config"> & { readonly dir: string; readonly routes: Parameters<typeof keepRoutes>[2] },
  context: CliContext,
): Promise<{ readonly endpoints: readonly KnownEndpoint[]; readonly ports?: Ports }> {
  const { holdsTraffic, readKnown } = await import("./known/known.ts");
  if (!holdsTraffic(data)) {
    keepRoutes(data, resolve(options.dir), options.routes);
    context.stderr.write(`No traffic is kept in ${plain(data)} yet. The routes are kept there now, and endpoints say \`known by: source\` when it comes.\n`);
    return { endpoints: [] };
  }
  const known = await readKnown(data, { env: context.env, config: configOf(options.config, context) });
  keepRoutes(data, resolve(options.dir), options.routes);
  const { inventory } = known.ledger;
  inventory.govern([...new KnownTemplates(data).read(), ...inventory.rules.filter((rule) => rule.known === undefined)]);
  const endpoints = known.ledger.inventory
    .endpoints()
    .map((one) => ({ id: one.id, method: one.method, host: one.host, path: one.template, clearPath: one.clearTemplate, posture: one.posture().verdict }));
  return { endpoints, ports: known.ports };
}
