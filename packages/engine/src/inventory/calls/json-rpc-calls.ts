import type { ExchangeView, Json } from "../../exchange/view.ts";
import { type Call, type Calls, callsMax, isList, isObject, statusOfError } from "./call.ts";

/**
 * The JSON-RPC calls of an exchange (2.0, and 1.0 where request and answer both look so), batches spread out and joined to their answers by id; undefined when
 * it is none. A call without an id expects no answer: it shows nothing.
 *
 * Misses: calls nested in the parameters of another (`system.multicall`), answers that come later over another channel.
 */
export function jsonRpcCalls(view: ExchangeView): Calls | undefined {
  const requests = requestsOf(view);
  if (requests === undefined) return undefined;
  const { status } = view.exchange.response;
  const answers = new Map<string, { readonly [key: string]: Json }>();
  const answer = view.responseJson;
  let whole: { readonly [key: string]: Json } | undefined;
  if (isList(answer)) {
    for (const one of answer.slice(0, callsMax)) if (isObject(one) && isAnswer(one)) answers.set(idOf(one["id"]), one);
  } else if (isObject(answer) && isAnswer(answer)) {
    if (isList(view.requestJson)) whole = answer;
    else answers.set(idOf(requests[0]?.id), answer);
  }
  const shaped = whole !== undefined || answers.size > 0;
  const certain = requests.every((request) => request.versioned);
  if (!shaped && (!certain || (answer !== undefined && status < 400))) return undefined;
  const list: Call[] = [];
  for (const { method, params, id } of requests.slice(0, callsMax)) {
    const own = id === undefined ? undefined : (answers.get(idOf(id)) ?? whole);
    const kind = "call";
    const args = named(params);
    const error = own?.["error"];
    if (error !== undefined && error !== null) list.push({ kind, name: method, args, verdict: "failed", status: statusOfError(error, status), data: undefined });
    else if (own !== undefined && own["result"] !== undefined) list.push({ kind, name: method, args, verdict: "answered", status, data: own["result"] });
    else list.push({ kind, name: method, args, verdict: status >= 400 ? "failed" : "unseen", status, data: undefined });
  }
  return { protocol: "json-rpc", list, more: Math.max(0, requests.length - callsMax) };
}

interface RpcRequest {
  readonly method: string;
  readonly params: Json | undefined;
  readonly id: Json | undefined;
  /** It says that it is JSON-RPC. */
  readonly versioned: boolean;
}

/** Methods have names, not texts. */
const methodCharactersMax = 128;

function requestsOf(view: ExchangeView): readonly RpcRequest[] | undefined {
  const { requestJson } = view;
  if (isObject(requestJson)) {
    const request = requestOf(requestJson);
    return request === undefined ? undefined : [request];
  }
  if (isList(requestJson)) {
    const requests: RpcRequest[] = [];
    for (const entry of requestJson) {
      const request = isObject(entry) ? requestOf(entry) : undefined;
      if (request === undefined) return undefined;
      requests.push(request);
    }
    return requests.length === 0 ? undefined : requests;
  }
  // The call stands in the query of a read.
  if (view.query.length === 0 || !isObject(view.responseJson) || view.responseJson["jsonrpc"] === undefined) return undefined;
  const method = view.query.find(([name]) => name === "method")?.[1];
  const id = view.query.find(([name]) => name === "id")?.[1];
  return method === undefined || id === undefined || !isName(method) ? undefined : [{ method, params: undefined, id, versioned: true }];
}

function requestOf(entry: { readonly [key: string]: Json }): RpcRequest | undefined {
  const { method, params, id, jsonrpc } = entry;
  if (typeof method !== "string" || !isName(method)) return undefined;
  const versioned = typeof jsonrpc === "string" && /^[12]\.\d$/.test(jsonrpc);
  if (!versioned && (id === undefined || (params !== undefined && typeof params !== "object"))) return undefined;
  return { method, params, id, versioned };
}

/** Whether a JSON object frames a call, so that its `id` numbers the call and names nobody. */
export function isJsonRpcCall(json: { readonly [key: string]: Json }): boolean {
  const call = requestOf(json);
  return call !== undefined && (call.versioned || call.params !== undefined);
}

function isName(method: string): boolean {
  return method.length > 0 && method.length <= methodCharactersMax && /^[\w.$:/-]+$/.test(method);
}

/** A 1.0 answer has both members, a 2.0 answer one. */
function isAnswer(json: { readonly [key: string]: Json }): boolean {
  return Object.hasOwn(json, "id") || json["jsonrpc"] !== undefined ? json["result"] !== undefined || json["error"] !== undefined : false;
}

function idOf(id: Json | undefined): string {
  return typeof id === "string" || typeof id === "number" ? String(id).slice(0, 128) : "";
}

/** Parameters by position get names. A secret that goes before them as `token:…`, as aria2 has it, is the caller's credential. */
function named(params: Json | undefined): Json | undefined {
  if (!isList(params)) return isObject(params) ? params : undefined;
  return Object.fromEntries(
    params.slice(0, positionsMax).map((value, n) => [n === 0 && typeof value === "string" && value.startsWith("token:") ? "access_token" : `param${n + 1}`, value]),
  );
}

const positionsMax = 16;
