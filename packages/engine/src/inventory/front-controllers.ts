import { isPlainWords } from "../exchange/plain-words.ts";
import type { Ports } from "../exchange/ports.ts";
import { networkOf } from "../exchange/actor.ts";
import { splitUrl } from "../exchange/split-target.ts";
import { headerOf } from "../exchange/view-of.ts";
import { type ExchangeView, withSegments } from "../exchange/view.ts";
import { answerShape, saysNothingInWords } from "./admission.ts";
import { hash32 } from "./distinct-counter.ts";
import { type RouteFront, frontPath, FrontRoutes, isRouteLike } from "./front-routes.ts";

/**
 * Learns which paths are front controllers: one parameter, in nearly every request that is answered, with a few values that are words, where the value decides what else
 * is sent along or what the answer is made of. Each such value is a route then, and an endpoint of its own.
 *
 * A value becomes a route by {@link answersMin} answers that say something (below 400, and not "no such thing") to {@link networksMin} networks: what callers invent and
 * are refused makes none, and one caller alone makes none. Of a page whose words change with the language, or a list in another order, the answers are made alike.
 *
 * Misses: paths and parameter names that are no plain words; routes in a header, or deeper in a body; values that differ in neither. Mistakes: `view=full` beside
 * `view=short` makes two endpoints of one; both are learned and guarded. Bounds: {@link pathsMax} paths, {@link parametersMax} parameters of each, {@link valuesMax} values
 * of each; of all three the one seen least gives way, so that whoever comes first with invented ones keeps no place that traffic needs; fronts and routes stay. Kept are
 * keyed hashes of values and plain words.
 */
export class FrontControllers {
  readonly #ports: Ports;
  readonly #paths = new Map<string, Path>();
  #routes: FrontRoutes;
  /** Grows with each change of {@link fronts}. */
  version = 0;

  constructor(ports: Ports, state: FrontsState = []) {
    this.#ports = ports;
    for (const { host, path, name, routes } of state.slice(0, pathsMax)) {
      const parameter = newParameter(name);
      for (const hash of routes.slice(0, valuesMax)) parameter.values.set(hash, { answers: answersMin, networks: [0, 1], names: new Map(), shapes: new Map(), route: true });
      this.#paths.set(`${host} ${path}`, { host, path, answers: 0, parameters: new Map([[name, parameter]]), front: parameter });
    }
    this.#routes = new FrontRoutes(this.fronts(), ports);
  }

  /** The exchange as it is to be understood: where its route is known, the route stands in its path. Learns from it, too. */
  observe(view: ExchangeView): ExchangeView {
    if (view.query.length > 0 || view.form.length > 0 || view.requestJson !== undefined) this.#learn(view);
    if (!this.#routes.isFront(view.host, view.segments)) return view;
    const { url, request } = view.exchange;
    const sent = { query: splitUrl(url).query, contentType: headerOf(request.headers, "content-type"), body: typeof request.body === "string" ? request.body : undefined };
    const segments = this.#routes.routesOf(view.host, view.segments, sent)?.[0];
    return segments === undefined ? view : withSegments(view, segments);
  }

  fronts(): readonly RouteFront[] {
    return [...this.#paths.values()].flatMap(({ host, path, front }) =>
      front === undefined ? [] : [{ host, path, name: front.name, routes: [...front.values].flatMap(([hash, { route }]) => (route ? [hash] : [])) }],
    );
  }

  exportState(): FrontsState {
    return this.fronts();
  }

  #learn(view: ExchangeView): void {
    const { status } = view.exchange.response;
    if (status < 200 || status >= 400 || saysNothingInWords(view)) return;
    const path = frontPath(view.segments);
    if (path === undefined) return;
    const sent = sentOf(view);
    // GraphQL and JSON-RPC name their calls themselves, and are listed by them.
    if (sent.some(([name]) => callNames.has(name))) return;
    const known = this.#paths.get(`${view.host} ${path}`);
    if (known === undefined && !sent.some(([, value]) => isRouteLike(value))) return;
    const at = known ?? this.#add(view.host, path);
    if (at === undefined) return;
    at.answers++;
    const network = hash32(seed, networkOf(view.exchange.client.address));
    const shape = hash32(seed, shapeOf(view));
    let changed = false;
    for (const [name, value] of sent) {
      if (at.front !== undefined && at.front.name !== name) continue;
      let parameter = at.parameters.get(name);
      if (parameter === undefined) {
        if (!isPlainWords(name)) continue;
        if (at.parameters.size >= parametersMax) at.parameters.delete(leastSeen(at.parameters.values()));
        parameter = newParameter(name);
        at.parameters.set(name, parameter);
      }
      parameter.seen++;
      if (!isRouteLike(value)) {
        parameter.strange++;
        continue;
      }
      const others = sent.flatMap(([other]) => (other === name ? [] : [other])).sort();
      const told = note(parameter, this.#ports.hash("segment", value.toLowerCase()), network, hash32(seed, others.join("&")), shape);
      if (told !== undefined && parameter === at.front && !told.route && isRoute(told, answersMin)) changed = told.route = true;
    }
    if (at.front === undefined && at.answers >= decideMin && (at.answers & 7) === 0) changed = decide(at);
    if (!changed) return;
    this.version++;
    this.#routes = new FrontRoutes(this.fronts(), this.#ports);
  }

  #add(host: string, path: string): Path | undefined {
    if (this.#paths.size >= pathsMax) {
      let least: readonly [string, Path] | undefined;
      for (const one of this.#paths) if (one[1].front === undefined && (least === undefined || one[1].answers < least[1].answers)) least = one;
      if (least === undefined) return undefined;
      this.#paths.delete(least[0]);
    }
    const made: Path = { host, path, answers: 0, parameters: new Map(), front: undefined };
    this.#paths.set(`${host} ${path}`, made);
    return made;
  }
}

/** Learned fronts; what leads to others is learned again after a restart. */
export type FrontsState = readonly RouteFront[];

interface Path {
  readonly host: string;
  readonly path: string;
  answers: number;
  readonly parameters: Map<string, Parameter>;
  front: Parameter | undefined;
}

interface Parameter {
  readonly name: string;
  seen: number;
  /** Times its value was no word. */
  strange: number;
  readonly values: Map<string, Value>;
}

interface Value {
  answers: number;
  /** Hashes of the networks that were answered, up to {@link networksMin}. */
  readonly networks: number[];
  /** Which other names were sent along, and what answers were made of, each with how often. */
  readonly names: Map<number, number>;
  readonly shapes: Map<number, number>;
  route: boolean;
}

function newParameter(name: string): Parameter {
  return { name, seen: 0, strange: 0, values: new Map() };
}

function leastSeen(parameters: Iterable<Parameter>): string {
  let least: Parameter | undefined;
  for (const one of parameters) if (least === undefined || one.seen < least.seen) least = one;
  return least?.name ?? "";
}

function note(parameter: Parameter, hash: string, network: number, names: number, shape: number): Value | undefined {
  let value = parameter.values.get(hash);
  if (value === undefined) {
    if (parameter.values.size >= valuesMax) {
      const least = [...parameter.values].filter(([, { route }]) => !route).sort((a, b) => a[1].answers - b[1].answers)[0];
      if (least === undefined) return undefined;
      parameter.values.delete(least[0]);
    }
    value = { answers: 0, networks: [], names: new Map(), shapes: new Map(), route: false };
    parameter.values.set(hash, value);
  }
  value.answers++;
  if (value.networks.length < networksMin && !value.networks.includes(network)) value.networks.push(network);
  for (const [counts, one] of [
    [value.names, names],
    [value.shapes, shape],
  ] as const)
    if (counts.has(one) || counts.size < shapesMax) counts.set(one, (counts.get(one) ?? 0) + 1);
  return value;
}

/** Makes a front of the path if one of its parameters tells its requests apart. */
function decide(at: Path): boolean {
  for (const parameter of at.parameters.values()) {
    if (parameter.seen < 0.9 * at.answers || parameter.strange > 0.1 * parameter.seen) continue;
    const values = [...parameter.values.values()].filter((value) => isRoute(value, 2 * answersMin));
    let held = 0;
    for (const { answers } of values) held += answers;
    if (values.length < 2 || held < 0.7 * parameter.seen) continue;
    let [pairs, apart] = [0, 0];
    for (const [n, a] of values.entries())
      for (const b of values.slice(n + 1)) {
        pairs++;
        if (overlap(a.names, b.names) < overlapMax || overlap(a.shapes, b.shapes) < overlapMax) apart++;
      }
    if (apart * 2 < pairs) continue;
    at.front = parameter;
    for (const value of parameter.values.values()) value.route = isRoute(value, answersMin);
    at.parameters.clear();
    at.parameters.set(parameter.name, parameter);
    return true;
  }
  return false;
}

function isRoute({ answers, networks }: Value, min: number): boolean {
  return answers >= min && networks.length >= networksMin;
}

/** How much two counts have in common, from 0 to 1. */
function overlap(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): number {
  const [ofA, ofB] = [sum(a), sum(b)];
  let common = 0;
  for (const [one, count] of a) common += Math.min(count / ofA, (b.get(one) ?? 0) / ofB);
  return common;
}

function sum(counts: ReadonlyMap<number, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

function sentOf(view: ExchangeView): readonly (readonly [name: string, value: string])[] {
  const sent: (readonly [string, string])[] = [];
  for (const [name, value] of [...view.query, ...view.form]) sent.push([name.toLowerCase(), value]);
  const json = view.requestJson;
  if (typeof json === "object" && json !== null && !Array.isArray(json))
    for (const [name, value] of Object.entries(json)) if (sent.length < sentMax) sent.push([name.toLowerCase(), typeof value === "string" ? value : ""]);
  return sent.length > sentMax ? sent.slice(0, sentMax) : sent;
}

function shapeOf(view: ExchangeView): string {
  const { response } = view.exchange;
  if (response.status >= 300) return "redirect";
  return view.responseJson === undefined ? (headerOf(response.headers, "content-type").split(";", 1)[0] ?? "") : answerShape(view.responseJson);
}

/** Only tells words and shapes apart within one process; nothing of it is kept. */
const seed = 0x2c1b3c6d;
/** Answers below 400 that make a value a route, and twice as many where the first routes are found. Three networks, as everywhere: one caller alone invents nothing. */
export const answersMin = 4;
export const networksMin = 3;
/** Answers at a path before it is judged. */
const decideMin = 24;
/** Two values are two routes when less than a fifth of what is sent, or of what comes back, is alike. */
const overlapMax = 0.2;
/** Paths of plain words with parameters; a service of more has no front controller. */
export const pathsMax = 256;
/** A request to a front carries a handful beside the one that tells its routes apart. */
export const parametersMax = 12;
/** Old applications have some hundred actions; each has what an endpoint has. */
export const valuesMax = 256;
const shapesMax = 8;
const sentMax = 32;
const callNames: ReadonlySet<string> = new Set(["jsonrpc", "operationname", "variables", "extensions", "params"]);
