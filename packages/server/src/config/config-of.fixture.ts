import type { Config } from "./config-schema.ts";
import { parseConfig } from "./parse-config.ts";

/** The configuration that this text is; throws what is wrong with it. */
export function configOf(yaml: string): Config {
  const parsed = parseConfig(yaml, { name: "postern.yaml", env: {} });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}
