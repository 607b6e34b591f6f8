import type { ClassScheme, UsualValue } from "../decide/gate-policy.ts";
import { maskEcho } from "./echo-forms.ts";
import { fieldName } from "./plain-words.ts";
import type { Ports } from "./ports.ts";
import { rememberText } from "./remember-text.ts";
import { looksIdentifying, scalarText, sentenceOf, visible } from "./scalar-text.ts";
import type { Json } from "./view.ts";

/** Writes the key paths of a JSON value with the types at their ends into `paths`, those paths alone into `fields`. */
export function shape(node: Json, path: string, depth: number, forms: readonly string[], paths: string[], fields: string[], ports: Ports): void {
  if (paths.length >= shapePathsMax) {
    if (paths[paths.length - 1] !== "…") paths[paths.length - 1] = "…";
    return;
  }
  if (node === null || typeof node !== "object") {
    const type = node === null ? "null" : typeof node;
    paths.push(path === "" ? type : `${path}:${type}`);
    if (path !== "") fields.push(path);
    return;
  }
  if (depth >= shapeDepthMax) {
    paths.push(`${path}:deep`);
    fields.push(path);
    return;
  }
  if (isArray(node)) {
    const first = node[0];
    if (first === undefined) paths.push(`${path}[]:empty`);
    else shape(first, `${path}[]`, depth + 1, forms, paths, fields, ports);
    return;
  }
  const keys = Object.keys(node).sort();
  if (keys.length === 0) paths.push(path === "" ? "" : `${path}:{}`);
  const seen = new Set<string>();
  for (const key of keys) {
    const name = keyName(key, forms, ports);
    // A map keyed by identifiers is one field, however many entries it has.
    if (name !== key && seen.has(name)) continue;
    seen.add(name);
    const value = node[key];
    if (value !== undefined) shape(value, path === "" ? name : `${path}.${name}`, depth + 1, forms, paths, fields, ports);
  }
}

/** Every key the structure of a value has. */
export function keysOf(node: Json, depth: number, keys: string[]): string[] {
  if (node === null || typeof node !== "object" || depth >= shapeDepthMax) return keys;
  if (isArray(node)) return node[0] === undefined ? keys : keysOf(node[0], depth + 1, keys);
  for (const [key, value] of Object.entries(node)) {
    keys.push(key);
    keysOf(value, depth + 1, keys);
  }
  return keys;
}

/** The scheme's scalars of a JSON value as a class key has them, each after a blank. */
export function scalarTexts(json: Json, scheme: ClassScheme, forms: readonly string[], ports: Ports): string {
  let text = "";
  for (const path of scheme.scalars) {
    const value = scalarAt(json, path, ports);
    if (value === undefined) continue;
    text += tokenStart(path);
    text += typeof value === "string" ? textOf(value, forms, ports) : scalarText(value, ports);
  }
  return text;
}

/** Each usual value after a doubled `=`, where the answer has them all; else nothing, so that the others stay one class. */
export function usualTexts(json: Json, usual: readonly UsualValue[], ports: Ports): string {
  let text = "";
  for (const { path, hash } of usual) {
    const value = scalarAt(json, path, ports);
    if (value === undefined || usualHash(value, ports) !== hash) return "";
    text += `${tokenStart(path)}=${isBlank(value) ? '""' : scalarText(value, ports)}`;
  }
  return text;
}

/** The keyed hash by which a usual value is known. */
export function usualHash(value: string | number | boolean, ports: Ports): string {
  return ports.hash("segment", typeof value === "string" ? value.slice(0, usualCharactersMax) : String(value));
}

/** Text without a letter or digit, or of zeros alone as long as an id or a date: the nil UUID of RFC 9562, `0000-00-00`. */
function isBlank(value: string | number | boolean): boolean {
  if (typeof value !== "string" || value.length > usualCharactersMax) return false;
  const zeros = value.replaceAll(/[^0]/g, "").length;
  return !/[\p{L}1-9]/u.test(value) && (zeros === 0 || zeros >= 8);
}

/** Characters of a value that are looked at; what says of nobody that there is nobody is shorter. */
export const usualCharactersMax = 256;

function textOf(value: string, forms: readonly string[], ports: Ports): string {
  const sentence = value.includes(" ") ? sentenceOf(value, forms) : undefined;
  if (sentence !== undefined) return scalarText(sentence, ports);
  return looksIdentifying(value) || holdsForm(value, forms) ? "{}" : scalarText(value, ports);
}

/** Paths of enumerations are few and come again. */
const tokenStart = rememberText((path) => ` ${visible(path)}=`, 2_048);

/** Whether {@link maskEcho} would mask something of it. */
function holdsForm(value: string, forms: readonly string[]): boolean {
  if (forms.length === 0) return false;
  const lower = value.toLowerCase();
  for (const form of forms) if (lower.includes(form)) return true;
  return false;
}

/** After the name of a list of one: what stands in it is said of the one person asked about. Of longer lists nothing is told. */
export const onlyElement = "[]";

/** The scalar at a path, whose names are as {@link fieldName} writes them; undefined when there is none. */
export function scalarAt(json: Json, path: string, ports: Ports): string | number | boolean | undefined {
  let node: Json | undefined = json;
  for (const part of namesOf(path)) {
    if (node === null || typeof node !== "object" || isArray(node)) return undefined;
    const listed = part.endsWith(onlyElement);
    const name = listed ? part.slice(0, -onlyElement.length) : part;
    const key: string | undefined = name.startsWith("~") ? keyOf(node, name, ports) : name;
    if (key === undefined || !Object.hasOwn(node, key)) return undefined;
    node = node[key];
    if (!listed) continue;
    if (node === undefined || node === null || typeof node !== "object" || !isArray(node) || node.length !== 1) return undefined;
    [node] = node;
  }
  return typeof node === "string" || typeof node === "number" || typeof node === "boolean" ? node : undefined;
}

const namesOf = rememberText((path) => path.split("."), 2_048);

/** The key that is written so; looks at the first {@link shapePathsMax}. */
function keyOf(node: { readonly [key: string]: Json }, name: string, ports: Ports): string | undefined {
  let looked = 0;
  for (const key of Object.keys(node)) {
    if (++looked > shapePathsMax) return undefined;
    if (fieldName(key, ports) === name) return key;
  }
  return undefined;
}

/** A field's name as paths have it; `*` for one that is an identifier. */
export function keyName(key: string, forms: readonly string[], ports: Ports): string {
  if (looksIdentifying(key)) return "*";
  if (forms.length > 0 && maskEcho(key, forms) !== key.toLowerCase()) return "*";
  return visible(fieldName(key, ports));
}

/** True for an array of JSON. */
export function isArray(node: Json): node is readonly Json[] {
  return Array.isArray(node);
}

/** Nesting of a JSON answer that is told apart; what lies deeper is `deep`. */
export const shapeDepthMax = 6;
/** Key paths of a JSON answer that are told apart; the rest is `…`. */
export const shapePathsMax = 64;
