import { plainHash } from "./plain-hash.ts";
import type { ExchangeView, Json } from "./view.ts";

/**
 * The form of a question, without what it says: which fields it has and how each value is written (nine digits, a word, an address, nothing), path, query, form and JSON alike, and whether it
 * came with a credential. As 16 hex digits; it holds nobody's data. Two questions of one form differ in their content only: what is refused to one and answered to the other was not refused for
 * a missing field or a number that is too short.
 *
 * Words have no length and mixed codes one for the whole, so that names and booking codes make few forms. Misses: what is wrong with a value that is well written (the 31st of February, a
 * check digit) is content here. Bounds: {@link fieldsMax} fields of {@link nameMax} characters, {@link depthMax} levels, values of {@link valueMax} characters; what is longer is "long".
 */
export function questionForm(view: Pick<ExchangeView, "segments" | "query" | "form" | "requestJson" | "credential">): string {
  const into: Fields = { text: view.credential === undefined ? "" : "!", left: fieldsMax };
  for (const segment of view.segments) into.text += `/${valueForm(segment)}`;
  for (const [name, value] of view.query) add(into, "?", name, value);
  for (const [name, value] of view.form) add(into, "&", name, value);
  if (view.requestJson !== undefined) walk(into, "", view.requestJson, 0);
  return plainHash(into.text);
}

/** Fields read; an honest question has a dozen. */
export const fieldsMax = 64;
export const nameMax = 64;
/** Levels of JSON read. */
export const depthMax = 4;
/** A number, a name or a date is shorter; tokens and sentences are all one. */
export const valueMax = 24;

interface Fields {
  text: string;
  left: number;
}

function add(into: Fields, place: string, name: string, value: string): void {
  if (into.left-- > 0) into.text += `${place}${name.slice(0, nameMax)}=${valueForm(value)}`;
}

function walk(into: Fields, name: string, value: Json, depth: number): void {
  if (typeof value !== "object" || value === null) return add(into, "{", name, typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
  if (depth >= depthMax) return add(into, "{", name, "deep");
  if (Array.isArray(value)) {
    const [first] = value as readonly Json[];
    return first === undefined ? add(into, "[", name, "") : walk(into, name, first, depth + 1);
  }
  for (const [key, inner] of Object.entries(value)) {
    if (into.left <= 0) return;
    walk(into, `${name.slice(0, nameMax)}.${key}`, inner, depth + 1);
  }
}

/** `d8` for eight digits, `a` for words, `w6` for six of both, marks as they are. */
export function valueForm(value: string): string {
  const text = value.trim();
  const at = text.indexOf("@");
  if (at > 0 && text.length <= addressMax) return text.includes(".", at + 2) && !text.includes(" ") ? "@" : "@?";
  if (text.length > valueMax) return "long";
  let form = "";
  let digits = 0;
  let letters = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0;
    if (code >= 48 && code <= 57) digits++;
    else if ((code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 127 || (code === 32 && letters > 0 && digits === 0)) letters++;
    else {
      if (digits > 0) form += letters === 0 ? `d${digits}` : `w${digits + letters}`;
      else if (letters > 0) form += "a";
      digits = 0;
      letters = 0;
      if (i < text.length) form += text.charAt(i);
    }
  }
  return form;
}

/** No address is longer. */
const addressMax = 254;
