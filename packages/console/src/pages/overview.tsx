import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Overview } from "../api-types.ts";
import { seenAsAWhole, tellsOfSubjects } from "../parts/incident-sentence.ts";
import { incidentsQuery, overviewQuery } from "../data/queries.ts";
import { Ago } from "../parts/ago.tsx";
import { Badge, LevelBadge } from "../parts/badges.tsx";
import { count, learned, plural, rate } from "../parts/format.ts";
import { PageHead, SectionHead } from "../parts/page-head.tsx";
import { SeriesChart } from "../parts/series-chart.tsx";
import { Loaded } from "../parts/states.tsx";

/** Is something leaking now, is it stopped, and what is not seen. */
export function OverviewPage() {
  const query = useQuery(overviewQuery);
  const mode = query.data?.mode;
  return (
    <>
      <PageHead title="Overview" note={query.data === undefined ? undefined : whereText(query.data)}>
        {mode !== undefined && <Badge tone={mode === "enforce" ? "brand" : "warn"}>{mode === "enforce" ? "enforcing" : "observing only"}</Badge>}
        {query.data !== undefined && query.data.clockFactor !== 1 && <Badge tone="plain">clock × {query.data.clockFactor}</Badge>}
      </PageHead>
      <Loaded query={query}>{(overview) => <Picture overview={overview} />}</Loaded>
    </>
  );
}

function Picture({ overview }: { readonly overview: Overview }) {
  const { disclosed } = overview;
  return (
    <>
      {overview.openIncidents > 0 && <OpenIncidents />}
      <dl className="panel grid grid-cols-2 divide-line md:grid-cols-4 md:divide-x">
        <Figure name="Requests a second" value={rate(overview.requestsPerSecond)} note={`${count(overview.requests)} so far`} />
        <Figure name="Endpoints" value={count(overview.endpoints)} to="/endpoints" />
        <Figure name="Open findings" value={count(overview.openFindings)} to="/findings" />
        <Figure name="Open incidents" value={count(overview.openIncidents)} to="/incidents" tone={overview.openIncidents > 0 ? "text-leak" : ""} />
      </dl>

      <div className="mt-4 grid gap-4 lg:grid-cols-[minmax(0,1fr)_300px]">
        <section className="panel p-4" aria-labelledby="guarded">
          <h2 id="guarded" className="mb-2 text-[15px] font-semibold">
            Answers of guarded endpoints
          </h2>
          {overview.requests === 0 ? (
            <p className="py-16 text-center text-soft">No requests yet. Send traffic through the gate and it appears here.</p>
          ) : (
            <SeriesChart series={overview.series} />
          )}
        </section>
        <section className="panel flex flex-col p-4" aria-labelledby="learned">
          <h2 id="learned" className="text-[15px] font-semibold">
            What was learned
          </h2>
          <p className="text-[13px] text-soft">People or things asked about, at endpoints whose answer tells whether they exist.</p>
          <dl className="mt-3 flex-1 divide-y divide-line">
            <Learned tone="text-leak" value={disclosed.confirmed} text={learned(disclosed.confirmed, disclosed)} name="Confirmed" note="the caller now knows they exist" />
            <Learned tone="text-warn" value={disclosed.denied} text={learned(disclosed.denied, disclosed)} name="Denied" note="the caller now knows they do not" />
            <Learned tone="text-brand" value={disclosed.uniform} text={learned(disclosed.uniform, disclosed)} name="Uniform" note="answered alike, nothing learned" />
          </dl>
          <Link to="/disclosures" className="link mt-3 text-[13px]">
            By endpoint
          </Link>
        </section>
      </div>

      <SectionHead>Blind spots</SectionHead>
      <div className="panel">
        {overview.blindSpots.length === 0 ? (
          <p className="px-4 py-3 text-soft">None known. Postern sees all it is set up to see.</p>
        ) : (
          <ul className="divide-y divide-line">
            {overview.blindSpots.map((text) => (
              <li key={text} className="flex gap-3 px-4 py-2.5">
                <span className="mt-[7px] h-1.5 w-1.5 shrink-0 rounded-full bg-warn" aria-hidden="true" />
                {text}
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  );
}

/** At most three: the rest are one click away. */
function OpenIncidents() {
  const { data } = useQuery(incidentsQuery);
  const open = data?.items.filter((it) => it.status === "open") ?? [];
  if (open.length === 0) return null;
  return (
    <section aria-label="Open incidents" className="mb-4 overflow-hidden rounded-md border border-leak bg-card">
      {open.slice(0, 3).map((incident) => (
        <Link
          key={incident.id}
          to="/incidents/$id"
          params={{ id: incident.id }}
          className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-leak-tint px-4 py-3 last:border-0 hover:underline"
        >
          <LevelBadge level={incident.level} />
          <span className="font-medium">{incident.title}</span>
          <span className="text-[13px] text-soft md:ml-auto">
            {seenAsAWhole(incident) ? "many sources, " : `${plural(incident.sourceCount, "source")}, `}
            {tellsOfSubjects(incident) && !seenAsAWhole(incident) && `${learned(incident.disclosed.confirmed, incident.disclosed)} confirmed, `}last <Ago at={incident.lastAt} />
          </span>
        </Link>
      ))}
    </section>
  );
}

function Figure({
  name,
  value,
  note,
  to,
  tone = "",
}: {
  readonly name: string;
  readonly value: string;
  readonly note?: string;
  readonly to?: "/endpoints" | "/findings" | "/incidents";
  readonly tone?: string;
}): ReactNode {
  return (
    <div className="px-4 py-3">
      <dt className="text-[13px] text-soft">
        {to === undefined ? (
          name
        ) : (
          <Link to={to} className="hover:underline">
            {name}
          </Link>
        )}
      </dt>
      <dd className={`text-2xl leading-8 font-semibold tracking-tight ${tone}`}>
        {value}
        {note !== undefined && <span className="block text-[13px] leading-5 font-normal tracking-normal text-soft md:ml-2 md:inline">{note}</span>}
      </dd>
    </div>
  );
}

function Learned({ tone, value, text, name, note }: { readonly tone: string; readonly value: number; readonly text: string; readonly name: string; readonly note: string }) {
  return (
    <div className="flex items-baseline justify-between gap-3 py-2">
      <dt>
        {name}
        <span className="block text-xs text-soft">{note}</span>
      </dt>
      <dd className={`text-xl font-semibold ${value > 0 ? tone : "text-soft"}`}>{text}</dd>
    </div>
  );
}

function whereText({ upstream, requests }: Overview): string {
  if (upstream === null) return requests === 0 ? "Waiting for the first traffic." : "Judging recorded traffic; no gate stands in front of a service.";
  return `In front of ${upstream}`;
}
