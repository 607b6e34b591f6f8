import { isPlainWords } from "../exchange/plain-words.ts";
import { isXml } from "../exchange/xml-fields.ts";
import { headerOf } from "../exchange/view-of.ts";
import type { ExchangeView } from "../exchange/view.ts";
import { type ClassifiedField, FieldClasses, type FieldClassesState } from "./field-classes.ts";
import { isSecretName } from "./secret-names.ts";
import { type SchemaBudget, type SchemaLearning, SchemaNode, type SchemaState } from "./schema-node.ts";

/**
 * Parameters and bodies of one endpoint as its traffic shows them: path, query, headers, cookies, form and JSON of requests that were accepted (2xx, 3xx), and
 * JSON of answers by status; with the data classes of parameters, and of answers other than 2xx (those of 2xx: `InventoryEndpoint.fields`). Sampled: the first {@link sampledFirst} of each, then one in {@link sampledOneIn}. Only what the source carried is counted, so that
 * `seen` of a whole against `seen` of a part says what share had it.
 *
 * Misses: parameters of requests that were refused; files in multipart bodies, XML bodies (their type is noted, not their fields), answers that are no JSON; headers that are no `x-…` parameter or whose
 * names, like those of cookies, are no plain words; a parameter that first comes after the hundredth request and then seldom.
 */
export class ObservedSchemas {
  readonly path = new SchemaNode();
  readonly query = new SchemaNode();
  readonly header = new SchemaNode();
  readonly cookie = new SchemaNode();
  readonly form = new SchemaNode();
  readonly json = new SchemaNode();
  /** Types of request bodies that were accepted, with how many had one. */
  readonly requestTypes = new Map<string, number>();
  /** Kinds of credentials with their places, `api-key header:x-api-key`, with how many of the sampled requests had one. */
  readonly credentials = new Map<string, number>();
  readonly responses = new Map<number, ObservedResponse>();
  /** Classes of the parameters, each under its part: `query.phone`, `path.p2`. */
  #classes: FieldClasses | undefined;
  #accepted = 0;

  /** `names`: the path segments that are values, and what they are called. */
  observe(view: ExchangeView, names: ReadonlyMap<number, string>, to: ObservedLearning): void {
    const { status } = view.exchange.response;
    if (status >= 200 && status < 400 && isSampled(++this.#accepted)) this.#request(view, names, to);
    if (status === 0) return;
    let response = this.responses.get(status);
    if (response === undefined) {
      if (this.responses.size >= responseStatusesMax) return;
      response = new ObservedResponse();
      this.responses.set(status, response);
    }
    response.observe(view, to);
  }

  /** Parameters that have a data class, under {@link RequestPart} and path. */
  classified(): readonly ClassifiedField[] {
    return this.#classes?.fields() ?? [];
  }

  absorb(other: ObservedSchemas, budget: SchemaBudget): void {
    for (const part of requestParts) {
      this[part].absorb(other[part], budget);
      // The roots are no part of the budget.
      budget.give(-1);
    }
    this.#accepted += other.#accepted;
    if (this.#classes === undefined) this.#classes = other.#classes;
    else if (other.#classes !== undefined) this.#classes.absorb(other.#classes);
    for (const [type, count] of other.requestTypes)
      if (this.requestTypes.has(type) || this.requestTypes.size < typesMax) this.requestTypes.set(type, (this.requestTypes.get(type) ?? 0) + count);
    for (const [place, count] of other.credentials)
      if (this.credentials.has(place) || this.credentials.size < typesMax) this.credentials.set(place, (this.credentials.get(place) ?? 0) + count);
    for (const [status, theirs] of other.responses) {
      const mine = this.responses.get(status);
      if (mine !== undefined) mine.absorb(theirs, budget);
      else if (this.responses.size < responseStatusesMax) this.responses.set(status, theirs);
      else theirs.release(budget);
    }
  }

  /** Gives its places back: the endpoint was none. */
  release(budget: SchemaBudget): void {
    for (const part of requestParts) budget.give(this[part].size - 1);
    for (const response of this.responses.values()) response.release(budget);
    this.#classes?.release();
  }

  exportState(): ObservedSchemasState {
    return {
      accepted: this.#accepted,
      parts: requestParts.filter((part) => this[part].seen > 0).map((part) => [part, this[part].exportState()]),
      requestTypes: [...this.requestTypes],
      credentials: [...this.credentials],
      responses: [...this.responses].map(([status, response]) => [status, response.exportState()]),
      ...(this.#classes === undefined ? {} : { classes: this.#classes.exportState() }),
    };
  }

  restore(state: ObservedSchemasState, to: ObservedLearning): void {
    this.#accepted = state.accepted;
    for (const [part, saved] of state.parts) {
      this[part].absorb(SchemaNode.restore(saved, to.budget), to.budget);
      to.budget.give(-1);
    }
    if (state.classes !== undefined) this.#classesOf(to).restore(state.classes);
    for (const [type, count] of state.requestTypes) this.requestTypes.set(type, count);
    for (const [place, count] of state.credentials) this.credentials.set(place, count);
    for (const [status, saved] of state.responses.slice(0, responseStatusesMax)) this.responses.set(status, ObservedResponse.restore(saved, to));
  }

  #classesOf(to: ObservedLearning): FieldClasses {
    this.#classes ??= new FieldClasses(to.seed, (name) => to.nameOf(withoutIndex(name)), { budget: to.classed, sent: true });
    return this.#classes;
  }

  #request(view: ExchangeView, names: ReadonlyMap<number, string>, to: ObservedLearning): void {
    const { exchange, credential } = view;
    const classes = this.#classesOf(to);
    const asWritten = { ...to, nameOf: (name: string) => name };
    this.path.seen++;
    for (const [position, name] of names) {
      const text = view.segments[position] ?? "";
      this.path.field(`p${position}`, asWritten)?.addText(text, to);
      classes.add(`path.p${position}`, [name], text);
    }
    const secret = credential?.location ?? "";
    if (credential !== undefined) {
      const place = `${credential.kind} ${plainPlace(secret, to)}`;
      if (this.credentials.has(place) || this.credentials.size < typesMax) this.credentials.set(place, (this.credentials.get(place) ?? 0) + 1);
    }
    const plain = { ...to, nameOf: (name: string) => to.nameOf(withoutIndex(name)) };
    if (exchange.carries.query) {
      const query = withoutCredential(view.query, secret);
      this.query.addPairs(query, plain);
      classes.observePairs(query.map(withPlus), "query");
    }
    if (exchange.carries.requestHeaders) {
      const headers = [...parameterHeaders(exchange.request.headers, secret)];
      this.header.addPairs(headers, asWritten);
      classes.observePairs(headers, "header");
      const cookies = [...cookiesOf(headerOf(exchange.request.headers, "cookie"), secret)];
      this.cookie.addPairs(cookies, asWritten);
      classes.observePairs(cookies, "cookie");
    }
    if (!exchange.carries.requestBody) return;
    const form = formOf(view);
    if (form.length > 0) {
      this.form.addPairs(form, plain);
      classes.observePairs(form, "form");
    }
    if (view.requestJson !== undefined) {
      this.json.add(view.requestJson, to);
      classes.observe(view.requestJson, "json");
    }
    if ((exchange.request.body?.length ?? 0) === 0) return;
    const type = view.requestJson === undefined ? mediaType(headerOf(exchange.request.headers, "content-type")) : "application/json";
    if (type !== "" && (this.requestTypes.has(type) || this.requestTypes.size < typesMax)) this.requestTypes.set(type, (this.requestTypes.get(type) ?? 0) + 1);
  }
}

/** What is needed to learn of an endpoint's messages. */
export interface ObservedLearning extends SchemaLearning {
  /** Fields left, of all endpoints, whose data classes may be looked for. */
  readonly classed: SchemaBudget;
}

/** Answers of one status. */
export class ObservedResponse {
  /** Answers of this status, sampled or not. */
  answers = 0;
  /** Answers looked into. */
  sampled = 0;
  json: SchemaNode | undefined;
  readonly types = new Map<string, number>();
  /** Of the fields of answers other than 2xx. */
  #classes: FieldClasses | undefined;

  observe(view: ExchangeView, to: ObservedLearning): void {
    if (!isSampled(++this.answers)) return;
    const { carries, response } = view.exchange;
    if (carries.responseHeaders || carries.responseBody) this.sampled++;
    if (carries.responseHeaders && (view.responseJson !== undefined || (response.body?.length ?? response.size ?? 0) > 0)) {
      const type = mediaType(headerOf(response.headers, "content-type"));
      if (type !== "" && (this.types.has(type) || this.types.size < typesMax)) this.types.set(type, (this.types.get(type) ?? 0) + 1);
    }
    if (view.responseJson === undefined) return;
    if (this.json === undefined && to.budget.take()) this.json = new SchemaNode();
    this.json?.add(view.responseJson, to);
    if (response.status >= 200 && response.status < 300) return;
    this.#classes ??= new FieldClasses(to.seed, to.nameOf, { budget: to.classed });
    this.#classes.observe(view.responseJson);
  }

  /** Fields of these answers that have a data class; none for 2xx, whose answers are looked at together. */
  classified(): readonly ClassifiedField[] {
    return this.#classes?.fields() ?? [];
  }

  release(budget: SchemaBudget): void {
    budget.give(this.json?.size ?? 0);
    this.#classes?.release();
  }

  absorb(other: ObservedResponse, budget: SchemaBudget): void {
    this.answers += other.answers;
    this.sampled += other.sampled;
    for (const [type, count] of other.types) if (this.types.has(type) || this.types.size < typesMax) this.types.set(type, (this.types.get(type) ?? 0) + count);
    if (this.#classes === undefined) this.#classes = other.#classes;
    else if (other.#classes !== undefined) this.#classes.absorb(other.#classes);
    if (other.json === undefined) return;
    if (this.json === undefined) this.json = other.json;
    else this.json.absorb(other.json, budget);
  }

  exportState(): ObservedResponseState {
    return {
      answers: this.answers,
      sampled: this.sampled,
      types: [...this.types],
      ...(this.json === undefined ? {} : { json: this.json.exportState() }),
      ...(this.#classes === undefined ? {} : { classes: this.#classes.exportState() }),
    };
  }

  static restore(state: ObservedResponseState, to: ObservedLearning): ObservedResponse {
    const response = new ObservedResponse();
    response.answers = state.answers;
    response.sampled = state.sampled;
    for (const [type, count] of state.types) response.types.set(type, count);
    if (state.json !== undefined && to.budget.take()) response.json = SchemaNode.restore(state.json, to.budget);
    if (state.classes !== undefined) {
      response.#classes = new FieldClasses(to.seed, to.nameOf, { budget: to.classed });
      response.#classes.restore(state.classes);
    }
    return response;
  }
}

export interface ObservedSchemasState {
  readonly accepted: number;
  readonly parts: readonly (readonly [part: RequestPart, schema: SchemaState])[];
  readonly requestTypes: readonly (readonly [string, number])[];
  readonly credentials: readonly (readonly [string, number])[];
  readonly responses: readonly (readonly [number, ObservedResponseState])[];
  /** Absent in states older than it. */
  readonly classes?: FieldClassesState;
}

export interface ObservedResponseState {
  readonly answers: number;
  readonly sampled: number;
  readonly types: readonly (readonly [string, number])[];
  readonly json?: SchemaState;
  readonly classes?: FieldClassesState;
}

/** Where the parameters of a request stand. */
export const requestParts = ["path", "query", "header", "cookie", "form", "json"] as const;
export type RequestPart = (typeof requestParts)[number];

/** The shape of an endpoint settles within its first hundred messages; afterwards one in 64 shows what is new. */
export const sampledFirst = 100;
export const sampledOneIn = 64;
/** Statuses whose answers are described; no endpoint means more of them. */
export const responseStatusesMax = 16;
/** Media types of one body. */
const typesMax = 8;

/**
 * The media type without parameters, when it is one that is in common use; others are `application/octet-stream`, because the sender may write anything
 * there. `application/vnd.….+json` counts as JSON.
 */
export function mediaType(header: string): string {
  const type = header.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type === "") return "";
  if (type === "application/json" || commonTypes.has(type)) return type;
  if (/^[a-z]{1,32}\/[^/]{0,120}\+json$/.test(type)) return "application/json";
  return /^[a-z]{1,32}\/[^/]{0,120}\+xml$/.test(type) ? "application/xml" : "application/octet-stream";
}

const commonTypes: ReadonlySet<string> = new Set(
  (
    "application/problem+json application/x-www-form-urlencoded multipart/form-data text/plain text/html text/csv text/css text/xml application/xml application/pdf " +
    "application/javascript text/javascript application/x-ndjson text/event-stream application/graphql application/yaml text/yaml application/zip application/gzip " +
    "image/png image/jpeg image/gif image/svg+xml image/webp video/mp4 audio/mpeg"
  ).split(" "),
);

function plainPlace(location: string, to: SchemaLearning): string {
  const colon = location.indexOf(":");
  return `${location.slice(0, colon + 1)}${to.nameOf(location.slice(colon + 1))}`;
}

function isSampled(count: number): boolean {
  return count <= sampledFirst || count % sampledOneIn === 0;
}

function withoutIndex(name: string): string {
  return name.endsWith("[]") ? name.slice(0, -2) : name;
}

/** In a query and in a form `+` is written for a blank: before digits it was meant. */
function withPlus([name, text]: readonly [string, string]): readonly [string, string] {
  return [name, /^ \d/.test(text) ? `+${text.slice(1)}` : text];
}

/** XML has a structure of its own, which is not described here. */
function formOf({ exchange, form }: ExchangeView): readonly (readonly [string, string])[] {
  if (form.length === 0) return form;
  const type = headerOf(exchange.request.headers, "content-type").toLowerCase();
  if (isXml(type)) return [];
  return type.startsWith("multipart") ? form : form.map(withPlus);
}

function withoutCredential(pairs: ExchangeView["query"], location: string): ExchangeView["query"] {
  return location.startsWith("query:") ? pairs.filter(([name]) => name.toLowerCase() !== location.slice(6).toLowerCase()) : pairs;
}

function* parameterHeaders(headers: ExchangeView["exchange"]["request"]["headers"], credential: string): Generator<readonly [string, string]> {
  for (const [sent, value] of headers) {
    const name = sent.toLowerCase();
    if (isParameterHeader(name) && `header:${name}` !== credential) yield [name, value];
  }
}

/** True for a header that an API takes as a parameter: not one of HTTP itself, of proxies, or of a credential. Lower case. */
export function isParameterHeader(name: string): boolean {
  if (name === "idempotency-key" || name === "if-match" || name === "prefer") return true;
  return (
    name.startsWith("x-") &&
    !/^x-(?:forwarded|real-ip|request-id|correlation|b3|amzn|amz|cloud|envoy|csrf|xsrf|trace|datadog|client-ip|http-method|requested-with)/.test(name) &&
    !isSecretName(name) &&
    isPlainWords(name)
  );
}

function* cookiesOf(header: string, credential: string): Generator<readonly [string, string]> {
  if (header === "") return;
  for (const piece of header.slice(0, cookieCharactersMax).split(";", cookiesMax)) {
    const equals = piece.indexOf("=");
    const name = piece.slice(0, Math.max(0, equals)).trim();
    if (name !== "" && isPlainWords(name) && !isSecretName(name) && !/sess|^sid$/i.test(name) && `cookie:${name}` !== credential) yield [name, piece.slice(equals + 1).trim()];
  }
}

/** Browsers send 4 KiB a cookie and some dozens at the most. */
const cookieCharactersMax = 8_192;
const cookiesMax = 64;
