import type { Command } from "commander";
import { Ledger, PosternError, sameRuleTemplate } from "@postern/engine";
import type { TemplateChange } from "../../api/views.ts";
import { loadHubState } from "../../hub/hub-state.ts";
import { changeOf, ruleViews, type TemplateDecision } from "../../hub/template-views.ts";
import { type KeptRule, TemplateRulesFile, withRule } from "../../hub/template-rules-file.ts";
import { openState } from "../../state/open-state.ts";
import { namedEndpoints } from "../breach/breach-data.ts";
import { KnownTemplates } from "../../specs/known-templates.ts";
import { findEndpoint } from "../breach/find-endpoint.ts";
import type { CliContext } from "../cli-context.ts";
import { ledgerOptionsOf } from "../import-policy.ts";
import { colorOf, configOf, guarded, tableWidthOf, widthOf } from "../import-session.ts";
import { type Known, readKnown } from "../known/known.ts";
import { renderChange, renderRules } from "./render-templates.ts";

/** `postern endpoints pin | merge | split | unpin | rules`: what a person decides about path templates; it wins over what was learned. */
export function templateCommands(endpoints: Command, context: CliContext): void {
  const verbs = [
    ["pin", "this template stays as written: its constants are no values; at each {…} all but words of interfaces are"],
    ["merge", "everything at the last {…} of this template is one value, such as /wiki/{page}; but what a pin or split names"],
    ["split", "the constants of this template are no values, such as /users/me; with * each word there is a constant of its own, such as /*/list"],
    ["unpin", "take back what was pinned, merged or split; what a pin or merge showed as one is shown as it was learned, with all counted since"],
  ] as const;
  for (const [verb, description] of verbs) {
    endpoints
      .command(verb)
      .description(description)
      .argument("<template>", "a path such as /users/{userId}, or an endpoint: its id, or method and path")
      .option("--host <host>", "only on this host")
      .option("--data <dir>", "where Postern keeps its data", "./.postern")
      .option("--config <file>", "configuration (default: postern.yaml here, if there is one)")
      .option("--dry-run", "only say what it would do")
      .option("--json", "one JSON document")
      .action((template: string, _: unknown, command: Command) =>
        guarded(context, () => decide(verb === "unpin" ? "none" : verb, template, command.optsWithGlobals<Options>(), context)),
      );
  }
  endpoints
    .command("rules")
    .description("what was pinned, merged and split: by whom, and what the configuration says")
    .option("--data <dir>", "where Postern keeps its data", "./.postern")
    .option("--config <file>", "configuration (default: postern.yaml here, if there is one)")
    .option("--json", "one JSON document: {items, next}")
    .action((_: unknown, command: Command) => guarded(context, () => list(command.optsWithGlobals<Options>(), context)));
}

interface Options {
  readonly data: string;
  readonly config?: string;
  readonly host?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

async function decide(kind: TemplateDecision["kind"], text: string, options: Options, context: CliContext): Promise<number> {
  const known = await readKnown(options.data, { env: context.env, config: configOf(options.config, context) });
  const decision: TemplateDecision = { kind, template: templateOf(text, known), host: options.host?.toLowerCase() };
  const change = options.dryRun === true ? tried(decision, known) : await decided(decision, known);
  context.stdout.write(
    options.json === true
      ? `${JSON.stringify(change)}\n`
      : renderChange(change, { dryRun: options.dryRun === true, color: colorOf(context), width: tableWidthOf(context), textWidth: widthOf(context) }),
  );
  return 0;
}

/** Keeps the decision, for a running hub to take up, and says what it does to what is known here. */
async function decided(decision: TemplateDecision, known: Known): Promise<TemplateChange> {
  const file = new TemplateRulesFile(known.dataDir);
  const { kind, template, host } = decision;
  const kept = kind === "none" ? file.unset({ template, host }) : file.set({ kind, template, host, at: Date.now(), by: "command" });
  if (kept === undefined) {
    const configured = known.config.templates.some((rule) => rule.template === template);
    throw new PosternError("NOT_FOUND", `Nothing was pinned, merged or split as ${JSON.stringify(template.slice(0, 200))} here.`, {
      remedy: configured ? "It stands in the configuration: take it out of `templates` there." : "`postern endpoints rules` lists what there is.",
    });
  }
  const state = await openState(known.dataDir);
  try {
    await state.audit.append({ at: Date.now(), actor: "command", action: "endpoint.template", subject: template, detail: { kind, host: host ?? null } });
  } finally {
    await state.close();
  }
  return changeOf(known.ledger, now(known, kept), decision);
}

/** What it would do; nothing is kept. */
function tried(decision: TemplateDecision, known: Known): TemplateChange {
  const rules = new TemplateRulesFile(known.dataDir).read();
  const rule = { template: decision.template, ...(decision.host === undefined ? {} : { host: decision.host }) };
  const would =
    decision.kind === "none"
      ? rules.filter((one) => !sameRuleTemplate(one, { kind: "pin", ...rule }))
      : withRule(rules, { kind: decision.kind, ...rule, at: Date.now(), by: "command" });
  return changeOf(known.ledger, now(known, would), decision);
}

/** What was saved, as it reads with these rules: here nothing is undone that a running hub has not undone. */
function now({ config, dataDir, ports }: Known, kept: readonly KeptRule[]): Ledger {
  const mode = config.mode ?? "observe";
  return new Ledger(ports, ledgerOptionsOf(config, mode, ports, [...new KnownTemplates(dataDir).read(), ...kept]), loadHubState(dataDir)?.ledger);
}

async function list(options: Options, context: CliContext): Promise<number> {
  const known = await readKnown(options.data, { env: context.env, config: configOf(options.config, context) });
  const items = ruleViews(new TemplateRulesFile(known.dataDir).read(), known.config, known.ledger.inventory.rules);
  context.stdout.write(options.json === true ? `${JSON.stringify({ items, next: null })}\n` : renderRules(items, { color: colorOf(context), width: tableWidthOf(context) }));
  return 0;
}

/** A path as it was written; of anything else the template of the endpoint it names. */
function templateOf(text: string, known: Known): string {
  const wanted = text.trim();
  return wanted.startsWith("/") ? wanted : findEndpoint(wanted, namedEndpoints(known, [])).path;
}
