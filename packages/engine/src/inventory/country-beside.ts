import { asksForThings, mayBeCountry, mayBeNational, saysPhone, speaksOfCountry } from "./country-names.ts";
import type { ParameterStats } from "./parameters.ts";

/**
 * The name, in lower case, under which the country of a national number stands beside it: `{countryCode: "49", number: "1712345678"}`, `country=DE&number=…`. Undefined where the values of this
 * parameter are no such numbers.
 *
 * The number plan has to know most of the values with what stands beside, and that has to be countries nearly always: letters or a plus, else bare digits that are never anything else. As any
 * `page=1` is a dial code, and some plans know nearly every number, bare digits also need a name that speaks of a country or several countries seen; and neither of both may be called after
 * something else, an order, an account, a page. Nor are numbers of parcels, where the path (`template`, with its constants in clear) asks for such things and the name does not say telephone.
 *
 * Misses: a country in the path, in a header or in another object than the number; bare digits under a name that says nothing, where all are from one country. Mistakes: numbers of things under a
 * name that says nothing, sent beside a country.
 */
export function countryBeside(parameters: ReadonlyMap<string, ParameterStats>, key: string, template: string): string | undefined {
  const beside = parameters.get(key)?.beside;
  if (beside === undefined || !mayBeNational(key) || (asksForThings(template) && !saysPhone(key))) return undefined;
  for (const country of beside.agreed()) {
    const stats = parameters.get(country);
    if (stats === undefined || !isCountry(country, stats)) continue;
    return country.slice(2).toLowerCase();
  }
  return undefined;
}

function isCountry(key: string, { countries, countriesMarked, countriesOf, distinct }: ParameterStats): boolean {
  if (!mayBeCountry(key) || countries < countryShare * countriesOf) return false;
  return countriesMarked * 2 >= countries || speaksOfCountry(key) || (distinct.count >= severalMin && countries >= alwaysShare * countriesOf);
}

/** Some requests hold nonsense. */
const countryShare = 0.6;
const severalMin = 3;
const alwaysShare = 0.98;
