import { Link } from "@tanstack/react-router";

const places = [
  ["/endpoints", "Endpoints"],
  ["/specs", "Specs"],
  ["/changes", "Changes"],
] as const;

/** The three views of what there is, on screens too narrow for all of them in the main navigation. */
export function DiscoveryTabs() {
  return (
    <nav aria-label="Discovery" className="mb-4 flex gap-1 border-b border-line md:hidden">
      {places.map(([to, name]) => (
        <Link
          key={to}
          to={to}
          className="-mb-px border-b-2 px-3 py-2"
          activeProps={{ className: "border-brand font-medium text-brand" }}
          inactiveProps={{ className: "border-transparent text-soft" }}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
