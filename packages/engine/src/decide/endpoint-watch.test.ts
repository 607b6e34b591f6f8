import { describe, expect, it } from "vitest";
import { EndpointWatch } from "./endpoint-watch.ts";
import { toldMax } from "./told-sources.ts";
import { guardedLookup } from "../testing/guarded-lookup.ts";

const day = 86_400_000;
const watch = (): EndpointWatch => new EndpointWatch(0, guardedLookup());

describe("EndpointWatch", () => {
  it("goes on from 64 others, each once; of more nothing is taken over", () => {
    const one = watch();
    const others = Array.from({ length: 70 }, watch);
    for (const other of [...others, ...others]) one.goesOnFrom(other);
    expect(one.before).toEqual(others.slice(0, 64));
  });

  it("tells of a source once a step, of 5,000 first refusals and 10,000 sources in all, and tells anew the next day", () => {
    const one = watch();
    one.advance(day);
    expect([one.told.once(1, 1, -1), one.told.once(1, 1, -1), one.told.once(1, 1, 0), one.told.once(1, 1, 0)]).toEqual([true, false, true, false]);
    for (let slot = 2; slot <= toldMax / 2; slot++) one.told.once(slot, 1, -1);
    // A flood of addresses that are refused once hides none that goes on asking.
    expect([one.told.once(toldMax, 1, -1), one.told.once(toldMax, 1, 0)]).toEqual([false, true]);
    for (let slot = toldMax + 1; slot < 1.5 * toldMax; slot++) expect(one.told.once(slot, 1, 0)).toBe(true);
    expect([one.told.once(2 * toldMax, 1, 0), one.told.once(2, 1, 0)]).toEqual([false, true]);
    one.advance(2 * day);
    expect([one.told.once(2 * toldMax, 1, 0), one.told.once(1, 1, -1)]).toEqual([true, true]);
  });
});
