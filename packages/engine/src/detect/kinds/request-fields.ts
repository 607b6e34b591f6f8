import type { Ports } from "../../exchange/ports.ts";
import { fieldName } from "../../exchange/plain-words.ts";
import { rememberText } from "../../exchange/remember-text.ts";
import type { ExchangeView, Json } from "../../exchange/view.ts";

/** One value of a request. The value is in clear and lives no longer than the call. */
export interface Field {
  /** `path:0` (the first parameter of the path), `query:code`, `form:pin`, `json:user.pin`; a name that is no common word is hashed. */
  readonly name: string;
  readonly value: string;
}

/**
 * A request's scalars, at most {@link fieldsMax}, each cut to {@link valueCharactersMax}: what a caller chooses from one request to the next. Lists are left out: a request about many
 * is no try of one secret. Misses: secrets in headers (Basic authentication among them) and in cookies.
 */
export function requestFields(view: ExchangeView, pathValues: readonly string[], ports: Ports): readonly Field[] {
  if (pathValues.length === 0 && view.query.length === 0 && view.form.length === 0 && view.requestJson === undefined) return none;
  const fields: Field[] = [];
  for (let n = 0; n < pathValues.length; n++) {
    const value = pathValues[n] ?? "";
    if (value !== "" && fields.length < fieldsMax) fields.push({ name: pathNames[n] ?? `path:${n}`, value: cut(value) });
  }
  if (view.query.length === 0 && view.form.length === 0 && view.requestJson === undefined) return fields;
  const add = (place: string, name: string, value: string): void => {
    if (value === "" || fields.length >= fieldsMax) return;
    fields.push({ name: placedName(place, name, ports), value: cut(value) });
  };
  for (const [name, value] of view.query) add("query", name, value);
  for (const [name, value] of view.form) add("form", name, value);
  if (view.requestJson !== undefined) walk(view.requestJson, "", 0, { left: walkMax }, add);
  return fields;
}

const pathNames = Array.from({ length: 8 }, (_, n) => `path:${n}`);

function cut(value: string): string {
  return value.length > valueCharactersMax ? value.slice(0, valueCharactersMax) : value;
}

/** The last part of a field's name, as people name it. */
export function lastName(field: string): string {
  return field.slice(Math.max(field.lastIndexOf(":"), field.lastIndexOf(".")) + 1);
}

function walk(json: Json, name: string, depth: number, budget: { left: number }, add: (place: string, name: string, value: string) => void): void {
  if (depth > depthMax || budget.left-- <= 0 || json === null) return;
  if (typeof json === "string") add("json", name, json);
  else if (typeof json === "number") add("json", name, String(json));
  else if (typeof json === "object" && !isList(json)) {
    for (const key in json) {
      if (budget.left <= 0) return;
      walk(json[key] ?? null, name === "" ? key : `${name}.${key}`, depth + 1, budget, add);
    }
  }
}

/** Names come again with every request. */
function placedName(place: string, name: string, ports: Ports): string {
  let known = placedNames.get(ports);
  if (known === undefined) {
    known = rememberText((text) => {
      const colon = text.indexOf(":");
      return `${text.slice(0, colon)}:${namesOf(text.slice(colon + 1), ports)}`;
    }, 1_024);
    placedNames.set(ports, known);
  }
  return known(`${place}:${name}`);
}

const placedNames = new WeakMap<Ports, (text: string) => string>();

function namesOf(name: string, ports: Ports): string {
  return name
    .slice(0, 200)
    .split(".")
    .map((part) => fieldName(part, ports))
    .join(".");
}

function isList(json: readonly Json[] | { readonly [key: string]: Json }): json is readonly Json[] {
  return Array.isArray(json);
}

const none: readonly Field[] = [];
export const fieldsMax = 24;
export const valueCharactersMax = 256;
const walkMax = 128;
const depthMax = 4;
