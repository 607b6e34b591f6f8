import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ExchangeView } from "../exchange/view.ts";
import { viewOf } from "../exchange/view-of.ts";
import { endpointFields } from "./endpoint-fields.ts";
import { explainTemplate } from "./explain-template.ts";
import { Inventory } from "./inventory.ts";
import { ruleProblem, type TemplateRule } from "./template-rules.ts";
import { ports } from "../testing/ports.ts";

let asked = 0;
function get(url: string, body: object = { ok: true }): ExchangeView {
  asked++;
  return viewOf(
    {
      id: `x${asked}`,
      at: 1_700_000_000_000 + asked,
      method: "GET",
      url: `http://api.example${url}`,
      client: { address: `192.0.${asked % 40}.9` },
      request: { headers: [] },
      response: { status: 200, headers: [["content-type", "application/json"]], body: JSON.stringify(body) },
      carries: { host: true, query: true, requestHeaders: true, requestBody: true, responseHeaders: true, responseBody: true },
    },
    ports,
  );
}

function learned(urls: readonly string[], rules: readonly TemplateRule[] = []): Inventory {
  const inventory = new Inventory(ports);
  inventory.govern(rules);
  for (const url of urls) inventory.observe(get(url));
  return inventory;
}

const seen = (inventory: Inventory): Record<string, number> => Object.fromEntries(inventory.endpoints().map((one) => [one.clearTemplate, one.requests]));
const merge = (template: string): TemplateRule => ({ kind: "merge", template });
const split = (template: string): TemplateRule => ({ kind: "split", template });
const pin = (template: string): TemplateRule => ({ kind: "pin", template });

const wiki = ["/wiki/status", "/wiki/status", "/wiki/orders", "/wiki/overview/edit"];

describe("a merge", () => {
  test("makes one endpoint of what was counted apart, its counters added, and of what comes", () => {
    const inventory = learned(wiki);
    expect(Object.keys(seen(inventory))).toHaveLength(3);
    inventory.govern([merge("/wiki/{page}")]);
    expect(seen(inventory)).toEqual({ "/wiki/{page}": 3, "/wiki/{page}/edit": 1 });
    inventory.observe(get("/wiki/search"));
    inventory.observe(get("/wiki/42"));
    inventory.observe(get("/wiki/42.json"));
    expect(seen(inventory)).toEqual({ "/wiki/{page}": 6, "/wiki/{page}/edit": 1 });
  });

  test("keeps apart what a split names", () => {
    const inventory = learned([...wiki, "/wiki/search"]);
    inventory.govern([split("/wiki/search"), merge("/wiki/{page}")]);
    expect(seen(inventory)).toEqual({ "/wiki/search": 1, "/wiki/{page}": 3, "/wiki/{page}/edit": 1 });
  });

  test("answers to the old ids; taken back, all is as if it had never been, what came meanwhile too", () => {
    const inventory = learned([...wiki, "/wiki/7", "/wiki/8"]);
    const before = new Map(inventory.endpoints().map((one) => [one.clearTemplate, one.id]));
    inventory.govern([merge("/wiki/{page}")]);
    const page = inventory.endpoints().find((one) => one.clearTemplate === "/wiki/{page}");
    expect([...before].map(([path, id]) => [path, inventory.byId(id)?.clearTemplate])).toEqual(
      [...before.keys()].map((path) => [path, path.endsWith("edit") ? "/wiki/{page}/edit" : "/wiki/{page}"]),
    );
    for (const url of ["/wiki/status", "/wiki/9", "/wiki/search"]) inventory.observe(get(url));
    expect(seen(inventory)).toEqual({ "/wiki/{page}": 8, "/wiki/{page}/edit": 1 });
    inventory.govern([]);
    const plain = learned([...wiki, "/wiki/7", "/wiki/8", "/wiki/status", "/wiki/9", "/wiki/search"]);
    expect(seen(inventory)).toEqual(seen(plain));
    expect(inventory.endpoints().map((one) => one.id)).toEqual(plain.endpoints().map((one) => one.id));
    for (const one of inventory.endpoints()) expect(inventory.byId(one.id)).toBe(one);
    expect(inventory.byId(page?.id ?? "")).toBeUndefined();
    expect(inventory.size.endpoints).toBe(plain.size.endpoints);
    expect(inventory.size.nodes).toBe(plain.size.nodes);
  });

  test("taken back after a restart, or while nothing ran, is taken back wholly", () => {
    const inventory = learned(["/wiki/status", "/wiki/status", "/wiki/orders", "/wiki/search/edit"]);
    const was = seen(inventory);
    inventory.govern([merge("/wiki/{page}")]);
    inventory.observe(get("/wiki/orders"));
    const state: unknown = JSON.parse(JSON.stringify(inventory.exportState()));
    const again = Inventory.restore(ports, state, {}, [merge("/wiki/{page}")]);
    expect(seen(again)).toEqual({ "/wiki/{page}": 4, "/wiki/{page}/edit": 1 });
    again.govern([]);
    const expected = { ...was, "/wiki/orders": 2 };
    expect(seen(again)).toEqual(expected);
    expect(seen(Inventory.restore(ports, state))).toEqual(expected);
  });

  test("inside another, or of another name, is taken back without the other", () => {
    const inventory = learned(["/a/status/b/orders", "/a/overview/b/search", "/a/status/b/search"]);
    const was = seen(inventory);
    const outer = merge("/a/{x}");
    const inner = pin("/a/{x}/b/{y}");
    inventory.govern([outer, merge("/a/{x}/b/{y}")]);
    expect(seen(inventory)).toEqual({ "/a/{x}/b/{y}": 3 });
    inventory.govern([outer]);
    expect(seen(inventory)).toEqual({ "/a/{x}/b/orders": 1, "/a/{x}/b/search": 2 });
    inventory.govern([merge("/a/{other}"), inner]);
    inventory.govern([]);
    expect(seen(inventory)).toEqual(was);
  });
});

describe("a split", () => {
  test("takes a word out of a parameter for what comes; what was counted together stays", () => {
    const names = Array.from({ length: 30 }, (_, n) => `/users/xbako${"abcdefghijklmnopqrstuvwxyz".charAt(n % 26)}${"lmno".charAt(n % 4)}`);
    const inventory = learned([...names, "/users/kiosk", "/users/kiosk"]);
    expect(seen(inventory)).toEqual({ "/users/{userId}": 32 });
    inventory.govern([split("/users/kiosk")]);
    inventory.observe(get("/users/kiosk"));
    inventory.observe(get("/users/anybody"));
    expect(seen(inventory)).toEqual({ "/users/kiosk": 1, "/users/{userId}": 33 });
    const [kiosk, user] = inventory.endpoints();
    expect(kiosk?.template).toBe("/users/kiosk");
    expect([...(kiosk?.origins ?? [])]).toEqual([user?.id]);
  });

  test("holds for a number too, and whatever else comes never takes it back", () => {
    const inventory = learned([], [split("/reports/2024")]);
    for (let year = 1_900; year < 2_200; year++) inventory.observe(get(`/reports/${year}`));
    expect(seen(inventory)).toEqual({ "/reports/2024": 1, "/reports/{reportId}": 299 });
  });

  test("with * makes each word a constant of its own, where they would be values", () => {
    const words = Array.from({ length: 40 }, (_, n) => `/apps/zz${"abcdefgh".charAt(n % 8)}${"klmnopqr".charAt(n >> 3)}/list`);
    expect(Object.keys(seen(learned(words))).length).toBeLessThan(40);
    expect(Object.keys(seen(learned([...words, "/apps/17/list"], [split("/apps/*")])))).toHaveLength(41);
  });
});

describe("a pin", () => {
  test("holds from the first request, names its parameter, and leaves words of interfaces beside it to be learned", () => {
    const inventory = learned(["/notes/kunigunde", "/notes/search", "/notes/kunigunde/tags"], [pin("/notes/{slug}/tags")]);
    expect(seen(inventory)).toEqual({ "/notes/search": 1, "/notes/{slug}": 1, "/notes/{slug}/tags": 1 });
  });

  test("holds on its host only when it names one", () => {
    expect(seen(learned(["/notes/kunigunde"], [{ ...pin("/notes/{slug}"), host: "other.example" }]))).toEqual({ "/notes/kunigunde": 1 });
  });

  test("holds after a restart, also for what was saved without it", () => {
    const state: unknown = JSON.parse(JSON.stringify(learned(wiki).exportState()));
    const again = Inventory.restore(ports, state, {}, [merge("/wiki/{page}")]);
    expect(seen(again)).toEqual({ "/wiki/{page}": 3, "/wiki/{page}/edit": 1 });
    const saved: unknown = JSON.parse(JSON.stringify(again.exportState()));
    expect(seen(Inventory.restore(ports, saved, {}, [merge("/wiki/{page}")]))).toEqual(seen(again));
  });
});

test("rules and traffic in any order give the same endpoints, when the rules say what each position is", () => {
  const urls = Array.from({ length: 60 }, (_, n) => ["/wiki/search", `/wiki/start${n % 7}x`, `/wiki/${n}/edit`][n % 3] ?? "/");
  const rules = [merge("/wiki/{page}"), split("/wiki/search")];
  const expected = Object.keys(seen(learned(urls, rules)));
  fc.assert(
    fc.property(fc.shuffledSubarray(urls, { minLength: urls.length }), fc.nat(urls.length), (order, from) => {
      const inventory = learned(order.slice(0, from));
      inventory.govern(rules);
      for (const url of order.slice(from)) inventory.observe(get(url));
      expect(Object.keys(seen(inventory))).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test.each([
  [merge("/wiki/page"), /parameter/],
  [pin("wiki"), /begins with/],
  [pin("/wiki?x"), /without/],
  [pin("/wiki/*"), /only a split/],
  [split("/users/{userId}"), /ends with/],
  [split("/users/*"), /names of people/],
  [split("/users/ana@example.org"), /in clear/],
  [split("/users/+4915550100"), /in clear/],
  [pin("/a/{b c"), /blanks|no parameter/],
  [pin(`/${"a/".repeat(40)}`), /at most/],
])("%o is refused in words", (rule, words) => expect(ruleProblem(rule)).toMatch(words));

test("every segment says why it is what it is, and quotes no value", () => {
  const names = Array.from({ length: 40 }, (_, n) => `/pages/xbako${"abcdefghijklmnopqrstuvwxyz".charAt(n % 26)}${"lmno".charAt(n % 4)}`);
  const inventory = learned([...names, "/orders/1", "/orders/2", "/orders/export"], [pin("/status/{code}")]);
  inventory.observe(get("/status/xyzzy"));
  const why = (path: string): unknown => explainTemplate(inventory.endpoints().find((one) => one.clearTemplate === path) ?? fail()).map(({ segment, is, by }) => [segment, is, by]);
  expect(why("/pages/{pageId}")).toEqual([
    ["pages", "constant", "word"],
    ["{pageId}", "parameter", "siblings"],
  ]);
  expect(why("/orders/{orderId}")).toMatchObject([expect.anything(), ["{orderId}", "parameter", "shape"]]);
  expect(why("/orders/export")).toMatchObject([expect.anything(), ["export", "constant", "word"]]);
  expect(why("/status/{code}")).toMatchObject([expect.anything(), ["{code}", "parameter", "rule"]]);
  const wikiPage = inventory.endpoints().find((one) => one.clearTemplate === "/pages/{pageId}") ?? fail();
  const [, page] = explainTemplate(wikiPage);
  expect(page?.evidence).toMatchObject({ sightings: 40 });
  expect(page?.because).toMatch(/different words/);
  expect(JSON.stringify(explainTemplate(wikiPage))).not.toContain("xbako");
});

test("a rule explains what it is about, and no constant that merely leads to it; networks outlive a restart", () => {
  const rules = [merge("/v2/doctors/{slug}")];
  const inventory = learned(["/v2/doctors/ana", "/v2/doctors/ben", "/v2/appointments", "/v2/appointments"], rules);
  const restored = Inventory.restore(ports, JSON.parse(JSON.stringify(inventory.exportState())), {}, rules);
  for (const one of [inventory, restored]) {
    const [doctors, appointments] = ["/v2/doctors/{slug}", "/v2/appointments"].map((path) => explainTemplate(one.endpoints().find((it) => it.clearTemplate === path) ?? fail()));
    const merged = one.endpoints().find((it) => it.clearTemplate === "/v2/doctors/{slug}") ?? fail();
    expect(endpointFields(merged).parameters).toMatchObject([{ in: "path", field: "slug", types: ["string"], seen: 2, of: 2 }]);
    expect(doctors?.map(({ by }) => by)).toEqual(["rule", "rule", "rule"]);
    expect(appointments?.map(({ by }) => by)).toEqual(["word", "word"]);
    expect(appointments?.[1]?.evidence).toMatchObject({ sightings: 2, networks: 2 });
  }
});

function fail(): never {
  throw new Error("no such endpoint");
}
