import { expect, test } from "vitest";
import { viewOf } from "../exchange/view-of.ts";
import { jsonExchange } from "../testing/json-exchange.ts";
import { ports } from "../testing/ports.ts";
import { countryChecksMax, Parameters } from "./parameters.ts";

test("one request has the number plan asked for a few of its numbers only, however many it holds", () => {
  const checked = (count: number): number | undefined => {
    const numbers = Array.from({ length: count }, (_, n) => `phone=2125551${String(n).padStart(3, "0")}`);
    const parameters = new Parameters(1);
    parameters.observe(viewOf(jsonExchange({ id: "1", at: 0, address: "10.0.0.1", path: `/lookup?country=US&${numbers.join("&")}`, answer: {} }), ports), []);
    return parameters.byKey.get("q:phone")?.beside?.exportState()[0]?.[2];
  };
  expect(checked(countryChecksMax - 1)).toBe(countryChecksMax - 1);
  expect(checked(countryChecksMax)).toBe(countryChecksMax);
  expect(checked(countryChecksMax + 1)).toBe(countryChecksMax);
  expect(checked(100)).toBe(countryChecksMax);
});
