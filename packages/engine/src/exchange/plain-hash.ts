/** 64 bits of a fast unkeyed hash as 16 hex digits. For class keys, which hold nothing secret; not collision-proof against a service that wants collisions. */
export function plainHash(text: string): string {
  const { high, low } = plainHalves(text);
  return hexOf(high, low);
}

/** As {@link plainHash}, both halves as signed numbers of 32 bits, for whoever needs no text. Read them before the next call: the object is the same each time. */
export function plainHalves(text: string): { readonly high: number; readonly low: number } {
  let high = 0x9e3779b9 ^ text.length;
  let low = 0x85ebca6b;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995);
    low ^= low >>> 13;
  }
  high = mix(high ^ low);
  halves.high = high | 0;
  halves.low = mix(low + high) | 0;
  return halves;
}

const halves = { high: 0, low: 0 };

function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Two words as 16 hex digits. One flat text: two padded halves put together cost five times as much. */
export function hexOf(high: number, low: number): string {
  return String.fromCharCode(
    digit(high >>> 28),
    digit((high >>> 24) & 15),
    digit((high >>> 20) & 15),
    digit((high >>> 16) & 15),
    digit((high >>> 12) & 15),
    digit((high >>> 8) & 15),
    digit((high >>> 4) & 15),
    digit(high & 15),
    digit(low >>> 28),
    digit((low >>> 24) & 15),
    digit((low >>> 20) & 15),
    digit((low >>> 16) & 15),
    digit((low >>> 12) & 15),
    digit((low >>> 8) & 15),
    digit((low >>> 4) & 15),
    digit(low & 15),
  );
}

function digit(value: number): number {
  return value < 10 ? 48 + value : 87 + value;
}
