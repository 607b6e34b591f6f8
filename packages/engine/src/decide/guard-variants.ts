import { compiledRules } from "../exchange/compiled-rules.ts";
import { hashOfSegment, isPlainWords } from "../exchange/plain-words.ts";
import type { Ports } from "../exchange/ports.ts";
import { segmentsMax } from "../exchange/view.ts";
import { segmentShape } from "../exchange/segment-shape.ts";
import type { SubjectType } from "../exchange/subject.ts";
import type { GuardedEndpoint } from "./gate-policy.ts";
import type { Variant } from "./guard-matcher.ts";

/**
 * Finds the guarded endpoint that a path without a guard may be a variant of: another version or mount in front (`/v2/users/lookup/{phone}`, `/mobile/api/…`), something
 * between or behind (`/users/lookup/{phone}/x`), or another method. Services route such paths to one handler without meaning to, and with wildcards there is no end to them: each
 * would be learned anew, at the cost of some people.
 *
 * A variant is suspected where the end of the guarded path stands in a path, in order: the constant before the identifier (two, where identifiers are no phone numbers or
 * addresses), the identifier and all behind it. That alone holds nobody up: whether the request is judged by that guard is decided by its answer, see {@link kinOf}, and nothing is charged before, so `/orders/{id}/items` beside
 * `/orders/{id}` goes its own way.
 *
 * Bounds: {@link coresMax} guards under one constant, further ones have no variants; a lookup looks at {@link segmentsMax} segments, hashes each at most once, and goes through those behind a guard's constant once.
 * Costs: an answer at a suspected variant that asks about somebody is held back as one at the guard is, until it ends or 64 KiB of it are there. Who asks first at another path than honest people do may
 * have the guard put up there; it judges theirs with it, and if it goes, theirs gets its own with the next policy.
 * Misses: a path that keeps nothing of the guarded one's end; the identifier in another place (a body in place of the path) or coded; an answer in a form that the guarded path was never seen
 * to give (another format, 304); a second number put before the one that is asked about.
 */
export class GuardVariants {
  readonly #byConstant = new Map<string, Core[]>();
  readonly #byHash = new Map<string, Core[]>();
  /** Of the constants in {@link #byHash}: few segments of other paths look like one, and only those are hashed. */
  readonly #shapes = new Set<string>();
  readonly #ports: Pick<Ports, "hash">;
  /** Of the lookup under way: the best so far, and hashes of segments, each made once. */
  #best: Core | undefined;
  #path: readonly string[] = [];
  readonly #hashes: string[] = [];

  constructor(endpoints: readonly GuardedEndpoint[], ports: Pick<Ports, "hash">) {
    this.#ports = ports;
    for (const endpoint of endpoints) this.add(endpoint);
  }

  /** One more guard; nothing happens where it has no variants, or at the bound. */
  add(endpoint: GuardedEndpoint): void {
    const core = mayHaveVariants(endpoint) ? coreOf(endpoint) : undefined;
    if (core === undefined) return;
    const by = core.first.hashed ? this.#byHash : this.#byConstant;
    if (core.first.hashed) this.#shapes.add(core.first.shape);
    const cores = by.get(core.first.text);
    if (cores === undefined) by.set(core.first.text, [core]);
    else if (cores.length < coresMax) cores.push(core);
  }

  /** The guard and the path as it would be asked for there; of several the one of the same method, or the one whose end is longest. Ports of `host` do not count. `template`: segments of a template, whose parameters may hold anything. */
  find(method: string, host: string, segments: readonly string[], template = false): Variant | undefined {
    if (this.#byConstant.size === 0 && this.#byHash.size === 0) return undefined;
    const name = withoutPort(host);
    this.#hashes.length = 0;
    this.#best = undefined;
    const deep = Math.min(segments.length, segmentsMax);
    for (let at = 0; at < deep; at++) {
      const text = (segments[at] ?? "").toLowerCase();
      const cores = this.#byConstant.get(text);
      if (cores !== undefined) this.#consider(cores, method, name, segments, at, template);
      const hidden = this.#mayBeHidden(text) ? this.#byHash.get(this.#hashOf(text, at)) : undefined;
      if (hidden !== undefined) this.#consider(hidden, method, name, segments, at, template);
    }
    const best = this.#best as Core | undefined;
    this.#best = undefined;
    return best === undefined ? undefined : { endpoint: best.endpoint, segments: this.#path };
  }

  /** As {@link find} of a path, else of another way in which services may read it. */
  among(method: string, host: string, segments: readonly string[], readings: readonly (readonly string[])[]): Variant | undefined {
    let found = this.find(method, host, segments);
    for (let n = 0; found === undefined && n < readings.length; n++) found = this.find(method, host, readings[n] ?? segments);
    return found;
  }

  #consider(cores: readonly Core[], method: string, name: string, segments: readonly string[], at: number, template: boolean): void {
    const text = segments[at] ?? "";
    // What follows from a later place of the same constant follows from the first, too.
    let again = false;
    for (let before = 0; before < at && !again; before++) again = segments[before] === text;
    for (const core of cores) {
      if (again && core.before === undefined) continue;
      if ((core.host !== "*" && core.host !== name) || (this.#best !== undefined && !betterFor(method, core, this.#best))) continue;
      const asked = this.#asked(core, segments, at, template);
      if (asked === undefined) continue;
      this.#best = core;
      this.#path = asked;
    }
  }

  /** The guarded path with what these segments hold from `at` on in the places of its parameters. */
  #asked(core: Core, segments: readonly string[], at: number, template: boolean): readonly string[] | undefined {
    const path = [...core.path];
    let next = at + 1;
    if (core.before !== undefined) {
      const value = at === 0 ? "" : (segments[at - 1] ?? "");
      if (!template && !mayBe(core.before, value)) return undefined;
      path[core.before.place] = value;
    }
    for (let n = 0; n < core.rest.length; n++) {
      const part = core.rest[n];
      if (part === undefined) break;
      if (part.kind === "constant") {
        next = this.#after(part, segments, next);
        if (next < 0) return undefined;
        continue;
      }
      if (!template) while (next < segments.length && !mayBe(part, segments[next] ?? "")) next++;
      const value = segments[next];
      if (value === undefined) return undefined;
      path[part.place] = value;
      next++;
      if (typed(part.type) || !part.identifies) continue;
      // What nothing tells from a word put between is asked about together with all that stands before the next constant.
      const then = core.rest[n + 1];
      const end = then === undefined ? segments.length : then.kind === "constant" ? this.#after(then, segments, next) - 1 : next;
      if (end > next) path[part.place] = segments.slice(next - 1, end).join("/");
    }
    return path;
  }

  /** Behind the next segment from `next` on that is this constant; -1 where none is. */
  #after({ text, hashed }: Constant, segments: readonly string[], next: number): number {
    for (let at = next; at < segments.length; at++) {
      const lower = (segments[at] ?? "").toLowerCase();
      if (hashed ? this.#hashOf(lower, at) === text : lower === text) return at + 1;
    }
    return -1;
  }

  /** Words of interfaces stand in templates in clear. */
  #mayBeHidden(lower: string): boolean {
    return this.#byHash.size > 0 && (lower.charCodeAt(0) === openBrace || (this.#shapes.has(segmentShape(lower)) && !isPlainWords(lower)));
  }

  #hashOf(lower: string, at: number): string {
    return (this.#hashes[at] ??= (lower.charCodeAt(0) === openBrace ? hashOfSegment(lower) : undefined) ?? this.#ports.hash("segment", lower));
  }
}

/** How an answer at a suspected variant looks beside those of the guarded endpoint: `told` as one that speaks of somebody who is there, `denied` as one that says there is nobody, else `other`. */
export type Kin = "told" | "denied" | "other";

/**
 * By the class of the answer under the guard's own scheme; one that was not seen there counts where it has the fields and the status of one that was. Answers to HEAD and others without a body have
 * their status alone.
 */
export function kinOf({ tells = noClasses }: Pick<GuardedEndpoint, "tells">, seen: SeenClass, bodiless: boolean): Kin {
  let kin: Kin = "other";
  const fields = typeof seen.fields === "string" ? seen.fields : seen.fields.join(" ");
  for (const known of tells) {
    if (known.id === seen.id) return known.denies ? "denied" : "told";
    if (known.status !== seen.status || kin === "told") continue;
    if (bodiless || (fields !== "" && known.fields === fields)) kin = known.denies ? "denied" : "told";
  }
  return kin;
}

/** Answers to such requests have no body by their nature. */
export function isBodiless(method: string, status: number): boolean {
  return method === "HEAD" || status === 204 || status === 304;
}

/** Guards under one constant that may have variants. */
export const coresMax = 16;

function mayHaveVariants({ state, signedIn, owned, tells }: GuardedEndpoint): boolean {
  return state === "budgeted" && signedIn !== true && owned !== true && tells?.some(({ denies }) => !denies) === true;
}

function coreOf(endpoint: GuardedEndpoint): Core | undefined {
  const path = endpoint.template.split("/").filter((segment) => segment !== "");
  const identifiers = new Map<number, Place>();
  for (const { rule, places } of compiledRules(endpoint.subjects, endpoint.template))
    for (const { index, prefix, suffix } of places) identifiers.set(index, { place: index, type: rule.type, prefix: prefix.toLowerCase(), suffix: suffix.toLowerCase() });
  let from = identifiers.size > 0 ? Math.min(...identifiers.keys()) : path.length;
  const leading = from < path.length && (from === 0 || isParameter(path[from - 1] ?? "")) ? identifiers.get(from) : undefined;
  if (leading === undefined) {
    from--;
    while (from >= 0 && isParameter(path[from] ?? "")) from--;
  } else from++;
  // What is no number and no address may be anything: more of the path must agree.
  if (leading === undefined && from > 0 && !endpoint.subjects.every(({ type }) => type === "phone" || type === "email") && !isParameter(path[from - 1] ?? "")) from--;
  const first = path[from];
  if (first === undefined || isParameter(first)) return undefined;
  const rest: Part[] = [];
  for (let place = from + 1; place < path.length; place++) {
    const segment = path[place] ?? "";
    if (isParameter(segment))
      rest.push({ kind: "parameter", identifies: identifiers.has(place), ...(identifiers.get(place) ?? { place, type: "opaque", prefix: "", suffix: "" }) });
    else rest.push({ kind: "constant", ...constantOf(segment) });
  }
  return {
    endpoint,
    host: withoutPort(endpoint.host),
    first: constantOf(first),
    before: leading,
    rest,
    path: path.map((segment) => (isParameter(segment) ? "-" : segment)),
  };
}

function betterFor(method: string, core: Core, than: Core): boolean {
  const same = core.endpoint.method === method;
  return same === (than.endpoint.method === method) ? core.rest.length > than.rest.length : same;
}

/** Ports of one host are often one service's; other hosts are others'. */
function withoutPort(host: string): string {
  const colon = host.lastIndexOf(":");
  return colon < 0 || host.endsWith("]") ? host : host.slice(0, colon);
}

function isParameter(segment: string): boolean {
  return segment.includes("{") && hashOfSegment(segment) === undefined;
}

function constantOf(segment: string): Constant {
  const hash = hashOfSegment(segment);
  return hash === undefined ? { text: segment.toLowerCase(), hashed: false, shape: "" } : { text: hash, hashed: true, shape: segment.slice(1, segment.lastIndexOf("~")) };
}

/** Whether a value of this type is told from a word by how it looks. */
function typed(type: SubjectType): boolean {
  return type !== "opaque" && type !== "username";
}

/** A quick look; what is let through and is none is asked about nobody. */
function mayBe({ type, prefix, suffix }: Place, value: string): boolean {
  if (prefix !== "" || suffix !== "") {
    const lower = value.toLowerCase();
    if (lower.length <= prefix.length + suffix.length || !lower.startsWith(prefix) || !lower.endsWith(suffix)) return false;
  }
  if (!typed(type)) return value !== "";
  if (type === "email") return value.includes("@");
  let digits = 0;
  for (let at = prefix.length; at < value.length - suffix.length; at++) {
    const code = value.charCodeAt(at);
    if (code >= zero && code <= nine) digits++;
    else if (type !== "uuid" && (code | 32) >= lowerA && (code | 32) <= lowerZ) return false;
  }
  return digits >= (type === "phone" ? phoneDigitsMin : 1);
}

interface SeenClass {
  readonly id: string;
  readonly status: number;
  readonly fields: readonly string[] | string;
}

interface Constant {
  readonly text: string;
  /** It is known by its keyed hash only. */
  readonly hashed: boolean;
  /** Of its name, then; see {@link segmentShape}. */
  readonly shape: string;
}

/** Where a parameter stands in the guarded path, and what stands around it in its segment. */
interface Place {
  readonly place: number;
  readonly type: SubjectType;
  readonly prefix: string;
  readonly suffix: string;
}

type Part = ({ readonly kind: "constant" } & Constant) | ({ readonly kind: "parameter"; readonly identifies: boolean } & Place);

/** The end of a guarded path, by which its variants are known. */
interface Core {
  readonly endpoint: GuardedEndpoint;
  /** Without its port. */
  readonly host: string;
  readonly first: Constant;
  /** An identifier that stands before the first constant. */
  readonly before: Place | undefined;
  readonly rest: readonly Part[];
  /** The whole path, its parameters open. */
  readonly path: readonly string[];
}

const noClasses: NonNullable<GuardedEndpoint["tells"]> = [];
const phoneDigitsMin = 5;
const zero = 48;
const nine = 57;
const lowerA = 97;
const lowerZ = 122;
const openBrace = 123;
