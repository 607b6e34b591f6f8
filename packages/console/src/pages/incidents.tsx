import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Incident } from "../api-types.ts";
import { incidentsQuery } from "../data/queries.ts";
import { Ago } from "../parts/ago.tsx";
import { LevelBadge, StatusBadge } from "../parts/badges.tsx";
import { EndpointName } from "../parts/endpoint-name.tsx";
import { count, learned } from "../parts/format.ts";
import { seenAsAWhole } from "../parts/incident-sentence.ts";
import { PageHead } from "../parts/page-head.tsx";
import { Empty, Loaded } from "../parts/states.tsx";

/** Signals that belong together, latest first. */
export function IncidentsPage() {
  const query = useQuery(incidentsQuery);
  return (
    <>
      <PageHead title="Incidents" note="Each opens once and grows; you are told about it once." />
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No incidents">Nobody has been caught learning what they should not. What is not watched stands under blind spots on the overview.</Empty>
          ) : (
            <Table incidents={items} />
          )
        }
      </Loaded>
    </>
  );
}

function Table({ incidents }: { readonly incidents: readonly Incident[] }) {
  return (
    <div className="panel overflow-hidden">
      <table className="table">
        <thead>
          <tr>
            <th>Incident</th>
            <th className="hidden sm:table-cell">Status</th>
            <th className="num hidden md:table-cell">Sources</th>
            <th className="num">Confirmed</th>
            <th className="num hidden md:table-cell">Denied</th>
            <th className="num hidden md:table-cell">Uniform</th>
            <th className="num hidden sm:table-cell">Last</th>
          </tr>
        </thead>
        <tbody>
          {incidents.map((it) => (
            <tr key={it.id}>
              <td>
                <span className="flex flex-wrap items-center gap-2">
                  <LevelBadge level={it.level} />
                  <span className="sm:hidden">
                    <StatusBadge status={it.status} />
                  </span>
                  <Link to="/incidents/$id" params={{ id: it.id }} className="font-medium hover:underline">
                    {it.title}
                  </Link>
                </span>
                {it.endpoints.slice(0, 2).map((endpoint) => (
                  <span key={endpoint.id} className="mt-0.5 block text-soft">
                    <EndpointName method={endpoint.method} path={endpoint.path} />
                  </span>
                ))}
              </td>
              <td className="hidden sm:table-cell">
                <StatusBadge status={it.status} />
              </td>
              <td className="num hidden md:table-cell">{seenAsAWhole(it) ? "many" : count(it.sourceCount)}</td>
              <td className={`num font-medium ${it.disclosed.confirmed > 0 ? "text-leak" : ""}`}>{seenAsAWhole(it) ? unknown : learned(it.disclosed.confirmed, it.disclosed)}</td>
              <td className="num hidden md:table-cell">{seenAsAWhole(it) ? unknown : learned(it.disclosed.denied, it.disclosed)}</td>
              <td className="num hidden md:table-cell">{seenAsAWhole(it) ? unknown : learned(it.disclosed.uniform, it.disclosed)}</td>
              <td className="num hidden text-soft sm:table-cell">
                <Ago at={it.lastAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Not counted, which is not none. */
const unknown = <span title="Not counted for its sources alone; see the breach report">?</span>;
