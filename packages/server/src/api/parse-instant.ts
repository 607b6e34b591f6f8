/** RFC 3339 with a zone, or a plain UTC day; milliseconds since the epoch. */
export function parseInstant(raw: string): Parsed<number> {
  const shape = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;
  const at = raw.length <= 40 && shape.test(raw) ? Date.parse(raw) : Number.NaN;
  return Number.isNaN(at) ? { ok: false, detail: "must be a time such as 2026-01-31T08:00:00Z" } : { ok: true, value: at };
}

/** What reading a piece of text gave: the value, or what is wrong with it in words for the sender. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly detail: string };
