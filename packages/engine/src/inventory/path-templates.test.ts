import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PathTemplates } from "./path-templates.ts";
import type { PathNode } from "./path-node.ts";
import { segmentPattern } from "./segment-kind.ts";
import { parameterName, templateText } from "./template-text.ts";

function learn(paths: readonly string[], bounds = {}): { templates: string[]; tree: PathTemplates<true> } {
  const tree = new PathTemplates<true>(() => true, bounds);
  paths.forEach((path, i) => {
    const place = tree.place(
      path.split("/").filter((segment) => segment !== ""),
      i,
    );
    if (place !== undefined) place.leaf = true;
  });
  tree.settle();
  return { templates: templatesOf(tree), tree };
}

function templatesOf(tree: PathTemplates<true>): string[] {
  const found: string[] = [];
  const walk = (node: PathNode<true>): void => {
    if (node.leaf === true) found.push(templateText(node).text);
    for (const child of [...node.children.values(), ...node.parameters.values()]) walk(child);
  };
  walk(tree.root);
  return found.sort();
}

/** Invented names, different for every number. */
function slug(n: number): string {
  const syllables = ["ba", "ko", "li", "mu", "ne", "so", "ta", "ru"];
  let text = "x";
  for (let rest = n + 8; rest > 0; rest = Math.floor(rest / 8)) text += syllables[rest % 8] ?? "";
  return text;
}
const many = (count: number, path: (n: number) => string): string[] => Array.from({ length: count }, (_, n) => path(n));

function shuffled(paths: readonly string[], seed: number): string[] {
  const order = [...paths];
  let state = seed;
  for (let i = order.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const j = (state >>> 8) % (i + 1);
    [order[i], order[j]] = [order[j] ?? "", order[i] ?? ""];
  }
  return order;
}

describe("a segment's shape", () => {
  test.each([
    ["42", "{}"],
    ["6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "{}"],
    ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "{}"],
    ["507f1f77bcf86cd799439011", "{}"],
    ["da39a3ee5e6b4b0d3255bfef95601890afd80709", "{}"],
    ["2024-07-01", "{}"],
    ["ana@example.org", "{}"],
    ["+99915550100", "{}"],
    ["999-15550100", "{cc}-{phone}"],
    ["192.0.2.7", "{}"],
    ["usr_8f3k2mz01qpx7", "{}"],
    ["17.json", "{}.json"],
    ["main...fix", "{base}...{head}"],
    ["AC0123456789abcdef0123456789abcdef", "{}"],
  ])("%s is a value at first sight", (segment, pattern) => expect(segmentPattern(segment, 2)).toBe(pattern));

  test.each(["v1", "v2.1", "2fa", "oauth2", "users", "delivery-status", "i18n", "sha256", "web3", "robots.txt", "log4j", ".well-known"])("%s stays a constant", (segment) => {
    expect(segmentPattern(segment, 2)).toBeUndefined();
  });

  test("a date that opens the path is a version of the API", () => expect(segmentPattern("2010-04-01", 0)).toBeUndefined());
});

describe("templates", () => {
  test("the lookup by number is one template, with the number's parts named", () => {
    expect(learn(many(50, (n) => `/client/v1/users/999-1555${1000 + n}/status`)).templates).toEqual(["/client/v1/users/{cc}-{phone}/status"]);
  });

  test("words become a parameter when many siblings look alike, and constants with traffic stay beside it", () => {
    const paths = [...many(200, (n) => `/catalogue/${slug(n)}`), ...many(60, () => "/catalogue/featured"), ...many(9, () => "/catalogue/search")];
    for (const seed of [1, 2, 3]) expect(learn(shuffled(paths, seed)).templates).toEqual(["/catalogue/featured", "/catalogue/search", "/catalogue/{catalogueId}"]);
  });

  test("who follows `users` is a person at first sight, and `me` stands beside", () => {
    expect(learn(["/users/ana", "/users/me", "/users/ben/posts", "/users/me"]).templates).toEqual(["/users/me", "/users/{userId}", "/users/{userId}/posts"]);
  });

  test("thirty resources each seen once or often are not merged", () => {
    const names = (
      "orders invoices carts payments refunds taxes coupons stores regions banners menus themes widgets hooks events alerts rules groups roles teams plans quotas " +
      "keys logs audits jobs queues topics schemas charts"
    ).split(" ");
    for (const times of [1, 5, 40]) {
      const paths = names.flatMap((name) => many(times, () => `/api/${name}`));
      expect(learn(shuffled(paths, times)).templates).toHaveLength(30);
    }
  });

  test("two slugs in a row with a wide sub-tree are found from few requests each", () => {
    const below = "issues pulls branches commits releases labels milestones forks topics languages contributors tags teams hooks keys events".split(" ");
    const paths = below.flatMap((name, i) => many(50, (n) => `/repos/${slug(i * 100 + n)}/${slug(7_000 + i * 100 + n)}/${name}`));
    for (const seed of [4, 5]) expect(learn(shuffled(paths, seed)).templates).toEqual(below.map((name) => `/repos/{repoId}/{id}/${name}`).sort());
  });

  test("any order of input gives the same templates", () => {
    const paths = [
      ...many(120, (n) => `/shops/${slug(n)}`),
      ...many(120, (n) => `/shops/${slug(n)}/items/${n}`),
      ...many(40, () => "/shops/nearby"),
      ...many(50, (n) => `/apps/${slug(n)}`),
      ...many(30, () => "/status"),
      ...many(30, (n) => `/orders/${n}/lines`),
    ];
    const expected = learn(paths).templates;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        expect(learn(shuffled(paths, seed)).templates).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  test("the number of templates does not grow with traffic", () => {
    const of = (count: number) => learn(many(count, (n) => `/shops/${slug(n)}/reviews`)).templates;
    expect(of(50)).toEqual(of(5_000));
  });
});

describe("bounds", () => {
  test("nodes never exceed their bound, and known paths still resolve there", () => {
    const { tree } = learn(
      many(5_000, (n) => `/${slug(n * 31)}/${slug(n)}/${slug(n * 7)}`),
      { nodesMax: 500 },
    );
    expect(tree.nodes).toBeLessThanOrEqual(500);
    expect(tree.find(["nowhere", "at", "all", "here"], () => true)).toBeUndefined();
  });

  test("a position with more undecided siblings than are kept is merged by force", () => {
    const paths = many(300, (n) => `/x/${slug(n)}`).flatMap((path) => [path, path, path]);
    const { tree } = learn(paths, { childrenMax: 100 });
    expect([...(tree.root.children.get("x")?.children.keys() ?? [])].length).toBeLessThanOrEqual(100);
    expect(tree.root.children.get("x")?.parameters.has("{}")).toBe(true);
  });

  test("finding takes bounded steps however constants and parameters cross", () => {
    const tree = new PathTemplates<true>(() => true);
    for (let depth = 1; depth < 20; depth++) {
      for (const segment of ["1", "a"])
        tree.place(
          Array.from({ length: depth }, (_, i) => (i % 2 === 0 ? segment : "1")),
          1,
        );
    }
    expect(
      tree.find(
        Array.from({ length: 32 }, () => "1"),
        () => false,
      ),
    ).toBeUndefined();
  });
});

test.each([
  ["users", "userId"],
  ["apps", "appId"],
  ["access_tokens", "accessTokenId"],
  ["addresses", "addressId"],
  ["categories", "categoryId"],
  ["status", "statusId"],
  ["2fa", "id"],
  ["order-history", "orderHistoryId"],
])("the parameter after %s is named %s", (constant, name) => expect(parameterName(constant)).toBe(name));
