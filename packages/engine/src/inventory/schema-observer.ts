import { isPlainWords } from "../exchange/plain-words.ts";
import { headerOf } from "../exchange/view-of.ts";
import type { ExchangeView } from "../exchange/view.ts";
import { isSecretName } from "./parameters.ts";
import { type SchemaBudget, type SchemaLearning, SchemaNode, type SchemaState } from "./schema-node.ts";

/**
 * Parameters and bodies of one endpoint as its traffic shows them: path, query, headers, cookies, form and JSON of requests that were accepted (2xx, 3xx), and
 * JSON of answers by status. Sampled: the first {@link sampledFirst} of each, then one in {@link sampledOneIn}. Only what the source carried is counted, so that
 * `seen` of a whole against `seen` of a part says what share had it.
 *
 * Misses: parameters of requests that were refused; multipart and XML bodies (their type is noted, not their fields); headers that are no `x-…` parameter or whose
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
  #accepted = 0;

  /** `positions`: the path segments that are values. */
  observe(view: ExchangeView, positions: Iterable<number>, to: SchemaLearning): void {
    const { status } = view.exchange.response;
    if (status >= 200 && status < 400 && isSampled(++this.#accepted)) this.#request(view, positions, to);
    if (status === 0) return;
    let response = this.responses.get(status);
    if (response === undefined) {
      if (this.responses.size >= responseStatusesMax) return;
      response = new ObservedResponse();
      this.responses.set(status, response);
    }
    response.observe(view, to);
  }

  absorb(other: ObservedSchemas, budget: SchemaBudget): void {
    for (const part of requestParts) {
      this[part].absorb(other[part], budget);
      // The roots are no part of the budget.
      budget.give(-1);
    }
    this.#accepted += other.#accepted;
    for (const [type, count] of other.requestTypes)
      if (this.requestTypes.has(type) || this.requestTypes.size < typesMax) this.requestTypes.set(type, (this.requestTypes.get(type) ?? 0) + count);
    for (const [place, count] of other.credentials)
      if (this.credentials.has(place) || this.credentials.size < typesMax) this.credentials.set(place, (this.credentials.get(place) ?? 0) + count);
    for (const [status, theirs] of other.responses) {
      const mine = this.responses.get(status);
      if (mine !== undefined) mine.absorb(theirs, budget);
      else if (this.responses.size < responseStatusesMax) this.responses.set(status, theirs);
      else budget.give(theirs.json?.size ?? 0);
    }
  }

  /** Gives its places back: the endpoint was none. */
  release(budget: SchemaBudget): void {
    for (const part of requestParts) budget.give(this[part].size - 1);
    for (const response of this.responses.values()) budget.give(response.json?.size ?? 0);
  }

  exportState(): ObservedSchemasState {
    return {
      accepted: this.#accepted,
      parts: requestParts.filter((part) => this[part].seen > 0).map((part) => [part, this[part].exportState()]),
      requestTypes: [...this.requestTypes],
      credentials: [...this.credentials],
      responses: [...this.responses].map(([status, response]) => [status, response.exportState()]),
    };
  }

  restore(state: ObservedSchemasState, budget: SchemaBudget): void {
    this.#accepted = state.accepted;
    for (const [part, saved] of state.parts) {
      this[part].absorb(SchemaNode.restore(saved, budget), budget);
      budget.give(-1);
    }
    for (const [type, count] of state.requestTypes) this.requestTypes.set(type, count);
    for (const [place, count] of state.credentials) this.credentials.set(place, count);
    for (const [status, saved] of state.responses.slice(0, responseStatusesMax)) this.responses.set(status, ObservedResponse.restore(saved, budget));
  }

  #request(view: ExchangeView, positions: Iterable<number>, to: SchemaLearning): void {
    const { exchange, credential } = view;
    const asWritten = { ...to, nameOf: (name: string) => name };
    this.path.seen++;
    for (const position of positions) this.path.field(`p${position}`, asWritten)?.addText(view.segments[position] ?? "", to);
    const secret = credential?.location ?? "";
    if (credential !== undefined) {
      const place = `${credential.kind} ${plainPlace(secret, to)}`;
      if (this.credentials.has(place) || this.credentials.size < typesMax) this.credentials.set(place, (this.credentials.get(place) ?? 0) + 1);
    }
    if (exchange.carries.query) this.query.addPairs(withoutCredential(view.query, secret), { ...to, nameOf: (name) => to.nameOf(withoutIndex(name)) });
    if (exchange.carries.requestHeaders) {
      this.header.addPairs(parameterHeaders(exchange.request.headers, secret), asWritten);
      this.cookie.addPairs(cookiesOf(headerOf(exchange.request.headers, "cookie"), secret), asWritten);
    }
    if (!exchange.carries.requestBody) return;
    if (view.form.length > 0) this.form.addPairs(view.form, { ...to, nameOf: (name) => to.nameOf(withoutIndex(name)) });
    if (view.requestJson !== undefined) this.json.add(view.requestJson, to);
    if ((exchange.request.body?.length ?? 0) === 0) return;
    const type = view.requestJson === undefined ? mediaType(headerOf(exchange.request.headers, "content-type")) : "application/json";
    if (type !== "" && (this.requestTypes.has(type) || this.requestTypes.size < typesMax)) this.requestTypes.set(type, (this.requestTypes.get(type) ?? 0) + 1);
  }
}

/** Answers of one status. */
export class ObservedResponse {
  /** Answers of this status, sampled or not. */
  answers = 0;
  /** Answers looked into. */
  sampled = 0;
  json: SchemaNode | undefined;
  readonly types = new Map<string, number>();

  observe(view: ExchangeView, to: SchemaLearning): void {
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
  }

  absorb(other: ObservedResponse, budget: SchemaBudget): void {
    this.answers += other.answers;
    this.sampled += other.sampled;
    for (const [type, count] of other.types) if (this.types.has(type) || this.types.size < typesMax) this.types.set(type, (this.types.get(type) ?? 0) + count);
    if (other.json === undefined) return;
    if (this.json === undefined) this.json = other.json;
    else this.json.absorb(other.json, budget);
  }

  exportState(): ObservedResponseState {
    return { answers: this.answers, sampled: this.sampled, types: [...this.types], ...(this.json === undefined ? {} : { json: this.json.exportState() }) };
  }

  static restore(state: ObservedResponseState, budget: SchemaBudget): ObservedResponse {
    const response = new ObservedResponse();
    response.answers = state.answers;
    response.sampled = state.sampled;
    for (const [type, count] of state.types) response.types.set(type, count);
    if (state.json !== undefined && budget.take()) response.json = SchemaNode.restore(state.json, budget);
    return response;
  }
}

export interface ObservedSchemasState {
  readonly accepted: number;
  readonly parts: readonly (readonly [part: RequestPart, schema: SchemaState])[];
  readonly requestTypes: readonly (readonly [string, number])[];
  readonly credentials: readonly (readonly [string, number])[];
  readonly responses: readonly (readonly [number, ObservedResponseState])[];
}

export interface ObservedResponseState {
  readonly answers: number;
  readonly sampled: number;
  readonly types: readonly (readonly [string, number])[];
  readonly json?: SchemaState;
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
