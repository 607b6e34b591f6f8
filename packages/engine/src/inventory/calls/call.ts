import type { Json } from "../../exchange/view.ts";
import type { Operation } from "./operation.ts";
import { saysRefusal } from "../posture-outcome.ts";

/** An operation in few words, to stand after method and path: `query user`, `call eth_blockNumber`, `websocket`; `""` where the path says it. */
export function operationText(operation: Operation | undefined): string {
  if (operation === undefined || operation.protocol === "grpc") return "";
  return operation.protocol === "websocket" ? "websocket" : `${operation.kind} ${operation.name}`;
}

/** One call of an exchange, and how it was answered. */
export interface Call {
  readonly kind: Operation["kind"];
  readonly name: string;
  /** Named arguments, variables put in. */
  readonly args: Json | undefined;
  /** `answered`: the answer holds a result and no error for it. `unseen`: the answer does not say, or was not carried. */
  readonly verdict: "answered" | "failed" | "unseen";
  /** The answer's own status, or the one that means what the error says, see {@link statusOfError}. */
  readonly status: number;
  readonly data: Json | undefined;
}

/** The calls of one exchange. */
export interface Calls {
  readonly protocol: "graphql" | "json-rpc";
  readonly list: readonly Call[];
  /** Calls beyond {@link callsMax}, only counted. */
  readonly more: number;
}

/** Calls read of one exchange; aliases and batches are unbounded by themselves, and an attack by aliases has some hundreds. */
export const callsMax = 1_024;
/** Calls of one exchange that are read for parameters, posture and classes; the rest of a batch is counted. */
export const callsReadMax = 64;

/**
 * The HTTP status that means the same as the error object of a call: 401 or 403 for a refusal, 404 for a method that is not there, 400 for a call that
 * is wrong in itself, 500 for a fault of the service. The answer's own status when that is an error; any other error of the application is 422.
 */
export function statusOfError(error: Json | undefined, answered: number): number {
  if (answered === 401 || answered === 403) return answered;
  if (error !== undefined && saysRefusal(error)) return /forbid|denied|permission/i.test(wordsOf(error)) ? 403 : 401;
  const code = isObject(error) ? (error["code"] ?? (isObject(error["extensions"]) ? error["extensions"]["code"] : undefined)) : undefined;
  if (code === -32_601) return 404;
  if (code === -32_600 || code === -32_602 || code === -32_700) return 400;
  if (typeof code === "string" && wrongCalls.has(code)) return 400;
  if (answered >= 400) return answered;
  return code === -32_603 || code === "INTERNAL_SERVER_ERROR" ? 500 : 422;
}

export function isObject(json: Json | undefined): json is { readonly [key: string]: Json } {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

export function isList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}

const wrongCalls: ReadonlySet<string> = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "BAD_USER_INPUT",
  "BAD_REQUEST",
  "OPERATION_RESOLUTION_FAILURE",
  "PERSISTED_QUERY_NOT_FOUND",
  "PERSISTED_QUERY_NOT_SUPPORTED",
]);

function wordsOf(error: Json): string {
  if (typeof error === "string") return error.slice(0, 256);
  if (!isObject(error)) return "";
  const { message, extensions } = error;
  const code = isObject(extensions) ? extensions["code"] : error["code"];
  return `${typeof message === "string" ? message.slice(0, 256) : ""} ${typeof code === "string" ? code.slice(0, 64) : ""}`;
}
