import type { BreachReport } from "../../respond/breach-report.ts";

/** The breach report as scripts get it. `exact` true: say "exactly"; false: every count is "at least". */
export function breachDocument(report: BreachReport, matched: MatchedUsers | undefined): BreachDocument {
  const { confirmed, subjectTypes, ...rest } = report;
  const { denied, unknown, uniform } = rest;
  return {
    ...rest,
    exposed: { subjects: confirmed, confirmed, askedAbout: confirmed + denied + unknown + uniform, subjectTypes },
    ...(matched === undefined ? {} : { matched }),
  };
}

/** What the report says, those confirmed beside how many were asked about in all. */
export interface BreachDocument extends Omit<BreachReport, "confirmed" | "subjectTypes"> {
  /** `subjects`: different ones confirmed to exist. `askedAbout`: different ones in all, whatever was answered. */
  readonly exposed: { readonly subjects: number; readonly confirmed: number; readonly askedAbout: number; readonly subjectTypes: BreachReport["subjectTypes"] };
  readonly matched?: MatchedUsers;
}

/** The operator's own users against the set, by their own ids. */
export interface MatchedUsers {
  readonly rows: number;
  readonly rejected: number;
  readonly confirmed: number;
  readonly denied: number;
  readonly unknown: number;
  readonly uniform: number;
  readonly notAsked: number;
  /** Absent when the list went to a file. */
  readonly users?: readonly MatchedUser[];
}

export interface MatchedUser {
  readonly id: string;
  readonly learned: string;
  /** Columns of their list that were asked about: names, never values. */
  readonly columns: readonly string[];
}
