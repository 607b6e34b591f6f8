import { createHmac, hash as oneShot } from "node:crypto";
import type { Ports } from "@postern/engine";
import type { Key } from "./key-file.ts";

/**
 * What the engine needs of the world, with identifiers hashed under `key`. `hash` equals
 * `createHmac("sha256", key).update(type NUL normal).digest("hex").slice(0, 16)`, computed by two one-shot hashes where the runtime has them.
 * `seed` makes `random` repeatable for replays and tests.
 */
export function makePorts(key: Pick<Key, "secret">, seed: number): Ports {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return { hash: remembering(keyedHash(key.secret)), random: randomOf(seed), decodeUtf8: (bytes) => decoder.decode(bytes) };
}

/**
 * Callers come back and gate and ledger hash the same texts in turn: the last hash of each of {@link rememberedMax} places is kept, with its clear text, in
 * memory only. A text has two places side by side, given by its last characters, and takes that of the one who came before the other; a longer one than
 * {@link rememberedCharactersMax} is hashed each time. About ten megabytes as a rule, 80 at the most.
 */
function remembering(hash: Ports["hash"]): Ports["hash"] {
  const types: string[] = Array.from({ length: rememberedMax }, () => "");
  const texts: string[] = Array.from({ length: rememberedMax }, () => "");
  const hashes: string[] = Array.from({ length: rememberedMax }, () => "");
  return (type, normal) => {
    const { length } = normal;
    if (length > rememberedCharactersMax) return hash(type, normal);
    let place = Math.imul(length, 0x85ebca6b) ^ type.length;
    for (let i = length > placeCharacters ? length - placeCharacters : 0; i < length; i++) place = Math.imul(place ^ normal.charCodeAt(i), 0x01000193);
    place = (place ^ (place >>> 15)) & (rememberedMax - 2);
    if (texts[place] === normal && types[place] === type) return hashes[place] ?? "";
    const other = place + 1;
    if (texts[other] === normal && types[other] === type) return hashes[other] ?? "";
    const fresh = hash(type, normal);
    // Who came last stands first.
    types[other] = types[place] ?? "";
    texts[other] = texts[place] ?? "";
    hashes[other] = hashes[place] ?? "";
    types[place] = type;
    texts[place] = normal;
    hashes[place] = fresh;
    return fresh;
  };
}

/** A power of two. */
export const rememberedMax = 65_536;
/** Longer than most tokens. */
export const rememberedCharactersMax = 1_024;
/** Tokens of one issuer begin alike and differ at their ends. */
const placeCharacters = 24;

/** SHA-256 works on blocks of 64 bytes. */
const blockBytes = 64;
/** Longer input takes the plain way; identifiers are far shorter. */
export const messageBytesMax = 1_024;

function keyedHash(secret: Uint8Array): Ports["hash"] {
  const slow = (type: string, normal: string): string => createHmac("sha256", secret).update(`${type}\0${normal}`, "utf8").digest("hex").slice(0, 16);
  // Absent before Node 20.12; a key longer than a block would have to be hashed first.
  if (typeof oneShot !== "function" || secret.length > blockBytes) return slow;
  // RFC 2104: H(key ^ opad, H(key ^ ipad, message)). The buffers are reused: hashing is synchronous and never re-entered.
  const inner = Buffer.alloc(blockBytes + messageBytesMax, 0x36);
  const outer = Buffer.alloc(blockBytes + 32, 0x5c);
  const short = Buffer.alloc(16);
  for (const [i, byte] of secret.entries()) {
    inner[i] = 0x36 ^ byte;
    outer[i] = 0x5c ^ byte;
  }
  return (type, normal) => {
    const message = `${type}\0${normal}`;
    // Three bytes of UTF-8 at most for each unit of the string.
    if (message.length * 3 > messageBytesMax) return slow(type, normal);
    const length = inner.write(message, blockBytes, "utf8");
    outer.write(oneShot("sha256", inner.subarray(0, blockBytes + length), "hex"), blockBytes, "hex");
    // A slice would keep the whole digest alive behind every key of every table: 112 bytes instead of 32.
    short.write(oneShot("sha256", outer, "hex"), 0, 16, "latin1");
    return short.toString("latin1");
  };
}

/** Mulberry32: fast, repeatable, not for secrets. Whole numbers from 0 to 2^32 - 1. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
