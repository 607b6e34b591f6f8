import type { IncidentSource, Level } from "@postern/engine";
import type { DisclosureTotals, EndpointView, FindingView, IncidentView, Page } from "../../api/views.ts";
import { publicOnPurpose } from "../../config/public-on-purpose.ts";
import { endpointKey, worstOpen } from "../../hub/endpoint-concern.ts";
import { livesOf } from "../../hub/endpoint-life.ts";
import { endpointView, findingView, incidentView } from "../../hub/project.ts";
import type { Rejected } from "../../sources/source.ts";
import type { ImportRun, TemplatesFrom } from "../import-run.ts";
import type { CoverageFact } from "./coverage-count.ts";

/** What `postern import` says about recorded traffic: the same for people (rendered) and for scripts (`--json`). `data`: where it was kept; `program`: how commands it names begin. */
export function importDocument(run: ImportRun, input: InputCounts, mode: "observe" | "enforce", data?: string, program?: string): ImportDocument {
  const { ledger, judge, disclosures } = run;
  const meaning = (endpointId: string, classId: string) => ledger.meaning(endpointId, classId);
  const currentId = (id: string): string => ledger.inventory.byId(id)?.id ?? id;
  const lifeOf = livesOf(ledger, run.config, new Map());
  const findings = ledger
    .findings()
    .map((finding) => findingView(finding, { accepted: publicOnPurpose(finding, run.config, Date.now()) }))
    .sort((a, b) => rank(b.severity) - rank(a.severity) || (a.id < b.id ? -1 : 1));
  const worst = worstOpen(findings);
  const endpoints = ledger.inventory
    .listed()
    .map((endpoint) =>
      endpointView(ledger, endpoint, {
        life: lifeOf(endpoint),
        worst: worst.get(endpoint.id),
        guard: (id) => ({ state: judge.gate.guarded(id)?.state, usage: judge.gate.usage(id) }),
      }),
    )
    .sort((a, b) => b.concern - a.concern || b.requests - a.requests || (endpointKey(a, "path") < endpointKey(b, "path") ? -1 : 1));
  const totals = totalsOf();
  return {
    mode,
    records: {
      read: input.accepted + input.rejectedCount,
      accepted: input.accepted,
      rejectedCount: input.rejectedCount,
      rejected: input.rejected,
      alreadyImported: input.alreadyImported,
      late: judge.late,
    },
    sources: input.sources,
    templates: run.templates,
    span: { from: iso(run.firstAt), to: iso(run.lastAt) },
    coverage: run.coverage.facts(),
    nowhere: run.coverage.nowhere(),
    endpoints: page(endpoints),
    findings: page(findings),
    incidents: page(
      run.incidents
        .list()
        .map((incident) => kept(incidentOf(incident), data))
        .sort((a, b) => rank(b.level) - rank(a.level) || (a.openedAt < b.openedAt ? -1 : 1)),
    ),
    signals: {
      total: [...run.signalCounts.values()].reduce((sum, count) => sum + count, 0),
      byDetector: Object.fromEntries([...run.signalCounts].sort(([a], [b]) => (a < b ? -1 : 1))),
    },
    disclosures: page(totals),
    disclosuresDropped: disclosures.dropped,
    triggerErrors: run.triggerErrors(),
  };

  function incidentOf(incident: ReturnType<typeof run.incidents.list>[number]): IncidentView {
    const where = { ...(data === undefined || data === "./.postern" ? {} : { data }), program };
    if (incident.kind !== "enumeration" && incident.kind !== "listing") return incidentView(ledger, incident, where);
    const ids = new Set(incident.endpointIds.map((id) => ledger.doorId(id)));
    const endpoint = (id: string): boolean => ids.has(ledger.doorId(id));
    const known = new Set(incident.sources.map((source) => source.address));
    // A distributed attack has no single source: then the count is the endpoint's, from the first signal's sources on.
    const filter = known.size === 0 ? { endpoint } : { endpoint, address: (address: string) => known.has(address) };
    const told = disclosures.totals(filter, meaning);
    const sources: readonly IncidentSource[] = known.size === 0 ? [] : disclosures.sources(filter);
    return incidentView(ledger, incident, { sources, disclosed: { confirmed: told.confirmed, denied: told.denied, uniform: told.uniform, unknown: told.unknown }, ...where });
  }

  function totalsOf(): DisclosureTotals[] {
    const ids = new Set(disclosures.endpointIds().map(currentId));
    const all: DisclosureTotals[] = [];
    for (const id of ids) {
      const endpoint = ledger.inventory.byId(id);
      const told = disclosures.totals({ endpoint: (one) => currentId(one) === id }, meaning);
      all.push({
        endpoint: id,
        method: endpoint?.method ?? "",
        host: endpoint?.host ?? "",
        path: endpoint?.template ?? "",
        confirmed: told.confirmed,
        denied: told.denied,
        uniform: told.uniform,
        unknown: told.unknown,
        from: told.from === null ? null : iso(told.from),
        to: told.to === null ? null : iso(told.to),
      });
    }
    return all.sort((a, b) => b.confirmed - a.confirmed || b.denied - a.denied || b.unknown - a.unknown || (a.path < b.path ? -1 : 1));
  }
}

export interface ImportDocument {
  readonly mode: "observe" | "enforce";
  readonly records: {
    readonly read: number;
    readonly accepted: number;
    readonly rejectedCount: number;
    /** The first {@link rejectedMax}. */
    readonly rejected: readonly RejectedRecord[];
    /** Records that the data directory holds from an earlier import: neither read nor counted again. */
    readonly alreadyImported: number;
    /** Exchanges so far out of order that later ones had been judged before them. */
    readonly late: number;
  };
  readonly sources: readonly SourceRead[];
  /** What path templates rest on: only of the whole input are they the same for any order of its lines. */
  readonly templates: { readonly from: TemplatesFrom; readonly sampled: boolean };
  readonly span: { readonly from: string | null; readonly to: string | null };
  readonly coverage: readonly CoverageFact[];
  /** Requests answered 404 where no endpoint was known, and to how many paths; more than a few hundred paths are an estimate. */
  readonly nowhere: { readonly requests: number; readonly paths: number };
  readonly endpoints: Page<EndpointView>;
  readonly findings: Page<FindingView>;
  readonly incidents: Page<IncidentView>;
  readonly signals: { readonly total: number; readonly byDetector: Readonly<Record<string, number>> };
  readonly disclosures: Page<DisclosureTotals>;
  /** Disclosures beyond what one import counts; above zero every number of subjects is a lower bound. */
  readonly disclosuresDropped: number;
  readonly triggerErrors: Readonly<Record<string, number>>;
}

export interface RejectedRecord extends Rejected {
  readonly source: string;
}

export interface SourceRead {
  readonly name: string;
  readonly format: string;
  /** Which members or columns were taken for what, where the format has names of its own. */
  readonly mapping?: string;
  readonly accepted: number;
  readonly rejected: number;
  /** Of its beginning, or of all of it, when it was imported before. */
  readonly alreadyImported: number;
}

export interface InputCounts {
  readonly accepted: number;
  readonly rejectedCount: number;
  readonly alreadyImported: number;
  readonly rejected: readonly RejectedRecord[];
  readonly sources: readonly SourceRead[];
}

/** Rejected records kept with their place; all are counted. */
export const rejectedMax = 100;

const levels: readonly Level[] = ["info", "low", "medium", "high", "critical"];

/** 0 for `info` to 4 for `critical`. */
export function rank(level: Level): number {
  return levels.indexOf(level);
}

/** A report needs the records: where this import keeps none, that comes first. */
function kept(incident: IncidentView, data: string | undefined): IncidentView {
  if (data !== undefined) return incident;
  return { ...incident, next: incident.next.map((step) => step.replace(/^Say who was exposed: /, "Say who was exposed; import this again with --data ./.postern, then: ")) };
}

function page<T>(items: readonly T[]): Page<T> {
  return { items, next: null };
}

function iso(at: number): string | null {
  return Number.isFinite(at) ? new Date(at).toISOString() : null;
}
