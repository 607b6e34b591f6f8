import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { breachReport } from "./breach-report.ts";
import { NamedSources } from "./named-sources.ts";
import type { BreachInput, BreachRow, ClassMeaning } from "./breach-report.ts";
import { renderBreachReport } from "./render-breach-report.ts";
import { SubjectTable } from "./subject-table.ts";

const hour = 3_600_000;
const from = Date.UTC(2024, 5, 3, 8);
const to = from + 6 * hour;
const hashOf = (text: string) => createHmac("sha256", "k").update(text).digest("hex").slice(0, 16);
const meanings = new Map<string, ClassMeaning>([
  ["yes", { meaning: "confirmed", fields: ["success", "user.devices_count"] }],
  ["data", { meaning: "returned", fields: ["user.email"] }],
  ["no", { meaning: "denied", fields: ["error"] }],
  ["err", { meaning: "nothing", fields: [] }],
]);
const hours = Array.from({ length: 6 }, (_, i) => ({ hour: from + i * hour, exchanges: 100 }));
const row = (subject: string, responseClass: string, change: Partial<BreachRow> = {}): BreachRow => ({
  subject: hashOf(subject),
  subjectType: "phone",
  responseClass,
  answer: "truthful",
  at: from + 60_000,
  address: "198.51.100.1",
  ...change,
});
const report = async (disclosures: readonly BreachRow[], change: Partial<BreachInput> = {}) =>
  breachReport({
    endpoint: { id: "e1", method: "GET", host: "api.example.com", path: "/users/{cc}-{phone}/status" },
    from,
    to,
    disclosures,
    meanings,
    coverage: { hours, gaps: [] },
    ...change,
  });

describe("the counts", () => {
  test("each subject stands once, under the strongest thing any answer told", async () => {
    const rows = [
      row("a", "yes"),
      row("a", "no"),
      row("b", "no"),
      row("b", "no"),
      row("c", "?"),
      row("d", "yes", { answer: "uniform" }),
      row("e", "data"),
      row("f", "err"),
      row("g", "yes", { answer: "none" }),
    ];
    const { report: got, verdictOf } = await report(rows);
    expect(got).toMatchObject({ confirmed: 2, denied: 1, unknown: 1, uniform: 1, subjectTypes: { phone: 5 }, fieldsReturned: ["success", "user.devices_count", "user.email"] });
    expect(renderBreachReport(got, { color: false, width: 1_000 })).toContain(
      "At least 2 phone numbers were confirmed to have an account; what the answers about 1 more told is not known yet.",
    );
    expect(["a", "b", "c", "d", "e", "f", "nobody"].map((name) => verdictOf(hashOf(name)))).toEqual([
      "confirmed",
      "denied",
      "unknown",
      "uniform",
      "confirmed",
      undefined,
      undefined,
    ]);
  });

  test("named sources have a report of what they were told, and of nobody else", async () => {
    const rows = [
      row("a", "yes", { address: "198.51.100.7" }),
      row("b", "no", { address: "198.51.100.7" }),
      row("c", "yes", { address: "198.51.100.8" }),
      row("d", "yes", { address: "2001:db8:0:1::5" }),
    ];
    const of = async (...names: string[]) => (await report(rows, { only: NamedSources.of(names) })).report;
    expect(await of("198.51.100.7")).toMatchObject({ confirmed: 1, denied: 1, exact: true, only: ["198.51.100.7"], sources: { total: 1 } });
    expect(await of("198.51.100.0/24", "2001:db8::/48")).toMatchObject({ confirmed: 3, denied: 1, exact: true });
    expect(await of("203.0.113.1")).toMatchObject({ confirmed: 0, denied: 0, sources: { total: 0 } });
    expect(renderBreachReport(await of("198.51.100.7"), { color: false })).toContain("Only what these were told: 198.51.100.7\n");
    expect((await report(rows)).report.only).toBeNull();
  });

  test("where only a network is left of an address that was named, all of it is counted and the report is not exact", async () => {
    const rows = [row("a", "yes", { address: "198.51.100.0/24" }), row("b", "yes", { address: "203.0.113.0/24" })];
    const { report: got } = await report(rows, { only: NamedSources.of(["198.51.100.7"]) });
    expect(got).toMatchObject({ confirmed: 1, exact: false });
    expect(got.notes).toHaveLength(1);
    expect((await report(rows, { only: NamedSources.of(["198.51.100.0/24"]) })).report.exact).toBe(true);
  });

  test("they equal a plain count over sets, in any order and with rows repeated", async () => {
    const one = fc.record({
      subject: fc.nat(40).map(String),
      responseClass: fc.constantFrom("yes", "no", "err", "?"),
      answer: fc.constantFrom("truthful" as const, "uniform" as const),
      address: fc.nat(5).map((n) => `10.0.0.${n}`),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 200 }), async (records) => {
        const rows = records.map(({ subject, responseClass, answer, address }) => row(subject, responseClass, { answer, address }));
        const told = (answer: string, classes: readonly string[]) =>
          new Set(records.filter((record) => record.answer === answer && classes.includes(record.responseClass)).map((record) => record.subject));
        const confirmed = told("truthful", ["yes"]);
        const denied = new Set([...told("truthful", ["no"])].filter((subject) => !confirmed.has(subject)));
        const { report: got } = await report(rows);
        const { report: again } = await report([...rows.toReversed(), ...rows]);
        expect(got.confirmed).toBe(confirmed.size);
        expect(got.denied).toBe(denied.size);
        expect({ ...again, sources: got.sources }).toEqual(got);
        expect(again.sources.top).toEqual(got.sources.top);
        for (const source of got.sources.top) {
          const own = records.filter((record) => record.address === source.address && !(record.answer === "truthful" && record.responseClass === "err"));
          expect(source.asked).toBe(new Set(own.map((record) => record.subject)).size);
          expect(source.confirmed).toBe(new Set(own.filter((record) => record.answer === "truthful" && record.responseClass === "yes").map((record) => record.subject)).size);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("rows outside the window do not count; its start does, its end does not", async () => {
    const { report: got } = await report([row("a", "yes", { at: from - 1 }), row("b", "yes", { at: from }), row("c", "yes", { at: to }), row("d", "yes", { at: to - 1 })]);
    expect(got).toMatchObject({ confirmed: 2, firstAt: new Date(from).toISOString(), lastAt: new Date(to - 1).toISOString() });
  });

  test("sources are told apart, those that learned most first, and the list is bounded", async () => {
    const rows = Array.from({ length: 300 }, (_, i) => row(`s${i}`, i < 100 ? "yes" : "no", { address: `10.0.0.${i % 3 === 0 ? 1 : i % 50}` }));
    const { report: got } = await report(rows, { sourcesTop: 5 });
    expect(got.sources.total).toBe(50);
    expect(got.sources.top).toHaveLength(5);
    expect(got.sources.top[0]?.address).toBe("10.0.0.1");
  });

  test("a hundred thousand subjects are counted exactly", async () => {
    function* rows(): Iterable<BreachRow> {
      for (let i = 0; i < 100_000; i++) yield row(`p${i}`, i % 2 === 0 ? "yes" : "no", { address: `10.${i % 7}.0.1` });
    }
    const { report: got } = await breachReport({
      endpoint: { id: "e", method: "GET", host: "h", path: "/" },
      from,
      to,
      disclosures: rows(),
      meanings,
      coverage: { hours, gaps: [] },
    });
    expect([got.confirmed, got.denied, got.exact]).toEqual([50_000, 50_000, true]);
  });

  test("at the bound of subjects the report says at least", async () => {
    const { report: got } = await report(
      Array.from({ length: 20 }, (_, i) => row(`p${i}`, "yes")),
      { subjectsMax: 10 },
    );
    expect(got).toMatchObject({ confirmed: 10, exact: false });
    expect(renderBreachReport(got, { color: false })).toContain("At least 10 phone numbers");
  });
});

describe("what the numbers rest on", () => {
  const rows = [row("a", "yes"), row("b", "yes", { at: to - 1 })];
  const statement = async (coverage: BreachInput["coverage"]) => {
    const { report: got } = await report(rows, { coverage });
    const text = renderBreachReport(got, { color: false, width: 1_000 });
    expect(text).toContain(got.exact ? "Exactly 2 phone numbers were confirmed" : "At least 2 phone numbers were confirmed");
    return [got.exact, got.coverage.statement];
  };

  test("records of every hour: exactly", async () => {
    expect(await statement({ hours, gaps: [] })).toEqual([true, "Records cover the 6 hours from 2024-06-03 08:00 UTC to 2024-06-03 14:00 UTC without a gap."]);
  });
  test("an hour of records taken away: at least, and which hour", async () => {
    expect(await statement({ hours: hours.filter((_, i) => i !== 2), gaps: [] })).toEqual([
      false,
      "The records are not complete, so every number is a lower bound: one hour in between without any record (first: 2024-06-03 10:00 UTC to 2024-06-03 11:00 UTC).",
    ]);
  });
  test("records that begin after the start: says so", async () => {
    expect(await statement({ hours: hours.slice(2), gaps: [] })).toEqual([
      false,
      "The records are not complete, so every number is a lower bound: records begin 2024-06-03 10:00 UTC, after the start asked for (2024-06-03 08:00 UTC).",
    ]);
  });
  test("records that end before the end: says so", async () => {
    expect((await statement({ hours: hours.slice(0, 4), gaps: [] }))[1]).toContain("records end 2024-06-03 11:59 UTC, before the end asked for (2024-06-03 14:00 UTC)");
  });
  test("both ends missing: both are said", async () => {
    const [, text] = await statement({ hours: hours.slice(1, 5), gaps: [] });
    expect(text).toContain("records begin 2024-06-03 09:00 UTC");
    expect(text).toContain("records end 2024-06-03 12:59 UTC");
  });
  test("a known gap: at least, with its reason", async () => {
    expect(await statement({ hours, gaps: [{ from: from + 1, to: from + 1_000, reason: "312 exchanges were dropped" }] })).toEqual([
      false,
      "The records are not complete, so every number is a lower bound: 312 exchanges were dropped (2024-06-03 08:00 UTC to 2024-06-03 08:00 UTC).",
    ]);
    expect((await statement({ hours, gaps: [{ from: to + 1, to: to + 2, reason: "later" }] }))[0]).toBe(true);
  });
  test("no records at all: nothing is claimed", async () => {
    const { report: got } = await report([], { coverage: { hours: [], gaps: [] } });
    expect(got).toMatchObject({ exact: false, confirmed: 0, firstAt: null });
    expect(got.coverage.statement).toMatch(/^There are no records .* nothing can be said/);
  });
});

test("the text names the endpoint, fields, times and sources, stays within its width, and is plain without colour", async () => {
  const { report: got } = await report([row("a", "yes"), row("b", "no"), row("c", "no", { answer: "uniform" })]);
  const text = renderBreachReport(got, { color: false, width: 80 });
  for (const part of ["GET api.example.com/users/{cc}-{phone}/status", "Exactly 1 phone number was confirmed", "user.devices_count", "2024-06-03 08:01:00 UTC", "198.51.100.1"])
    expect(text).toContain(part);
  expect(text).not.toContain("\u001b");
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(110);
  expect(renderBreachReport(got, { color: true })).toContain("\u001b");
  expect(JSON.parse(JSON.stringify(got))).toEqual(got);
});

test("the table agrees with a Map over many keys and keeps the larger value", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(50), fc.integer({ min: 1, max: 4 })), { maxLength: 4_000 }), (steps) => {
      const table = new SubjectTable();
      const map = new Map<string, number>();
      for (const [high, low, value] of steps) {
        expect(table.raise(high, low, value)).toBe(map.get(`${high}/${low}`) ?? 0);
        map.set(`${high}/${low}`, Math.max(value, map.get(`${high}/${low}`) ?? 0));
      }
      expect(table.size).toBe(map.size);
      for (const [key, value] of map) expect(table.get(Number(key.split("/")[0]), Number(key.split("/")[1]))).toBe(value);
    }),
    { numRuns: 30 },
  );
});

describe("an endpoint that gives data away", () => {
  const held = new Map<string, ClassMeaning>([
    ["invoice", { meaning: "unknown", fields: ["iban", "email"], answered: true, returned: true }],
    ["same", { meaning: "nothing", fields: ["iban"], answered: true, returned: true }],
    ["gone", { meaning: "denied", fields: ["error"] }],
  ]);
  const data = [
    { field: "iban", class: "iban" },
    { field: "email", class: "email" },
  ];
  const rows = [row("a", "invoice"), row("a", "invoice"), row("b", "same"), row("c", "gone"), row("d", "invoice", { answer: "uniform" })].map((one) => ({
    ...one,
    subjectType: "opaque" as const,
  }));

  test("says whose data was returned and which, and nothing of who exists where its answers do not tell that", async () => {
    const { report: got } = await report(rows, { meanings: held, oracle: false, data });
    expect(got).toMatchObject({ oracle: false, returned: 2, dataReturned: data, confirmed: 0, denied: 1, unknown: 2, uniform: 1, fieldsReturned: ["email", "iban"] });
    expect(got.sources.top[0]).toMatchObject({ asked: 4, returned: 2 });
    const text = renderBreachReport(got, { color: false });
    expect(text).toContain("Exactly 2 identifiers had data returned about them: email, iban.");
    expect(text).not.toMatch(/account|confirmed|denied/);
  });

  test("says both where it also tells who exists, and of no account where it is not asked about people's addresses", async () => {
    const { report: got } = await report(rows, { meanings: held, data });
    const text = renderBreachReport(got, { color: false });
    expect(text).toContain("Exactly 2 identifiers had data returned about them: email, iban.");
    expect(text).toContain("At least 0 identifiers were confirmed to exist; what the answers about");
  });
});
