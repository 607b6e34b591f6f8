import { PosternError } from "@postern/engine";
import { z } from "zod";

/** Turns a page of the store into one of the API: `next` is null on the last page, else an opaque text to hand back as the cursor. */
export function pageOf<T extends { readonly at: number; readonly id: string }>(rows: readonly T[], limit: number): { readonly items: readonly T[]; readonly next: string | null } {
  const last = rows.at(-1);
  return { items: rows, next: rows.length < limit || last === undefined ? null : cursorOf(last) };
}

/** Where a page ended. */
export function cursorOf(row: { readonly at: number; readonly id: string }): string {
  return Buffer.from(JSON.stringify([row.at, row.id])).toString("base64url");
}

/** Reads a cursor back; USAGE for anything `cursorOf` did not make. */
export function readCursor(cursor: string | undefined): { readonly at: number; readonly id: string } | undefined {
  if (cursor === undefined) return undefined;
  try {
    const [at, id] = z.tuple([z.int(), z.string().max(256)]).parse(JSON.parse(Buffer.from(cursor.slice(0, 1_024), "base64url").toString("utf8")));
    return { at, id };
  } catch (cause) {
    throw new PosternError("USAGE", "The cursor is not one this API gave out", { cause, remedy: "Leave the cursor out to start at the first page." });
  }
}
