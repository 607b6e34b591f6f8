import { useEffect, type ReactNode } from "react";

/** A page's title, in the window's title too, with room for its controls. */
export function PageHead({ title, note, children }: { readonly title: string; readonly note?: ReactNode; readonly children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Postern`;
  }, [title]);
  return (
    <div className="mb-4 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="text-xl leading-tight font-semibold [overflow-wrap:anywhere]">{title}</h1>
        {note !== undefined && <p className="mt-0.5 max-w-[75ch] text-soft">{note}</p>}
      </div>
      {children !== undefined && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </div>
  );
}

/** A heading over a panel. */
export function SectionHead({ children }: { readonly children: ReactNode }) {
  return <h2 className="mt-6 mb-2 text-[15px] font-semibold">{children}</h2>;
}
