import { networkOf } from "../exchange/actor.ts";
import { hashedSegment } from "../exchange/plain-words.ts";
import type { Ports } from "../exchange/ports.ts";
import { isRegisteredMethod } from "../exchange/stored-exchange.ts";
import { plainHash } from "../exchange/plain-hash.ts";
import type { ExchangeView } from "../exchange/view.ts";
import { type AnswerFingerprint, answerFingerprint, answerShape, fingerprintText, proofOf, saysNothingInWords } from "./admission.ts";
import { hash32 } from "./distinct-counter.ts";
import type { Calls } from "./calls/call.ts";
import type { Operation } from "./calls/operation.ts";
import { graphqlCalls } from "./calls/graphql-calls.ts";
import { GraphqlDocuments } from "./calls/graphql-documents.ts";
import { jsonRpcCalls } from "./calls/json-rpc-calls.ts";
import { type CallSeen, operationsMax } from "./calls/operations.ts";
import { rpcPathOf } from "./calls/rpc-path.ts";
import { webSocketOf } from "./calls/web-socket.ts";
import { EndpointRegister } from "./endpoint-register.ts";
import { FieldNames, type FieldNamesState } from "./field-names.ts";
import { foreseenTrees } from "./foreseen-trees.ts";
import { type Foresight, inventorySeed } from "./foresight.ts";
import { endpointsOf, type HostInventory } from "./host-inventory.ts";
import { endpointKey, type EndpointState, type InventoryEndpoint, type MethodMap } from "./inventory-endpoint.ts";
import { InventoryHosts } from "./inventory-hosts.ts";
import { hostAnswersMin, type InventoryBounds, inventoryBounds, methodsMax, originsMax } from "./inventory-limits.ts";
import type { PathNode } from "./path-node.ts";
import { type PathStep, pathOf } from "./path-step.ts";
import { ProvenCallers } from "./proven-callers.ts";
import { RequestCallers } from "./request-callers.ts";
import type { TemplateRule } from "./template-rules.ts";

export { InventoryEndpoint } from "./inventory-endpoint.ts";

/**
 * Every endpoint that traffic has shown: learned from exchanges, in bounded memory, no clock.
 *
 * An endpoint enters with evidence: an answer that proves one ({@link proofOf}), and other than what its host answers to
 * everything ("nothing here", see `admission.ts`). Scanner paths therefore neither add endpoints nor grow memory; 404s on
 * known templates count for their endpoint. State written out holds templates, counts and keyed hashes only.
 */
export class Inventory {
  readonly #ports: Ports;
  readonly #bounds: InventoryBounds;
  readonly #seed: number;
  /** Names of fields that were found to be structure, for whoever shows what is kept here. */
  readonly fieldNames: FieldNames;
  readonly #register: EndpointRegister;
  readonly #hosts: InventoryHosts;
  /** The operation that the exchange counted last called by name, where it called one alone, by {@link operationKey}. */
  lastOperation: string | undefined;
  /** Calls of known operations in the exchange read last. */
  lastCalls: readonly CallSeen<InventoryEndpoint>[] = noCalls;
  readonly #callers: RequestCallers;
  readonly #proven: ProvenCallers;
  readonly #documents = new GraphqlDocuments();
  #refused = 0;
  /** Methods with evidence at a place, where a first pass found them; while there is such knowledge no host makes room for another. */
  #foreseen: Map<PathNode<MethodMap>, ReadonlySet<string>> | undefined;
  /** More were foreseen than there is room for: then those that were left out stay out, whichever comes first. */
  #closed = false;

  constructor(ports: Ports, bounds: Partial<InventoryBounds> = {}) {
    this.#ports = ports;
    this.#bounds = { ...inventoryBounds, ...bounds };
    this.#seed = inventorySeed(ports);
    this.fieldNames = new FieldNames(ports, this.#seed);
    this.#register = new EndpointRegister({ ports, seed: this.#seed, idsMax: this.#bounds.idsMax, fieldNames: this.fieldNames });
    this.#hosts = new InventoryHosts({ ports, seed: this.#seed, bounds: this.#bounds, register: this.#register });
    this.#callers = new RequestCallers(ports, this.#seed);
    this.#proven = new ProvenCallers(this.#bounds.principalsMax);
  }

  /**
   * Counts one exchange; gives its endpoint, or undefined while there is none (noise, no evidence, a bound reached). Calls at an endpoint that takes many are
   * counted for their operations too; what comes back is the endpoint they were sent to.
   */
  observe(view: ExchangeView): InventoryEndpoint | undefined {
    const sent = view.exchange.method;
    const method = isRegisteredMethod(sent) ? sent : sent.toUpperCase();
    if (!isRegisteredMethod(method)) return undefined;
    const rpc = rpcPathOf(view);
    return rpc === undefined
      ? this.#observe(view, view.segments, method, webSocket(view))
      : this.#observe(rpc.status === view.exchange.response.status ? view : withStatus(view, rpc.status), rpc.prefix, method, rpcOperation(rpc.name), !rpc.answered);
  }

  /** `nothing`: the answer is no evidence, whatever it looks like. */
  #observe(view: ExchangeView, segments: readonly string[], method: string, operation: Operation | undefined, nothing = false): InventoryEndpoint | undefined {
    const network = hash32(this.#seed, networkOf(view.exchange.client.address));
    const { status } = view.exchange.response;
    const proof = nothing || saysNothingInWords(view) ? "nothing" : proofOf(view);
    nothing = proof !== "endpoint";
    // A host enters with an answer that may be evidence: `Host` is the caller's choice.
    const fingerprint = nothing ? undefined : answerFingerprint(view);
    const unset = nothing || (fingerprint !== undefined && this.#hosts.anyHost.knows(fingerprint));
    const host = unset ? this.#hosts.get(view.host) : this.#hosts.enter(view.host);
    if (host === undefined) return undefined;
    if (nothing || (fingerprint !== undefined && this.#hosts.isNothing(host, fingerprint, view.segments[0]))) {
      const known = this.#foreseen === undefined ? this.#known(host, method, segments, operation) : this.#foreseenAt(host, method, segments, operation);
      const counted = known ?? (proof === "method" ? this.#beside(host, method, segments, operation, view) : undefined);
      return this.#countNothing(counted, view, { host, segments, network });
    }
    host.answers++;
    const learned = host.paths.place(segments, network >>> 27);
    const place = learned === undefined ? undefined : host.paths.shownPlace(learned, segments, network >>> 27);
    if (operation?.protocol === "websocket" && status !== 101 && !this.#stands(place, endpointKey(method, operation)) && status !== 401 && status !== 403) operation = undefined;
    const endpoint = place === undefined ? this.#known(host, method, segments, operation) : this.#endpointAt(host, place, method, operation, place !== learned);
    if (endpoint === undefined) this.#refused++;
    if (place === undefined || learned === undefined || endpoint === undefined) return endpoint;
    const part = place === learned ? endpoint : this.#observePart(host, learned, endpoint, { view, network, fingerprint });
    if (place.shape === "" && view.responseJson !== undefined && status >= 200 && status < 300) place.shape = plainHash(answerShape(view.responseJson));
    if (endpoint.evidence !== "certain") endpoint.admit(fingerprint === undefined ? undefined : fingerprintText(fingerprint));
    this.#count(endpoint, view, network);
    if (part !== undefined) this.#proven.observe(view, part);
    return endpoint;
  }

  /** The same once more for what is learned beside what a rule shows. */
  #observePart(host: HostInventory, place: PathNode<MethodMap>, shown: InventoryEndpoint, { view, network, fingerprint }: PartSeen): InventoryEndpoint | undefined {
    const part = this.#endpointAt(host, place, shown.method, shown.operation);
    if (part === undefined) return undefined;
    shown.show(part);
    const { status } = view.exchange.response;
    if (place.shape === "" && view.responseJson !== undefined && status >= 200 && status < 300) place.shape = plainHash(answerShape(view.responseJson));
    if (part.evidence !== "certain") part.admit(fingerprint === undefined ? undefined : fingerprintText(fingerprint));
    return this.#count(part, view, network);
  }

  #count(endpoint: InventoryEndpoint | undefined, view: ExchangeView, network: number): InventoryEndpoint | undefined {
    this.lastOperation = undefined;
    this.lastCalls = noCalls;
    if (endpoint === undefined) return undefined;
    const caller = this.#callers.of(view, network);
    endpoint.observe(view, caller);
    if (endpoint.operation !== undefined) return endpoint;
    const calls = this.#callsOf(view);
    if (calls === undefined) return endpoint;
    const host = this.#hosts.get(endpoint.host);
    if (host === undefined) return endpoint;
    const { alone, last } = this.#register.countCalls(host, endpoint, calls, view, (call) => {
      const its = this.#callers.of(call, network);
      // What stands in the request beside its calls belongs to each of them.
      return its.credential === undefined && caller.carriers !== undefined ? { ...its, carriers: caller.carriers } : its;
    });
    this.lastOperation = alone;
    this.lastCalls = last;
    return endpoint;
  }

  #callsOf(view: ExchangeView): Calls | undefined {
    if (view.requestJson === undefined && view.query.length === 0 && view.exchange.method !== "POST") return undefined;
    return graphqlCalls(view, this.#documents, this.#ports) ?? jsonRpcCalls(view);
  }

  /**
   * Takes over path templates, methods with evidence and empty answers as decided on all of a recording, before any of it is counted: its exchanges then give the same
   * endpoints and the same counts in any order. Nothing else is learned of them. Call it on an empty inventory only.
   */
  foresee(foresight: Foresight): void {
    const { hosts, anyHost } = foreseenTrees(foresight.paths(), {
      seed: this.#seed,
      hostsMax: this.#bounds.hostsMax,
      hostAnswersMin,
      bounds: { nodesMax: this.#bounds.nodesPerHostMax, childrenMax: this.#bounds.childrenMax, shared: { left: this.#bounds.placesMax } },
      rulesOf: (host) => this.#hosts.rulesOf(host),
    });
    this.#foreseen = new Map();
    this.#hosts.settled = true;
    let left = this.#bounds.endpointsMax;
    this.#hosts.anyHost.restore(anyHost.exportState());
    for (const { name, root, nothing } of hosts) {
      const host = this.#hosts.enter(name);
      if (host === undefined) continue;
      host.answers = hostAnswersMin;
      host.nothing.restore(nothing);
      host.nothing.settle();
      host.paths.adopt(root, (place, methods) => {
        const kept = methods.size <= left ? methods : new Set([...methods].slice(0, left));
        left -= kept.size;
        if (kept.size < methods.size) this.#closed = true;
        this.#foreseen?.set(place, kept);
      });
    }
  }

  /** Obeys these rules of people from now on, in place of any before: see {@link PathTemplates.govern}. */
  govern(rules: readonly TemplateRule[]): void {
    this.#hosts.govern(rules);
  }

  /** The rules obeyed. */
  get rules(): readonly TemplateRule[] {
    return this.#hosts.rules;
  }

  /** The endpoint a request would belong to, without counting it. */
  find(method: string, host: string, segments: readonly string[]): InventoryEndpoint | undefined {
    const known = this.#hosts.get(host);
    if (known === undefined) return undefined;
    const name = method.toUpperCase();
    const found = this.#known(known, name, segments, undefined);
    if (found !== undefined || name !== "POST" || segments.length < 2) return found;
    return this.#known(known, name, segments.slice(0, -2), rpcOperation(segments.slice(-2).join("/")));
  }

  /** What an endpoint's requests of this path were learned as: itself, or where a rule shows several as one, the one of these. */
  learnedOf(endpoint: InventoryEndpoint, segments: readonly string[]): InventoryEndpoint | undefined {
    const host = endpoint.parts === undefined ? undefined : this.#hosts.get(endpoint.host);
    if (host === undefined) return endpoint;
    const path = endpoint.operation?.protocol === "grpc" && segments.length > 1 ? segments.slice(0, -2) : segments;
    return this.#known(host, endpoint.method, path, endpoint.operation, true);
  }

  /** Grows whenever paths merge, so that templates and ids may have changed. */
  get version(): number {
    return this.#hosts.version;
  }

  /** By id, old ids of merged templates included. */
  byId(id: string): InventoryEndpoint | undefined {
    return this.#register.byId(id);
  }

  /** {@link endpoints} and {@link calls} together, calls after the endpoint they are sent to. */
  listed(): readonly InventoryEndpoint[] {
    return [...this.endpoints(), ...this.calls()].sort((a, b) => compare(a.host, b.host) || compare(a.template, b.template) || compare(a.key, b.key));
  }

  /** The operations of all endpoints that take their calls at one path, by host, template and name. Call {@link endpoints} first: it settles their paths. */
  calls(): readonly InventoryEndpoint[] {
    const all: InventoryEndpoint[] = [];
    for (const host of this.#hosts.all()) {
      for (const endpoint of endpointsOf(host)) for (const one of endpoint.operations?.byKey.values() ?? []) if (one.id !== "") all.push(one);
    }
    return all.sort((a, b) => compare(a.host, b.host) || compare(a.template, b.template) || compare(a.key, b.key));
  }

  /** All endpoints but the {@link calls}, by host, template and method. Decides positions that gathered evidence first, so ids may settle here. */
  endpoints(): readonly InventoryEndpoint[] {
    const all: InventoryEndpoint[] = [];
    let parts = 0;
    for (const host of this.#hosts.all()) {
      host.paths.settle();
      for (const endpoint of endpointsOf(host)) {
        void endpoint.id;
        for (const one of endpoint.operations?.byKey.values() ?? []) void one.id;
        parts += endpoint.parts?.size ?? 0;
        all.push(endpoint);
      }
    }
    // Counted anew: what was learned wrongly below a name that turned out to be a value is let go without a word.
    this.#register.count = all.length + parts;
    return all.sort((a, b) => compare(a.host, b.host) || compare(a.template, b.template) || compare(a.key, b.key));
  }

  /** As {@link endpoints}, but each as it was learned, whatever rules show together. */
  learned(): readonly InventoryEndpoint[] {
    return this.endpoints().flatMap((endpoint) => (endpoint.parts === undefined ? [endpoint] : [...endpoint.parts]));
  }

  /** True when this credential hash was accepted by an endpoint that refuses others, and is not shared by its callers. */
  isPrincipal(hash: string): boolean {
    return this.#proven.has(hash);
  }

  /** Principals found since the last call. */
  newPrincipals(): readonly string[] {
    return this.#proven.takeFresh();
  }

  /** What is held over all hosts, for memory reports; `refused`: exchanges that got no endpoint because a bound was reached. */
  get size(): { readonly hosts: number; readonly nodes: number; readonly endpoints: number; readonly refused: number } {
    return { hosts: this.#hosts.size, nodes: this.#hosts.places, endpoints: this.#register.count, refused: this.#refused };
  }

  /** JSON-able: every endpoint there is. Constants stand in clear only where they may be shown. */
  exportState(): InventoryState {
    const hosts: { name: string; endpoints: { path: readonly PathStep[]; state: EndpointState }[]; nothing: readonly string[] }[] = [];
    for (const host of this.#hosts.all()) {
      host.paths.settle();
      const endpoints: { path: readonly PathStep[]; state: EndpointState }[] = [];
      for (const endpoint of endpointsOf(host, true)) {
        endpoints.push({ path: pathOf(endpoint.place, (constant) => hashedSegment(constant, this.#ports)), state: endpoint.exportState() });
      }
      hosts.push({ name: host.name, endpoints, nothing: host.nothing.exportState() });
    }
    return { version: 1, hosts, principals: this.#proven.exportState(), fieldNames: this.fieldNames.exportState() };
  }

  /** An inventory that goes on where the exported one stopped. State of another shape or version gives an empty one. */
  static restore(ports: Ports, state: unknown, bounds: Partial<InventoryBounds> = {}, rules: readonly TemplateRule[] = []): Inventory {
    const inventory = new Inventory(ports, bounds);
    if (typeof state !== "object" || state === null || !("version" in state) || state.version !== 1) {
      inventory.govern(rules);
      return inventory;
    }
    const { hosts, principals, fieldNames } = state as InventoryState;
    inventory.fieldNames.restore(fieldNames ?? []);
    for (const saved of hosts) {
      const host = inventory.#hosts.enter(saved.name);
      if (host === undefined) break;
      host.nothing.restore(saved.nothing);
      // What was kept was evidence once.
      host.answers = hostAnswersMin;
      for (const { path, state: counts } of saved.endpoints) {
        const place = host.paths.restore(path);
        const endpoint = place === undefined ? undefined : inventory.#endpointAt(host, place, counts.method, counts.operation);
        if (endpoint !== undefined) inventory.#register.restore(host, endpoint, counts);
      }
      host.paths.restored();
    }
    // What was learned comes first: rules show it otherwise, and change nothing of it.
    inventory.govern(rules);
    inventory.#proven.restore(principals);
    inventory.endpoints();
    return inventory;
  }

  #endpointAt(host: HostInventory, place: PathNode<MethodMap>, method: string, operation: Operation | undefined, inView = false): InventoryEndpoint | undefined {
    const key = endpointKey(method, operation);
    const known = place.leaf?.get(key);
    if (known !== undefined) return known;
    if (this.#closed && this.#foreseen?.get(place)?.has(key) !== true) return undefined;
    const room = operation?.protocol === "grpc" ? operationsMax : operationsMax + methodsMax;
    if (this.#register.count >= this.#bounds.endpointsMax) for (const { paths } of this.#hosts.all()) paths.cramp();
    if ((place.leaf?.size ?? 0) >= room || this.#register.count >= this.#bounds.endpointsMax) return undefined;
    place.leaf ??= new Map();
    const endpoint = this.#register.make(host, place, method, operation);
    if (inView) endpoint.parts = new Set();
    const former = this.#hosts.rules.length === 0 || inView ? undefined : host.paths.formerPlace(place)?.leaf?.get(key);
    if (former !== undefined) for (const id of [former.id, ...former.origins]) if (endpoint.origins.size < originsMax) endpoint.origins.add(id);
    place.leaf.set(key, endpoint);
    return endpoint;
  }

  #known(host: HostInventory, method: string, segments: readonly string[], operation: Operation | undefined, learned = false): InventoryEndpoint | undefined {
    const key = endpointKey(method, operation);
    const found = host.paths.find(segments, (node) => node.leaf?.has(key) === true, learned)?.leaf?.get(key);
    return found === undefined && operation?.protocol === "websocket" ? this.#known(host, method, segments, undefined, learned) : found;
  }

  #countNothing(
    endpoint: InventoryEndpoint | undefined,
    view: ExchangeView,
    { host, segments, network }: { readonly host: HostInventory; readonly segments: readonly string[]; readonly network: number },
  ): InventoryEndpoint | undefined {
    if (endpoint?.parts !== undefined) this.#count(this.#known(host, endpoint.method, segments, endpoint.operation, true), view, network);
    return this.#count(endpoint, view, network);
  }

  /** As {@link #known}, also where a first pass found evidence that may come later in this one. */
  #foreseenAt(host: HostInventory, method: string, segments: readonly string[], operation: Operation | undefined): InventoryEndpoint | undefined {
    const key = endpointKey(method, operation);
    const place = host.paths.find(segments, (node) => this.#stands(node, key));
    if (place !== undefined) return this.#endpointAt(host, place, method, operation);
    return operation?.protocol === "websocket" ? this.#foreseenAt(host, method, segments, undefined) : undefined;
  }

  /** A method that was only refused, at a path that has answered to another one. */
  #beside(host: HostInventory, method: string, segments: readonly string[], operation: Operation | undefined, view: ExchangeView): InventoryEndpoint | undefined {
    if (this.#foreseen !== undefined) return undefined;
    const place = host.paths.find(segments, (node) => node.leaf !== undefined && [...node.leaf.values()].some((one) => one.evidence === "certain" || one.evidence.size > 0));
    const endpoint = place === undefined ? undefined : this.#endpointAt(host, place, method, operation);
    if (endpoint !== undefined) {
      const fingerprint = answerFingerprint(view);
      endpoint.admit(fingerprint === undefined ? undefined : fingerprintText(fingerprint));
    }
    return endpoint;
  }

  #stands(place: PathNode<MethodMap> | undefined, key: string): boolean {
    return place !== undefined && (place.leaf?.has(key) === true || this.#foreseen?.get(place)?.has(key) === true);
  }
}

interface PartSeen {
  readonly view: ExchangeView;
  readonly network: number;
  readonly fingerprint: AnswerFingerprint | undefined;
}

/** What {@link Inventory.exportState} writes. */
export interface InventoryState {
  readonly version: 1;
  readonly hosts: readonly {
    readonly name: string;
    readonly endpoints: readonly { readonly path: readonly PathStep[]; readonly state: EndpointState }[];
    readonly nothing: readonly string[];
  }[];
  readonly principals: readonly string[];
  /** Absent in states older than it. */
  readonly fieldNames?: FieldNamesState;
}

function webSocket(view: ExchangeView): Operation | undefined {
  return webSocketOf(view) === undefined ? undefined : connection;
}

const connection: Operation = { protocol: "websocket", kind: "connection", name: "" };

function rpcOperation(name: string): Operation {
  return { protocol: "grpc", kind: "call", name };
}

function withStatus(view: ExchangeView, status: number): ExchangeView {
  return { ...view, exchange: { ...view.exchange, response: { ...view.exchange.response, status } } };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const noCalls: readonly CallSeen<InventoryEndpoint>[] = [];
