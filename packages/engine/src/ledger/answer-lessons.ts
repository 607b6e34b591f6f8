import type { Ports } from "../exchange/ports.ts";
import { questionForm } from "../exchange/question-form.ts";
import { textsOf } from "../exchange/request-parts.ts";
import { type BatchAnswer, classifyBatch } from "../exchange/batch-answer.ts";
import { type ClassifiedAnswer, cookiesOfRedirect } from "../exchange/response-class.ts";
import type { Batch } from "../exchange/subject-collector.ts";
import type { Extracted } from "../exchange/subjects.ts";
import { headerOf } from "../exchange/view-of.ts";
import type { ExchangeView } from "../exchange/view.ts";
import type { AnchorFinder } from "../detect/anchors/anchor-finder.ts";
import type { AskedPerson } from "../detect/oracle/asked-person.ts";
import { hearBeside } from "../detect/oracle/side-questions.ts";
import type { OracleTracker } from "../detect/oracle/oracle-tracker.ts";
import { eachOf, type SchemeLearner } from "../detect/oracle/scheme-learner.ts";
import { callerKind, timeOf } from "../detect/oracle/answer-time.ts";
import { headersOf } from "../detect/oracle/header-signature.ts";
import type { TypingSlips } from "../detect/oracle/typing-slips.ts";
import type { UniformTemplates } from "../detect/oracle/uniform-template.ts";
import type { SubjectRule } from "../decide/gate-policy.ts";
import type { CanarySet } from "../decide/canaries.ts";
import { natural, type SubjectRules } from "../decide/subject-rules.ts";
import type { OracleTraffics } from "../decide/oracle-traffic.ts";
import { isSpelt } from "../inventory/value-shape.ts";
import type { ResponseClass } from "../understood.ts";
import { isUniform, type Reading } from "./reading.ts";

/** Learns from answers to questions about people: which classes there are, what beside the class may tell, and how the service says that there is nobody. */
export class AnswerLessons {
  readonly #parts: LessonParts;

  constructor(parts: LessonParts) {
    this.#parts = parts;
  }

  learn(reading: Reading, responseClass: ResponseClass): void {
    const { exchange, at, endpoint, extracted, each, step } = reading;
    const { actor } = step;
    const { status } = exchange.response;
    if (extracted.subjects.length === 0 || status === 429 || status >= 500) return;
    if (!this.#parts.rules.isAbout(endpoint, this.#parts.rules.of(endpoint))) return;
    const door = this.#parts.anchors.isDoor(endpoint.id);
    // What succeeds at a door proves who asked, and tells him nothing he did not know.
    if (door && !this.#parts.refuses(endpoint.id, responseClass)) return;
    this.#parts.traffic.asked(endpoint.id, exchange);
    if (each !== undefined && extracted.batch !== undefined && !isUniform(exchange)) {
      this.#learnEach(reading, extracted.batch, each);
      return;
    }
    const subject = this.#parts.asked.of(endpoint.id, extracted.subjects);
    if (subject === undefined) return;
    if (!isUniform(exchange)) this.#parts.asked.answered(endpoint.id, extracted.subjects, responseClass.id, actor.network);
    // An id that an earlier answer handed out is a step of a flow, not a question about somebody: it raises no suspicion.
    if (!natural(extracted.subjects) && this.#parts.anchors.wasHanded(actor.network, extracted.first, at)) return;
    const raw = subject === extracted.subjects[0] ? extracted.first : undefined;
    if (raw !== undefined) this.#parts.slips.asked({ network: actor.network, endpointId: endpoint.id, subject: subject.hash, raw, at });
    const { view } = step;
    this.#parts.oracles.observe({
      endpointId: endpoint.id,
      subject,
      responseClass,
      narrow: actor.narrow,
      network: actor.network,
      at,
      refusal: door,
      time: timeOf(view),
      kind: callerKind(view),
      headers: headersOf(view, this.#parts.ports),
      misspelt: raw !== undefined && extracted.firstNational !== true && this.#parts.oracles.undecided(endpoint.id) && !isSpelt(subject.type, raw),
      form: !door && this.#parts.oracles.readsForms(endpoint.id, status) ? formOf(view, status) : undefined,
    });
    const planted = this.#parts.canaries?.get(subject.hash);
    if (planted !== undefined) this.#parts.oracles.sideLabel({ subject: subject.hash, exists: planted === "registered", at, narrow: subject.hash });
    // The operator knows; whoever asks brings no label of his own, so no source's share of labels is spent.
    if (planted !== undefined && this.#parts.oracles.label({ endpointId: endpoint.id, subject: subject.hash, exists: planted === "registered", at, narrow: subject.hash }))
      this.#parts.relabelled();
    if (this.#parts.oracles.meaning(endpoint.id, responseClass.id) === "denied" && !(status < 400 && this.#parts.anchors.handsOut(endpoint.id))) {
      const body = exchange.response.body;
      if (body !== undefined && exchange.response.truncated !== true) {
        const text = typeof body === "string" ? body : this.#parts.ports.decodeUtf8(body);
        const { headers } = exchange.response;
        if (this.#parts.uniform.passes(endpoint.id, status, headers, text, extracted.first)) return;
        this.#parts.uniform.learn(endpoint.id, {
          status,
          rawHeaders: headers.flat(),
          body: text,
          echo: extracted.first,
          subject: subject.hash,
          reflected: textsOf(step.view),
        });
      }
    }
  }

  /** What beside the class of an answer may tell who exists. */
  heard({ at, endpoint, step }: Reading, responseClass: ResponseClass): void {
    const roots = this.#parts.anchors.lastRoots.filter((one) => step.subjects.every((subject) => subject.hash !== one));
    const [root] = roots.length === 1 ? roots : [];
    const [subject] = step.subjects.length === 1 && this.#parts.rules.isAbout(endpoint, this.#parts.rulesOf(endpoint.id)) ? step.subjects : [];
    const own = subject !== undefined && natural(step.subjects);
    if (!own && root === undefined) return;
    hearBeside(this.#parts.oracles, {
      endpointId: endpoint.id,
      view: step.view,
      responseClass,
      actor: step.actor,
      subject: own ? subject.hash : undefined,
      root,
      door: this.#parts.anchors.isDoor(endpoint.id),
      anchor: this.#parts.anchors.isAnchorEndpoint(endpoint.id),
      refused: this.#parts.refuses(endpoint.id, responseClass),
      at,
    });
  }

  answerOf(view: ExchangeView, echo: string): ClassifiedAnswer {
    const { response } = view.exchange;
    const body = response.body === undefined ? undefined : typeof response.body === "string" ? response.body : this.#parts.ports.decodeUtf8(response.body);
    const contentType = headerOf(response.headers, "content-type");
    const location = headerOf(response.headers, "location");
    const { status, size } = response;
    const json = view.responseJson;
    // Written out: nearly no answer is a redirect, and taking together costs as much as classing it.
    if (status < 300 || status >= 400) return { status, contentType, location, body, json, echo: [echo], size };
    return { status, contentType, location, ...cookiesOfRedirect(status, response.headers), body, json, echo: [echo], size };
  }

  /** What the answer says of each of several who were asked about together. */
  each(endpointId: string, answer: ClassifiedAnswer, extracted: Extracted): BatchAnswer | undefined {
    if (extracted.batch === undefined) return undefined;
    const name = eachOf(endpointId);
    return classifyBatch(this.#parts.schemes.scheme(name), answer, extracted.batch, this.#parts.ports);
  }

  coarsen(): void {
    for (const gone of this.#parts.schemes.drainCoarsened()) this.#parts.oracles.coarsen(gone);
    for (const endpointId of this.#parts.schemes.drainDivided()) this.#parts.oracles.divided(endpointId);
  }

  /** Each of several who were asked about together is a question of its own, as if it had been asked alone; what the answer says of nobody is how it says "no match". */
  #learnEach({ exchange, at, endpoint, step }: Reading, batch: Batch, each: BatchAnswer): void {
    const endpointId = endpoint.id;
    for (const { json, echo } of each.parts) this.#parts.schemes.observe(eachOf(endpointId), json, [echo]);
    this.coarsen();
    const { narrow, network } = step.actor;
    for (const [index, subject] of batch.subjects.entries()) {
      if (index >= learnedOfBatchMax) break;
      const responseClass = each.classes[index];
      if (responseClass !== undefined) this.#parts.oracles.observe({ endpointId, subject, responseClass, narrow, network, at });
    }
    const [first] = batch.subjects;
    if (each.rest === undefined || first === undefined || exchange.response.truncated === true) return;
    const body = JSON.stringify(each.rest);
    const { status, headers } = exchange.response;
    if (this.#parts.uniform.passes(endpointId, status, headers, body, "")) return;
    this.#parts.uniform.learn(endpointId, { status, rawHeaders: headers.flat(), body, echo: "", subject: first.hash, reflected: textsOf(step.view) });
  }
}

/** How the question was written. Undefined where what came along with it may have run out: then a 401 is about that. */
function formOf(view: ExchangeView, status: number): string | undefined {
  const { headers } = view.exchange.request;
  if ((status === 401 || status === 407) && (view.credential !== undefined || headerOf(headers, "cookie") !== "" || headerOf(headers, "authorization") !== "")) return undefined;
  return questionForm(view);
}

export interface LessonParts {
  readonly ports: Ports;
  readonly rules: SubjectRules;
  readonly rulesOf: (endpointId: string) => readonly SubjectRule[];
  readonly oracles: OracleTracker;
  readonly asked: AskedPerson;
  readonly anchors: AnchorFinder;
  /** Whether an answer of a door lets nobody in. */
  readonly refuses: (endpointId: string, responseClass: ResponseClass) => boolean;
  readonly schemes: SchemeLearner;
  readonly uniform: UniformTemplates;
  readonly traffic: OracleTraffics;
  readonly slips: TypingSlips;
  readonly canaries: CanarySet | undefined;
  /** Something became known about who exists. */
  readonly relabelled: () => void;
}

/** Of one list so many are learned from: what an endpoint tells shows in a few, and one request of a thousand must not cost a thousand times as much. */
export const learnedOfBatchMax = 64;
