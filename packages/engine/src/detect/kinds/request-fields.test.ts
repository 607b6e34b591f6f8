import { expect, test } from "vitest";
import { viewOf } from "../../exchange/view-of.ts";
import { jsonExchange } from "../../testing/json-exchange.ts";
import { ports } from "../../testing/ports.ts";
import { type Field, fieldsMax, requestFields, valueCharactersMax } from "./request-fields.ts";

function fieldsOf(sent: unknown, known: readonly string[] = [], pathValues: readonly string[] = []): readonly Field[] {
  const view = viewOf(jsonExchange({ id: "x", at: 1, address: "192.0.2.1", path: "/x", sent, answer: {} }), ports);
  return requestFields(view, pathValues, ports, { fieldNames: () => known });
}
const padding = (many: number): Record<string, string> => Object.fromEntries(Array.from({ length: many }, (_, n) => [`order${n}`, "1"]));

test("values are cut, and at most so many fields are read where nothing is known", () => {
  const fields = fieldsOf(padding(1_000), [], ["y".repeat(5_000)]);
  expect(fields).toHaveLength(fieldsMax);
  expect(fields[0]).toEqual({ name: "path:0", value: "y".repeat(valueCharactersMax) });
});

test("of padded JSON, what is known is read behind the padding, and nothing else", () => {
  for (const many of [fieldsMax, 5_000]) {
    const fields = fieldsOf({ ...padding(many), user: { code: "123456", zahl: "7", pin: 9 } }, ["json:user.code", "json:user.none", "json:user.code.deeper", "query:code"]);
    expect(fields.slice(fieldsMax)).toEqual([{ name: "json:user.code", value: "123456" }]);
  }
});

test("names that stand hashed are found behind a thousand others", () => {
  const [hashed] = fieldsOf({ zahl: "7" });
  expect(hashed?.name).toMatch(/^json:~[0-9a-f]{8}$/);
  expect(fieldsOf({ ...padding(1_000), zahl: "8" }, [hashed?.name ?? ""]).at(-1)).toEqual({ name: hashed?.name, value: "8" });
});

test("an object nested without end is read to its bound", () => {
  let deep: unknown = { code: "1234" };
  for (let depth = 0; depth < 500; depth++) deep = { inner: deep, code: "5678" };
  expect(fieldsOf(deep, ["json:code"]).length).toBeLessThanOrEqual(fieldsMax);
});
