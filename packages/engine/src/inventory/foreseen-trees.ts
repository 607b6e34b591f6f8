import { type AnswerFingerprint, NothingHere } from "./admission.ts";
import type { ForeseenPath } from "./foresight.ts";
import type { PathNode } from "./path-node.ts";
import { PathTemplates, type TemplateBounds } from "./path-templates.ts";
import type { RuleNode } from "./template-rules.ts";

/** What was decided of one host: its tree of paths, the methods with evidence at each, and the answers that mean nothing there. */
export interface ForeseenHost {
  readonly name: string;
  readonly root: PathNode<ReadonlySet<string>>;
  readonly nothing: readonly string[];
}

/**
 * Decides the path templates of every host from all paths of a recording, in an order of its own: see {@link Foresight}. Hosts that answered most come first; more than `hostsMax`
 * are left out, as are those that only gave the answer every host is given that nobody has set up.
 */
export function foreseenTrees(paths: readonly ForeseenPath[], options: ForeseenOptions): { readonly hosts: readonly ForeseenHost[]; readonly anyHost: NothingHere } {
  const hosts = new Map<string, { readonly name: string; readonly paths: ForeseenPath[]; readonly nothing: NothingHere; answers: number }>();
  for (const path of paths) {
    let host = hosts.get(path.host);
    if (host === undefined) hosts.set(path.host, (host = { name: path.host, paths: [], nothing: new NothingHere(), answers: 0 }));
    host.paths.push(path);
    noteAnswers(host.nothing, path, path.segments[0], options.seed);
  }
  const anyHost = new NothingHere();
  for (const host of hosts.values()) for (const path of host.paths) host.answers += evidenceOf(path, host.nothing);
  for (const host of hosts.values()) if (host.answers < options.hostAnswersMin) for (const path of host.paths) noteAnswers(anyHost, path, host.name, options.seed, host.nothing);
  const chosen = [...hosts.values()]
    .map((host) => ({ ...host, anywhere: host.answers < options.hostAnswersMin ? anyHost : undefined }))
    .filter((host) => host.paths.some((path) => evidenceOf(path, host.nothing, host.anywhere) > 0))
    .sort((a, b) => b.answers - a.answers || (a.name < b.name ? -1 : 1))
    .slice(0, options.hostsMax);
  return {
    anyHost,
    hosts: chosen.map((host) => ({ name: host.name, nothing: [...host.nothing.exportState(), ...(host.anywhere?.exportState() ?? [])], root: treeOf(host, options) })),
  };
}

export interface ForeseenOptions {
  readonly seed: number;
  readonly hostsMax: number;
  readonly hostAnswersMin: number;
  readonly bounds: TemplateBounds;
  readonly rulesOf: (host: string) => RuleNode | undefined;
}

interface Chosen {
  readonly name: string;
  readonly paths: readonly ForeseenPath[];
  readonly nothing: NothingHere;
  readonly anywhere: NothingHere | undefined;
}

function treeOf(host: Chosen, options: ForeseenOptions): PathNode<ReadonlySet<string>> {
  const tree = new PathTemplates<ReadonlySet<string>>((into, from) => (into === undefined ? from : new Set([...into, ...from])), options.bounds);
  tree.govern(options.rulesOf(host.name));
  const proven = host.paths.map((path) => ({ path, count: evidenceOf(path, host.nothing, host.anywhere) })).filter(({ count }) => count > 0);
  for (const { path, times, client } of shuffled(proven)) {
    const place = tree.placeMany(path.segments, client, times, path.patterns);
    if (place === undefined) continue;
    if (place.leaf?.has(path.method) !== true) place.leaf = new Set([...(place.leaf ?? []), path.method]);
    if (place.shape === "") place.shape = path.shape;
  }
  tree.settle();
  // A method that was only refused stands at a path that answers to others.
  for (const path of host.paths) {
    if (path.weak === 0) continue;
    const place = tree.find(path.segments, (node) => node.leaf !== undefined, true, path.patterns);
    if (place?.leaf !== undefined && !place.leaf.has(path.method)) place.leaf = new Set([...place.leaf, path.method]);
  }
  return tree.root;
}

/** Answers of a path that are evidence. */
function evidenceOf(path: ForeseenPath, nothing: NothingHere, anywhere?: NothingHere): number {
  const means = (fingerprint: AnswerFingerprint): boolean => nothing.knows(fingerprint) || anywhere?.knows(fingerprint) === true;
  let seen = path.certain;
  let evidence = path.certain;
  for (const { fingerprint, count } of path.answers) {
    seen += count;
    if (!means(fingerprint)) evidence += count;
  }
  // Of those that were not kept it is known that they are many different ones.
  return evidence === 0 ? 0 : evidence + path.count - seen;
}

function noteAnswers(into: NothingHere, path: ForeseenPath, place: string | undefined, seed: number, but?: NothingHere): void {
  for (const { fingerprint, count } of path.answers) {
    if (but?.knows(fingerprint) === true) continue;
    for (let times = Math.min(count, 2); times > 0; times--) into.observe(fingerprint, place, seed);
  }
}

/**
 * Every path as often as it was asked for, mixed by hash as traffic comes. A path asked for very often comes {@link sightings} times at most, the last time for all that are
 * left: how often things are asked for is learned from the beginning.
 */
function* shuffled(paths: readonly { readonly path: ForeseenPath; readonly count: number }[]): Generator<{ path: ForeseenPath; times: number; client: number }> {
  let most = 2 ** 20;
  const rows = (): number => paths.reduce((sum, { count }) => sum + Math.min(count, most), 0);
  while (most > 2 && rows() > sightings) most /= 2;
  const order = new Float64Array(rows());
  let at = 0;
  for (const [n, { count }] of paths.entries()) {
    for (let time = 0; time < Math.min(count, most); time++) order[at++] = mixed(n, time) * placesOfPath + n;
  }
  order.sort();
  const given = new Uint32Array(paths.length);
  for (const key of order) {
    const n = key % placesOfPath;
    const one = paths[n];
    if (one === undefined) continue;
    const before = given[n] ?? 0;
    given[n] = before + 1;
    const last = before + 1 >= Math.min(one.count, most);
    yield { path: one.path, times: last ? one.count - before : 1, client: last ? one.path.clients : bitOf(one.path.clients, before) };
  }
}

/** Rows that are mixed: a second of work, 8 MiB. */
const sightings = 2 ** 20;
/** More than paths are kept, and little enough that 32 bits times it are a whole number. */
const placesOfPath = 2 ** 20;

function mixed(n: number, time: number): number {
  let hash = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(time + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** One of the bits set, by turns. */
function bitOf(word: number, turn: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  let rest = word;
  for (let skip = count === 0 ? 0 : turn % count; skip > 0; skip--) rest &= rest - 1;
  return rest & -rest;
}
