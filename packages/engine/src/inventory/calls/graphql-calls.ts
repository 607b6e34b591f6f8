import type { ValueNode } from "graphql/language/ast.js";
import { Kind } from "graphql/language/kinds.js";
import { hashedField, isPlainWords } from "../../exchange/plain-words.ts";
import type { Ports } from "../../exchange/ports.ts";
import { headerOf, type RequestView } from "../../exchange/view-of.ts";
import type { ExchangeView, Json } from "../../exchange/view.ts";
import { type Call, type Calls, callsMax, callsReadMax, isList, isObject, statusOfError } from "./call.ts";
import type { GraphqlDocument, GraphqlDocuments, GraphqlOperation, RootField } from "./graphql-documents.ts";

/**
 * The GraphQL calls of an exchange, one for each root field that is asked for, aliases and batches spread out; undefined when it is not GraphQL. Recognised by
 * what was sent (`query` that parses, in JSON, form or query string; `application/graphql`; a stored document's hash) and, where the answer was carried, by an answer
 * that has `data` or `errors`.
 *
 * That a service tells its schema shows as an operation too: `query __schema`.
 *
 * A stored document whose text was seen counts as that text; else it is one call, named by its `operationName` in plain words or by a keyed hash.
 *
 * Misses: multipart requests (file uploads), answers cut or in parts (`@defer`), subscriptions over WebSocket, values written into the text of a document that is
 * larger than its bounds.
 */
export function graphqlCalls(view: ExchangeView, documents: GraphqlDocuments, ports: Ports): Calls | undefined {
  const requests = graphqlRequestsOf(view);
  if (requests === undefined) return undefined;
  const { response } = view.exchange;
  const answer = view.responseJson;
  const batch = isList(view.requestJson);
  const answers = isList(answer) ? answer : undefined;
  if (answer !== undefined && !(answers === undefined ? isAnswer(answer) : batch && answers.some(isAnswer)) && response.status < 400) return undefined;
  const list: Call[] = [];
  let more = 0;
  let found = false;
  requests.forEach((request, n) => {
    const own = answers === undefined ? answer : answers[n];
    const result = isObject(own) && isAnswer(own) ? own : undefined;
    const document = request.text === undefined ? (request.hash === undefined ? undefined : documents.stored(request.hash)) : documents.read(request.text);
    if (document === undefined) {
      if (request.text !== undefined || request.hash === undefined) return;
      found = true;
      if (list.length < callsMax) list.push(storedCall(request, request.hash, result, response.status, ports));
      else more++;
      return;
    }
    found = true;
    const operation = chosen(document, request.operationName);
    if (operation === undefined) {
      more++;
      return;
    }
    more += operation.more;
    const errors = errorsOf(result);
    let anyAnswered = false;
    for (const field of operation.fields) {
      if (list.length >= callsMax) {
        more++;
        continue;
      }
      const call = fieldCall(operation, field, request.variables, result, errors, response.status, list.length < callsReadMax);
      anyAnswered ||= call.verdict === "answered";
      list.push(call);
    }
    if (anyAnswered && request.text !== undefined && request.hash !== undefined) documents.store(request.hash, document);
  });
  return found ? { protocol: "graphql", list, more } : undefined;
}

/** One of the requests that a body or a query string holds. */
export interface GraphqlRequest {
  readonly text: string | undefined;
  /** Of a stored document. */
  readonly hash: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: { readonly [key: string]: Json };
}

/** As {@link graphqlRequestsIn}, of an exchange. */
export function graphqlRequestsOf(view: ExchangeView): readonly GraphqlRequest[] | undefined {
  const { body, headers } = view.exchange.request;
  return graphqlRequestsIn(view, typeof body === "string" && view.exchange.method === "POST" ? body : "", headerOf(headers, "content-type"));
}

/** What a request asks of GraphQL, by body, else by form or query; undefined where that is nothing. `body`: as it was sent. */
export function graphqlRequestsIn({ requestJson, form, query }: Omit<RequestView, "segments">, body: string, contentType: string): readonly GraphqlRequest[] | undefined {
  if (requestJson !== undefined) {
    if (isObject(requestJson)) {
      const request = requestOf(requestJson);
      return request === undefined ? undefined : [request];
    }
    if (!isList(requestJson)) return undefined;
    const requests: GraphqlRequest[] = [];
    for (const entry of requestJson.slice(0, callsMax)) {
      const request = isObject(entry) ? requestOf(entry) : undefined;
      if (request === undefined) return undefined;
      requests.push(request);
    }
    return requests.length === 0 ? undefined : requests;
  }
  const pairs = form.length > 0 ? form : query;
  if (pairs.length > 0) {
    const fields: { [key: string]: Json } = {};
    for (const [name, value] of pairs) {
      if (name === "query" || name === "operationName" || name === "documentId") fields[name] = value;
      else if (name === "variables" || name === "extensions") fields[name] = parsed(value);
    }
    const request = requestOf(fields);
    if (request !== undefined) return [request];
  }
  if (body === "" || !contentType.toLowerCase().startsWith("application/graphql")) return undefined;
  return [{ text: body, hash: undefined, operationName: undefined, variables: {} }];
}

function requestOf(fields: { readonly [key: string]: Json }): GraphqlRequest | undefined {
  const { query, extensions, documentId, doc_id: docId, operationName, variables } = fields;
  const persisted = isObject(extensions) && isObject(extensions["persistedQuery"]) ? extensions["persistedQuery"]["sha256Hash"] : undefined;
  const hash = [persisted, documentId, docId].find((one): one is string => typeof one === "string" && one !== "");
  const text = typeof query === "string" && query !== "" ? query : undefined;
  if (text === undefined && hash === undefined) return undefined;
  return { text, hash, operationName: typeof operationName === "string" && operationName !== "" ? operationName : undefined, variables: isObject(variables) ? variables : {} };
}

/** As the GraphQL specification chooses: by name, or the only one. */
function chosen(document: GraphqlDocument, name: string | undefined): GraphqlOperation | undefined {
  const { operations } = document;
  return name === undefined ? (operations.length === 1 ? operations[0] : undefined) : operations.find((one) => one.name === name);
}

/** The errors of an answer. */
export interface Errors {
  readonly byKey: ReadonlyMap<string, Json>;
  /** The first that is about the whole request. */
  readonly whole: Json | undefined;
}

/** Errors by the root field they are about. */
export function errorsOf(result: { readonly [key: string]: Json } | undefined): Errors {
  const byKey = new Map<string, Json>();
  let whole: Json | undefined;
  const errors = result?.["errors"];
  if (isList(errors)) {
    for (const error of errors.slice(0, callsMax)) {
      const path = isObject(error) ? error["path"] : undefined;
      const key = isList(path) ? path[0] : undefined;
      if (typeof key !== "string") whole ??= error;
      else if (!byKey.has(key)) byKey.set(key, error);
    }
  }
  return { byKey, whole };
}

/** What the answer says of one root field, by its key there. */
export function fieldResult(key: string, result: { readonly [key: string]: Json } | undefined, errors: Errors, status: number): Pick<Call, "verdict" | "status" | "data"> {
  const own = errors.byKey.size === 0 ? undefined : errors.byKey.get(key);
  const data = result?.["data"];
  const value = own === undefined && isObject(data) && Object.hasOwn(data, key) ? data[key] : undefined;
  if (value !== undefined && (value !== null || errors.whole === undefined)) return { verdict: "answered", status, data: value };
  const error = own ?? errors.whole;
  if (error !== undefined) return { verdict: "failed", status: statusOfError(error, status), data: undefined };
  return { verdict: status >= 400 ? "failed" : "unseen", status, data: undefined };
}

function fieldCall(
  operation: GraphqlOperation,
  field: RootField,
  variables: { readonly [key: string]: Json },
  result: { readonly [key: string]: Json } | undefined,
  errors: Errors,
  status: number,
  read: boolean,
): Call {
  const { kind } = operation;
  const { name, key } = field;
  return { kind, name, args: read ? argumentsOf(field, variables) : undefined, ...fieldResult(key, result, errors, status) };
}

function storedCall(request: GraphqlRequest, hash: string, result: { readonly [key: string]: Json } | undefined, status: number, ports: Ports): Call {
  const { operationName } = request;
  const name = operationName !== undefined && isPlainWords(operationName) ? operationName : hashedField(operationName ?? `document ${hash.slice(0, 128)}`, ports);
  const kind = "persisted";
  const args = request.variables;
  const { byKey, whole } = errorsOf(result);
  const error = whole ?? [...byKey.values()][0];
  if (error !== undefined) return { kind, name, args, verdict: "failed", status: statusOfError(error, status), data: undefined };
  const data = result?.["data"];
  if (data !== undefined && data !== null) return { kind, name, args, verdict: "answered", status, data };
  return { kind, name, args, verdict: status >= 400 ? "failed" : "unseen", status, data: undefined };
}

/** Whether JSON looks like an answer of GraphQL. */
export function isAnswer(json: Json | undefined): boolean {
  return isObject(json) && ((json["data"] !== undefined && typeof json["data"] === "object") || isList(json["errors"]));
}

/** A field's arguments, variables put in. */
export function argumentsOf(field: RootField, variables: { readonly [key: string]: Json }): Json | undefined {
  if (field.args.length === 0) return undefined;
  const args: { [key: string]: Json } = {};
  for (const { name, value } of field.args.slice(0, argumentsMax)) {
    const known = valueOf(value, variables);
    if (known !== undefined) args[name.value] = known;
  }
  return args;
}

/** Nesting is bounded by that of the document. */
function valueOf(node: ValueNode, variables: { readonly [key: string]: Json }): Json | undefined {
  switch (node.kind) {
    case Kind.VARIABLE:
      return Object.hasOwn(variables, node.name.value) ? variables[node.name.value] : undefined;
    case Kind.INT:
      // Numbers beyond 2^53 keep their digits.
      return node.value.length < 16 ? Number(node.value) : node.value;
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((one) => valueOf(one, variables) ?? null);
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((one) => [one.name.value, valueOf(one.value, variables) ?? null]));
  }
}

const argumentsMax = 64;

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
