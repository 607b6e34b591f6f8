import type { BreachReport } from "../../respond/breach-report.ts";

/** The breach report as scripts get it. `exact` true: say "exactly"; false: every count is "at least". */
export function breachDocument(report: BreachReport, matched: MatchedUsers | undefined): BreachDocument {
  const {
    endpoint,
    only,
    window,
    confirmed,
    denied,
    unknown,
    uniform,
    oracle,
    returned,
    dataReturned,
    subjectTypes,
    fieldsReturned,
    firstAt,
    lastAt,
    sources,
    coverage,
    exact,
    notes,
  } = report;
  return {
    endpoint,
    only,
    window,
    exposed: { subjects: confirmed, confirmed, askedAbout: confirmed + denied + unknown + uniform, subjectTypes },
    denied,
    unknown,
    uniform,
    oracle,
    returned,
    dataReturned,
    fieldsReturned,
    firstAt,
    lastAt,
    sources,
    coverage,
    exact,
    notes,
    ...(matched === undefined ? {} : { matched }),
  };
}

export interface BreachDocument {
  readonly endpoint: BreachReport["endpoint"];
  /** The sources named with `--source`; null: everybody who asked. */
  readonly only: BreachReport["only"];
  readonly window: BreachReport["window"];
  /** `subjects`: different ones confirmed to exist. `askedAbout`: different ones in all, whatever was answered. */
  readonly exposed: { readonly subjects: number; readonly confirmed: number; readonly askedAbout: number; readonly subjectTypes: BreachReport["subjectTypes"] };
  readonly denied: number;
  readonly unknown: number;
  readonly uniform: number;
  /** False: its answers do not tell who exists, and `confirmed` and `denied` do not speak of that. */
  readonly oracle: boolean;
  /** Different ones about whom an answer gave data, and what data. */
  readonly returned: number;
  readonly dataReturned: BreachReport["dataReturned"];
  readonly fieldsReturned: readonly string[];
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  readonly sources: BreachReport["sources"];
  readonly coverage: BreachReport["coverage"];
  readonly exact: boolean;
  readonly notes: readonly string[];
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
