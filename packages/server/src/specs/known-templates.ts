import { statSync } from "node:fs";
import { join } from "node:path";
import { knownTemplatesMax, type TemplateRule } from "@postern/engine";
import { keptRoutes } from "../discover/known-routes.ts";
import type { Api } from "./api-model.ts";
import { type KeptPaths, KnownSpecs } from "./known-specs.ts";
import { typedOf } from "./typed-parameters.ts";

/**
 * What documents kept in a data directory and the routes of source that was read there say of path templates: where a document has a parameter, words that traffic has
 * there are its values. Read whole when asked for; {@link changed} costs two looks at folders.
 *
 * Not used are collections and recordings, whose paths hold values; templates that begin with a parameter, which would fit any service behind the same gate; and
 * parameters that are numbers, UUIDs or dates, since no word is one. Beyond 5,000 templates further ones are left out.
 */
export class KnownTemplates {
  readonly #dataDir: string;
  #seen = "";

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  read(): readonly TemplateRule[] {
    this.#seen = this.#stamp();
    const found = new Map<string, TemplateRule>();
    for (const spec of new KnownSpecs(this.#dataDir).paths()) for (const rule of templatesOf(spec)) put(found, rule);
    for (const path of keptRoutes(this.#dataDir)) if (isUsable(path)) put(found, { kind: "pin", template: path, known: "source" });
    return [...found.values()];
  }

  /** True when a document or a tree came or went since the last {@link read}. */
  get changed(): boolean {
    return this.#stamp() !== this.#seen;
  }

  #stamp(): string {
    return ["specs", "source"]
      .map((name) => {
        const stat = statSync(join(this.#dataDir, name), { throwIfNoEntry: false, bigint: true });
        return stat === undefined ? "" : String(stat.mtimeNs);
      })
      .join(" ");
  }
}

/** What one document says of path templates, with its base path and without, since a gateway may take it off. */
export function templatesOf({ format, basePath, operations }: KeptPaths): readonly TemplateRule[] {
  if (!/^(?:OpenAPI|Swagger)\b/.test(format)) return [];
  return operations.flatMap(({ path, hosts, typed }) => {
    const paths = basePath !== "" && path.startsWith(`${basePath}/`) ? [path, path.slice(basePath.length)] : [path];
    return paths.filter(isUsable).flatMap((template) =>
      (hosts.length === 0 ? [undefined] : hosts).map((host): TemplateRule => ({
        kind: "pin",
        template,
        known: "document",
        ...(host === undefined ? {} : { host }),
        ...(typed === undefined ? {} : { typed }),
      })),
    );
  });
}

/** The same of a document that is not kept. */
export function templatesOfApi(api: Api): readonly TemplateRule[] {
  return templatesOf({
    format: api.format,
    basePath: api.servers[0]?.basePath ?? "",
    operations: api.operations.map((one) => ({ path: one.path, hosts: one.hosts, typed: typedOf(one) })),
  });
}

function put(found: Map<string, TemplateRule>, rule: TemplateRule): void {
  if (found.size < knownTemplatesMax) found.set(`${rule.host ?? ""} ${rule.template}`, rule);
}

/** With a first segment of its own. */
function isUsable(path: string): boolean {
  return /^\/[^/{}]+/.test(path);
}
