import type { Actor } from "../exchange/actor.ts";
import type { Ports } from "../exchange/ports.ts";
import { type ClassifiedAnswer, parsed } from "../exchange/response-class.ts";
import type { RequestParts } from "../exchange/subjects.ts";
import type { Operation } from "../inventory/calls/operation.ts";
import { operationKey } from "../inventory/calls/operations.ts";
import { type AskedCall, partsOfCall, RequestCalls, resultJson, resultOf } from "../inventory/calls/request-calls.ts";
import { CodeLimits, type CodeRefusal, type CodeTry } from "./code-limits.ts";
import type { Anchor, CodeDoor, GatePolicy, GuardedEndpoint } from "./gate-policy.ts";
import { GuardMatcher } from "./guard-matcher.ts";
import { PromptLimits, type PromptTry } from "./prompt-limits.ts";

/**
 * What is tried at the service and limited before it is asked: codes ({@link CodeLimits}) and prompts ({@link PromptLimits}), at paths and at the operations of GraphQL and JSON-RPC that share one.
 *
 * Of a request that calls operations each call counts by itself, aliases and batches spread out, and is judged by its own part of the answer; where one is too many, the request that holds it is refused as a
 * whole, for its parts cannot be sent apart. Requests that call other operations of the path are not looked at. A call on which the answer says nothing stays counted.
 *
 * In two phases: {@link take} when the request comes, {@link settle} when it is over. Misses: what {@link RequestCalls} misses.
 */
export class TryLimits {
  readonly #prompts: PromptLimits;
  readonly #codes: CodeLimits;
  readonly #calls: RequestCalls;
  #operations: GuardMatcher | undefined;
  /** By {@link placeOf}: the operations of a path that are limited. */
  #paths: ReadonlyMap<string, OperationDoors> = new Map();

  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#prompts = new PromptLimits(ports);
    this.#codes = new CodeLimits(ports);
    this.#calls = new RequestCalls(ports);
  }

  /** Replaces what is limited; counts go on. */
  setPolicy({ prompts = none, codes = none }: Pick<GatePolicy, "prompts" | "codes">): void {
    this.#prompts.setEndpoints(prompts.filter(({ operation }) => operation === undefined));
    this.#codes.setDoors(codes);
    const paths = new Map<string, MutableDoors>();
    const first: GuardedEndpoint[] = [];
    const at = (endpoint: GuardedEndpoint, operation: Operation): MutableDoors => {
      const place = placeOf(endpoint);
      let doors = paths.get(place);
      if (doors === undefined) {
        paths.set(place, (doors = { wanted: new Map(), codes: new Map(), prompts: new Map() }));
        first.push(endpoint);
      }
      doors.wanted.set(operationKey(operation), operation);
      return doors;
    };
    for (const door of codes) if (door.operation !== undefined) at(door, door.operation).codes.set(operationKey(door.operation), door);
    for (const prompt of prompts) if (prompt.operation !== undefined) at(prompt, prompt.operation).prompts.set(operationKey(prompt.operation), prompt);
    this.#paths = paths;
    this.#operations = first.length === 0 ? undefined : new GuardMatcher(first, this.#ports);
  }

  /** See {@link PromptLimits.anchor}. */
  anchor(anchor: Anchor): void {
    this.#prompts.anchor(anchor);
  }

  /** What a request to this path may try; undefined where that is nothing. */
  find(method: string, host: string, segments: readonly string[]): TryDoors | undefined {
    const prompt = this.#prompts.find(method, host, segments);
    const code = this.#codes.find(method, host, segments);
    const found = this.#operations?.find(method, host, segments);
    const operations = found === undefined ? undefined : this.#paths.get(placeOf(found));
    return prompt === undefined && code === undefined && operations === undefined ? undefined : { prompt, code, operations };
  }

  /** Charges all that a request tries, or nothing. `whole`: all of the request was read. Undefined: it tries nothing. */
  take({ prompt, code, operations }: TryDoors, actorOf: () => Actor, parts: RequestParts, whole: boolean, at: number): Tries | TryRefusal | undefined {
    const tries: TryOfOne[] = [];
    const refusal =
      this.#takeOne({ call: undefined, prompt, code, parts, whole }, actorOf, at, tries) ??
      (operations === undefined ? undefined : this.#takeCalls(operations, actorOf, parts, whole, at, tries));
    if (refusal === undefined) return tries.length === 0 ? undefined : { tries };
    this.withdraw({ tries }, at);
    return refusal;
  }

  /** The service was not asked after all. */
  withdraw({ tries }: Tries, at: number): void {
    for (const { code, prompted } of tries) {
      if (code !== undefined) this.#codes.settle(code, undefined, at);
      if (prompted !== undefined) this.#prompts.withdraw(prompted, at);
    }
  }

  /** It was answered like this; undefined: the service gave no answer. `status`: 0 where it is not known whether it did. */
  settle({ tries }: Tries, answer: ClassifiedAnswer | undefined, status: number, at: number): void {
    const json = answer === undefined || tries.every(({ call }) => call === undefined) ? undefined : (answer.json ?? parsed(answer.body));
    const ids = new Map<string, number>();
    for (const { call } of tries) if (call?.id !== undefined) ids.set(call.id, (ids.get(call.id) ?? 0) + 1);
    for (const { call, code, prompted } of tries) {
      let own = answer;
      if (call !== undefined && answer !== undefined) {
        // Calls under one id cannot be told apart in the answer.
        const result = (ids.get(call.id ?? "") ?? 0) > 1 ? undefined : resultOf(call, json, answer.status);
        own = result === undefined ? unheard : { status: result.status, contentType: "application/json", location: "", body: undefined, json: resultJson(result.data), echo: [] };
      }
      if (code !== undefined) this.#codes.settle(code, own, at);
      if (prompted !== undefined) this.#prompts.settle(prompted, call === undefined ? status : own === unheard ? 0 : (own?.status ?? 0), at);
    }
  }

  #takeCalls(operations: OperationDoors, actorOf: () => Actor, parts: RequestParts, whole: boolean, at: number, tries: TryOfOne[]): TryRefusal | undefined {
    for (const call of this.#calls.read(parts, whole, operations.wanted)) {
      const own = { call, prompt: operations.prompts.get(call.key), code: operations.codes.get(call.key), parts: partsOfCall(parts, call), whole: call.args !== undefined };
      const refusal = this.#takeOne(own, actorOf, at, tries);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  #takeOne({ call, prompt, code, parts, whole }: One, actorOf: () => Actor, at: number, tries: TryOfOne[]): TryRefusal | undefined {
    let prompted: PromptTry | undefined;
    if (prompt !== undefined) {
      const taken = this.#prompts.take(prompt, parts, at);
      if (typeof taken === "number") return { wait: taken, reason: "prompt-limit" };
      prompted = taken;
    }
    const tried = code === undefined ? undefined : this.#codes.take(code, actorOf(), parts, at, whole);
    if (tried !== undefined && "wait" in tried) {
      if (prompted !== undefined) this.#prompts.withdraw(prompted, at);
      return tried;
    }
    if (tried !== undefined || prompted !== undefined) tries.push({ call, code: tried, prompted });
    return undefined;
  }
}

/** What a request may try. */
export interface TryDoors {
  readonly prompt: GuardedEndpoint | undefined;
  readonly code: CodeDoor | undefined;
  readonly operations: OperationDoors | undefined;
}

/** Operations of one path that are limited, by {@link operationKey}. */
export interface OperationDoors {
  readonly wanted: ReadonlyMap<string, Operation>;
  readonly codes: ReadonlyMap<string, CodeDoor>;
  readonly prompts: ReadonlyMap<string, GuardedEndpoint>;
}

/** What passed and is not judged yet. */
export interface Tries {
  readonly tries: readonly TryOfOne[];
}

/** For so many milliseconds, and why. */
export interface TryRefusal {
  readonly wait: number;
  readonly reason: CodeRefusal["reason"] | "prompt-limit";
}

interface TryOfOne {
  /** Undefined where the path is what is tried at. */
  readonly call: AskedCall | undefined;
  readonly code: CodeTry | undefined;
  readonly prompted: PromptTry | undefined;
}

interface One {
  readonly call: AskedCall | undefined;
  readonly prompt: GuardedEndpoint | undefined;
  readonly code: CodeDoor | undefined;
  readonly parts: RequestParts;
  readonly whole: boolean;
}

interface MutableDoors {
  readonly wanted: Map<string, Operation>;
  readonly codes: Map<string, CodeDoor>;
  readonly prompts: Map<string, GuardedEndpoint>;
}

function placeOf({ method, host, template }: GuardedEndpoint): string {
  return `${method} ${host} ${template}`;
}

const none: readonly never[] = [];
/** A call the answer does not speak of: it may have been wrong. */
const unheard: ClassifiedAnswer = { status: 400, contentType: "", location: "", body: undefined, echo: [] };
