import { hashedSegment, hashOfSegment, type Ports } from "@postern/engine";
import type { Api, ApiOperation } from "./api-model.ts";

/** How an operation of a document and one of the traffic belong together. */
export interface Matched {
  readonly pairs: readonly { readonly documented: ApiOperation; readonly seen: ApiOperation; readonly exact: boolean }[];
  /** Seen, and described by no operation. `maybe`: operations whose constants may be values of a parameter here. */
  readonly strangers: readonly { readonly seen: ApiOperation; readonly maybe: readonly ApiOperation[] }[];
  /** Described, and never seen. `within`: templates of the traffic that it may be hidden in. */
  readonly absent: readonly { readonly documented: ApiOperation; readonly within: readonly ApiOperation[] }[];
  /** The base path of the document that traffic does not have: a gateway takes it off. */
  readonly withoutBase: string;
}

/**
 * Finds for each operation of the traffic the one that describes it: same method, segment by segment the same constant or a parameter on both sides; where there is
 * none, a documented parameter describes a constant of the traffic (`/users/{id}` is also `/users/me`). Constants compare without regard to case, hidden ones by
 * their keyed hash. The base path is left out when more fits without it. HEAD belongs to a GET; hosts are not looked at.
 */
export function matchOperations(document: Api, traffic: Api, ports: Ports): Matched {
  const base = document.servers[0]?.basePath ?? "";
  const withBase = match(document.operations, traffic.operations, ports);
  if (base === "") return { ...withBase, withoutBase: "" };
  const stripped = document.operations.map((operation) => (operation.path.startsWith(`${base}/`) ? { ...operation, path: operation.path.slice(base.length) } : operation));
  const without = match(stripped, traffic.operations, ports);
  return without.pairs.length > withBase.pairs.length ? { ...without, withoutBase: base } : { ...withBase, withoutBase: "" };
}

/** How a documented path lies to one of the traffic. */
export function comparePaths(documented: string, seen: string, ports: Pick<Ports, "hash">): PathRelation {
  const a = segmentsOf(documented);
  const b = segmentsOf(seen);
  if (a.length !== b.length) return "apart";
  let relation: PathRelation = "same";
  for (const [i, part] of a.entries()) {
    const one = compareSegments(part, b[i] ?? "", ports);
    if (one === "apart" || (one !== "same" && relation !== "same" && relation !== one)) return "apart";
    if (one !== "same") relation = one;
  }
  return relation;
}

/** `covers`: the document's parameters stand for constants of the traffic; `hidden`: its constants may be values of the traffic's parameters. */
export type PathRelation = "same" | "covers" | "hidden" | "apart";

function match(documented: readonly ApiOperation[], seen: readonly ApiOperation[], ports: Ports): Omit<Matched, "withoutBase"> {
  const index = new Map<string, ApiOperation[]>();
  for (const operation of documented) {
    const key = `${operation.method} ${segmentsOf(operation.path).length}`;
    const list = index.get(key);
    if (list === undefined) index.set(key, [operation]);
    else list.push(operation);
  }
  const pairs: { documented: ApiOperation; seen: ApiOperation; exact: boolean }[] = [];
  const strangers: { seen: ApiOperation; maybe: readonly ApiOperation[] }[] = [];
  const found = new Set<ApiOperation>();
  const within = new Map<ApiOperation, ApiOperation[]>();
  for (const one of seen) {
    const length = segmentsOf(one.path).length;
    const own = index.get(`${one.method} ${length}`) ?? [];
    const candidates = own.length === 0 && one.method === "HEAD" ? (index.get(`GET ${length}`) ?? []) : own;
    const related = candidates.map((operation) => ({ operation, relation: comparePaths(operation.path, one.path, ports) }));
    const exact = related.find(({ relation }) => relation === "same")?.operation;
    // Of several that cover it, the one with the most constants describes it best.
    const covering = related
      .filter(({ relation }) => relation === "covers")
      .map(({ operation }) => operation)
      .sort((a, b) => parametersIn(a.path) - parametersIn(b.path))[0];
    const documentedBy = exact ?? covering;
    const hidden = related.filter(({ relation }) => relation === "hidden").map(({ operation }) => operation);
    for (const operation of hidden) within.set(operation, [...(within.get(operation) ?? []), one]);
    if (documentedBy === undefined) strangers.push({ seen: one, maybe: hidden });
    else {
      found.add(documentedBy);
      pairs.push({ documented: documentedBy, seen: one, exact: exact !== undefined });
    }
  }
  const absent = documented.filter((operation) => !found.has(operation)).map((operation) => ({ documented: operation, within: within.get(operation) ?? [] }));
  return { pairs, strangers, absent };
}

function compareSegments(documented: string, seen: string, ports: Pick<Ports, "hash">): PathRelation {
  const a = documented.includes("{");
  const b = seen.includes("{");
  if (!a && !b) return sameConstant(documented, seen, ports) ? "same" : "apart";
  if (!a) return fits(seen, documented) ? "hidden" : "apart";
  if (!b) return hiddenHash(seen) !== undefined || fits(documented, seen) ? "covers" : "apart";
  const x = documented.replaceAll(/\{[^{}]*\}/g, "{}").toLowerCase();
  const y = seen.replaceAll(/\{[^{}]*\}/g, "{}").toLowerCase();
  // A number and a slug in one segment may be one parameter to its author.
  return x === y || x === "{}" ? "same" : y === "{}" || fits(seen, documented) ? "same" : "apart";
}

function sameConstant(documented: string, seen: string, ports: Pick<Ports, "hash">): boolean {
  if (documented.toLowerCase() === seen.toLowerCase()) return true;
  const hash = hiddenHash(seen);
  return hash !== undefined && hashOfSegment(hashedSegment(documented, ports)) === hash;
}

/** The keyed hash of a constant written as `a5~0123456789abcdef`. */
function hiddenHash(segment: string): string | undefined {
  return hashOfSegment(`{${segment}}`);
}

/** True when a constant is what the pattern's fixed parts leave room for. */
function fits(pattern: string, constant: string): boolean {
  const parts = pattern.split(/\{[^{}]*\}/);
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (!constant.startsWith(first) || !constant.endsWith(last) || constant.length <= first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const next = constant.indexOf(part, at);
    if (next < 0) return false;
    at = next + part.length;
  }
  return true;
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function parametersIn(path: string): number {
  return path.split("{").length;
}
