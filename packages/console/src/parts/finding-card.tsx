import { Link } from "@tanstack/react-router";
import type { Finding } from "../api-types.ts";
import { Ago } from "./ago.tsx";
import { Badge, LevelBadge, StatusBadge } from "./badges.tsx";
import { EndpointName } from "./endpoint-name.tsx";
import { Facts } from "./facts.tsx";
import { evidence, words } from "./format.ts";
import { useTriage } from "./use-triage.ts";

/** A weakness: what it is, why we say so, how to mend it, and what the reader wants to do about it. */
export function FindingCard({ finding, heading: Heading }: { readonly finding: Finding; readonly heading: "h2" | "h3" }) {
  const triage = useTriage("findings");
  const mark = (to: Finding["status"]): void => triage.mutate({ id: finding.id, title: finding.title, from: finding.status, to });
  const { endpoint } = finding;
  const facts = Object.entries(finding.evidence).filter(([, value]) => typeof value !== "object" || value.length > 0);
  const listings = facts.flatMap(([name, value]) => (isListing(value) ? [{ name, lines: value }] : []));
  return (
    <article className="panel grid gap-x-8 gap-y-3 p-4 lg:grid-cols-[minmax(0,1fr)_340px]">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-1.5">
          <LevelBadge level={finding.severity} />
          <Badge tone={finding.verdict === "proven" ? "leak" : "plain"}>{finding.verdict}</Badge>
          <StatusBadge status={finding.status} />
          <span className="ml-1 text-xs text-soft">
            {finding.owasp} · {finding.cwe}
          </span>
        </div>
        <Heading className="mt-2 text-[15px] font-semibold [overflow-wrap:anywhere]">{finding.title}</Heading>
        <Link to="/endpoints/$id" params={{ id: endpoint.id }} className="mt-0.5 block hover:underline">
          <EndpointName method={endpoint.method} path={endpoint.path} operation={endpoint.operation ?? ""} />
        </Link>
        {finding.because !== "" && (
          <p className="mt-3 max-w-[70ch]">
            <span className="font-semibold">Why we say so. </span>
            {finding.because}
          </p>
        )}
        <p className="mt-3 max-w-[70ch]">
          <span className="font-semibold">What to do. </span>
          {finding.fix}
        </p>
        {listings.map(({ name, lines }) => (
          <div key={name} className="mt-3 text-[13px]">
            <p className="mb-1 text-soft">{words(name)}</p>
            <Lines lines={lines} />
          </div>
        ))}
        <div className="mt-3 flex flex-wrap items-center gap-2">
          {finding.status === "open" ? (
            <>
              <button type="button" className="button" disabled={triage.isPending} onClick={() => mark("fixed")}>
                Mark fixed
              </button>
              <button type="button" className="button" disabled={triage.isPending} onClick={() => mark("accepted")}>
                Accept the risk
              </button>
            </>
          ) : (
            <button type="button" className="button" disabled={triage.isPending} onClick={() => mark("open")}>
              Open again
            </button>
          )}
          <span className="text-[13px] text-soft">
            seen <Ago at={finding.firstAt} />, last <Ago at={finding.lastAt} />
          </span>
        </div>
      </div>
      <details className="min-w-0 self-start rounded border border-line bg-sunk px-3 py-1" open={finding.because === ""}>
        <summary className="cursor-pointer py-1 text-[13px] font-medium">The numbers</summary>
        <Facts
          facts={facts.flatMap(([name, value]) =>
            isListing(value) ? [] : [[words(name), typeof value === "object" ? <Lines key={name} lines={value} /> : evidence(value)] as const],
          )}
        />
      </details>
    </article>
  );
}

/** Longer evidence, such as the answers that were told apart: one a line. */
function Lines({ lines }: { readonly lines: readonly string[] }) {
  return (
    <ul className="grid gap-1 text-left font-mono text-xs [overflow-wrap:anywhere]">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

/** A list too long to stand beside its name. */
function isListing(value: Finding["evidence"][string] | undefined): value is readonly string[] {
  return typeof value === "object" && value.some((line) => line.length > 60);
}
