/**
 * The bytes of base64 or base64url text, padded or not; undefined when it is none. At most {@link base64CharactersMax}
 * characters are decoded: a longer text is cut there.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bare = text.endsWith("==") ? text.slice(0, -2) : text.endsWith("=") ? text.slice(0, -1) : text;
  const length = Math.min(bare.length, base64CharactersMax);
  if (length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < length; i += 1) {
    const value = valueOf(bare.charCodeAt(i));
    if (value === -1) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at] = (bits >> held) & 0xff;
      at += 1;
    }
  }
  return bytes;
}

/** Enough for any token; redaction cuts texts to this length first. */
export const base64CharactersMax = 65_536;

function valueOf(c: number): number {
  if (c >= 65 && c <= 90) return c - 65;
  if (c >= 97 && c <= 122) return c - 71;
  if (c >= 48 && c <= 57) return c + 4;
  if (c === 43 || c === 45) return 62;
  return c === 47 || c === 95 ? 63 : -1;
}
