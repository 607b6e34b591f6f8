import { expect, test } from "vitest";
import { type EarlyExchange, earlyEndpointsMax, EarlyExchanges, earlyMax } from "./early-exchanges.ts";

const nth = (n: number): EarlyExchange => ({ at: n }) as EarlyExchange;

test("keeps the first of an endpoint and of its other names, and gives them once", () => {
  const early = new EarlyExchanges();
  for (let n = 0; n < earlyMax + 5; n++) early.add("a", nth(n));
  early.add("b", nth(900));
  early.renamed("a", "b");
  expect(early.take("a")).toEqual([]);
  expect(early.take("b").map(({ at }) => at)).toEqual([900, ...Array.from({ length: earlyMax - 1 }, (_, n) => n)]);
  expect(early.take("b")).toEqual([]);
});

test("at its bound the endpoint that gained nothing for longest gives its place", () => {
  const early = new EarlyExchanges();
  for (let n = 0; n < earlyEndpointsMax; n++) early.add(`e${n}`, nth(n));
  early.add("e0", nth(1_000));
  early.add("new", nth(1_001));
  expect(early.take("e0")).toHaveLength(2);
  expect(early.take("e1")).toEqual([]);
  expect(early.take("new")).toHaveLength(1);
});
