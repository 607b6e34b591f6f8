import type { Mode } from "@postern/engine";
import type { IncidentView, Page } from "../../api/views.ts";
import type { Config } from "../../config/config-schema.ts";
import type { ImportRun } from "../import-run.ts";
import { importDocument, type ImportDocument, type InputCounts } from "./import-document.ts";
import type { DecisionCount, RehearsalCount, TouchedSources } from "./rehearsal-count.ts";

/** What `postern rehearse` says: the decisions, who would have been touched, what leaked with and without, and what could not be evaluated. */
export function rehearsalDocument(run: ImportRun, count: RehearsalCount, input: InputCounts, about: RehearsalAbout): RehearsalDocument {
  const imported = importDocument(run, input, about.mode);
  const decisions = [...count.byDecision.values()].sort((a, b) => b.exchanges - a.exchanges || (a.reason < b.reason ? -1 : 1));
  return {
    mode: about.mode,
    records: imported.records,
    sources: imported.sources,
    span: imported.span,
    decisions,
    touched: count.touched,
    touchedIsLowerBound: count.full,
    answers: { guarded: count.answers, uniform: count.uniform, uniformShare: count.answers === 0 ? 0 : count.uniform / count.answers },
    incidents: imported.incidents,
    signals: imported.signals,
    triggers: about.config.triggers.map((trigger) => ({
      id: trigger.id,
      title: trigger.title,
      fired: run.signalCounts.get(`trigger.${trigger.id}`) ?? 0,
      failed: imported.triggerErrors[trigger.id] ?? 0,
    })),
    notEvaluated: notEvaluated(run, about.config),
    outOfOrder: about.outOfOrder,
    notes: [
      "Recorded later events are kept, although enforcement might have prevented them: an attacker who was stopped would have asked otherwise, and an honest client who was throttled would have tried again.",
      ...(imported.records.late > 0 ? [`${imported.records.late} exchanges came too far out of order and were decided late.`] : []),
    ],
  };
}

export interface RehearsalAbout {
  readonly mode: Mode;
  readonly config: Config;
  /** Lines of decisions that could not be put back in order. */
  readonly outOfOrder: number;
}

export interface RehearsalDocument {
  readonly mode: Mode;
  readonly records: ImportDocument["records"];
  readonly sources: ImportDocument["sources"];
  readonly span: ImportDocument["span"];
  readonly decisions: readonly DecisionCount[];
  readonly touched: TouchedSources;
  readonly touchedIsLowerBound: boolean;
  /** Truthful and uniform answers of guarded endpoints, one for each subject asked about. */
  readonly answers: { readonly guarded: number; readonly uniform: number; readonly uniformShare: number };
  readonly incidents: Page<IncidentView>;
  readonly signals: ImportDocument["signals"];
  readonly triggers: readonly { readonly id: string; readonly title: string; readonly fired: number; readonly failed: number }[];
  readonly notEvaluated: readonly NotEvaluated[];
  readonly outOfOrder: number;
  readonly notes: readonly string[];
}

/** A part of the policy that lacked a fact on this source. */
export interface NotEvaluated {
  /** `limits.0`, `endpoints.2.subject`, `triggers.many-numbers`, `built-in budgets`. */
  readonly policy: string;
  readonly fact: string;
  /** 0–1: exchanges that lacked it. */
  readonly share: number;
}

function notEvaluated(run: ImportRun, config: Config): NotEvaluated[] {
  const lacking = new Map(run.coverage.facts().flatMap((fact) => (fact.notJudged === null ? [] : [[fact.fact, 1 - fact.carried] as const])));
  const found: NotEvaluated[] = [];
  const needs = (policy: string, ...facts: string[]): void => {
    for (const fact of facts) {
      const share = lacking.get(fact);
      if (share !== undefined && run.coverage.exchanges > 0) found.push({ policy, fact, share });
    }
  };
  needs("built-in budgets", "client address", "request headers", "request body", "response body");
  for (const [i, limit] of config.limits.entries()) needs(`limits.${i}`, limit.by === "credential" ? "request headers" : "client address");
  for (const [i, endpoint] of config.endpoints.entries()) {
    if (endpoint.host !== undefined) needs(`endpoints.${i}.host`, "host");
    const place = endpoint.subject?.in;
    if (place === "form" || place === "json") needs(`endpoints.${i}.subject`, "request body");
    else if (place === "header" || place === "cookie") needs(`endpoints.${i}.subject`, "request headers");
    else if (place === "query") needs(`endpoints.${i}.subject`, "query");
  }
  for (const trigger of config.triggers) {
    const text = [
      trigger.when,
      ...Object.values(trigger.let ?? {}).flatMap((counter) => [counter.count, counter.distinct, counter.sum, counter.ratio, counter.where, ...(counter.by ?? [])]),
    ].join(" ");
    for (const [word, fact] of factOfWord) if (new RegExp(`\\b(?:${word})\\b`).test(text)) needs(`triggers.${trigger.id}`, fact);
  }
  return found;
}

/** Words of the trigger language and the fact of an exchange that each rests on. */
const factOfWord: readonly (readonly [word: string, fact: string])[] = [
  ["credential", "request headers"],
  ["host", "host"],
  ["address|network|client", "client address"],
  ["durationMs", "duration"],
  ["requestBytes", "request body"],
  ["answer", "response body"],
];
