import { PosternError } from "@postern/engine";
import { z } from "zod";
import { keysetPage, latestFirst } from "./keyset-page.ts";
import type { ParameterName, ParameterValues } from "./parameters.ts";
import type { Mistake } from "./parameters.ts";
import { readParameters } from "./parameters.ts";
import { endpointKey } from "../hub/endpoint-concern.ts";
import { changeKey } from "../hub/change-views.ts";
import { hasLifecycle } from "../hub/endpoint-life.ts";
import { endpointPatch, type SchemaName, schemas, templatePatch } from "./schemas.ts";
import type { FindingView, IncidentView, Page, PageQuery, Views } from "./views.ts";
import { numberChangeRoutes } from "./number-change-routes.ts";
import type { Route } from "./route.ts";
import { specRoutes } from "./spec-routes.ts";
import { disclosureOnWire, overviewOnWire, signalOnWire } from "./wire.ts";

/** Incident and finding states a person may set. */
export const incidentStatuses = ["open", "acknowledged", "closed"] as const;
export const findingStatuses = ["open", "fixed", "accepted"] as const;

/** Every route but `/health`, `/events` and `/openapi.json`, which answer no JSON of a view. */
export function routesOf(views: Views, now: () => number = Date.now): readonly Route[] {
  const pageOf = <T>(items: readonly T[], keyOf: (item: T) => string, query: PageQuery): Page<T> => {
    const page = keysetPage(items, keyOf, query);
    if (page === undefined) throw new BadCursor();
    return page;
  };
  return [
    one("/overview", "What is happening now: rates, counters, the last two minutes, blind spots.", "Overview", async () => overviewOnWire(views.overview())),
    one("/parts", "Which processes are up.", "Parts", async () => views.health()),
    page(
      "/endpoints",
      "Every endpoint known, by host, path, method and operation, or the most worrying first.",
      "Endpoint",
      ["method", "host", "path", "auth", "dataClass", "knownBy", "lifecycle", "owner", "tag", "newSince", "sort"],
      async (q) =>
        pageOf(
          views
            .endpoints()
            .filter(
              (it) =>
                (q.method ?? it.method) === it.method &&
                (q.host ?? it.host) === it.host &&
                (q.path ?? it.path) === it.path &&
                (q.auth ?? it.auth.verdict) === it.auth.verdict &&
                (q.dataClass === undefined || it.dataClasses.includes(q.dataClass)) &&
                (q.knownBy === undefined || it.knownBy.includes(q.knownBy)) &&
                (q.lifecycle === undefined || hasLifecycle(it, q.lifecycle)) &&
                (q.owner === undefined || it.owner === q.owner) &&
                (q.tag === undefined || it.tags.includes(q.tag)) &&
                (q.newSince === undefined || Date.parse(it.firstSeen) >= q.newSince),
            ),
          (it) => endpointKey(it, q.sort ?? "path"),
          q,
        ),
    ),
    byId("/endpoints/{id}", "One endpoint.", "Endpoint", (id) => views.endpoint(id)),
    byId("/endpoints/{id}/shape", "What its messages are made of: parameters, and fields of requests and of answers by status; no values.", "EndpointShape", (id) =>
      views.endpointShape(id),
    ),
    {
      method: "get",
      path: "/spec",
      summary: "What traffic has shown, of one host or of all, as an OpenAPI 3.1 document without any value that was seen.",
      query: ["host"],
      answer: "OpenApi",
      page: false,
      run: async ({ query }) => {
        const { values, mistakes } = readParameters(query, ["host"]);
        return mistakes.length > 0 ? { kind: "invalid", mistakes } : { kind: "ok", body: schemas.OpenApi.parse(views.observedSpec(values.host)) };
      },
    },
    page("/specs", "Documents kept, by name.", "Spec", [], async (q) => pageOf(views.specs(), (it) => `${it.name}\n${it.id}`, q)),
    byId("/specs/{id}/diff", "In what a document and the traffic disagree: shadow, zombie, drift, unused; worst first.", "SpecDiff", (id) => views.specDiff(id)),
    page("/specs/removed", "Documents that were removed or replaced and can be put back, latest first.", "RemovedSpec", [], async (q) =>
      pageOf(views.removedSpecs(), (it) => `${latestFirst(it.removedAt)}\n${it.id}`, q),
    ),
    ...specRoutes(views),
    ...numberChangeRoutes(views, now),
    {
      method: "patch",
      path: "/endpoints/{id}",
      summary: "Say who owns an endpoint, tag it, retire it, or call it public on purpose. What is left out stays; null takes it away. Audited.",
      query: [],
      body: z.toJSONSchema(endpointPatch),
      answer: "Endpoint",
      page: false,
      run: async ({ id, query, body, by }) => {
        const { mistakes } = readParameters(query, []);
        if (mistakes.length > 0) return { kind: "invalid", mistakes };
        const parsed = endpointPatch.safeParse(body);
        if (!parsed.success) return { kind: "invalid", mistakes: mistakesOf(parsed.error) };
        return { kind: "ok", body: schemas.Endpoint.parse(await views.describe(id, parsed.data, by)) };
      },
    },
    byId("/endpoints/{id}/template", "Why each segment of an endpoint's template is a constant or a parameter, with its evidence.", "EndpointTemplate", (id) => views.template(id)),
    page(
      "/templates",
      "What people and the configuration decided about path templates.",
      "TemplateRule",
      [],
      async (q) =>
        pageOf(
          views.templateRules().map((item, index) => ({ item, index })),
          (it) => String(it.index).padStart(6, "0"),
          q,
        ),
      (it) => it.item,
    ),
    {
      method: "patch",
      path: "/templates",
      summary:
        "Pin a template, merge words into its last parameter, split its constants from a parameter, or (`none`) take back what was said. Counts at once; with `preview` it only says which endpoints would end and which would be made. Audited.",
      query: [],
      body: z.toJSONSchema(templatePatch),
      answer: "TemplateChange",
      page: false,
      run: async ({ query, body, by }) => {
        const { mistakes } = readParameters(query, []);
        if (mistakes.length > 0) return { kind: "invalid", mistakes };
        const parsed = templatePatch.safeParse(body);
        if (!parsed.success) return { kind: "invalid", mistakes: mistakesOf(parsed.error) };
        return { kind: "ok", body: schemas.TemplateChange.parse(await views.decideTemplate(parsed.data, by)) };
      },
    },
    page(
      "/changes",
      "What changed, latest first: endpoints that appeared, fell idle, answer though retired or were described; documents that were added, replaced, removed or put back.",
      "Change",
      ["from", "to"],
      async ({ from, to, ...q }) =>
        pageOf(
          views.changes().filter((it) => (from === undefined || Date.parse(it.at) >= from) && (to === undefined || Date.parse(it.at) < to)),
          changeKey,
          q,
        ),
    ),
    page("/findings", "Weaknesses, most severe first.", "Finding", ["findingStatus", "severity", "endpoint"], async (q) =>
      pageOf(
        views
          .findings()
          .filter((it) => (q.findingStatus ?? it.status) === it.status && (q.severity ?? it.severity) === it.severity && (q.endpoint ?? it.endpoint.id) === it.endpoint.id),
        findingKey,
        q,
      ),
    ),
    triage("/findings/{id}/status", "Mark a finding open, fixed or accepted.", "Finding", findingStatuses, (id, status, by) => {
      views.triage("finding", id, status, by);
      return views.findings().find((it) => it.id === id);
    }),
    page("/incidents", "Incidents, latest first.", "Incident", ["incidentStatus"], async (q) =>
      pageOf(
        views.incidents().filter((it) => (q.incidentStatus ?? it.status) === it.status),
        incidentKey,
        q,
      ),
    ),
    byId("/incidents/{id}", "One incident.", "Incident", (id) => views.incident(id)),
    triage("/incidents/{id}/status", "Open, acknowledge or close an incident.", "Incident", incidentStatuses, (id, status, by) => {
      views.triage("incident", id, status, by);
      return views.incident(id);
    }),
    page("/signals", "Behaviour seen in the traffic, latest first.", "Signal", [], async (q) => mapPage(views.signals(q), signalOnWire)),
    page("/actors", "Who asks.", "Actor", [], (q) => views.actors(q)),
    page("/decisions", "What the gate did, latest first.", "Decision", [], (q) => views.decisions(q)),
    page("/disclosures", "What was learned about whom, one row an answer and subject; subjects are keyed hashes.", "Disclosure", ["endpoint", "address", "from", "to"], async (q) =>
      mapPage(await views.disclosures(q), disclosureOnWire),
    ),
    page(
      "/disclosures/totals",
      "Distinct subjects confirmed, denied and answered uniformly, by endpoint.",
      "DisclosureTotals",
      ["endpoint", "address", "from", "to"],
      async ({ limit, cursor, ...q }) =>
        pageOf(await views.disclosureTotals(q), (it) => `${it.host}\n${it.path}\n${it.method}\n${it.endpoint}`, {
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
        }),
    ),
    page("/exchanges", "Stored exchanges, latest first.", "Exchange", ["endpoint", "address", "status", "from", "to"], (q) => views.exchanges(q)),
    page("/search", "Stored exchanges by `q=field:value …`.", "Exchange", ["q"], ({ q, ...rest }) => views.exchanges({ ...q, ...rest })),
    page(
      "/policies",
      "The policies in force.",
      "Policy",
      [],
      async (q) => {
        const policies = views.policies();
        const items = Array.isArray(policies) ? policies : [policies];
        return pageOf(
          items.map((item, index) => ({ item: item as unknown, index })),
          (it) => String(it.index).padStart(6, "0"),
          q,
        );
      },
      (it) => it.item,
    ),
  ];
}

function mistakesOf(error: z.ZodError): readonly Mistake[] {
  return error.issues.slice(0, 8).map((issue) => ({ pointer: `#/body/${issue.path.join("/").slice(0, 64)}`, detail: issue.message }));
}

/** A cursor this route never gave out. */
class BadCursor extends Error {}

const severityOrder: Readonly<Record<FindingView["severity"], string>> = { critical: "0", high: "1", medium: "2", low: "3", info: "4" };

function findingKey(finding: FindingView): string {
  return `${severityOrder[finding.severity]}\n${finding.endpoint.path}\n${finding.id}`;
}

function incidentKey(incident: IncidentView): string {
  return `${latestFirst(incident.openedAt)}\n${incident.id}`;
}

function mapPage<T, U>(from: Page<T>, map: (item: T) => U): Page<U> {
  return { items: from.items.map(map), next: from.next };
}

function one(path: string, summary: string, answer: SchemaName, get: () => Promise<unknown>): Route {
  return {
    method: "get",
    path,
    summary,
    query: [],
    answer,
    page: false,
    run: async ({ query }) => {
      const { mistakes } = readParameters(query, []);
      return mistakes.length > 0 ? { kind: "invalid", mistakes } : { kind: "ok", body: schemas[answer].parse(await get()) };
    },
  };
}

function byId(path: string, summary: string, answer: SchemaName, get: (id: string) => unknown): Route {
  return {
    method: "get",
    path,
    summary,
    query: [],
    answer,
    page: false,
    run: async ({ id, query }) => {
      const { mistakes } = readParameters(query, []);
      if (mistakes.length > 0) return { kind: "invalid", mistakes };
      return { kind: "ok", body: schemas[answer].parse(found(get(id), id)) };
    },
  };
}

function triage(path: string, summary: string, answer: SchemaName, statuses: readonly string[], mark: (id: string, status: string, by: string) => unknown): Route {
  return {
    method: "post",
    path,
    summary,
    query: [],
    statuses,
    answer,
    page: false,
    run: async ({ id, query, status, by }) => {
      const { mistakes } = readParameters(query, []);
      if (mistakes.length > 0) return { kind: "invalid", mistakes };
      if (!statuses.includes(status)) return { kind: "invalid", mistakes: [{ pointer: "#/body/status", detail: `must be one of: ${statuses.join(", ")}` }] };
      return { kind: "ok", body: schemas[answer].parse(found(mark(id, status, by), id)) };
    },
  };
}

function page<N extends ParameterName, T>(
  path: string,
  summary: string,
  answer: SchemaName,
  filters: readonly N[],
  get: (query: ParameterValues<N | "limit" | "cursor">) => Promise<Page<T>>,
  shape: (item: T) => unknown = (item) => item,
): Route {
  const names = [...filters, "limit", "cursor"] as const;
  return {
    method: "get",
    path,
    summary,
    query: names,
    answer,
    page: true,
    run: async ({ query }) => {
      const { values, mistakes } = readParameters<N | "limit" | "cursor">(query, names);
      if (mistakes.length > 0) return { kind: "invalid", mistakes };
      try {
        const { items, next } = await get(values);
        return { kind: "ok", body: { items: items.map((item) => schemas[answer].parse(shape(item))), next } };
      } catch (error) {
        if (error instanceof BadCursor) return { kind: "invalid", mistakes: [{ pointer: "#/query/cursor", detail: "is not a cursor of this list" }] };
        throw error;
      }
    },
  };
}

function found<T>(value: T | undefined, id: string): T {
  if (value === undefined) throw new PosternError("NOT_FOUND", `Nothing here has the id "${id.slice(0, 64)}".`);
  return value;
}
