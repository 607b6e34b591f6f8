import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Finding } from "../api-types.ts";
import { findingsQuery } from "../data/queries.ts";
import { FindingCard } from "../parts/finding-card.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Empty, Loaded } from "../parts/states.tsx";

const shows = ["open", "fixed", "accepted", "all"] as const;
type Show = (typeof shows)[number];

/** Weaknesses proved from answers, most severe first. */
export function FindingsPage() {
  const query = useQuery(findingsQuery);
  const [show, setShow] = useState<Show>("open");
  return (
    <>
      <PageHead title="Findings" note="Weaknesses of endpoints, judged from how they answered.">
        <div role="group" aria-label="Status" className="flex overflow-hidden rounded-md border border-strong">
          {shows.map((it) => (
            <button
              key={it}
              type="button"
              aria-pressed={show === it}
              onClick={() => setShow(it)}
              className={`h-8 border-l border-line px-3 first:border-0 ${show === it ? "bg-brand-tint font-medium text-brand" : "bg-card"}`}
            >
              {it}
            </button>
          ))}
        </div>
      </PageHead>
      <Loaded query={query}>
        {({ items }) => {
          const shown = items.filter((it) => show === "all" || it.status === show);
          return shown.length === 0 ? (
            <Nothing show={show} known={items} />
          ) : (
            <div className="grid gap-3">
              {shown.map((it) => (
                <FindingCard key={it.id} finding={it} heading="h2" />
              ))}
            </div>
          );
        }}
      </Loaded>
    </>
  );
}

function Nothing({ show, known }: { readonly show: Show; readonly known: readonly Finding[] }) {
  if (known.length === 0)
    return <Empty title="No findings yet">Postern proves weaknesses from answers it has seen. A few dozen requests to an endpoint are usually enough to say something.</Empty>;
  return <Empty title={`No ${show} findings`}>Others are under the buttons above.</Empty>;
}
