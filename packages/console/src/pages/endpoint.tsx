import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { Endpoint } from "../api-types.ts";
import { endpointQuery, findingsQuery, pathQuery } from "../data/queries.ts";
import { Ago } from "../parts/ago.tsx";
import { Badge, OracleBadge } from "../parts/badges.tsx";
import { Card } from "../parts/card.tsx";
import { EndpointAbout } from "../parts/endpoint-about.tsx";
import { Facts } from "../parts/facts.tsx";
import { FindingCard } from "../parts/finding-card.tsx";
import { count, evidence, milliseconds, percent, plural } from "../parts/format.ts";
import { operationText } from "../parts/operation-text.ts";
import { purposeWord } from "../parts/purpose-word.ts";
import { PageHead, SectionHead } from "../parts/page-head.tsx";
import { PostureMatrix } from "../parts/posture-matrix.tsx";
import { ShapeTables } from "../parts/shape-tables.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { TemplateWhy } from "../parts/template-why.tsx";
import { useCommand } from "../parts/use-command.ts";

/** One endpoint with the evidence behind each verdict. */
export function EndpointPage() {
  const { id } = useParams({ from: "/endpoints/$id" });
  const query = useQuery(endpointQuery(id));
  const title = query.data === undefined ? "Endpoint" : `${query.data.method} ${query.data.path} ${operationText(query.data.operation)}`.trimEnd();
  return (
    <>
      <p className="mb-1 text-[13px]">
        <Link to="/endpoints" className="link">
          Endpoints
        </Link>
      </p>
      <PageHead title={title} note={query.data?.host}>
        {query.data !== undefined && <Siblings endpoint={query.data} />}
      </PageHead>
      <Loaded
        query={query}
        missing={<Empty title="There is no such endpoint">Its address may be mistyped, or Postern was started with other data. Choose one from the list.</Empty>}
      >
        {(endpoint) => <Details key={endpoint.id} endpoint={endpoint} />}
      </Loaded>
    </>
  );
}

/** The other methods and operations of the same path. */
function Siblings({ endpoint }: { readonly endpoint: Endpoint }) {
  const { data } = useQuery(pathQuery(endpoint.host, endpoint.path));
  const others = data?.items.filter((it) => it.id !== endpoint.id) ?? [];
  if (others.length === 0) return null;
  return (
    <nav aria-label="At the same path" className="flex flex-wrap items-center gap-2 text-[13px]">
      <span className="text-soft">Also</span>
      {others.slice(0, siblingsShown).map((it) => (
        <Link key={it.id} to="/endpoints/$id" params={{ id: it.id }} className="link font-mono">
          {it.operation === null ? it.method : operationText(it.operation) || it.method}
        </Link>
      ))}
      {others.length > siblingsShown && <span className="text-soft">and {count(others.length - siblingsShown)} more</span>}
    </nav>
  );
}

/** A GraphQL door has hundreds. */
const siblingsShown = 12;

function Details({ endpoint }: { readonly endpoint: Endpoint }) {
  const findings = useQuery(findingsQuery).data?.items.filter((it) => it.endpoint.id === endpoint.id) ?? [];
  return (
    <>
      {findings.length > 0 && (
        <div className="mb-4 grid gap-3">
          <h2 className="sr-only">{plural(findings.length, "finding")}</h2>
          {findings.map((it) => (
            <FindingCard key={it.id} finding={it} heading="h3" />
          ))}
        </div>
      )}
      <PostureMatrix endpoint={endpoint} />
      <div className="mt-4 grid items-start gap-4 md:grid-cols-2">
        <div className="grid gap-4">
          <Traffic endpoint={endpoint} />
          <EndpointAbout endpoint={endpoint} />
        </div>
        <div className="grid gap-4">
          <Card title="Answers">
            <Statuses statuses={endpoint.statuses} />
          </Card>
          <Knowledge endpoint={endpoint} />
        </div>
      </div>
      <ShapeTables id={endpoint.id} />
      <SectionHead>What it is for, and what its answers tell</SectionHead>
      <div className="grid gap-4 md:grid-cols-2">
        <Purpose purpose={endpoint.purpose} />
        <Oracle oracle={endpoint.oracle} />
        {endpoint.timing !== null && <Timing timing={endpoint.timing} />}
        <Guard guard={endpoint.guard} />
        {endpoint.ownAnswers !== null && <OwnAnswers own={endpoint.ownAnswers} />}
        {endpoint.floor !== null && <Floor floor={endpoint.floor} />}
      </div>
    </>
  );
}

function Traffic({ endpoint: { calls, requests, errors, clientErrors, latencyMs, subjects, dataClasses, firstSeen, lastSeen } }: { readonly endpoint: Endpoint }) {
  const shareOf = (errors: number): string => (errors === 0 ? "0" : `${count(errors)}, ${percent(errors / Math.max(1, requests))}`);
  const time = (value: number | null): string => (value === null ? "not recorded" : milliseconds(value));
  return (
    <Card title="Traffic">
      <Facts
        facts={[
          ["requests", count(requests)],
          ["server errors (5xx or no answer)", shareOf(errors)],
          ["client errors (4xx)", shareOf(clientErrors)],
          ["time p50", time(latencyMs.p50)],
          ["time p95", time(latencyMs.p95)],
          ...(calls === null
            ? []
            : [["operations", `${count(calls.operations)} by ${calls.protocol}${calls.others === 0 ? "" : `, ${count(calls.others)} calls of names nobody answered`}`] as const]),
          ["asks about", subjects.map((it) => `${it.type} in ${it.in} ${it.name}`).join(", ") || "nobody"],
          ["data in answers", dataClasses.join(", ") || "none seen"],
          ["first seen", <Ago key="f" at={firstSeen} />],
          ["last seen", <Ago key="l" at={lastSeen} />],
        ]}
      />
    </Card>
  );
}

const knowers = [
  ["traffic", "Traffic", "requests that were answered"],
  ["spec", "A spec", "add one under Specs"],
  ["route table", "A route table", "add a document made from one under Specs"],
  ["source", "Source code", "read it: "],
] as const;

/** Who of the four knows it, and why its path is what it is. */
function Knowledge({ endpoint: { id, knownBy } }: { readonly endpoint: Endpoint }) {
  const command = useCommand();
  return (
    <Card title="Who knows it">
      <ul className="grid gap-1.5 text-[13px]">
        {knowers.map(([key, name, how]) => {
          const known = knownBy.includes(key);
          return (
            <li key={key} className="flex flex-wrap items-center justify-between gap-x-3">
              <span>
                {name}
                {!known && (
                  <span className="text-soft [overflow-wrap:anywhere]">
                    : {how}
                    {key === "source" && <code className="font-mono text-xs">{command("discover <dir>", "always")}</code>}
                  </span>
                )}
              </span>
              <Badge tone={known ? "brand" : "plain"}>{known ? "knows it" : "does not"}</Badge>
            </li>
          );
        })}
      </ul>
      <TemplateWhy id={id} />
    </Card>
  );
}

/** Which detectors look at it hangs on this: a wrong word in the configuration must show. */
function Purpose({ purpose: { kind, basis, because, overridden } }: { readonly purpose: Endpoint["purpose"] }) {
  return (
    <Card
      title="What it is for"
      badge={kind === "unproven" ? <span className="text-soft">not known yet</span> : <Badge tone={overridden === null ? "plain" : "warn"}>{purposeWord(kind)}</Badge>}
    >
      {kind === "unproven" ? (
        <p className="text-soft">The traffic has not shown it. Where you know, say it under endpoints in postern.yaml: kind: sign-in, code-send, lookup and others.</p>
      ) : (
        <Facts
          facts={[
            ["told by", basis === "declared" ? "postern.yaml" : "traffic"],
            ["because", because],
          ]}
        />
      )}
      {overridden !== null && (
        <p className="mt-2">
          The traffic shows something else: <strong>{purposeWord(overridden.kind)}</strong>, as {overridden.because}. What postern.yaml says counts.
        </p>
      )}
    </Card>
  );
}

function Oracle({ oracle }: { readonly oracle: Endpoint["oracle"] }) {
  return (
    <Card title="Existence oracle" badge={<OracleBadge oracle={oracle} />}>
      {oracle === null ? (
        <p className="text-soft">Nothing so far says that the answer depends on whether the subject exists.</p>
      ) : (
        <>
          <p>
            {oracle.verdict === "proven" ? "Certain: " : "Likely, not proven: "}
            {oracle.bits >= 0.995 ? "each answer tells outright whether somebody exists" : `an answer tells ${percent(oracle.bits)} of whether somebody exists`}
            {oracle.labels > 0 && `, held against ${plural(oracle.labels, "answer")} about somebody who is known to exist or not`}.
          </p>
          <details className="mt-2 text-[13px]">
            <summary className="cursor-pointer text-soft">The numbers</summary>
            <Facts
              facts={[
                ["bits an answer", oracle.bits.toFixed(2)],
                ["an accident looks like this (e-value)", `at most once in ${evidence(Math.max(1, oracle.eValue))}`],
                ["labelled subjects", count(oracle.labels)],
              ]}
            />
          </details>
        </>
      )}
    </Card>
  );
}

/** The answers may be alike and their time not. */
function Timing({ timing: { verdict, differenceMs, lowMs, highMs, requests, labels } }: { readonly timing: NonNullable<Endpoint["timing"]> }) {
  const [least = 0, most = 0] = [lowMs, highMs].map(Math.abs).sort((a, b) => a - b);
  return (
    <Card title="Time of the answer" badge={<Badge tone={verdict === "proven" ? "leak" : "warn"}>{verdict}</Badge>}>
      <p>
        {verdict === "proven" ? "Certain: " : "Likely, not proven: "}
        about somebody who exists it takes {Math.abs(differenceMs)} ms {differenceMs < 0 ? "shorter" : "longer"} ({least} to {most}). Over the internet an attacker needs about{" "}
        {plural(requests, "request")} to learn one answer.
      </p>
      <p className="mt-1 text-[13px] text-soft">Held against {plural(labels, "answer")} about somebody who is known to exist or not, each hour for itself.</p>
    </Card>
  );
}

function Guard({ guard }: { readonly guard: Endpoint["guard"] }) {
  return (
    <Card title="Guard" badge={guard === null ? <span className="text-soft">none needed</span> : <Badge tone={guard.state === "budgeted" ? "brand" : "warn"}>{guard.state}</Badge>}>
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
  );
}

/** Whether what Postern answers in the service's place gives itself, or anybody, away. */
function OwnAnswers({ own: { uniform, denied, tells, differs, bitsByTime } }: { readonly own: NonNullable<Endpoint["ownAnswers"]> }) {
  const broken = tells?.broken === true || differs?.broken === true;
  const figure = (one: typeof tells): string => (one === null ? "too few answers yet" : `${one.bits.toFixed(4)} bit (${one.lowBits.toFixed(4)} to ${one.highBits.toFixed(4)})`);
  return (
    <Card
      title="Our own answers"
      badge={<Badge tone={tells?.broken === true ? "leak" : broken ? "warn" : "brand"}>{tells?.broken === true ? "give away" : broken ? "differ" : "hold"}</Badge>}
    >
      <p>
        {tells?.broken === true
          ? "Uniform answers tell who exists: they hide nothing."
          : differs?.broken === true
            ? "Uniform answers look different from the service's own denials: whoever looks closely sees that he is held off."
            : "Nothing says that uniform answers can be told apart by what they hide."}
      </p>
      <Facts
        facts={[
          ["tell who exists", figure(tells)],
          ["differ from denials", figure(differs)],
          ["known by the wait alone", bitsByTime === null ? "too few answers yet" : `${bitsByTime.toFixed(2)} bit`],
          ["uniform answers", count(uniform)],
          ["truthful denials", count(denied)],
        ]}
      />
    </Card>
  );
}

/** How slowly somebody from ever new addresses must ask to stay unnoticed, when it was measured, and from what. */
function Floor({ floor }: { readonly floor: NonNullable<Endpoint["floor"]> }) {
  const { questionsADay, yearsFor33Million, learnedBefore, daysToDetection, basis } = floor;
  return (
    <Card title="Detection floor" badge={<Badge tone={questionsADay === null ? "warn" : "brand"}>{floor.verdict}</Badge>}>
      <p>{floor.text}</p>
      <details className="mt-2 text-[13px]">
        <summary className="cursor-pointer text-soft">The numbers</summary>
        <Facts
          facts={[
            ["measured", <Ago key="at" at={floor.measuredAt} />],
            ["from whole days", count(basis.days)],
            ["newcomers a day", count(Math.round(basis.newcomersADay))],
            ["of them without follow-up", percent(basis.unanchoredShare)],
            ...(questionsADay === null ? [] : [["found from, questions a day", count(questionsADay)] as const]),
            ...(yearsFor33Million === null ? [] : [["years below it for 33 million", count(yearsFor33Million)] as const]),
            ...(daysToDetection === null ? [] : [["days until told, middle and 95 %", `${daysToDetection.median}, ${daysToDetection.p95}`] as const]),
            ...(learnedBefore === null ? [] : [["people learned by then", `${count(learnedBefore.median)}, ${count(learnedBefore.p95)}`] as const]),
          ]}
        />
      </details>
    </Card>
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
        {rows.slice(0, statusesShown).map(([status, value]) => (
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

const statusesShown = 12;
