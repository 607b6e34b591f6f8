import { z } from "zod";
import { configSchema } from "./config-schema.ts";

/** The JSON Schema (2020-12) of `postern.yaml`, for editors and for `postern config schema`. Stable for one version of Postern. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configSchema({}), { io: "input", unrepresentable: "any" }), title: "postern.yaml", description: "Configuration of Postern. Every key is optional." };
}
