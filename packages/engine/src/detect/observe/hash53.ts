/**
 * A fast, seeded, non-cryptographic hash of a text to 53 uniform bits (a safe integer). For sketches and short ids only.
 *
 * It is not keyed against a determined attacker: who knows the seed can craft texts that collide and so be counted as one.
 * Hand in a seed the attacker cannot know wherever he chooses the texts.
 */
export function hash53(text: string, seed = 0): number {
  let low = (seed ^ 0x9e3779b9) | 0;
  let high = (seed ^ 0x243f6a88) | 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ (unit + 0x7f4a7c15), 0x5bd1e995);
    high ^= high >>> 15;
  }
  const first = mix(low ^ Math.imul(high, 0x27d4eb2f));
  const second = mix(high ^ Math.imul(first, 0x165667b1) ^ text.length);
  return (first >>> 11) * 0x1_0000_0000 + (second >>> 0);
}

/** Spreads every input bit over the whole word (a bijection of 32-bit words). */
function mix(word: number): number {
  let x = word;
  x ^= x >>> 16;
  x = Math.imul(x, 0x21f0aaad);
  x ^= x >>> 15;
  x = Math.imul(x, 0x735a2d97);
  x ^= x >>> 15;
  return x;
}
