import {
  type Declared,
  type Door,
  type EndpointKind,
  type GateEngineOptions,
  type GuardedEndpoint,
  inventoryBounds,
  type LedgerOptions,
  type MessageCosts,
  type Mode,
  type Ports,
  sameRuleTemplate,
  type SubjectRule,
  type TemplateRule,
  unlearned,
} from "@postern/engine";
import { budgetOf } from "../config/budget-of.ts";
import type { Config, DeclaredEndpoint } from "../config/config-schema.ts";
import { canarySetOf } from "../config/sealed-canaries.ts";
import type { RateLimit } from "../gate/rate-limits.ts";

/**
 * What the operator declared, as the engine wants it, with the rules about templates that were `kept` beside the configuration's. A declared template matches a learned one of the same form, whatever the parameters are
 * called; a subject named in a path is found by its place. `*` as method matches any.
 *
 * The result remembers which declarations met a learned endpoint, so use one for one ledger.
 */
export function ledgerOptionsOf(config: Config, mode: Mode, ports: Ports, kept: readonly TemplateRule[] = []): LedgerOptions & Pick<GateEngineOptions, "canaries" | "dark"> {
  const budget = budgetOf(config);
  const { hosts, places, endpoints } = config.inventory;
  const common = {
    mode,
    budget,
    rules: templateRulesOf(config, kept),
    abuse: { costs: messageCostsOf(config) },
    ...(config.expected.length === 0 ? {} : { expected: config.expected.map(({ until, ...one }) => ({ ...one, until: Date.parse(`${until}T00:00:00Z`) + 86_400_000 })) }),
    canaries: canarySetOf(config.canaries, ports),
    dark: config.canaries.dark,
    bounds: { hostsMax: hosts, placesMax: places, nodesPerHostMax: Math.min(places, inventoryBounds.nodesPerHostMax), endpointsMax: endpoints },
  };
  if (config.endpoints.length === 0 && config.anchors.length === 0) return common;
  const entries = config.endpoints.map((endpoint) => ({ endpoint, form: formOf(endpoint.match.template), met: false }));
  const anchors = config.anchors.map((anchor) => ({ anchor, form: formOf(anchor.endpoint.template) }));
  const known = new Map<string, Declared | undefined>();
  return {
    ...common,
    declared: ({ method, host, template }) => {
      const key = `${method} ${host} ${template}`;
      if (known.has(key)) return known.get(key);
      const form = formOf(template);
      const entry = entries.find((one) => one.form === form && means(one.endpoint, method, host));
      const anchor = anchors.find((one) => one.form === form && fits(one.anchor.endpoint.method, method))?.anchor;
      if (entry !== undefined) entry.met = true;
      const declared = entry === undefined && anchor === undefined ? undefined : declaredOf(config, entry?.endpoint, anchor, template);
      if (known.size >= knownMax) known.clear();
      known.set(key, declared);
      return declared;
    },
    declaredEndpoints: () => entries.flatMap(({ endpoint, met }) => (met || endpoint.oracle === undefined ? [] : [guardedOf(config, endpoint, ports)])),
  };
}

/** What documents, the configuration and people say about path templates: where the last two speak of the same one, people count. */
export function templateRulesOf(config: Pick<Config, "templates">, kept: readonly TemplateRule[]): readonly TemplateRule[] {
  return [...config.templates.filter((rule) => !kept.some((one) => one.known === undefined && sameRuleTemplate(one, rule))), ...kept];
}

/** Which of the declared endpoints an endpoint of the traffic is, by its number in the configuration; -1 for none. `template` in clear. */
export function declaredIndexOf(endpoints: Config["endpoints"], { method, host, template }: Door): number {
  const form = formOf(template);
  return endpoints.findIndex((endpoint) => formOf(endpoint.match.template) === form && means(endpoint, method, host));
}

/** The configured rate limits as the gate's table wants them. */
export function rateLimitsOf(config: Config): readonly RateLimit[] {
  return config.limits.map((limit) => ({
    method: limit.endpoint.method,
    path: limit.endpoint.template,
    by: limit.by,
    everyMs: limit.rate.perMs / limit.rate.count,
    burst: limit.burst ?? limit.rate.count,
    mode: limit.mode,
  }));
}

/** Templates looked up and kept; more are looked up again. */
const knownMax = 20_000;

function declaredOf(config: Config, endpoint: DeclaredEndpoint | undefined, anchor: Config["anchors"][number] | undefined, template: string): Declared {
  const kind = anchor?.kind ?? anchorOf(endpoint?.kind);
  const rule = endpoint === undefined ? undefined : ruleOf(endpoint, template);
  const uniform = endpoint?.uniform;
  const held = endpoint?.held;
  return {
    ...(rule === undefined ? {} : { subjects: [rule] }),
    ...(endpoint?.oracle === undefined ? {} : { oracle: true }),
    ...(kind === undefined ? {} : { anchor: kind }),
    ...(endpoint?.kind === undefined ? {} : { kind: kindOf(endpoint.kind), word: endpoint.kind }),
    ...(anchor === undefined ? {} : { anchorSuccess: anchor.success }),
    ...(endpoint?.budget === undefined ? {} : { budget: budgetOf(config, endpoint) }),
    ...(uniform === undefined ? {} : { uniform: { status: uniform.status, headers: Object.entries(uniform.headers), body: uniform.body, learned: false } }),
    ...(held === undefined ? {} : { held: { status: held.status, headers: Object.entries(held.headers), body: held.body, learned: false } }),
  };
}

/** A declared oracle that no traffic has shown yet. */
function guardedOf(config: Config, endpoint: DeclaredEndpoint, ports: Ports): GuardedEndpoint {
  const { method, template } = endpoint.match;
  const rule = ruleOf(endpoint, template);
  const host = endpoint.host ?? "*";
  return {
    id: ports.hash("segment", `${method} ${host} ${template}`),
    method,
    host,
    template,
    state: "budgeted",
    subjects: rule === undefined ? [] : [rule],
    ...unlearned,
    uniform:
      endpoint.uniform === undefined
        ? unlearned.uniform
        : { status: endpoint.uniform.status, headers: Object.entries(endpoint.uniform.headers), body: endpoint.uniform.body, learned: false },
    budget: budgetOf(config, endpoint),
  };
}

function ruleOf(endpoint: DeclaredEndpoint, template: string): SubjectRule | undefined {
  const { subject } = endpoint;
  if (subject === undefined) return undefined;
  if (subject.in !== "path") return { location: { in: subject.in, name: subject.name }, type: subject.type };
  const place = endpoint.match.template.split("/").findIndex((segment) => nameOf(segment) === subject.name);
  const name = nameOf(template.split("/")[place] ?? "");
  return { location: { in: "path", name: name === "" ? subject.name : name }, type: subject.type };
}

function anchorOf(kind: DeclaredEndpoint["kind"]): Declared["anchor"] {
  switch (kind) {
    case "sign-in":
    case "sign-up":
    case "device-completion":
    case "code-verified":
      return kind;
    case "lookup":
    case "code-send":
    case "push-prompt":
    case "password-reset":
    case "other":
    case undefined:
      return undefined;
  }
}

/** What the detectors of codes and sign-ins call it. */
function kindOf(kind: NonNullable<DeclaredEndpoint["kind"]>): EndpointKind {
  switch (kind) {
    case "device-completion":
    case "code-verified":
      return "code-check";
    case "lookup":
    case "other":
      return "unproven";
    case "sign-in":
    case "sign-up":
    case "code-send":
    case "push-prompt":
    case "password-reset":
      return kind;
  }
}

/** `*` stands for every prefix. */
function messageCostsOf(config: Config): MessageCosts {
  const { currency, costs } = config.messages;
  return { currency, byPrefix: new Map(Object.entries(costs).map(([prefix, cost]) => [prefix === "*" ? "" : prefix, cost])) };
}

function means(endpoint: DeclaredEndpoint, method: string, host: string): boolean {
  return fits(endpoint.match.method, method) && (endpoint.host === undefined || endpoint.host === host);
}

function fits(pattern: string, method: string): boolean {
  return pattern === "*" || pattern === method;
}

/** The template with each segment that holds a parameter as `{}`; constants compare without regard to case. */
function formOf(template: string): string {
  return template
    .split("/")
    .map((segment) => (segment.includes("{") ? "{}" : segment.toLowerCase()))
    .join("/");
}

/** `{cc}-{phone}` is `cc-phone`; `""` for a constant. */
function nameOf(segment: string): string {
  return [...segment.matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? "").join("-");
}
