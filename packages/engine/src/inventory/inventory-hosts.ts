import { hashedSegment } from "../exchange/plain-words.ts";
import type { Ports } from "../exchange/ports.ts";
import { type AnswerFingerprint, NothingHere } from "./admission.ts";
import type { EndpointRegister } from "./endpoint-register.ts";
import { endpointsOf, type HostInventory, isEmpty, joinMethods } from "./host-inventory.ts";
import type { MethodMap } from "./inventory-endpoint.ts";
import { hostAnswersMin, type InventoryBounds } from "./inventory-limits.ts";
import { PathTemplates } from "./path-templates.ts";
import { type RuleNode, rulesFor, type TemplateRule } from "./template-rules.ts";

/**
 * The hosts of an inventory: which there are, what each of them and all of them answer to anything at all, and the rules of people their paths obey.
 *
 * `Host` is the caller's choice. At `hostsMax` the host that answered least makes room, as long as that was little; none does while the hosts are {@link settled}.
 */
export class InventoryHosts {
  /** Hosts are known from a first pass over all that will come: none makes room for another. */
  settled = false;
  /** Answers that hosts nobody has set up are given; by host, as {@link NothingHere} counts first segments. */
  readonly anyHost = new NothingHere();
  readonly #ports: Ports;
  readonly #seed: number;
  readonly #bounds: InventoryBounds;
  readonly #register: EndpointRegister;
  readonly #hosts = new Map<string, HostInventory>();
  /** Places left for all hosts together. */
  readonly #places: { left: number };
  #rules: readonly TemplateRule[] = [];
  #ruledHosts: ReadonlySet<string> = new Set();
  /** Of every host that no rule names: made once. */
  #rulesOfOthers: RuleNode | undefined;
  #epochsDropped = 0;

  constructor(options: { readonly ports: Ports; readonly seed: number; readonly bounds: InventoryBounds; readonly register: EndpointRegister }) {
    this.#ports = options.ports;
    this.#seed = options.seed;
    this.#bounds = options.bounds;
    this.#register = options.register;
    this.#places = { left: options.bounds.placesMax };
  }

  get(name: string): HostInventory | undefined {
    return this.#hosts.get(name);
  }

  all(): IterableIterator<HostInventory> {
    return this.#hosts.values();
  }

  get size(): number {
    return this.#hosts.size;
  }

  /** Places held in the trees of all hosts. */
  get places(): number {
    return this.#bounds.placesMax - this.#places.left;
  }

  /** The host, made when it is new; undefined where there is no room. */
  enter(name: string): HostInventory | undefined {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    if (this.#hosts.size >= this.#bounds.hostsMax && !this.settled) this.#dropOne();
    if (this.#hosts.size >= this.#bounds.hostsMax) return undefined;
    const host: HostInventory = {
      name,
      paths: new PathTemplates<MethodMap>(
        (into, from, was) => joinMethods(into, from, was, () => this.#register.count--),
        { nodesMax: this.#bounds.nodesPerHostMax, childrenMax: this.#bounds.childrenMax, shared: this.#places },
        (constant) => hashedSegment(constant, this.#ports),
        { copy: (methods, place) => this.#register.copy(host, methods, place), drop: (methods) => this.#register.unshow(methods) },
      ),
      nothing: new NothingHere(),
      naming: undefined,
      answers: 0,
    };
    host.paths.govern(this.rulesOf(name));
    this.#hosts.set(name, host);
    return host;
  }

  /** Obeys these rules from now on, in place of any before. */
  govern(rules: readonly TemplateRule[]): void {
    this.#rules = rules;
    this.#ruledHosts = new Set(rules.flatMap((rule) => rule.host ?? []));
    this.#rulesOfOthers = rulesFor("", rules);
    for (const host of this.#hosts.values()) host.paths.govern(this.rulesOf(host.name));
  }

  get rules(): readonly TemplateRule[] {
    return this.#rules;
  }

  rulesOf(host: string): RuleNode | undefined {
    return this.#ruledHosts.has(host) ? rulesFor(host, this.#rules) : this.#rulesOfOthers;
  }

  /** Grows whenever paths merge or go. */
  get version(): number {
    let version = this.#epochsDropped;
    for (const host of this.#hosts.values()) version += host.paths.epoch;
    return version;
  }

  /** True when this answer is what the host gives to everything, or what every host is given that nobody has set up. */
  isNothing(host: HostInventory, fingerprint: AnswerFingerprint, first: string | undefined): boolean {
    const here = host.nothing.observe(fingerprint, first, this.#seed);
    if (here?.learned === true) this.#dropEvidence(host, here.fingerprint);
    if (here !== undefined) return true;
    if (host.answers >= hostAnswersMin) return false;
    const anywhere = this.anyHost.observe(fingerprint, host.name, this.#seed);
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
      if (leaf?.delete(endpoint.key) === true) this.#register.count--;
      endpoint.shownAs?.parts?.delete(endpoint);
      endpoint.unshow();
      this.#register.release(endpoint);
      if (leaf?.size === 0) host.paths.prune(endpoint.place);
    }
  }

  /** Makes room at the bound: the host that answered least goes, as long as that was little. */
  #dropOne(): void {
    let least: HostInventory | undefined;
    for (const host of this.#hosts.values()) if (host.answers < hostAnswersMin && (least === undefined || host.answers < least.answers)) least = host;
    if (least === undefined) return;
    for (const endpoint of [...endpointsOf(least), ...endpointsOf(least, true)]) this.#register.release(endpoint);
    this.#drop(least);
  }

  #drop(host: HostInventory): void {
    for (const endpoint of endpointsOf(host)) this.#register.count -= 1 + (endpoint.parts?.size ?? 0);
    this.#places.left += host.paths.nodes;
    this.#epochsDropped += host.paths.epoch;
    this.#hosts.delete(host.name);
  }
}
