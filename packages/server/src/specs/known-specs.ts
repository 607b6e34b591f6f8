import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type InventoryEndpoint, PosternError, type Ports } from "@postern/engine";
import { z } from "zod";
import { sourceKnows } from "../discover/known-routes.ts";
import type { Api } from "./api-model.ts";
import { comparePaths } from "./match-operations.ts";
import { plainPath } from "./observed-api.ts";

/**
 * The documents kept in a data directory, `<data>/specs`: of each the methods and paths, no more. Endpoints are compared with them to say who knows them.
 * Written whole and swapped in by rename. At most {@link specsMax}.
 */
export class KnownSpecs {
  readonly #dir: string;

  constructor(dataDir: string) {
    this.#dir = join(dataDir, "specs");
  }

  /** Keeps it under this name, in place of an earlier one. Throws DATA_DIR_UNUSABLE, USAGE when there are too many. */
  add(api: Api, name: string, kind: KnownKind = "spec"): KeptSpec {
    const shown = name.slice(0, nameCharactersMax);
    const file = this.#file(shown);
    if (this.#read().filter((one) => one.name !== shown).length >= specsMax)
      throw new PosternError("USAGE", `There are ${specsMax} documents here already.`, { remedy: "`postern spec remove <name>` forgets one." });
    const kept = {
      name: shown,
      kind,
      version: api.version,
      format: api.format,
      addedAt: new Date().toISOString(),
      basePath: api.servers[0]?.basePath ?? "",
      operations: api.operations.map(({ method, path, hosts, deprecated }) => ({ method, path, hosts: [...hosts], deprecated })),
    };
    try {
      mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch (cause) {
      throw new PosternError("DATA_DIR_UNUSABLE", `The document cannot be kept in ${this.#dir}.`, { cause });
    }
    return { ...kept, operations: kept.operations.length };
  }

  /** By name. */
  list(): readonly KeptSpec[] {
    return this.#read().map((one) => ({ name: one.name, kind: one.kind, version: one.version, format: one.format, addedAt: one.addedAt, operations: one.operations.length }));
  }

  /** False when there was none of this name. */
  remove(name: string): boolean {
    const there = this.#read().some((one) => one.name === name);
    if (there) rmSync(this.#file(name), { force: true });
    return there;
  }

  /** Says of an endpoint which kinds of documents describe it. Reads the documents once, now. */
  knows(ports: Ports): (endpoint: Pick<InventoryEndpoint, "method" | "host" | "template">) => readonly KnownKind[] {
    const index = new Map<string, { readonly path: string; readonly kind: KnownKind }[]>();
    for (const spec of this.#read())
      for (const { method, path } of spec.operations)
        for (const one of spec.basePath !== "" && path.startsWith(`${spec.basePath}/`) ? [path, path.slice(spec.basePath.length)] : [path]) {
          const key = `${method} ${lengthOf(one)}`;
          const list = index.get(key);
          if (list === undefined) index.set(key, [{ path: one, kind: spec.kind }]);
          else list.push({ path: one, kind: spec.kind });
        }
    return ({ method, template }) => {
      const path = plainPath(template);
      const length = lengthOf(path);
      const candidates = index.get(`${method} ${length}`) ?? (method === "HEAD" ? index.get(`GET ${length}`) : undefined) ?? [];
      return knownKinds.filter((kind) => candidates.some((one) => one.kind === kind && ["same", "covers"].includes(comparePaths(one.path, path, ports))));
    };
  }

  #file(name: string): string {
    return join(this.#dir, `${createHash("sha256").update(name).digest("hex").slice(0, 16)}.json`);
  }

  #read(): z.infer<typeof file>[] {
    let names: string[];
    try {
      names = readdirSync(this.#dir).filter((name) => name.endsWith(".json"));
    } catch {
      return [];
    }
    return names
      .flatMap((name) => {
        try {
          return [file.parse(JSON.parse(readFileSync(join(this.#dir, name), "utf8")))];
        } catch {
          // Damaged or of another version: as if it were not there; adding it again mends it.
          return [];
        }
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/**
 * Who knows an endpoint: `traffic`, each kind of document that describes it, and with source code that declares it `source`. Looks for those added since at most once
 * in {@link freshMs}; for
 * commands, which ask within moments, that is once.
 */
export function knownByOf(dataDir: string, ports: Ports): (endpoint: Pick<InventoryEndpoint, "method" | "host" | "template">) => readonly string[] {
  const specs = new KnownSpecs(dataDir);
  let readAt = Number.NEGATIVE_INFINITY;
  let knows: ReturnType<KnownSpecs["knows"]> = () => [];
  let declares: ReturnType<typeof sourceKnows> = () => false;
  return (endpoint) => {
    const now = performance.now();
    if (now - readAt > freshMs) {
      knows = specs.knows(ports);
      declares = sourceKnows(dataDir, ports);
      readAt = now;
    }
    const documents = knows(endpoint);
    return [...new Set(["traffic", ...documents, ...(declares(endpoint) ? ["source"] : [])])];
  };
}

/** A document that was just added shows in the console after this. */
const freshMs = 10_000;

/** One document kept. */
export interface KeptSpec {
  readonly name: string;
  readonly kind: KnownKind;
  readonly version: string;
  readonly format: string;
  readonly addedAt: string;
  readonly operations: number;
}

/** Who may know an endpoint beside traffic: a document somebody wrote, the routes a running framework prints, routes found in source. */
export const knownKinds = ["spec", "route table", "source"] as const;
export type KnownKind = (typeof knownKinds)[number];

/** An organisation has some dozens. */
export const specsMax = 200;
const nameCharactersMax = 200;

const file = z.object({
  name: z.string(),
  kind: z.enum(knownKinds),
  version: z.string(),
  format: z.string(),
  addedAt: z.string(),
  basePath: z.string(),
  operations: z.array(z.object({ method: z.string(), path: z.string(), hosts: z.array(z.string()), deprecated: z.boolean() })),
});

function lengthOf(path: string): number {
  return path.split("/").filter((part) => part !== "").length;
}
