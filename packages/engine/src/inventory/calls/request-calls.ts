import { isPlainWords } from "../../exchange/plain-words.ts";
import { multipartFields } from "../../exchange/multipart-fields.ts";
import type { Ports } from "../../exchange/ports.ts";
import { hasRepeatedKeys } from "../../exchange/repeated-keys.ts";
import type { RequestParts } from "../../exchange/subjects.ts";
import { requestViewOf, type RequestView } from "../../exchange/view-of.ts";
import type { Json } from "../../exchange/view.ts";
import { RotatingMap } from "../../detect/oracle/rotating-map.ts";
import { callsMax, isList, isObject, statusOfError } from "./call.ts";
import type { Operation } from "./operation.ts";
import { argumentsOf, errorsOf, fieldResult, type GraphqlRequest, graphqlRequestsIn, isAnswer } from "./graphql-calls.ts";
import { type GraphqlDocument, GraphqlDocuments } from "./graphql-documents.ts";
import { operationKey, operationOf } from "./operations.ts";

/**
 * The calls of a request before there is an answer, for a gate that holds some operations of a path and not others. Wider than what the inventory counts, for what is overlooked here is a free try:
 *
 * - body and query string are both read, and the `operations` of a multipart form; where they name different operations of one document, all of them count;
 * - a stored document counts as every text that was sent with its hash, and by every name it was called;
 * - a body that was not read to its end, or repeats a key, and a document beyond the bounds of {@link GraphqlDocuments} are searched for the names of `wanted`: each place where one stands is a call. Where
 *   none does in a body that goes on, it is one call of each.
 *
 * Misses: names written in escapes in what was not read to its end beside a name that is not; a stored document whose text this process never saw, under names it never saw; calls nested in others
 * (`viewer { redeem }`, `system.multicall`). Bounds: {@link askedMax} calls a request; {@link hashesMax} hashes with {@link ofHashMax} texts and names each, and as many of which a wanted operation was called: each call of those is a
 * try, so whoever makes hashes up pushes none of them out.
 */
export class RequestCalls {
  readonly #ports: Ports;
  readonly #documents = new GraphqlDocuments();
  readonly #stored = new RotatingMap<Stored>(hashesMax);
  readonly #wanted = new RotatingMap<Stored>(hashesMax);

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** The calls of operations in `wanted`, by {@link operationKey}. `whole`: all of the body was read. */
  read(parts: RequestParts, whole: boolean, wanted: ReadonlyMap<string, Operation>): readonly AskedCall[] {
    const view = requestViewOf(parts, this.#ports);
    const body = parts.body ?? "";
    const calls: AskedCall[] = [];
    const found = (call: AskedCall): boolean => wanted.has(call.key) && (calls.length >= askedMax || calls.push(call) > 0);
    const type = parts.contentType.toLowerCase();
    const json = type.startsWith("multipart/") ? parsed(multipartFields(body, parts.contentType).find(([name]) => name === "operations")?.[1]) : view.requestJson;
    const unread = !whole || (json !== undefined && body !== "" && !type.startsWith("multipart/") && hasRepeatedKeys(body, json));
    if (unread) named(body, !whole, wanted, calls);
    else this.#read({ ...view, requestJson: json }, body, parts.contentType, wanted, found);
    if (view.query.length > 0 && (json !== undefined || view.form.length > 0)) this.#read({ ...view, requestJson: undefined, form: [] }, "", "", wanted, found);
    return calls;
  }

  #read(view: RequestView, body: string, contentType: string, wanted: ReadonlyMap<string, Operation>, found: Found): void {
    const elsewhere = view.query.find(([name]) => name === "operationName")?.[1];
    const requests = graphqlRequestsIn(view, body, contentType);
    for (const [from, request] of (requests ?? none).entries()) this.#graphql(request, from, elsewhere, wanted, found);
    if (requests === undefined) this.#jsonRpc(view, found);
  }

  #graphql(request: GraphqlRequest, from: number, elsewhere: string | undefined, wanted: ReadonlyMap<string, Operation>, found: Found): void {
    const { text, hash, variables } = request;
    const stored = hash === undefined || hash.length > hashCharactersMax ? undefined : this.#storedOf(hash);
    const document = text === undefined ? undefined : this.#documents.read(text);
    if (text !== undefined && document === undefined) {
      const unread: AskedCall[] = [];
      named(text, false, wanted, unread);
      for (const call of unread) found(call);
    }
    let calls = false;
    if (document !== undefined) {
      calls = this.#fields(document, request, from, elsewhere, found);
      if (stored !== undefined) keep(stored.documents, document, calls);
    } else if (text === undefined && stored !== undefined) {
      for (const one of stored.documents) calls = this.#fields(one, request, from, elsewhere, found) || calls;
      const own = request.operationName ?? elsewhere;
      if (own !== undefined && isPlainWords(own)) keep(stored.names, own, wanted.has(this.#key("graphql", "persisted", own)));
      for (const name of stored.names) calls = found({ key: this.#key("graphql", "persisted", name), name, args: variables, from, field: undefined, id: undefined }) || calls;
    }
    if (calls && hash !== undefined && stored !== undefined) this.#wanted.set(hash, stored);
  }

  #fields({ operations }: GraphqlDocument, { operationName, variables }: GraphqlRequest, from: number, elsewhere: string | undefined, found: Found): boolean {
    const names = [operationName, elsewhere].filter((name) => name !== undefined);
    const chosen = operations.length === 1 || names.length === 0 ? operations : operations.filter(({ name }) => name !== undefined && names.includes(name));
    let calls = false;
    for (const { kind, fields } of chosen.length === 0 ? operations : chosen)
      for (const field of fields)
        calls = found({ key: this.#key("graphql", kind, field.name), name: field.name, args: argumentsOf(field, variables), from, field: field.key, id: undefined }) || calls;
    return calls;
  }

  /** Also without the version that the protocol asks for: services differ in whether they do. */
  #jsonRpc({ requestJson, query }: RequestView, found: Found): void {
    const pairs = requestJson === undefined ? Object.fromEntries(query) : undefined;
    const entries = pairs !== undefined ? [pairs] : isList(requestJson) ? requestJson.slice(0, callsMax) : [requestJson ?? null];
    for (const entry of entries) {
      if (!isObject(entry) || typeof entry["method"] !== "string" || entry["method"].length > namesMax) continue;
      const { method, params, id } = entry;
      const args = isList(params) ? Object.fromEntries(params.slice(0, positionsMax).map((value, n) => [`param${n + 1}`, value])) : params;
      found({ key: this.#key("json-rpc", "call", method), name: method, args, from: 0, field: undefined, id: idOf(id) });
    }
  }

  #key(protocol: "graphql" | "json-rpc", kind: Operation["kind"], name: string): string {
    return operationKey(operationOf({ protocol }, kind, name, this.#ports));
  }

  #storedOf(hash: string): Stored {
    let stored = this.#wanted.get(hash) ?? this.#stored.get(hash);
    if (stored === undefined) this.#stored.add(hash, (stored = { documents: [], names: [] }));
    return stored;
  }
}

/** One call of a request. */
export interface AskedCall {
  readonly key: string;
  readonly name: string;
  /** Undefined where they could not be read. */
  readonly args: Json | undefined;
  /** Which of the requests in one body; the name of its result; its id. */
  readonly from: number;
  readonly field: string | undefined;
  readonly id: string | undefined;
}

/** How one call came out, as if it had been asked alone; undefined where the answer does not say. `answer`: the JSON of the whole answer. */
export function resultOf(call: AskedCall, answer: Json | undefined, status: number): { readonly status: number; readonly data: Json | undefined } | undefined {
  if (status >= 400) return { status, data: undefined };
  if (call.id !== undefined) {
    const own = isList(answer) ? answer.find((one) => isObject(one) && idOf(one["id"]) === call.id) : answer;
    if (!isObject(own)) return undefined;
    const error = own["error"];
    if (error !== undefined && error !== null) return { status: statusOfError(error, status), data: undefined };
    return own["result"] === undefined ? undefined : { status, data: own["result"] };
  }
  const own = isList(answer) ? answer[call.from] : answer;
  const result = isObject(own) && isAnswer(own) ? own : undefined;
  const errors = errorsOf(result);
  const [first] = errors.byKey.values();
  if (call.field === undefined) {
    const error = errors.whole ?? first;
    return error === undefined ? (result === undefined ? undefined : { status, data: result["data"] }) : { status: statusOfError(error, status), data: undefined };
  }
  const said = fieldResult(call.field, result, errors, status);
  return said.verdict === "unseen" ? undefined : said;
}

/** What a call's result looks like as an answer of its own: a bare value gets a name, so that it can be told from another. */
export function resultJson(data: Json | undefined): Json | undefined {
  return data === undefined || (typeof data === "object" && data !== null) ? data : { result: data };
}

/** A request about one call alone. */
export function partsOfCall(parts: RequestParts, { name, args }: Pick<AskedCall, "name" | "args">): RequestParts {
  return {
    segments: [...parts.segments, name],
    query: "",
    header: (wanted) => parts.header(wanted),
    contentType: "application/json",
    body: args === undefined ? "" : JSON.stringify(args),
  };
}

/** Keeps {@link ofHashMax} of them; one that calls a wanted operation takes the place of the first, else whoever knows the hash would fill them with what does nothing. */
function keep<T>(kept: T[], one: T, calls: boolean): void {
  if (kept.includes(one)) return;
  if (kept.length < ofHashMax) kept.push(one);
  else if (calls) kept.splice(0, 1, one);
}

/** Takes a call up; whether it is of a wanted operation. */
type Found = (call: AskedCall) => boolean;

interface Stored {
  readonly documents: GraphqlDocument[];
  readonly names: string[];
}

/** Places where a wanted name stands in a text that was not parsed. `open`: the text goes on. */
function named(text: string, open: boolean, wanted: ReadonlyMap<string, Operation>, calls: AskedCall[]): void {
  for (const [key, { name }] of wanted) {
    let count = 0;
    for (let at = text.indexOf(name); at >= 0 && calls.length < askedMax; at = text.indexOf(name, at + name.length)) {
      if (isNameChar(text.charCodeAt(at - 1)) || isNameChar(text.charCodeAt(at + name.length))) continue;
      calls.push({ key, name, args: undefined, from: 0, field: undefined, id: undefined });
      count++;
    }
    if (count === 0 && open) calls.push({ key, name, args: undefined, from: 0, field: undefined, id: undefined });
  }
}

function isNameChar(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122);
}

function idOf(id: Json | undefined): string {
  return typeof id === "string" || typeof id === "number" ? String(id).slice(0, 128) : "";
}

function parsed(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

const none: readonly never[] = [];
/** Far more than anybody may try at once; the rest of them is refused with these. */
export const askedMax = 256;
/** Some 4 MB where each has its documents, which {@link GraphqlDocuments} bounds. */
export const hashesMax = 1_024;
/** One text has one hash: more is somebody's invention. */
export const ofHashMax = 4;
/** SHA-256 in hexadecimal is half of it. */
export const hashCharactersMax = 128;
export const namesMax = 128;
/** Arguments by position; what limits read stands among the first few. */
export const positionsMax = 16;
