import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { echoesMax } from "./echo-forms.ts";
import { shapeDepthMax, shapePathsMax } from "./json-shape.ts";
import { plainHash } from "./plain-hash.ts";
import { type ClassifiedAnswer, classesPerStructureMax, classifyResponse, classKeyCharsMax, keyWithoutScalar, shortTextMax } from "./response-class.ts";
import type { Ports } from "./ports.ts";
import type { Json } from "./view.ts";
import { ports } from "../testing/ports.ts";

const answer = (over: Partial<ClassifiedAnswer>): ClassifiedAnswer => ({
  status: 200,
  contentType: "application/json; charset=utf-8",
  location: "",
  body: undefined,
  echo: [],
  ...over,
});
const classOf = (json: Json, scalars: string[] = [], echo: string[] = []) => classifyResponse({ scalars }, answer({ json, echo }), ports);

describe("classifyResponse", () => {
  it("gives answers that differ only in whom they are about the same class", () => {
    const one = classOf({ account_id: 7, phone: "+99915550100", success: true }, ["success"], ["999-15550100"]);
    const two = classOf({ account_id: 8, phone: "+99915550199", success: true }, ["success"], ["999-15550199"]);
    expect(one.id).toBe(two.id);
    expect(one.key).toBe("200 application/json {account_id:number,phone:string,success:boolean} success=true");
    expect(one.fields).toEqual(["account_id", "phone", "success"]);
  });
  it("tells apart status, shape, empty arrays and scheme values", () => {
    const ids = [
      classOf({ a: [] }),
      classOf({ a: [1] }),
      classOf({ a: ["x"] }),
      classOf({ a: null }),
      classOf({}),
      classOf([]),
      classOf({ ok: true }, ["ok"]),
      classOf({ ok: false }, ["ok"]),
      classifyResponse({ scalars: [] }, answer({ status: 404, json: {} }), ports),
    ].map((it) => it.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
  it("parses the body itself where no JSON is handed in, to the same class", () => {
    expect(classifyResponse({ scalars: ["ok"] }, answer({ body: '{"ok":true}' }), ports).id).toBe(classOf({ ok: true }, ["ok"]).id);
  });
  it("gives gate and ledger one class, whether or not the JSON was parsed before and whatever the type says", () => {
    const body = '{"ok":true}';
    const json = { ok: true };
    for (const contentType of ["text/plain", "", "application/problem+json"]) {
      const unparsed = classifyResponse({ scalars: ["ok"] }, answer({ contentType, body }), ports);
      expect(classifyResponse({ scalars: ["ok"] }, answer({ contentType, body, json }), ports)).toEqual(unparsed);
      expect(unparsed.key).toContain("ok=true");
    }
  });
  it("writes no identifier, name or free text of the answer into the key", () => {
    const key = classOf({ name: "Bob Smith", mail: "bob@example.com", map: { "99915550100": { a: 1 }, "99915550101": { a: 1 } } }, ["name", "mail"]).key;
    for (const secret of ["Bob", "bob", "999"]) expect(key).not.toContain(secret);
  });
  it("masks the echoed identifier in redirects, texts and keys", () => {
    const redirect = (who: string) => classifyResponse({ scalars: [] }, answer({ status: 302, location: `https://x.test/login/${who}?user=${who}&ok=true`, echo: [who] }), ports);
    expect(redirect("ann").id).toBe(redirect("bert").id);
    expect(redirect("ann").key).toContain("ok=true");
    const text = (who: string) => classifyResponse({ scalars: [] }, answer({ contentType: "text/plain", body: `no user ${who}`, echo: [who] }), ports);
    expect(text("ann").id).toBe(text("roberta").id);
    expect(classOf({ ann: { a: 1 } }, [], ["ann"]).id).toBe(classOf({ roberta: { a: 1 } }, [], ["roberta"]).id);
  });
  it("tells long texts apart by length alone", () => {
    const text = (length: number) => classifyResponse({ scalars: [] }, answer({ contentType: "text/html", body: "x".repeat(length) }), ports).id;
    expect(text(1000)).toBe(text(1010));
    expect(text(1000)).not.toBe(text(3000));
  });
  it("holds its bounds on keys, fields and depth, for any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const it = classOf(value as Json, ["a", "b.c"]);
        expect(it.key.length).toBeLessThanOrEqual(classKeyCharsMax);
        expect(it.fields.length).toBeLessThanOrEqual(shapePathsMax);
        expect(it.id).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
    const wide = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`field${index}x`, index]));
    expect(classOf(wide).fields.length).toBeLessThanOrEqual(shapePathsMax);
  });
  it("looks six levels deep, masks eight identifiers, compares texts to 64 characters word for word, and says the same of the 257th class of a structure", () => {
    const nested = (levels: number, leaf: Json): Json => (levels === 0 ? leaf : { a: nested(levels - 1, leaf) });
    const same = (one: Json, two: Json): boolean => classOf(one).id === classOf(two).id;
    expect([same(nested(shapeDepthMax, 1), nested(shapeDepthMax, "x")), same(nested(shapeDepthMax + 1, 1), nested(shapeDepthMax + 1, "x"))]).toEqual([false, true]);
    const names = Array.from({ length: echoesMax + 1 }, (_, n) => `person-${String.fromCharCode(97 + n).repeat(4)}`);
    const text = (body: string, echo: string[]): string => classifyResponse({ scalars: [] }, answer({ contentType: "text/plain", body, echo }), ports).id;
    const [first = "", last = ""] = [names[0], names.at(-1)];
    const other = "person-zzzz";
    expect(text(`no ${first}`, names)).toBe(text(`no ${other}`, [other]));
    expect(text(`no ${last}`, names)).not.toBe(text(`no ${other}`, [other]));
    const words = (length: number, end: string): string => text("w ".repeat(length).slice(0, length - 1) + end, []);
    expect([words(shortTextMax, "a") === words(shortTextMax, "b"), words(shortTextMax + 1, "a") === words(shortTextMax + 1, "b")]).toEqual([false, true]);
    const kinds = Array.from({ length: classesPerStructureMax + 1 }, (_, n) => classOf({ n, of: "x" }, ["n"]).id);
    expect(new Set(kinds).size).toBe(kinds.length);
    expect(classOf({ n: 0, of: "x" }, ["n"]).id).toBe(kinds[0]);
  });
  it("says of a structure it remembers what it said at first sight: for any order of keys, under any key of ours, and with the identifier in a name", () => {
    const first = classOf({ zeta: 1, plan: "x", x999155: true });
    expect(classOf({ plan: "y", x999155: false, zeta: 2 }).id).toBe(first.id);
    expect(classOf({ zeta: 3, plan: "z", x999155: true })).toBe(classOf({ zeta: 4, plan: "", x999155: true }));
    const masked = classOf({ zeta: 1, plan: "x", x999155: true }, [], ["x999155"]);
    expect(masked.key).toContain("*:boolean");
    expect(classOf({ zeta: 1, plan: "x", x999155: true }).key).toBe(first.key);
    const other: Ports = { ...ports, hash: (type, normal) => ports.hash(type, `other ${normal}`) };
    const named = classifyResponse({ scalars: [] }, answer({ json: { zeta: 1, plan: "x", x999155: true } }), other);
    expect(named.key).not.toBe(first.key);
    expect(classifyResponse({ scalars: [] }, answer({ json: { zeta: 1, plan: "x", x999155: true }, status: 404 }), ports).status).toBe(404);
  });
  it("can say what a key would have been without one scalar", () => {
    const both = classOf({ ok: true, state: "active" }, ["ok", "state"]);
    const less = classOf({ ok: true, state: "active" }, ["ok"]);
    const redone = keyWithoutScalar(both.key, "state");
    expect(redone).toBe(less.key);
    expect(plainHash(redone ?? "")).toBe(less.id);
  });
});

describe("plainHash", () => {
  it("has no collision among 200,000 near-equal keys", () => {
    const seen = new Set<string>();
    for (let index = 0; index < 200_000; index += 1) seen.add(plainHash(`200 application/json {a:number} a=${index}`));
    expect(seen.size).toBe(200_000);
  });
});
