import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/**
 * Documents that were removed or replaced, beside the kept ones in `<data>/specs/removed`, so that they can be put back: of each name the latest, the {@link removedMax} latest in all.
 * `Kept` is what the shelf writes of a document; both files of one go and come together.
 */
export class RemovedSpecs<Kept extends { readonly name: string }> {
  readonly #dir: string;
  readonly #files: FilesOf;
  readonly #shape: z.ZodType<Kept>;

  constructor(specsDir: string, files: FilesOf, shape: z.ZodType<Kept>) {
    this.#dir = join(specsDir, "removed");
    this.#files = files;
    this.#shape = shape;
  }

  /** Latest first. */
  list(): readonly { readonly id: string; readonly kept: Kept; readonly removedAt: string }[] {
    let names: string[];
    try {
      names = readdirSync(this.#dir).filter((name) => name.endsWith(".json"));
    } catch {
      return [];
    }
    const entry = z.object({ removedAt: z.iso.datetime(), kept: this.#shape });
    return names
      .flatMap((name) => {
        try {
          return [{ id: name.slice(0, -".json".length), ...entry.parse(JSON.parse(readFileSync(join(this.#dir, name), "utf8"))) }];
        } catch {
          return [];
        }
      })
      .sort((a, b) => (a.removedAt > b.removedAt ? -1 : a.removedAt < b.removedAt ? 1 : a.id < b.id ? -1 : 1));
  }

  /** Takes a kept document out of the shelf, in place of an older removed one of its name. */
  take(id: string, kept: Kept): void {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    const [file, whole] = this.#files(id);
    if (there(whole)) renameSync(whole, this.#path(id, "api"));
    else rmSync(this.#path(id, "api"), { force: true });
    const path = this.#path(id, "json");
    writeFileSync(`${path}.new`, JSON.stringify({ removedAt: new Date().toISOString(), kept }), { mode: 0o600 });
    renameSync(`${path}.new`, path);
    rmSync(file, { force: true });
    for (const { id: old } of this.list().slice(removedMax)) this.#forget(old);
  }

  /** Puts it back where it was; `current` is what stands there now, which changes places with it. Undefined when there is none. */
  restore(id: string, current: Kept | undefined): Kept | undefined {
    const found = this.list().find((one) => one.id === id);
    if (found === undefined) return undefined;
    const [file, whole] = this.#files(id);
    const held = `${this.#path(id, "api")}.held`;
    const hadWhole = there(this.#path(id, "api"));
    if (hadWhole) renameSync(this.#path(id, "api"), held);
    if (current === undefined) this.#forget(id);
    else this.take(id, current);
    if (hadWhole) renameSync(held, whole);
    writeFileSync(`${file}.new`, JSON.stringify(found.kept), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return found.kept;
  }

  #forget(id: string): void {
    rmSync(this.#path(id, "json"), { force: true });
    rmSync(this.#path(id, "api"), { force: true });
  }

  #path(id: string, ending: "json" | "api"): string {
    return join(this.#dir, `${id}.${ending}`);
  }
}

/** Where the shelf keeps a document: what it lists of it, and what the document says. */
type FilesOf = (id: string) => readonly [file: string, whole: string];

/** A slip is noticed before so many more happen. */
export const removedMax = 20;

function there(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
