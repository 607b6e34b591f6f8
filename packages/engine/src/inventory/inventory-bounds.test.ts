import { expect, test } from "vitest";
import type { ExchangeView } from "../exchange/view.ts";
import { viewOf } from "../exchange/view-of.ts";
import { Inventory } from "./inventory.ts";
import { ports } from "../testing/ports.ts";

let asked = 0;
function created(host: string, path: string): ExchangeView {
  asked++;
  return viewOf(
    {
      id: `x${asked}`,
      at: 1_700_000_000_000 + asked,
      method: "POST",
      url: `http://${host}${path}`,
      client: { address: "192.0.2.9" },
      request: { headers: [] },
      response: { status: 201, headers: [] },
      carries: { host: true, query: true, requestHeaders: false, requestBody: false, responseHeaders: false, responseBody: false },
    },
    ports,
  );
}

const word = (n: number): string =>
  `b${"aeiou".charAt(n % 5)}${"klmnprt".charAt(Math.floor(n / 5) % 7)}${"aeiou".charAt(Math.floor(n / 35) % 5)}${"dfg".charAt(Math.floor(n / 175) % 3)}es`;

test("places of all hosts together, and endpoints, never exceed what is configured; known ones go on counting and the rest is told", () => {
  const bounds = { placesMax: 400, endpointsMax: 120, hostsMax: 8 };
  const inventory = new Inventory(ports, bounds);
  inventory.observe(created("api0.example", "/orders"));
  for (let n = 0; n < 4_000; n++) {
    inventory.observe(created(`api${n % 12}.example`, `/${word(n % 97)}/${word(n % 389)}`));
    const { hosts, nodes, endpoints } = inventory.size;
    expect(hosts).toBeLessThanOrEqual(bounds.hostsMax);
    expect(nodes).toBeLessThanOrEqual(bounds.placesMax + bounds.hostsMax);
    expect(endpoints).toBeLessThanOrEqual(bounds.endpointsMax);
  }
  expect(inventory.size.refused).toBeGreaterThan(0);
  expect(inventory.endpoints()).toHaveLength(inventory.size.endpoints);
  const known = inventory.endpoints()[0];
  const before = known?.requests ?? 0;
  expect(inventory.observe(created(known?.host ?? "", known?.clearTemplate ?? ""))).toBe(known);
  expect(known?.requests).toBe(before + 1);
});

test("room comes back when places merge", () => {
  const inventory = new Inventory(ports, { endpointsMax: 50 });
  for (let n = 0; n < 300; n++) inventory.observe(created("api.example", `/users/${word(n)}x`));
  for (let n = 0; n < 20; n++) inventory.observe(created("api.example", `/orders/${n}`));
  expect(inventory.size.endpoints).toBe(2);
  inventory.govern(["/{everything}", "/{everything}/{id}"].map((template) => ({ kind: "merge", template })));
  expect(inventory.endpoints()).toHaveLength(1);
  expect(inventory.size).toMatchObject({ endpoints: 3, refused: 0 });
});

test("where room is short, what a rule joins is joined for good, and what came meanwhile is told as refused", () => {
  const inventory = new Inventory(ports, { endpointsMax: 4 });
  for (const path of ["/wiki/status", "/wiki/orders", "/login"]) inventory.observe(created("api.example", path));
  inventory.govern([{ kind: "merge", template: "/wiki/{page}" }]);
  expect(inventory.endpoints().map((one) => one.clearTemplate)).toEqual(["/login", "/wiki/{page}"]);
  for (let n = 0; n < 3; n++) inventory.observe(created("api.example", "/logout"));
  expect(inventory.endpoints().map((one) => [one.clearTemplate, one.requests])).toEqual([
    ["/login", 1],
    ["/logout", 2],
    ["/wiki/{page}", 2],
  ]);
  expect(inventory.size).toMatchObject({ endpoints: 3, refused: 1 });
  inventory.govern([]);
  expect(inventory.endpoints().map((one) => one.clearTemplate)).toEqual(["/login", "/logout", "/wiki/{id}"]);
});

test("places that run out for a view are given back the same way", () => {
  const inventory = new Inventory(ports, { placesMax: 9 });
  for (const path of ["/wiki/status", "/wiki/orders", "/wiki/overview"]) inventory.observe(created("api.example", path));
  inventory.govern([{ kind: "merge", template: "/wiki/{page}" }]);
  for (const path of ["/login", "/logout", "/health", "/health"]) inventory.observe(created("api.example", path));
  expect(inventory.endpoints().map((one) => one.clearTemplate)).toEqual(["/health", "/login", "/logout", "/wiki/{page}"]);
  expect(inventory.size.nodes).toBeLessThanOrEqual(9);
});
