import type { BodyContent } from "./exchange.ts";
import { pairsMax } from "./view.ts";

/**
 * The text parts of a `multipart/form-data` body (RFC 7578) as pairs, in order, repeats kept: at most {@link pairsMax}, of at most
 * {@link partCharactersMax} characters each. A part with a file name or with a type that is no text gives its name with an empty value, so that it is known to have
 * been there. Total: what is malformed or cut off is left out. Linear in the body; reads at most {@link multipartCharactersMax}.
 *
 * With two boundaries it gives nothing. Misses: names written as `name*=` (which RFC 7578 forbids), parts in a transfer encoding.
 */
export function multipartFields(body: BodyContent, contentType: string): readonly MultipartField[] {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return [];
  // Many services take a bare LF for the line break that RFC 2046 asks for: whoever sends one is to be read as well.
  const text = (typeof body === "string" ? body.slice(0, multipartCharactersMax) : latin1(body.subarray(0, multipartCharactersMax))).replaceAll("\r\n", "\n");
  const line = `--${boundary}`;
  const fields: MultipartField[] = [];
  let at = text.startsWith(line) ? 0 : text.indexOf(`\n${line}`) + 1;
  if (at === 0 && !text.startsWith(line)) return [];
  for (let part = 0; part < partsMax && fields.length < pairsMax; part++) {
    const head = text.indexOf("\n", at + line.length);
    if (head < 0 || text.startsWith("--", at + line.length)) break;
    const next = text.indexOf(`\n${line}`, head);
    // The last part of a body that was cut is no whole value.
    if (next < 0) break;
    const blank = text.slice(head, Math.min(next, head + headCharactersMax)).indexOf("\n\n");
    if (blank > 0) {
      const from = head + blank + 2;
      const field = fieldOf(text.slice(head + 1, head + blank), text.slice(from, Math.min(next, from + partCharactersMax)), typeof body !== "string");
      if (field !== undefined) fields.push(field);
    }
    at = next + 1;
  }
  return fields;
}

export type MultipartField = readonly [name: string, value: string];

/** As far as a gate keeps bodies, and more. */
export const multipartCharactersMax = 262_144;
export const partCharactersMax = 8_192;
/** Parts looked at, with or without a name. */
const partsMax = pairsMax * 2;
/** Three headers are the rule. */
const headCharactersMax = 2_048;

function fieldOf(head: string, value: string, bytes: boolean): MultipartField | undefined {
  let name: string | undefined;
  let text = true;
  for (const header of head.split("\n", headersMax)) {
    const colon = header.indexOf(":");
    const key = header.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (key === "content-disposition") {
      name = parameterOf(header, "name");
      if (parameterOf(header, "filename") !== undefined || header.toLowerCase().includes("filename*=")) text = false;
    } else if (key === "content-type" && !/:\s{0,8}(?:text\/|application\/json)/i.test(header.slice(colon, colon + 64))) text = false;
  }
  if (name === undefined || name === "") return undefined;
  return [bytes ? utf8(name) : name, text ? (bytes ? utf8(value) : value) : ""];
}

const headersMax = 8;

/** RFC 2046 allows 70 characters. */
function boundaryOf(contentType: string): string | undefined {
  if (!contentType.toLowerCase().startsWith("multipart/form-data")) return undefined;
  // Two boundaries: services differ in which one they take, and each shows other parts.
  if ((contentType.slice(0, 512).match(/boundary\s{0,4}=/gi)?.length ?? 0) > 1) return undefined;
  const boundary = parameterOf(contentType.slice(0, 512), "boundary");
  return boundary === undefined || boundary === "" || boundary.length > 70 ? undefined : boundary;
}

/** `; name="value"` or `; name=value`, any case of the name. */
function parameterOf(header: string, name: string): string | undefined {
  const lower = header.toLowerCase();
  for (let from = lower.indexOf(";"); from >= 0; from = lower.indexOf(";", from + 1)) {
    let at = from + 1;
    while (lower.charCodeAt(at) === 32) at++;
    if (!lower.startsWith(`${name}=`, at)) continue;
    at += name.length + 1;
    if (header.charAt(at) !== '"') return header.slice(at, end(header, ";", at)).trim();
    return header.slice(at + 1, end(header, '"', at + 1)).replaceAll("%22", '"');
  }
  return undefined;
}

function end(text: string, stop: string, from: number): number {
  const at = text.indexOf(stop, from);
  return at < 0 ? text.length : at;
}

/** One character a byte, so that boundaries are found as they are in text. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += chunkBytes) text += String.fromCharCode(...bytes.subarray(from, from + chunkBytes));
  return text;
}

const chunkBytes = 4_096;

/** Text of bytes that {@link latin1} wrote; as it stands when they are no UTF-8. */
function utf8(text: string): string {
  let escaped = "";
  let plain = true;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) plain = false;
    escaped += code > 127 || code === 37 ? `%${code.toString(16).padStart(2, "0")}` : text.charAt(i);
  }
  if (plain) return text;
  try {
    return decodeURIComponent(escaped);
  } catch {
    return text;
  }
}
