import { hashOfSegment, isPlainWords } from "../exchange/plain-words.ts";
import type { PathNode } from "./path-node.ts";

/** A place as people read it, and the parameter at each position. */
export interface TemplateText {
  /** `/users/{userId}/cards/{cardId}`; `/` for the root. A constant that may not be shown reads as `hidden` writes it. */
  readonly text: string;
  /** The same with every constant that is no plain word written as `hidden` does, shown or not: what names are made of, so that showing a word renames nothing. */
  readonly identity: string;
  /** All constants in clear: for comparing with what the operator declared, never to be kept or shown. */
  readonly clear: string;
  /** Parameter name by segment position, compound names joined by `-` (`cc-phone`). */
  readonly names: ReadonlyMap<number, string>;
}

/**
 * The template of a place. A parameter is named as a person called it in a rule, else after the constant before it (`users` gives `userId`), `id` where there
 * is none; a name that stands twice gets a number.
 */
export function templateText<Leaf>(node: PathNode<Leaf>, hidden: (constant: string) => string = (constant) => constant): TemplateText {
  const path: PathNode<Leaf>[] = [];
  for (let at: PathNode<Leaf> | undefined = node; at?.parent !== undefined; at = at.parent) path.push(at);
  path.reverse();
  const names = new Map<number, string>();
  const taken = new Set<string>();
  const parts: string[] = [];
  const identity: string[] = [];
  const clear: string[] = [];
  path.forEach((at, position) => {
    if (!at.parameter) {
      const plain = isPlainWords(at.label);
      const masked = plain || hashOfSegment(at.label) !== undefined ? at.label : hidden(at.label);
      parts.push(at.shown ? at.label : masked);
      identity.push(masked);
      clear.push(at.label);
      return;
    }
    const before = path[position - 1];
    const pattern = at.label;
    if (!pattern.startsWith("{}")) {
      names.set(position, pattern.replace(/^\{|\}$/g, "").replace(/\}[^{]*\{/g, "-"));
      parts.push(pattern);
      identity.push(pattern);
      clear.push(pattern);
      return;
    }
    const base = at.rule?.name ?? (before === undefined || before.parameter || !isPlainWords(before.label) ? "id" : parameterName(before.label));
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}${n}`;
    taken.add(name);
    names.set(position, name);
    parts.push(`{${name}}${pattern.slice(2)}`);
    identity.push(`{${name}}${pattern.slice(2)}`);
    clear.push(`{${name}}${pattern.slice(2)}`);
  });
  return { text: `/${parts.join("/")}`, identity: `/${identity.join("/")}`, clear: `/${clear.join("/")}`, names };
}

/** `users` → `userId`, `access_tokens` → `accessTokenId`, `addresses` → `addressId`, `2fa` → `id`. */
export function parameterName(constant: string): string {
  const words = constant
    .slice(0, 64)
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "");
  const last = words.pop();
  if (last === undefined) return "id";
  const name = [...words, singular(last)].map((word, i) => (i === 0 ? word.charAt(0).toLowerCase() + word.slice(1) : word.charAt(0).toUpperCase() + word.slice(1))).join("");
  return /^[a-z]/i.test(name) ? `${name}Id` : "id";
}

function singular(word: string): string {
  if (/[^aeiou]ies$/i.test(word)) return `${word.slice(0, -3)}y`;
  if (/(ss|x|ch|sh)es$/i.test(word)) return word.slice(0, -2);
  return /[^su]s$/i.test(word) && !/is$/i.test(word) ? word.slice(0, -1) : word;
}

/** Templates are alike when constants agree and parameters stand in the same places, whatever their names. */
export function templateShape(template: string): string {
  return template.replaceAll(/\{[^{}/]{0,100}\}/g, "{}").toLowerCase();
}
