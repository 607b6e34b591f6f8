import type { Ports } from "./ports.ts";
import { segmentShape } from "./segment-shape.ts";
import { vocabulary } from "./vocabulary.ts";

/**
 * True for a name made of nothing but words of interfaces (`saveLoginIp`, `forgot-password`, `v2`, `main.js`): such a name may be written in clear
 * at first sight, because it names nobody. Everything else (a person's name, a token, a slug) must earn it, or stays a keyed hash.
 *
 * Takes names apart at capitals, digits and `-_.$[]:?=`; each part must be in the vocabulary, as it stands or as its plural, past or `-ing` form. At most
 * three digits in all, and a dot only before a file ending or at the start.
 *
 * Misses: somebody who is called like a word of interfaces (`admin`, `status`) is written in clear; a real name of a field or path that is no common
 * English word stays hashed although it names nobody.
 */
export function isPlainWords(name: string): boolean {
  if (name.length === 0 || name.length > 64) return false;
  const known = answers.get(name);
  if (known !== undefined) return known;
  const answer = judge(name);
  if (answers.size >= rememberedMax) answers.clear();
  answers.set(name, answer);
  return answer;
}

/** The name of a field as it may be written: in clear when {@link isPlainWords}, else as {@link hashedField}. Always the same for the same name. */
export function fieldName(name: string, ports: Pick<Ports, "hash">): string {
  return isPlainWords(name) ? name : hashedField(name, ports);
}

/** `~` and eight digits of the keyed hash of a field's name, regardless of case. */
export function hashedField(name: string, ports: Pick<Ports, "hash">): string {
  let known = hashes.get(ports);
  if (known === undefined) {
    known = new Map();
    hashes.set(ports, known);
  }
  const lower = name.toLowerCase();
  let hash = known.get(lower);
  if (hash === undefined) {
    hash = `~${ports.hash("segment", `field ${lower}`).slice(0, 8)}`;
    if (known.size >= rememberedMax) known.clear();
    if (lower.length <= rememberedCharactersMax) known.set(lower, hash);
  }
  return hash;
}

/** A path segment that may not be shown: `{a5~` + its keyed hash + `}`. Regardless of case, as constants match. */
export function hashedSegment(segment: string, ports: Pick<Ports, "hash">): string {
  return `{${segmentShape(segment)}~${ports.hash("segment", segment.toLowerCase())}}`;
}

/** The hash in a segment that {@link hashedSegment} made; undefined for any other. */
export function hashOfSegment(part: string): string | undefined {
  return /^\{[^{}]{0,120}~([0-9a-f]{16})\}$/.exec(part)?.[1];
}

/** Answers remembered, in memory only: one interface has far fewer names, and an attacker's make it start anew. */
const rememberedMax = 8_192;
const rememberedCharactersMax = 128;
const answers = new Map<string, boolean>();
const hashes = new WeakMap<Pick<Ports, "hash">, Map<string, string>>();

const digitsMax = 3;
const fileEndings: ReadonlySet<string> = new Set(
  "js mjs css map html htm json xml txt csv pdf png jpg jpeg gif svg ico webp woff woff2 ttf php asp aspx jsp do action wasm yaml yml md zip gz io well".split(" "),
);
/** Words that are also names of people or make up account names: only as part of a longer name, never alone or next to each other. */
const joining: ReadonlySet<string> = new Set(
  "max min bill mark grant will art page chase case star first last test demo sample example secret private hidden public guest member person".split(" "),
);

function judge(name: string): boolean {
  const lower = name.toLowerCase();
  // A single letter names nobody.
  if (wholes.has(lower) || /^[a-z]$/.test(lower)) return true;
  const dot = name.lastIndexOf(".");
  if (dot > 0 && (!fileEndings.has(lower.slice(dot + 1)) || name.indexOf(".") < dot - 12)) return false;
  let digits = 0;
  let solid = 0;
  let joined = 0;
  for (const part of partsOf(name)) {
    if (/^\d+$/.test(part)) digits += part.length;
    else if (joining.has(part)) joined++;
    else if (isWord(part)) solid++;
    else return false;
  }
  return digits <= digitsMax && solid > 0 && joined <= 2;
}

/** Names that are said as a whole, beside the vocabulary. */
const wholes: ReadonlySet<string> = new Set(
  "max min page first last test demo secret private public guest member person jsonrpc xmlrpc grpc twirp websocket websockets 2fa oauth2 i18n l10n a11y k8s s3 ec2 x y z v p q t _ $".split(
    " ",
  ),
);

/** `saveLoginIp2` → `save login ip 2`; undefined parts never come: any other character is a part of its own and no word. */
function partsOf(name: string): string[] {
  const parts: string[] = [];
  for (const piece of name.split(/[-_.$:?=[\]]/)) {
    if (piece === "") continue;
    const matches = piece.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+/g) ?? [];
    for (const part of matches) parts.push(part.toLowerCase());
  }
  return parts;
}

function isWord(part: string): boolean {
  if (vocabulary.has(part)) return true;
  for (const [ending, instead] of endings) {
    if (part.length > ending.length + 2 && part.endsWith(ending)) {
      const stem = part.slice(0, -ending.length);
      if (vocabulary.has(stem + instead)) return true;
      if (ending !== "s" && stem.length > 3 && stem.at(-1) === stem.at(-2) && vocabulary.has(stem.slice(0, -1))) return true;
    }
  }
  return false;
}

const endings: readonly (readonly [string, string])[] = [
  ["s", ""],
  ["es", ""],
  ["ies", "y"],
  ["ed", ""],
  ["ed", "e"],
  ["ied", "y"],
  ["ing", ""],
  ["ing", "e"],
  ["er", ""],
  ["er", "e"],
  ["ion", ""],
  ["ion", "e"],
  ["able", ""],
  ["able", "e"],
];
