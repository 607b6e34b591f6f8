import type { Api } from "./api-model.ts";

/** Names of an operation's path parameters that no word is a value of. */
export function typedOf({ parameters }: Api["operations"][number]): readonly string[] {
  return parameters.flatMap(({ in: place, name, schema: { types, format } }) => {
    const number = types.size > 0 && [...types].every((type) => type === "integer" || type === "number" || type === "null" || type === "boolean");
    return place === "path" && (number || format === "uuid" || format === "date" || format === "date-time") ? [name] : [];
  });
}
