import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedData } from "../sources/shared-data.fixture.ts";
import { makePorts } from "../keys/make-ports.ts";
import { diffDocuments } from "./diff-documents.ts";
import type { Difference } from "./difference.ts";
import { readApi, readApiText } from "./read-api.ts";

const ports = makePorts({ secret: Buffer.from("test key") }, 4);

/** One difference as one line of a golden file. */
const line = (one: Difference): string =>
  `${one.kind} ${one.what} ${one.method} ${one.path}${one.where === "" ? "" : ` [${one.where}]`}: ${one.documented} -> ${one.found}${one.breaking === true ? " (breaking)" : ""}`;

/**
 * Two versions of the same public interface. The golden files in `golden/` were compared with a count made from the raw documents by other code; those of chat
 * were read against the documents by hand, the others only skimmed.
 */
test.each([
  ["twilio_chat_v2", "twilio_chat_v3"],
  ["twilio_messaging_v1", "twilio_messaging_v2"],
  ["twilio_insights_v1", "twilio_insights_v2"],
  ["twilio_studio_v1", "twilio_studio_v2"],
  ["twilio_ip_messaging_v1", "twilio_ip_messaging_v2"],
])("%s to %s differs as reviewed", async (before, after) => {
  const [old, now] = [await readApi(sharedData(`openapi/${before}.json`), ports), await readApi(sharedData(`openapi/${after}.json`), ports)];
  const golden = readFileSync(new URL(`../../src/specs/golden/${before}-to-${after}.txt`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
  expect(diffDocuments(old, now).differences.map(line)).toEqual(golden);
});

test.each(["twilio_video_v1.json", "twilio_api_v2010.json", "crapi-openapi-spec.json", "openapi3.yml"])("%s differs in nothing from itself", async (file) => {
  const read = () => readApi(sharedData(`openapi/${file}`), ports);
  expect(diffDocuments(await read(), await read()).differences).toEqual([]);
});

describe("what breaks a caller", () => {
  const body = (schema: object) => ({ content: { "application/json": { schema } } });
  const operation = {
    parameters: [{ in: "query", name: "a", schema: { type: "string" } }],
    requestBody: body({ type: "object", properties: { x: { type: "string" } } }),
    responses: { "200": body({ type: "object", required: ["id"], properties: { id: { type: "integer" } } }) },
  };
  const changed = async (now: object): Promise<string[]> => {
    const read = (post: object) =>
      readApiText(JSON.stringify({ openapi: "3.1.0", components: { securitySchemes: { b: { type: "http", scheme: "bearer" } } }, paths: { "/a": { post } } }), "spec", ports);
    return diffDocuments(await read(operation), await read({ ...operation, ...now })).differences.map(
      (one) => `${one.breaking === true ? "breaking " : ""}${one.what}${one.where === "" ? "" : ` ${one.where}`}`,
    );
  };

  test.each<[string, object, string[]]>([
    ["a new required parameter", { parameters: [...operation.parameters, { in: "query", name: "b", required: true, schema: {} }] }, ["breaking parameter-added query b"]],
    ["a new optional parameter", { parameters: [...operation.parameters, { in: "query", name: "b", schema: {} }] }, ["parameter-added query b"]],
    ["a field of the answer that is gone", { responses: { "200": body({ type: "object" }) } }, ["breaking field-removed 200 id"]],
    [
      "a field of the answer that may be null now",
      { responses: { "200": body({ type: "object", required: ["id"], properties: { id: { type: ["integer", "null"] } } }) } },
      ["breaking type 200 id"],
    ],
    ["a field of the request that may be null now", { requestBody: body({ type: "object", properties: { x: { type: ["string", "null"] } } }) }, ["type request x"]],
    ["a field of the request with fewer values", { requestBody: body({ type: "object", properties: { x: { type: "string", enum: ["a"] } } }) }, ["breaking values request x"]],
    ["a credential that is required now", { security: [{ b: [] }] }, ["breaking auth"]],
    ["a deprecation", { deprecated: true }, ["operation"]],
  ])("%s", async (_, now, found) => {
    expect(await changed(now)).toEqual(found);
  });
});
