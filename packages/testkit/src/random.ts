/**
 * A small seeded number source (sfc32). The same seed text gives the same numbers on every machine; it is no
 * cryptographic source. `fork(label)` depends on the seed and the label only, never on how many numbers were drawn, so
 * one part of a generator may change without moving the others.
 */
export interface Random {
  /** 0 ≤ n < 2³², an integer. */
  uint32(): number;
  /** 0 ≤ x < 1. */
  float(): number;
  /** 0 ≤ n < `below`, an integer; 0 when `below` ≤ 1. */
  int(below: number): number;
  /** `low` ≤ x < `high`. */
  readonly between: (low: number, high: number) => number;
  chance(probability: number): boolean;
  /** One of a non-empty list. Throws RangeError on an empty one. */
  pick<T>(list: readonly T[]): T;
  fork(label: string): Random;
}

/** Makes a {@link Random} from any text. */
export function random(seed: string): Random {
  let [a, b, c] = threeWords(seed);
  let counter = 1;
  const uint32 = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) uint32();
  const float = (): number => uint32() / 4_294_967_296;
  const int = (below: number): number => (below <= 1 ? 0 : Math.floor(float() * below));
  return {
    uint32,
    float,
    int,
    between: (low, high) => low + float() * (high - low),
    chance: (probability) => float() < probability,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new RangeError("cannot pick from an empty list");
      return list[int(list.length)] as T;
    },
    fork: (label) => random(`${seed}/${label}`),
  };
}

/** Shuffles in place (Fisher–Yates) and returns the same array. */
export function shuffle<T>(list: T[], source: Random): T[] {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = source.int(last + 1);
    const held = list[last] as T;
    list[last] = list[other] as T;
    list[other] = held;
  }
  return list;
}

/** Three FNV-1a lanes over the text, each with its own offset, then mixed. */
function threeWords(text: string): [number, number, number] {
  let x = 0x811c9dc5;
  let y = 0x9e3779b9;
  let z = 0x85ebca6b;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    x = Math.imul(x ^ code, 0x01000193);
    y = Math.imul(y ^ (code + index), 0x01000193);
    z = Math.imul(z ^ (code << 3), 0x01000193);
  }
  return [mix(x), mix(y ^ x), mix(z ^ y)];
}

function mix(word: number): number {
  let value = word ^ (word >>> 16);
  value = Math.imul(value, 0x7feb352d);
  value ^= value >>> 15;
  value = Math.imul(value, 0x846ca68b);
  return value ^ (value >>> 16);
}
