import { isLogLine } from "../exchange/is-log-line.ts";
import type { Ports } from "../exchange/ports.ts";
import { requestShape } from "../exchange/request-shape.ts";
import { WeakFollowUps } from "../detect/anchors/weak-follow-ups.ts";
import { clientAttributes } from "../detect/names/client-attributes.ts";
import type { HandedObjects } from "../detect/provenance/handed-objects.ts";
import type { QuestionRow, QuestionWatch } from "../detect/question-watch.ts";
import { targetPlace } from "../detect/target/target-place.ts";
import type { EarlyContacts } from "../decide/early-contacts.ts";
import type { Anchor } from "../decide/gate-policy.ts";
import type { GuardKeeper } from "../decide/guard-keeper.ts";
import type { Inventory, InventoryEndpoint } from "../inventory/inventory.ts";
import type { ExistenceLabels } from "./existence-labels.ts";
import { isRead } from "./is-read.ts";
import type { LedgerStepDraft } from "./ledger-step.ts";
import { isUniform, type Reading } from "./reading.ts";

/** Exchanges as questions to guarded endpoints, for naming an attack's clients and for what is asked about, and what later exchanges say of them by following them up. */
export class GuardedQuestions {
  readonly #parts: QuestionParts;
  readonly #weak = new WeakFollowUps();

  constructor(parts: QuestionParts) {
    this.#parts = parts;
  }

  /** Takes up one exchange that was let through, after its anchors were found. `declared`: what kind of anchor the operator says it is. */
  note(reading: Reading, declared: Anchor["kind"] | undefined): void {
    const { exchange, at, endpoint, step } = reading;
    const asked = this.#sampled(reading);
    const due = this.#parts.questions.targets.due(at);
    this.#judgeTargets(step, at);
    const followed: [network: string, subjects: readonly string[]][] = [];
    for (const anchor of step.anchors) {
      if (this.#parts.questions.followed(anchor.network, anchor.subjects)) followed.push([anchor.network, anchor.subjects]);
      this.#parts.labels.anchored(anchor, endpoint, declared, exchange.response.status);
      this.#parts.early.anchored(anchor.network, anchor.subjects);
    }
    // Nothing is learned from it of who exists; whom a rule against an attack would hit it tells as well as any.
    const weak = isLogLine(exchange.carries) && !step.actor.principal ? this.#weakFollowUp(reading) : undefined;
    if (weak !== undefined) {
      step.anchors = [...step.anchors, weak];
      if (this.#parts.questions.followed(weak.network, weak.subjects)) followed.push([weak.network, weak.subjects]);
    }
    if (asked === undefined && !due && followed.length === 0) return;
    step.question = { at, endpointId: endpoint.id, ...(asked === undefined ? {} : { asked }), ...(followed.length === 0 ? {} : { followed }) };
  }

  /** A question to a guarded endpoint, for naming an attack's clients and for what is asked about. */
  #sampled({ exchange, at, endpoint, extracted, step }: Reading): QuestionRow["asked"] {
    const [subject] = extracted.subjects;
    const { status } = exchange.response;
    const { actor, view } = step;
    if (subject === undefined || actor.principal || status <= 0 || status === 429 || status >= 500 || !this.#parts.guards.budgets(endpoint)) return undefined;
    // Whoever reads his own object follows nothing up, and owners' ids lie side by side: there only who was handed what tells.
    if (this.#parts.handed.owned(endpoint.id)) return undefined;
    const place = targetPlace(subject.type, extracted.first, this.#parts.ports);
    const contact = {
      at,
      source: actor.network,
      address: actor.address,
      subject: subject.hash,
      truthful: !isUniform(exchange),
      attributes: clientAttributes({
        address: actor.address,
        ja4: exchange.client.ja4,
        shape: requestShape(exchange.request.headers, view.requestJson, extracted.first, this.#parts.ports),
        userAgent: view.userAgent,
        block: place?.block ?? "",
        asn: this.#parts.questions.names.asns?.textOf(actor.address) ?? "",
      }),
    };
    return this.#parts.questions.asked(endpoint.id, contact, place);
  }

  #judgeTargets(step: LedgerStepDraft, at: number): void {
    const signals = this.#parts.questions.advance(at);
    if (signals.length === 0) return;
    step.signals = [...step.signals, ...signals];
    for (const { endpointId } of signals) {
      const endpoint = endpointId === undefined ? undefined : this.#parts.inventory.byId(endpointId);
      if (endpoint === undefined) continue;
      this.#parts.guards.touched(endpoint);
      this.#parts.guards.urge();
    }
  }

  /** In a log: a read about somebody waits, a change that succeeds follows it up. */
  #weakFollowUp({ exchange, at, endpoint, step }: Reading): Anchor | undefined {
    const { status } = exchange.response;
    const { actor } = step;
    if (isRead(exchange.method)) {
      const [subject] = step.subjects;
      if (subject !== undefined && step.subjects.length === 1 && this.#parts.isAbout(endpoint)) this.#weak.asked(actor.narrow, subject.hash, at);
      return undefined;
    }
    const subject = status >= 200 && status < 300 ? this.#weak.followed(actor.narrow, at) : undefined;
    return subject === undefined ? undefined : { at, endpointId: endpoint.id, kind: "declared", narrow: actor.narrow, network: actor.network, subjects: [subject] };
  }
}

export interface QuestionParts {
  readonly ports: Ports;
  readonly inventory: Inventory;
  readonly questions: QuestionWatch;
  readonly guards: GuardKeeper;
  readonly handed: HandedObjects;
  readonly labels: ExistenceLabels;
  readonly early: EarlyContacts;
  /** What is asked there is about a person. */
  readonly isAbout: (endpoint: InventoryEndpoint) => boolean;
}
