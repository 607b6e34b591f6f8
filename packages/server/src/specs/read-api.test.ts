import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sharedData } from "../sources/shared-data.fixture.ts";
import { makePorts } from "../keys/make-ports.ts";
import type { Api } from "./api-model.ts";
import { problemsMax } from "./api-model.ts";
import { differencesMax, schemaChanges, schemaDrift } from "./compare-schemas.ts";
import { KnownSpecs, nameCharactersMax, specsMax } from "./known-specs.ts";
import { aliasesMax, documentCharactersMax, documentDepthMax } from "./read-document.ts";
import { readApi, readApiText } from "./read-api.ts";
import { operationsMax } from "./read-openapi.ts";
import { foldersMax, requestsMax, urlCharactersMax } from "./read-postman.ts";
import { choicesMax, placesMax, readSchema } from "./read-schema.ts";
import { RefResolver } from "./ref-resolver.ts";

const ports = makePorts({ secret: Buffer.from("test key") }, 4);
const read = (document: unknown): Promise<Api> => readApiText(typeof document === "string" ? document : JSON.stringify(document), "spec", ports);
const short = (api: Api) => api.operations.map(({ method, path }) => `${method} ${path}`);
const fields = (api: Api, status = "200") =>
  [...(api.operations[0]?.responses.get(status)?.schema?.properties ?? [])].map(([name, { required, schema }]) => [name, required, [...schema.types].sort()]);

describe("the same interface in each version of OpenAPI", () => {
  const answer = { type: "object", required: ["id"], properties: { id: { type: "integer" }, name: { type: "string" } } };
  const swagger = {
    swagger: "2.0",
    info: { title: "T", version: "1" },
    host: "API.example.com:443",
    basePath: "/v1/",
    consumes: ["application/json"],
    produces: ["application/json; charset=utf-8"],
    securityDefinitions: { key: { type: "apiKey", in: "header", name: "X-Key" } },
    security: [{ key: [] }],
    definitions: { User: { ...answer, properties: { ...answer.properties, name: { type: "string", "x-nullable": true } } } },
    paths: {
      "/users/{id}": {
        parameters: [{ in: "path", name: "id", required: true, type: "integer" }],
        put: {
          deprecated: true,
          parameters: [
            { in: "body", name: "b", required: true, schema: { $ref: "#/definitions/User" } },
            { in: "query", name: "dry", type: "boolean" },
          ],
          responses: { "200": { description: "", schema: { $ref: "#/definitions/User" } } },
        },
      },
    },
  };
  const three = (version: string, name: object) => ({
    openapi: version,
    info: { title: "T", version: "1" },
    servers: [{ url: "https://{where}.example.com/v1", variables: { where: { default: "api" } } }],
    security: [{ key: [] }],
    components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } }, schemas: { User: { ...answer, properties: { ...answer.properties, name } } } },
    paths: {
      "/users/{id}": {
        parameters: [{ in: "path", name: "id", required: true, schema: { type: "integer" } }],
        put: {
          deprecated: true,
          parameters: [{ in: "query", name: "dry", schema: { type: "boolean" } }],
          requestBody: { required: true, content: { "application/json": { schema: { $ref: "#/components/schemas/User" } } } },
          responses: { "200": { description: "", content: { "application/json; charset=utf-8": { schema: { $ref: "#/components/schemas/User" } } } } },
        },
      },
    },
  });

  test.each([
    ["2.0", swagger],
    ["3.0", three("3.0.3", { type: "string", nullable: true })],
    ["3.1", three("3.1.0", { type: ["string", "null"] })],
    ["3.2", three("3.2.0", { type: ["string", "null"] })],
  ])("%s reads as one operation with its parameters, bodies, credentials and deprecation", async (_, document) => {
    const api = await read(document);
    expect(short(api)).toEqual(["PUT /v1/users/{id}"]);
    const [operation] = api.operations;
    expect(operation).toMatchObject({ deprecated: true, hosts: ["api.example.com"], auth: { needs: "required", schemes: [{ kind: "api-key", in: "header", name: "x-key" }] } });
    expect(operation?.parameters.map((one) => [one.in, one.name, one.required, [...one.schema.types]]).sort()).toEqual([
      ["path", "id", true, ["integer"]],
      ["query", "dry", false, ["boolean"]],
    ]);
    expect(fields(api)).toEqual([
      ["id", true, ["integer"]],
      ["name", false, ["null", "string"]],
    ]);
    expect(operation?.request).toMatchObject({ required: true, types: ["application/json"] });
    expect(api.problems).toEqual([]);
  });

  test("3.2's own methods are read", async () => {
    expect(short(await read({ openapi: "3.2.0", paths: { "/a": { query: { responses: {} }, additionalOperations: { COPY: { responses: {} } } } } }))).toEqual([
      "QUERY /a",
      "COPY /a",
    ]);
  });
});

test("allOf is put together; of oneOf only what all require is required; what refers to itself ends", async () => {
  const api = await read({
    openapi: "3.1.0",
    components: {
      schemas: {
        Base: { type: "object", required: ["id"], properties: { id: { type: "string" } } },
        Tree: { allOf: [{ $ref: "#/components/schemas/Base" }, { type: "object", properties: { children: { type: "array", items: { $ref: "#/components/schemas/Tree" } } } }] },
        Either: { oneOf: [{ $ref: "#/components/schemas/Tree" }, { type: "object", required: ["id", "x"], properties: { id: { type: "integer" }, x: { type: "boolean" } } }] },
      },
    },
    paths: { "/t": { get: { responses: { "200": { content: { "application/json": { schema: { $ref: "#/components/schemas/Either" } } } } } } } },
  });
  expect(fields(api)).toEqual([
    ["id", true, ["integer", "string"]],
    ["children", false, ["array"]],
    ["x", false, ["boolean"]],
  ]);
});

describe("what cannot be read", () => {
  test("a reference out of the document is never followed; it is told with its place, and the rest holds", async () => {
    const api = await read({
      openapi: "3.0.0",
      paths: {
        "/a": { get: { responses: { "200": { content: { "application/json": { schema: { $ref: "https://127.0.0.1:1/evil.json" } } } } } } },
        "/b": { $ref: "./other.yaml" },
        "/c": { get: { parameters: [{ $ref: "#/components/nothing" }], responses: {} } },
      },
    });
    expect(short(api)).toEqual(["GET /a", "GET /c"]);
    expect(api.problems.map((one) => one.where)).toEqual(expect.arrayContaining([expect.stringContaining("#/paths/~1a/get/responses/200"), "#/paths/~1b"]));
  });

  test("references in a circle end", async () => {
    const api = await read({
      openapi: "3.0.0",
      components: { parameters: { a: { $ref: "#/components/parameters/b" }, b: { $ref: "#/components/parameters/a" } } },
      paths: { "/a": { get: { parameters: [{ $ref: "#/components/parameters/a" }], responses: {} } } },
    });
    expect(api.problems.map((one) => one.what)).toContain("its references lead in a circle");
  });

  test.each([
    ["JSON", '{"openapi": "3.0.0",\n "paths": {,}}', "line 2, column 12"],
    ["YAML", "openapi: 3.0.0\npaths:\n  /a: [1\n", "line"],
    ["a doubled key", "openapi: 3.0.0\nopenapi: 3.0.1\n", "line 2, column 1"],
  ])("broken %s is told with line and column", async (_, text, place) => {
    await expect(read(text)).rejects.toMatchObject({ code: "SPEC_INVALID", message: expect.stringContaining(place) });
  });

  test("a document too large, too deep, with an alias bomb, or of another kind is refused by name", async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
      .split("")
      .map((one, i) => `${one}: &${one} [${Array.from({ length: 10 }, () => `*${"abcdefgh"[i]}`).join(",")}]`)
      .join("\n")}\n`;
    for (const text of [
      " ".repeat(documentCharactersMax + 1),
      "[".repeat(documentDepthMax * 2) + "]".repeat(documentDepthMax * 2),
      "[".repeat(200_000),
      bomb,
      '{"some": "thing"}',
      "just words",
      "",
    ])
      await expect(read(text)).rejects.toMatchObject({ code: "SPEC_INVALID" });
  });
});

test("a Postman collection: folders, variables, path variables, inherited credentials, bodies and saved answers by their shape", async () => {
  const api = await read({
    info: { name: "C", schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
    variable: [
      { key: "base", value: "https://{{stage}}.example.com/api" },
      { key: "stage", value: "dev" },
    ],
    auth: { type: "bearer" },
    item: [
      {
        name: "Users",
        item: [
          {
            request: { method: "GET", url: { raw: "{{base}}/users/:id?full=1" } },
            response: [{ code: 200, header: [{ key: "Content-Type", value: "application/json" }], body: '{"id": 1, "tags": ["a"]}' }],
          },
          { request: { method: "POST", url: "{{base}}/users", auth: { type: "noauth" }, body: { mode: "raw", raw: '{"age": {{age}}, "name": "x"}' } } },
        ],
      },
      { request: "{{base}}/{{open}}" },
    ],
  });
  expect(short(api)).toEqual(["GET /api/users/{id}", "POST /api/users", "GET /api/{open}"]);
  expect(api.operations.map((one) => one.auth.needs)).toEqual(["required", "none", "required"]);
  expect(api.operations[0]).toMatchObject({
    hosts: ["dev.example.com"],
    parameters: [
      { in: "path", name: "id" },
      { in: "query", name: "full", required: false },
    ],
  });
  expect(fields(api)).toEqual([
    ["id", false, ["integer"]],
    ["tags", false, ["array"]],
  ]);
  expect([...(api.operations[1]?.request?.schema?.properties.keys() ?? [])]).toEqual(["age", "name"]);
  expect(JSON.stringify([...(api.operations[1]?.request?.schema?.properties.values() ?? [])])).not.toContain('"x"');
});

test("a HAR describes the operations that were asked", async () => {
  const api = await readApi(sharedData("har/petstore.har"), ports);
  expect(api.format).toMatch(/^HAR/);
  expect(api.operations.length).toBeGreaterThan(0);
});

test.each([
  ["crapi-openapi-spec.json", 44],
  ["akto-restapi-swagger.json", 2],
  ["twilio_api_v2010.json", 197],
])("%s, as others wrote it, is read whole: %i operations", async (file, operations) => {
  const api = await readApi(sharedData(`openapi/${file}`), ports);
  expect(api.operations).toHaveLength(operations);
  expect(api.problems).toEqual([]);
});

describe("a document at its bounds", () => {
  const named = (count: number, of: (n: number) => unknown): Record<string, unknown> => Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, of(n)]));
  const collection = (item: unknown) => ({ info: { name: "C", schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" }, item });

  test("20,000 operations are read, of a collection 20,000 requests, and what is beyond is told once", async () => {
    const paths = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`/p${n}`, { get: {} }]));
    const requests = (count: number) => collection(Array.from({ length: count }, (_, n) => ({ request: `http://a.example/p${n}` })));
    for (const [bound, document] of [
      [operationsMax, (count: number) => ({ openapi: "3.0.0", paths: paths(count) })],
      [requestsMax, requests],
    ] as const) {
      const api = await read(document(bound + 2));
      expect([api.operations.length, api.problems.length]).toEqual([bound, 1]);
      expect(api.problems[0]?.what).toContain(`beyond the ${bound}`);
    }
  });

  test("100 problems are told, each with 300 characters of its place", async () => {
    const api = await read({
      openapi: "3.0.0",
      paths: Object.fromEntries(Array.from({ length: problemsMax + 1 }, (_, n) => [`/${"x".repeat(400)}${n}`, { $ref: "./other.yaml" }])),
    });
    expect(api.problems).toHaveLength(problemsMax);
    expect(new Set(api.problems.map((one) => one.where.length))).toEqual(new Set([300]));
  });

  test("folders are followed 32 deep and addresses read to 8,192 characters, however variables swell", async () => {
    const within = (levels: number): unknown => (levels === 0 ? [{ request: "http://a.example/deep" }] : [{ item: within(levels - 1) }]);
    expect(short(await read(collection(within(foldersMax))))).toEqual(["GET /deep"]);
    expect((await read(collection(within(foldersMax + 1)))).problems).toMatchObject([{ what: `folders nest deeper than ${foldersMax}` }]);
    const swelling = {
      ...collection([{ request: `http://a.example/${"{{a}}".repeat(100)}` }]),
      variable: [
        { key: "a", value: "{{b}}".repeat(100) },
        { key: "b", value: "x".repeat(100) },
      ],
    };
    expect((await read(swelling)).operations[0]?.path.length).toBeLessThanOrEqual(urlCharactersMax);
  });

  test("1,000 aliases are followed, 500 listed values and 4,000 places of a body read", async () => {
    const aliased = (count: number): string => `openapi: 3.0.0\nx: &x [1]\ny: [${Array.from({ length: count }, () => "*x").join(",")}]\npaths: {}\n`;
    await expect(read(aliased(aliasesMax + 1))).rejects.toMatchObject({ code: "SPEC_INVALID" });
    await expect(read(aliased(aliasesMax - 1))).resolves.toMatchObject({ operations: [] });
    const schema = (value: unknown) => readSchema(value, "#", new RefResolver({}));
    expect(schema({ enum: Array.from({ length: choicesMax + 1 }, (_, n) => n) }).choices).toHaveLength(choicesMax);
    const body = schema({ type: "object", properties: named(placesMax, () => ({ type: "string" })) });
    // The body itself is a place.
    expect([...body.properties.values()].map(({ schema: one }) => one.types.size).lastIndexOf(1)).toBe(placesMax - 2);
  });

  test("1,000 differences of a body are told", () => {
    const schema = (properties: object) => readSchema({ type: "object", properties }, "#", new RefResolver({}));
    const [small, large] = [schema({ a: { type: "string" } }), schema(named(differencesMax + 5, () => ({ type: "string" })))];
    expect([schemaDrift(small, large, (name) => name).length, schemaChanges(small, large).length]).toEqual([differencesMax, differencesMax]);
  });

  test("200 documents are kept under names of 200 characters; a kept one is still replaced, one more is refused", async () => {
    const dir = mkdtempSync(join(tmpdir(), "postern-specs-"));
    try {
      const specs = new KnownSpecs(dir);
      const api = await read({ openapi: "3.0.0", paths: { "/a": { get: {} } } });
      const long = "n".repeat(nameCharactersMax);
      for (let n = 1; n < specsMax; n++) specs.add(api, `s${n}`);
      expect(specs.add(api, `${long}x`).name).toBe(long);
      expect(specs.add(api, long).name).toBe(long);
      expect(() => specs.add(api, "one more")).toThrow(expect.objectContaining({ code: "USAGE" }));
      expect(specs.list()).toHaveLength(specsMax);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
