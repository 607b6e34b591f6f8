/**
 * Reads an address as a number: all of an IPv4 address in `hi`, the first 64 bits of an IPv6 address in `hi` and `lo`. An IPv4 address in IPv6 dress is IPv4; a zone (`%eth0`) is left out.
 * False where the text is no address; `into` says nothing then. No allocation.
 */
export function addressKey(text: string, into: AddressKey): boolean {
  if (text.length > 64) return false;
  if (!text.includes(":")) {
    const value = dotted(text, 0, text.length);
    if (value < 0) return false;
    into.v6 = false;
    into.hi = value;
    into.lo = 0;
    return true;
  }
  const zone = text.indexOf("%");
  return colonized(text, zone < 0 ? text.length : zone, into);
}

export interface AddressKey {
  v6: boolean;
  hi: number;
  lo: number;
}

/** Four decimal numbers between `from` and `to`, or -1. No leading zeros: some read those as octal. */
function dotted(text: string, from: number, to: number): number {
  let value = 0;
  let part = -1;
  let parts = 0;
  for (let at = from; at <= to; at++) {
    const code = at === to ? 46 : text.charCodeAt(at);
    if (code === 46) {
      if (part < 0) return -1;
      value = value * 256 + part;
      part = -1;
      if (++parts > 4) return -1;
    } else {
      const digit = code - 48;
      if (digit < 0 || digit > 9 || part === 0) return -1;
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return -1;
    }
  }
  return parts === 4 ? value : -1;
}

const groups = new Uint16Array(8);

/** One pass over the text up to `end`. */
function colonized(text: string, end: number, into: AddressKey): boolean {
  let count = 0;
  let gap = -1;
  let at = 0;
  if (text.charCodeAt(0) === colon) {
    if (text.charCodeAt(1) !== colon) return false;
    gap = 0;
    at = 2;
  }
  while (at < end) {
    let value = 0;
    let digits = 0;
    const begin = at;
    for (; at < end; at++) {
      const digit = hexOf(text.charCodeAt(at));
      if (digit < 0) break;
      value = value * 16 + digit;
      if (++digits > 4) return false;
    }
    if (at < end && text.charCodeAt(at) === 46) {
      // The last 32 bits may be written as IPv4.
      const four = count > 6 ? -1 : dotted(text, begin, end);
      if (four < 0) return false;
      groups[count++] = four >>> 16;
      groups[count++] = four & 65_535;
      break;
    }
    if (digits === 0 || count > 7) return false;
    groups[count++] = value;
    if (at === end) break;
    if (text.charCodeAt(at++) !== colon || at === end) return false;
    if (text.charCodeAt(at) !== colon) continue;
    if (gap >= 0) return false;
    gap = count;
    at++;
  }
  if (gap < 0 ? count !== 8 : count > 7) return false;
  if (gap >= 0) {
    groups.copyWithin(8 - (count - gap), gap, count);
    groups.fill(0, gap, 8 - (count - gap));
  }
  const a = groups[0] ?? 0;
  const b = groups[1] ?? 0;
  const c = groups[2] ?? 0;
  const d = groups[3] ?? 0;
  const e = groups[4] ?? 0;
  const f = groups[5] ?? 0;
  const g = groups[6] ?? 0;
  const h = groups[7] ?? 0;
  const mapped = f === 0xffff && (a | b | c | d | e) === 0;
  into.v6 = !mapped;
  into.hi = mapped ? g * 65_536 + h : a * 65_536 + b;
  into.lo = mapped ? 0 : c * 65_536 + d;
  return true;
}

const colon = 58;

/** -1 for what is no digit. */
function hexOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
