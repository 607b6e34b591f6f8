import { expect, test } from "vitest";
import { jsonSchemas } from "./schemas.ts";
import { problemSchema } from "./openapi.ts";
import { typescriptOf } from "./testing/typescript-of.ts";

test("the console's types are the API's own schemas", async () => {
  await expect(typescriptOf({ ...jsonSchemas(), Problem: problemSchema })).toMatchFileSnapshot("../../../console/src/api-types.ts");
});
