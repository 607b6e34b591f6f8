import { hexOf } from "@postern/engine";

/**
 * HMAC-SHA-256 (RFC 2104, FIPS 180-4) of short ASCII texts under one key, cut to 16 hex digits: a third of the time the platform's one-shot hashes take, for they
 * cross into native code twice and write everything as text in between. The blocks that hold the key alone are worked out once. Steps do not depend on the text's
 * content, only on its length. Undefined for a text that is longer than {@link shortCharactersMax} or not ASCII: the platform's is used there.
 */
export function shortHmac(key: Uint8Array): (text: string) => string | undefined {
  if (key.length > blockBytes) throw new RangeError(`A key of ${key.length} bytes would have to be hashed first.`);
  const inner = keyBlock(key, 0x36);
  const outer = keyBlock(key, 0x5c);
  const state = new Int32Array(8);
  const words = new Int32Array(64);
  return (text) => {
    const { length } = text;
    if (length > shortCharactersMax) return undefined;
    copy(inner, state);
    let at = 0;
    for (; length - at >= blockBytes; at += blockBytes) {
      if (!readAscii(text, at, at + blockBytes, words)) return undefined;
      compress(state, words);
    }
    if (!readAscii(text, at, length, words)) return undefined;
    finish(state, words, length - at, blockBytes + length);
    copy(state, words);
    copy(outer, state);
    finish(state, words, 32, blockBytes + 32);
    return hexOf(state[0] ?? 0, state[1] ?? 0);
  };
}

/** Above it the platform's compiled hash is ahead. */
export const shortCharactersMax = 320;

const blockBytes = 64;

/** The state after the block of the key, each byte changed by `pad`. */
function keyBlock(key: Uint8Array, pad: number): Int32Array {
  const state = Int32Array.from(initial);
  const words = new Int32Array(64);
  for (let i = 0; i < blockBytes; i++) words[i >> 2] = ((words[i >> 2] ?? 0) << 8) | ((key[i] ?? 0) ^ pad);
  compress(state, words);
  return state;
}

/** Puts the characters into words, the first one highest, and nothing behind the last; false at one that is not ASCII. */
function readAscii(text: string, from: number, to: number, words: Int32Array): boolean {
  let all = 0;
  let word = 0;
  let place = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    all |= code;
    word = (word << 8) | code;
    if ((++place & 3) === 0) words[(place >> 2) - 1] = word;
  }
  if ((place & 3) !== 0) words[place >> 2] = word << (32 - 8 * (place & 3));
  return all < 128;
}

/** Ends the message, whose last `bytes` stand in `words`, with a set bit, zeros and its whole length. */
function finish(state: Int32Array, words: Int32Array, bytes: number, wholeBytes: number): void {
  const place = bytes >> 2;
  const bit = 0x80 << (24 - 8 * (bytes & 3));
  words[place] = (bytes & 3) === 0 ? bit : (words[place] ?? 0) | bit;
  clear(words, place + 1);
  if (bytes >= blockBytes - 8) {
    compress(state, words);
    clear(words, 0);
  }
  words[15] = wholeBytes * 8;
  compress(state, words);
}

/** FIPS 180-4, 6.2.2, on the first 16 words; the others are scratch. Every sum is cut to 32 bits at once: only then does the compiler keep to whole numbers. */
function compress(state: Int32Array, w: Int32Array): void {
  for (let i = 16; i < 64; i++) {
    const x = at(w, i - 15);
    const y = at(w, i - 2);
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (((at(w, i - 16) + s0) | 0) + ((at(w, i - 7) + s1) | 0)) | 0;
  }
  let a = at(state, 0);
  let b = at(state, 1);
  let c = at(state, 2);
  let d = at(state, 3);
  let e = at(state, 4);
  let f = at(state, 5);
  let g = at(state, 6);
  let h = at(state, 7);
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (((((h + s1) | 0) + (g ^ (e & (f ^ g)))) | 0) + ((at(constants, i) + at(w, i)) | 0)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (s0 + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] = at(state, 0) + a;
  state[1] = at(state, 1) + b;
  state[2] = at(state, 2) + c;
  state[3] = at(state, 3) + d;
  state[4] = at(state, 4) + e;
  state[5] = at(state, 5) + f;
  state[6] = at(state, 6) + g;
  state[7] = at(state, 7) + h;
}

/** A word that is there for certain. */
function at(words: Int32Array, i: number): number {
  return (words[i] ?? 0) | 0;
}

/** Eight words; a call into native code would cost more than this loop, as below. */
function copy(from: Int32Array, into: Int32Array): void {
  for (let i = 0; i < 8; i++) into[i] = at(from, i);
}

function clear(words: Int32Array, from: number): void {
  for (let i = from; i < 16; i++) words[i] = 0;
}

/** Of the square roots of the first eight primes, 32 bits behind the point. */
const initial = Int32Array.of(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19);

/** Of the cube roots of the first 64. */
const constants = Int32Array.of(
  0x428a2f98,
  0x71374491,
  0xb5c0fbcf,
  0xe9b5dba5,
  0x3956c25b,
  0x59f111f1,
  0x923f82a4,
  0xab1c5ed5,
  0xd807aa98,
  0x12835b01,
  0x243185be,
  0x550c7dc3,
  0x72be5d74,
  0x80deb1fe,
  0x9bdc06a7,
  0xc19bf174,
  0xe49b69c1,
  0xefbe4786,
  0x0fc19dc6,
  0x240ca1cc,
  0x2de92c6f,
  0x4a7484aa,
  0x5cb0a9dc,
  0x76f988da,
  0x983e5152,
  0xa831c66d,
  0xb00327c8,
  0xbf597fc7,
  0xc6e00bf3,
  0xd5a79147,
  0x06ca6351,
  0x14292967,
  0x27b70a85,
  0x2e1b2138,
  0x4d2c6dfc,
  0x53380d13,
  0x650a7354,
  0x766a0abb,
  0x81c2c92e,
  0x92722c85,
  0xa2bfe8a1,
  0xa81a664b,
  0xc24b8b70,
  0xc76c51a3,
  0xd192e819,
  0xd6990624,
  0xf40e3585,
  0x106aa070,
  0x19a4c116,
  0x1e376c08,
  0x2748774c,
  0x34b0bcb5,
  0x391c0cb3,
  0x4ed8aa4a,
  0x5b9cca4f,
  0x682e6ff3,
  0x748f82ee,
  0x78a5636f,
  0x84c87814,
  0x8cc70208,
  0x90befffa,
  0xa4506ceb,
  0xbef9a3f7,
  0xc67178f2,
);
