import { join } from "node:path";
import { readText, type SourceTree } from "./source-tree.ts";

/** An OpenAPI document found in a tree. */
export interface OpenapiFile {
  readonly file: string;
  /** What its first lines say, such as `3.1.0`. */
  readonly version: string;
}

/** JSON and YAML files that begin like an OpenAPI or Swagger document. Told by the version key at the top level; the documents themselves are not read. */
export function findOpenapi(tree: SourceTree): readonly OpenapiFile[] {
  return tree.documents.flatMap((file) => {
    const text = readText(join(tree.root, file)) ?? "";
    const found = file.endsWith(".json") ? inJson(text) : /^["']?(?:openapi|swagger)["']?\s*:\s*["']?(\d+(?:\.\d+){1,2})/m.exec(text)?.[1];
    return found === undefined ? [] : [{ file, version: found }];
  });
}

function inJson(text: string): string | undefined {
  if (!/"(?:openapi|swagger)"\s*:\s*"\d/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const version = "openapi" in value ? value.openapi : "swagger" in value ? value.swagger : undefined;
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
