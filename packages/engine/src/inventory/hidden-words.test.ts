import { expect, it } from "vitest";
import { GuardMatcher } from "../decide/guard-matcher.ts";
import { viewOf } from "../exchange/view-of.ts";
import { Inventory, type InventoryEndpoint } from "./inventory.ts";
import { ports } from "../testing/ports.ts";
import { guardedLookup } from "../testing/guarded-lookup.ts";

function seen(inventory: Inventory, path: string, address: string): InventoryEndpoint | undefined {
  const carries = { host: true, query: true, requestHeaders: true, requestBody: true, responseHeaders: true, responseBody: true };
  return inventory.observe(
    viewOf(
      {
        id: "x",
        at: 1,
        method: "GET",
        url: `http://a.example${path}`,
        client: { address },
        request: { headers: [] },
        response: { status: 200, headers: [["content-type", "application/json"]], body: '{"ok":true}' },
        carries,
      },
      ports,
    ),
  );
}

it("shows a word of interfaces at once, and any other only as shape and keyed hash", () => {
  const inventory = new Inventory(ports);
  expect(seen(inventory, "/status", "192.0.2.1")?.template).toBe("/status");
  for (let n = 0; n < 500; n++) expect(seen(inventory, "/kunigunde", `192.0.2.${n % 6}`)?.template).toMatch(/^\/\{a9~[0-9a-f]{16}\}$/);
  expect(JSON.stringify(inventory.exportState())).not.toContain("kunigunde");
});

it("finds a hidden word again after a restart, with its counts and under its id", () => {
  const inventory = new Inventory(ports);
  for (let n = 0; n < 5; n++) seen(inventory, `/wall/kunigunde/${n}`, "192.0.2.1");
  const before = inventory.endpoints().map((one) => [one.id, one.template, one.requests]);
  const restored = Inventory.restore(ports, JSON.parse(JSON.stringify(inventory.exportState())));
  expect(restored.endpoints().map((one) => [one.id, one.template, one.requests])).toEqual(before);
  expect(restored.find("GET", "a.example", ["wall", "kunigunde", "9"])?.id).toBe(before[0]?.[0]);
  expect(seen(restored, "/wall/kunigunde/9", "192.0.2.1")?.requests).toBe(6);
  expect(restored.endpoints()).toHaveLength(1);
});

it("shows another word once many networks asked for it often, under the same id", () => {
  const inventory = new Inventory(ports);
  const first = seen(inventory, "/latchkey", "192.0.2.1")?.id;
  for (let n = 0; n < 400; n++) seen(inventory, "/latchkey", `192.0.${n % 100}.1`);
  expect(inventory.endpoints().map((one) => [one.id, one.template])).toEqual([[first, "/latchkey"]]);
  expect(JSON.stringify(inventory.exportState())).toContain("latchkey");
});

it("never shows what stands after a noun for people, nor words among other unknown words, however many ask", () => {
  const inventory = new Inventory(ports);
  const names = ["kunigunde", "ottokar", "brunhilde", "wilhelmina", "thusnelda", "adalbert"];
  for (let n = 0; n < 3_000; n++) {
    seen(inventory, `/users/${names[0]}`, `192.0.${n % 200}.1`);
    seen(inventory, `/wall/${names[n % names.length]}`, `192.0.${n % 200}.1`);
  }
  const written = JSON.stringify([inventory.exportState(), inventory.endpoints().map((one) => one.template)]);
  for (const name of names) expect(written).not.toContain(name);
});

it("is guarded by its hash: the gate knows the word when it is asked for, and no other", () => {
  const template = seen(new Inventory(ports), "/kunigunde", "192.0.2.1")?.template ?? "";
  const guard = guardedLookup({ id: "g", host: "a.example", template: `${template}/{id}`, state: "watched" });
  const matcher = new GuardMatcher([guard], ports);
  expect([matcher.find("GET", "a.example", ["Kunigunde", "7"])?.id, matcher.find("GET", "a.example", ["ottokar", "7"])?.id]).toEqual(["g", undefined]);
});

it("shows a word that is asked for below a dozen values of a parameter, under the same id, and not below fewer", () => {
  const inventory = new Inventory(ports);
  const first = seen(inventory, "/shelves/1/kunigunde", "192.0.2.1")?.id;
  for (let n = 2; n <= 8; n++) for (let again = 0; again < 10; again++) seen(inventory, `/shelves/${n}/kunigunde`, "192.0.2.1");
  expect(JSON.stringify([inventory.exportState(), inventory.endpoints().map((one) => one.template)])).not.toContain("kunigunde");
  for (let n = 9; n <= 30; n++) seen(inventory, `/shelves/${n}/kunigunde`, "192.0.2.1");
  expect(inventory.endpoints().map((one) => [one.id, one.template])).toEqual([[first, "/shelves/{shelveId}/kunigunde"]]);
});

it("shows none of several unknown words below a parameter, however many values it has", () => {
  const inventory = new Inventory(ports);
  const names = ["kunigunde", "ottokar", "brunhilde"];
  for (let n = 0; n < 60; n++) for (const name of names) seen(inventory, `/shelves/${n}/${name}`, "192.0.2.1");
  const written = JSON.stringify([inventory.exportState(), inventory.endpoints().map((one) => one.template)]);
  for (const name of names) expect(written).not.toContain(name);
});

it("shows words run together only among words of interfaces, for alone they may be somebody", () => {
  const inventory = new Inventory(ports);
  for (let n = 0; n < 40; n++) {
    seen(inventory, "/wall/GreenMail", "192.0.2.1");
    for (const word of ["orders", "invoices", "payments", "RefundQuux"]) seen(inventory, `/v1/${word}`, "192.0.2.1");
  }
  const templates = inventory.endpoints().map((one) => one.template);
  expect(templates).toContain("/v1/RefundQuux");
  expect(JSON.stringify([inventory.exportState(), templates])).not.toContain("GreenMail");
});
