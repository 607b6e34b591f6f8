/** Writes JSON Schemas (the plain subset our own shapes use) as TypeScript types: how the console gets the API's types without importing the server. */
export function typescriptOf(schemas: Readonly<Record<string, unknown>>): string {
  const types = Object.entries(schemas).map(([name, schema]) => `export type ${name} = ${typeOf(schema, "")};\n`);
  return `// Made from the API's schemas by packages/server/src/api/console-types.test.ts, which fails when this file is behind.\n// To renew it: npx vitest run --project unit packages/server/src/api/console-types.test.ts -u\n\n${types.join("\n")}`;
}

function typeOf(schema: unknown, indent: string): string {
  if (!isRecord(schema)) return "unknown";
  if (typeof schema["$ref"] === "string") return schema["$ref"].split("/").at(-1) ?? "unknown";
  if (Array.isArray(schema["enum"])) return schema["enum"].map((value) => JSON.stringify(value)).join(" | ");
  if (Array.isArray(schema["anyOf"])) return schema["anyOf"].map((one: unknown) => typeOf(one, indent)).join(" | ");
  if (Array.isArray(schema["type"])) return schema["type"].map((type: unknown) => typeOf({ ...schema, type }, indent)).join(" | ");
  switch (schema["type"]) {
    case "array": {
      const item = typeOf(schema["items"], indent);
      return `readonly ${item.includes(" | ") ? `(${item})` : item}[]`;
    }
    case "object":
      return isRecord(schema["properties"])
        ? objectOf(schema["properties"], schema["required"], indent)
        : `Readonly<Record<string, ${typeOf(schema["additionalProperties"], indent)}>>`;
    case "integer":
    case "number":
      return "number";
    case "string":
    case "boolean":
    case "null":
      return schema["type"];
    default:
      return "unknown";
  }
}

function objectOf(properties: Readonly<Record<string, unknown>>, required: unknown, indent: string): string {
  const inner = `${indent}  `;
  const always = new Set(Array.isArray(required) ? required : []);
  const lines = Object.entries(properties).map(([name, schema]) => `${inner}readonly ${name}${always.has(name) ? "" : "?"}: ${typeOf(schema, inner)};`);
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
