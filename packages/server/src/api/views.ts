import type { DiscoveryViews } from "./discovery-views.ts";
import type { Disclosure, Finding, Level, Operation, SegmentReason, Signal } from "@postern/engine";

/**
 * Everything the API, the console and the CLI may ask of a running or stored Postern. The hub implements it over the ledger's
 * memory and the store; the API only shapes and guards it. Field names are the public ones: change them and scripts break.
 */
export interface Views extends DiscoveryViews {
  overview(): Overview;
  endpoints(): readonly EndpointView[];
  endpoint(id: string): EndpointView | undefined;
  /** What traffic has shown, as an OpenAPI 3.1 document, of one host or of all. Holds no value that was seen. */
  observedSpec(host?: string): Readonly<Record<string, unknown>>;
  findings(): readonly FindingView[];
  incidents(): readonly IncidentView[];
  incident(id: string): IncidentView | undefined;
  signals(query: PageQuery): Page<Signal>;
  actors(query: PageQuery): Promise<Page<ActorView>>;
  disclosureTotals(query: DisclosureQuery): Promise<readonly DisclosureTotals[]>;
  disclosures(query: DisclosureQuery & PageQuery): Promise<Page<Disclosure & { readonly meaning: Meaning }>>;
  exchanges(query: ExchangeQuery & PageQuery): Promise<Page<ExchangeRow>>;
  decisions(query: PageQuery): Promise<Page<DecisionRow>>;
  policies(): unknown;
  health(): Health;
  /** Pushes small live events; returns the way to stop. At most one listener a console connection. */
  subscribe(listener: (event: LiveEvent) => void): () => void;
  /** Marks an incident or finding; audited. Throws NOT_FOUND. */
  triage(kind: "incident" | "finding", id: string, status: string, by: string): void;
  /** What changed about endpoints and documents, unsorted. */
  changes(): readonly ChangeView[];
  /** Describes an endpoint; what is left out stays. Written to the audit log first. Throws NOT_FOUND, USAGE at the bound. */
  describe(id: string, patch: EndpointPatch, by: string): Promise<EndpointView>;
  /** A telephone number was ported or changed hands, at `at` (event time; now when undefined). Written to the audit log first, as a keyed hash. */
  numberChanged(phone: string, at: number | undefined, by: string): Promise<NumberChangeView>;
  /** Why each segment of an endpoint's template is a constant or a parameter. */
  template(id: string): EndpointTemplate | undefined;
  /** What people and the configuration decided about templates. */
  templateRules(): readonly TemplateRuleView[];
  /** Decides about a template, or takes that back; counts at once. Written to the audit log first. Throws NOT_FOUND, USAGE. */
  decideTemplate(decision: TemplatePatch, by: string): Promise<TemplateChange>;
}

/** One of `template` and `endpoint`: then the template of that endpoint as it is now. */
export interface TemplatePatch {
  readonly kind: "pin" | "merge" | "split" | "none";
  readonly template?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly host?: string | undefined;
  /** Only says what it would do. */
  readonly preview?: boolean | undefined;
}

export interface EndpointTemplate {
  readonly id: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly requests: number;
  readonly segments: readonly SegmentReason[];
  /** Ids it had before paths merged or a person decided. */
  readonly formerly: readonly string[];
}

export interface TemplateRuleView {
  readonly kind: "pin" | "merge" | "split";
  readonly template: string;
  /** Null: every host. */
  readonly host: string | null;
  readonly from: "person" | "configuration";
  readonly by: string | null;
  readonly at: string | null;
}

export interface NumberChangeView {
  readonly person: string;
  readonly at: string;
  readonly known: boolean;
}

export interface TemplateChange {
  readonly kind: "pin" | "merge" | "split" | "none";
  readonly template: string;
  readonly host: string | null;
  /** Endpoints that are no more and those there are now instead, at most 100 of each. */
  readonly ended: readonly EndpointName[];
  readonly made: readonly EndpointName[];
  readonly endedCount: number;
  readonly madeCount: number;
  /** What was counted together stays together: new endpoints of a split begin with their next request. */
  readonly notRecomputed: boolean;
}

export interface EndpointName {
  readonly id: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly requests: number;
}

/** Null takes away what was set. */
export interface EndpointPatch {
  readonly owner?: string | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  readonly retired?: boolean | undefined;
  readonly publicOnPurpose?: { readonly owner: string; readonly reason: string; readonly until: string } | null | undefined;
}

export interface ChangeView {
  readonly at: string;
  readonly kind: "appeared" | "fell-idle" | "answers-though-retired" | "described" | "document-added" | "document-replaced" | "document-removed" | "document-restored";
  /** Null where it is about a document. */
  readonly endpoint: { readonly id: string; readonly method: string; readonly host: string; readonly path: string } | null;
  /** Null where it is about an endpoint. */
  readonly document: { readonly id: string; readonly name: string } | null;
  readonly by: string | null;
}

export type Meaning = "confirmed" | "denied" | "returned" | "nothing" | "unknown";

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
export interface PageQuery {
  /** 1–1000, default 100. */
  readonly limit?: number;
  readonly cursor?: string;
}
export interface DisclosureQuery {
  readonly endpoint?: string;
  readonly from?: number;
  readonly to?: number;
  readonly address?: string;
}
export interface ExchangeQuery {
  readonly endpoint?: string;
  readonly address?: string;
  readonly from?: number;
  readonly to?: number;
  readonly status?: number;
}

export interface Overview {
  readonly at: number;
  /** Speed of the clock the product runs on; 1 outside demos. */
  readonly clockFactor: number;
  readonly mode: "observe" | "enforce";
  /** How commands begin where Postern runs, and the data directory they must name there; null where they find it by themselves. */
  readonly commands: { readonly program: string; readonly data: string | null };
  readonly upstream: string | null;
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly endpoints: number;
  readonly openFindings: number;
  readonly openIncidents: number;
  readonly disclosed: LiveCounts;
  /** Per second of the last 120: requests, truthful answers of guarded endpoints, uniform answers. */
  readonly series: {
    readonly fromAt: number;
    readonly stepMs: number;
    readonly requests: readonly number[];
    readonly truthful: readonly number[];
    readonly uniform: readonly number[];
  };
  /** What Postern is not seeing right now, in plain words; empty when all is well. */
  readonly blindSpots: readonly string[];
}

/** Different people told about. */
export interface LiveCounts {
  readonly confirmed: number;
  readonly denied: number;
  readonly uniform: number;
  /** True when at least one of them is an estimate, within 3.3 %: live counts are exact to 64 a source and endpoint. A breach report counts exactly. */
  readonly estimated: boolean;
  /** Answered truthfully in a way not understood yet, or in one that says neither; absent where nobody counted them. */
  readonly unknown?: number | undefined;
}

export interface OwnAnswersFigure {
  readonly bits: number;
  readonly lowBits: number;
  readonly highBits: number;
  readonly broken: boolean;
}

export interface EndpointView {
  readonly id: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** Where method and path do not say it all: an operation of GraphQL, a method of JSON-RPC or gRPC, a WebSocket. */
  readonly operation: { readonly protocol: Operation["protocol"]; readonly kind: Operation["kind"]; readonly name: string } | null;
  /** Where calls of such operations are sent: how many operations are known, and calls that belong to none (names nobody answered). */
  readonly calls: { readonly protocol: "graphql" | "json-rpc"; readonly operations: number; readonly others: number } | null;
  readonly auth: {
    readonly verdict: "enforced" | "not enforced" | "optional" | "unproven";
    readonly kinds: readonly string[];
    readonly evidence: Readonly<Record<string, number>>;
    /** Exchange ids that show each count, by its name in `evidence`; the first two. A credential later found to be shared stands under `with credential`. */
    readonly samples: Readonly<Record<string, readonly string[]>>;
    /** Of JWTs that were answered with data; null where there were none. */
    readonly jwt: {
      readonly issuers: readonly string[];
      readonly algorithms: readonly string[];
      readonly lifetimeSeconds: { readonly min: number; readonly max: number } | null;
    } | null;
  };
  readonly oracle: { readonly verdict: "suspected" | "proven"; readonly bits: number; readonly eValue: number; readonly labels: number } | null;
  /** Whether the time of the answer tells who exists, though answers are alike: how much longer (or, below zero, shorter) it takes about somebody who does, in milliseconds. */
  readonly timing: {
    readonly verdict: "suspected" | "proven";
    readonly differenceMs: number;
    readonly lowMs: number;
    readonly highMs: number;
    /** Requests about one identifier for an answer, at 20 ms of jitter. */
    readonly requests: number;
    /** Labelled times it rests on. */
    readonly labels: number;
  } | null;
  /**
   * What Postern's own uniform answers told, as askers saw them: `tells` about who exists, `differs` from the service's own denials (time left out), each in bits with a 95 % interval, null while
   * too few were seen; `broken` when it is surely more than 0.01 bit. `bitsByTime` is how well waiting alone gives a uniform answer away. Null where none was given.
   */
  readonly ownAnswers: {
    readonly uniform: number;
    readonly denied: number;
    readonly tells: OwnAnswersFigure | null;
    readonly differs: OwnAnswersFigure | null;
    readonly bitsByTime: number | null;
  } | null;
  readonly dataClasses: readonly string[];
  /** Fields of its answers that have a class, `share` of the samples that fit. */
  readonly dataFields: readonly { readonly field: string; readonly class: string; readonly scheme: string | null; readonly samples: number; readonly share: number }[];
  /** Why each position of the path is a parameter: how many different values stood there, of what shapes. */
  readonly positions: readonly { readonly name: string; readonly values: number; readonly samples: number; readonly shapes: Readonly<Record<string, number>> }[];
  readonly lifecycle: "new" | "active" | "idle" | "retired";
  readonly owner: string | null;
  readonly tags: readonly string[];
  /** Who decided that it answers anyone, why, and the last day of that; null when nobody did, or the day is over. */
  readonly publicOnPurpose: { readonly by: string; readonly reason: string; readonly until: string } | null;
  readonly knownBy: readonly string[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly requests: number;
  /** Server errors (RFC 9110 §15.6): 5xx, and no answer. Of an operation of GraphQL or JSON-RPC the status that its error object means, whatever HTTP said. */
  readonly errors: number;
  /** Client errors (RFC 9110 §15.5): 4xx. */
  readonly clientErrors: number;
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null };
  readonly statuses: Readonly<Record<string, number>>;
  readonly subjects: readonly { readonly in: string; readonly name: string; readonly type: string }[];
  /** How worrying it is, 0 to 433, higher first: its worst open finding, whom it answers, what its answers hold (`hub/endpoint-concern.ts`). */
  readonly concern: number;
  readonly guard: { readonly state: "watched" | "budgeted"; readonly truthful: number; readonly uniform: number; readonly ceiling: number } | null;
  /** How slowly an attacker from ever new addresses must ask to stay unnoticed, as it was measured last; null where it never was. */
  readonly floor: FloorView | null;
  readonly purpose: EndpointPurpose;
}

/** What an endpoint is for; `unproven` while nothing has shown it. */
export interface EndpointPurpose {
  readonly kind: "account-lookup" | "sign-in" | "sign-up" | "code-send" | "code-check" | "push-prompt" | "password-reset" | "device-registration" | "other" | "unproven";
  readonly basis: "declared" | "traffic" | "none";
  readonly because: string;
  /** What the traffic shows, where the configuration says something else. */
  readonly overridden: { readonly kind: EndpointPurpose["kind"]; readonly because: string } | null;
}

/** One endpoint's detection floor as API, console and commands show it; `text` says all of it. */
export interface FloorView {
  readonly verdict: "measured" | "unproven";
  readonly measuredAt: string;
  /** The smallest rate that was found; who asks less may stay unnoticed. Null while unproven. */
  readonly questionsADay: number | null;
  /** People an attacker below it learns in a day, if everybody it asks about exists, and the years it takes for 33 million. */
  readonly unnoticedADay: number | null;
  readonly yearsFor33Million: number | null;
  /** At the floor: of so many injections so many were found, after so many days, with so many people learned. */
  readonly injections: { readonly found: number; readonly of: number; readonly withinDays: number } | null;
  readonly daysToDetection: { readonly median: number; readonly p95: number } | null;
  readonly learnedBefore: { readonly median: number; readonly p95: number } | null;
  /** People a day that newcomers can learn at the most, whoever notices (F3). */
  readonly ceilingADay: number | null;
  readonly because: string | null;
  readonly basis: { readonly days: number; readonly newcomersADay: number; readonly unanchoredShare: number };
  readonly text: string;
}

export interface FindingView extends Omit<Finding, "firstAt" | "lastAt"> {
  /** What was seen and how sure it makes this, in plain words; the statistic is in `evidence`. */
  readonly because: string;
  /** Who accepted it in the configuration, why, and its last day; null when nobody did there. */
  readonly accepted: { readonly by: string; readonly reason: string; readonly until: string } | null;
  readonly firstAt: string;
  readonly lastAt: string;
}

export interface IncidentView {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly level: Level;
  readonly status: "open" | "acknowledged" | "closed";
  readonly openedAt: string;
  readonly lastAt: string;
  readonly endpoints: readonly { readonly id: string; readonly method: string; readonly host: string; readonly path: string }[];
  readonly sources: readonly { readonly address: string; readonly asked: number; readonly firstAt: string; readonly lastAt: string }[];
  readonly sourceCount: number;
  readonly disclosed: LiveCounts;
  readonly signals: readonly {
    readonly id: string;
    readonly detector: string;
    readonly level: Level;
    readonly at: string;
    readonly evidence: Readonly<Record<string, string | number | boolean>>;
  }[];
  readonly signalCount: number;
  /** Who its clients are, and what blocking them would cost; null while that is not known. */
  readonly clients: {
    readonly verdict: "named" | "partly" | "alike";
    readonly sentence: string;
    readonly rule: string | null;
    readonly sources: number;
    readonly caught: number;
    readonly people: number;
    readonly peopleHit: number;
    /** Networks of its sources, most first; empty without `network.asns`. `asn` is `AS64500`; `name` as the operator's list has it, or "". */
    readonly networks: readonly { readonly asn: string; readonly name: string; readonly sources: number }[];
  } | null;
  /** What to do now, most urgent first. */
  readonly next: readonly string[];
}

export interface DisclosureTotals {
  readonly endpoint: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly confirmed: number;
  readonly denied: number;
  readonly uniform: number;
  readonly unknown: number;
  readonly from: string | null;
  readonly to: string | null;
}

export interface ActorView {
  readonly address: string;
  readonly requests: number;
  readonly subjects: number;
  readonly confirmed: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

export interface ExchangeRow {
  readonly id: string;
  readonly at: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly endpoint: string;
  /** The service's; 0 when it did not answer. */
  readonly status: number;
  /** What the caller got. */
  readonly answered: number;
  readonly address: string;
  readonly credentialKind: string;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly action: string;
}

export interface DecisionRow {
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly would: string;
  readonly reason: string;
  readonly ref: string;
}

export interface Health {
  readonly status: "ok" | "degraded";
  readonly version: string;
  readonly parts: Readonly<Record<"gate" | "hub" | "store", { readonly state: "up" | "down" | "absent"; readonly detail: string }>>;
}

export type LiveEvent =
  | { readonly type: "overview"; readonly data: Overview }
  | { readonly type: "incident"; readonly data: IncidentView }
  | { readonly type: "finding"; readonly data: FindingView };
