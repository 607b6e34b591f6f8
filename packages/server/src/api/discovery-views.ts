import type { Level } from "@postern/engine";

/** What the API asks about descriptions of the interface and about what messages are made of; part of `Views`. */
export interface DiscoveryViews {
  /** What the messages of one endpoint are made of. */
  endpointShape(id: string): EndpointShape | undefined;
  /** Documents kept, by name. */
  specs(): readonly SpecView[];
  /** Keeps a document. Written to the audit log. Throws SPEC_INVALID with the place, USAGE at the bound. */
  addSpec(input: SpecUpload, by: string): Promise<AddedSpec>;
  /** Puts a document away. Written to the audit log. Throws NOT_FOUND. */
  removeSpec(id: string, by: string): Promise<SpecView>;
  /** Documents that can be put back, latest first. */
  removedSpecs(): readonly RemovedSpecView[];
  /** Puts a removed document back. Written to the audit log. Throws NOT_FOUND, USAGE at the bound. */
  restoreSpec(id: string, by: string): Promise<SpecView>;
  /** In what a document and the traffic disagree. Throws NOT_FOUND. */
  specDiff(id: string): SpecDiff;
}

export interface SpecUpload {
  /** To tell it by; its title when absent. */
  readonly name?: string | undefined;
  readonly kind: SpecView["kind"];
  readonly text: string;
}

export interface SpecView {
  readonly id: string;
  readonly name: string;
  readonly kind: "spec" | "route table" | "source";
  readonly version: string;
  readonly format: string;
  readonly addedAt: string;
  readonly operations: number;
}

export interface RemovedSpecView extends SpecView {
  readonly removedAt: string;
}

export interface AddedSpec extends SpecView {
  /** Places that could not be read; the rest is kept. */
  readonly problems: readonly { readonly where: string; readonly what: string }[];
}

export interface SpecDiff {
  readonly spec: SpecView;
  /** False when the document was kept by an older Postern that kept only its paths: then there is nothing to compare. */
  readonly comparable: boolean;
  readonly documented: number;
  /** Endpoints of the hosts it is about. */
  readonly seen: number;
  readonly same: number;
  /** The base path that traffic does not have. */
  readonly withoutBase: string;
  readonly counts: { readonly shadow: number; readonly zombie: number; readonly drift: number; readonly unused: number };
  /** Worst first, at most {@link differencesMax}; `counts` counts all. */
  readonly items: readonly SpecDifference[];
  readonly undecided: readonly { readonly method: string; readonly path: string; readonly within: readonly string[] }[];
  readonly otherHosts: readonly string[];
}

export interface SpecDifference {
  readonly kind: "shadow" | "zombie" | "drift" | "unused";
  readonly what: string;
  readonly level: Level;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly where: string;
  readonly documented: string;
  readonly found: string;
  readonly evidence: { readonly seen: number; readonly of: number } | null;
  /** Id of the traffic's endpoint. */
  readonly endpoint: string | null;
}

/** Rows one answer carries: more nobody reads, and the counts say how many there are. */
export const differencesMax = 2_000;

export interface EndpointShape {
  readonly parameters: readonly (ShapeField & { readonly in: "path" | "query" | "header" | "cookie" })[];
  readonly request: { readonly types: readonly string[]; readonly fields: readonly ShapeField[]; readonly more: number } | null;
  readonly responses: readonly {
    readonly status: string;
    readonly answers: number;
    readonly types: readonly string[];
    readonly fields: readonly ShapeField[];
    readonly more: number;
  }[];
}

/** One parameter, or one field of a body: `user.email`, `data[].id`. */
export interface ShapeField {
  readonly name: string;
  readonly types: readonly string[];
  readonly format: string | null;
  /** Never missing where it could have been. */
  readonly always: boolean;
  /** In how many of how many samples it was. */
  readonly share: { readonly seen: number; readonly of: number } | null;
  readonly values: "constant" | "few" | "many" | null;
  /** Data class, such as `email`. */
  readonly class: string | null;
  /** Which government id. */
  readonly scheme: string | null;
  /** Share of the values looked at that fit the class. */
  readonly fits: number | null;
}
