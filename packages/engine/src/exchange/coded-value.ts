import { decodePercent } from "./split-target.ts";
import { decodeBase64 } from "./decode-base64.ts";
import { filterExpression, mayBeFilter } from "./filter-expression.ts";

/**
 * An identifier that stands coded inside a value: what the value says once it is taken apart. `undefined` where it is what it looks like, which costs a look at its first
 * characters. Never throws.
 *
 * - a `tree`: JSON, as it stands or in base64, base64url or percent-encoding once more; the payload of a JWT, signed or not; a global id `User:123` in base64, which is
 *   read as `{ "UserId": "123" }`;
 * - a `tree`, too, of a filter expression (`userName eq "ada"`), see {@link filterExpression};
 * - a `text`: a telephone number or an e-mail address in base64 or percent-encoding once more.
 *
 * Bounds: {@link codedDepthMax} codings within each other, {@link codedCharactersMax} characters; more is `tooMuch`, and whoever counts identifiers counts it as too many.
 *
 * Misses: other codings (hexadecimal, base32, compressed, encrypted); user names and numbers in base64, which stay what they look like, an opaque text.
 */
export function codedValue(text: string): Coded | undefined {
  return mayBeCoded(text) || mayBeFilter(text) ? taken(text, 0) : undefined;
}

export type Coded =
  | { readonly kind: "text"; readonly text: string }
  /** `text`: the JSON it was read from, `""` for a global id or a filter. `signed`: somebody vouches for it, as for a credential. */
  | { readonly kind: "tree"; readonly tree: object; readonly text: string; readonly signed?: true }
  | { readonly kind: "tooMuch" };

/** Codings within each other that are undone. */
export const codedDepthMax = 2;
/** Longer values are no identifiers with a few fields beside them. */
export const codedCharactersMax = 8_192;
/** `+1234567` in base64. */
const codedCharactersMin = 8;

/** Most values end here: one look at the first two characters, and one for a percent sign. */
function mayBeCoded(text: string): boolean {
  const first = text.charCodeAt(0);
  // Letters with which base64 of readable text begins, of JSON's brackets, and blanks before them.
  return (first >= 65 && first <= 90) || (first >= 97 && first <= 102) || first === openBrace || first === openBracket || first <= 32 || text.includes("%");
}

function taken(given: string, depth: number): Coded | undefined {
  const text = given.trim();
  const first = text.charCodeAt(0);
  if (text.length > codedCharactersMax) return first === openBrace || first === openBracket || base64Start(text) ? tooMuch : undefined;
  if (first === openBrace || first === openBracket) return treeOf(text);
  const filter = mayBeFilter(text) ? filterExpression(text) : undefined;
  if (filter !== undefined) return filter === "tooMuch" ? tooMuch : { kind: "tree", tree: filter, text: "" };
  if (depth >= codedDepthMax) return undefined;
  if (text.includes("%") && /%[0-7][0-9a-f]/i.test(text)) return inner(decodePercent(text), depth + 1);
  if (text.length < codedCharactersMin || !base64Start(text)) return undefined;
  if (text.startsWith("eyJ") && text.includes(".")) return payloadOf(text);
  const bare = unbroken(text);
  const plain = bare === undefined ? undefined : textOfBase64(bare);
  if (plain === undefined) return undefined;
  const global = globalId.exec(plain);
  if (global?.[1] !== undefined && global[2] !== undefined) return { kind: "tree", tree: { [`${global[1]}Id`]: global[2] }, text: "" };
  return inner(plain, depth + 1);
}

/** What came out of one coding. */
function inner(text: string, depth: number): Coded | undefined {
  const deeper = taken(text, depth);
  if (deeper !== undefined) return deeper;
  return isNatural(text) ? { kind: "text", text } : undefined;
}

/** A telephone number with its country, or an e-mail address, or several with commas between. */
function isNatural(text: string): boolean {
  if (text.length > 1_024) return text.includes("@") || /^[\d+, ]{0,8192}$/.test(text);
  return text.split(",").every((part) => /^\s{0,8}(?:[^@\s"<>]{1,64}@[^@\s"<>]{1,180}\.[\p{L}\d-]{2,24}|\+?\d[\d ().-]{6,24})\s{0,8}$/u.test(part));
}

function treeOf(text: string): Coded | undefined {
  try {
    const tree: unknown = JSON.parse(text);
    return typeof tree === "object" && tree !== null ? { kind: "tree", tree, text } : undefined;
  } catch {
    return undefined;
  }
}

/** What a JWT says, whoever signed it. */
function payloadOf(token: string): Coded | undefined {
  const [, payload = "", signature = ""] = token.split(".", 4);
  const text = textOfBase64(payload);
  const found = text === undefined || !text.startsWith("{") ? undefined : treeOf(text);
  return found?.kind === "tree" && signature.length >= signatureCharactersMin ? { kind: "tree", tree: found.tree, text: found.text, signed: true } : found;
}

/** Whether base64 that begins so can be readable text. Seven bits: text in UTF-8 that begins otherwise names nobody by number or address. */
function base64Start(text: string): boolean {
  const first = text.charCodeAt(0);
  return (first >= 65 && first <= 90) || (first >= 97 && first <= 102);
}

/** Without the line breaks that some encoders put in, and the blanks that `+` of base64 becomes in a query. */
function unbroken(text: string): string | undefined {
  if (alphabet.test(text)) return text;
  if (!/\s/.test(text) || text.includes("@")) return undefined;
  const bare = text.replace(/[\r\n\t]/g, "").replaceAll(" ", "+");
  return alphabet.test(bare) ? bare : undefined;
}

const alphabet = /^[\w+/-]{1,8192}={0,2}$/;

/** Readable text in base64, else undefined. */
function textOfBase64(coded: string): string | undefined {
  // Most of what is no text shows it in its first three characters.
  if (coded.length > 4 && !isReadable(decodeBase64(coded.slice(0, 4)))) return undefined;
  const bytes = decodeBase64(coded);
  if (bytes === undefined) return undefined;
  let text = "";
  let wide = false;
  if (!isReadable(bytes)) return undefined;
  for (const byte of bytes) {
    wide ||= byte > 126;
    text += String.fromCharCode(byte);
  }
  if (!wide) return text;
  try {
    return decodeURIComponent(Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
  } catch {
    return undefined;
  }
}

function isReadable(bytes: Uint8Array | undefined): boolean {
  if (bytes === undefined) return false;
  for (const byte of bytes) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) return false;
  return true;
}

/** As servers of GraphQL write it: a type's name, and a number, a UUID or another id that a service made. */
const globalId = /^([A-Z][A-Za-z]{1,40}):{1,2}(\d{1,19}|[0-9a-fA-F-]{16,40})$/;
const openBrace = 123;
const openBracket = 91;
/** 32 bytes, as the shortest in use have. */
const signatureCharactersMin = 40;
const tooMuch: Coded = { kind: "tooMuch" };
