import type { Command } from "commander";
import { PosternError } from "@postern/engine";
import { configJsonSchema } from "../config/config-json-schema.ts";
import { configFileName, defaultPath, readConfig } from "../config/load-config.ts";
import { renderConfigProblem } from "../config/parse-config.ts";
import type { CliContext } from "./cli-context.ts";
import { guarded } from "./import-session.ts";
import { plain } from "./report/text-layout.ts";

/** `postern config check [file]` and `postern config schema`: whether a configuration is one, with every mistake and its place; and what there is to say in it. */
export function configCommand(program: Command, context: CliContext): void {
  const config = program.command("config").description("check postern.yaml; print its JSON Schema");
  config
    .command("check")
    .description("read a configuration and tell every mistake with its line; exit 0 when there is none, 2 otherwise")
    .argument("[file]", `default: ${configFileName} here`)
    .option("--json", "one JSON document: {ok, file, problems}")
    .action((file: string | undefined, options: { readonly json?: boolean }) => guarded(context, () => Promise.resolve(check(file, options.json === true, context))));
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

function check(file: string | undefined, json: boolean, context: CliContext): number {
  const path = file ?? defaultPath(".");
  if (path === undefined) throw new PosternError("CONFIG_UNREADABLE", `There is no ${configFileName} here`, { remedy: "Name the file: postern config check <file>." });
  const result = readConfig(path, context.env);
  const problems = result.ok ? [] : result.problems;
  if (json) context.stdout.write(`${JSON.stringify({ ok: result.ok, file: path, problems })}\n`);
  else if (result.ok) {
    const { limits, endpoints, anchors, triggers, mode } = result.config;
    context.stdout.write(
      `${plain(path)} is fine: ${[several(limits.length, "limit"), several(endpoints.length, "endpoint"), several(anchors.length, "anchor"), several(triggers.length, "trigger")].join(", ")}; mode ${mode ?? "observe"}.\n`,
    );
  } else for (const problem of problems) context.stdout.write(`${renderConfigProblem(problem)}\n`);
  return result.ok ? 0 : 2;
}

function several(many: number, noun: string): string {
  return `${many} ${noun}${many === 1 ? "" : "s"}`;
}
