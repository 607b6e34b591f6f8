import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiFailure } from "../data/client.ts";

/** One of three things: waiting, failed with what to do (`missing` where there is no such thing), or the page. Old data stays on screen while a renewal fails, under a note. */
export function Loaded<T>({ query, missing, children }: { readonly query: UseQueryResult<T>; readonly missing?: ReactNode; readonly children: (data: T) => ReactNode }) {
  if (query.data !== undefined) {
    return (
      <>
        {query.error !== null && <Failure error={query.error} stale />}
        {children(query.data)}
      </>
    );
  }
  if (missing !== undefined && query.error instanceof ApiFailure && query.error.status === 404) return missing;
  return query.error === null ? <Waiting /> : <Failure error={query.error} />;
}

/** Nothing is here, which is good, or why, and what will fill it. */
export function Empty({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="panel px-6 py-12 text-center">
      <svg
        width="72"
        height="40"
        viewBox="0 0 72 40"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        aria-hidden="true"
        className="mx-auto mb-4 text-strong"
      >
        <path d="M2 38h20V22a14 14 0 0 1 28 0v16h20M28 38V23a8 8 0 0 1 16 0v15M2 28h14M2 18h18M56 28h14M52 18h18M10 18v10M62 18v10" />
      </svg>
      <p className="text-base font-medium">{title}</p>
      <p className="mx-auto mt-1 max-w-[52ch] text-soft">{children}</p>
    </div>
  );
}

function Waiting() {
  return (
    <div className="panel pulse p-4" role="status" aria-label="Loading">
      {[60, 82, 74, 48].map((width) => (
        <div key={width} className="my-3 h-3 rounded bg-line" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

function Failure({ error, stale = false }: { readonly error: Error; readonly stale?: boolean }) {
  return (
    <div className="mb-4 rounded-md border border-leak bg-leak-tint px-4 py-3" role="alert">
      <p className="font-medium text-leak">{stale ? `Not up to date: ${error.message}` : error.message}</p>
      {error instanceof ApiFailure && <p className="mt-0.5">{error.remedy}</p>}
    </div>
  );
}
