import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { Incident } from "../api-types.ts";
import { incidentQuery, overviewQuery } from "../data/queries.ts";
import { Ago } from "../parts/ago.tsx";
import { LevelBadge, StatusBadge } from "../parts/badges.tsx";
import { EndpointName } from "../parts/endpoint-name.tsx";
import { clock, count, evidence, learned, plural, words } from "../parts/format.ts";
import { seenAsAWhole, tellsOfSubjects, whatHappened } from "../parts/incident-sentence.ts";
import { PageHead, SectionHead } from "../parts/page-head.tsx";
import { Loaded } from "../parts/states.tsx";
import { useTriage } from "../parts/use-triage.ts";

/** What happened, who did it, who was exposed so far, what to do now. */
export function IncidentPage() {
  const { id } = useParams({ from: "/incidents/$id" });
  const query = useQuery(incidentQuery(id));
  return (
    <>
      <PageHead title={query.data?.title ?? "Incident"}>{query.data !== undefined && <Actions incident={query.data} />}</PageHead>
      <Loaded query={query}>{(incident) => <Story incident={incident} />}</Loaded>
    </>
  );
}

function Actions({ incident }: { readonly incident: Incident }) {
  const triage = useTriage("incidents");
  const mark = (to: Incident["status"]): void => triage.mutate({ id: incident.id, title: incident.title, from: incident.status, to });
  return (
    <>
      <LevelBadge level={incident.level} />
      <StatusBadge status={incident.status} />
      {incident.status === "open" && (
        <button type="button" className="button primary" disabled={triage.isPending} onClick={() => mark("acknowledged")}>
          Acknowledge
        </button>
      )}
      {incident.status === "closed" ? (
        <button type="button" className="button" disabled={triage.isPending} onClick={() => mark("open")}>
          Open again
        </button>
      ) : (
        <button type="button" className="button" disabled={triage.isPending} onClick={() => mark("closed")}>
          Close
        </button>
      )}
    </>
  );
}

function Story({ incident }: { readonly incident: Incident }) {
  const { disclosed, sources, signals } = incident;
  return (
    <>
      <div className="panel p-4 md:p-5">
        <p className="max-w-[80ch] text-base leading-relaxed">{whatHappened(incident)}</p>
        <ul className="mt-2 grid gap-1">
          {incident.endpoints.map((it) => (
            <li key={it.id}>
              <Link to="/endpoints/$id" params={{ id: it.id }} className="hover:underline">
                <EndpointName method={it.method} path={it.path} host={it.host} />
              </Link>
            </li>
          ))}
        </ul>
        {tellsOfSubjects(incident) && !seenAsAWhole(incident) && (
          <dl className="mt-4 grid grid-cols-3 gap-px overflow-hidden rounded border border-line bg-line">
            <Exposed name="Confirmed" value={learned(disclosed.confirmed, disclosed)} tone="text-leak" />
            <Exposed name="Denied" value={learned(disclosed.denied, disclosed)} tone="text-warn" />
            <Exposed name="Uniform" value={learned(disclosed.uniform, disclosed)} tone="text-brand" />
          </dl>
        )}
      </div>

      {incident.clients !== null && <Clients clients={incident.clients} />}

      <SectionHead>What to do now</SectionHead>
      {incident.next.length === 0 ? (
        <p className="text-soft">Nothing is left to do.</p>
      ) : (
        <ol className="panel divide-y divide-line">
          {incident.next.map((step, index) => (
            <li key={step} className="flex gap-3 px-4 py-2.5">
              <span className="w-4 shrink-0 text-right font-semibold text-brand">{index + 1}</span>
              <Step text={step} />
            </li>
          ))}
        </ol>
      )}

      <div className="grid gap-x-6 lg:grid-cols-2">
        <section>
          <SectionHead>How it went</SectionHead>
          <ol className="panel px-4 py-3">
            {signals
              .toSorted((a, b) => a.at.localeCompare(b.at))
              .map((signal) => (
                <li key={signal.id} className="relative border-l border-line pb-4 pl-4 last:pb-0">
                  <span className="absolute top-1.5 -left-[4.500px] h-2 w-2 rounded-full bg-strong" aria-hidden="true" />
                  <span className="flex flex-wrap items-center gap-2">
                    <time dateTime={signal.at} className="text-soft">
                      {clock(signal.at)}
                    </time>
                    <LevelBadge level={signal.level} />
                    <span className="font-mono text-[13px]">{signal.detector}</span>
                  </span>
                  {signal.evidence["meaning"] !== undefined && <span className="block first-letter:uppercase">{signal.evidence["meaning"]}</span>}
                  <span className="block text-[13px] text-soft">
                    {Object.entries(signal.evidence)
                      .filter(([name]) => name !== "meaning")
                      .map(([name, value]) => `${words(name)} ${evidence(value)}`)
                      .join(" · ")}
                  </span>
                </li>
              ))}
          </ol>
          {incident.signalCount > signals.length && (
            <p className="mt-1 text-[13px] text-soft">
              The last {signals.length} of {count(incident.signalCount)}.
            </p>
          )}
        </section>
        {incident.sourceCount > 0 && (
          <section>
            <SectionHead>{plural(incident.sourceCount, "source")}</SectionHead>
            {incident.clients !== null && incident.clients.sources > incident.sourceCount && (
              <p className="mb-2 text-[13px] text-soft">
                Those that a signal names one by one. About {count(incident.clients.sources)} ask as this attack does, by the sample above.
              </p>
            )}
            <div className="panel overflow-hidden">
              <table className="table">
                <thead>
                  <tr>
                    <th>Address</th>
                    <th className="num">Asked</th>
                    <th className="num hidden sm:table-cell">First</th>
                    <th className="num">Last</th>
                  </tr>
                </thead>
                <tbody>
                  {sources
                    .toSorted((a, b) => b.asked - a.asked)
                    .slice(0, sourcesShown)
                    .map((it) => (
                      <tr key={it.address}>
                        <td className="font-mono text-[13px] [overflow-wrap:anywhere]">{it.address}</td>
                        <td className="num">{count(it.asked)}</td>
                        <td className="num hidden text-soft sm:table-cell">
                          <Ago at={it.firstAt} />
                        </td>
                        <td className="num text-soft">
                          <Ago at={it.lastAt} />
                        </td>
                      </tr>
                    ))}
                </tbody>
              </table>
            </div>
            {incident.sourceCount > Math.min(sources.length, sourcesShown) && (
              <p className="mt-1 text-[13px] text-soft">
                {Math.min(sources.length, sourcesShown)} of {count(incident.sourceCount)}. The exposure report lists all that were kept.
              </p>
            )}
          </section>
        )}
      </div>
    </>
  );
}

/** One step; a command in it stands below, to be copied. */
function Step({ text }: { readonly text: string }) {
  const { data } = useQuery(overviewQuery);
  const at = data === undefined ? -1 : text.indexOf(`: ${data.commands.program} `);
  if (at < 0) return <span className="min-w-0 [overflow-wrap:anywhere]">{text}</span>;
  return (
    <span className="min-w-0">
      {text.slice(0, at + 1)}
      <code className="mt-1 block rounded border border-line bg-sunk px-2 py-1 font-mono text-[13px] [overflow-wrap:anywhere]">{text.slice(at + 2)}</code>
    </span>
  );
}

/** Who it is, what blocking them would cost: estimates from a sample of sources. */
function Clients({ clients }: { readonly clients: NonNullable<Incident["clients"]> }) {
  const { verdict, sentence, rule, caught, people, peopleHit, sources, networks } = clients;
  return (
    <section>
      <SectionHead>Whose clients</SectionHead>
      <div className="panel p-4">
        <p className="max-w-[80ch] [overflow-wrap:anywhere]">{unbroken(sentence)}</p>
        {rule !== null && (
          <>
            <p className="mt-2 max-w-[80ch] font-semibold [overflow-wrap:anywhere]">{unbroken(rule)}</p>
            <dl className="mt-4 grid grid-cols-3 gap-px overflow-hidden rounded border border-line bg-line">
              <Exposed name="Sources named" value={`≈${count(sources)}`} tone="text-leak" />
              <Exposed name="Attack caught" value={`≈${Math.round(caught * 100)} %`} tone={verdict === "named" ? "text-brand" : "text-warn"} />
              <Exposed name="Honest hit" value={people === 0 ? "unknown" : `${count(peopleHit)} of ${count(people)}`} tone={peopleHit === 0 ? "text-brand" : "text-warn"} />
            </dl>
          </>
        )}
        {networks.length > 0 && (
          <table className="mt-4 w-full max-w-[60ch] text-left">
            <caption className="sr-only">Networks of the attack's sources</caption>
            <thead>
              <tr className="text-[13px] text-soft">
                <th className="py-1 pr-4 font-normal">Network</th>
                <th className="py-1 text-right font-normal">Sources</th>
              </tr>
            </thead>
            <tbody>
              {networks.map(({ asn, name, sources: there }) => (
                <tr key={asn} className="border-t border-line">
                  <td className="py-1 pr-4 [overflow-wrap:anywhere]">
                    {asn} {name}
                  </td>
                  <td className="py-1 text-right tabular-nums">≈{count(there)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

/** A figure and its sign stay on one line. */
function unbroken(text: string): string {
  return text.replaceAll(" %", "\u00a0%");
}

/** Rows a person reads; the API has up to a thousand. */
const sourcesShown = 25;

function Exposed({ name, value, tone }: { readonly name: string; readonly value: string; readonly tone: string }) {
  return (
    <div className="bg-card px-2 py-2 sm:px-3">
      <dt className="text-[13px] text-soft">{name}</dt>
      <dd className={`text-base font-semibold whitespace-nowrap sm:text-xl ${value === "0" ? "text-soft" : tone}`}>{value}</dd>
    </div>
  );
}
