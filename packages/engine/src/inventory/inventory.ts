import { networkOf } from "../exchange/actor.ts";
import { FieldNames, type FieldNamesState } from "./field-names.ts";
import { type CredentialFacts, credentialFacts } from "../exchange/credential-facts.ts";
import { fieldName, hashedSegment } from "../exchange/plain-words.ts";
import type { Ports } from "../exchange/ports.ts";
import { isRegisteredMethod } from "../exchange/stored-exchange.ts";
import { plainHash } from "../exchange/plain-hash.ts";
import type { CredentialSeen, ExchangeView } from "../exchange/view.ts";
import { type AnswerFingerprint, answerFingerprint, answerShape, fingerprintText, NothingHere, proofOf, saysNothingInWords } from "./admission.ts";
import { hash32 } from "./distinct-counter.ts";
import type { Calls, Operation } from "./calls/call.ts";
import { graphqlCalls } from "./calls/graphql-calls.ts";
import { GraphqlDocuments } from "./calls/graphql-documents.ts";
import { jsonRpcCalls } from "./calls/json-rpc-calls.ts";
import { type OperationBudget, operationKey, Operations, operationsMax, operationsOfAllMax } from "./calls/operations.ts";
import { rpcPathOf } from "./calls/rpc-path.ts";
import { webSocketOf } from "./calls/web-socket.ts";
import type { EndpointNaming, EndpointState, MethodMap } from "./inventory-endpoint.ts";
import { endpointKey, InventoryEndpoint } from "./inventory-endpoint.ts";
import type { PathNode } from "./path-node.ts";
import { type PathStep, pathOf } from "./path-step.ts";
import { foreseenTrees } from "./foreseen-trees.ts";
import { type Foresight, inventorySeed } from "./foresight.ts";
import { PathTemplates } from "./path-templates.ts";
import { classifiedFieldsMax } from "./field-classes.ts";
import { SchemaBudget } from "./schema-node.ts";
import { bodyCredential } from "./body-credential.ts";
import { KnownCredentials } from "./known-credentials.ts";
import type { PostureCaller } from "./posture.ts";
import { type RuleNode, rulesFor, type TemplateRule } from "./template-rules.ts";
import { unusualCarriers } from "./unusual-carriers.ts";

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
  readonly #schemaBudget = new SchemaBudget();
  readonly #classedBudget = new SchemaBudget(classifiedFieldsMax);
  readonly #hosts = new Map<string, HostInventory>();
  /** The operation that the exchange counted last called by name, where it called one alone, by {@link operationKey}. */
  lastOperation: string | undefined;
  readonly #byId = new Map<string, InventoryEndpoint>();
  readonly #principals = new Set<string>();
  readonly #credentials = new KnownCredentials();
  readonly #facts = new Map<string, CredentialFacts>();
  /** Answers that hosts nobody has set up are given; by host, as {@link NothingHere} counts first segments. */
  readonly #anyHost = new NothingHere();
  readonly #documents = new GraphqlDocuments();
  readonly #operations: OperationBudget = { used: 0, max: operationsOfAllMax };
  #rules: readonly TemplateRule[] = [];
  #ruledHosts: ReadonlySet<string> = new Set();
  /** Of every host that no rule names: made once. */
  #rulesOfOthers: RuleNode | undefined;
  /** Places left for all hosts together. */
  readonly #places: { left: number };
  #endpoints = 0;
  #refused = 0;
  #epochsDropped = 0;
  #fresh: string[] = [];
  /** Methods with evidence at a place, where a first pass found them; while there is such knowledge no host makes room for another. */
  #foreseen: Map<PathNode<MethodMap>, ReadonlySet<string>> | undefined;
  /** More were foreseen than there is room for: then those that were left out stay out, whichever comes first. */
  #closed = false;

  constructor(ports: Ports, bounds: Partial<InventoryBounds> = {}) {
    this.#ports = ports;
    this.#bounds = { ...inventoryBounds, ...bounds };
    this.#places = { left: this.#bounds.placesMax };
    this.#seed = inventorySeed(ports);
    this.fieldNames = new FieldNames(ports, this.#seed);
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
    const unset = nothing || (fingerprint !== undefined && this.#anyHost.knows(fingerprint));
    const host = unset ? this.#hosts.get(view.host) : this.#host(view.host);
    if (host === undefined) return undefined;
    if (nothing || (fingerprint !== undefined && this.#isNothing(host, fingerprint, view.segments[0]))) {
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
    if (part !== undefined) this.#principal(view, part);
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
    if (endpoint === undefined) return undefined;
    const caller = this.#caller(view, network);
    endpoint.observe(view, caller);
    if (endpoint.operation !== undefined) return endpoint;
    const calls = this.#callsOf(view);
    if (calls === undefined) return endpoint;
    endpoint.operations ??= new Operations();
    const host = this.#hosts.get(endpoint.host);
    if (host === undefined) return endpoint;
    endpoint.operations.observe(
      calls,
      view,
      (call) => {
        const its = this.#caller(call, network);
        // What stands in the request beside its calls belongs to each of them.
        return its.credential === undefined && caller.carriers !== undefined ? { ...its, carriers: caller.carriers } : its;
      },
      this.#ports,
      this.#operations,
      (operation) => {
        const made = new InventoryEndpoint(endpoint.method, endpoint.host, endpoint.place, this.#naming(host), operation);
        made.evidence = "certain";
        return made;
      },
    );
    this.lastOperation = endpoint.operations.alone;
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
      rulesOf: (host) => this.#rulesOf(host),
    });
    this.#foreseen = new Map();
    let left = this.#bounds.endpointsMax;
    this.#anyHost.restore(anyHost.exportState());
    for (const { name, root, nothing } of hosts) {
      const host = this.#host(name);
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
    this.#rules = rules;
    this.#ruledHosts = new Set(rules.flatMap((rule) => rule.host ?? []));
    this.#rulesOfOthers = rulesFor("", rules);
    for (const host of this.#hosts.values()) host.paths.govern(this.#rulesOf(host.name));
  }

  /** The rules obeyed. */
  get rules(): readonly TemplateRule[] {
    return this.#rules;
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
    let version = this.#epochsDropped;
    for (const host of this.#hosts.values()) version += host.paths.epoch;
    return version;
  }

  /** By id, old ids of merged templates included. */
  byId(id: string): InventoryEndpoint | undefined {
    return this.#byId.get(id);
  }

  /** {@link endpoints} and {@link calls} together, calls after the endpoint they are sent to. */
  listed(): readonly InventoryEndpoint[] {
    return [...this.endpoints(), ...this.calls()].sort((a, b) => compare(a.host, b.host) || compare(a.template, b.template) || compare(a.key, b.key));
  }

  /** The operations of all endpoints that take their calls at one path, by host, template and name. Call {@link endpoints} first: it settles their paths. */
  calls(): readonly InventoryEndpoint[] {
    const all: InventoryEndpoint[] = [];
    for (const host of this.#hosts.values()) {
      for (const endpoint of endpointsOf(host)) for (const one of endpoint.operations?.byKey.values() ?? []) if (one.id !== "") all.push(one);
    }
    return all.sort((a, b) => compare(a.host, b.host) || compare(a.template, b.template) || compare(a.key, b.key));
  }

  /** All endpoints but the {@link calls}, by host, template and method. Decides positions that gathered evidence first, so ids may settle here. */
  endpoints(): readonly InventoryEndpoint[] {
    const all: InventoryEndpoint[] = [];
    let parts = 0;
    for (const host of this.#hosts.values()) {
      host.paths.settle();
      for (const endpoint of endpointsOf(host)) {
        void endpoint.id;
        for (const one of endpoint.operations?.byKey.values() ?? []) void one.id;
        parts += endpoint.parts?.size ?? 0;
        all.push(endpoint);
      }
    }
    // Counted anew: what was learned wrongly below a name that turned out to be a value is let go without a word.
    this.#endpoints = all.length + parts;
    return all.sort((a, b) => compare(a.host, b.host) || compare(a.template, b.template) || compare(a.key, b.key));
  }

  /** As {@link endpoints}, but each as it was learned, whatever rules show together. */
  learned(): readonly InventoryEndpoint[] {
    return this.endpoints().flatMap((endpoint) => (endpoint.parts === undefined ? [endpoint] : [...endpoint.parts]));
  }

  /** True when this credential hash was accepted by an endpoint that refuses others, and is not shared by its callers. */
  isPrincipal(hash: string): boolean {
    return this.#principals.has(hash);
  }

  /** Principals found since the last call. */
  newPrincipals(): readonly string[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** What is held over all hosts, for memory reports; `refused`: exchanges that got no endpoint because a bound was reached. */
  get size(): { readonly hosts: number; readonly nodes: number; readonly endpoints: number; readonly refused: number } {
    return { hosts: this.#hosts.size, nodes: this.#bounds.placesMax - this.#places.left, endpoints: this.#endpoints, refused: this.#refused };
  }

  /** JSON-able: every endpoint there is. Constants stand in clear only where they may be shown. */
  exportState(): InventoryState {
    const hosts: { name: string; endpoints: { path: readonly PathStep[]; state: EndpointState }[]; nothing: readonly string[] }[] = [];
    for (const host of this.#hosts.values()) {
      host.paths.settle();
      const endpoints: { path: readonly PathStep[]; state: EndpointState }[] = [];
      for (const endpoint of endpointsOf(host, true)) {
        endpoints.push({ path: pathOf(endpoint.place, (constant) => hashedSegment(constant, this.#ports)), state: endpoint.exportState() });
      }
      hosts.push({ name: host.name, endpoints, nothing: host.nothing.exportState() });
    }
    return { version: 1, hosts, principals: [...this.#principals], fieldNames: this.fieldNames.exportState() };
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
      const host = inventory.#host(saved.name);
      if (host === undefined) break;
      host.nothing.restore(saved.nothing);
      // What was kept was evidence once.
      host.answers = hostAnswersMin;
      for (const { path, state: counts } of saved.endpoints) {
        const place = host.paths.restore(path);
        const endpoint = place === undefined ? undefined : inventory.#endpointAt(host, place, counts.method, counts.operation);
        endpoint?.restore(counts);
        if (endpoint !== undefined && counts.operations !== undefined) inventory.#restoreCalls(host, endpoint, counts.operations);
      }
      host.paths.restored();
    }
    // What was learned comes first: rules show it otherwise, and change nothing of it.
    inventory.govern(rules);
    for (const hash of principals) inventory.#principals.add(hash);
    inventory.endpoints();
    return inventory;
  }

  #restoreCalls(host: HostInventory, endpoint: InventoryEndpoint, saved: NonNullable<EndpointState["operations"]>): void {
    const operations = new Operations<InventoryEndpoint>();
    operations.protocol = saved.protocol;
    operations.others = saved.others;
    for (const state of saved.list.slice(0, operationsMax)) {
      if (state.operation === undefined || this.#operations.used >= this.#operations.max) continue;
      const one = new InventoryEndpoint(endpoint.method, endpoint.host, endpoint.place, this.#naming(host), state.operation);
      one.restore(state);
      operations.byKey.set(operationKey(state.operation), one);
      this.#operations.used++;
    }
    endpoint.operations = operations;
  }

  /** What an endpoint holds of what all share is given back. */
  #release(endpoint: InventoryEndpoint): void {
    for (const one of endpoint.operations?.byKey.values() ?? []) {
      this.#release(one);
      this.#operations.used--;
    }
    endpoint.release();
    for (const id of [endpoint.id, ...endpoint.aliases]) if (this.#byId.get(id) === endpoint) this.#byId.delete(id);
  }

  /** True when this answer is what the host gives to everything, or what every host is given that nobody has set up. */
  #isNothing(host: HostInventory, fingerprint: AnswerFingerprint, first: string | undefined): boolean {
    const here = host.nothing.observe(fingerprint, first, this.#seed);
    if (here?.learned === true) this.#dropEvidence(host, here.fingerprint);
    if (here !== undefined) return true;
    if (host.answers >= hostAnswersMin) return false;
    const anywhere = this.#anyHost.observe(fingerprint, host.name, this.#seed);
    if (anywhere === undefined) return false;
    if (anywhere.learned) {
      for (const other of this.#hosts.values()) {
        if (other.answers >= hostAnswersMin) continue;
        this.#dropEvidence(other, anywhere.fingerprint);
        if (isEmpty(other)) this.#drop(other);
      }
    }
    return true;
  }

  /** Makes room at the bound: the host that answered least goes, as long as that was little. */
  #dropHost(): void {
    let least: HostInventory | undefined;
    for (const host of this.#hosts.values()) if (host.answers < hostAnswersMin && (least === undefined || host.answers < least.answers)) least = host;
    if (least === undefined) return;
    for (const endpoint of [...endpointsOf(least), ...endpointsOf(least, true)]) this.#release(endpoint);
    this.#drop(least);
  }

  #drop(host: HostInventory): void {
    for (const endpoint of endpointsOf(host)) this.#endpoints -= 1 + (endpoint.parts?.size ?? 0);
    this.#places.left += host.paths.nodes;
    this.#epochsDropped += host.paths.epoch;
    this.#hosts.delete(host.name);
  }

  #rulesOf(host: string): RuleNode | undefined {
    return this.#ruledHosts.has(host) ? rulesFor(host, this.#rules) : this.#rulesOfOthers;
  }

  #host(name: string): HostInventory | undefined {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    if (this.#hosts.size >= this.#bounds.hostsMax && this.#foreseen === undefined) this.#dropHost();
    if (this.#hosts.size >= this.#bounds.hostsMax) return undefined;
    const host: HostInventory = {
      name,
      paths: new PathTemplates<MethodMap>(
        (into, from, was) => joinMethods(into, from, was, () => this.#endpoints--),
        { nodesMax: this.#bounds.nodesPerHostMax, childrenMax: this.#bounds.childrenMax, shared: this.#places },
        (constant) => hashedSegment(constant, this.#ports),
        { copy: (methods, place) => this.#copy(name, methods, place), drop: (methods) => this.#unshow(methods) },
      ),
      nothing: new NothingHere(),
      naming: undefined,
      answers: 0,
    };
    host.paths.govern(this.#rulesOf(name));
    this.#hosts.set(name, host);
    return host;
  }

  #naming(host: HostInventory): EndpointNaming {
    host.naming ??= {
      seed: this.#seed,
      epoch: () => host.paths.epoch,
      hidden: (constant) => hashedSegment(constant, this.#ports),
      fieldName: (name) => fieldName(name, this.#ports),
      nameOf: (name) => fieldName(name, this.#ports),
      names: this.fieldNames,
      budget: this.#schemaBudget,
      operations: this.#operations,
      classed: this.#classedBudget,
      idOf: (method, name, template) => this.#ports.hash("segment", `${method} ${name} ${template}`),
      registered: (id, endpoint) => {
        // A name that went over to another endpoint and came back is nobody's former one any more.
        const holder = this.#byId.get(id);
        if (holder !== undefined && holder !== endpoint && endpoint.id === id && holder.id !== id) holder.aliases.delete(id);
        if (this.#byId.size < this.#bounds.idsMax || this.#byId.has(id)) this.#byId.set(id, endpoint);
      },
    };
    return host.naming;
  }

  #endpointAt(host: HostInventory, place: PathNode<MethodMap>, method: string, operation: Operation | undefined, inView = false): InventoryEndpoint | undefined {
    const key = endpointKey(method, operation);
    const known = place.leaf?.get(key);
    if (known !== undefined) return known;
    if (this.#closed && this.#foreseen?.get(place)?.has(key) !== true) return undefined;
    const room = operation?.protocol === "grpc" ? operationsMax : operationsMax + methodsMax;
    if (this.#endpoints >= this.#bounds.endpointsMax) for (const { paths } of this.#hosts.values()) paths.cramp();
    if ((place.leaf?.size ?? 0) >= room || this.#endpoints >= this.#bounds.endpointsMax) return undefined;
    place.leaf ??= new Map();
    this.#endpoints++;
    const endpoint = new InventoryEndpoint(method, host.name, place, this.#naming(host), operation);
    if (inView) endpoint.parts = new Set();
    const former = this.#rules.length === 0 || inView ? undefined : host.paths.formerPlace(place)?.leaf?.get(key);
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

  /** What a view shows for endpoints that were learned: the same, as it is after a restart. */
  #copy(hostName: string, methods: MethodMap, place: PathNode<MethodMap>): MethodMap {
    const copies: MethodMap = new Map();
    const host = this.#hosts.get(hostName);
    if (host === undefined) return copies;
    for (const [key, part] of methods) {
      const copy = new InventoryEndpoint(part.method, part.host, place, this.#naming(host), part.operation);
      copy.parts = new Set();
      const state = part.exportState();
      copy.restore(state);
      copy.evidence = part.evidence === "certain" ? "certain" : new Set(part.evidence);
      if (state.operations !== undefined) this.#restoreCalls(host, copy, state.operations);
      copy.show(part);
      copies.set(key, copy);
      this.#endpoints++;
    }
    return copies;
  }

  #unshow(methods: MethodMap): void {
    for (const endpoint of methods.values()) {
      if (endpoint.parts === undefined) {
        endpoint.shownAs?.parts?.delete(endpoint);
        continue;
      }
      this.#release(endpoint);
      this.#endpoints--;
      endpoint.unshow();
    }
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

  /** The host turned out to answer everything this way: what stood on that answer alone was never an endpoint. */
  #dropEvidence(host: HostInventory, fingerprint: string): void {
    // Listed before the walk: places are pruned on the way.
    const listed = [...endpointsOf(host), ...[...endpointsOf(host, true)].filter((one) => one.shownAs !== undefined)];
    for (const endpoint of listed) {
      const { evidence } = endpoint;
      if (evidence === "certain") continue;
      for (const answer of evidence) if (answer.includes(fingerprint)) evidence.delete(answer);
      if (evidence.size > 0) continue;
      const { leaf } = endpoint.place;
      if (leaf?.delete(endpoint.key) === true) this.#endpoints--;
      endpoint.shownAs?.parts?.delete(endpoint);
      endpoint.unshow();
      this.#release(endpoint);
      if (leaf?.size === 0) host.paths.prune(endpoint.place);
    }
  }

  #caller(view: ExchangeView, network: number): PostureCaller {
    const credential = view.credential ?? bodyCredential(view, this.#ports);
    const device = hash32(network, view.userAgent);
    if (credential === undefined) return { network, device, credential, facts: undefined, carriers: unusualCarriers(view, this.#seed) };
    return { network, device, credential, facts: this.#factsOf(view, credential), known: this.#credentials };
  }

  /** What a credential says of itself stays the same: it is read once. */
  #factsOf(view: ExchangeView, credential: CredentialSeen): CredentialFacts {
    let facts = this.#facts.get(credential.hash);
    if (facts === undefined) {
      facts = credentialFacts(view, credential, this.#ports);
      if (this.#facts.size >= factsMax) this.#facts.clear();
      this.#facts.set(credential.hash, facts);
    }
    return facts;
  }

  #principal(view: ExchangeView, endpoint: InventoryEndpoint): void {
    const hash = view.credential?.hash;
    const { status } = view.exchange.response;
    if (hash === undefined || status < 200 || status > 299) return;
    // A signature without a key's name is another one each time.
    if (view.credential?.kind === "hmac" && view.credential.location !== "header:authorization" && view.credential.location !== "header:signature-input") return;
    if (this.#principals.has(hash)) {
      if (!endpoint.auth.isSharedHere(hash)) return;
      this.#principals.delete(hash);
      return;
    }
    if (endpoint.posture().bare.verdict !== "enforced" || endpoint.auth.isSharedHere(hash)) return;
    if (this.#principals.size >= this.#bounds.principalsMax) {
      const [oldest] = this.#principals;
      if (oldest !== undefined) this.#principals.delete(oldest);
    }
    this.#principals.add(hash);
    if (this.#fresh.length < this.#bounds.principalsMax) this.#fresh.push(hash);
  }
}

export interface InventoryBounds {
  readonly hostsMax: number;
  readonly nodesPerHostMax: number;
  /** Places in the trees of paths of all hosts together. */
  readonly placesMax: number;
  readonly endpointsMax: number;
  readonly childrenMax: number;
  readonly principalsMax: number;
  readonly idsMax: number;
}

/**
 * `Host` is the caller's choice, so hosts are few; one that answered little makes room for another; nodes and children as in `templateBounds`; places and
 * endpoints of all hosts together bound the memory of the whole (`npm run bench:templates` prints what they weigh), far beyond what one team runs;
 * 100,000 principals are 10 MB, the oldest goes; ids count old names too. At a bound known endpoints go on counting and nothing new is made.
 */
export const inventoryBounds: InventoryBounds = {
  hostsMax: 256,
  nodesPerHostMax: 50_000,
  placesMax: 200_000,
  endpointsMax: 20_000,
  childrenMax: 1_000,
  principalsMax: 100_000,
  idsMax: 200_000,
};

/** Credentials whose facts are remembered, in memory only; when they are full it starts anew. 300 bytes each. */
export const factsMax = 16_384;

/** A host that gave so many answers is one, whatever others answer; with fewer it may be a name that somebody invented. */
export const hostAnswersMin = 64;

/** Endpoints that one was split from; each split adds one. */
export const originsMax = 16;

/** Methods kept at one path beside those of RPC services: HTTP has nine, WebDAV a few more. */
export const methodsMax = 24;

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

interface HostInventory {
  readonly name: string;
  readonly paths: PathTemplates<MethodMap>;
  readonly nothing: NothingHere;
  naming: EndpointNaming | undefined;
  /** Answers that may be evidence. */
  answers: number;
}

function isEmpty(host: HostInventory): boolean {
  return host.paths.root.children.size === 0 && host.paths.root.parameters.size === 0 && host.paths.root.leaf === undefined;
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

function joinMethods(
  into: MethodMap | undefined,
  from: MethodMap,
  was: { readonly depth: number; readonly value: string; readonly place: PathNode<MethodMap> },
  joined: () => void,
): MethodMap {
  const methods: MethodMap = into ?? new Map();
  for (const [method, endpoint] of from) {
    // The value that was taken for a constant is a parameter's sample now.
    if (was.value !== "") endpoint.parameters.add(`p${was.depth}`, was.value, endpoint.requests);
    const twin = methods.get(method);
    if (twin === undefined) {
      endpoint.moveTo(was.place);
      methods.set(method, endpoint);
    } else if (twin !== endpoint) {
      twin.absorb(endpoint);
      joined();
    }
  }
  return methods;
}

/** As they are shown, or as they were `learned`. */
function* endpointsOf(host: HostInventory, learned = false): Generator<InventoryEndpoint> {
  const walk = function* (from: PathNode<MethodMap>): Generator<InventoryEndpoint> {
    const node = learned ? from : (from.view ?? from);
    if (node.leaf !== undefined) yield* node.leaf.values();
    for (const child of node.children.values()) yield* walk(child);
    for (const child of node.parameters.values()) yield* walk(child);
  };
  yield* walk(host.paths.root);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
