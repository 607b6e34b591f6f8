import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepRoutes } from "../discover/known-routes.ts";
import { makePorts } from "../keys/make-ports.ts";
import { KnownSpecs } from "./known-specs.ts";
import { KnownTemplates, templatesOfApi } from "./known-templates.ts";
import { readApiText } from "./read-api.ts";

const ports = makePorts({ secret: Buffer.from("test key") }, 4);
const path = (name: string, type: string): object => ({ get: { parameters: [{ in: "path", name, required: true, schema: { type } }], responses: { 200: { description: "ok" } } } });
const document = JSON.stringify({
  openapi: "3.0.3",
  info: { title: "Clinic", version: "1" },
  servers: [{ url: "https://api.example/v2" }],
  paths: { "/doctors/{slug}": path("slug", "string"), "/rooms/{room}": path("room", "integer"), "/{page}": path("page", "string") },
});

test("kept documents and source say where parameters are, with and without the base path; what comes or goes is noticed", async () => {
  const dir = mkdtempSync(join(tmpdir(), "postern-known-"));
  try {
    const known = new KnownTemplates(dir);
    expect(known.read()).toEqual([]);
    const api = await readApiText(document, "the document", ports);
    new KnownSpecs(dir).add(api, "Clinic");
    expect(known.changed).toBe(true);
    const rules = known.read();
    expect(known.changed).toBe(false);
    expect(rules.map(({ template }) => template)).toEqual(["/v2/doctors/{slug}", "/doctors/{slug}", "/v2/rooms/{room}", "/rooms/{room}", "/v2/{page}"]);
    expect(rules[0]).toMatchObject({ kind: "pin", known: "document", host: "api.example" });
    expect(rules[2]).toMatchObject({ typed: ["room"] });
    expect(templatesOfApi(api).map(({ template }) => template)).toEqual(rules.map(({ template }) => template));
    keepRoutes(dir, "/src", [{ method: "GET", path: "/hooks/{name}" }]);
    expect(known.read().at(-1)).toEqual({ kind: "pin", template: "/hooks/{name}", known: "source" });
    // Recordings list values.
    expect(templatesOfApi({ ...api, format: "HAR 1.2" })).toEqual([]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
