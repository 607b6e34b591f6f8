import { fieldName } from "../../exchange/plain-words.ts";
import type { Ports } from "../../exchange/ports.ts";
import { looksIdentifying } from "../../exchange/scalar-text.ts";
import type { ExchangeView } from "../../exchange/view.ts";
import type { PostureCaller } from "../posture.ts";
import { type Call, type Calls, callsReadMax } from "./call.ts";
import type { Operation } from "./operation.ts";

/**
 * The operations of one endpoint that takes its calls at one path. An operation enters when the service answered it without an error: names are the caller's
 * choice. Calls of names without that evidence, and beyond {@link operationsMax} here or the `budget` of all endpoints, are counted as others.
 *
 * Mistakes: a service that answers any name at all shows the names that callers invent, up to the bound; those that look like identifiers stay hashed.
 */
export class Operations<Endpoint extends CountsCalls> {
  readonly byKey = new Map<string, Endpoint>();
  /** Calls that belong to no operation. */
  others = 0;
  /** What the exchange read last called, where that was one known operation alone; see {@link operationKey}. */
  alone: string | undefined;
  /** Its calls of known operations, each as if it had been alone; {@link callsReadMax} at most. */
  last: readonly CallSeen<Endpoint>[] = [];
  /** Calls of any sort that were read. */
  protocol: Calls["protocol"] | undefined;

  /** Counts the calls of one exchange; `callerOf` finds a credential that stands in a call, `make` gives an operation its endpoint. */
  observe(
    calls: Calls,
    view: ExchangeView,
    callerOf: (view: ExchangeView) => PostureCaller,
    ports: Ports,
    budget: OperationBudget,
    make: (operation: Operation) => Endpoint,
  ): void {
    this.protocol = calls.protocol;
    this.others += calls.more;
    const named = new Map<string, string>();
    const keyOf = ({ kind, name }: Call): string => {
      const text = `${kind} ${name}`;
      let key = named.get(text);
      if (key === undefined) named.set(text, (key = operationKey(operationOf(calls, kind, name, ports))));
      return key;
    };
    // An operation enters with all of its calls: the first of a batch may fail.
    for (const call of calls.list) {
      if (call.verdict !== "answered" || this.byKey.size >= operationsMax || budget.used >= budget.max) continue;
      const key = keyOf(call);
      if (this.byKey.has(key)) continue;
      this.byKey.set(key, make(operationOf(calls, call.kind, call.name, ports)));
      budget.used++;
    }
    const [only] = calls.list;
    const key = only === undefined || calls.list.length > 1 || calls.more > 0 ? undefined : keyOf(only);
    this.alone = key !== undefined && this.byKey.has(key) ? key : undefined;
    let read = 0;
    const last: CallSeen<Endpoint>[] = [];
    for (const call of calls.list) {
      const key = keyOf(call);
      const endpoint = this.byKey.get(key);
      if (endpoint === undefined) this.others++;
      else if (call.verdict === "unseen" || ++read > callsReadMax) endpoint.countOnly(view.exchange.at, call.status);
      else {
        const alone = viewOfCall(view, call);
        endpoint.observe(alone, callerOf(alone));
        last.push({ key, name: call.name, endpoint, view: alone });
      }
    }
    this.last = last;
  }

  /** Takes over what another path's operations counted, when the paths merge. */
  absorb(other: Operations<Endpoint>, budget: OperationBudget): void {
    this.others += other.others;
    this.protocol ??= other.protocol;
    for (const [key, endpoint] of other.byKey) {
      const mine = this.byKey.get(key);
      if (mine === undefined && this.byKey.size < operationsMax) this.byKey.set(key, endpoint);
      else {
        if (mine === undefined) this.others += endpoint.requests;
        else mine.absorb(endpoint);
        budget.used--;
      }
    }
  }
}

/** One call of the exchange read last. */
export interface CallSeen<Endpoint> {
  readonly key: string;
  readonly name: string;
  readonly endpoint: Endpoint;
  /** An exchange as if it had been this call alone. */
  readonly view: ExchangeView;
}

/** What an operation's endpoint does for its calls. */
export interface CountsCalls {
  readonly requests: number;
  countOnly(at: number, status: number): void;
  observe(view: ExchangeView, caller: PostureCaller): void;
  absorb(other: this): void;
}

/** Operations of all endpoints together. */
export interface OperationBudget {
  used: number;
  readonly max: number;
}

/** Large public schemas have some hundred root fields. */
export const operationsMax = 1_024;
/** Each is an endpoint of its own, some kilobytes; more than any service of one host has. */
export const operationsOfAllMax = 8_192;
/** What tells operations of one path apart. */
export function operationKey({ protocol, kind, name }: Operation): string {
  return `${protocol} ${kind} ${name}`;
}

/** An operation as it is known: a name that looks like somebody's is hashed. */
export function operationOf({ protocol }: Pick<Calls, "protocol">, kind: Operation["kind"], name: string, ports: Ports): Operation {
  return { protocol, kind, name: kind === "persisted" || !looksIdentifying(name) ? name : fieldName(name, ports) };
}

/** An exchange as if it had been this call alone: its arguments for a body, its result for an answer, the status its error means. */
function viewOfCall(view: ExchangeView, call: Call): ExchangeView {
  const { exchange } = view;
  const { id, at, method, url, client, request, response, durationMs, upstreamMs, carries, gate } = exchange;
  return {
    exchange: {
      id,
      at,
      method,
      url,
      client,
      request: { headers: request.headers },
      response: { status: call.status, headers: call.verdict === "answered" ? response.headers : [], size: 0 },
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(upstreamMs === undefined ? {} : { upstreamMs }),
      carries,
      ...(gate === undefined ? {} : { gate }),
    },
    host: view.host,
    segments: view.segments,
    query: [],
    form: [],
    requestJson: call.args,
    responseJson: call.data,
    credential: view.credential,
    userAgent: view.userAgent,
  };
}
