import { type Population, strangersFrom } from "../population.ts";
import { random, shuffle } from "../random.ts";

export interface AttackListOptions {
  /** Numbers on the list. */
  readonly size: number;
  /** 0–1: the part of them that has an account (rounded to whole numbers). */
  readonly validShare: number;
  readonly seed: string;
  /** National numbers that must not stand on it, such as an earlier list. */
  readonly excluding?: ReadonlySet<number>;
  /** `random` (default), or `sorted` as a lazy attacker would go. */
  readonly order?: "random" | "sorted";
}

/**
 * The numbers an attacker goes through, each once: exactly `round(size × validShare)` with an account, the others with
 * none, ever. Same seed, same list. Throws RangeError when the population has not that many left.
 */
export function attackList(world: { readonly population: Population }, options: AttackListOptions): readonly number[] {
  const people = world.population;
  const valid = Math.round(options.size * options.validShare);
  const source = random(`${options.seed}/list`);
  const taken = new Set<number>();
  const take = (national: number): void => {
    if (options.excluding?.has(national) !== true) taken.add(national);
  };
  // Sparse draws by luck; when most of the population is wanted, by going through all of it in random order.
  if (valid * 3 < people.accounts) {
    for (let tries = 0; taken.size < valid && tries < valid * 60 + 1_000; tries += 1) take(people.numberAt(source.int(people.accounts)));
  } else {
    const indexes = shuffle(
      Array.from({ length: people.accounts }, (_, index) => index),
      source,
    );
    for (const index of indexes) {
      if (taken.size >= valid) break;
      take(people.numberAt(index));
    }
  }
  if (taken.size < valid) throw new RangeError(`the population has fewer than ${valid} numbers left`);
  for (let tries = 0; taken.size < options.size && tries < options.size * 4 + 1_000; tries += 1) take(people.numberAt(strangersFrom + source.int(30_000_000)));
  const list = [...taken];
  return options.order === "sorted" ? list.sort((a, b) => a - b) : shuffle(list, source);
}
