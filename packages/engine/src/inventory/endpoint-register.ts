import { fieldName, hashedSegment } from "../exchange/plain-words.ts";
import type { Ports } from "../exchange/ports.ts";
import type { ExchangeView } from "../exchange/view.ts";
import type { Calls } from "./calls/call.ts";
import type { Operation } from "./calls/operation.ts";
import { type OperationBudget, operationKey, Operations, operationsMax, operationsOfAllMax } from "./calls/operations.ts";
import { classifiedFieldsMax } from "./field-classes.ts";
import type { FieldNames } from "./field-names.ts";
import type { HostInventory } from "./host-inventory.ts";
import { type EndpointNaming, type EndpointState, InventoryEndpoint, type MethodMap } from "./inventory-endpoint.ts";
import type { PathNode } from "./path-node.ts";
import type { PostureCaller } from "./posture.ts";
import { SchemaBudget } from "./schema-node.ts";

/**
 * Makes the endpoints of all hosts, knows them by id, and lets go of them with whatever they hold of what all share: room for ids, fields, schemas and operations. Where they stand is
 * the inventory's business.
 */
export class EndpointRegister {
  /** Endpoints there are, parts of what rules show together included; the inventory counts anew when it lists them. */
  count = 0;
  readonly #ports: Ports;
  readonly #seed: number;
  readonly #idsMax: number;
  readonly #fieldNames: FieldNames;
  readonly #schemaBudget = new SchemaBudget();
  readonly #classedBudget = new SchemaBudget(classifiedFieldsMax);
  readonly #operations: OperationBudget = { used: 0, max: operationsOfAllMax };
  readonly #byId = new Map<string, InventoryEndpoint>();

  constructor(options: { readonly ports: Ports; readonly seed: number; readonly idsMax: number; readonly fieldNames: FieldNames }) {
    this.#ports = options.ports;
    this.#seed = options.seed;
    this.#idsMax = options.idsMax;
    this.#fieldNames = options.fieldNames;
  }

  /** By id, old ids of merged templates included. */
  byId(id: string): InventoryEndpoint | undefined {
    return this.#byId.get(id);
  }

  make(host: HostInventory, place: PathNode<MethodMap>, method: string, operation: Operation | undefined): InventoryEndpoint {
    this.count++;
    return new InventoryEndpoint(method, host.name, place, this.#naming(host), operation);
  }

  /** What a view shows for endpoints that were learned: the same, as it is after a restart. */
  copy(host: HostInventory, methods: MethodMap, place: PathNode<MethodMap>): MethodMap {
    const copies: MethodMap = new Map();
    for (const [key, part] of methods) {
      const copy = this.make(host, place, part.method, part.operation);
      copy.parts = new Set();
      this.restore(host, copy, part.exportState());
      copy.evidence = part.evidence === "certain" ? "certain" : new Set(part.evidence);
      copy.show(part);
      copies.set(key, copy);
    }
    return copies;
  }

  /** A view is no longer shown. */
  unshow(methods: MethodMap): void {
    for (const endpoint of methods.values()) {
      if (endpoint.parts === undefined) {
        endpoint.shownAs?.parts?.delete(endpoint);
        continue;
      }
      this.release(endpoint);
      this.count--;
      endpoint.unshow();
    }
  }

  /** What an endpoint holds of what all share is given back. */
  release(endpoint: InventoryEndpoint): void {
    for (const one of endpoint.operations?.byKey.values() ?? []) {
      this.release(one);
      this.#operations.used--;
    }
    endpoint.release();
    for (const id of [endpoint.id, ...endpoint.aliases]) if (this.#byId.get(id) === endpoint) this.#byId.delete(id);
  }

  /** Counts the calls that a request to an endpoint makes by name, each for an endpoint of its own; gives the one it called alone, by {@link operationKey}. */
  countCalls(host: HostInventory, endpoint: InventoryEndpoint, calls: Calls, view: ExchangeView, callerOf: (view: ExchangeView) => PostureCaller): Operations<InventoryEndpoint> {
    endpoint.operations ??= new Operations();
    endpoint.operations.observe(calls, view, callerOf, this.#ports, this.#operations, (operation) => {
      const made = this.#part(host, endpoint, operation);
      made.evidence = "certain";
      return made;
    });
    return endpoint.operations;
  }

  /** What an endpoint counted before, its operations included. */
  restore(host: HostInventory, endpoint: InventoryEndpoint, saved: EndpointState): void {
    endpoint.restore(saved);
    if (saved.operations === undefined) return;
    const operations = new Operations<InventoryEndpoint>();
    operations.protocol = saved.operations.protocol;
    operations.others = saved.operations.others;
    for (const state of saved.operations.list.slice(0, operationsMax)) {
      if (state.operation === undefined || this.#operations.used >= this.#operations.max) continue;
      const one = this.#part(host, endpoint, state.operation);
      one.restore(state);
      operations.byKey.set(operationKey(state.operation), one);
      this.#operations.used++;
    }
    endpoint.operations = operations;
  }

  #part(host: HostInventory, of: InventoryEndpoint, operation: Operation): InventoryEndpoint {
    return new InventoryEndpoint(of.method, of.host, of.place, this.#naming(host), operation);
  }

  #naming(host: HostInventory): EndpointNaming {
    host.naming ??= {
      seed: this.#seed,
      epoch: () => host.paths.epoch,
      hidden: (constant) => hashedSegment(constant, this.#ports),
      fieldName: (name) => fieldName(name, this.#ports),
      nameOf: (name) => fieldName(name, this.#ports),
      names: this.#fieldNames,
      budget: this.#schemaBudget,
      operations: this.#operations,
      classed: this.#classedBudget,
      idOf: (method, name, template) => this.#ports.hash("segment", `${method} ${name} ${template}`),
      registered: (id, endpoint) => {
        // A name that went over to another endpoint and came back is nobody's former one any more.
        const holder = this.#byId.get(id);
        if (holder !== undefined && holder !== endpoint && endpoint.id === id && holder.id !== id) holder.aliases.delete(id);
        if (this.#byId.size < this.#idsMax || this.#byId.has(id)) this.#byId.set(id, endpoint);
      },
    };
    return host.naming;
  }
}
