import { describe, expect, test } from "vitest";
import { checksMax, checksMin, countriesMax, CountryVotes, eagerMax } from "./country-votes.ts";

const number = (n: number): string => `2125551${String(n).padStart(3, "0")}`;
const nonsense = "0000000";

function told(votes: CountryVotes, country: string, count: number, value: (n: number) => string, doubtful = false): number {
  let asked = 0;
  for (let n = 0; n < count; n++) if (votes.add(country, doubtful, "1", value(n))) asked++;
  return asked;
}

describe("what stands beside numbers is their country", () => {
  test("once the plan knows most of them with it, also after a restart; and the plan is not asked any more then", () => {
    const votes = new CountryVotes();
    told(votes, "q:cc", checksMin - 1, number);
    expect([...votes.agreed()]).toEqual([]);
    told(votes, "q:cc", checksMax, number);
    const again = CountryVotes.restore(JSON.parse(JSON.stringify(votes.exportState())));
    for (const one of [votes, again]) {
      expect([...one.agreed()]).toEqual(["q:cc"]);
      expect(told(one, "q:cc", 1_000, number)).toBe(0);
      expect(told(one, "q:cc", 1_000, () => nonsense)).toBe(0);
      expect([...one.agreed()]).toEqual(["q:cc"]);
    }
  });

  test("also where nonsense came first, and never for nonsense alone, of which few values are looked up", () => {
    const votes = new CountryVotes();
    expect(told(votes, "q:cc", 1_600, () => "9999999999")).toBeLessThanOrEqual(eagerMax + 100);
    expect([...votes.agreed()]).toEqual([]);
    told(votes, "q:cc", 16 * checksMax, number);
    expect([...votes.agreed()]).toEqual(["q:cc"]);
  });

  test("in as many places as there is room for: what nothing speaks for gives way, and what may be anything takes no more than half", () => {
    const votes = new CountryVotes();
    for (let n = 0; n < 2 * countriesMax; n++) told(votes, `q:x${n}`, 1, () => nonsense);
    expect(votes.exportState()).toHaveLength(countriesMax);
    for (let n = 0; n < countriesMax; n++) told(votes, `q:d${n}`, checksMax, number, true);
    told(votes, "q:cc", checksMax, number);
    expect([...votes.agreed()]).toEqual(expect.arrayContaining(["q:cc"]));
    expect(votes.exportState().filter(([, , , , doubtful]) => doubtful)).toHaveLength(countriesMax / 2);
    for (let n = 0; n < countriesMax; n++) told(votes, `q:y${n}`, checksMax, number);
    expect(votes.exportState()).toHaveLength(countriesMax);
    expect([...votes.agreed()]).toContain("q:cc");
  });

  test("of two that are joined, what both saw counts", () => {
    const [one, other] = [new CountryVotes(), new CountryVotes()];
    told(one, "q:cc", checksMin / 2, number);
    told(other, "q:cc", checksMin / 2, number);
    told(other, "q:region", 1, number);
    one.absorb(other);
    expect([...one.agreed()]).toEqual(["q:cc"]);
    expect(one.exportState()).toHaveLength(2);
  });
});
