/**
 * 64-bit keys as two unsigned 32-bit halves, so that tables stay in typed arrays. Inputs are 16-digit hex strings from
 * a keyed hash, which an attacker without the key cannot steer; mixing therefore only has to spread, not to resist.
 *
 * The result of the last call stands in {@link keyHi} and {@link keyLo} of the returned scratch; copy it before the next call.
 */
export interface Key {
  hi: number;
  lo: number;
}

/** Parses 16 hex digits; other text is folded by FNV-1a so that the function is total. */
export function keyOfHex(hex: string, out: Key): Key {
  if (hex.length === 16) {
    const hi = hex8(hex, 0);
    const lo = hex8(hex, 8);
    if (hi >= 0 && lo >= 0) {
      out.hi = hi;
      out.lo = lo;
      return out;
    }
  }
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  for (let i = 0; i < hex.length; i++) {
    a = Math.imul(a ^ hex.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ hex.charCodeAt(i), 0x5bd1e995);
  }
  out.hi = a >>> 0;
  out.lo = b >>> 0;
  return out;
}

/** Mixes a further key in; order matters. Finaliser of MurmurHash3 on both halves. */
export function mixKey(into: Key, hi: number, lo: number): Key {
  let a = Math.imul(into.hi ^ Math.imul(hi, 0xcc9e2d51), 0x1b873593) ^ into.lo;
  let b = Math.imul(into.lo ^ Math.imul(lo, 0x1b873593), 0xcc9e2d51) ^ a;
  a ^= a >>> 16;
  a = Math.imul(a, 0x85ebca6b);
  a ^= a >>> 13;
  b ^= b >>> 15;
  b = Math.imul(b, 0xc2b2ae35);
  b ^= b >>> 16;
  into.hi = (a ^ b) >>> 0;
  into.lo = (b ^ Math.imul(a, 0x27d4eb2f)) >>> 0;
  return into;
}

function hex8(text: string, from: number): number {
  let value = 0;
  for (let i = from; i < from + 8; i++) {
    const code = text.charCodeAt(i);
    const digit = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}
