import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** What was done to the documents kept in a data directory, oldest first: a line each in `<data>/specs/changes.ndjson`, the latest {@link specChangesMax} at least. */
export class SpecChanges {
  readonly #dir: string;
  readonly #path: string;

  constructor(specsDir: string) {
    this.#dir = specsDir;
    this.#path = join(specsDir, "changes.ndjson");
  }

  /** Lines are short and appended in one write, so that a command and a running hub may both write. */
  append(change: SpecChange): void {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    appendFileSync(this.#path, `${JSON.stringify(change)}\n`, { mode: 0o600 });
    if ((statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0) <= changesBytesMax) return;
    const latest = this.list().slice(-specChangesMax);
    writeFileSync(`${this.#path}.new`, latest.map((one) => `${JSON.stringify(one)}\n`).join(""), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }

  list(): readonly SpecChange[] {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch {
      return [];
    }
    return text.split("\n").flatMap((line) => {
      try {
        return line === "" ? [] : [change.parse(JSON.parse(line))];
      } catch {
        // Cut off when the machine went down: the other lines hold.
        return [];
      }
    });
  }
}

const change = z.object({
  at: z.number(),
  kind: z.enum(["document-added", "document-replaced", "document-removed", "document-restored"]),
  id: z.string(),
  name: z.string(),
  by: z.string(),
});

export type SpecChange = Readonly<z.infer<typeof change>>;

/** As far back as anybody looks. */
export const specChangesMax = 1_000;
/** Names have 200 characters, so at most 600 bytes a line and more than {@link specChangesMax} of the longest. */
const changesBytesMax = 1024 * 1024;
