import type { NothingHere } from "./admission.ts";
import type { EndpointNaming, InventoryEndpoint, MethodMap } from "./inventory-endpoint.ts";
import type { PathNode } from "./path-node.ts";
import type { PathTemplates } from "./path-templates.ts";

/** What the inventory holds of one host: its tree of paths with the endpoints in it, and what it answers to everything. */
export interface HostInventory {
  readonly name: string;
  readonly paths: PathTemplates<MethodMap>;
  readonly nothing: NothingHere;
  naming: EndpointNaming | undefined;
  /** Answers that may be evidence. */
  answers: number;
}

/** Its endpoints as they are shown, or as they were `learned`. */
export function* endpointsOf(host: HostInventory, learned = false): Generator<InventoryEndpoint> {
  const walk = function* (from: PathNode<MethodMap>): Generator<InventoryEndpoint> {
    const node = learned ? from : (from.view ?? from);
    if (node.leaf !== undefined) yield* node.leaf.values();
    for (const child of node.children.values()) yield* walk(child);
    for (const child of node.parameters.values()) yield* walk(child);
  };
  yield* walk(host.paths.root);
}

/** No place is left in its tree. */
export function isEmpty(host: HostInventory): boolean {
  return host.paths.root.children.size === 0 && host.paths.root.parameters.size === 0 && host.paths.root.leaf === undefined;
}

/** What stood at two places that turn out to be one: twins add up, `joined` is told of each, and the others move. */
export function joinMethods(
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
