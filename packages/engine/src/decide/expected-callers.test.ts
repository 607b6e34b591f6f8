import { expect, test } from "vitest";
import { ExpectedCallers, expectedMax, expectedNetworksMax } from "./expected-callers.ts";
import { defaultBudget } from "./gate-policy.ts";
import { ask, caller, gateOf, guardedLookup, person } from "../testing/guarded-lookup.ts";

const start = Date.UTC(2026, 2, 2);
const day = 86_400_000;

test("are known by their networks, have so many people a day, and are expected no longer when their date is over", () => {
  const expected = new ExpectedCallers();
  expected.set([{ name: "partner", networks: ["198.51.100.0/25", "2001:db8:7::/48"], peopleADay: 10, until: start + 2 * day }]);
  expect(expected.takes("198.51.100.127", 6, start)).toBe(true);
  expect(expected.takes("2001:db8:7:1::9", 4, start)).toBe(true);
  expect(expected.takes("198.51.100.1", 1, start)).toBe(false);
  for (const stranger of ["198.51.100.128", "2001:db8:8::1", "no address", ""]) expect(expected.takes(stranger, 1, start)).toBe(false);
  expect(expected.takes("198.51.100.1", 10, start + day)).toBe(true);
  expect(expected.takes("198.51.100.1", 1, start + 2 * day)).toBe(false);
});

test("a list told again does not begin the day anew", () => {
  const expected = new ExpectedCallers();
  const list = [{ name: "test", networks: ["192.0.2.7"], peopleADay: 5, until: start + day }];
  expected.set(list);
  expect(expected.takes("192.0.2.7", 5, start)).toBe(true);
  expected.set(list);
  expect(expected.takes("192.0.2.7", 1, start)).toBe(false);
});

test("beyond the bounds further ones are not expected", () => {
  const expected = new ExpectedCallers();
  expected.set(Array.from({ length: expectedMax + 1 }, (_, n) => ({ name: `n${n}`, networks: [`192.0.2.${n}`], peopleADay: 5, until: start + day })));
  expect([expectedMax - 1, expectedMax].map((n) => expected.takes(`192.0.2.${n}`, 1, start))).toEqual([true, false]);
  expected.set([{ name: "one", networks: Array.from({ length: expectedNetworksMax + 1 }, (_, n) => `10.0.${n >> 8}.${n & 255}/32`), peopleADay: 5, until: start + day }]);
  expect([expectedNetworksMax - 1, expectedNetworksMax].map((n) => expected.takes(`10.0.${n >> 8}.${n & 255}`, 1, start))).toEqual([true, false]);
});

test("a gate answers them, writes down what they were told, tells nobody and holds nothing against them; others it judges as ever", () => {
  const [endpoint, gate] = [guardedLookup(), gateOf()];
  gate.setPolicy({
    version: 1,
    mode: "enforce",
    endpoints: [endpoint],
    principals: [],
    expected: [{ name: "load test", networks: ["192.0.2.0/30"], peopleADay: 300, until: start + day }],
  });
  const asks = (place: number, n: number, at: number): { readonly told: boolean; readonly rows: number } => {
    const { truthful, rows } = ask(gate, { ...caller(place), address: `192.0.2.${place}` }, [person(n)], at);
    return { told: truthful, rows: rows.filter(({ answer }) => answer === "truthful").length };
  };
  for (let n = 0; n < 300; n++) expect(asks(n % 4, n, start + n * 100)).toEqual({ told: true, rows: 1 });
  gate.advance(start + 3_600_000);
  expect(gate.drain()).toEqual([]);
  // The day's number is used up: from here on as anybody, and nothing of before is their debt.
  let beyond = 0;
  for (let n = 0; n < 100; n++) if (asks(1, 1_000 + n, start + 3_700_000 + n * 100).told) beyond++;
  expect(beyond).toBe(defaultBudget.startCredits);
  let others = 0;
  for (let n = 0; n < 100; n++) if (asks(9, 2_000 + n, start + 3_800_000 + n * 100).told) others++;
  expect(others).toBe(defaultBudget.startCredits);
});
