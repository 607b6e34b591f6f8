import type { ReactNode } from "react";

/** One matter of a page, with what is to be said of it at its right. */
export function Card({ title, badge, children }: { readonly title: string; readonly badge?: ReactNode; readonly children: ReactNode }) {
  return (
    <section className="panel min-w-0 p-4">
      <h2 className="mb-2 flex flex-wrap items-center justify-between gap-2 text-[15px] font-semibold">
        {title} {badge !== undefined && <span className="text-[13px] font-normal">{badge}</span>}
      </h2>
      {children}
    </section>
  );
}
