import { describe, expect, test } from "vitest";
import { dataClassesOf, dataClassOf, fieldsMax } from "./data-classes.ts";
import { DistinctCounter, exactMax, hash32 } from "./distinct-counter.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import { Parameters, parametersMax } from "./parameters.ts";

describe("data classes", () => {
  test.each<[string, string | number, string]>([
    ["phone", "+99915550100", "phone"],
    ["mobile", "(030) 1234-5678", "phone"],
    ["x", "+1 202 555 0143", "phone"],
    ["contact", "ana@example.org", "email"],
    ["n", "4111111111111111", "card"],
    ["cardNumber", "5500 0055 5555 5559", "card"],
    ["account", "GB82 WEST 1234 5698 7654 32", "iban"],
    ["seen", "192.0.2.7", "ip"],
    ["t", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2ln", "jwt"],
    ["client_secret", "s3cr3t-value", "secret"],
    ["firstName", "Ana", "name"],
    ["last_name", "O’Neill", "name"],
    ["lat", 52.5201, "geo"],
  ])("%s: %s is %s", (key, value, expected) => expect(dataClassOf(key, value)).toBe(expected));

  test.each<[string, string | number]>([
    ["orderNumber", "4111111111111112"],
    ["id", 1_700_000_000_123],
    ["created", "1700000000"],
    ["version", "1.2.3.4"],
    ["sku", "GB82WEST12345698765433"],
    ["code", "US"],
    ["lat", 12],
    ["hash", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
    ["fileName", "report.pdf"],
    ["name", "Blue chair"],
    ["total", 99915550100],
    ["password", "****"],
  ])("%s: %s is none", (key, value) => expect(dataClassOf(key, value)).toBeUndefined());

  test("nested answers are read, to a bound", () => {
    expect(dataClassesOf({ data: [{ user: { email: "ana@example.org", phones: ["+99915550100"] } }] })).toEqual(["email", "phone"]);
    const wide = Object.fromEntries(Array.from({ length: fieldsMax }, (_, n) => [`f${n}`, "x"]));
    expect(dataClassesOf({ ...wide, email: "ana@example.org" })).toEqual([]);
  });
});

describe("counting distinct values", () => {
  test("is exact to the bound and within 20 % far beyond it, also after export", () => {
    const counter = new DistinctCounter();
    for (let n = 0; n < exactMax; n++) counter.add(hash32(1, `v${n}`));
    expect(counter.count).toBe(exactMax);
    for (let n = 0; n < 100_000; n++) counter.add(hash32(1, `v${n}`));
    for (const count of [counter.count, DistinctCounter.restore(counter.exportState()).count]) expect(Math.abs(count - 100_000)).toBeLessThan(20_000);
  });

  test("a small count survives export nearly exactly", () => {
    const counter = new DistinctCounter();
    for (let n = 0; n < 9; n++) counter.add(hash32(1, `v${n}`));
    expect(Math.abs(DistinctCounter.restore(counter.exportState()).count - 9)).toBeLessThanOrEqual(1);
  });
});

test("parameters stop at their bound, and names that are values share one entry", () => {
  const parameters = new Parameters(1);
  for (let n = 0; n < 500; n++) parameters.add(`j:k${n}`, "x");
  expect(parameters.byKey.size).toBe(parametersMax);
  const byNumber = new Parameters(1);
  for (let n = 0; n < 500; n++) byNumber.add(`j:+9991555${1000 + n}`, "x");
  expect([...byNumber.byKey.keys()]).toEqual(["j:*"]);
});

test("latency quantiles are within 20 %", () => {
  const latency = new LatencyHistogram();
  for (let ms = 1; ms <= 1_000; ms++) latency.add(ms);
  expect(latency.quantile(0.5)).toBeGreaterThan(400);
  expect(latency.quantile(0.5)).toBeLessThan(600);
});
