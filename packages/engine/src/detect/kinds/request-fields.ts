import type { Ports } from "../../exchange/ports.ts";
import { fieldName } from "../../exchange/plain-words.ts";
import { rememberText } from "../../exchange/remember-text.ts";
import { decodePercent, splitUrl } from "../../exchange/split-target.ts";
import { pairsCharactersMax } from "../../exchange/view-of.ts";
import { type ExchangeView, type Json, pairsMax } from "../../exchange/view.ts";

/** One value of a request. The value is in clear and lives no longer than the call. */
export interface Field {
  /** `path:0` (the first parameter of the path), `query:code`, `form:pin`, `json:user.pin`; a name that is no common word is hashed. */
  readonly name: string;
  readonly value: string;
}

/**
 * A request's scalars, at most {@link fieldsMax}, each cut to {@link valueCharactersMax}: what a caller chooses from one request to the next. Lists are left out: a request about many
 * is no try of one secret. Where there is more, those that are `known` there are looked for behind it: who pads a request hides nothing that honest ones showed.
 *
 * Misses: secrets in headers (Basic authentication among them) and in cookies; behind padding of more than {@link hashedNamesMax} names, fields whose own name is hashed.
 */
export function requestFields(view: ExchangeView, pathValues: readonly string[], ports: Ports, known: KnownFields | undefined): readonly Field[] {
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
  const budget = { left: walkMax };
  if (view.requestJson !== undefined) walk(view.requestJson, "", 0, budget, add);
  if (known !== undefined && (fields.length >= fieldsMax || budget.left <= 0 || view.query.length >= pairsMax || view.form.length >= pairsMax)) {
    for (const name of known.fieldNames()) {
      const value = fields.some((field) => field.name === name) ? "" : valueBehind(view, name, ports);
      if (value !== "") fields.push({ name, value: cut(value) });
    }
  }
  return fields;
}

/** What an endpoint's requests are known to carry: a handful of names of {@link Field}s. */
export interface KnownFields {
  readonly fieldNames: () => Iterable<string>;
}

/** The value of a field wherever in the request it stands; `""` where it has none. */
function valueBehind({ exchange: { url, request }, query, form, requestJson }: ExchangeView, field: string, ports: Ports): string {
  const colon = field.indexOf(":");
  const name = field.slice(colon + 1);
  switch (field.slice(0, colon)) {
    case "query":
      return pairNamed(query, name, ports) || (query.length < pairsMax ? "" : textNamed(splitUrl(url).query, name));
    case "form":
      return pairNamed(form, name, ports) || (form.length < pairsMax || typeof request.body !== "string" ? "" : textNamed(request.body, name));
    case "json": {
      let inside = requestJson;
      for (const part of name.split(".")) inside = typeof inside === "object" && inside !== null && !isList(inside) ? inside[keyNamed(inside, part, ports)] : undefined;
      return typeof inside === "string" || typeof inside === "number" ? String(inside) : "";
    }
    default:
      return "";
  }
}

function pairNamed(pairs: readonly (readonly [string, string])[], name: string, ports: Ports): string {
  return pairs.find(([key]) => key === name || (name.startsWith("~") && fieldName(key, ports) === name))?.[1] ?? "";
}

function keyNamed(fields: { readonly [key: string]: Json }, name: string, ports: Ports): string {
  if (!name.startsWith("~")) return Object.hasOwn(fields, name) ? name : "";
  let left = hashedNamesMax;
  for (const key in fields) {
    if (--left < 0) break;
    if (fieldName(key, ports) === name) return key;
  }
  return "";
}

/** One pass over as much of a query or form as is read anywhere. */
function textNamed(raw: string, name: string): string {
  for (const piece of raw.slice(0, pairsCharactersMax).split("&")) {
    const equals = piece.indexOf("=");
    if (equals > 0 && decodePercent(piece.slice(0, equals).replaceAll("+", " ")) === name) return decodePercent(piece.slice(equals + 1).replaceAll("+", " "));
  }
  return "";
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
/** Three milliseconds, for whoever sends that many names that are no words. */
const hashedNamesMax = 1_024;
