import { type CanaryKind, type CanarySet, normalForm, type Ports, type SubjectType } from "@postern/engine";
import { type CanaryLists, typeOfIdentifier } from "./canary-lists.ts";

/** The canaries of a configuration as keyed hashes, which is all that any process of Postern keeps of them. */
export function sealedCanaries(lists: CanaryLists, ports: Ports): CanaryLists {
  const hashed = (values: readonly string[], known: readonly string[]): string[] => [...new Set([...known, ...values.flatMap((value) => hashesOf(value, lists.type, ports))])];
  return {
    ...lists,
    registered: [],
    unregistered: [],
    hashed: { registered: hashed(lists.registered, lists.hashed.registered), unregistered: hashed(lists.unregistered, lists.hashed.unregistered) },
  };
}

/** For the engine: what an identifier's hash is, if it is a canary's. Undefined where there are none. */
export function canarySetOf(lists: CanaryLists, ports: Ports): CanarySet | undefined {
  const { hashed } = sealedCanaries(lists, ports);
  const set = new Map<string, CanaryKind>();
  for (const hash of hashed.unregistered) set.set(hash, "unregistered");
  for (const hash of hashed.registered) set.set(hash, "registered");
  return set.size === 0 ? undefined : set;
}

/** An endpoint's parameter may be taken for a telephone number or, where it was seen without a plus, for an id: each has a hash of its own. */
function hashesOf(value: string, said: SubjectType | undefined, ports: Ports): string[] {
  const type = said ?? typeOfIdentifier(value);
  const types = new Set<SubjectType>(type === undefined ? ["username", "opaque"] : [type, "opaque"]);
  if (type === "email") types.add("username");
  if (/^\d{1,19}$/.test(value.trim())) types.add("integer");
  return [...types].map((one) => ports.hash(one, normalForm(one, value)));
}
