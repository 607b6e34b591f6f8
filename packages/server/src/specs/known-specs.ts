import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type InventoryEndpoint, PosternError, type Ports } from "@postern/engine";
import { z } from "zod";
import { sourceKnows } from "../discover/known-routes.ts";
import type { Api } from "./api-model.ts";
import { packApi, type PackedApi, readPacked, unpackApi } from "./packed-api.ts";
import { knownKinds, type KnownKind } from "./known-kinds.ts";
import { comparePaths } from "./match-operations.ts";
import { plainPath } from "./observed-api.ts";
import { RemovedSpecs } from "./removed-specs.ts";
import { typedOf } from "./typed-parameters.ts";
import { type SpecChange, SpecChanges } from "./spec-changes.ts";

/**
 * The documents kept in a data directory, `<data>/specs`: of each the methods and paths, and beside them what it says of parameters, bodies and credentials, without
 * examples or values. Endpoints are compared with them to say who knows them, and traffic to say in what it differs.
 * Written whole and swapped in by rename. At most {@link specsMax}. What is removed or replaced can be put back; every change is noted with who made it.
 */
export class KnownSpecs {
  readonly #dir: string;
  readonly #removed: RemovedSpecs<z.infer<typeof file>>;
  readonly #changes: SpecChanges;

  constructor(dataDir: string) {
    this.#dir = join(dataDir, "specs");
    this.#removed = new RemovedSpecs(this.#dir, (id) => [join(this.#dir, `${id}.json`), this.#whole(id)], file);
    this.#changes = new SpecChanges(this.#dir);
  }

  /** Keeps it under this name, in place of an earlier one, which is removed when it says anything else. Throws DATA_DIR_UNUSABLE, USAGE when there are too many. */
  add(api: Api, name: string, kind: KnownKind = "spec", by = "command"): KeptSpec {
    const shown = name.slice(0, nameCharactersMax);
    const file = this.#file(shown);
    const known = this.#read();
    const before = known.find((one) => one.name === shown);
    if (known.filter((one) => one.name !== shown).length >= specsMax)
      throw new PosternError("USAGE", `There are ${specsMax} documents here already.`, { remedy: "`postern spec remove <name>` forgets one." });
    const kept = {
      name: shown,
      kind,
      version: api.version,
      format: api.format,
      addedAt: new Date().toISOString(),
      basePath: api.servers[0]?.basePath ?? "",
      operations: api.operations.map((one) => {
        const typed = typedOf(one);
        return { method: one.method, path: one.path, hosts: [...one.hosts], deprecated: one.deprecated, ...(typed.length === 0 ? {} : { typed: [...typed] }) };
      }),
    };
    try {
      mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
      const whole = this.#whole(idOf(shown));
      const text = JSON.stringify(packApi(api));
      const same = before?.kind === kind && textOf(whole) === text;
      if (before !== undefined && !same) this.#removed.take(idOf(shown), before);
      writeFileSync(`${whole}.new`, text, { mode: 0o600 });
      renameSync(`${whole}.new`, whole);
      writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 });
      renameSync(`${file}.new`, file);
      if (!same) this.#changes.append({ at: Date.now(), kind: before === undefined ? "document-added" : "document-replaced", id: idOf(shown), name: shown, by });
    } catch (cause) {
      throw new PosternError("DATA_DIR_UNUSABLE", `The document cannot be kept in ${this.#dir}.`, { cause });
    }
    return keptOf(kept);
  }

  /** By name. */
  list(): readonly KeptSpec[] {
    return this.#read().map(keptOf);
  }

  /** The paths each document lists. */
  paths(): readonly KeptPaths[] {
    return this.#read();
  }

  /** What this document says; undefined where it was kept before documents were kept whole, or its file is damaged: adding it again mends both. */
  read(id: string): Api | undefined {
    if (!/^[0-9a-f]{16}$/.test(id)) return undefined;
    try {
      return unpackApi(JSON.parse(readFileSync(this.#whole(id), "utf8")));
    } catch {
      return undefined;
    }
  }

  /** Names of parameters and fields in the documents kept, with repeats. Reads them all, now. */
  *names(): Iterable<string> {
    for (const { id } of this.list()) {
      const api = this.#packed(id);
      if (api === undefined) continue;
      for (const { properties } of api.schemas) for (const [name] of properties) yield name;
      for (const { parameters } of api.operations) for (const { name } of parameters) yield name;
    }
  }

  /** Puts it away, to be put back with {@link restore}. False when there was none of this name. Throws DATA_DIR_UNUSABLE. */
  remove(name: string, by = "command"): boolean {
    const kept = this.#read().find((one) => one.name === name);
    if (kept === undefined) return false;
    try {
      this.#removed.take(idOf(name), kept);
      this.#changes.append({ at: Date.now(), kind: "document-removed", id: idOf(name), name, by });
    } catch (cause) {
      throw new PosternError("DATA_DIR_UNUSABLE", `The document cannot be put away in ${this.#dir}.`, { cause });
    }
    return true;
  }

  /** Those that were removed or replaced and can be put back, latest first. */
  removed(): readonly RemovedSpec[] {
    return this.#removed.list().map(({ kept, removedAt }) => ({ ...keptOf(kept), removedAt }));
  }

  /** Puts one back; what was added under its name since changes places with it. Undefined when there is none of this name. Throws DATA_DIR_UNUSABLE, USAGE when there are too many. */
  restore(name: string, by = "command"): KeptSpec | undefined {
    const known = this.#read();
    const current = known.find((one) => one.name === name);
    if (current === undefined && known.length >= specsMax)
      throw new PosternError("USAGE", `There are ${specsMax} documents here already.`, { remedy: "`postern spec remove <name>` forgets one." });
    try {
      const kept = this.#removed.restore(idOf(name), current);
      if (kept !== undefined) this.#changes.append({ at: Date.now(), kind: "document-restored", id: idOf(name), name, by });
      return kept === undefined ? undefined : keptOf(kept);
    } catch (cause) {
      throw new PosternError("DATA_DIR_UNUSABLE", `The document cannot be put back into ${this.#dir}.`, { cause });
    }
  }

  /** What was done to the documents here, oldest first. */
  changes(): readonly SpecChange[] {
    return this.#changes.list();
  }

  /** Says of an endpoint which kinds of documents describe it. Reads the documents once, now. */
  knows(ports: Ports): (endpoint: Pick<InventoryEndpoint, "method" | "host" | "template">) => readonly KnownKind[] {
    const described = this.#described(ports);
    return (endpoint) => {
      const found = described(endpoint);
      return knownKinds.filter((kind) => found.some((one) => one.kind === kind));
    };
  }

  /** Says of an endpoint whether every document that describes it calls it deprecated; false where none does. Reads the documents once, now. */
  deprecates(ports: Ports): (endpoint: Pick<InventoryEndpoint, "method" | "host" | "template">) => boolean {
    const described = this.#described(ports);
    return (endpoint) => {
      const found = described(endpoint).filter((one) => one.kind === "spec");
      return found.length > 0 && found.every((one) => one.deprecated);
    };
  }

  #described(ports: Ports): (endpoint: Pick<InventoryEndpoint, "method" | "host" | "template">) => readonly DescribedOperation[] {
    const index = new Map<string, DescribedOperation[]>();
    for (const spec of this.#read())
      for (const { method, path, deprecated } of spec.operations)
        for (const one of spec.basePath !== "" && path.startsWith(`${spec.basePath}/`) ? [path, path.slice(spec.basePath.length)] : [path]) {
          const key = `${method} ${lengthOf(one)}`;
          const list = index.get(key);
          const operation = { path: one, kind: spec.kind, deprecated };
          if (list === undefined) index.set(key, [operation]);
          else list.push(operation);
        }
    return ({ method, template }) => {
      const path = plainPath(template);
      const length = lengthOf(path);
      const candidates = index.get(`${method} ${length}`) ?? (method === "HEAD" ? index.get(`GET ${length}`) : undefined) ?? [];
      return candidates.filter((one) => ["same", "covers"].includes(comparePaths(one.path, path, ports)));
    };
  }

  #packed(id: string): PackedApi | undefined {
    try {
      return readPacked(JSON.parse(readFileSync(this.#whole(id), "utf8")));
    } catch {
      return undefined;
    }
  }

  #file(name: string): string {
    return join(this.#dir, `${idOf(name)}.json`);
  }

  #whole(id: string): string {
    return join(this.#dir, `${id}.api`);
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

interface DescribedOperation {
  readonly path: string;
  readonly kind: KnownKind;
  readonly deprecated: boolean;
}

/**
 * Who knows an endpoint: `traffic`, each kind of document that describes it, and with source code that declares it `source`. Looks for those added since at most once
 * in {@link freshMs}, and
 * whenever `changes` counts on; for commands, which ask within moments, that is once.
 */
export function knownByOf(
  dataDir: string,
  ports: Ports,
  changes: () => number = () => 0,
): (endpoint: Pick<InventoryEndpoint, "method" | "host" | "template">) => readonly string[] {
  const specs = new KnownSpecs(dataDir);
  let readAt = Number.NEGATIVE_INFINITY;
  let changesRead = 0;
  let knows: ReturnType<KnownSpecs["knows"]> = () => [];
  let declares: ReturnType<typeof sourceKnows> = () => false;
  return (endpoint) => {
    const now = performance.now();
    if (now - readAt > freshMs || changesRead !== changes()) {
      changesRead = changes();
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
  /** Follows the name. */
  readonly id: string;
  readonly name: string;
  readonly kind: KnownKind;
  readonly version: string;
  readonly format: string;
  readonly addedAt: string;
  readonly operations: number;
}

/** What a kept document says of paths. */
export interface KeptPaths {
  readonly format: string;
  readonly basePath: string;
  readonly operations: readonly { readonly path: string; readonly hosts: readonly string[]; readonly typed?: readonly string[] | undefined }[];
}

/** One that can be put back. */
export interface RemovedSpec extends KeptSpec {
  readonly removedAt: string;
}

/** An organisation has some dozens. */
export const specsMax = 200;
/** As much as a heading holds. */
export const nameCharactersMax = 200;

const file = z.object({
  name: z.string(),
  kind: z.enum(knownKinds),
  version: z.string(),
  format: z.string(),
  addedAt: z.string(),
  basePath: z.string(),
  operations: z.array(z.object({ method: z.string(), path: z.string(), hosts: z.array(z.string()), deprecated: z.boolean(), typed: z.array(z.string()).optional() })),
});

function keptOf({ name, kind, version, format, addedAt, operations }: z.infer<typeof file>): KeptSpec {
  return { id: idOf(name), name, kind, version, format, addedAt, operations: operations.length };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function idOf(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 16);
}

function lengthOf(path: string): number {
  return path.split("/").filter((part) => part !== "").length;
}
