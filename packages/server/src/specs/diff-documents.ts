import type { Api, ApiBody, ApiOperation, ApiParameter } from "./api-model.ts";
import { schemaChanges } from "./compare-schemas.ts";
import { type Difference, inOrder } from "./difference.ts";

/**
 * What changed from one document to the next: operations removed and added, deprecated ones, and of those in both every change of parameters, bodies, statuses and
 * credentials. `breaking` where a caller written against the old document can fail: something it sends is no longer taken, or something it reads may be gone or of
 * another kind. Operations are matched by method and path, whatever parameters are called; a version at the start of all paths (`/v1` and `/v2`) is passed over when
 * more fit without it.
 */
export function diffDocuments(before: Api, after: Api): DocumentDiff {
  const matched = paired(before, after);
  const differences: Difference[] = [];
  for (const { old, now } of matched.pairs) changesOf(old, now, adder(differences, now));
  for (const one of matched.removed) adder(differences, one)("removed", "operation", true, "", "documented", "gone");
  for (const one of matched.added) adder(differences, one)("added", "operation", false, "", "nothing", one.deprecated ? "new, deprecated" : "new");
  return {
    differences: inOrder(differences),
    before: before.operations.length,
    after: after.operations.length,
    same: matched.pairs.length,
    withoutVersion: matched.withoutVersion,
  };
}

export interface DocumentDiff {
  readonly differences: readonly Difference[];
  readonly before: number;
  readonly after: number;
  /** Operations in both. */
  readonly same: number;
  /** True when paths were compared without the version at their start. */
  readonly withoutVersion: boolean;
}

type Add = (kind: Difference["kind"], what: string, breaking: boolean, where: string, documented: string, found: string) => void;

function adder(to: Difference[], { method, path, hosts }: ApiOperation): Add {
  return (kind, what, breaking, where, documented, found) =>
    to.push({ kind, what, level: breaking ? "high" : "info", method, path, host: hosts[0] ?? "", where, documented, found, evidence: null, endpoint: null, breaking });
}

interface Paired {
  readonly pairs: readonly { readonly old: ApiOperation; readonly now: ApiOperation }[];
  readonly removed: readonly ApiOperation[];
  readonly added: readonly ApiOperation[];
  readonly withoutVersion: boolean;
}

function paired(before: Api, after: Api): Paired {
  const whole = pairedBy(before, after, (path) => path);
  const loose = pairedBy(before, after, (path) => path.replace(/^((?:\/[a-z][a-z-]{0,30}){0,2})\/v\d{1,3}(?:\.\d{1,3})?(?=\/|$)/i, "$1/v"));
  return loose.pairs.length > whole.pairs.length ? { ...loose, withoutVersion: true } : { ...whole, withoutVersion: false };
}

function pairedBy(before: Api, after: Api, keyed: (path: string) => string): Omit<Paired, "withoutVersion"> {
  const key = ({ method, path }: ApiOperation): string => `${method} ${keyed(path).replaceAll(/\{[^{}]*\}/g, "{}")}`;
  const later = new Map(after.operations.map((operation) => [key(operation), operation]));
  const pairs: { old: ApiOperation; now: ApiOperation }[] = [];
  const removed: ApiOperation[] = [];
  const met = new Set<ApiOperation>();
  for (const old of before.operations) {
    const now = later.get(key(old));
    if (now === undefined) removed.push(old);
    else {
      pairs.push({ old, now });
      met.add(now);
    }
  }
  return { pairs, removed, added: after.operations.filter((operation) => !met.has(operation)) };
}

function changesOf(old: ApiOperation, now: ApiOperation, add: Add): void {
  if (!old.deprecated && now.deprecated) add("deprecated", "operation", false, "", "documented", "deprecated");
  if (old.deprecated && !now.deprecated) add("changed", "operation", false, "", "deprecated", "no longer deprecated");
  const auth = (operation: ApiOperation): string => {
    const kinds = [...new Set(operation.auth.schemes.map((scheme) => scheme.kind))].sort().join(" or ");
    return operation.auth.needs === "none" ? "no credential" : `${kinds === "" ? "credential" : kinds} ${operation.auth.needs}`;
  };
  if (auth(old) !== auth(now)) add("changed", "auth", now.auth.needs === "required", "", auth(old), auth(now));
  parametersOf(old, now, add);
  requestOf(old.request, now.request, add);
  responsesOf(old, now, add);
}

function parametersOf(old: ApiOperation, now: ApiOperation, add: Add): void {
  // Path parameters are one another's by their place.
  const keyed = (operation: ApiOperation): Map<string, ApiParameter> => {
    const order = [...operation.path.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? "");
    return new Map(operation.parameters.map((one) => [one.in === "path" ? `path ${order.indexOf(one.name)}` : `${one.in} ${one.name}`, one]));
  };
  const [before, after] = [keyed(old), keyed(now)];
  for (const [key, one] of before) {
    const where = `${one.in} ${one.name}`;
    const later = after.get(key);
    if (later === undefined) {
      if (one.in !== "path") add("changed", "parameter-removed", false, where, one.required ? "required" : "optional", "gone");
      continue;
    }
    if (one.required !== later.required) add("changed", "required", later.required, where, one.required ? "required" : "optional", later.required ? "required" : "optional");
    if (!one.deprecated && later.deprecated) add("deprecated", "parameter", false, where, "documented", "deprecated");
    for (const change of schemaChanges(one.schema, later.schema))
      add("changed", change.what, change.narrower, change.path === "" ? where : `${where} ${change.path}`, change.before, change.after);
  }
  for (const [key, one] of after)
    if (!before.has(key) && one.in !== "path") add("changed", "parameter-added", one.required, `${one.in} ${one.name}`, "nothing", one.required ? "required" : "optional");
}

function requestOf(old: ApiBody | undefined, now: ApiBody | undefined, add: Add): void {
  if (old === undefined && now === undefined) return;
  if (old === undefined) return add("changed", "request-added", now?.required === true, "request", "no body", now?.required === true ? "required" : "optional");
  if (now === undefined) return add("changed", "request-removed", true, "request", "a body", "no body");
  if (old.required !== now.required) add("changed", "required", now.required, "request", old.required ? "required" : "optional", now.required ? "required" : "optional");
  contentOf(old, now, "request", add);
  if (old.schema !== undefined && now.schema !== undefined)
    for (const change of schemaChanges(old.schema, now.schema)) {
      add("changed", change.what, change.narrower || change.what === "field-removed", change.path === "" ? "request" : `request ${change.path}`, change.before, change.after);
    }
}

function responsesOf(old: ApiOperation, now: ApiOperation, add: Add): void {
  for (const [status, before] of old.responses) {
    const after = now.responses.get(status);
    if (after === undefined) {
      add("changed", "status-removed", status.startsWith("2"), status, "documented", "gone");
      continue;
    }
    contentOf(before, after, status, add);
    if (before.schema !== undefined && after.schema !== undefined)
      for (const change of schemaChanges(before.schema, after.schema))
        add("changed", change.what, change.wider, change.path === "" ? status : `${status} ${change.path}`, change.before, change.after);
    else if (before.schema !== undefined) add("changed", "body", true, status, "described", "not described");
    else if (after.schema !== undefined) add("changed", "body", false, status, "not described", "described");
  }
  for (const status of now.responses.keys()) if (!old.responses.has(status)) add("changed", "status-added", false, status, "nothing", "documented");
}

function contentOf(old: ApiBody, now: ApiBody, where: string, add: Add): void {
  if (old.types.join() === now.types.join() || old.types.length === 0 || now.types.length === 0) return;
  add(
    "changed",
    "content-type",
    old.types.some((type) => !now.types.includes(type)),
    where,
    old.types.join(", "),
    now.types.join(", "),
  );
}
