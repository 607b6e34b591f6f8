import { actors } from "./actors.ts";
import { counts } from "./counts.ts";
import { coverage } from "./coverage.ts";
import { decisions } from "./decisions.ts";
import { disclosureHours } from "./disclosure-hours.ts";
import { disclosureTotals } from "./disclosure-totals.ts";
import { disclosures } from "./disclosures.ts";
import { exchanges } from "./exchanges.ts";
import { exposure } from "./exposure.ts";
import { meaningTotals } from "./meaning-totals.ts";
import type { Question } from "./question.ts";
import { signals } from "./signals.ts";
import { slowAftermath } from "./slow-aftermath.ts";
import { slowDays } from "./slow-days.ts";
import { slowSources } from "./slow-sources.ts";
import { slowSpan } from "./slow-span.ts";
import { sources } from "./sources.ts";

/** Every question of the store by name. There is no way to ask anything else. */
export const allQuestions = {
  actors,
  counts,
  coverage,
  decisions,
  disclosureHours,
  disclosureTotals,
  disclosures,
  exchanges,
  exposure,
  meaningTotals,
  signals,
  slowAftermath,
  slowDays,
  slowSources,
  slowSpan,
  sources,
} as const;

export type QuestionName = keyof typeof allQuestions;
export type ParamsOf<Name extends QuestionName> = (typeof allQuestions)[Name] extends Question<infer Params, unknown> ? Params : never;
export type RowOf<Name extends QuestionName> = (typeof allQuestions)[Name] extends Question<infer _Params, infer Row> ? Row : never;

export function isQuestionName(name: string): name is QuestionName {
  return Object.hasOwn(allQuestions, name);
}
