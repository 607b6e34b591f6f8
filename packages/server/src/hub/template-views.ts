import { explainTemplate, type InventoryEndpoint, type Ledger, PosternError, type TemplateRule, type TemplateRuleKind } from "@postern/engine";
import type { EndpointName, EndpointTemplate, TemplateChange, TemplateRuleView } from "../api/views.ts";
import type { Config } from "../config/config-schema.ts";
import type { KeptRule } from "./template-rules-file.ts";

/** One endpoint's template with what decided each segment, as API and command line show it. */
export function templateView(endpoint: InventoryEndpoint): EndpointTemplate {
  return { ...named(endpoint), segments: explainTemplate(endpoint), formerly: [...endpoint.aliases].slice(0, formerlyShownMax) };
}

/** Every rule about templates in force: people's first, latest first, then the configuration's. */
export function ruleViews(kept: readonly KeptRule[], config: Pick<Config, "templates">, inForce: readonly TemplateRule[]): readonly TemplateRuleView[] {
  const said = kept.toReversed().map((rule) => ({ ...viewOf(rule), from: "person" as const, by: rule.by, at: new Date(rule.at).toISOString() }));
  return [...said, ...config.templates.filter((rule) => inForce.includes(rule)).map((rule) => ({ ...viewOf(rule), from: "configuration" as const, by: null, at: null }))];
}

/** Which endpoints a decision ended and made: the names there were before it, and the ledger as it is with it. */
export function changeOf(before: Ledger | readonly EndpointName[], after: Ledger, decided: TemplateDecision): TemplateChange {
  const was = new Map(("inventory" in before ? namesOf(before) : before).map((one) => [one.id, one]));
  const is = new Map(namesOf(after).map((one) => [one.id, one]));
  const [ended, made] = [[...was.values()].filter(({ id }) => !is.has(id)), [...is.values()].filter(({ id }) => !was.has(id))];
  return {
    kind: decided.kind,
    template: decided.template,
    host: decided.host ?? null,
    ended: ended.slice(0, changedShownMax),
    made: made.slice(0, changedShownMax),
    endedCount: ended.length,
    madeCount: made.length,
    // What was counted as values of one parameter cannot be told apart any more.
    notRecomputed: decided.kind === "split",
  };
}

/** Every endpoint by name, in the inventory's order. */
export function namesOf(ledger: Ledger): readonly EndpointName[] {
  return ledger.inventory.endpoints().map(named);
}

/** A template as the person named it: itself, or that of the endpoint with this id. Throws NOT_FOUND. */
export function templateNamed(ledger: Ledger, { template, endpoint }: { readonly template?: string | undefined; readonly endpoint?: string | undefined }): string {
  if (template !== undefined) return template;
  const found = endpoint === undefined ? undefined : ledger.inventory.byId(endpoint);
  if (found === undefined) throw new PosternError("NOT_FOUND", "There is no endpoint under this id");
  return found.template;
}

/** What somebody wants of a template; `none` takes back what was said of it. */
export interface TemplateDecision {
  readonly kind: TemplateRuleKind | "none";
  readonly template: string;
  readonly host?: string | undefined;
}

/** More endpoints than these nobody reads in one answer; all are counted. */
export const changedShownMax = 100;
const formerlyShownMax = 100;

function named(endpoint: InventoryEndpoint): EndpointName {
  return { id: endpoint.id, method: endpoint.method, host: endpoint.host, path: endpoint.template, requests: endpoint.requests };
}

function viewOf({ kind, template, host }: TemplateRule): Pick<TemplateRuleView, "kind" | "template" | "host"> {
  return { kind, template, host: host ?? null };
}
