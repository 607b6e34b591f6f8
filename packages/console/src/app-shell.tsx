import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";
import { ApiFailure, signOut } from "./data/client.ts";
import { startLive, useLiveState } from "./data/live.ts";
import { overviewQuery } from "./data/queries.ts";
import { SignedOutPage } from "./pages/signed-out.tsx";
import { ChangesIcon, DisclosuresIcon, EndpointsIcon, FindingsIcon, IncidentsIcon, Mark, MoreIcon, OverviewIcon, SpecsIcon } from "./parts/icons.tsx";
import { ThemeToggle } from "./parts/theme-toggle.tsx";

/** The frame of every page; without a session, the one page that says how to get one. */
export function AppShell() {
  const { data, error } = useQuery(overviewQuery);
  if (error instanceof ApiFailure && error.status === 401) return <SignedOutPage />;
  return (
    <div className="min-h-screen md:grid md:grid-cols-[200px_minmax(0,1fr)]">
      <a href="#content" className="button sr-only z-30 focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        Skip to content
      </a>
      <header className="flex items-center gap-2 border-b border-line bg-card px-4 py-3 md:sticky md:top-0 md:h-screen md:flex-col md:items-stretch md:border-r md:border-b-0 md:px-3 md:py-4">
        <Link to="/" className="flex items-center gap-2 md:px-2 md:pb-4" aria-label="Postern, overview">
          <Mark />
          <span className="text-base font-semibold tracking-tight">Postern</span>
        </Link>
        <nav aria-label="Main" className="fixed inset-x-0 bottom-0 z-10 grid grid-cols-5 border-t border-line bg-card md:static md:flex md:flex-col md:gap-0.5 md:border-0">
          <Place to="/" icon={<OverviewIcon />} name="Overview" />
          <Place to="/endpoints" icon={<EndpointsIcon />} name="Endpoints" />
          <Place to="/specs" icon={<SpecsIcon />} name="Specs" wideOnly />
          <Place to="/changes" icon={<ChangesIcon />} name="Changes" wideOnly />
          <Place to="/findings" icon={<FindingsIcon />} name="Findings" count={data?.openFindings} />
          <Place to="/incidents" icon={<IncidentsIcon />} name="Incidents" count={data?.openIncidents} alarming />
          <Place to="/disclosures" icon={<DisclosuresIcon />} name="Disclosures" wideOnly />
          <More />
        </nav>
        <div className="ml-auto flex items-center gap-1 md:mt-auto md:ml-0 md:flex-col md:items-stretch md:gap-0.5">
          {data !== undefined && <Live />}
          <ThemeToggle />
          <SignOut />
        </div>
      </header>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-[1240px] px-4 pt-5 pb-24 outline-none md:px-8 md:pt-7 md:pb-12">
        <Outlet />
      </main>
      {data !== undefined && <LiveFeed />}
    </div>
  );
}

interface PlaceProps {
  readonly to: "/" | "/specs" | "/changes" | "/endpoints" | "/findings" | "/incidents" | "/disclosures";
  readonly icon: ReactNode;
  readonly name: string;
  readonly count?: number | undefined;
  readonly alarming?: boolean;
  /** On a narrow screen it stands in {@link More}. */
  readonly wideOnly?: boolean;
}

function Place({ to, icon, name, count, alarming = false, wideOnly = false }: PlaceProps) {
  return (
    <Link
      to={to}
      activeOptions={{ exact: to === "/" }}
      className={`relative ${wideOnly ? "hidden md:flex" : "flex"} flex-col items-center gap-0.5 py-2 text-[11px] md:flex-row md:gap-2.5 md:rounded-md md:px-2 md:py-1.5 md:text-sm`}
      activeProps={{ className: "text-brand font-medium md:bg-brand-tint" }}
      inactiveProps={{ className: "text-soft hover:text-ink" }}
    >
      {icon}
      {name}
      {count !== undefined && count > 0 && (
        <span
          className={`absolute top-1 left-1/2 ml-1.5 min-w-4 rounded-full px-1 text-center text-[11px] leading-4 font-semibold md:static md:ml-auto ${alarming ? "bg-leak text-card" : "bg-line text-ink"}`}
        >
          {count}
          <span className="sr-only"> open</span>
        </span>
      )}
    </Link>
  );
}

const morePlaces = [
  ["/disclosures", "Disclosures", <DisclosuresIcon key="d" />],
  ["/specs", "Specs", <SpecsIcon key="s" />],
  ["/changes", "Changes", <ChangesIcon key="c" />],
] as const;

/** The places that five thumbs' widths do not hold. */
function More() {
  const { pathname } = useLocation();
  const [openAt, setOpenAt] = useState<string>();
  // Gone with the page it was opened on.
  const open = openAt === pathname;
  const within = morePlaces.some(([to]) => pathname.startsWith(to));
  return (
    <div
      className="md:hidden"
      onKeyDown={(event) => {
        if (event.key === "Escape") setOpenAt(undefined);
      }}
    >
      <button
        type="button"
        aria-expanded={open}
        aria-controls="more-places"
        className={`flex w-full flex-col items-center gap-0.5 py-2 text-[11px] ${within || open ? "font-medium text-brand" : "text-soft"}`}
        onClick={() => setOpenAt(open ? undefined : pathname)}
      >
        <MoreIcon />
        More
      </button>
      <div id="more-places" hidden={!open} className="absolute right-2 bottom-full mb-2 min-w-44 rounded-lg border border-line bg-card py-1 shadow-lg">
        {morePlaces.map(([to, name, icon]) => (
          <Link key={to} to={to} className="flex items-center gap-3 px-4 py-3" activeProps={{ className: "font-medium text-brand" }} inactiveProps={{ className: "text-ink" }}>
            {icon}
            {name}
          </Link>
        ))}
      </div>
    </div>
  );
}

function Live() {
  const state = useLiveState();
  const look = { connecting: ["bg-strong", "Connecting"], live: ["bg-brand", "Live"], lost: ["bg-warn pulse", "Reconnecting"] } as const;
  const [dot, text] = look[state];
  return (
    <span className="flex items-center gap-2 px-2 py-1 text-[13px] text-soft" role="status">
      <span className={`h-2 w-2 rounded-full ${dot}`} aria-hidden="true" />
      {text}
    </span>
  );
}

/** One stream a window, for as long as somebody is signed in. */
function LiveFeed() {
  const client = useQueryClient();
  useEffect(() => startLive(client), [client]);
  return null;
}

function SignOut() {
  const client = useQueryClient();
  return (
    <button
      type="button"
      className="rounded-md px-2 py-1 text-left text-[13px] whitespace-nowrap text-soft hover:text-ink"
      onClick={() => void signOut().then(() => client.resetQueries())}
    >
      Sign out
    </button>
  );
}
