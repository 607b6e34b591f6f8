import { pairsMax } from "./view.ts";

/** True for the media type of an XML body: `text/xml`, `application/xml`, `application/soap+xml`. Lower case. */
export function isXml(type: string): boolean {
  return /^(?:text|application)\/(?:[a-z0-9.-]{1,40}\+)?xml\b/.test(type);
}

/**
 * Elements of an XML body that hold text and no other element, and all attributes, as pairs of name and text, in order, repeats kept: at most {@link pairsMax}. Names
 * without their namespace prefix. Total and linear: what is malformed is read as far as it goes; comments and processing instructions are skipped, CDATA is text.
 * Reads at most {@link xmlCharactersMax}; declares no entities, so none can grow.
 *
 * Misses: text beside elements, entities other than the five of XML and numbers.
 */
export function xmlFields(body: string): readonly (readonly [name: string, text: string])[] {
  const text = body.length > xmlCharactersMax ? body.slice(0, xmlCharactersMax) : body;
  const fields: (readonly [string, string])[] = [];
  let name = "";
  let value = "";
  let at = 0;
  while (at < text.length && fields.length < pairsMax) {
    const open = text.indexOf("<", at);
    if (open < 0) break;
    value += decoded(text.slice(at, open));
    if (text.startsWith("<![CDATA[", open)) {
      const end = text.indexOf("]]>", open);
      if (end < 0) break;
      value += text.slice(open + 9, end);
      at = end + 3;
      continue;
    }
    if (text.startsWith("<!--", open)) {
      const end = text.indexOf("-->", open);
      if (end < 0) break;
      at = end + 3;
      continue;
    }
    const close = endOfTag(text, open);
    if (close < 0) break;
    const tag = text.slice(open + 1, close);
    at = close + 1;
    if (tag.startsWith("?") || tag.startsWith("!")) continue;
    if (tag.startsWith("/")) {
      if (name !== "" && localName(tag.slice(1).trim()) === name) fields.push([name, value.trim()]);
      name = "";
    } else {
      const bare = tag.endsWith("/") ? tag.slice(0, -1) : tag;
      const blank = bare.search(/\s/);
      const tagName = localName(blank < 0 ? bare : bare.slice(0, blank));
      name = bare === tag ? tagName : "";
      if (blank >= 0) attributes(bare.slice(blank), fields);
    }
    value = "";
  }
  return fields;
}

/** As much of a body as the gate holds. */
export const xmlCharactersMax = 65_536;

/** A `>` in quotes is no end. */
function endOfTag(text: string, open: number): number {
  let quote = 0;
  for (let i = open + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 34 || code === 39) quote = code;
    else if (code === 62) return i;
  }
  return -1;
}

function attributes(text: string, fields: (readonly [string, string])[]): void {
  let at = 0;
  while (fields.length < pairsMax) {
    const equals = text.indexOf("=", at);
    if (equals < 0) return;
    const name = text.slice(at, equals).trim();
    let start = equals + 1;
    while (start < text.length && text.charCodeAt(start) <= 32) start++;
    const quote = text.charAt(start);
    const end = quote === '"' || quote === "'" ? text.indexOf(quote, start + 1) : -1;
    if (end < 0) return;
    if (name !== "" && !name.startsWith("xmlns")) fields.push([localName(name), decoded(text.slice(start + 1, end))]);
    at = end + 1;
  }
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(":") + 1);
}

function decoded(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos));/g, (whole, decimal?: string, hex?: string, named?: string) => {
    if (named !== undefined) return entities[named] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
}

const entities: { readonly [name: string]: string } = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
