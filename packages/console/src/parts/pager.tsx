import { count } from "./format.ts";

/** Rows a page: as many as scroll by without losing the head. */
export const rowsPerPage = 50;

/** One page of rows and the way to the others; nothing when all fit on one. `page` counts from 1 and may be beyond the end. */
export function Pager({ page, total, onPage }: { readonly page: number; readonly total: number; readonly onPage: (page: number) => void }) {
  const pages = pagesOf(total);
  if (pages <= 1) return null;
  const at = Math.min(page, pages);
  return (
    <nav aria-label="Pages" className="mt-3 flex flex-wrap items-center justify-between gap-3">
      <span className="text-soft">{`${count((at - 1) * rowsPerPage + 1)} to ${count(Math.min(total, at * rowsPerPage))} of ${count(total)}`}</span>
      <span className="flex items-center gap-2">
        <button type="button" className="button" disabled={at <= 1} onClick={() => onPage(at - 1)}>
          Previous
        </button>
        <button type="button" className="button" disabled={at >= pages} onClick={() => onPage(at + 1)}>
          Next
        </button>
      </span>
    </nav>
  );
}

/** The rows of this page. */
export function pageOf<T>(rows: readonly T[], page: number): readonly T[] {
  const at = Math.min(page, pagesOf(rows.length));
  return rows.slice((at - 1) * rowsPerPage, at * rowsPerPage);
}

function pagesOf(total: number): number {
  return Math.max(1, Math.ceil(total / rowsPerPage));
}
