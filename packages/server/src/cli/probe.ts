import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { basename, isAbsolute, relative, resolve, sep } from "node:path";
import type { Command } from "commander";
import { PosternError, type Ports } from "@postern/engine";
import { stringify } from "yaml";
import type { Config } from "../config/config-schema.ts";
import { readCanaryFile } from "../config/canary-lists.ts";
import { sealedCanaries } from "../config/sealed-canaries.ts";
import { loadOrCreateKey } from "../keys/key-file.ts";
import { makePorts } from "../keys/make-ports.ts";
import { type MadeKind, madeKinds, neverRegistered } from "../probe/never-registered.ts";
import { checkedHost } from "../probe/own-host.ts";
import { onlyReads, type ProbeTarget } from "../probe/probe-target.ts";
import { runProbe } from "../probe/run-probe.ts";
import { readApi } from "../specs/read-api.ts";
import { namedEndpoints } from "./breach/breach-data.ts";
import { findEndpoint } from "./breach/find-endpoint.ts";
import type { CliContext } from "./cli-context.ts";
import { colorOf, configOf, guarded, oneOf, widthOf } from "./import-session.ts";
import { readKnown } from "./known/known.ts";
import { type ProbeDocument, probedEndpoint, probeExit, verdictText } from "./probe/probe-document.ts";
import { probeJunit } from "./probe/probe-junit.ts";
import { probeLists } from "./probe/probe-lists.ts";
import { probeSarif } from "./probe/probe-sarif.ts";
import { fromEnvironment, type KnownDoor, probeTargets } from "./probe/probe-targets.ts";
import { renderProbe } from "./probe/render-probe.ts";

/** `postern probe <url>`: asks a service of one's own about accounts that exist and accounts that cannot, and says whether the answers tell which. For CI and staging. */
export function probeCommand(program: Command, context: CliContext): void {
  const several = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  program
    .command("probe")
    .description("ask your own service about registered and never-registered identifiers: do its answers tell which is which? (exit 0 no, 1 yes, 2 could not tell)")
    .argument("[url]", "where the service is: http://127.0.0.1:3000, with a path before all endpoints if it has one")
    .option(
      "--endpoint <request>",
      'method and path with {subject} where the identifier stands: "GET /users/{subject}/status"; or one that --spec or --data knows; repeat for more',
      several,
      [],
    )
    .option("--canaries <file>", "YAML or JSON with `registered` (at least 12) and `unregistered`; default `canaries` of the configuration")
    .option("--kind <kind>", `what to make up where never-registered ones are missing: ${madeKinds.join(", ")} (default: as the registered ones look)`)
    .option("--header <line>", '"Name: value" to send along; ${NAME} is filled from the environment; repeat for more', several, [])
    .option("--token-env <name>", "environment variable with a bearer token; it is never shown")
    .option("--body <text>", "body with {subject} in it, or @file; JSON unless a header says otherwise")
    .option("--graphql <document>", "the GraphQL document to POST, or @file; {subject} goes into --variable")
    .option("--variable <name>", "GraphQL variable that names the person", "subject")
    .option("--batch <count>", "identifiers in each request: made-up ones beside the one asked about, in the array that holds {subject}", "1")
    .option("--spec <file>", "OpenAPI document or Postman collection that describes the endpoints")
    .option("--data <dir>", "Postern's data, for endpoints that it has learned")
    .option("--parameter <name>", "which parameter names the person, where there are several")
    .option("--set <pair>", "name=value for another parameter of the path; repeat for more", several, [])
    .option("--rounds <count>", "how often to ask about each identifier; more shows smaller differences in time", "5")
    .option("--warm-up <count>", "questions about made-up identifiers before those that count; they also spend what a budget answers first", "16")
    .option("--rate <count>", "most questions a second", "20")
    .option("--timeout <seconds>", "how long to wait for an answer", "10")
    .option("--seed <text>", "repeats the order of an earlier run, and its made-up identifiers")
    .option("--allow-host <host>", "this host is mine, ask it although it is not this machine; repeat for more", several, [])
    .option("--allow-writes", "methods other than GET and HEAD, too: they may send messages or make accounts")
    .option("--config <file>", "configuration (default: postern.yaml here, if there is one)")
    .option("--json", "one JSON document")
    .option("--junit <file>", "write JUnit XML too: one test an endpoint; could not tell is an error")
    .option("--sarif <file>", "write SARIF 2.1.0 too, for code scanning; results point at --spec, else at the configuration")
    .option("--make <kind>", `write a canary file with made-up never-registered ones (${madeKinds.join(", ")}) and ask nothing`)
    .option("--count <count>", "how many to make", "12")
    .option("--hash-canaries", "write the canaries as keyed hashes for `canaries.hashed` of the configuration and ask nothing")
    .action((url: string | undefined, options: ProbeFlags) => guarded(context, () => run(url, options, context)));
}

interface ProbeFlags {
  readonly endpoint: readonly string[];
  readonly canaries?: string;
  readonly kind?: string;
  readonly header: readonly string[];
  readonly tokenEnv?: string;
  readonly body?: string;
  readonly graphql?: string;
  readonly variable: string;
  readonly batch: string;
  readonly spec?: string;
  readonly data?: string;
  readonly parameter?: string;
  readonly set: readonly string[];
  readonly rounds: string;
  readonly warmUp: string;
  readonly rate: string;
  readonly timeout: string;
  readonly seed?: string;
  readonly allowHost: readonly string[];
  readonly allowWrites?: boolean;
  readonly config?: string;
  readonly json?: boolean;
  readonly junit?: string;
  readonly sarif?: string;
  readonly make?: string;
  readonly count: string;
  readonly hashCanaries?: boolean;
}

async function run(url: string | undefined, flags: ProbeFlags, context: CliContext): Promise<number> {
  if (flags.make !== undefined) return make(kindOf("--make", flags.make), flags, context);
  const config = configOf(flags.config, context);
  const ports = makePorts(loadOrCreateKey({ env: context.env, ...(flags.data === undefined ? {} : { dataDir: flags.data }) }), 1);
  if (flags.hashCanaries === true) return hash(flags, config, ports, context);
  const base = addressOf(url);
  for (const file of [flags.junit, flags.sarif]) if (file !== undefined) written(file, "");
  const seed = flags.seed ?? randomBytes(4).toString("hex");
  const lists = probeLists(
    { seed, ...(flags.canaries === undefined ? {} : { canaries: flags.canaries }), ...(flags.kind === undefined ? {} : { kind: kindOf("--kind", flags.kind) }) },
    config,
  );
  const numbers = {
    rounds: whole("--rounds", flags.rounds, 1, 1_000),
    warmUp: whole("--warm-up", flags.warmUp, 0, 1_000),
    rate: whole("--rate", flags.rate, 1, 1_000),
    timeoutMs: whole("--timeout", flags.timeout, 1, 120) * 1_000,
  };
  const targets = await targetsOf(flags, config, ports, context);
  const writes = targets.find(({ method }) => !onlyReads(method));
  if (writes !== undefined && flags.allowWrites !== true)
    throw new PosternError("USAGE", `${writes.name} may do something: send a message, make an account`, {
      remedy: "If asking it is harmless, or that is meant, add --allow-writes.",
    });
  await checkedHost(base, flags.allowHost);
  const endpoints: ProbeDocument["endpoints"][number][] = [];
  for (const target of targets) {
    const { result, asked } = await runProbe(target, { base, lists, spare: lists.spare, ...numbers, seed, ports, onProgress: progress(target, flags.json === true, context) });
    endpoints.push(probedEndpoint(result, asked));
  }
  if (context.isTty) context.stderr.write(`\r${" ".repeat(78)}\r`);
  const document: ProbeDocument = {
    target: base.origin,
    registered: lists.registered.length,
    unregistered: lists.unregistered.length,
    rounds: numbers.rounds,
    warmUp: numbers.warmUp,
    seed,
    verdict: verdictText(endpoints),
    endpoints,
  };
  if (flags.junit !== undefined) written(flags.junit, probeJunit(document));
  if (flags.sarif !== undefined) written(flags.sarif, probeSarif(document, { version: context.version, artifact: inRepository(flags.spec ?? flags.config ?? "postern.yaml") }));
  context.stdout.write(flags.json === true ? `${JSON.stringify(document)}\n` : renderProbe(document, { color: colorOf(context), width: widthOf(context) }));
  return probeExit(endpoints);
}

/** Tried before anything is asked, so that nobody waits for a report that cannot be written. */
function written(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o644 });
  } catch (cause) {
    throw new PosternError("USAGE", `${file} cannot be written`, { cause, remedy: "Name a file in a directory that is there and may be written to." });
  }
}

/** As from the top of the repository that the command runs in; nothing of where that lies. */
function inRepository(file: string): string {
  const path = relative(process.cwd(), resolve(file));
  return encodeURI((path.startsWith("..") || isAbsolute(path) ? basename(path) : path).split(sep).join("/"));
}

async function targetsOf(flags: ProbeFlags, config: Config, ports: Ports, context: CliContext): Promise<readonly ProbeTarget[]> {
  const { data } = flags;
  const token = flags.tokenEnv === undefined ? [] : [`Authorization: Bearer ${fromEnvironment(flags.tokenEnv, context.env)}`];
  return await probeTargets(
    { ...flags, header: [...token, ...flags.header], batch: whole("--batch", flags.batch, 1, 1_000) },
    {
      spec: flags.spec === undefined ? undefined : await readApi(flags.spec, ports),
      known: data === undefined ? undefined : (endpoint) => knownDoor(endpoint, data, config, context),
      env: context.env,
    },
  );
}

async function knownDoor(endpoint: string, data: string, config: Config, context: CliContext): Promise<KnownDoor> {
  const known = await readKnown(data, { env: context.env, config });
  const { id } = findEndpoint(endpoint, namedEndpoints(known, []));
  const found = known.ledger.inventory.byId(id);
  if (found === undefined) throw new PosternError("NOT_FOUND", "This endpoint is not in the inventory any more", { remedy: "`postern endpoints` lists all of them." });
  return { method: found.method, template: found.template, rules: known.ledger.subjectsOf(found) };
}

function make(kind: MadeKind, flags: ProbeFlags, context: CliContext): number {
  const unregistered = neverRegistered(kind, whole("--count", flags.count, 1, 1_000), flags.seed ?? randomBytes(8).toString("hex"));
  const head = "# Fill in `registered`: accounts of your own that exist where you probe, at least 12. Keep this file out of the repository.\n";
  context.stdout.write(`${head}${stringify({ type: kind, registered: [], unregistered })}`);
  return 0;
}

function hash(flags: ProbeFlags, config: Config, ports: Ports, context: CliContext): number {
  const lists = flags.canaries === undefined ? config.canaries : readCanaryFile(flags.canaries);
  const { hashed } = sealedCanaries(lists, ports);
  if (hashed.registered.length + hashed.unregistered.length === 0)
    throw new PosternError("USAGE", "There are no canaries to hash", { remedy: "Name them: --canaries canaries.yaml, or `canaries` in the configuration." });
  context.stdout.write(flags.json === true ? `${JSON.stringify({ canaries: { hashed } })}\n` : stringify({ canaries: { hashed } }));
  return 0;
}

/** A line that is rewritten where a person watches; nothing elsewhere: a probe takes seconds. */
function progress(target: ProbeTarget, quiet: boolean, context: CliContext): (asked: number, of: number) => void {
  if (!context.isTty || quiet) return () => undefined;
  return (asked, of) => context.stderr.write(`\r${`Asking ${target.name} ${asked} of ${of}`.slice(0, 78).padEnd(78)}`);
}

function addressOf(url: string | undefined): URL {
  if (url === undefined) throw new PosternError("USAGE", "Which service? Its address is missing", { remedy: "Name it: postern probe http://127.0.0.1:3000 --endpoint …" });
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol) || new URL(url).username !== "" || new URL(url).search !== "")
    throw new PosternError("UPSTREAM_INVALID", `${JSON.stringify(url.split("@").at(-1)?.slice(0, 100))} is no http or https address`, {
      remedy: "Give the whole address without user and query: postern probe http://127.0.0.1:3000",
    });
  return new URL(url);
}

function kindOf(flag: string, kind: string): MadeKind {
  return oneOf(flag, kind, madeKinds);
}

function whole(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new PosternError("USAGE", `${flag} takes a number from ${least} to ${most}, not ${JSON.stringify(text.slice(0, 20))}`, { remedy: "A whole number." });
  return value;
}
