import fc from "fast-check";
import { expect, test } from "vitest";
import { provenancePolicy as policy } from "../detect/provenance/provenance-policy.ts";
import { ObjectOwners, ownersMax } from "./object-owners.ts";

test("a caller reads at most its credits and what came back meanwhile, in whatever pace and pieces it asks", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ wait: fc.nat(4 * 3_600_000), cost: fc.integer({ min: 1, max: 4 }) }), { maxLength: 120 }), (asks) => {
      const owners = new ObjectOwners();
      let at = 1_000;
      let read = 0;
      for (const { wait, cost } of asks) if (owners.take("one", cost, (at += wait))) read += cost;
      expect(read).toBeLessThanOrEqual(policy.foreignCredits + (at - 1_000) / policy.foreignBackMs);
    }),
  );
});

test("people are told of a caller at its sixth refusal, and of several within an hour once", () => {
  const owners = new ObjectOwners();
  owners.take("one", policy.foreignCredits, 0);
  const levels = Array.from({ length: 8 }, (_, n) => owners.refused("one", n)?.level);
  expect(levels).toEqual(["medium", undefined, undefined, undefined, undefined, "high", undefined, undefined]);
  const others = Array.from({ length: 5 }, (_, n) => {
    owners.take(`other-${n}`, 1, 10);
    return owners.refused(`other-${n}`, 10 + n)?.level;
  });
  expect(others).toEqual(["medium", "medium", "high", "medium", "medium"]);
});

test("callers are remembered up to the bound; the one that asked for longest ago begins anew", () => {
  const owners = new ObjectOwners();
  for (let n = 0; n <= ownersMax; n++) owners.take(`c${n}`, policy.foreignCredits, n);
  expect(owners.size).toBe(ownersMax);
  expect(owners.take("c5", 1, ownersMax + 1)).toBe(false);
  expect(owners.take("c0", 1, ownersMax + 1)).toBe(true);
});
