import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carriesAll, type Exchange, Inventory, viewOf } from "@postern/engine";
import { afterAll, expect, test } from "vitest";
import { makePorts } from "../keys/make-ports.ts";
import { KnownSpecs } from "../specs/known-specs.ts";
import { endpointShape } from "./endpoint-shape.ts";
import { SpecShelf } from "./spec-shelf.ts";

const dir = mkdtempSync(join(tmpdir(), "postern-shelf-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const ports = makePorts({ secret: Buffer.alloc(32, 7) }, 1);

function seen(): Inventory {
  const inventory = new Inventory(ports);
  for (let i = 0; i < 40; i++) {
    for (const path of [`/people/${i + 100}?sort=${i % 2 === 0 ? "age" : "name"}`, `/orders/${i + 100}`]) inventory.observe(viewOf(exchangeOf(i, path), ports));
  }
  return inventory;
}

function exchangeOf(i: number, target: string): Exchange {
  return {
    id: `x-${i}-${target}`,
    at: 1_700_000_000_000 + i * 1_000,
    method: "GET",
    url: `https://people.example${target}`,
    client: { address: "192.0.2.7" },
    durationMs: 5,
    request: { headers: [] },
    response: { status: 200, headers: [["content-type", "application/json"]], body: JSON.stringify({ id: i, contacts: [{ email: `ada.lovelace${i}@mail.example` }] }) },
    carries: carriesAll,
  };
}

const document = {
  openapi: "3.1.0",
  info: { title: "People", version: "2" },
  paths: {
    "/people/{id}": {
      get: { deprecated: true, responses: { 200: { description: "", content: { "application/json": { schema: { type: "object", properties: { id: { type: "integer" } } } } } } } },
    },
    "/people/{id}/photo": { get: { responses: { 200: { description: "", content: { "application/json": { schema: { example: "s3cret-example" } } } } } } },
  },
};

test("a document is compared with the traffic: shadow, zombie, drift and unused, each with its endpoint", async () => {
  const audited: string[] = [];
  const shelf = new SpecShelf(new KnownSpecs(dir), { ports, audit: async (entry) => audited.push(`${entry.actor} ${entry.action} ${entry.subject}`) });
  const inventory = seen();
  const added = await shelf.add({ kind: "spec", text: JSON.stringify(document) }, "session:1");
  expect(added).toMatchObject({ name: "People", kind: "spec", operations: 2, problems: [] });
  const diff = shelf.diff(added.id, inventory);
  expect(diff.comparable).toBe(true);
  expect(diff.counts).toMatchObject({ shadow: 1, zombie: 1, unused: 1 });
  expect(diff.items.find((one) => one.kind === "shadow")).toMatchObject({ method: "GET", path: expect.stringContaining("/orders/{") as string });
  expect(diff.items.some((one) => one.kind === "drift" && one.where === "query sort")).toBe(true);
  for (const one of diff.items) expect(one.endpoint === null).toBe(one.kind === "unused");
  // What is kept holds no example.
  for (const file of readdirSync(join(dir, "specs"))) expect(readFileSync(join(dir, "specs", file), "utf8")).not.toContain("s3cret");
  await shelf.remove(added.id, "session:1");
  expect(shelf.list()).toEqual([]);
  expect(readdirSync(join(dir, "specs")).toSorted()).toEqual(["changes.ndjson", "removed"]);
  expect(await shelf.restore(added.id, "session:2")).toMatchObject({ id: added.id, name: "People" });
  expect(shelf.diff(added.id, seen()).counts).toEqual(diff.counts);
  await expect(shelf.restore(added.id, "session:2")).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(audited).toEqual(["session:1 spec.add People", "session:1 spec.remove People", "session:2 spec.restore People"]);
  expect(shelf.history().map((one) => `${one.by} ${one.kind}`)).toEqual(["session:1 document-added", "session:1 document-removed", "session:2 document-restored"]);
  expect(shelf.changes).toBe(3);
});

test("a document that cannot be read, or describes nothing, is refused with the place, and changes nothing", async () => {
  const audited: unknown[] = [];
  const shelf = new SpecShelf(new KnownSpecs(dir), { ports, audit: async (entry) => audited.push(entry) });
  const add = (text: string): Promise<unknown> => shelf.add({ kind: "spec", text }, "me");
  await expect(add('{"openapi": "3.1.0",\n  "paths": }')).rejects.toMatchObject({ code: "SPEC_INVALID", message: expect.stringContaining("line 2, column 12") as string });
  await expect(add("openapi: 3.1.0\npaths:\n  - a\n b")).rejects.toMatchObject({ code: "SPEC_INVALID", message: expect.stringMatching(/line \d/) as string });
  await expect(add("  ")).rejects.toMatchObject({ code: "SPEC_INVALID" });
  await expect(add('{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{}}')).rejects.toMatchObject({ code: "SPEC_INVALID" });
  await expect(shelf.remove("0123456789abcdef", "me")).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(() => shelf.diff("../../etc/passwd", new Inventory(ports))).toThrow(expect.objectContaining({ code: "NOT_FOUND" }) as Error);
  expect(audited).toEqual([]);
});

test("an endpoint's messages are told line by line, with types and data classes", () => {
  const inventory = seen();
  const endpoint = inventory.endpoints().find((one) => one.template.startsWith("/people/"));
  if (endpoint === undefined) throw new Error("no endpoint");
  const shape = endpointShape(endpoint);
  expect(shape.parameters).toMatchObject([
    { in: "path", types: ["integer"], always: true },
    { in: "query", name: "sort", types: ["string"], values: "few" },
  ]);
  expect(shape.responses).toMatchObject([
    {
      status: "200",
      answers: 40,
      types: ["application/json"],
      fields: [
        { name: "contacts", types: ["array"] },
        { name: "contacts[].email", types: ["string"], class: "email" },
        { name: "id", types: ["integer"], values: "many", class: null },
      ],
      more: 0,
    },
  ]);
  expect(JSON.stringify(shape)).not.toContain("lovelace");
});
