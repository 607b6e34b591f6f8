import { describe, expect, test } from "vitest";
import { type Exchange, Foresight, Inventory, type InventoryBounds, pathViewOf, type Ports, viewOf } from "../index.ts";
import { hash32 } from "./distinct-counter.ts";

const ports: Ports = {
  hash: (domain, value) => [1, 2].map((seed) => hash32(seed, `${domain} ${value}`).toString(16).padStart(8, "0")).join(""),
  decodeUtf8: () => "",
  random: () => 0.5,
};

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) % 65_536) % below;
}

function shuffle<T>(list: T[], pick: (below: number) => number): T[] {
  for (let at = list.length - 1; at > 0; at--) {
    const other = pick(at + 1);
    const [a, b] = [list[at], list[other]];
    if (a !== undefined && b !== undefined) [list[at], list[other]] = [b, a];
  }
  return list;
}

function exchange(n: number, method: string, url: string, status: number): Exchange {
  const lineOnly = { host: true, query: true, requestHeaders: false, requestBody: false, responseHeaders: false, responseBody: false };
  return {
    id: `x:${n}`,
    at: n,
    method,
    url: `https://api.example${url}`,
    client: { address: `10.0.${n % 7}.${n % 200}` },
    request: { headers: [] },
    response: { status, headers: [], size: 100 + ((n * 7_919) % 5_000) },
    carries: lineOnly,
  };
}

function gathered(exchanges: readonly Exchange[], pathsMax?: number): Foresight {
  const foresight = new Foresight(ports, pathsMax);
  for (const one of exchanges) foresight.add(pathViewOf(one, ports));
  return foresight;
}

function counted(exchanges: readonly Exchange[], foresight: Foresight, bounds: Partial<InventoryBounds> = {}): readonly string[] {
  const inventory = new Inventory(ports, bounds);
  inventory.foresee(foresight);
  for (const one of exchanges) inventory.observe(viewOf(one, ports));
  return inventory.endpoints().map(({ method, template, requests }) => `${method} ${template} ${requests}`);
}

function traffic(lines: number): readonly Exchange[] {
  const pick = random(1);
  const slug = (n: number): string => `${n.toString(36)}q${(n * 31).toString(36)}`.replace(/\d/g, (digit) => "zxwvkjhgfd"[Number(digit)] ?? "z");
  return Array.from({ length: lines }, (_, n) => {
    const kinds = [`/shops/${slug(pick(90))}`, `/shops/${slug(pick(90))}/orders/${n}`, "/shops/featured", `/notes/${slug(pick(4_000))}`, `/${slug(n)}/x`];
    const kind = pick(5);
    // What is asked for at random is answered with one page, or not at all.
    const status = kind === 4 ? 404 : ([200, 200, 200, 404, 400, 500][pick(6)] ?? 200);
    return exchange(n, pick(3) === 0 ? "POST" : "GET", kinds[kind] ?? "/", status);
  });
}

describe("a first pass over a recording", () => {
  const exchanges = traffic(4_000);
  const orders = [exchanges.toReversed(), shuffle([...exchanges], random(2)), exchanges.toSorted((a, b) => (a.url < b.url ? -1 : 1))];

  test("any order gives the same endpoints with the same counts, 404 and 400 before the first success included", () => {
    const expected = counted(exchanges, gathered(exchanges));
    expect(expected.length).toBeGreaterThan(5);
    expect(expected.length).toBeLessThan(20);
    for (const order of orders) expect(counted(order, gathered(order))).toEqual(expected);
  });

  test("divided among threads it adds up to the same", () => {
    const [even, odd] = [gathered(exchanges.filter((_, n) => n % 2 === 0)), gathered(exchanges.filter((_, n) => n % 2 === 1))];
    even.absorb(structuredClone(odd.exported()));
    expect(even.paths()).toEqual(gathered(exchanges).paths());
  });

  test("beyond its bound the same part of the paths is kept in any order, each with all its exchanges", () => {
    const all = new Map(
      gathered(exchanges)
        .paths()
        .map((path) => [`${path.method} ${path.segments.join("/")}`, path.count]),
    );
    const part = gathered(exchanges, 100);
    expect(part.sampled).toBe(true);
    expect(part.paths().length).toBeLessThanOrEqual(100);
    expect(part.paths().length).toBeGreaterThan(20);
    for (const path of part.paths()) expect(path.count).toBe(all.get(`${path.method} ${path.segments.join("/")}`));
    // Words of interfaces are left out last.
    expect(part.paths().some(({ segments }) => segments.join("/") === "shops/featured")).toBe(true);
    for (const order of orders) expect(gathered(order, 100).paths()).toEqual(part.paths());
  });

  test("with room for few endpoints the same ones are kept in any order", () => {
    const bounds = { endpointsMax: 3 };
    const expected = counted(exchanges, gathered(exchanges), bounds);
    expect(expected).toHaveLength(3);
    for (const order of orders) expect(counted(order, gathered(order), bounds)).toEqual(expected);
  });
});
