import { describe, expect, test } from "vitest";
import { usualHash } from "../../exchange/json-shape.ts";
import { classifyResponse } from "../../exchange/response-class.ts";
import type { Json } from "../../exchange/view.ts";
import { ports } from "../../testing/ports.ts";
import { type ClassFacts, differsByUsual, isPoorBeside, isPoorRefusal } from "./class-structure.ts";

// The classes are those that answers really get, so that what writes a key and what reads it cannot drift apart.

interface Said {
  readonly status?: number;
  readonly json?: Json;
  readonly size?: number;
}
const words = ["exists", "available", "error", "state"];

const classOf = ({ status = 200, json, size }: Said, usual: Readonly<Record<string, string>> = {}): ClassFacts => {
  const values = Object.entries(usual).map(([path, value]) => ({ path, hash: usualHash(value, ports) }));
  const scheme = values.length === 0 ? { scalars: words } : { scalars: words, usual: values };
  const seen = classifyResponse(
    scheme,
    { status, contentType: "application/json", location: "", body: json === undefined ? undefined : JSON.stringify(json), size, json, echo: [] },
    ports,
  );
  return { key: seen.key, status, fields: seen.fields };
};

describe("which of two answers looks like nobody", () => {
  test.each<[what: string, poor: Said, rich: Said]>([
    ["a 404 beside a 200", { status: 404, json: {} }, { json: { id: 1 } }],
    ["a flag turned to no", { json: { exists: false } }, { json: { exists: true } }],
    ["nothing where there was something", { json: { user: null } }, { json: { user: { id: 1 } } }],
    ["an empty list", { json: { items: [], total: 0 } }, { json: { items: [{ id: 1 }], total: 1 } }],
    ["half of the fields", { json: { id: 1 } }, { json: { id: 1, name: "a" } }],
    ["a quarter of a length that alone is known", { size: 60 }, { size: 300 }],
    ["a free name beside a taken one", { json: { available: true } }, { status: 409, json: { error: "conflict" } }],
    ["a free name beside a refusal in words", { json: { ok: 1 } }, { status: 400, json: { error: "already_taken" } }],
    ["a refusal that knows nobody beside one that knows", { status: 400, json: { error: "user_not_found" } }, { status: 400, json: { error: "wrong_password" } }],
  ])("%s", (_, poor, rich) => {
    expect([isPoorBeside(classOf(poor), classOf(rich)), isPoorBeside(classOf(rich), classOf(poor))]).toEqual([true, false]);
  });

  test.each<[what: string, one: Said, other: Said]>([
    ["a refusal of the caller", { status: 401, json: {} }, { json: { id: 1 } }],
    ["a fault of the service", { status: 500, json: {} }, { json: { id: 1 } }],
    ["fields of as many names", { json: { a: 1 } }, { json: { b: 1 } }],
    ["one field some people leave empty", { json: { id: 1, name: "a", note: null } }, { json: { id: 1, name: "a", note: "b" } }],
    ["short answers of which the length alone is known", { size: 10 }, { size: 60 }],
    ["a 404 beside a 401, where nobody proves anything", { status: 404, json: {} }, { status: 401, json: {} }],
  ])("neither: %s", (_, one, other) => {
    expect([isPoorBeside(classOf(one), classOf(other)), isPoorBeside(classOf(other), classOf(one))]).toEqual([false, false]);
  });

  test.each([401, 403, 423])("where a proof is asked for, no such account as a 404 beside a %i", (status) => {
    const [missing, wrong] = [classOf({ status: 404, json: {} }), classOf({ status, json: {} })];
    expect([isPoorRefusal(missing, wrong), isPoorRefusal(wrong, missing)]).toEqual([true, false]);
  });
});

describe("a value that stands again and again where others differ", () => {
  const among = (value: string): boolean => {
    const usual = { ref: value };
    const [same, other] = [classOf({ json: { ref: value } }, usual), classOf({ json: { ref: "r17" } }, usual)];
    expect(differsByUsual(same.key, other.key)).toBe(true);
    expect(isPoorBeside(other, same)).toBe(false);
    return isPoorBeside(same, other);
  };

  test.each(["", " ", "-", "—", "00000000-0000-0000-0000-000000000000", "0000-00-00", "unknown", "not_found"])("says that nobody is there: %j", (value) => {
    expect(among(value)).toBe(true);
  });
  test.each(["0", "0.00", "000000", "none yet", "Basel", "2026-01-01"])("may be what many people have in common: %j", (value) => {
    expect(among(value)).toBe(false);
  });
  test("decides nothing beside other fields that are filled, however few people lack it", () => {
    const usual = { middle: "" };
    const [without, having] = [classOf({ json: { id: 1, middle: "" } }, usual), classOf({ json: { id: 2, middle: "M" } }, usual)];
    expect(differsByUsual(without.key, having.key)).toBe(true);
    expect(isPoorBeside(without, having)).toBe(false);
  });
  test("tells nothing of answers that have another structure, too", () => {
    const usual = { ref: "" };
    expect(differsByUsual(classOf({ json: { ref: "" } }, usual).key, classOf({ json: { ref: "a", id: 1 } }, usual).key)).toBe(false);
  });
});
