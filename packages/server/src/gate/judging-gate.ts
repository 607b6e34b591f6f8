import {
  type AbuseHolds,
  type Anchor,
  type Actor,
  actorOf,
  allowProven,
  askedOf,
  classifyResponse,
  type ClassifiedAnswer,
  clientOfRequest,
  classOfEach,
  cookiesOfRedirect,
  credentialOf,
  extractSubjects,
  type Extracted,
  type GateEngine,
  type GateNote,
  type GatePolicy,
  type GuardedEndpoint,
  type HeaderList,
  headerOf,
  isBodiless,
  kinOf,
  type LooksOf,
  networkOf,
  pairsOf,
  type RequestParts,
  type Disclosure,
  type Ports,
  isWon,
  provesItself,
  renderUniform,
  type Reservation,
  type Routed,
  type Variant,
  splitTarget,
  withHold,
} from "@postern/engine";
import type { FinishedExchange } from "../exchange-record.ts";
import type { Answer, BodyRuling, Capture, DenyRuling, FinalRuling, GatePort, HoldRuling, PassRuling, RequestHead, Release, Ruling, WaitRuling } from "./gate-port.ts";
import { GuardPlaces } from "./guard-places.ts";
import type { HubLead } from "./hub-lead.ts";
import { mayHaveBody, pairs, readingsOf, targetInHeader } from "./head-readings.ts";
import { type Doors, LimitsBeside } from "./limits-beside.ts";
import type { RateLimits } from "./rate-limits.ts";
import { undoRequestEncoding } from "./proxy/undo-encoding.ts";
import { UniformPace } from "./uniform-pace.ts";

/**
 * The judgement behind an adapter: matches the guarded endpoint, reads who is asked about, reserves and settles credits, writes each disclosure to
 * the journal *before* a truthful answer is released, and hands the finished exchange on. Holds no bodies after a request is over.
 */
export class JudgingGate implements GatePort {
  readonly #options: JudgingGateOptions;
  readonly #places: GuardPlaces;
  readonly #beside: LimitsBeside;
  #limits: RateLimits | undefined;
  #principals: ReadonlySet<string> = new Set();
  #mode: GatePolicy["mode"] = "observe";
  readonly #pace = new UniformPace();
  #count = 0;

  constructor(options: JudgingGateOptions) {
    this.#options = options;
    this.#limits = options.limits;
    this.#places = new GuardPlaces(options.scope, options.ports);
    this.#beside = new LimitsBeside(options.scope, options.holds, options.ports);
  }

  /** Replaces the rate limits; counts start anew. */
  setLimits(limits: RateLimits | undefined): void {
    this.#limits = limits;
  }

  setPolicy(policy: GatePolicy): void {
    this.#options.engine.setPolicy(policy);
    this.#places.setPolicy(policy);
    this.#beside.setPolicy(policy);
    this.#principals = new Set(policy.principals);
    this.#mode = policy.mode;
    this.#options.lead?.reconsider();
  }

  /** What the hub saw of honest people, besides what the engine takes of it: who agreed to be prompted may be prompted again, who confirmed is not held. */
  anchor(anchor: Anchor): void {
    this.#beside.anchor(anchor);
  }

  onRequest(head: RequestHead): Ruling {
    const { segments, query: own } = splitTarget(head.target);
    const limited = this.#limits?.check(head, segments);
    if (limited !== undefined) return limited;
    const instead = targetInHeader(head);
    const query = instead?.includes("?") === true ? `${own}&${splitTarget(instead).query}` : own;
    const placed = this.#places.find(head, segments, { query, contentType: "", body: undefined });
    // What is under a budget need not wait for the hub: its own limits hold.
    const wait = placed.endpoint?.state === "budgeted" ? undefined : this.#ahead(head, segments, query);
    return wait ?? this.#judge(head, segments, query, placed);
  }

  /** Whether the request must wait until the hub has read more of those before it. */
  #ahead(head: RequestHead, segments: readonly string[], query: string): WaitRuling | undefined {
    const { lead } = this.#options;
    const shape = lead?.shapeOf(head.method, segments, query, mayHaveBody(head));
    if (lead === undefined || shape === undefined) return undefined;
    const source = networkOf(head.address);
    if (lead.admit(head, source, shape)) return undefined;
    const placed = (): Routed => this.#places.find(head, segments, { query, contentType: "", body: undefined });
    return {
      kind: "wait",
      start: (go) =>
        lead.wait(
          head,
          source,
          shape,
          () => go(this.#judge(head, segments, query, placed())),
          () => placed().endpoint?.state === "budgeted",
        ),
    };
  }

  #judge(head: RequestHead, path: readonly string[], query: string, placed: Routed): FinalRuling | BodyRuling {
    // The body may name the route, also beside a query that does: services differ in which they take.
    const front = mayHaveBody(head) && this.#places.isFront(path) ? path : undefined;
    const token = this.#waiting(head, query, placed, front);
    if (token === undefined) return pass;
    if (front !== undefined || ((inBody(token.endpoint) || inBody(token.variant?.endpoint) || triesInBody(token.doors?.tries) || inBody(token.doors?.hold)) && mayHaveBody(head)))
      return { kind: "body", token };
    return this.#decide(token, undefined, true);
  }

  /** Undefined where nobody has anything to say. */
  #waiting(head: RequestHead, query: string, placed: Routed, front: readonly string[] | undefined): Waiting | undefined {
    let { segments, endpoint } = placed;
    const { variant } = placed;
    let doors = this.#beside.doorsAt(head, segments);
    if (endpoint?.state !== "budgeted" && doors === undefined)
      for (const reading of readingsOf(head)) {
        doors = this.#beside.doorsAt(head, reading);
        if (doors === undefined) continue;
        segments = reading;
        endpoint = undefined;
        break;
      }
    if (endpoint === undefined && variant === undefined && doors === undefined && front === undefined) return undefined;
    return { number: ++this.#count, head, endpoint, variant, doors, segments, query, front, note: undefined, held: undefined };
  }

  onRequestBody(ruling: BodyRuling, body: Uint8Array, complete: boolean): FinalRuling {
    const token = ruling.token as Waiting;
    const read = undoRequestEncoding(Buffer.from(body.buffer, body.byteOffset, body.byteLength), token.head.rawHeaders, complete);
    const text = this.#options.ports.decodeUtf8(read.body);
    if (token.front === undefined) return this.#decide(token, text, read.complete);
    const routed = this.#waiting(token.head, token.query, this.#routedBy(token, token.front, text, read.complete), undefined);
    return routed === undefined ? pass : this.#decide(routed, text, read.complete);
  }

  #routedBy({ head, query }: Waiting, path: readonly string[], body: string, complete: boolean): Routed {
    const contentType = headerOf(pairs(head.rawHeaders), "content-type");
    return this.#places.findByBody(head, path, { query, contentType, body }, complete);
  }

  onAnswer(ruling: HoldRuling, answer: Answer): Release {
    const token = ruling.token as Held;
    const { waiting } = token;
    const variant = token.suspect === undefined ? undefined : this.#asVariant(token.suspect, waiting, answer);
    if (variant !== undefined) {
      this.#withdraw(token);
      token.asked = variant;
    }
    if (token.asked === undefined) return released;
    const { endpoint, reservation, extracted } = token.asked;
    const denied = variant?.denied === true;
    const said = this.#said(answer, extracted.first);
    const responseClass = classifyResponse(endpoint.classes, said, this.#options.ports);
    const proven = provesItself(endpoint, answer.status, () => responseClass);
    if (proven) allowProven(reservation);
    else
      this.#options.engine.allowRight(
        reservation,
        isWon(endpoint, () => responseClass),
      );
    const tells = !denied && !proven && !tellsNothing(answer.status) && !endpoint.tellsNothing.includes(responseClass.id);
    const rows = this.#options.engine.settle(reservation, {
      exchangeId: this.#idOf(waiting.number),
      tells,
      failed: answer.status >= 500,
      classId: responseClass.id,
      classOf: classOfEach(endpoint, said, extracted, this.#options.ports),
      endpointId: askedOf(endpoint, waiting.head.method),
    });
    if (rows.length > 0) this.#options.journal(rows);
    this.#options.signals(this.#options.engine.drain());
    const journaled = rows.length > 0 || denied;
    waiting.note = { action: reservation.action, would: reservation.would, reason: reservation.reason, journaled };
    const tookMs = answer.tookMs ?? answer.at - waiting.head.at;
    if (answer.status < 500) this.#pace.took(endpoint.id, responseClass.id, tookMs);
    if (reservation.action !== "uniform") return released;
    const { uniform } = endpoint;
    const asked = answer.at - tookMs;
    waiting.note = { action: reservation.action, would: reservation.would, reason: reservation.reason, journaled, answered: uniform.status };
    return {
      kind: "replace",
      status: uniform.status,
      headers: uniform.headers,
      body: renderUniform(uniform, extracted.first),
      notBefore: asked + this.#pace.delayOf(endpoint.id, tookMs),
      chunked: uniform.learned,
    };
  }

  onAbort(ruling: HoldRuling): void {
    const held = ruling.token as Held;
    this.#withdraw(held);
    if (held.asked === undefined) return;
    const { action, would } = held.asked.reservation;
    held.waiting.note = { action, would, reason: "aborted", journaled: false };
  }

  #withdraw({ asked, waiting }: Held): void {
    if (asked !== undefined) this.#options.engine.settle(asked.reservation, { exchangeId: this.#idOf(waiting.number), tells: false, failed: false, classId: "" });
  }

  onComplete(capture: Capture): void {
    const { ruling } = capture;
    const held = this.#beside.settle(capture);
    let note: GateNote | undefined;
    let number = 0;
    switch (ruling.kind) {
      case "hold": {
        const { waiting, asked } = ruling.token as Held;
        note = waiting.note;
        const { sent } = capture;
        if (note !== undefined && sent !== undefined)
          note = {
            action: note.action,
            would: note.would,
            reason: note.reason,
            journaled: note.journaled,
            ...(note.answered === undefined ? {} : { answered: note.answered }),
            sent: { headers: pairs(sent.rawHeaders), bytes: sent.bytes - (asked === undefined ? 0 : repeated(asked.endpoint, asked.extracted.first)), ms: sent.ms },
          };
        number = waiting.number;
        break;
      }
      case "deny": {
        const waiting = ruling.token as Waiting | undefined;
        note = waiting?.note ?? (ruling.status === 429 || ruling.held === true ? throttled(ruling) : blocked(ruling));
        number = waiting?.number ?? 0;
        break;
      }
      case "body":
      case "pass":
      case "wait":
        break;
    }
    if (held !== undefined && ruling.kind !== "deny") note = withHold(note, held, this.#mode);
    this.#options.complete({ number: number === 0 ? ++this.#count : number, capture, note });
  }

  #decide(token: Waiting, body: string | undefined, complete: boolean): FinalRuling {
    const { head, endpoint, doors } = token;
    const headers = pairs(head.rawHeaders);
    const parts = {
      segments: token.segments,
      query: token.query,
      header: (name: string) => orNone(headerOf(headers, name)),
      contentType: headerOf(headers, "content-type"),
      body: body ?? "",
    };
    let actor: Actor | undefined;
    const asker = (): Actor => (actor ??= this.#actorOf(token, headers));
    const taken = doors === undefined ? undefined : this.#beside.take(doors, asker, parts, complete, head.at);
    if (taken !== undefined && "kind" in taken) return taken;
    // The ruling that all share stands for no request.
    const ruling = endpoint === undefined && token.variant === undefined ? pass : this.#reserve(token, asker(), parts, body, complete);
    if (taken === undefined) return ruling;
    const own = ruling === pass ? { ...pass } : ruling;
    this.#beside.keep(own, taken);
    return own;
  }

  #actorOf({ head, query }: Waiting, headers: HeaderList): Actor {
    const { ports } = this.#options;
    const credential = credentialOf(headers, query === "" ? noPairs : pairsOf(query), ports);
    return actorOf(ports, {
      address: head.address,
      userAgent: headerOf(headers, "user-agent"),
      credential: credential?.hash,
      principal: credential !== undefined && this.#principals.has(credential.hash),
    });
  }

  #reserve(token: Waiting, actor: Actor, parts: RequestParts, body: string | undefined, complete: boolean): HoldRuling | PassRuling | DenyRuling {
    const { head, endpoint, variant } = token;
    const suspect = variant === undefined ? undefined : this.#question(token, variant.endpoint, actor, { ...parts, segments: variant.segments }, body, complete);
    // It asks about nobody there.
    const asks = suspect !== undefined && (suspect.overflow || suspect.extracted.subjects.length > 0);
    let asked: Asked | undefined;
    if (endpoint !== undefined) {
      const question = this.#question(token, endpoint, actor, parts, body, complete);
      const reservation = this.#options.engine.reserve(endpoint.id, actor, question.extracted.subjects, question.overflow, head.at, question.client);
      if (reservation !== undefined) asked = { endpoint, reservation, extracted: question.extracted };
    }
    if (asked === undefined && !asks) return pass;
    token.held = { waiting: token, asked, suspect: asks ? suspect : undefined };
    if (asked?.reservation.reason === "foreign-object" && asked.reservation.action === "uniform" && !reading.has(head.method)) return this.#turnAway(token, asked);
    return { kind: "hold", token: token.held };
  }

  #question({ head }: Waiting, endpoint: GuardedEndpoint, actor: Actor, parts: RequestParts, body: string | undefined, complete: boolean): Question {
    const { ports } = this.#options;
    const headers = pairs(head.rawHeaders);
    const extracted = extractSubjects(endpoint.subjects, endpoint.template, parts, ports);
    return {
      endpoint,
      actor,
      extracted,
      overflow: extracted.truncated || (!complete && (extracted.needsBody || readsBody(endpoint) || extracted.subjects.length === 0)),
      client: (asns) => clientOfRequest({ address: head.address }, body === undefined ? { headers } : { headers, body }, extracted.first, extracted.subjects[0]?.type, asns, ports),
    };
  }

  /**
   * Whom its answer shows to be asked at what may be a variant; undefined: nobody there. Nothing is charged before: others' requests under way must not spend what people have at the guard. Who is
   * told of nobody pays nothing while he has credits.
   */
  #asVariant({ endpoint, actor, extracted, overflow, client }: Question, { head, number }: Waiting, answer: Answer): (Asked & { readonly denied: boolean }) | undefined {
    if (tellsNothing(answer.status)) return undefined;
    const { engine } = this.#options;
    const kin = kinOf(endpoint, classifyResponse(endpoint.classes, this.#said(answer, extracted.first), this.#options.ports), isBodiless(head.method, answer.status));
    const reservation = kin === "other" ? undefined : engine.reserve(endpoint.id, actor, extracted.subjects, overflow, answer.at, client);
    if (reservation === undefined) return undefined;
    if (kin === "told" || reservation.would !== "allow") return { endpoint, reservation, extracted, denied: kin === "denied" };
    engine.settle(reservation, { exchangeId: this.#idOf(number), tells: false, failed: false, classId: "" });
    return undefined;
  }

  #said({ status, rawHeaders, body }: Answer, first: string): ClassifiedAnswer {
    const headers = pairs(rawHeaders);
    return {
      status,
      contentType: headerOf(headers, "content-type"),
      location: headerOf(headers, "location"),
      ...cookiesOfRedirect(status, headers),
      body: this.#options.ports.decodeUtf8(body),
      echo: [first],
    };
  }

  /** Somebody else's object is not to be changed: an answer withheld afterwards would come too late. */
  #turnAway(waiting: Waiting, { endpoint, reservation, extracted }: Asked): DenyRuling {
    const { uniform } = endpoint;
    const endpointId = askedOf(endpoint, waiting.head.method);
    const rows = this.#options.engine.settle(reservation, { exchangeId: this.#idOf(waiting.number), tells: true, failed: false, classId: "", endpointId });
    if (rows.length > 0) this.#options.journal(rows);
    this.#options.signals(this.#options.engine.drain());
    const { action, would, reason } = reservation;
    waiting.note = { action, would, reason, answered: uniform.status, journaled: rows.length > 0 };
    return { kind: "deny", status: uniform.status, headers: uniform.headers, body: renderUniform(uniform, extracted.first), reason, token: waiting };
  }

  #idOf(number: number): string {
    return `${this.#options.epoch}-${number.toString(36)}`;
  }
}

export interface JudgingGateOptions {
  readonly engine: GateEngine;
  readonly ports: Ports;
  /** Prefix of exchange ids; unique to this life of the gate. */
  readonly epoch: string;
  /** `upstream:port`, as endpoints name it: every request that passes is one to this service, whatever `Host` its client wrote. */
  readonly scope: string;
  readonly limits: RateLimits | undefined;
  /** With what was put back into it. Absent: new. */
  readonly holds?: AbuseHolds;
  /** Hands rows to the operating system before it returns. */
  readonly journal: (rows: readonly Disclosure[]) => void;
  readonly signals: (signals: ReturnType<GateEngine["drain"]>) => void;
  readonly complete: (finished: FinishedExchange) => void;
  /** How far it may run ahead of the hub; absent: any distance. Is told of each end by whoever numbers exchanges. */
  readonly lead?: HubLead | undefined;
}

/** The keyed network of an address, as {@link GateEngine.replay} wants it. */
export function networkHash(ports: Ports, address: string): string {
  return ports.hash("client", networkOf(address));
}

interface Waiting {
  readonly number: number;
  readonly head: RequestHead;
  /** Undefined where only codes and prompts are counted. */
  readonly endpoint: GuardedEndpoint | undefined;
  /** The guarded path of which this may be a variant. */
  readonly variant: Variant | undefined;
  /** What is limited there besides questions. */
  readonly doors: Doors | undefined;
  readonly segments: readonly string[];
  readonly query: string;
  /** The path, where the body may name the route behind it. */
  readonly front: readonly string[] | undefined;
  note: GateNote | undefined;
  held: Held | undefined;
}

/** What is asked somewhere, and by whom. */
interface Question {
  readonly endpoint: GuardedEndpoint;
  readonly actor: Actor;
  readonly extracted: Extracted;
  readonly overflow: boolean;
  readonly client: LooksOf;
}

/** A question that a guard judges. */
interface Asked {
  readonly endpoint: GuardedEndpoint;
  readonly reservation: Reservation;
  readonly extracted: Extracted;
}

interface Held {
  readonly waiting: Waiting;
  /** Undefined where only its answer shows whether a guard is asked. */
  asked: Asked | undefined;
  /** What is asked if this is a variant of a guarded path. */
  readonly suspect: Question | undefined;
}

const pass: PassRuling = { kind: "pass" };
const released: Release = { kind: "pass" };
/** Whatever else a method is called may change something. */
const reading: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
const noPairs: readonly (readonly [string, string])[] = [];

/** No answer, the server's own failure, or "too many requests": nothing was learned. */
function tellsNothing(status: number): boolean {
  return status === 0 || status === 429 || status >= 500;
}

/** Bytes of the uniform answer that are the identifier asked about. */
function repeated({ uniform }: GuardedEndpoint, first: string): number {
  return Buffer.byteLength(renderUniform(uniform, first)) - Buffer.byteLength(renderUniform(uniform, ""));
}

/** People are named in its bodies, or may be: what stands in a query with honest clients may be sent in a form. */
function inBody(endpoint: GuardedEndpoint | undefined): boolean {
  return endpoint?.subjects.some(({ location }) => location.in === "query") === true || readsBody(endpoint);
}

/** Codes or people stand in its bodies, or calls by name do. */
function triesInBody(doors: Doors["tries"]): boolean {
  return doors !== undefined && (inBody(doors.prompt) || inBody(doors.code) || doors.code?.voucher === true || doors.operations !== undefined);
}

function readsBody(endpoint: GuardedEndpoint | undefined): boolean {
  return endpoint?.subjects.some(({ location }) => location.in === "json" || location.in === "form") === true;
}

function orNone(text: string): string | undefined {
  return text === "" ? undefined : text;
}

function throttled({ reason, status }: DenyRuling): GateNote {
  return { action: "throttle", would: "throttle", reason, answered: status, journaled: false };
}

function blocked({ reason, status }: DenyRuling): GateNote {
  return { action: "block", would: "block", reason, answered: status, journaled: false };
}
