import { describe, expect, it } from "vitest";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

/**
 * Lookups that ask for an identifier and a detail of the same person, and refuse a wrong detail with a status that elsewhere says that the question could not be read. Whoever sends made-up
 * details learns who is there all the same.
 */
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const start = Date.UTC(2026, 2, 2, 8);

/** What one service answers: to whom is not there, to a wrong detail, to a question without the detail and to a number that can be none. */
interface Style {
  readonly missing: Said;
  readonly wrong: Said;
  readonly incomplete: Said;
  readonly malformed: Said;
}
type Said = readonly [status: number, answer: unknown];

const field = (name: string): unknown => ({ title: "Validation failed", errors: { [name]: ["required"] } });
const styles: readonly [string, Style][] = [
  [
    "400 beside 404",
    {
      missing: [404, { error: "not found" }],
      wrong: [400, { error: "VERIFICATION_FAILED" }],
      incomplete: [400, { error: "MISSING_LAST_NAME" }],
      malformed: [400, { error: "NUMBER_FORMAT" }],
    },
  ],
  [
    "422 beside 404, with the fields that are bad",
    { missing: [404, { title: "Not Found" }], wrong: [422, { errors: { lastName: ["invalid"] } }], incomplete: [422, field("lastName")], malformed: [422, field("memberNumber")] },
  ],
  [
    "400 with one code beside 400 with another",
    { missing: [400, { code: "NOT_FOUND" }], wrong: [400, { code: "NAME_MISMATCH" }], incomplete: [400, { code: "VALIDATION" }], malformed: [400, { code: "FORMAT" }] },
  ],
  [
    "422 with one sentence beside 422 with another",
    {
      missing: [422, { message: "We do not know this number." }],
      wrong: [422, { message: "The last name does not match." }],
      incomplete: [422, { message: "The last name is required." }],
      malformed: [422, { message: "Nine digits, please." }],
    },
  ],
  ["the same 400 for whatever is bad, beside 404", { missing: [404, {}], wrong: [400, {}], incomplete: [400, {}], malformed: [400, {}] }],
  ["401 beside 404", { missing: [404, {}], wrong: [401, { error: "unauthorized" }], incomplete: [400, { error: "lastName" }], malformed: [400, { error: "number" }] }],
];

/** Two in three numbers are somebody's. */
const exists = (n: number): boolean => n % 3 !== 0;
const numberOf = (n: number): string => `K${100_000_000 + ((n * 48_271) % 899_999_999)}`;
const lastNameOf = (n: number): string => `${["Ab", "Ber", "Con", "Die", "Engel"][n % 5] ?? ""}${["ert", "mann", "rad", "trich", "hard"][(n >> 3) % 5] ?? ""}`;

/** Seven in eight of them are there, none of whom an honest person asks about. */
const somebody = (q: number): number => 30_000 + 3 * q + (q % 8 === 0 ? 0 : 1);

class Portal {
  readonly judged = new Judged();
  #asked = 0;
  readonly #style: Style;

  constructor(style: Style) {
    this.#style = style;
  }

  /** Whether the gate let the service's answer through. Where people correct what they typed, {@link CodeLimits} may slow a crowd besides: that is another matter, and counts as let through. */
  ask(at: number, address: string, n: number, detail: "right" | "wrong" | "none" | "malformed"): boolean {
    const number = detail === "malformed" ? numberOf(n).slice(0, 6) : numberOf(n);
    const style = this.#style;
    const lastName = lastNameOf(detail === "wrong" ? n + 1 : n);
    const [status, answer] =
      detail === "malformed"
        ? style.malformed
        : detail === "none"
          ? style.incomplete
          : !exists(n)
            ? style.missing
            : detail === "wrong"
              ? style.wrong
              : ([200, { name: `N${n}`, plan: "plus", since: 2010 + (n % 10) }] as const);
    const sent = detail === "none" ? { memberNumber: number } : { memberNumber: number, lastName };
    return this.judged.judge.decide(jsonExchange({ id: `x${(this.#asked += 1)}`, at, address, path: "/portal/lookup", sent, status, answer })).action !== "uniform";
  }

  /** So many people over days, each about himself; some mistype a detail or the number first. How many were not answered by the service. */
  honest(people: number, from = start, everyMs = 7 * minute): { readonly held: number; readonly until: number } {
    let held = 0;
    let at = from;
    for (let k = 0; k < people; k++) {
      at += everyMs;
      const n = (k % 25 === 7 ? 3 : 1) + 3 * k;
      const address = `10.${k >> 12}.${(k >> 4) & 255}.${1 + (k & 15)}`;
      const first = k % 20 === 3 ? "wrong" : k % 20 === 9 ? "none" : k % 20 === 14 ? "malformed" : undefined;
      if (first !== undefined && !this.ask(at, address, n, first)) held++;
      if (!this.ask(at + 40 * second, address, n, "right")) held++;
    }
    return { held, until: at };
  }
}

describe.each(styles)("a wrong detail is refused with %s", (_, style) => {
  it("one asker with made-up details learns as few as anywhere, and nobody who mistypes is held", () => {
    const portal = new Portal(style);
    const before = portal.honest(400);
    const { until } = before;
    let { held } = before;
    // Who tries three names and then knows the right one asked about one person, and that seven times.
    for (let q = 0; q < 7; q++)
      for (const [k, detail] of (["wrong", "wrong", "wrong", "right"] as const).entries())
        if (!portal.ask(until + q * minute + k * 10 * second, "10.200.0.1", 60_001 + 3 * q, detail)) held++;
    let learned = 0;
    for (let q = 0; q < 100; q++) if (portal.ask(until + hour + q * 20 * second, "203.0.113.9", somebody(q), "wrong") && exists(somebody(q))) learned++;
    expect(held).toBe(0);
    expect(learned).toBeLessThanOrEqual(8);
  });

  it("a crowd in which each asks once learns a dozen", () => {
    const portal = new Portal(style);
    const { until } = portal.honest(400);
    let learned = 0;
    for (let q = 0; q < 300; q++) if (portal.ask(until + hour + q * second, `198.${q >> 8}.${q & 255}.7`, somebody(q), "wrong") && exists(somebody(q))) learned++;
    expect(learned).toBeLessThanOrEqual(16);
  });
});

describe.each(styles.filter(([name]) => !name.startsWith("the same")))("an error of form beside it costs nothing where a wrong detail is refused with %s", (_, style) => {
  it("from one, and from a crowd who want others held: whoever asks meanwhile is answered, and nobody is told of an attack", () => {
    const portal = new Portal(style);
    const before = portal.honest(400);
    const errors = Array.from({ length: 60 }, (__, q) => portal.ask(before.until + q * 5 * second, "10.200.0.1", 60_001 + 3 * q, q % 2 === 0 ? "none" : "malformed"));
    expect(errors).not.toContain(false);
    expect(portal.ask(before.until + hour, "10.200.0.1", 70_000, "right")).toBe(true);
    const until = before.until + 2 * hour;
    const signals = portal.judged.signals.length;
    let held = 0;
    for (let q = 0; q < 600; q++) {
      const at = until + q * 7 * second;
      if (!portal.ask(at, `198.51.${q >> 8}.${q & 255}`, 60_001 + 3 * q, q % 2 === 0 ? "none" : "malformed")) held++;
      if (q % 60 === 59 && !portal.ask(at, `10.201.0.${q % 251}`, 80_002 + 3 * q, q % 120 === 59 ? "wrong" : "right")) held++;
    }
    expect(held).toBe(0);
    expect(portal.judged.signals.slice(signals).filter(({ detector }) => detector.startsWith("enumeration"))).toEqual([]);
  });
});

it("the classes are called what they are: who got a wrong detail refused is there, and of an error of form nothing is said", () => {
  const [, style] = styles[0] ?? [];
  if (style === undefined) throw new Error("no style");
  const portal = new Portal(style);
  portal.honest(400);
  const { oracles } = portal.judged.ledger;
  const [endpointId = ""] = oracles.endpoints();
  const meanings = oracles.state(endpointId).classes.map(({ key, meaning }) => [key.replace(/.*error=/, "").replace(/ .*/, ""), meaning]);
  expect(Object.fromEntries(meanings)).toMatchObject({ VERIFICATION_FAILED: "confirmed", MISSING_LAST_NAME: "nothing", NUMBER_FORMAT: "nothing" });
});
