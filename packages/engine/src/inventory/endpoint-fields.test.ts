import { describe, expect, test } from "vitest";
import { carriesAll, type HeaderList } from "../exchange/exchange.ts";
import { viewOf } from "../exchange/view-of.ts";
import type { Json } from "../exchange/view.ts";
import { type AnswerFacts, endpointFields, type EndpointFields, listedMax, type ParameterFacts } from "./endpoint-fields.ts";
import { fieldsMax } from "./field-classes.ts";
import { Inventory } from "./inventory.ts";
import { schemaDepthMax } from "./schema-node.ts";
import { responseStatusesMax } from "./schema-observer.ts";
import { ports } from "../testing/ports.ts";

interface Sent {
  readonly url?: string;
  readonly headers?: HeaderList;
  readonly type?: string;
  readonly body?: string;
  readonly status?: number;
  readonly answer?: Json;
}

function see(inventory: Inventory, { url = "/account/profile", headers = [], type, body, status = 200, answer = { ok: true } }: Sent): void {
  inventory.observe(
    viewOf(
      {
        id: "t",
        at: 0,
        method: "POST",
        url: `https://api.example${url}`,
        client: { address: "192.0.2.1" },
        request: { headers: [...headers, ...(type === undefined ? [] : [["Content-Type", type] as const])], ...(body === undefined ? {} : { body }) },
        response: { status, headers: [["Content-Type", "application/json"]], body: JSON.stringify(answer) },
        carries: carriesAll,
      },
      ports,
    ),
  );
}

function learned(...sent: readonly Sent[]): { readonly inventory: Inventory; readonly fields: EndpointFields } {
  const inventory = new Inventory(ports);
  for (const one of sent) see(inventory, one);
  const [endpoint] = inventory.endpoints();
  if (endpoint === undefined) throw new Error("No endpoint was learned");
  return { inventory, fields: endpointFields(endpoint) };
}

const parameter = (fields: EndpointFields, place: string, name: string): ParameterFacts | undefined => fields.parameters.find((one) => one.in === place && one.field === name);
const answer = (fields: EndpointFields, status: number): AnswerFacts | undefined => fields.answers.find((one) => one.status === status);
const many = (make: (n: number) => Sent): readonly Sent[] => Array.from({ length: 12 }, (_, n) => make(n));
const phone = (n: number): string => `+4915123${String(456_700 + n * 7919).slice(-6)}`;

describe("what an endpoint takes", () => {
  test("is classified wherever it stands: path, query, header, cookie, form, multipart, JSON", () => {
    const sorts: readonly (readonly [string, string, (n: number) => Sent])[] = [
      ["path", "phoneId", (n) => ({ url: `/phone/${encodeURIComponent(phone(n))}` })],
      ["query", "phone", (n) => ({ url: `/account/profile?phone=${phone(n)}` })],
      ["header", "x-phone", (n) => ({ headers: [["X-Phone", phone(n)]] })],
      ["cookie", "phone", (n) => ({ headers: [["Cookie", `phone=${phone(n)}; theme=dark`]] })],
      ["form", "phone", (n) => ({ type: "application/x-www-form-urlencoded", body: `phone=${encodeURIComponent(phone(n))}` })],
      ["form", "phone", (n) => ({ type: "multipart/form-data; boundary=b", body: `--b\r\nContent-Disposition: form-data; name="phone"\r\n\r\n${phone(n)}\r\n--b--\r\n` })],
      ["json", "users[].phone", (n) => ({ type: "application/json", body: JSON.stringify({ users: [{ phone: phone(n) }] }) })],
    ];
    for (const [place, name, make] of sorts) {
      const { fields } = learned(...many(make));
      expect(parameter(fields, place, name), `${place} ${name}`).toMatchObject({ class: "phone", share: 1, values: "few", optional: false, seen: 12, of: 12 });
    }
  });

  test("says type, format, how many values, and whether every request had it", () => {
    const { fields } = learned(...many((n) => ({ url: `/account/profile?page=${n}&sort=asc${n % 3 === 0 ? "&id=550e8400-e29b-41d4-a716-44665544000" + (n % 10) : ""}` })));
    expect(parameter(fields, "query", "page")).toMatchObject({ types: ["integer"], format: undefined, optional: false, class: undefined });
    expect(parameter(fields, "query", "sort")).toMatchObject({ types: ["string"], values: "constant" });
    expect(parameter(fields, "query", "id")).toMatchObject({ types: ["string"], format: "uuid", optional: true, seen: 4, of: 12 });
  });

  test("of a refused request teaches nothing, and who solves a captcha gives nothing away", () => {
    const { fields } = learned({}, { url: "/account/profile?email=ada@example.org", status: 401 }, { type: "application/json", body: '{"captcha":"3*4","answer":"12"}' });
    expect(parameter(fields, "query", "email")).toBeUndefined();
    expect(parameter(fields, "json", "answer")?.class).toBeUndefined();
  });
});

describe("what an endpoint gives", () => {
  test("is told by status: what a refusal gives away is not said of the answers that were meant", () => {
    const { fields, inventory } = learned(
      ...many((n) => ({ status: 409, answer: { error: "taken", by: { email: `person${n}@example.org` } } })),
      ...many((n) => ({ answer: { id: n, phone: phone(n) } })),
      { status: 500, answer: { error: "down", query: "select", database: `postgres://app:${["hun", "ter2"].join("")}@db.example.org/app` } },
    );
    expect(answer(fields, 409)?.fields.find((one) => one.field === "by.email")).toMatchObject({ class: "email", share: 1, optional: false });
    expect(answer(fields, 200)?.fields.map((one) => [one.field, one.class])).toEqual([
      ["id", undefined],
      ["phone", "phone"],
    ]);
    expect(answer(fields, 500)?.fields.find((one) => one.field === "database")?.class).toBe("secret");
    // What the endpoint is said to give is what it gives when all is well.
    expect([...(inventory.endpoints()[0]?.dataClasses ?? [])]).toEqual(["phone"]);
  });

  test("survives a restart, and its state holds no value", () => {
    const { inventory, fields } = learned(...many((n) => ({ url: `/account/profile?email=person${n}@example.org`, status: n % 2 === 0 ? 200 : 404, answer: { phone: phone(n) } })));
    const text = JSON.stringify(inventory.exportState());
    for (const value of ["person", "example.org", "15123"]) expect(text).not.toContain(value);
    const [again] = Inventory.restore(ports, JSON.parse(text)).endpoints();
    expect(again === undefined ? undefined : endpointFields(again)).toEqual(fields);
  });
});

describe("bounds", () => {
  test("a thousand invented names give no more than the bound of classes, statuses and listed fields; the rest is counted", () => {
    const invented = many((n) => ({ url: `/account/profile?${Array.from({ length: 100 }, (_, i) => `status${n}${i}=person${i}@example.org`).join("&")}` }));
    const { fields } = learned(...invented, ...Array.from({ length: 40 }, (_, n) => ({ status: 400 + n })));
    expect(fields.parameters.filter((one) => one.class !== undefined).length).toBeLessThanOrEqual(fieldsMax);
    expect(fields.answers.length).toBe(responseStatusesMax);
    let wide: Json = "x";
    for (const names of [
      ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r"],
      ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r"],
    ]) {
      const below: Json = wide;
      wide = Object.fromEntries(names.map((name) => [name, below]));
    }
    const broad = learned({ type: "application/json", body: JSON.stringify(wide), answer: wide }).fields;
    expect([broad.parameters.length, broad.cut]).toEqual([listedMax, 18 + 18 * 18 - listedMax]);
    expect([answer(broad, 200)?.fields.length, answer(broad, 200)?.cut]).toEqual([listedMax, 18 + 18 * 18 - listedMax]);
  });

  test("a body nested deeper than is read is described down to there", () => {
    let deep: Json = { email: "ada@example.org" };
    for (let n = 0; n < 40; n++) deep = { a: deep };
    const { fields } = learned({ type: "application/json", body: JSON.stringify(deep), answer: deep });
    expect(fields.parameters.map((one) => [one.field, one.class])).toEqual(Array.from({ length: schemaDepthMax }, (_, n) => ["a.".repeat(n) + "a", undefined]));
  });
});
