import { PosternError } from "@postern/engine";
import type { AddedSpec, RemovedSpecView, SpecDiff, SpecView } from "../discovery-views.ts";
import type { FindingView, IncidentView, LiveEvent, TemplateRuleView, Views } from "../views.ts";
import {
  diffOf,
  disclosureAt,
  endpointsAt,
  exchangeAt,
  findingsAt,
  incidentsAt,
  iso,
  overviewAt,
  sampleAt,
  shape,
  signalAt,
  specAt,
  totalsAt,
  type SampleKind,
} from "./sample-data.ts";

export interface SampleViews extends Views {
  /** Sends one live event to every listener. */
  push(event: LiveEvent): void;
  listeners(): number;
  /** What was marked, as the audit log would have it. */
  readonly marked: readonly string[];
}

/**
 * A small Postern in memory, as it looks an hour into an enumeration of Latchkey's status lookup. `empty`: just started, nothing seen.
 * `failing`: the hub answers, the store does not. `at` moves the whole picture in time.
 */
export function createSampleViews(kind: SampleKind, at = sampleAt): SampleViews {
  const full = kind !== "empty";
  let specs: readonly SpecView[] = full ? [specAt(at)] : [];
  let removed: readonly RemovedSpecView[] = full ? [{ ...specAt(at), id: "5a0b000000000003", name: "Latchkey admin API", removedAt: iso(at - 7_200_000) }] : [];
  let rules: readonly TemplateRuleView[] = full ? [{ kind: "pin", template: "/wiki/{page}", host: null, from: "configuration", by: null, at: null }] : [];
  let endpoints = full ? endpointsAt(at) : [];
  let findings = full ? findingsAt(at) : [];
  let incidents = full ? incidentsAt(at) : [];
  const listeners = new Set<(event: LiveEvent) => void>();
  const marked: string[] = [];
  const store = async <T>(value: T): Promise<T> => {
    if (kind === "failing") throw new PosternError("STORE_UNAVAILABLE", "connect /run/store.sock: refused");
    return value;
  };
  return {
    marked,
    push: (event) => listeners.forEach((listener) => listener(event)),
    listeners: () => listeners.size,
    overview: () => overviewAt(at, kind, findings, incidents),
    endpoints: () => endpoints,
    endpoint: (id) => endpoints.find((it) => it.id === id),
    observedSpec: () => ({ openapi: "3.1.0", info: { title: "Observed API", version: "observed" }, paths: {} }),
    endpointShape: (id) => (endpoints.some((it) => it.id === id) ? shape : undefined),
    specs: () => specs,
    addSpec: async ({ name, kind, text }, by): Promise<AddedSpec> => {
      if (!text.includes("openapi")) throw new PosternError("SPEC_INVALID", "The document stops being JSON at line 3, column 7.", { remedy: "mend it there, or export it again." });
      const added: SpecView = { ...specAt(at), id: "5a0b000000000002", name: name ?? "Added", kind };
      specs = [...specs.filter((it) => it.id !== added.id), added];
      marked.push(`spec ${added.name} added by ${by}`);
      return { ...added, problems: [{ where: "#/paths/~1users/get", what: "points to nothing in this document" }] };
    },
    removeSpec: async (id, by) => {
      const spec = specs.find((it) => it.id === id);
      if (spec === undefined) throw new PosternError("NOT_FOUND", "No document is kept under this id");
      specs = specs.filter((it) => it !== spec);
      removed = [{ ...spec, removedAt: iso(at) }, ...removed];
      marked.push(`spec ${spec.name} removed by ${by}`);
      return spec;
    },
    removedSpecs: () => removed,
    restoreSpec: async (id, by) => {
      const spec = removed.find((it) => it.id === id);
      if (spec === undefined) throw new PosternError("NOT_FOUND", "No removed document is kept under this id");
      const { removedAt: _at, ...kept } = spec;
      removed = removed.filter((it) => it !== spec);
      specs = [...specs, kept];
      marked.push(`spec ${spec.name} put back by ${by}`);
      return kept;
    },
    specDiff: (id): SpecDiff => {
      const spec = specs.find((it) => it.id === id);
      if (spec === undefined) throw new PosternError("NOT_FOUND", "No document is kept under this id");
      return diffOf(spec);
    },
    findings: () => findings,
    incidents: () => incidents,
    incident: (id) => incidents.find((it) => it.id === id),
    signals: () => ({ items: full ? [signalAt(at)] : [], next: null }),
    actors: () =>
      store({
        items: full ? [{ address: "127.66.0.14", requests: 1_640, subjects: 1_612, confirmed: 803, firstAt: iso(at - 2_400_000), lastAt: iso(at - 4_000) }] : [],
        next: null,
      }),
    disclosureTotals: (query) => store(full && (query.to ?? at) >= at - 3_600_000 ? totalsAt(at).filter((it) => (query.endpoint ?? it.endpoint) === it.endpoint) : []),
    disclosures: () => store({ items: full ? [disclosureAt(at)] : [], next: null }),
    exchanges: (query) => store({ items: full && (query.status ?? 200) === 200 ? [exchangeAt(at)] : [], next: null }),
    decisions: () =>
      store({ items: full ? [{ id: "x-91822", at: iso(at), action: "uniform", would: "uniform", reason: "disclosure budget spent", ref: "pst-7f3a91" }] : [], next: null }),
    policies: () => [{ id: "built-in.disclosure-budget", mode: "enforce", disclosureBudget: 5, unanchoredCeiling: 10 }],
    health: () => ({
      status: kind === "failing" ? "degraded" : "ok",
      version: "0.1.0",
      parts: {
        gate: { state: "up", detail: "" },
        hub: { state: "up", detail: "" },
        store: kind === "failing" ? { state: "down", detail: "no answer for 40 s" } : { state: "up", detail: "" },
      },
    }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changes: () => [
      ...endpoints.map((it) => ({
        at: it.firstSeen,
        kind: "appeared" as const,
        endpoint: { id: it.id, method: it.method, host: it.host, path: it.path },
        document: null,
        by: null,
      })),
      ...specs.map((it) => ({ at: it.addedAt, kind: "document-added" as const, endpoint: null, document: { id: it.id, name: it.name }, by: "command" })),
    ],
    numberChanged: async (phone, at, by) => {
      const known = marked.includes(`number ${phone} changed`);
      marked.push(`number ${phone} changed`, `by ${by}`);
      return { person: "5a5a5a5a5a5a5a5a", at: new Date(at ?? Date.parse("2026-01-31T08:00:00Z")).toISOString(), known };
    },
    describe: async (id, patch, by) => {
      const index = endpoints.findIndex((it) => it.id === id);
      const known = endpoints[index];
      if (known === undefined) throw new PosternError("NOT_FOUND", `No endpoint has the id "${id}".`);
      const view = { ...known, owner: patch.owner === undefined ? known.owner : patch.owner, tags: patch.tags === undefined ? known.tags : (patch.tags ?? []) };
      endpoints = endpoints.with(index, view);
      marked.push(`endpoint ${id} described by ${by}`);
      return view;
    },
    template: (id) => {
      const known = endpoints.find((it) => it.id === id);
      if (known === undefined) return undefined;
      const segments = known.path
        .split("/")
        .slice(1)
        .map((segment) => ({ segment, is: segment.startsWith("{") ? ("parameter" as const) : ("constant" as const), by: "shape" as const, because: "as it looks", evidence: {} }));
      return { id, method: known.method, host: known.host, path: known.path, requests: known.requests, segments, formerly: [] };
    },
    templateRules: () => rules,
    decideTemplate: async ({ kind, template = "/", host: on, preview }, by) => {
      const named = endpoints.slice(0, 2).map(({ id, method, host: at, path, requests }) => ({ id, method, host: at, path, requests }));
      const change = { kind, template, host: on ?? null, ended: named, made: named.slice(0, 1), endedCount: named.length, madeCount: 1, notRecomputed: kind === "split" };
      if (preview === true) return change;
      rules = rules.filter((it) => it.template !== template);
      if (kind !== "none") rules = [{ kind, template, host: on ?? null, from: "person", by, at: iso(at) }, ...rules];
      marked.push(`template ${template} ${kind} by ${by}`);
      return change;
    },
    triage(what, id, status, by) {
      const list: readonly { readonly id: string }[] = what === "incident" ? incidents : findings;
      if (!list.some((it) => it.id === id)) throw new PosternError("NOT_FOUND", `No ${what} has the id "${id}".`);
      marked.push(`${what} ${id} ${status} by ${by}`);
      if (what === "incident") incidents = incidents.map((it) => (it.id === id && isIncidentStatus(status) ? { ...it, status } : it));
      else findings = findings.map((it) => (it.id === id && isFindingStatus(status) ? { ...it, status } : it));
    },
  };
}

function isIncidentStatus(status: string): status is IncidentView["status"] {
  return status === "open" || status === "acknowledged" || status === "closed";
}

function isFindingStatus(status: string): status is FindingView["status"] {
  return status === "open" || status === "fixed" || status === "accepted";
}
