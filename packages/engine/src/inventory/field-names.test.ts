import { expect, test } from "vitest";
import type { Json } from "../exchange/view.ts";
import { viewOf } from "../exchange/view-of.ts";
import { carriesAll } from "../exchange/exchange.ts";
import { endpointFields } from "./endpoint-fields.ts";
import { contentsMin, waitingMax } from "./field-names.ts";
import { FieldNames } from "./field-names.ts";
import { Inventory } from "./inventory.ts";
import { ports } from "../testing/ports.ts";

function answering(bodies: readonly Json[], inventory = new Inventory(ports)): Inventory {
  bodies.forEach((body, n) =>
    inventory.observe(
      viewOf(
        {
          id: `x${n}`,
          at: n,
          method: "GET",
          url: "http://a.example/orders",
          client: { address: "192.0.2.1" },
          request: { headers: [] },
          response: { status: 200, headers: [["content-type", "application/json"]], body: JSON.stringify(body) },
          carries: carriesAll,
        },
        ports,
      ),
    ),
  );
  return inventory;
}

function names(inventory: Inventory): readonly string[] {
  const [endpoint] = inventory.endpoints();
  return endpoint === undefined ? [] : endpointFields(endpoint).answers.flatMap((answer) => answer.fields.map((one) => inventory.fieldNames.reveal(one.field)));
}
const many = (one: (n: number) => Json, count = 60): Json[] => Array.from({ length: count }, (_, n) => one(n));
const record = (n: number): { [key: string]: Json } => ({ id: n, name: `thing ${n}`, created_at: "2026-01-01", price: n });

test("a name of records that no word explains is shown once many different records had it, also nested, and after a restart", () => {
  const bodies = many((n) => ({ data: [{ ...record(n), slug: `thing-${n}` }] }));
  expect(names(answering(bodies.slice(0, contentsMin - 2)))).not.toContain("data[].slug");
  const inventory = answering(bodies);
  expect(names(inventory)).toContain("data[].slug");
  const restored = Inventory.restore(ports, JSON.parse(JSON.stringify(inventory.exportState())));
  expect(names(restored)).toContain("data[].slug");
});

test("the same record again and again shows nothing, however often", () => {
  expect(names(answering(many(() => ({ ...record(1), slug: "one" }), 99)))).not.toContain("slug");
});

test.each([
  ["a map by user name", (n: number) => ({ kunigunde: n, ottokar: 2 * n, brunhilde: n + 1 })],
  ["a map by user name beside a total", (n: number) => ({ total: n, status: "ok", kunigunde: n })],
  [
    "a map by ever other user names beside many words",
    (n: number) => ({ ...record(n), status: "ok", [`${["kunigunde", "ottokar", "brunhilde"][n % 3] ?? ""}${"abcdefghij"[n % 10] ?? ""}`]: n }),
  ],
  ["what one record in five has alone", (n: number) => ({ ...record(n), ...(n % 5 === 0 ? { kunigunde: true } : {}) })],
  ["a given name in every record", (n: number) => ({ ...record(n), lena: n, lena_schmidt: n, annaKey: n })],
  ["an identifier in every record", (n: number) => ({ ...record(n), "kunigunde@mail.example": n, u8f3a9c2e77: n, "4915112345678": n })],
])("%s keeps its keys hidden", (_, body) => {
  const inventory = answering(many(body, 99));
  const written = JSON.stringify([inventory.exportState(), names(inventory)]);
  for (const name of ["kunigunde", "ottokar", "brunhilde", "lena", "anna", "u8f3a9c2e77", "4915112345678"]) expect(written).not.toContain(name);
});

test("a name that is the value of anything stays hidden, and is hidden again when it turns out to be one", () => {
  const inventory = answering(many((n) => ({ ...record(n), kunigunde: n })));
  expect(names(inventory)).toContain("kunigunde");
  answering([{ ...record(99), name: "Kunigunde", kunigunde: 99 }], inventory);
  for (const now of [inventory, Inventory.restore(ports, JSON.parse(JSON.stringify(inventory.exportState())))]) {
    answering(
      many((n) => ({ ...record(n), kunigunde: n })),
      now,
    );
    expect(JSON.stringify([now.exportState(), names(now)])).not.toContain("kunigunde");
  }
});

test("names that wait are bounded: the one that waits longest gives way, and new ones are still learned", () => {
  const learned = new FieldNames(ports, 1);
  const fields = new Map(["id", "name", "price"].map((name) => [name, { seen: 1 }] as const));
  const place = { records: 0, fields };
  for (let n = 0; n < waitingMax + 50; n++) learned.observe({ ...record(n), [`zork${letters(n)}`]: n }, place);
  for (let n = 0; n < 60; n++) learned.observe({ ...record(n), zorkmid: n }, place);
  expect(learned.exportState().map(([, name]) => name)).toEqual(["zorkmid"]);
});

test("what a document names is revealed by its hash; other text stays as it is", () => {
  const learned = new FieldNames(ports, 1);
  expect(learned.reveal("query ~0123abcd and ~ffffffff", () => new Map([["~0123abcd", "slug"]]))).toBe("query slug and ~ffffffff");
  expect(learned.reveal("{a5~0123456789abcdef}", () => new Map([["~01234567", "no"]]))).toBe("{a5~0123456789abcdef}");
});

function letters(n: number): string {
  return String(n).replaceAll(/\d/g, (digit) => "abcdefghij".charAt(Number(digit)));
}
