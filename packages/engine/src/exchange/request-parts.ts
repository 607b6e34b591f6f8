import { hashOfSegment, isPlainWords } from "./plain-words.ts";
import { rememberText } from "./remember-text.ts";
import { splitUrl } from "./split-target.ts";
import type { RequestParts } from "./subjects.ts";
import { headerOf } from "./view-of.ts";
import type { ExchangeView } from "./view.ts";

/** A request as identifiers are looked for in it. */
export function partsOf(view: ExchangeView): RequestParts {
  const { exchange } = view;
  const body = exchange.request.body;
  return {
    segments: view.segments,
    query: splitUrl(exchange.url).query,
    header: (name) => {
      const value = headerOf(exchange.request.headers, name);
      return value === "" ? undefined : value;
    },
    contentType: headerOf(exchange.request.headers, "content-type"),
    body: typeof body === "string" ? body : "",
  };
}

/** Raw parameter values of a segment list, by the template's placeholders. */
export function pathValues(template: string, segments: readonly string[]): string[] {
  const values: string[] = [];
  for (const index of placesOf(template)) {
    const segment = segments[index];
    if (segment !== undefined) values.push(segment);
  }
  return values;
}

/** Which segments of a template are placeholders. */
const placesOf = rememberText((template) => {
  const places: number[] = [];
  let index = 0;
  for (const part of template.split("/")) {
    if (part === "") continue;
    if (part.includes("{") && hashOfSegment(part) === undefined) places.push(index);
    index++;
  }
  return places;
}, 4_096);

/** What a caller wrote into a request, for finding it in the answer. Common words of HTTP are no one's own. */
export function textsOf(view: ExchangeView): string[] {
  const texts: string[] = [];
  for (const [name, value] of view.exchange.request.headers) {
    if (sameForAll.has(name.toLowerCase())) continue;
    texts.push(value);
    const blank = value.indexOf(" ");
    if (blank > 0) texts.push(value.slice(blank + 1));
    if (/^(?:cookie|authorization|x-.*)$/i.test(name)) for (const part of value.split(/[;,=\s]+/, 32)) texts.push(part);
    if (!isPlainWords(name)) texts.push(name, name.toLowerCase());
  }
  for (const [name, value] of view.query) texts.push(value, ...(isPlainWords(name) ? [] : [name]));
  for (const [name, value] of view.form) texts.push(value, ...(isPlainWords(name) ? [] : [name]));
  return texts;
}

const sameForAll: ReadonlySet<string> = new Set([
  "host",
  "accept",
  "accept-encoding",
  "accept-language",
  "content-type",
  "content-length",
  "connection",
  "cache-control",
  "pragma",
  "origin",
  "te",
  "upgrade-insecure-requests",
]);
