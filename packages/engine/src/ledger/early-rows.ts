import { type Extracted, extractSubjects } from "../exchange/subjects.ts";
import { partsOf } from "../exchange/request-parts.ts";
import type { Ports } from "../exchange/ports.ts";
import type { AnchorFinder } from "../detect/anchors/anchor-finder.ts";
import { EarlyExchanges } from "../detect/early-exchanges.ts";
import type { AskedPerson } from "../detect/oracle/asked-person.ts";
import type { OracleTracker } from "../detect/oracle/oracle-tracker.ts";
import type { EarlyContacts } from "../decide/early-contacts.ts";
import type { Disclosure, SubjectRule } from "../decide/gate-policy.ts";
import { natural, type SubjectRules } from "../decide/subject-rules.ts";
import type { InventoryEndpoint } from "../inventory/inventory.ts";
import type { ResponseClass } from "../understood.ts";
import type { AnswerLessons } from "./answer-lessons.ts";
import { classesOf, rowsOf } from "./disclosure-rows.ts";
import type { Reading } from "./reading.ts";

/**
 * The rows of what was answered before a guard stood, also of what was answered before it was known whom an endpoint is asked about. Bounds: those of {@link EarlyExchanges} and
 * {@link EarlyContacts}; what is beyond the former has no rows.
 */
export class EarlyRows {
  readonly #parts: EarlyParts;
  readonly #backlog = new EarlyExchanges();

  constructor(parts: EarlyParts) {
    this.#parts = parts;
  }

  /** The rows of an exchange, and of those before it at the endpoint that could not be read as long as it was not known where they name somebody. */
  of(reading: Reading): readonly Disclosure[] {
    const { exchange, endpoint, rules, extracted, step, each, at } = reading;
    if (rules.length === 0) {
      this.#remember(reading);
      return noRows;
    }
    const early = this.#take(endpoint, rules);
    const rows = rowsOf(exchange, endpoint.id, step.actor, extracted.subjects, step.responseClass, classesOf(extracted, each));
    this.#unguarded(endpoint.id, rows, step.actor.network, at);
    return early.length === 0 ? rows : [...early, ...rows];
  }

  /** The endpoint has another name now. */
  renamed(from: string, to: string): void {
    this.#backlog.renamed(from, to);
  }

  #remember({ exchange, endpoint, step: { view, actor, responseClass }, at }: Reading): void {
    if (responseClass === undefined || (view.segments.length === 0 && view.query.length === 0)) return;
    this.#backlog.add(endpoint.id, { view, exchange, actor, responseClass, at });
  }

  #take(endpoint: InventoryEndpoint, rules: readonly SubjectRule[]): readonly Disclosure[] {
    const early = this.#backlog.take(endpoint.id);
    if (early.length === 0) return noRows;
    const { anchors, asked, lessons, oracles, ports, refuses } = this.#parts;
    const about = this.#parts.rules.isAbout(endpoint, rules);
    return early.flatMap((past) => {
      const extracted: Extracted = extractSubjects(rules, endpoint.template, partsOf(past.view), ports);
      const { subjects, first } = extracted;
      const each = lessons.each(endpoint.id, lessons.answerOf(past.view, first), extracted);
      const rows = rowsOf(past.exchange, endpoint.id, past.actor, subjects, past.responseClass, classesOf(extracted, each));
      const subject = asked.of(endpoint.id, subjects);
      const handed = !natural(subjects) && anchors.wasHanded(past.actor.network, first, past.at);
      if (about && !handed && subject !== undefined) {
        const { narrow, network } = past.actor;
        const refusal = anchors.isDoor(endpoint.id);
        if (!refusal || refuses(endpoint.id, past.responseClass))
          oracles.observe({ endpointId: endpoint.id, subject, responseClass: past.responseClass, narrow, network, at: past.at, refusal });
      }
      this.#unguarded(endpoint.id, rows, past.actor.network, past.at);
      return rows;
    });
  }

  /** Questions that no guard has charged. */
  #unguarded(endpointId: string, rows: readonly Disclosure[], network: string, at: number): void {
    for (const row of rows) this.#parts.early.add(endpointId, { at: row.at, narrow: row.narrow, network, type: row.subjectType, subject: row.subject }, at);
  }
}

export interface EarlyParts {
  readonly ports: Ports;
  readonly rules: SubjectRules;
  readonly anchors: AnchorFinder;
  readonly oracles: OracleTracker;
  readonly asked: AskedPerson;
  readonly lessons: AnswerLessons;
  readonly early: EarlyContacts;
  readonly refuses: (endpointId: string, responseClass: ResponseClass) => boolean;
}

const noRows: readonly Disclosure[] = [];
