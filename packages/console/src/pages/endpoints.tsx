import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Endpoint } from "../api-types.ts";
import { endpointsQuery } from "../data/queries.ts";
import { Ago } from "../parts/ago.tsx";
import { AuthBadge, Badge, OracleBadge } from "../parts/badges.tsx";
import { EndpointName } from "../parts/endpoint-name.tsx";
import { brief, plural } from "../parts/format.ts";
import { operationText } from "../parts/operation-text.ts";
import { PageHead } from "../parts/page-head.tsx";
import { Empty, Loaded } from "../parts/states.tsx";

const views = {
  all: "All",
  open: "Answer without a credential",
  oracle: "Tell whether somebody exists",
  guarded: "Under a budget",
  new: "New",
  idle: "Idle",
  retired: "Retired",
  public: "Public on purpose",
  unowned: "Without an owner",
} as const;

/** The inventory: what there is, who may call it, what it gives away. */
export function EndpointsPage() {
  const query = useQuery(endpointsQuery);
  const [view, setView] = useState<keyof typeof views>("all");
  const [words, setWords] = useState("");
  return (
    <>
      <PageHead title="Endpoints" note="Learned from traffic. Those that give something away come first.">
        <input
          className="field w-full md:w-56"
          type="search"
          placeholder="Filter by path, data, owner, tag"
          aria-label="Filter endpoints"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <select className="field w-full md:w-auto" aria-label="Show" value={view} onChange={(event) => setView(isView(event.target.value) ? event.target.value : "all")}>
          {Object.entries(views).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </PageHead>
      <Loaded query={query}>
        {({ items, cut }) => {
          if (items.length === 0)
            return <Empty title="No endpoints yet">Send traffic through the gate, or import a log with postern import. An endpoint appears once it has answered.</Empty>;
          const shown = items.filter((it) => fits(it, view, words)).toSorted(byConcern);
          if (shown.length === 0) return <Empty title="Nothing fits">{plural(items.length, "endpoint")} are known, none of them like this. Change the filter.</Empty>;
          return (
            <>
              <Table endpoints={shown} />
              {cut && <p className="mt-2 text-soft">Only the first 10,000 are shown; the API has the rest.</p>}
            </>
          );
        }}
      </Loaded>
    </>
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
            <th className="hidden sm:table-cell">Existence oracle</th>
            <th className="hidden lg:table-cell">Asks about</th>
            <th className="num">Requests</th>
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
                <Life endpoint={it} />
                <span className="mt-1 flex flex-wrap gap-1 sm:hidden">
                  <AuthBadge verdict={it.auth.verdict} />
                  {it.oracle !== null && <OracleBadge oracle={it.oracle} />}
                </span>
              </td>
              <td className="hidden sm:table-cell">
                <AuthBadge verdict={it.auth.verdict} />
              </td>
              <td className="hidden sm:table-cell">
                <OracleBadge oracle={it.oracle} />
                {it.guard?.state === "budgeted" && (
                  <span className="ml-1">
                    <Badge tone="brand">budget</Badge>
                  </span>
                )}
              </td>
              <td className="hidden text-soft lg:table-cell">{it.subjects.map((subject) => subject.type).join(", ")}</td>
              <td className="num">{brief(it.requests)}</td>
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

/** What is not as usual in its life, and what people said of it. */
function Life({ endpoint: { lifecycle, publicOnPurpose, tags } }: { readonly endpoint: Endpoint }) {
  if (lifecycle === "active" && publicOnPurpose === null && tags.length === 0) return undefined;
  return (
    <span className="mt-1 flex flex-wrap gap-1">
      {lifecycle !== "active" && <Badge tone={lifecycle === "retired" ? "warn" : "brand"}>{lifecycle}</Badge>}
      {publicOnPurpose !== null && <Badge tone="brand">public on purpose</Badge>}
      {tags.map((tag) => (
        <span key={tag} className="text-[12px] text-soft">
          #{tag}
        </span>
      ))}
    </span>
  );
}

function fits(it: Endpoint, view: keyof typeof views, words: string): boolean {
  const text = `${it.method} ${it.host}${it.path} ${operationText(it.operation)} ${it.dataClasses.join(" ")} ${it.owner ?? ""} ${it.tags.join(" ")}`.toLowerCase();
  if (
    !words
      .toLowerCase()
      .split(" ")
      .every((word) => text.includes(word))
  )
    return false;
  switch (view) {
    case "all":
      return true;
    case "open":
      return it.auth.verdict === "not enforced";
    case "oracle":
      return it.oracle !== null;
    case "guarded":
      return it.guard?.state === "budgeted";
    case "new":
    case "idle":
    case "retired":
      return it.lifecycle === view;
    case "public":
      return it.publicOnPurpose !== null;
    case "unowned":
      return it.owner === null;
  }
}

function byConcern(a: Endpoint, b: Endpoint): number {
  return concern(b) - concern(a) || b.requests - a.requests;
}

function concern({ oracle, auth }: Endpoint): number {
  return (oracle === null ? 0 : oracle.verdict === "proven" ? 4 : 2) + (auth.verdict === "not enforced" ? 1 : 0);
}

function isView(value: string): value is keyof typeof views {
  return Object.hasOwn(views, value);
}
