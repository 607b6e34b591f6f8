import type { Actor } from "../exchange/actor.ts";
import type { Subject } from "../exchange/subject.ts";
import type { Extracted } from "../exchange/subjects.ts";
import type { ExchangeView } from "../exchange/view.ts";
import type { QuestionRow } from "../detect/question-watch.ts";
import type { Signal } from "../detect/signal.ts";
import type { Anchor, Disclosure, SubjectRule } from "../decide/gate-policy.ts";
import type { InventoryEndpoint } from "../inventory/inventory.ts";
import type { ResponseClass } from "../understood.ts";

/** What one exchange brought. */
export interface LedgerStep {
  readonly view: ExchangeView;
  /** As it is shown. */
  readonly endpoint: InventoryEndpoint | undefined;
  /** As it was learned: whose answers these are, and who guards it. The same unless a person's rule shows several as one. */
  readonly door: InventoryEndpoint | undefined;
  readonly actor: Actor;
  readonly subjects: readonly Subject[];
  readonly responseClass: ResponseClass | undefined;
  /** Rows the gate has not journaled itself. */
  readonly disclosures: readonly Disclosure[];
  /** Rows of people whom answers listed for a caller who goes through a list; the gate journals none of them. */
  readonly shown: readonly Disclosure[];
  readonly anchors: readonly Anchor[];
  /** Of kind `failed`: for gates alone, they prove nothing. */
  readonly attempts: readonly Anchor[];
  /** Ids this answer handed to its caller, for the gate. */
  readonly handed: readonly Anchor[];
  /** What the detectors of codes, messages and sign-ins raised. */
  readonly signals: readonly Signal[];
  /** What it changed of what {@link Ledger.questions} knows; undefined: nothing. */
  readonly question: QuestionRow | undefined;
}

/** Subjects found in a request, with the rules and the template they were found by. */
export interface KnownOfRequest {
  readonly rules: readonly SubjectRule[];
  readonly template: string;
  readonly extracted: Extracted;
}

/** A {@link LedgerStep} under way. */
export type LedgerStepDraft = { -readonly [Name in keyof LedgerStep]: Name extends "disclosures" ? Disclosure[] : LedgerStep[Name] };
