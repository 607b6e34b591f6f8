/**
 * Reads an address as a number: all of an IPv4 address in `hi`, the first 64 bits of an IPv6 address in `hi` and `lo`. An IPv4 address in IPv6 dress is IPv4; a zone (`%eth0`) is left out.
 * False where the text is no address; `into` says nothing then. No allocation for IPv4.
 */
export function addressKey(text: string, into: AddressKey): boolean {
  if (text.length > 64) return false;
  const colon = text.indexOf(":");
  if (colon < 0) {
    const value = dotted(text, 0, text.length);
    if (value < 0) return false;
    into.v6 = false;
    into.hi = value;
    into.lo = 0;
    return true;
  }
  const zone = text.indexOf("%");
  return colonized(zone < 0 ? text : text.slice(0, zone), into);
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

function colonized(text: string, into: AddressKey): boolean {
  const gap = text.indexOf("::");
  if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) return false;
  const left = groupsOf(gap < 0 ? text : text.slice(0, gap), gap < 0);
  const right = gap < 0 ? [] : groupsOf(text.slice(gap + 2), true);
  if (left === undefined || right === undefined) return false;
  const length = left.length + right.length;
  if (gap < 0 ? length !== 8 : length > 7) return false;
  const all = [...left, ...Array.from({ length: 8 - length }, () => 0), ...right];
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = all;
  const mapped = a === 0 && b === 0 && c === 0 && d === 0 && e === 0 && f === 0xffff;
  into.v6 = !mapped;
  into.hi = mapped ? g * 65_536 + h : a * 65_536 + b;
  into.lo = mapped ? 0 : c * 65_536 + d;
  return true;
}

/** Groups of an IPv6 address; `tail`: the last may be written as IPv4. */
function groupsOf(text: string, tail: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [at, part] of parts.entries()) {
    if (tail && at === parts.length - 1 && part.includes(".")) {
      const value = dotted(part, 0, part.length);
      if (value < 0) return undefined;
      groups.push(Math.floor(value / 65_536), value % 65_536);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}
