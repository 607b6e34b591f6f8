import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { Endpoint } from "../api-types.ts";
import { endpointsQuery } from "../data/queries.ts";
import { Ago } from "../parts/ago.tsx";
import { AuthBadge, Badge, OracleBadge } from "../parts/badges.tsx";
import { Choice } from "../parts/choice.tsx";
import { DiscoveryTabs } from "../parts/discovery-tabs.tsx";
import { choices, chosen, type EndpointFilters, errorShare, readFilters, sorts } from "../parts/endpoint-filters.ts";
import { EndpointName } from "../parts/endpoint-name.tsx";
import { brief, milliseconds, percent, plural } from "../parts/format.ts";
import { operationText } from "../parts/operation-text.ts";
import { purposeWord } from "../parts/purpose-word.ts";
import { PageHead } from "../parts/page-head.tsx";
import { pageOf, Pager } from "../parts/pager.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { useCommand } from "../parts/use-command.ts";

/** The inventory: what there is, who may call it, what it gives away. What is shown stands in the page's address, so that it can be sent to somebody. */
export function EndpointsPage() {
  const query = useQuery(endpointsQuery);
  const command = useCommand();
  const filters: EndpointFilters = useSearch({ from: "/endpoints" });
  const navigate = useNavigate({ from: "/endpoints" });
  const change = (next: Partial<EndpointFilters>): void => void navigate({ search: readFilters({ ...filters, page: 1, ...next }), replace: true });
  return (
    <>
      <DiscoveryTabs />
      <PageHead title="Endpoints" note="Learned from traffic. First what has the worst open finding, then what answers anyone, then what gives away most.">
        <input
          className="field w-full md:w-64"
          type="search"
          placeholder="Path, host, data, owner, tag"
          aria-label="Filter endpoints"
          value={filters.q ?? ""}
          onChange={(event) => change({ q: event.target.value })}
        />
        <Choice label="Sort" all={null} value={filters.sort ?? "concern"} options={sorts} onChange={(sort) => change({ sort: sort === "concern" ? undefined : sort })} />
      </PageHead>
      <Loaded query={query}>
        {({ items, cut }) => {
          if (items.length === 0)
            return (
              <Empty title="No endpoints yet">
                Send traffic through the gate, or import a log: <code className="font-mono text-[13px]">{command("import access.log", "always")}</code>. An endpoint appears once it
                has answered.
              </Empty>
            );
          const shown = chosen(items, filters);
          return (
            <>
              <Filters items={items} filters={filters} onChange={change} />
              {shown.length === 0 ? (
                <Empty title="Nothing fits">{plural(items.length, "endpoint")} are known, none of them like this. Change the filter.</Empty>
              ) : (
                <>
                  <p className="mb-2 text-[13px] text-soft" role="status">
                    {shown.length === items.length ? plural(items.length, "endpoint") : `${shown.length} of ${plural(items.length, "endpoint")}`}
                  </p>
                  <Table endpoints={pageOf(shown, filters.page ?? 1)} />
                  <Pager page={filters.page ?? 1} total={shown.length} onPage={(page) => change({ page })} />
                </>
              )}
              {cut && <p className="mt-2 text-soft">Only the first 10,000 are loaded; the API has the rest.</p>}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

const filterNames = ["method", "host", "auth", "data", "life", "known", "tells"] as const;

function Filters({
  items,
  filters,
  onChange,
}: {
  readonly items: readonly Endpoint[];
  readonly filters: EndpointFilters;
  readonly onChange: (next: Partial<EndpointFilters>) => void;
}) {
  const [open, setOpen] = useState(false);
  const set = filterNames.filter((name) => filters[name] !== undefined).length;
  const hosts = optionsOf(items.map((it) => it.host));
  return (
    <div className="mb-3">
      <button type="button" className="button w-full justify-center md:hidden" aria-expanded={open} aria-controls="filters" onClick={() => setOpen(!open)}>
        {set === 0 ? "Filters" : `Filters, ${set} set`}
      </button>
      <div id="filters" className={`${open ? "mt-2 grid grid-cols-2" : "hidden"} gap-2 md:mt-0 md:flex md:*:min-w-0 md:*:flex-1`}>
        <Choice label="Method" all="Any method" value={filters.method} options={optionsOf(items.map((it) => it.method))} onChange={(method) => onChange({ method })} />
        {Object.keys(hosts).length > 1 && <Choice label="Host" all="Any host" value={filters.host} options={hosts} onChange={(host) => onChange({ host })} />}
        <Choice label="Credential" all="Any credential" value={filters.auth} options={choices.auth} onChange={(auth) => onChange({ auth })} />
        <Choice label="Data" all="Any data" value={filters.data} options={optionsOf(items.flatMap((it) => it.dataClasses))} onChange={(data) => onChange({ data })} />
        <Choice label="Life" all="Any life" value={filters.life} options={choices.life} onChange={(life) => onChange({ life })} />
        <Choice label="Known by" all="Known by any" value={filters.known} options={choices.known} onChange={(known) => onChange({ known })} />
        <Choice label="Gives away" all="Tell anything" value={filters.tells} options={choices.tells} onChange={(tells) => onChange({ tells })} />
        {set > 0 && (
          <button
            type="button"
            className="button justify-center md:grow-0 md:basis-auto"
            onClick={() => onChange(Object.fromEntries(filterNames.map((name) => [name, undefined])))}
          >
            Clear
          </button>
        )}
      </div>
    </div>
  );
}

function Table({ endpoints }: { readonly endpoints: readonly Endpoint[] }) {
  return (
    <div className="panel overflow-hidden">
      <table className="table">
        <thead>
          <tr>
            <th>Endpoint</th>
            <th className="hidden sm:table-cell">Credential</th>
            <th className="hidden lg:table-cell">Data</th>
            <th className="hidden lg:table-cell">Known by</th>
            <th className="num">Requests</th>
            <th className="num hidden lg:table-cell">5xx</th>
            <th className="num hidden lg:table-cell">p95</th>
            <th className="num hidden md:table-cell">Last seen</th>
          </tr>
        </thead>
        <tbody>
          {endpoints.map((it) => (
            <tr key={it.id}>
              <td>
                <Link to="/endpoints/$id" params={{ id: it.id }} className="hover:underline">
                  <EndpointName method={it.method} path={it.path} host={it.host} operation={operationText(it.operation)} />
                </Link>
                <Notes endpoint={it} />
              </td>
              <td className="hidden sm:table-cell">
                <AuthBadge verdict={it.auth.verdict} />
              </td>
              <td className="hidden max-w-[170px] text-[13px] text-soft lg:table-cell">
                {it.dataClasses.join(", ")}
                {subjectsOf(it) !== "" && <span className="block">asks about {subjectsOf(it)}</span>}
              </td>
              <td className="hidden max-w-[110px] text-[13px] text-soft lg:table-cell">{it.knownBy.join(", ")}</td>
              <td className="num">{brief(it.requests)}</td>
              <td className={`num hidden whitespace-nowrap lg:table-cell ${it.errors > 0 ? "" : "text-soft"}`}>{it.errors === 0 ? "0" : percent(errorShare(it))}</td>
              <td className="num hidden whitespace-nowrap text-soft lg:table-cell">{it.latencyMs.p95 === null ? "–" : milliseconds(it.latencyMs.p95)}</td>
              <td className="num hidden text-soft md:table-cell">
                <Ago at={it.lastSeen} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What it tells, what is not as usual in its life, and what people said of it; on narrow screens its credential, too. */
function Notes({ endpoint: { auth, oracle, timing, guard, purpose, lifecycle, publicOnPurpose, tags, owner } }: { readonly endpoint: Endpoint }) {
  return (
    <span className="mt-1 flex flex-wrap items-center gap-1 empty:hidden">
      <span className="sm:hidden">
        <AuthBadge verdict={auth.verdict} />
      </span>
      {oracle !== null && <OracleBadge oracle={oracle} />}
      {timing !== null && <Badge tone={timing.verdict === "proven" ? "leak" : "warn"}>{timing.verdict} · time tells</Badge>}
      {guard?.state === "budgeted" && <Badge tone="brand">budget</Badge>}
      {purpose.kind !== "unproven" && purpose.kind !== "other" && <span className="text-[12px] text-soft">{purposeWord(purpose.kind)}</span>}
      {lifecycle !== "active" && <Badge tone={lifecycle === "retired" ? "warn" : lifecycle === "new" ? "brand" : "plain"}>{lifecycle}</Badge>}
      {publicOnPurpose !== null && <Badge tone="brand">public on purpose</Badge>}
      {owner !== null && <span className="text-[12px] text-soft">{owner}</span>}
      {tags.map((tag) => (
        <span key={tag} className="text-[12px] text-soft">
          #{tag}
        </span>
      ))}
    </span>
  );
}

/** By what people are asked about: ids that are only this service's own say nothing here. */
function subjectsOf({ subjects }: Endpoint): string {
  return [...new Set(subjects.map(({ type }) => type).filter((type) => type === "phone" || type === "email" || type === "username"))].join(", ");
}

/** Every value there is once, by name. */
function optionsOf(values: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries([...new Set(values)].toSorted().map((value) => [value, value]));
}
