import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { DisclosureTotals } from "../api-types.ts";
import { totalsQuery } from "../data/queries.ts";
import { EndpointName } from "../parts/endpoint-name.tsx";
import { clock, count } from "../parts/format.ts";
import { useNow } from "../parts/now.ts";
import { PageHead, SectionHead } from "../parts/page-head.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { shellWord, useCommand } from "../parts/use-command.ts";

const spans = { all: "All time", "3600": "Last hour", "86400": "Last 24 hours", "604800": "Last 7 days", "2592000": "Last 30 days" } as const;
type Span = keyof typeof spans;

/** How many subjects each endpoint gave away. The exact set of people is a command away, on the machine that holds the key. */
export function DisclosuresPage() {
  const now = useNow();
  const [from, setFrom] = useState<{ readonly span: Span; readonly at?: string }>({ span: "all" });
  const query = useQuery(totalsQuery(from.at));
  const choose = (span: string): void => {
    if (!isSpan(span)) return;
    setFrom(span === "all" ? { span } : { span, at: new Date(now - Number(span) * 1_000).toISOString() });
  };
  return (
    <>
      <PageHead
        title="Disclosures"
        note="Distinct subjects each endpoint answered about: confirmed or denied to exist, answered uniformly, or answered without telling who exists. Whose data was returned is in the breach report."
      >
        <select className="field" aria-label="Time" value={from.span} onChange={(event) => choose(event.target.value)}>
          {Object.entries(spans).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </PageHead>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing was disclosed">In this time no endpoint whose answer depends on a subject was asked about one.</Empty>
          ) : (
            <Totals totals={items} />
          )
        }
      </Loaded>
    </>
  );
}

function Totals({ totals }: { readonly totals: readonly DisclosureTotals[] }) {
  const command = useCommand();
  const sorted = totals.toSorted((a, b) => b.confirmed - a.confirmed || b.denied - a.denied);
  const worst = sorted[0];
  return (
    <>
      <div className="panel overflow-x-auto" tabIndex={0} role="region" aria-label="Disclosures by endpoint">
        <table className="table max-sm:[&_.num]:px-1.5">
          <thead>
            <tr>
              <th>Endpoint</th>
              <th className="num">Confirmed</th>
              <th className="num">Denied</th>
              <th className="num">Uniform</th>
              <th className="num hidden md:table-cell">Unclear</th>
              <th className="hidden lg:table-cell">First and last</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((it) => (
              <tr key={it.endpoint}>
                <td className="min-w-[150px]">
                  <Link to="/endpoints/$id" params={{ id: it.endpoint }} className="hover:underline">
                    <EndpointName method={it.method} path={it.path} host={it.host} />
                  </Link>
                </td>
                <td className={`num font-medium ${it.confirmed > 0 ? "text-leak" : ""}`}>{count(it.confirmed)}</td>
                <td className={`num ${it.denied > 0 ? "text-warn" : ""}`}>{count(it.denied)}</td>
                <td className={`num ${it.uniform > 0 ? "text-brand" : ""}`}>{count(it.uniform)}</td>
                <td className="num hidden text-soft md:table-cell">{count(it.unknown)}</td>
                <td className="hidden whitespace-nowrap text-soft lg:table-cell">{it.from === null || it.to === null ? "" : `${clock(it.from)} – ${clock(it.to)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {worst !== undefined && (
        <>
          <SectionHead>Who exactly was exposed?</SectionHead>
          <div className="panel p-4">
            <p className="max-w-[75ch]">
              The console shows counts only. Run this where Postern runs; it says whose data was returned and which, who of your own users is in the set, and how complete the
              evidence is. Honest people are counted here, too: with <code className="font-mono text-[13px]">--source</code> and an address, it tells what that one was told.
            </p>
            <pre className="mt-3 rounded border border-line bg-sunk px-3 py-2 font-mono text-[13px] whitespace-pre-wrap [overflow-wrap:anywhere]" aria-label="Command">
              {command(breachReport(worst))}
            </pre>
          </div>
        </>
      )}
    </>
  );
}

/** A path that holds a hashed segment is no name that a person could have written: its id is. */
function breachReport({ endpoint, method, host, path, from }: DisclosureTotals): string {
  const name = path.includes("~") || method === "" ? endpoint : `${method} ${host}${path}`;
  return `report breach --endpoint ${shellWord(name)}${from === null ? "" : ` \\\n  --from ${from}`} \\\n  --match users.csv`;
}

function isSpan(value: string): value is Span {
  return Object.hasOwn(spans, value);
}
