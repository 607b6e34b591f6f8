import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Change, Endpoint } from "../api-types.ts";
import { changesQuery, endpointsQuery } from "../data/queries.ts";
import { AuthBadge, Badge } from "../parts/badges.tsx";
import { Choice } from "../parts/choice.tsx";
import { DiscoveryTabs } from "../parts/discovery-tabs.tsx";
import { EndpointName } from "../parts/endpoint-name.tsx";
import { clock } from "../parts/format.ts";
import { PageHead } from "../parts/page-head.tsx";
import { pageOf, Pager } from "../parts/pager.tsx";
import { Empty, Loaded } from "../parts/states.tsx";

const spans = { "86400": "Since yesterday", "604800": "Last 7 days", "2592000": "Last 30 days", all: "All time" } as const;
const kinds: Readonly<Record<Change["kind"], { readonly name: string; readonly tone: "plain" | "leak" | "warn" | "brand" }>> = {
  appeared: { name: "appeared", tone: "brand" },
  "fell-idle": { name: "fell idle", tone: "plain" },
  "answers-though-retired": { name: "answers though retired", tone: "leak" },
  described: { name: "described", tone: "plain" },
  "document-added": { name: "document added", tone: "brand" },
  "document-replaced": { name: "document replaced", tone: "plain" },
  "document-removed": { name: "document removed", tone: "warn" },
  "document-restored": { name: "document put back", tone: "brand" },
};

/** What is not as it was: counted back from the newest traffic, so that a log of last month reads as it did then. */
export function ChangesPage() {
  const endpoints = useQuery(endpointsQuery);
  const [span, setSpan] = useState<string>("86400");
  const [kind, setKind] = useState<string>();
  const [page, setPage] = useState(1);
  const newest = endpoints.data?.items.reduce((last, it) => (it.lastSeen > last ? it.lastSeen : last), "");
  const from = span === "all" || newest === undefined || newest === "" ? undefined : new Date(Date.parse(newest) - Number(span) * 1_000).toISOString();
  const query = useQuery({ ...changesQuery(from), enabled: newest !== undefined || endpoints.error !== null });
  return (
    <>
      <DiscoveryTabs />
      <PageHead
        title="Changes"
        note={
          newest === undefined || newest === ""
            ? "What appeared, fell idle, or was described anew, and documents that came or went."
            : `Counted back from the newest traffic, ${clock(newest)}.`
        }
      >
        <Choice
          label="Kind"
          all="Any change"
          value={kind}
          options={Object.fromEntries(Object.entries(kinds).map(([key, it]) => [key, it.name]))}
          onChange={(next) => {
            setKind(next);
            setPage(1);
          }}
        />
        <Choice
          label="Time"
          all={null}
          value={span}
          options={spans}
          onChange={(next) => {
            setSpan(next ?? "all");
            setPage(1);
          }}
        />
      </PageHead>
      <Loaded query={query}>
        {({ items, cut }) => {
          const shown = items.filter((it) => kind === undefined || it.kind === kind);
          if (shown.length === 0)
            return newest === "" ? (
              <Empty title="No changes yet">Once traffic is seen, everything new about endpoints stands here.</Empty>
            ) : (
              <Empty title="Nothing changed">{span === "all" ? "Choose another kind of change." : "In this time nothing of this kind happened. Look further back."}</Empty>
            );
          return (
            <>
              <Table changes={pageOf(shown, page)} endpoints={endpoints.data?.items ?? []} />
              <Pager page={page} total={shown.length} onPage={setPage} />
              {cut && <p className="mt-2 text-soft">Only the latest 10,000 are loaded; the API has the rest.</p>}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Table({ changes, endpoints }: { readonly changes: readonly Change[]; readonly endpoints: readonly Endpoint[] }) {
  const byId = new Map(endpoints.map((it) => [it.id, it]));
  return (
    <div className="panel overflow-hidden">
      <table className="table">
        <thead>
          <tr>
            <th className="hidden md:table-cell">When</th>
            <th className="hidden sm:table-cell">What</th>
            <th>Endpoint or document</th>
            <th className="hidden sm:table-cell">Credential</th>
            <th className="hidden lg:table-cell">Known by</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((it) => {
            const endpoint = it.endpoint === null ? undefined : byId.get(it.endpoint.id);
            return (
              <tr key={`${it.kind} ${it.endpoint?.id ?? it.document?.id} ${it.at}`}>
                <td className="hidden whitespace-nowrap text-soft md:table-cell">
                  <time dateTime={it.at}>{clock(it.at)}</time>
                </td>
                <td className="hidden sm:table-cell">
                  <What change={it} />
                </td>
                <td>
                  <span className="mb-1 flex flex-wrap items-center gap-2 text-[13px] sm:hidden">
                    <What change={it} />
                    <time dateTime={it.at} className="text-soft">
                      {clock(it.at)}
                    </time>
                  </span>
                  {it.endpoint !== null && (
                    <Link to="/endpoints/$id" params={{ id: it.endpoint.id }} className="hover:underline">
                      <EndpointName method={it.endpoint.method} path={it.endpoint.path} host={it.endpoint.host} />
                    </Link>
                  )}
                  {it.document !== null && (
                    <Link to="/specs" className="font-medium [overflow-wrap:anywhere] hover:underline">
                      {it.document.name}
                    </Link>
                  )}
                </td>
                <td className="hidden sm:table-cell">{endpoint !== undefined && <AuthBadge verdict={endpoint.auth.verdict} />}</td>
                <td className="hidden text-soft lg:table-cell">{endpoint?.knownBy.join(", ")}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function What({ change: { kind, by } }: { readonly change: Change }) {
  const { name, tone } = kinds[kind] ?? { name: kind, tone: "plain" };
  return (
    <>
      <Badge tone={tone}>{name}</Badge>
      {by !== null && <span className="ml-1 text-[13px] text-soft">by {by}</span>}
    </>
  );
}
