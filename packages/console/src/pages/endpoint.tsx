import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Endpoint } from "../api-types.ts";
import { endpointQuery, findingsQuery } from "../data/queries.ts";
import { Ago } from "../parts/ago.tsx";
import { AuthBadge, Badge, OracleBadge } from "../parts/badges.tsx";
import { Facts } from "../parts/facts.tsx";
import { FindingCard } from "../parts/finding-card.tsx";
import { count, evidence, plural } from "../parts/format.ts";
import { operationText } from "../parts/operation-text.ts";
import { PageHead, SectionHead } from "../parts/page-head.tsx";
import { Loaded } from "../parts/states.tsx";

/** One endpoint with the evidence behind each verdict. */
export function EndpointPage() {
  const { id } = useParams({ from: "/endpoints/$id" });
  const query = useQuery(endpointQuery(id));
  const title = query.data === undefined ? "Endpoint" : `${query.data.method} ${query.data.path} ${operationText(query.data.operation)}`.trimEnd();
  return (
    <>
      <PageHead title={title} note={query.data?.host} />
      <Loaded query={query}>{(endpoint) => <Details endpoint={endpoint} />}</Loaded>
    </>
  );
}

function Details({ endpoint }: { readonly endpoint: Endpoint }) {
  const { auth, oracle, guard, latencyMs } = endpoint;
  const findings = useQuery(findingsQuery).data?.items.filter((it) => it.endpoint.id === endpoint.id) ?? [];
  return (
    <>
      <div className="grid gap-4 md:grid-cols-3">
        <Card title="Credential" badge={<AuthBadge verdict={auth.verdict} />}>
          <Facts facts={[...Object.entries(auth.evidence).map(([name, value]) => [name, evidence(value)] as const), ["kinds seen", auth.kinds.join(", ") || "none"]]} />
        </Card>
        <Card title="Existence oracle" badge={<OracleBadge oracle={oracle} />}>
          {oracle === null ? (
            <p className="text-soft">Nothing so far says that the answer depends on whether the subject exists.</p>
          ) : (
            <Facts
              facts={[
                ["bits a question", oracle.bits.toFixed(2)],
                ["evidence (e-value)", evidence(oracle.eValue)],
                ["labelled subjects", count(oracle.labels)],
              ]}
            />
          )}
        </Card>
        <Card
          title="Guard"
          badge={guard === null ? <span className="text-soft">none needed</span> : <Badge tone={guard.state === "budgeted" ? "brand" : "warn"}>{guard.state}</Badge>}
        >
          {guard === null ? (
            <p className="text-soft">No budget stands on this endpoint.</p>
          ) : (
            <Facts
              facts={[
                ["told something", count(guard.truthful)],
                ["uniform", count(guard.uniform)],
                ["ceiling for strangers", count(guard.ceiling)],
              ]}
            />
          )}
        </Card>
      </div>

      <div className="mt-4 grid gap-4 md:grid-cols-2">
        <Card title="Answers">
          <Statuses statuses={endpoint.statuses} />
        </Card>
        <Card title="Traffic">
          <Facts
            facts={[
              ["requests", count(endpoint.requests)],
              ["errors", count(endpoint.errors)],
              ["time p50", latencyMs.p50 === null ? "not carried" : `${evidence(latencyMs.p50)} ms`],
              ["time p95", latencyMs.p95 === null ? "not carried" : `${evidence(latencyMs.p95)} ms`],
              ["asks about", endpoint.subjects.map((it) => `${it.type} in ${it.in} ${it.name}`).join(", ") || "nobody"],
              ["data", endpoint.dataClasses.join(", ") || "none seen"],
              ["first seen", <Ago key="f" at={endpoint.firstSeen} />],
              ["last seen", <Ago key="l" at={endpoint.lastSeen} />],
            ]}
          />
        </Card>
      </div>

      <div className="mt-4 grid gap-4 md:grid-cols-2">
        <Card title="Who knows it">
          <Facts
            facts={[
              ["known by", endpoint.knownBy.join(", ")],
              ["life", endpoint.lifecycle],
              ["owner", endpoint.owner ?? "nobody named"],
              ["tags", endpoint.tags.join(", ") || "none"],
              [
                "public on purpose",
                endpoint.publicOnPurpose === null ? "no" : `${endpoint.publicOnPurpose.by}, until ${endpoint.publicOnPurpose.until}: ${endpoint.publicOnPurpose.reason}`,
              ],
            ]}
          />
        </Card>
        <Card title="Why this template">
          {endpoint.positions.length === 0 ? (
            <p className="text-soft">Every part of the path is constant.</p>
          ) : (
            <Facts facts={endpoint.positions.map((it) => [`{${it.name}}`, `${count(it.values)} values in ${count(it.samples)} requests: ${shapesOf(it.shapes)}`] as const)} />
          )}
        </Card>
      </div>

      {endpoint.dataFields.length > 0 && (
        <div className="mt-4">
          <Card title="Data in its answers">
            <Facts
              facts={endpoint.dataFields.map((it) => [
                it.field || "(the answer itself)",
                `${it.class}${it.scheme === null ? "" : ` (${it.scheme})`}, ${Math.round(it.share * 100)} % of ${count(it.samples)} values`,
              ])}
            />
          </Card>
        </div>
      )}

      {findings.length > 0 && <SectionHead>{plural(findings.length, "finding")}</SectionHead>}
      <div className="grid gap-3">
        {findings.map((it) => (
          <FindingCard key={it.id} finding={it} heading="h3" />
        ))}
      </div>
    </>
  );
}

/** `integer 96 %, word 4 %`, most frequent first. */
function shapesOf(shapes: Readonly<Record<string, number>>): string {
  const total = Object.values(shapes).reduce((sum, value) => sum + value, 0);
  return Object.entries(shapes)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([shape, value]) => `${shape} ${Math.round((100 * value) / Math.max(1, total))} %`)
    .join(", ");
}

function Card({ title, badge, children }: { readonly title: string; readonly badge?: ReactNode; readonly children: ReactNode }) {
  return (
    <section className="panel p-4">
      <h2 className="mb-2 flex items-center justify-between gap-2 text-[15px] font-semibold">
        {title} {badge !== undefined && <span className="text-[13px] font-normal">{badge}</span>}
      </h2>
      {children}
    </section>
  );
}

/** Shares of each status as bars; the numbers stand beside them. */
function Statuses({ statuses }: { readonly statuses: Endpoint["statuses"] }) {
  const rows = Object.entries(statuses).toSorted(([, a], [, b]) => b - a);
  const total = rows.reduce((sum, [, value]) => sum + value, 0);
  if (total === 0) return <p className="text-soft">No answers yet.</p>;
  return (
    <table className="w-full">
      <thead className="sr-only">
        <tr>
          <th>Status</th>
          <th>Share</th>
          <th>Answers</th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, 12).map(([status, value]) => (
          <tr key={status}>
            <td className="py-1 pr-3 font-mono text-[13px]">{status === "0" ? "none" : status}</td>
            <td className="w-full py-1">
              <span
                className={`block h-2 rounded-xs ${status.startsWith("2") ? "bg-brand" : status.startsWith("5") || status === "0" ? "bg-leak" : "bg-strong"}`}
                style={{ width: `${Math.max(0.5, (value / total) * 100)}%` }}
              />
            </td>
            <td className="py-1 pl-3 text-right">{count(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
