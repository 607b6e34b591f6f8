import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import type { SpecDiff } from "../api-types.ts";
import { specDiffQuery } from "../data/queries.ts";
import { LevelBadge } from "../parts/badges.tsx";
import { EndpointName } from "../parts/endpoint-name.tsx";
import { count, day, plural } from "../parts/format.ts";
import { PageHead, SectionHead } from "../parts/page-head.tsx";
import { pageOf, Pager } from "../parts/pager.tsx";
import { RemoveSpec } from "../parts/remove-spec.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { useCommand } from "../parts/use-command.ts";

type Difference = SpecDiff["items"][number];
type Kind = Difference["kind"];

const kinds: Readonly<Record<Kind, { readonly name: string; readonly meaning: string }>> = {
  shadow: { name: "Shadow", meaning: "seen, and not in the document" },
  zombie: { name: "Zombie", meaning: "deprecated, yet answering" },
  drift: { name: "Drift", meaning: "seen otherwise than documented" },
  unused: { name: "Unused", meaning: "documented, never seen" },
};

/** One document against the traffic. */
export function SpecPage() {
  const { id } = useParams({ from: "/specs/$id" });
  const query = useQuery(specDiffQuery(id));
  const navigate = useNavigate();
  const spec = query.data?.spec;
  return (
    <>
      <p className="mb-1 text-[13px]">
        <Link to="/specs" className="link">
          Specs
        </Link>
      </p>
      <PageHead
        title={spec?.name ?? "Spec"}
        note={spec === undefined ? undefined : [spec.format, spec.version, plural(spec.operations, "operation"), `added ${day(spec.addedAt)}`].filter(Boolean).join(" · ")}
      >
        {spec !== undefined && <RemoveSpec spec={spec} onRemoved={() => void navigate({ to: "/specs" })} />}
      </PageHead>
      <Loaded query={query} missing={<Empty title="There is no such document">It was removed, or its address is mistyped. Choose one from the list.</Empty>}>
        {(diff) => (diff.comparable ? <Comparison diff={diff} /> : <Old />)}
      </Loaded>
    </>
  );
}

function Old() {
  return <Empty title="Only its paths are kept">An older Postern took this document in. Add the same file again under Specs, and it can be compared.</Empty>;
}

function Comparison({ diff }: { readonly diff: SpecDiff }) {
  const [kind, setKind] = useState<Kind>();
  const [page, setPage] = useState(1);
  const command = useCommand();
  const shown = diff.items.filter((it) => kind === undefined || it.kind === kind);
  const total = kind === undefined ? Object.values(diff.counts).reduce((sum, value) => sum + value, 0) : diff.counts[kind];
  const choose = (next: Kind | undefined): void => {
    setKind(next);
    setPage(1);
  };
  return (
    <>
      <p className="mb-3 max-w-[75ch]">
        {diff.seen === 0
          ? "No traffic was seen of the hosts that it is about."
          : diff.same === 0
            ? `None of the ${plural(diff.seen, "endpoint")} seen is in it: it may be about another service.`
            : `${plural(diff.same, "endpoint")} of ${count(diff.seen)} seen ${diff.same === 1 ? "is" : "are"} described by it.`}
        {diff.withoutBase !== "" && ` Traffic has its paths without ${diff.withoutBase}.`}
      </p>
      <div role="group" aria-label="Kind of difference" className="panel grid grid-cols-2 divide-line overflow-hidden md:grid-cols-4 md:divide-x">
        {(Object.keys(kinds) as Kind[]).map((it) => (
          <button
            key={it}
            type="button"
            aria-pressed={kind === it}
            onClick={() => choose(kind === it ? undefined : it)}
            className={`px-4 py-3 text-left ${kind === it ? "bg-brand-tint shadow-[inset_0_-2px_0_var(--brand)]" : "hover:bg-sunk"}`}
          >
            <span className={`block text-2xl leading-8 font-semibold tracking-tight ${diff.counts[it] > 0 && it !== "unused" && it !== "drift" ? "text-leak" : ""}`}>
              {count(diff.counts[it])}
            </span>
            <span className="block font-medium">{kinds[it].name}</span>
            <span className="block text-[13px] text-soft">{kinds[it].meaning}</span>
          </button>
        ))}
      </div>
      <div className="mt-4">
        {shown.length === 0 ? (
          <Empty title={kind === undefined ? "They agree" : "None of this kind"}>
            {kind === undefined ? "Everything seen is described as it is, and everything described was seen." : "Others stand under the numbers above."}
          </Empty>
        ) : (
          <>
            <Table items={pageOf(shown, page)} />
            <Pager page={page} total={shown.length} onPage={setPage} />
            {total > shown.length && (
              <p className="mt-2 text-soft">
                {count(total - shown.length)} more; {command("diff <file> --json")} lists all.
              </p>
            )}
          </>
        )}
      </div>
      <Unclear diff={diff} />
    </>
  );
}

function Table({ items }: { readonly items: readonly Difference[] }) {
  return (
    <div className="panel overflow-hidden">
      <table className="table">
        <thead>
          <tr>
            <th>Endpoint</th>
            <th className="hidden sm:table-cell">Why</th>
            <th className="num hidden md:table-cell">Evidence</th>
            <th className="num hidden sm:table-cell">Level</th>
          </tr>
        </thead>
        <tbody>
          {items.map((it) => (
            <tr key={[it.kind, it.method, it.host, it.path, it.what, it.where, it.documented, it.found].join(" ")}>
              <td className="sm:w-1/2">
                {it.endpoint === null ? (
                  <EndpointName method={it.method} path={it.path} />
                ) : (
                  <Link to="/endpoints/$id" params={{ id: it.endpoint }} className="hover:underline">
                    <EndpointName method={it.method} path={it.path} host={it.host} />
                  </Link>
                )}
                <span className="mt-1 block [overflow-wrap:anywhere] sm:hidden">
                  <LevelBadge level={it.level} /> <Why difference={it} />
                </span>
              </td>
              <td className="hidden [overflow-wrap:anywhere] sm:table-cell">
                <Why difference={it} />
              </td>
              <td className="num hidden whitespace-nowrap text-soft md:table-cell">{it.evidence === null ? "" : `${count(it.evidence.seen)} of ${count(it.evidence.of)}`}</td>
              <td className="num hidden sm:table-cell">
                <LevelBadge level={it.level} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Why({ difference }: { readonly difference: Difference }) {
  return (
    <>
      <span className="font-medium">{kinds[difference.kind].name}. </span>
      {why(difference)}
    </>
  );
}

/** One sentence from what each side says. */
function why({ kind, what, level, where, documented, found }: Difference): ReactNode {
  switch (kind) {
    case "shadow":
      if (documented !== "nothing") return `Seen with values that do not tell which operation it is: ${documented}.`;
      return `${what === "method" ? "The document has this path, and not this method" : "The document does not have it"}${level === "high" ? ", and it gave data to callers without a credential." : level === "low" ? "; only pages and files came from it." : "."}`;
    case "zombie":
      return `The document says ${documented}; it ${found}.`;
    case "unused":
      return documented === "deprecated" ? "Deprecated, and no request came: it can be switched off." : "No request came, as far as was recorded.";
    case "drift":
      return (
        <>
          {where !== "" && (
            <>
              <span className="font-mono text-[13px]">{where}</span>,{" "}
            </>
          )}
          {what}: documented as {documented}, seen as {found}.
        </>
      );
  }
}

/** What the comparison leaves open. */
function Unclear({ diff: { undecided, otherHosts } }: { readonly diff: SpecDiff }) {
  if (undecided.length + otherHosts.length === 0) return null;
  return (
    <>
      <SectionHead>Not compared</SectionHead>
      <div className="panel divide-y divide-line">
        {otherHosts.length > 0 && (
          <p className="px-4 py-2.5 [overflow-wrap:anywhere]">
            Hosts that the document neither names nor describes: {otherHosts.slice(0, hostsShown).join(", ")}
            {otherHosts.length > hostsShown && ` and ${count(otherHosts.length - hostsShown)} more`}.
          </p>
        )}
        {undecided.slice(0, undecidedShown).map((it) => (
          <p key={`${it.method} ${it.path}`} className="px-4 py-2.5">
            <EndpointName method={it.method} path={it.path} /> <span className="text-soft">may have been seen as {it.within.slice(0, 2).join(" or ")}: nobody can tell.</span>
          </p>
        ))}
        {undecided.length > undecidedShown && <p className="px-4 py-2.5 text-soft">and {count(undecided.length - undecidedShown)} more</p>}
      </div>
    </>
  );
}

const hostsShown = 8;
const undecidedShown = 20;
