import type { FieldNames } from "./field-names.ts";
import type { SubjectRule } from "../decide/gate-policy.ts";
import type { ParameterLocation } from "../exchange/subject.ts";
import { withoutIndexes } from "../exchange/field-index.ts";
import type { ExchangeView } from "../exchange/view.ts";
import { countryBeside } from "./country-beside.ts";
import { CountryVotes, type CountryVotesState } from "./country-votes.ts";
import { DistinctCounter } from "./distinct-counter.ts";
import { type ClassifiedField, FieldClasses, type FieldClassesState } from "./field-classes.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import { Parameters, parametersMax, ParameterStats, subjectTypeOf } from "./parameters.ts";
import { isSecretName } from "./secret-names.ts";
import type { PathNode } from "./path-node.ts";
import { Posture } from "./posture.ts";
import type { SchemaBudget } from "./schema-node.ts";
import { ObservedSchemas, type ObservedSchemasState } from "./schema-observer.ts";
import type { PostureCaller, PostureReport } from "./posture.ts";
import type { PostureState, PostureStateBefore } from "./posture-state.ts";
import type { Calls } from "./calls/call.ts";
import type { Operation } from "./calls/operation.ts";
import { type OperationBudget, operationKey, Operations } from "./calls/operations.ts";
import type { TemplateText } from "./template-text.ts";
import { templateText } from "./template-text.ts";
import type { ValueShape } from "./value-shape.ts";

/** What stands at one path: an endpoint for each {@link InventoryEndpoint.key}. */
export type MethodMap = Map<string, InventoryEndpoint>;

/**
 * One endpoint: method, host and path template, and the operation where these do not tell all, with all that its traffic has told so far. Its `id` follows the template;
 * when paths merge, the older ids stay in `aliases` and the inventory resolves them.
 */
export class InventoryEndpoint {
  readonly method: string;
  readonly host: string;
  /** Undefined for what method and path say fully. */
  readonly operation: Operation | undefined;
  /** The operations that are called at this one; undefined while none was seen. */
  operations: Operations<InventoryEndpoint> | undefined;
  readonly parameters: Parameters;
  readonly byStatus = new Map<number, number>();
  readonly latency = new LatencyHistogram();
  /** Classes of the fields of its answers. */
  readonly fields: FieldClasses;
  /** Classes found before fields were kept apart. */
  readonly #classesBefore = new Set<string>();
  readonly aliases = new Set<string>();
  /** Ids of endpoints that counted its requests before a person split it from them: what was spent there was spent here. */
  readonly origins = new Set<string>();
  /** What its requests and answers are made of. */
  readonly schemas = new ObservedSchemas();
  auth = new Posture();
  requests = 0;
  firstAt = Infinity;
  lastAt = -Infinity;
  /** Answers looked at for data classes. */
  sampled = 0;
  /** The answers it was admitted on; `certain` once one of them proves enough by itself or they are too many to be a host's habit. */
  evidence: Set<string> | "certain" = new Set();
  place: PathNode<MethodMap>;
  /** What a person's rule wants it shown as part of: then the inventory knows it under that one's name. */
  shownAs: InventoryEndpoint | undefined;
  /** What it shows together, when it is there for a rule's sake only: nothing but counts is learned of it. */
  parts: Set<InventoryEndpoint> | undefined;
  readonly #name: EndpointNaming;
  #epoch = -1;
  #id = "";
  #template: TemplateText = { text: "", identity: "", clear: "", names: new Map() };
  /** Segments that are parameters, as the template names them. */
  #positions: readonly number[] = [];

  constructor(method: string, host: string, place: PathNode<MethodMap>, naming: EndpointNaming, operation?: Operation) {
    this.method = method;
    this.host = host;
    this.operation = operation;
    this.place = place;
    this.parameters = new Parameters(naming.seed, naming.fieldName);
    this.fields = new FieldClasses(naming.seed, naming.fieldName, { budget: naming.classed });
    this.#name = naming;
  }

  /** What tells it apart from others at its place: the method, and the operation. */
  get key(): string {
    return endpointKey(this.method, this.operation);
  }

  /** 16 hex digits of the keyed hash of `method host template`, and of the operation. */
  get id(): string {
    this.#refresh();
    return this.#id;
  }

  /** The id that an endpoint of this method has, or would have, in the same place. */
  idUnder(method: string): string {
    this.#refresh();
    return this.#name.idOf(method, this.host, this.#template.identity);
  }

  /** Data classes of its answers, decided from many values of each field. */
  get dataClasses(): ReadonlySet<string> {
    const found = this.fields.classes();
    return this.#classesBefore.size === 0 ? found : new Set([...found, ...this.#classesBefore]);
  }

  /** Fields of its answers that have a class. */
  classifiedFields(): readonly ClassifiedField[] {
    return this.fields.fields();
  }

  /** `/users/{userId}/status`; a constant that may not be shown yet is `{shape~hash}`. */
  get template(): string {
    this.#refresh();
    return this.#template.text;
  }

  /** The template with every constant in clear. For comparing with what the operator wrote, in memory; never to be kept or shown. */
  get clearTemplate(): string {
    this.#refresh();
    return this.#template.clear;
  }

  /** The operator named this endpoint himself: its constants may be shown. */
  reveal(): void {
    let changed = false;
    for (let at: PathNode<MethodMap> | undefined = this.place; at !== undefined; at = at.parent) {
      changed ||= !at.shown;
      at.shown = true;
    }
    if (changed) this.#epoch = -1;
  }

  /** Parameter names by segment position. */
  get pathNames(): ReadonlyMap<number, string> {
    this.#refresh();
    return this.#template.names;
  }

  /** The posture as of this moment, every call counted: for people. {@link posture} may be some calls old, and costs less. */
  exactPosture(): PostureReport {
    this.auth.renew();
    return this.posture();
  }

  posture(): PostureReport {
    return this.auth.report(this.operation?.kind === "query" || this.method === "GET" || this.method === "HEAD");
  }

  /** Where in a request a subject's identifier stands, most telling first. Learned; grows and shrinks with evidence. */
  identifierRules(): readonly SubjectRule[] {
    const rules: SubjectRule[] = [];
    for (const [key, stats] of this.parameters.byKey) {
      const location = this.#location(key);
      if (location === undefined) continue;
      const country = countryBeside(this.parameters.byKey, key, this.clearTemplate);
      const type = subjectTypeOf(location, stats, this.#owner(key), country !== undefined);
      if (type !== undefined) rules.push(country === undefined || type !== "phone" ? { location, type } : { location, type, country });
    }
    return rules.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
  }

  /** Each parameter with where it stands and what its values look like. */
  parameterList(): readonly EndpointParameter[] {
    const list: EndpointParameter[] = [];
    for (const [key, stats] of this.parameters.byKey) {
      const location = this.#location(key);
      if (location === undefined) continue;
      list.push({
        location,
        samples: stats.samples,
        distinct: stats.distinct.count,
        shapes: { ...stats.shapes },
        required: stats.samples >= this.requests,
        subject: subjectTypeOf(location, stats, this.#owner(key), countryBeside(this.parameters.byKey, key, this.clearTemplate) !== undefined),
      });
    }
    return list;
  }

  /**
   * How many values stood at this place in its requests, the name compared as extraction does; undefined where that is not counted: in paths, headers
   * and cookies, and when the bound of parameters is reached.
   */
  carried(location: ParameterLocation): number | undefined {
    const kind = counted[location.in];
    if (kind === undefined || this.parameters.byKey.size >= parametersMax) return undefined;
    const wanted = this.#plain(location.name);
    let carried = 0;
    for (const [key, stats] of this.parameters.byKey) if (key.startsWith(kind) && this.#plain(key.slice(2)) === wanted) carried += stats.samples;
    return carried;
  }

  /** True when most requests carry a password, code or token of their own in form or JSON: the credential may be there. */
  get carriesSecrets(): boolean {
    let most = 0;
    for (const [key, stats] of this.parameters.byKey) {
      if ((key.startsWith("f:") || key.startsWith("j:")) && isSecretName(key.slice(2).split(".").pop() ?? "")) most = Math.max(most, stats.samples);
    }
    return most * 2 >= this.requests && most > 0;
  }

  /**
   * Server errors as RFC 9110 §15.6 has them: answers of 500 and above, and requests that got no answer (0). Of an operation, the status its error object means
   * (`statusOfError`). Counted from the statuses that are kept, so at most {@link statusesMax} different ones.
   */
  get serverErrors(): number {
    return this.#answered((status) => status >= 500 || status === 0);
  }

  /** Client errors as RFC 9110 §15.5 has them: answers of 400 to 499, found as {@link serverErrors} are. */
  get clientErrors(): number {
    return this.#answered((status) => status >= 400 && status < 500);
  }

  #answered(is: (status: number) => boolean): number {
    let sum = 0;
    for (const [status, count] of this.byStatus) if (is(status)) sum += count;
    return sum;
  }

  /** Counts a request without reading it. */
  countOnly(at: number, status: number): void {
    this.requests++;
    if (this.byStatus.has(status) || this.byStatus.size < statusesMax) this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1);
    if (at < this.firstAt) this.firstAt = at;
    if (at > this.lastAt) this.lastAt = at;
  }

  observe(view: ExchangeView, caller: PostureCaller): void {
    const { exchange } = view;
    const { status } = exchange.response;
    this.countOnly(exchange.at, status);
    if (exchange.durationMs !== undefined) this.latency.add(exchange.durationMs);
    this.#refresh();
    this.parameters.observe(view, this.#positions);
    this.schemas.observe(view, this.#template.names, this.#name);
    this.auth.observe(view, caller, this.#template.names.size > 0);
    if (view.responseJson === undefined || status < 200 || status > 299) return;
    this.sampled++;
    if (this.sampled <= sampleFirst || this.sampled % sampleOneIn === 0) this.fields.observe(view.responseJson);
  }

  /** Gives back its places in what is bounded over all endpoints: it was none. */
  release(): void {
    this.schemas.release(this.#name.budget);
    this.fields.release();
  }

  /** Notes an answer as evidence that something is here; undefined is an answer that proves it. */
  admit(fingerprint: string | undefined): void {
    if (this.evidence === "certain") return;
    if (fingerprint === undefined || (this.evidence.size >= evidenceMax && !this.evidence.has(fingerprint))) this.evidence = "certain";
    else this.evidence.add(fingerprint);
  }

  /** The path it stands at merged into another. */
  moveTo(place: PathNode<MethodMap>): void {
    this.place = place;
    if (this.operations !== undefined) for (const one of this.operations.byKey.values()) one.place = place;
  }

  /** One more, or the same again, that counts for this one. */
  show(part: InventoryEndpoint): void {
    if (part.shownAs === this) return;
    (this.parts ??= new Set()).add(part);
    part.shownAs = this;
    const { id } = part;
    if (id === this.id) return;
    this.#alias(id);
    this.#name.registered(id, this);
  }

  /** What was shown together stands for itself again. */
  unshow(): void {
    for (const part of this.parts ?? []) {
      part.shownAs = undefined;
      for (const id of [...part.aliases, part.id]) part.#name.registered(id, part);
    }
    this.parts = undefined;
  }

  /** Takes over all that another endpoint has counted. */
  absorb(other: InventoryEndpoint): void {
    for (const part of other.parts ?? []) {
      part.shownAs = this;
      (this.parts ??= new Set()).add(part);
    }
    if (other.operations !== undefined) {
      this.operations ??= new Operations();
      this.operations.absorb(other.operations, this.#name.operations);
      this.moveTo(this.place);
    }
    this.requests += other.requests;
    for (const [status, count] of other.byStatus)
      if (this.byStatus.has(status) || this.byStatus.size < statusesMax) this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + count);
    this.firstAt = Math.min(this.firstAt, other.firstAt);
    this.lastAt = Math.max(this.lastAt, other.lastAt);
    this.latency.absorb(other.latency);
    this.parameters.absorb(other.parameters);
    this.auth.absorb(other.auth);
    this.schemas.absorb(other.schemas, this.#name.budget);
    this.sampled += other.sampled;
    this.fields.absorb(other.fields);
    for (const name of other.#classesBefore) this.#classesBefore.add(name);
    if (other.evidence === "certain") this.evidence = "certain";
    else for (const fingerprint of other.evidence) this.admit(fingerprint);
    for (const alias of other.aliases) this.#alias(alias);
    for (const origin of other.origins) if (origin !== this.#id) this.origins.add(origin);
    if (other.#id !== "") this.#alias(other.#id);
  }

  exportState(): EndpointState {
    const { operations } = this;
    return {
      method: this.method,
      ...(this.operation === undefined ? {} : { operation: this.operation }),
      ...(operations === undefined
        ? {}
        : { operations: { protocol: operations.protocol, others: operations.others, list: [...operations.byKey.values()].map((one) => one.exportState()) } }),
      requests: this.requests,
      byStatus: [...this.byStatus],
      firstAt: this.firstAt,
      lastAt: this.lastAt,
      latency: [...this.latency.buckets],
      dataClasses: [...this.#classesBefore],
      fields: this.fields.exportState(),
      aliases: [...this.aliases],
      ...(this.origins.size === 0 ? {} : { origins: [...this.origins] }),
      auth: this.auth.exportState(),
      schemas: this.schemas.exportState(),
      sampled: this.sampled,
      parameters: [...this.parameters.byKey].map(([key, stats]) => ({
        key,
        samples: stats.samples,
        distinct: stats.distinct.exportState(),
        shapes: { ...stats.shapes },
        phones: [
          stats.phoneChecked,
          stats.phoneKnown,
          stats.digitsLengthMin,
          stats.digitsLengthMax,
          stats.wordLength,
          stats.wordsAlike,
          stats.countriesOf,
          stats.countries,
          stats.countriesMarked,
        ],
        ...(stats.beside === undefined ? {} : { beside: stats.beside.exportState() }),
      })),
    };
  }

  restore(state: EndpointState): void {
    this.requests = state.requests;
    for (const [status, count] of state.byStatus) this.byStatus.set(status, count);
    this.firstAt = state.firstAt;
    this.lastAt = state.lastAt;
    this.latency.absorb({ buckets: state.latency });
    for (const name of state.dataClasses) this.#classesBefore.add(name);
    if (state.fields !== undefined) this.fields.restore(state.fields);
    for (const alias of state.aliases) this.#alias(alias);
    for (const origin of state.origins ?? []) this.origins.add(origin);
    this.auth = Posture.restore(state.auth);
    if (state.schemas !== undefined) this.schemas.restore(state.schemas, this.#name);
    this.sampled = state.sampled;
    this.evidence = "certain";
    for (const saved of state.parameters) {
      const stats = new ParameterStats();
      stats.samples = saved.samples;
      stats.distinct = DistinctCounter.restore(saved.distinct);
      Object.assign(stats.shapes, saved.shapes);
      [
        stats.phoneChecked = 0,
        stats.phoneKnown = 0,
        stats.digitsLengthMin = 99,
        stats.digitsLengthMax = 0,
        stats.wordLength = 0,
        stats.wordsAlike = 0,
        stats.countriesOf = 0,
        stats.countries = 0,
        stats.countriesMarked = 0,
      ] = saved.phones;
      if (saved.beside !== undefined) stats.beside = CountryVotes.restore(saved.beside);
      this.parameters.byKey.set(saved.key, stats);
    }
  }

  #refresh(): void {
    const epoch = this.#name.epoch();
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    const template = withMethod(templateText(this.place, this.#name.hidden), this.operation);
    const same = template.identity === this.#template.identity;
    if (same && template.text === this.#template.text) return;
    this.#template = template;
    this.#positions = [...template.names.keys()];
    if (same) return;
    if (this.#id !== "") this.#alias(this.#id);
    this.#id = this.#name.idOf(this.method, this.host, named(template.identity, this.operation));
    if (this.parts !== undefined) this.aliases.delete(this.#id);
    if (this.shownAs === undefined) this.#name.registered(this.#id, this);
  }

  /** A name without case and indexes, each part as it is kept. */
  #plain(name: string): string {
    return name
      .split(".")
      .map((part) => {
        const bare = withoutIndexes(part);
        return (bare.startsWith("~") ? bare : this.#name.fieldName(bare)).toLowerCase();
      })
      .join(".");
  }

  #alias(id: string): void {
    if (this.aliases.size >= aliasesMax) return;
    this.aliases.add(id);
    if (this.shownAs === undefined) this.#name.registered(id, this);
  }

  #location(key: string): ParameterLocation | undefined {
    const name = key.slice(key.startsWith("p") ? 1 : 2);
    switch (key.charAt(0)) {
      case "p": {
        const dot = name.indexOf(".");
        const known = this.pathNames.get(Number(dot < 0 ? name : name.slice(0, dot)));
        return known === undefined ? undefined : { in: "path", name: dot < 0 ? known : known + name.slice(dot) };
      }
      case "q":
        return { in: "query", name };
      case "h":
        return { in: "header", name };
      case "f":
        return { in: "form", name };
      default:
        return { in: "json", name };
    }
  }

  /** The word before a value in the path; of any other parameter the last word of the path. */
  #owner(key: string): string {
    if (!key.startsWith("p")) return this.clearTemplate.slice(this.clearTemplate.lastIndexOf("/") + 1);
    return this.template.split("/")[Number(key.slice(1))] ?? "";
  }
}

/** {@link InventoryEndpoint.key}, before there is an endpoint. */
export function endpointKey(method: string, operation: Operation | undefined): string {
  return operation === undefined ? method : `${method} ${operationKey(operation)}`;
}

/** Methods of RPC services are paths. */
function withMethod(template: TemplateText, operation: Operation | undefined): TemplateText {
  if (operation?.protocol !== "grpc") return template;
  const join = (path: string): string => `${path === "/" ? "" : path}/${operation.name}`;
  return { text: join(template.text), identity: join(template.identity), clear: join(template.clear), names: template.names };
}

function named(identity: string, operation: Operation | undefined): string {
  return operation === undefined || operation.protocol === "grpc" ? identity : `${identity} ${operationKey(operation)}`;
}

export interface EndpointParameter {
  readonly location: ParameterLocation;
  readonly samples: number;
  readonly distinct: number;
  readonly shapes: Readonly<Partial<Record<ValueShape, number>>>;
  /** True when every request had it. */
  readonly required: boolean;
  readonly subject: string | undefined;
}

/** How an endpoint gets its name, handed in by the inventory. */
export interface EndpointNaming {
  readonly seed: number;
  epoch(): number;
  /** How a constant that may not be shown is written. */
  readonly hidden: (constant: string) => string;
  /** How the name of a parameter is kept. */
  readonly fieldName: (name: string) => string;
  /** As `fieldName`, for fields of bodies. */
  readonly nameOf: (name: string) => string;
  readonly names: FieldNames;
  /** Operations of all endpoints. */
  readonly operations: OperationBudget;
  /** Places left for schemas of all endpoints. */
  readonly budget: SchemaBudget;
  /** Fields left whose data classes may be looked for. */
  readonly classed: SchemaBudget;
  idOf(method: string, host: string, template: string): string;
  registered(id: string, endpoint: InventoryEndpoint): void;
}

export interface EndpointState {
  readonly method: string;
  readonly operation?: Operation;
  readonly operations?: { readonly protocol: Calls["protocol"] | undefined; readonly others: number; readonly list: readonly EndpointState[] };
  readonly requests: number;
  readonly byStatus: readonly (readonly [number, number])[];
  readonly firstAt: number;
  readonly lastAt: number;
  readonly latency: readonly number[];
  readonly dataClasses: readonly string[];
  readonly fields?: FieldClassesState;
  readonly aliases: readonly string[];
  readonly origins?: readonly string[];
  /** Absent in states older than it. */
  readonly schemas?: ObservedSchemasState;
  readonly auth: PostureState | PostureStateBefore;
  readonly sampled: number;
  readonly parameters: readonly {
    readonly key: string;
    readonly samples: number;
    readonly distinct: readonly number[];
    readonly shapes: Readonly<Partial<Record<ValueShape, number>>>;
    readonly phones: readonly number[];
    readonly beside?: CountryVotesState;
  }[];
}

/** Answers read for data classes: the first hundred, then one in 64. */
export const sampleFirst = 100;
export const sampleOneIn = 64;
/** Different status codes kept apart; no service uses more. */
export const statusesMax = 64;
/** Different answers after which an endpoint cannot be one page for all; more than the paths after which such a page is known (`firstSegmentsMin`). */
export const evidenceMax = 32;
/** Old ids an endpoint answers to; a merge of a thousand slugs need not remember each. */
export const aliasesMax = 1_000;

/** How keys of {@link Parameters} begin, for places where every name is counted. */
const counted: Readonly<Partial<Record<ParameterLocation["in"], string>>> = { query: "q:", form: "f:", json: "j:" };

const order: readonly string[] = ["phone", "email", "username", "uuid", "integer", "opaque"];
