import { describe, expect, test } from "vitest";
import type { Json } from "../exchange/view.ts";
import { anyField, SchemaBudget, schemaDepthMax, schemaFieldsMax, schemaItemsMax, type SchemaLearning, SchemaNode } from "./schema-node.ts";

const learning = (places?: number): SchemaLearning => ({ seed: 7, nameOf: (name) => name, budget: new SchemaBudget(places) });
function of(values: readonly Json[], to = learning()): SchemaNode {
  const node = new SchemaNode();
  for (const value of values) node.add(value, to);
  return node;
}
const nested = (depth: number): Json => (depth === 0 ? 1 : { a: nested(depth - 1) });

describe("what is learned of a body", () => {
  test("kinds, formats and how often each field came, nested and in lists", () => {
    const node = of([
      { id: 1, when: "2026-03-02", items: [{ price: 1.5 }, { price: 2, note: null }] },
      { id: 2, items: [] },
    ]);
    expect([node.fields.get("id")?.kinds, node.fields.get("id")?.seen, node.fields.get("when")?.seen, node.kinds.object]).toEqual([{ integer: 2 }, 2, 1, 2]);
    expect(node.fields.get("when")?.formats).toEqual({ date: 1 });
    const item = node.fields.get("items")?.items;
    expect([item?.kinds, item?.fields.get("price")?.kinds, item?.fields.get("note")?.seen]).toEqual([{ object: 2 }, { number: 1, integer: 1 }, 1]);
  });

  test("whether one, a few or many different values stood there", () => {
    const of100 = (value: (n: number) => string): string => of(Array.from({ length: 100 }, (_, n) => value(n))).cardinality;
    expect([of100(() => "same"), of100((n) => `choice ${n % 5}`), of100((n) => `value ${n}`)]).toEqual(["constant", "few", "many"]);
  });

  test("nothing of its state is a value, or a name that holds one", () => {
    const node = of([{ "ada@example.com": { phone: "+15551234567" }, "550e8400-e29b-41d4-a716-446655440000": { phone: "+15557654321" }, token: "s3cret-and-long" }]);
    const state = JSON.stringify(node.exportState());
    for (const value of ["ada", "1555", "550e", "s3cret"]) expect(state).not.toContain(value);
    expect([...node.fields.keys()].sort()).toEqual([anyField, "token"]);
  });

  test("goes on after a restart as if there had been none", () => {
    const first: Json[] = [{ a: [1, "x"], b: { c: true } }, { a: [] }];
    const later: Json[] = [{ a: [null], d: "2026-03-02T10:00:00Z" }];
    const to = learning();
    const restored = SchemaNode.restore(JSON.parse(JSON.stringify(of(first).exportState())), to.budget);
    for (const value of later) restored.add(value, to);
    expect(restored.exportState()).toEqual(of([...first, ...later]).exportState());
  });

  test("two places put together are as one that saw everything", () => {
    const [left, right]: [Json[], Json[]] = [[{ a: 1, b: "x" }], [{ a: "y", c: [1] }, { c: [] }]];
    const to = learning();
    const both = of(left, to);
    both.absorb(of(right, to), to.budget);
    expect(both.exportState()).toEqual(of([...left, ...right]).exportState());
  });
});

describe("text", () => {
  test("is read as number or truth value only where that is all it can be", () => {
    const to = learning();
    const kinds = (text: string): string => {
      const node = new SchemaNode();
      node.addText(text, to);
      return Object.keys(node.kinds).join();
    };
    expect(["12", "-3", "1.5", "true", "007", "+15551234567", "1e9", "12345678901234567890", ""].map(kinds)).toEqual([
      "integer",
      "integer",
      "number",
      "boolean",
      "string",
      "string",
      "string",
      "string",
      "string",
    ]);
  });

  test("a name that comes twice is a list, seen once", () => {
    const node = new SchemaNode();
    node.addPairs(
      [
        ["tag", "a"],
        ["tag", "b"],
      ],
      learning(),
    );
    expect([node.fields.get("tag")?.seen, node.fields.get("tag")?.kinds.array]).toEqual([1, 1]);
  });
});

describe("bounds", () => {
  test("depth, breadth and elements end where they say", () => {
    let depth = 0;
    for (let at: SchemaNode | undefined = of([nested(50)]); at !== undefined; at = at.fields.get("a")) depth++;
    expect(depth).toBe(schemaDepthMax + 1);
    const to = learning();
    const wide = new SchemaNode();
    for (let n = 0; n < 10; n++) wide.add(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${n}x${i}`, 1])), to);
    expect(wide.fields.size).toBeLessThanOrEqual(schemaFieldsMax + 1);
    expect(wide.fields.get(anyField)?.seen).toBeGreaterThan(300);
    expect(of([Array.from({ length: 1_000 }, () => 1)]).items?.seen).toBe(schemaItemsMax);
  });

  test("without places left nothing new is made and what is known goes on counting; places come back", () => {
    const to = learning(2);
    const node = of(
      [
        { a: 1, b: 2, c: 3 },
        { a: 1, d: 4 },
      ],
      to,
    );
    expect([...node.fields.keys()]).toEqual(["a", "b"]);
    expect(node.fields.get("a")?.seen).toBe(2);
    expect(to.budget.left).toBe(0);
    const other = new SchemaNode();
    other.absorb(node, to.budget);
    const third = learning(10);
    const twin = of([{ a: 1 }], third);
    twin.absorb(of([{ a: 1 }], third), third.budget);
    // Two fields taken, one given back, and one for the root, which its owner counts.
    expect(third.budget.left).toBe(10);
  });
});
