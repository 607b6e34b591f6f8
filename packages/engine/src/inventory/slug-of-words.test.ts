import { describe, expect, test } from "vitest";
import type { PathNode } from "./path-node.ts";
import { PathTemplates } from "./path-templates.ts";
import { hasReservedWord, isSlug } from "./segment-kind.ts";
import { templateText } from "./template-text.ts";

const things = ["oak-desk", "blue-sofa", "kazoo-lamp", "velvet-pouf", "rattan-chair", "teak-shelf", "marble-vase", "copper-kettle", "walnut-stool", "linen-duvet", "jute-rug"];
const often = (times: number, ...paths: readonly string[]): readonly string[] => Array.from({ length: times }, () => paths).flat();

function templatesOf(paths: readonly string[]): readonly string[] {
  const tree = new PathTemplates<true>(() => true);
  for (const [n, path] of paths.entries()) {
    const place = tree.place(path.slice(1).split("/"), n);
    if (place !== undefined) place.leaf = true;
  }
  tree.settle();
  const found: string[] = [];
  const walk = (node: PathNode<true>): void => {
    if (node.leaf === true) found.push(templateText(node).text);
    for (const child of [...node.children.values(), ...node.parameters.values()]) walk(child);
  };
  walk(tree.root);
  return found.toSorted();
}

describe("a slug that happens to be made of words of interfaces", () => {
  test.each([
    ["met before its siblings", [...often(20, "/products/warm-bed"), ...often(20, ...things.map((thing) => `/products/${thing}`))]],
    ["met after them", [...often(20, ...things.map((thing) => `/products/${thing}`)), ...often(20, "/products/warm-bed")]],
    ["among few", often(5, "/products/warm-bed", ...things.slice(0, 5).map((thing) => `/products/${thing}`))],
    ["one of three", often(6, "/products/warm-bed", "/products/long-table", "/products/light-box", ...things.map((thing) => `/products/${thing}`))],
  ])("is one of them, %s", (_when, paths) => {
    expect(templatesOf(paths)).toEqual(["/products/{productId}"]);
  });

  test("may be joined by underscores as well as by hyphens; an action's word in it is found either way", () => {
    expect(["deploy_key", "warm-bed", "app_data_url"].map(isSlug)).toEqual([true, true, true]);
    expect(["deploy", "_key", "key_", "a..b", "v2.1"].map(isSlug)).toEqual([false, false, false, false, false]);
    expect(["bulk_import", "bulk-import", "warm_bed"].map(hasReservedWord)).toEqual([true, true, false]);
  });

  test("the caller, actions, what is asked for much more often and what leads elsewhere stay constants beside slugs", () => {
    const slugs = things.map((thing) => `/users/${thing}`);
    expect(templatesOf(often(6, "/users/me", "/users/warm-bed", ...slugs))).toEqual(["/users/me", "/users/{userId}"]);
    const products = things.map((thing) => `/products/${thing}`);
    expect(templatesOf([...often(3, "/products/bulk-import", "/products/search"), ...often(6, ...products)])).toEqual([
      "/products/bulk-import",
      "/products/search",
      "/products/{productId}",
    ]);
    expect(templatesOf([...often(9, "/products/price-list"), ...often(3, ...products)])).toEqual(["/products/price-list", "/products/{productId}"]);
    expect(templatesOf([...often(2, "/products/price-list/export/csv"), ...often(6, ...products)])).toContain("/products/price-list/export/csv");
  });

  test("beside words that are no slugs a name of several words stays a constant", () => {
    const names = ["kunig", "radule", "ottoka", "bertho", "walbur", "sigmun", "adelhe", "gertru", "irmgar"].map((name) => `/depots/${name}`);
    expect(templatesOf([...often(3, "/depots/price-list"), ...often(6, ...names)])).toEqual(["/depots/price-list", "/depots/{depotId}"]);
  });
});
