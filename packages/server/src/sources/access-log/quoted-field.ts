/** Index of the double quote that closes a field whose text starts at `from`; a quote after an odd number of backslashes is text. -1 when there is none. */
export function quotedEnd(line: string, from: number): number {
  for (let end = line.indexOf('"', from); end !== -1; end = line.indexOf('"', end + 1)) {
    let slashes = 0;
    while (end - 1 - slashes >= from && line.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}

/**
 * Undoes the escapes of nginx (`\xHH`) and Apache (`\xHH`, `\"`, `\\`, `\n`, `\t` …). Escaped bytes that form UTF-8
 * become its characters, others U+FFFD. An unfinished escape stays as it stands.
 */
export function unescapeText(text: string): string {
  return text.includes("\\") ? unescapeBytes(text).toString("utf8") : text;
}

/**
 * The same for a URL: what a URL cannot hold (controls, spaces, quotes, backslashes, bytes from 0x80) comes out
 * percent-encoded, so that nothing an attacker sent can split or re-read it.
 */
export function unescapeUrl(text: string): string {
  if (isPlainUrl(text)) return text;
  return encoded(text.includes("\\") ? unescapeBytes(text) : Buffer.from(text, "utf8"));
}

/** The same without undoing escapes, for formats that have none of their own. */
export function encodeUrl(text: string): string {
  return isPlainUrl(text) ? text : encoded(Buffer.from(text, "utf8"));
}

function encoded(bytes: Buffer): string {
  let url = "";
  for (const byte of bytes) url += mustEncode(byte) ? `%${byte.toString(16).toUpperCase().padStart(2, "0")}` : String.fromCharCode(byte);
  return url;
}

const backslash = 92;

function isPlainUrl(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (mustEncode(text.charCodeAt(i))) return false;
  return true;
}

function mustEncode(code: number): boolean {
  return code <= 32 || code >= 127 || code === 34 || code === backslash;
}

const letters = new Map([
  ["n", 10],
  ["t", 9],
  ["r", 13],
  ["b", 8],
  ["f", 12],
  ["v", 11],
]);

function unescapeBytes(text: string): Buffer {
  const source = Buffer.from(text, "utf8");
  const out = Buffer.allocUnsafe(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i += 1) {
    const byte = source[i] ?? 0;
    const next = byte === backslash ? source[i + 1] : undefined;
    if (next === undefined) out[length] = byte;
    else if (next === 120) {
      const high = hexDigit(source[i + 2]);
      const low = hexDigit(source[i + 3]);
      if (high === -1 || low === -1) out[length] = byte;
      else {
        out[length] = high * 16 + low;
        i += 3;
      }
    } else {
      out[length] = letters.get(String.fromCharCode(next)) ?? next;
      i += 1;
    }
    length += 1;
  }
  return out.subarray(0, length);
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
