import { expect, test } from "vitest";
import { makePorts } from "../keys/make-ports.ts";
import { packApi, unpackApi } from "./packed-api.ts";
import { readApiText } from "./read-api.ts";

const person = {
  type: "object",
  required: ["id"],
  properties: { id: { type: "integer" }, email: { type: "string", format: "email" }, friends: { type: "array", items: { type: "string" } } },
};
const answer = { description: "", content: { "application/json": { schema: { $ref: "#/components/schemas/Person" } } } };
const document = {
  openapi: "3.0.3",
  info: { title: "People", version: "1" },
  servers: [{ url: "https://people.example/v1" }],
  security: [{ key: [] }],
  paths: {
    "/people/{id}": {
      get: {
        deprecated: true,
        parameters: [
          { in: "path", name: "id", required: true, schema: { type: "integer" } },
          { in: "query", name: "sort", schema: { type: "string", enum: ["a", "b"] } },
        ],
        responses: { 200: answer, default: { description: "" } },
      },
      put: { requestBody: { required: true, content: answer.content }, responses: { 200: answer } },
    },
    "/map": { get: { responses: { 200: { description: "", content: { "application/json": { schema: { type: "object", additionalProperties: { type: "number" } } } } } } } },
  },
  components: { schemas: { Person: person }, securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } } },
};

test("what was kept is what was read, and equal schemas stand there once", async () => {
  const api = await readApiText(JSON.stringify(document), "people.json", makePorts({ secret: Buffer.alloc(32, 1) }, 1));
  const packed = packApi(api);
  expect(unpackApi(JSON.parse(JSON.stringify(packed)))).toEqual(api);
  expect(packed.schemas.filter((one) => one.properties.some(([name]) => name === "email"))).toHaveLength(1);
});

test("a damaged file is none, and a schema that names a later one has no circle", () => {
  for (const bad of [null, {}, [], { schemas: [] }]) expect(unpackApi(bad)).toBeUndefined();
  const circle = {
    title: "",
    version: "",
    format: "",
    servers: [],
    problems: [],
    operations: [],
    schemas: [{ types: ["array"], properties: [], items: 0 }],
  };
  expect(unpackApi(circle)).toBeDefined();
});
