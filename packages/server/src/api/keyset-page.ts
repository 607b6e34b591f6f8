import type { Page } from "./views.ts";

/**
 * One page of a list held in memory, in the order of `keyOf` (ascending, unique). The cursor is the last key shown, so items that
 * come or go between two calls neither repeat nor hide others; an item whose own key changed may be seen again.
 * Returns undefined when the cursor is not one of ours.
 */
export function keysetPage<T>(items: readonly T[], keyOf: (item: T) => string, query: { readonly limit?: number; readonly cursor?: string }): Page<T> | undefined {
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  if (query.cursor !== undefined && after === undefined) return undefined;
  const keyed = items.map((item) => ({ item, key: keyOf(item) })).filter(({ key }) => after === undefined || key > after);
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const page = keyed.slice(0, query.limit ?? 100);
  const last = page.at(-1);
  return { items: page.map(({ item }) => item), next: last !== undefined && keyed.length > page.length ? encodeCursor(last.key) : null };
}

/** A key that sorts the latest time first. */
export function latestFirst(iso: string): string {
  return String(9e15 - (Date.parse(iso) || 0)).padStart(16, "0");
}

function encodeCursor(key: string): string {
  return `k.${Buffer.from(key).toString("base64url")}`;
}

function decodeCursor(cursor: string): string | undefined {
  return cursor.startsWith("k.") ? Buffer.from(cursor.slice(2), "base64url").toString() : undefined;
}
