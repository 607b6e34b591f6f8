import { fieldName, isParameterHeader, isPlainWords, type Level, type Ports } from "@postern/engine";
import type { Api, ApiOperation, ApiParameter, ApiSchema, Share } from "./api-model.ts";
import { schemaDrift, type SchemaDifference, typeText } from "./compare-schemas.ts";
import { classesWithin, dataLevel, worse } from "./data-level.ts";
import { type Difference, inOrder, levels } from "./difference.ts";
import { matchOperations } from "./match-operations.ts";

/**
 * A document against what traffic has shown. `removed` are operations of an older document that this one no longer has.
 *
 * What it cannot see is not claimed: parameters and bodies only where the source carried them, credentials only where somebody was seen with and without one.
 * What kind of data stands where the document has no place for it decides how bad that is (`data-level.ts`): an undocumented IBAN is high, whatever else holds.
 * `unused` says that no request came, as far as was recorded. OPTIONS is answered by frameworks and never a shadow; HEAD where GET is documented neither.
 */
export function diffTraffic(document: Api, traffic: Api, ports: Ports, options: DiffTrafficOptions = {}): TrafficDiff {
  const all = matchOperations(document, traffic, ports);
  const named = new Set([...document.servers.map((server) => server.host), ...document.operations.flatMap((operation) => operation.hosts)].filter((host) => host !== ""));
  const matchedHosts = new Set(all.pairs.flatMap(({ seen }) => seen.hosts));
  const inScope = (operation: ApiOperation): boolean => {
    const [host = ""] = operation.hosts;
    if (options.host !== undefined) return host === options.host;
    return matchedHosts.size === 0 || matchedHosts.has(host) || named.has(host);
  };
  const scoped: Api = { ...traffic, operations: traffic.operations.filter(inScope) };
  const matched = options.host === undefined ? all : matchOperations(document, scoped, ports);
  const old = options.removed === undefined ? undefined : matchOperations(options.removed, scoped, ports);
  const differences: Difference[] = [];
  const shown = (path: string): string => (matched.withoutBase === "" ? path : matched.withoutBase + path);
  for (const { documented, seen } of matched.pairs) {
    if (!inScope(seen)) continue;
    const add = adder(differences, { ...documented, path: shown(documented.path) }, seen);
    const answers = answering(seen);
    if (documented.deprecated && answers > 0)
      add("zombie", "operation", "medium", "", "deprecated", `answers: ${answers} of ${seen.seen?.requests ?? 0} requests`, { seen: answers, of: seen.seen?.requests ?? 0 });
    driftOf(documented, seen, ports, add);
  }
  for (const { seen, maybe } of matched.strangers) {
    if (!inScope(seen) || seen.method === "OPTIONS") continue;
    const add = adder(differences, seen, seen);
    const requests = seen.seen?.requests ?? 0;
    const was = old?.pairs.find((pair) => pair.seen === seen);
    const sameSite = matched.pairs.some((pair) => pair.seen.path === seen.path && pair.seen.method !== seen.method);
    if (was !== undefined) {
      if (answering(seen) > 0)
        add("zombie", "operation", "medium", "", "taken out of the document", `answers: ${answering(seen)} of ${requests} requests`, { seen: answering(seen), of: requests });
    } else if (maybe.length > 0)
      add(
        "shadow",
        "operation",
        "low",
        "",
        `perhaps ${maybe
          .slice(0, 3)
          .map((one) => shown(one.path))
          .join(", ")}`,
        "seen with values that do not tell",
        { seen: requests, of: requests },
      );
    else {
      const data = classesGiven(seen);
      add(
        "shadow",
        sameSite ? "method" : "operation",
        worse(isPage(seen) ? "low" : (seen.seen?.openAnswers ?? 0) > 0 && isWorthGuarding(seen) ? "high" : "medium", dataLevel(data)),
        "",
        "nothing",
        withData(sameSite ? "method seen" : "seen", data),
        {
          seen: requests,
          of: requests,
        },
      );
    }
  }
  const undecided: UndecidedOperation[] = [];
  for (const { documented, within } of matched.absent) {
    if (within.some(inScope)) undecided.push({ method: documented.method, path: shown(documented.path), within: within.map((one) => one.path) });
    else
      adder(differences, { ...documented, path: shown(documented.path) }, undefined)(
        "unused",
        "operation",
        "info",
        "",
        documented.deprecated ? "deprecated" : "documented",
        "never seen",
        null,
      );
  }
  const concern = new Map(scoped.operations.map((one) => [one.seen?.endpointId ?? null, concernOf(one)]));
  const pairs = matched.pairs.filter(({ seen }) => inScope(seen));
  return {
    differences: inOrder(differences, (one) => (one.endpoint === null ? 0 : (concern.get(one.endpoint) ?? 0))),
    undecided,
    matched: pairs.map(({ documented, seen }) => ({ method: documented.method, path: shown(documented.path), endpoint: seen.seen?.endpointId ?? "" })),
    documented: document.operations.length,
    seen: scoped.operations.length,
    otherHosts: [...new Set(traffic.operations.filter((one) => !inScope(one)).flatMap((one) => one.hosts))].sort(),
    withoutBase: matched.withoutBase,
  };
}

export interface DiffTrafficOptions {
  /** Only this host's traffic; else the hosts that the document names or describes, all where it describes none. */
  readonly host?: string;
  readonly removed?: Api;
}

export interface TrafficDiff {
  readonly differences: readonly Difference[];
  /** Documented paths whose constants may be values of a parameter as traffic shows it: seen or not, nobody can tell. */
  readonly undecided: readonly UndecidedOperation[];
  readonly matched: readonly { readonly method: string; readonly path: string; readonly endpoint: string }[];
  readonly documented: number;
  readonly seen: number;
  /** Hosts of the traffic that the document is not about. */
  readonly otherHosts: readonly string[];
  readonly withoutBase: string;
}

export interface UndecidedOperation {
  readonly method: string;
  readonly path: string;
  readonly within: readonly string[];
}

/** True when nothing but pages and files of a site was answered: nobody documents those. */
function isPage(operation: ApiOperation): boolean {
  const types = [...operation.responses].filter(([status]) => status.startsWith("2")).flatMap(([, body]) => body.types);
  return types.length > 0 && types.every((type) => /^(?:text\/(?:html|css|javascript|plain)|application\/javascript|image\/.*|video\/.*|audio\/.*)$/.test(type));
}

/** What should not stand open unknown to anybody: it changes something, gives personal data, or lists records. A version, a state or a file is none of these. */
function isWorthGuarding(operation: ApiOperation): boolean {
  if (!reading.has(operation.method)) return true;
  const given = [...operation.responses].filter(([status]) => status.startsWith("2")).map(([, body]) => body.schema);
  return levels.indexOf(dataLevel(classesGiven(operation))) >= levels.indexOf("medium") || given.some((schema) => schema !== undefined && listsRecords(schema));
}

const reading: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

function listsRecords(schema: ApiSchema): boolean {
  if (schema.items !== undefined && schema.items.types.has("object")) return true;
  return [...schema.properties.values()].some((one) => listsRecords(one.schema));
}

/** Among differences of one level: first what answered without a credential, and of that what gives the worst kind of data. */
function concernOf(operation: ApiOperation): number {
  return ((operation.seen?.openAnswers ?? 0) > 0 ? 10 : 0) + levels.indexOf(dataLevel(classesGiven(operation)));
}

type Add = (kind: Difference["kind"], what: string, level: Level, where: string, documented: string, found: string, evidence: Share | null) => void;

function adder(to: Difference[], named: ApiOperation, seen: ApiOperation | undefined): Add {
  return (kind, what, level, where, documented, found, evidence) =>
    to.push({
      kind,
      what,
      level,
      method: seen?.method ?? named.method,
      path: named.path,
      host: seen?.hosts[0] ?? named.hosts[0] ?? "",
      where,
      documented,
      found,
      evidence,
      endpoint: seen?.seen?.endpointId ?? null,
      breaking: null,
    });
}

/** Answers that say something is there. */
function answering(operation: ApiOperation): number {
  let count = 0;
  for (const [status, times] of operation.seen?.statuses ?? []) if (status !== 0 && ![404, 405, 410, 501].includes(status)) count += times;
  return count;
}

function driftOf(documented: ApiOperation, seen: ApiOperation, ports: Ports, add: Add): void {
  const nameOf = (name: string): string => (name.startsWith("~") ? name : fieldName(name, ports));
  authDrift(documented, seen, add);
  parameterDrift(documented, seen, nameOf, add);
  if (seen.request?.schema !== undefined) {
    if (documented.request === undefined) {
      const data = classesWithin(seen.request.schema);
      if (!bodiless.has(seen.method)) add("drift", "request", worse("medium", dataLevel(data)), "request", "no body", withData(typeText(seen.request.schema), data), null);
    } else if (documented.request.schema !== undefined) told(schemaDrift(documented.request.schema, seen.request.schema, nameOf), "request", add);
  }
  for (const [status, body] of seen.responses) {
    const said = documented.responses.get(status) ?? documented.responses.get(`${status.charAt(0)}XX`) ?? documented.responses.get("default");
    const times = seen.seen?.statuses.get(Number(status)) ?? 0;
    const evidence = { seen: times, of: seen.seen?.requests ?? times };
    if (said === undefined) {
      const data = classesWithin(body.schema);
      const level: Level = status.startsWith("2") ? "medium" : status.startsWith("5") ? "info" : "low";
      add("drift", "status", worse(level, dataLevel(data)), status, documentedStatuses(documented), withData("answered", data), evidence);
    } else if (body.schema !== undefined && said.schema !== undefined) told(schemaDrift(said.schema, body.schema, nameOf), status, add);
    else if (body.types.length > 0 && said.types.length > 0 && !body.types.some((type) => said.types.some((one) => sameType(one, type))))
      add("drift", "content-type", "low", status, said.types.slice(0, 3).join(", "), body.types.join(", "), evidence);
  }
}

const bodiless: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS"]);

function documentedStatuses(operation: ApiOperation): string {
  const names = [...operation.responses.keys()].sort();
  return names.length === 0 ? "no status" : `only ${names.slice(0, 8).join(", ")}`;
}

function sameType(documented: string, seen: string): boolean {
  // What is none of the common types is kept as octet-stream: it says nothing.
  return (
    documented === seen ||
    documented.includes("*") ||
    seen === "application/octet-stream" ||
    (documented.includes("json") && seen.includes("json")) ||
    (documented.includes("xml") && seen.includes("xml"))
  );
}

function told(found: readonly SchemaDifference[], place: string, add: Add): void {
  for (const { what, path, documented, found: now, evidence, data } of found) {
    const request = place === "request";
    const level: Level = what === "undocumented" ? (request ? "medium" : "low") : what === "type" || what === "missing" ? "medium" : "low";
    const field = what === "undocumented" || what === "missing" ? "field" : what;
    add("drift", field, worse(level, dataLevel(data)), path === "" ? place : `${place} ${path}`, documented, withData(now, data), evidence);
  }
}

/** `string, iban`: what stands there, and what kind of data it is. */
function withData(found: string, classes: readonly string[]): string {
  return [found, ...classes].join(", ");
}

/** Kinds of data that an operation gives with success. */
function classesGiven({ responses }: ApiOperation): readonly string[] {
  const given = [...responses].filter(([status]) => status.startsWith("2")).flatMap(([, body]) => classesWithin(body.schema));
  return [...new Set(given)];
}

function authDrift(documented: ApiOperation, seen: ApiOperation, add: Add): void {
  const { needs } = documented.auth;
  const { openAnswers = 0, refusals = 0, requests = 0 } = seen.seen ?? {};
  const schemes = [...new Set(documented.auth.schemes.map((scheme) => scheme.kind))].join(" or ");
  const wanted = `credential required${schemes === "" ? "" : ` (${schemes})`}`;
  if (needs === "required" && (seen.auth.needs === "none" || seen.auth.needs === "optional"))
    add("drift", "auth", "high", "", wanted, "answered with data without one", { seen: openAnswers, of: requests });
  if (needs === "none" && seen.auth.needs === "required") add("drift", "auth", "medium", "", "no credential needed", "refused without one", { seen: refusals, of: requests });
  if (needs === "optional" && seen.auth.needs === "required") add("drift", "auth", "low", "", "credential optional", "refused without one", { seen: refusals, of: requests });
}

function parameterDrift(documented: ApiOperation, seen: ApiOperation, nameOf: (name: string) => string, add: Add): void {
  const credentials = new Set(documented.auth.schemes.map((scheme) => `${scheme.in} ${scheme.name.toLowerCase()}`));
  const key = (one: ApiParameter): string => `${one.in} ${nameOf(one.name)}`;
  const said = new Map(documented.parameters.filter((one) => one.in !== "path").map((one) => [key(one), one]));
  const there = new Map(seen.parameters.filter((one) => one.in !== "path").map((one) => [`${one.in} ${one.name}`, one]));
  for (const [name, parameter] of there) {
    const one = said.get(name);
    const where = one === undefined ? name : `${one.in} ${one.name}`;
    if (one === undefined) {
      const data = classesWithin(parameter.schema);
      const level = worse(parameter.in === "query" ? "medium" : "low", dataLevel(data));
      if (parameter.in !== "cookie") add("drift", "parameter", level, where, "nothing", withData(typeText(parameter.schema), data), parameter.seen ?? null);
    } else {
      told(schemaDrift(loose(one), parameter.schema, nameOf), where, add);
      if (one.deprecated) add("drift", "parameter", "low", where, "deprecated", "still sent", parameter.seen ?? null);
    }
  }
  for (const [name, one] of said) {
    if (!one.required || credentials.has(`${one.in} ${one.name.toLowerCase()}`)) continue;
    const sampled = one.in === "query" ? (seen.seen?.sampled.query ?? 0) : (seen.seen?.sampled.header ?? 0);
    if (sampled === 0 || (one.in === "header" && !isParameterHeader(one.name)) || (one.in === "cookie" && !isPlainWords(one.name))) continue;
    const parameter = there.get(name);
    if (parameter === undefined) add("drift", "parameter", "medium", `${one.in} ${one.name}`, "required", "never sent, and accepted", { seen: 0, of: sampled });
    else if (!parameter.required) add("drift", "required", "low", `${one.in} ${one.name}`, "required", "not always sent, and accepted", parameter.seen ?? null);
  }
  pathDrift(documented, seen, add);
}

/** A list in a query may come as one value or as text with commas; an object as fields of its own. */
function loose({ schema }: ApiParameter): ApiParameter["schema"] {
  if (schema.types.has("array") || schema.types.has("object")) return { types: new Set(), properties: new Map(), cut: true };
  // Text may look like a number or a truth value.
  return schema.types.has("string") ? { ...schema, types: new Set([...schema.types, "integer", "number", "boolean"]) } : schema;
}

function pathDrift(documented: ApiOperation, seen: ApiOperation, add: Add): void {
  const names = (path: string): (string | undefined)[] => path.split("/").map((part) => /^\{([^{}]*)\}$/.exec(part)?.[1]);
  const theirs = names(seen.path);
  names(documented.path).forEach((name, i) => {
    const other = theirs[i];
    if (name === undefined || other === undefined) return;
    const said = documented.parameters.find((one) => one.in === "path" && one.name === name);
    const there = seen.parameters.find((one) => one.in === "path" && one.name === other);
    if (said !== undefined && there !== undefined)
      told(
        schemaDrift(loose(said), there.schema, (plain) => plain),
        `path ${name}`,
        add,
      );
  });
}
