import type { Command } from "commander";
import { PosternError } from "@postern/engine";
import { configJsonSchema } from "../config/config-json-schema.ts";
import { configFileName, defaultPath, readConfig } from "../config/load-config.ts";
import { renderConfigProblem } from "../config/parse-config.ts";
import { asStarted } from "../program-name.ts";
import type { CliContext } from "./cli-context.ts";
import type { Config } from "../config/config-schema.ts";
import { asnListText, readAsnLists } from "../config/asn-lists.ts";
import { blindIdentifiers, blindIdentifierText } from "../hub/blind-identifiers.ts";
import { declaredIndexOf } from "./import-policy.ts";
import { guarded, widthOf } from "./import-session.ts";
import { readKnown } from "./known/known.ts";
import { plain, several, wrap } from "./report/text-layout.ts";

/** `postern config check [file]` and `postern config schema`: whether a configuration is one, with every mistake and its place; and what there is to say in it. */
export function configCommand(program: Command, context: CliContext): void {
  const config = program.command("config").description("check postern.yaml; print its JSON Schema");
  config
    .command("check")
    .description("read a configuration and tell every mistake with its line; exit 0 when there is none, 2 otherwise")
    .argument("[file]", `default: ${configFileName} here`)
    .option("--data <dir>", "also compare it with the traffic seen there: declared endpoints never asked, declared identifiers that do not come")
    .option("--json", "one JSON document: {ok, file, problems, blindSpots, networks}")
    .action((file: string | undefined, options: CheckOptions) => guarded(context, () => check(file, options, context)));
  config
    .command("schema")
    .description("the JSON Schema of postern.yaml, for editors")
    .action(() =>
      guarded(context, () => {
        context.stdout.write(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
        return Promise.resolve(0);
      }),
    );
}

interface CheckOptions {
  readonly data?: string;
  readonly json?: boolean;
}

async function check(file: string | undefined, options: CheckOptions, context: CliContext): Promise<number> {
  const path = file ?? defaultPath(".");
  if (path === undefined) throw new PosternError("CONFIG_UNREADABLE", `There is no ${configFileName} here`, { remedy: "Name the file: postern config check <file>." });
  const result = readConfig(path, context.env);
  const problems = result.ok ? [] : result.problems;
  const networks = result.ok ? readAsnLists(result.config) : undefined;
  const blindSpots = result.ok && options.data !== undefined ? await blindSpotsOf(result.config, options.data, context) : [];
  if (options.json === true)
    context.stdout.write(
      `${JSON.stringify({ ok: result.ok, file: path, problems, blindSpots, ...(networks === undefined ? {} : { networks: { ...networks, table: undefined } }) })}\n`,
    );
  else if (result.ok) {
    const { limits, endpoints, anchors, triggers, mode } = result.config;
    const parts = [several(limits.length, "limit"), several(endpoints.length, "endpoint"), several(anchors.length, "anchor"), several(triggers.length, "trigger")];
    context.stdout.write(`${plain(path)} is fine: ${parts.join(", ")}; mode ${mode ?? "observe"}.\n`);
    if (networks !== undefined) context.stdout.write(`${wrap(`Networks: ${plain(asnListText(networks))}`, widthOf(context)).join("\n")}\n`);
    for (const text of blindSpots) context.stdout.write(`\n${wrap(plain(text), widthOf(context)).join("\n")}\n`);
    if (options.data !== undefined && blindSpots.length === 0) context.stdout.write("Every declared endpoint was asked, and the identifiers it is asked about come as declared.\n");
  } else for (const problem of problems) context.stdout.write(`${renderConfigProblem(problem)}\n`);
  return result.ok ? 0 : 2;
}

/** What the configuration says and the traffic does not. */
async function blindSpotsOf(config: Config, data: string, context: CliContext): Promise<readonly string[]> {
  if (config.endpoints.length === 0) return [];
  const { ledger } = await readKnown(data, { env: context.env, config });
  const endpoints = ledger.inventory.endpoints();
  const asked = new Set(endpoints.map((endpoint) => declaredIndexOf(config.endpoints, { method: endpoint.method, host: endpoint.host, template: endpoint.clearTemplate })));
  const never = config.endpoints.flatMap(({ match, host }, index) =>
    asked.has(index)
      ? []
      : [
          `No request to ${match.method} ${host ?? ""}${match.template} was seen, so what is declared of it holds nobody back. Compare endpoints.${index}.match with \`postern endpoints\`: constants must agree, and each parameter stands for one segment.`,
        ],
  );
  return [...blindIdentifiers(endpoints, config).map(blindIdentifierText), ...never.map((text) => asStarted(text, context.env))];
}
