import { describe, expect, test } from "vitest";
import { carriesAll, type Exchange, type HeaderList } from "../exchange/exchange.ts";
import { viewOf } from "../exchange/view-of.ts";
import { Inventory } from "./inventory.ts";
import { LearnedCredential, placesMax, valuesMax } from "./learned-credential.ts";
import { carriersMax, unusualCarriers } from "./unusual-carriers.ts";
import { ports } from "../testing/ports.ts";

interface Call {
  readonly headers?: HeaderList;
  readonly url?: string;
  readonly status?: number;
  readonly from?: number;
}

let serial = 0;
function exchange({ headers = [], url = "/things/1", status = 200, from = 1 }: Call): Exchange {
  serial++;
  return {
    id: `x${serial}`,
    at: 1_760_000_000_000 + serial,
    method: "GET",
    url,
    client: { address: `10.0.${from}.1` },
    request: { headers: [["Host", "api.example"], ["User-Agent", "a"], ...headers] },
    response: { status, headers: [["Content-Type", "application/json"]], body: status === 200 ? '{"id":1}' : '{"error":"no"}' },
    carries: carriesAll,
  };
}

function inventoryOf(calls: readonly Call[]): Inventory {
  const inventory = new Inventory(ports);
  for (const call of calls) inventory.observe(viewOf(exchange(call), ports));
  return inventory;
}
const judged = (calls: readonly Call[]) => inventoryOf(calls).endpoints()[0]?.exactPosture() ?? expect.fail();
const times = (count: number, call: (n: number) => Call): Call[] => Array.from({ length: count }, (_, n) => call(n));
const pass = (n: number | string): HeaderList => [["X-Membership", `m${n}f0a1b2c3d4e5f60718`]];

describe("a credential nobody told us the name of", () => {
  test.each<[string, string, Call[]]>([
    ["enforced", "without the header callers are refused, with it answered", times(20, (n) => (n % 4 === 0 ? { status: 401 } : { headers: pass(n % 3), from: n % 3 }))],
    ["enforced", "refused with 403, a parameter of the query lets in", times(20, (n) => (n % 4 === 0 ? { status: 403 } : { url: `/things/1?k=word-${n % 3}-0123` }))],
    ["enforced", "a short cookie lets in", times(20, (n) => (n % 4 === 0 ? { status: 401 } : { headers: [["Cookie", `m=a1b2c3d${n % 3}`]] }))],
    ["enforced", "all send it, and made-up values get 401", times(20, (n) => (n % 4 === 0 ? { headers: pass("no"), status: 401 } : { headers: pass(n % 3) }))],
    ["unproven", "all send it, and nobody was refused", times(20, (n) => ({ headers: pass(n % 3) }))],
    ["not enforced", "some get data without it", times(20, (n) => (n % 4 === 0 ? {} : { headers: pass(n % 3) }))],
    ["optional", "some get data without it and some are refused", times(20, (n) => ({ headers: n % 4 === 0 ? [] : pass(n % 3), status: n % 8 === 0 ? 401 : 200 }))],
    ["not enforced", "what lets in is the same for every caller", times(40, (n) => (n % 4 === 0 ? { status: 401 } : { headers: pass("all"), from: n }))],
    ["not enforced", "nobody is refused and every caller has the same", times(40, (n) => ({ headers: pass("all"), from: n }))],
    ["optional", "a switch is set by some who are answered", times(20, (n) => (n % 4 === 0 ? { status: 401 } : { headers: [["X-Mode", "fast"]] }))],
    ["not enforced", "ids of requests stand beside open data", times(20, (n) => ({ headers: [["X-Request-Id", `m${n}f0a1b2c3d4e5f60718`]] }))],
    ["not enforced", "ids of things stand in the query of open data", times(20, (n) => ({ url: `/things/1?ref=m${n}f0a1b2c3d4e5f60718` }))],
  ])("is %s where %s", (verdict, _, calls) => {
    expect(judged(calls).verdict).toBe(verdict);
  });

  test("counts callers with it apart from those without, back to the first call, and shows no example of data for nobody", () => {
    const report = judged([...times(30, (n) => ({ headers: pass(n % 3) })), ...times(5, () => ({ status: 401 }))]);
    expect(report).toMatchObject({ none: { data: 0, refused: 5 }, valid: { data: 30, refused: 0 }, kinds: ["custom"], examples: [] });
    expect(report.samples).toMatchObject({ "valid data": expect.any(Array), "none refused": expect.any(Array) });
  });

  test("does not loosen guards: for them those callers are strangers still", () => {
    const report = judged(times(20, (n) => (n % 4 === 0 ? { status: 401 } : { headers: pass(n % 3) })));
    expect(report.bare).toMatchObject({ verdict: "optional", none: { data: 15, refused: 5 } });
  });

  test("is known again after a restart, and nothing written holds its value", () => {
    const inventory = inventoryOf(times(20, (n) => (n % 4 === 0 ? { status: 401 } : { headers: pass(n % 3) })));
    const written = JSON.stringify(inventory.exportState());
    expect(written).not.toContain("f0a1b2c3");
    expect(Inventory.restore(ports, JSON.parse(written)).endpoints()[0]?.exactPosture().verdict).toBe("enforced");
  });
});

describe("bounds", () => {
  test(`no more than ${carriersMax} places of a request are looked at`, () => {
    const headers = times(40, () => ({})).map((_, n) => [`X-Own-${n}`, "value"] as const);
    expect(unusualCarriers(viewOf(exchange({ headers }), ports), 1)).toHaveLength(carriersMax);
  });

  test(`${placesMax} places are held; one that brought data makes room for none, one that did not for any`, () => {
    const carrier = (place: number) => [{ place, value: 7, header: true, drawn: true, wordy: true }];
    const learned = new LearnedCredential();
    for (let n = 0; n < 1_000; n++) learned.observe(carrier(n), "refused", 401, 1);
    for (let n = 0; n < 4; n++) learned.observe(carrier(5_000), "data", 200, n);
    for (let n = 0; n < 1_000; n++) learned.observe(carrier(n), "refused", 401, 1);
    const places = learned.exportState();
    expect(places).toHaveLength(placesMax);
    expect(places.find(({ place }) => place === 5_000)?.outcomes.data).toBe(4);
  });

  test(`the treatment of ${valuesMax} values is remembered`, () => {
    const learned = new LearnedCredential();
    for (let value = 0; value < 1_000; value++) learned.observe([{ place: 1, value, header: true, drawn: true, wordy: true }], "data", 200, 1);
    expect(learned.exportState()[0]?.seen).toHaveLength(valuesMax);
  });
});
