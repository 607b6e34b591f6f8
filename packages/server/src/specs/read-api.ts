import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { Inventory, PosternError, type Ports, viewOf } from "@postern/engine";
import { unreadableFile } from "../sources/unreadable-file.ts";
import { readHar } from "../sources/har/har.ts";
import type { Api } from "./api-model.ts";
import { observedApi } from "./observed-api.ts";
import { documentCharactersMax, parseSpecText } from "./read-document.ts";
import { isOpenApi, readOpenApi } from "./read-openapi.ts";
import { isPostman, readPostman } from "./read-postman.ts";
import { isObject, wordOf } from "./ref-resolver.ts";

/**
 * Reads a description of an interface from a file: OpenAPI 2.0 to 3.2 in JSON or YAML, a Postman collection 2.1, or a HAR, whose exchanges then describe it.
 * Nothing is fetched. Throws SPEC_INVALID with the place, SOURCE_UNREADABLE.
 */
export async function readApi(path: string, ports: Ports): Promise<Api> {
  const name = basename(path);
  return await readApiText(await textOf(path), name, ports);
}

/** As {@link readApi} for a text. */
export async function readApiText(text: string, name: string, ports: Ports): Promise<Api> {
  const root = parseSpecText(text, name);
  if (isOpenApi(root)) return readOpenApi(root);
  if (isPostman(root)) return readPostman(root);
  if (isObject(root) && isObject(root["log"]) && Array.isArray(root["log"]["entries"])) {
    const inventory = new Inventory(ports);
    for await (const batch of readHar(once(text), { name })) for (const exchange of batch.exchanges) inventory.observe(viewOf(exchange, ports));
    const { version } = root["log"];
    return { ...observedApi(inventory), title: name, format: `HAR ${wordOf(version).slice(0, 10)}` };
  }
  throw new PosternError("SPEC_INVALID", `${name} is no OpenAPI document, Postman collection or HAR.`, {
    remedy: "An OpenAPI document says `openapi:` or `swagger:` at its top, a collection has `info.schema` and `item`, a HAR `log.entries`.",
  });
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text, "utf8");
}

async function textOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > documentCharactersMax) throw new PosternError("SPEC_INVALID", `${basename(path)} is larger than ${documentCharactersMax / 1024 / 1024} MiB.`);
    return await readFile(path, "utf8");
  } catch (cause) {
    throw unreadableFile(path, cause);
  }
}
