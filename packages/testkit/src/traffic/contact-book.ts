import { type Population, strangersFrom } from "../population.ts";
import { random } from "../random.ts";

/**
 * The numbers in somebody's telephone, the same whenever asked: 50 to 1,500, half of them below 250. Three in ten have an account (a person's book says one to five in ten), most of those
 * from his own corner of the population, so that books of neighbours share people; the others are strangers to the service, some of them in many books.
 */
export function contactBook(people: Population, index: number, sizes: BookSizes = "usual"): readonly number[] {
  const source = random(`${people.seed}/book/${index}`);
  const normal = Math.sqrt(-2 * Math.log(1 - source.float())) * Math.cos(2 * Math.PI * source.float());
  const size =
    sizes === "usual"
      ? Math.round(Math.min(bookMax, Math.max(bookMin, 250 * Math.exp(0.8 * normal))))
      : Math.round(Math.min(heavyBookMax, heavyBookMin * (1 - source.float()) ** (-1 / 1.5)));
  const here = 0.1 + 0.4 * source.float();
  const book = new Set<number>();
  for (let tries = 0; book.size < size && tries < 4 * size; tries += 1) {
    if (source.chance(here)) {
      const near = source.chance(0.7) ? index + source.int(4_001) - 2_000 : source.int(people.accounts);
      book.add(people.numberAt(((near % people.accounts) + people.accounts) % people.accounts));
    } else book.add(people.numberAt(strangersFrom - 1 - (source.chance(0.1) ? source.int(5_000) : source.int(5_000_000))));
  }
  return [...book];
}

/** Sizes of address books: half of all telephones hold some hundreds of numbers. */
export const bookMin = 50;
export const bookMax = 1_500;
/** `heavy`: by Pareto's law with exponent 1.5 from 80 to 5,000 numbers, half of them below 130, one in a hundred above 1,700: a few salespeople hold a large part of all numbers. */
export type BookSizes = "usual" | "heavy";
const heavyBookMin = 80;
const heavyBookMax = 5_000;
/** What the app sends in one request. */
export const bookPart = 100;
