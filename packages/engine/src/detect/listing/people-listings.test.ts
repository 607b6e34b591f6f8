import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../exchange/view.ts";
import { ports } from "../../testing/ports.ts";
import { KeptPeople } from "./kept-people.ts";
import { charactersMax, depthMax, elementsMax, listedPeople, listsMax, stepsMax } from "./listed-people.ts";
import { listingPolicy as policy } from "./listing-policy.ts";
import { PeopleListings, type SeenListing } from "./people-listings.ts";
import { UsualDays } from "./usual-days.ts";

const start = Date.UTC(2026, 2, 2, 8);
const day = 86_400_000;
const mail = (n: number): string => `p${n}@club.example`;
const pageOf = (from: number, size: number): Json => Array.from({ length: size }, (_, n) => ({ email: mail(from + n) }));

function seen(who: string, from: number, size: number, at: number, more: Partial<SeenListing> = {}): SeenListing {
  const actor = { narrow: who, network: `10.0.0.${who.length}`, address: `10.0.0.${who.length}`, credential: ports.hash("credential", who), principal: false };
  return {
    exchangeId: `x${who}${from}${at}`,
    at,
    endpointId: "e",
    about: "members",
    actor: { ...actor, network: `net ${who}` },
    json: pageOf(from, size),
    asked: new Set(),
    responseClass: "c",
    ...more,
  };
}

/** Thirty callers who are told of some forty people each. */
function learned(): PeopleListings {
  const listings = new PeopleListings(ports, []);
  for (let n = 0; n < 30; n++) listings.observe(seen(`m${n}`, 0, 30 + (n % 20), start + n * 60_000));
  return listings;
}

describe("people in lists of answers", () => {
  test("are not those the request itself named, nor one object alone, nor the same again", () => {
    const listings = learned();
    const asked = new Set(Array.from({ length: 2_000 }, (_, n) => ports.hash("email", mail(n))));
    expect(listings.observe(seen("sync", 0, 2_000, start + day / 2, { asked }))).toBeUndefined();
    for (let n = 0; n < 500; n++) expect(listings.observe(seen("reader", n, 1, start + day / 2))).toBeUndefined();
    for (let n = 0; n < 50; n++) expect(listings.observe(seen("again", 0, 90, start + day / 2 + n))).toBeUndefined();
  });

  test("tell of a thief who began before a restart as if there had been none", () => {
    const before = learned();
    for (let page = 0; page < 4; page++) before.observe(seen("thief", page * 20, 20, start + day / 2 + page));
    const state: unknown = JSON.parse(JSON.stringify(before.exportState()));
    const after = new PeopleListings(ports, [], before.exportState());
    expect(JSON.parse(JSON.stringify(after.exportState()))).toEqual(state);
    const levels: string[] = [];
    for (let page = 4; page < 40; page++) for (const { level } of after.observe(seen("thief", page * 20, 20, start + day / 2 + page))?.signals ?? []) levels.push(level);
    expect(levels).toEqual(["medium", "high"]);
    expect(JSON.stringify(state)).not.toMatch(/club\.example|10\.0\.0|net /);
  });

  test("keep no more endpoints and callers than their bounds", () => {
    const listings = new PeopleListings(ports, []);
    for (let n = 0; n < policy.endpointsMax + 10; n++) listings.observe(seen("one", 0, 2, start + n, { endpointId: `e${n}` }));
    for (let n = 0; n < policy.callersMax / 2 + 20; n++) listings.observe(seen(`c${n}`, 0, 2, start + day + n));
    expect(listings.size).toEqual({ endpoints: policy.endpointsMax, callers: policy.callersMax });
  });

  test("go on under the name an endpoint gets later", () => {
    const listings = learned();
    listings.renamed("e", "f");
    const levels: string[] = [];
    for (let page = 0; page < 40; page++)
      for (const { level } of listings.observe(seen("thief", page * 20, 20, start + day / 2, { endpointId: "f" }))?.signals ?? []) levels.push(level);
    expect(levels).toEqual(["medium", "high"]);
  });

  test("that are kept for the report are at most so many, the latest", () => {
    const kept = new KeptPeople(4);
    for (let n = 1; n <= 6; n++) kept.add(n % 2 === 0 ? 7 : 8, n, n, n);
    expect(kept.take(7)).toEqual([
      { hash: "0000000400000004", at: 4 },
      { hash: "0000000600000006", at: 6 },
    ]);
    expect(kept.take(7)).toEqual([]);
  });
});

describe("lists of people", () => {
  const count = (json: Json, about = ""): number => listedPeople(json, about).length;

  test("are those of things with an address, a number, a user name, or an id and a name, and no others", () => {
    expect(
      count(
        [
          { id: 1, total: 3 },
          { id: 2, total: 4 },
        ],
        "orders",
      ),
    ).toBe(0);
    expect(
      count(
        [
          { id: 1, name: "Chair" },
          { id: 2, name: "Table" },
        ],
        "products",
      ),
    ).toBe(0);
    expect(
      count(
        [
          { id: 1, name: "Ann" },
          { id: 2, name: "Ben" },
        ],
        "members",
      ),
    ).toBe(2);
    expect(count({ customers: [{ id: 1, name: "Ann" }] })).toBe(1);
    expect(
      count([
        { id: 1, first_name: "Ann" },
        { id: 2, first_name: "Ben" },
      ]),
    ).toBe(2);
    expect(
      count([
        { order: 3, customer: { email: "a@b.example" } },
        { order: 4, customer: { email: "c@d.example" } },
      ]),
    ).toBe(2);
    expect(count({ groups: [{ users: [{ phone: "+49 151 123456" }] }, { users: [{ phone: "+49 151 123457" }, { phone: "none" }] }] })).toBe(2);
    expect(count(["a@b.example", "c@d.example"])).toBe(2);
    expect(count(["+4915112345", "+4915112346"])).toBe(2);
    expect(count(["red", "green"])).toBe(0);
    expect(count([{ email: "a***@b.example" }, { email: "c***@d.example" }])).toBe(0);
  });

  test("cost no more than their bounds, whatever the answer holds", () => {
    expect(count(Array.from({ length: elementsMax + 500 }, (_, n) => ({ email: mail(n) })))).toBe(elementsMax);
    expect(count(Object.fromEntries(Array.from({ length: listsMax + 3 }, (_, n) => [`k${n}`, [{ email: mail(n) }, { email: mail(n + 50) }]])))).toBe(2 * listsMax);
    const deep = (levels: number): Json => (levels === 0 ? pageOf(0, 2) : { in: deep(levels - 1) });
    expect([count(deep(depthMax)), count(deep(depthMax + 1))]).toEqual([2, 0]);
    // A list behind more objects than are looked at, and an address longer than any.
    const behind = (objects: number): Json => ({ ...Object.fromEntries(Array.from({ length: objects }, (_, n) => [`o${n}`, {}])), people: pageOf(0, 2) });
    expect([count(behind(stepsMax - 2)), count(behind(stepsMax - 1))]).toEqual([2, 0]);
    const long = (characters: number): Json => [{ email: mail(1).padStart(characters, "x") }];
    expect([count(long(charactersMax)), count(long(charactersMax + 1))]).toEqual([1, 0]);
    fc.assert(fc.property(fc.jsonValue(), (json) => listedPeople(json as Json, "users").length <= listsMax * elementsMax));
  });
});

test("a usual day's mean and deviation are those of the days that count, whatever was added and taken back", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 25, maxLength: 60 }), fc.integer({ min: 1, max: 5_000 }), (counts, own) => {
      const days = new UsualDays();
      days.roll(1);
      for (const [n, count] of counts.entries()) {
        days.counted(`c${n}`, 0, 1);
        days.counted(`c${n}`, 1, count);
      }
      days.counted("gone", 0, 9_000);
      days.counted("gone", 9_000, 0);
      days.counted("self", 0, own);
      const logs = counts.map((count) => Math.log(count));
      const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
      const deviation = Math.sqrt(Math.max(0, logs.reduce((sum, log) => sum + log * log, 0) / logs.length - mean * mean));
      const third = counts.toSorted((a, b) => b - a)[2] ?? 0;
      const far = Math.exp(mean + policy.deviations * deviation);
      const [unusual, pages] = days.limits("self", own, counts.length);
      expect(unusual / Math.max(policy.least, policy.overOthers * third, far)).toBeCloseTo(1, 6);
      expect(pages / Math.max(policy.pagesAt * Math.max(policy.least, policy.overOthers * third), far)).toBeCloseTo(1, 6);
    }),
    { numRuns: 50 },
  );
});
