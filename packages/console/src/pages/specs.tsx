import { Toast } from "@base-ui/react/toast";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import type { AddedSpec, Spec } from "../api-types.ts";
import { addSpec, ApiFailure } from "../data/client.ts";
import { endpointsQuery, removedSpecsQuery, specsQuery } from "../data/queries.ts";
import { Ago } from "../parts/ago.tsx";
import { Choice } from "../parts/choice.tsx";
import { DiscoveryTabs } from "../parts/discovery-tabs.tsx";
import { Labelled } from "../parts/endpoint-about.tsx";
import { count, plural } from "../parts/format.ts";
import { PageHead, SectionHead } from "../parts/page-head.tsx";
import { RemoveSpec, RestoreSpec, staleAfterSpecs } from "../parts/remove-spec.tsx";
import { Empty, Loaded } from "../parts/states.tsx";

const kinds: Readonly<Record<Spec["kind"], string>> = { spec: "Spec", "route table": "Route table", source: "Source code" };

/** The documents that say what the interface is: to add, to remove, to compare; and the one that traffic writes. */
export function SpecsPage() {
  const query = useQuery(specsQuery);
  return (
    <>
      <DiscoveryTabs />
      <PageHead title="Specs" note="What is described, and by whom. Open one to see in what traffic disagrees with it.">
        <Download />
      </PageHead>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No documents yet">Add the description of your API below, or download what traffic has shown and begin with that.</Empty>
          ) : (
            <Table specs={items} />
          )
        }
      </Loaded>
      <SectionHead>Add a document</SectionHead>
      <Add />
      <Removed />
    </>
  );
}

/** What was observed, of one host or of all, as a file. */
function Download() {
  const { data } = useQuery(endpointsQuery);
  const [host, setHost] = useState<string>();
  const hosts = [...new Set(data?.items.map((it) => it.host))].toSorted();
  if (hosts.length === 0) return null;
  return (
    <>
      {hosts.length > 1 && <Choice label="Host to download" all="All hosts" value={host} options={Object.fromEntries(hosts.map((it) => [it, it]))} onChange={setHost} />}
      <a
        className="button"
        href={`/api/v1/spec${host === undefined ? "" : `?host=${encodeURIComponent(host)}`}`}
        download={`observed-${(host ?? "api").replaceAll(":", "-")}.openapi.json`}
      >
        Download what was observed
      </a>
    </>
  );
}

function Table({ specs }: { readonly specs: readonly Spec[] }) {
  return (
    <div className="panel overflow-hidden">
      <table className="table">
        <thead>
          <tr>
            <th>Document</th>
            <th className="hidden sm:table-cell">Known as</th>
            <th className="hidden md:table-cell">Version</th>
            <th className="hidden md:table-cell">Format</th>
            <th className="num hidden sm:table-cell">Operations</th>
            <th className="num hidden lg:table-cell">Added</th>
            <th>
              <span className="sr-only">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {specs.map((it) => (
            <tr key={it.id}>
              <td className="[overflow-wrap:anywhere]">
                <Link to="/specs/$id" params={{ id: it.id }} className="font-medium hover:underline">
                  {it.name}
                </Link>
                <span className="block text-[13px] text-soft md:hidden">
                  {it.format}, {plural(it.operations, "operation")}
                </span>
              </td>
              <td className="hidden text-soft sm:table-cell">{kinds[it.kind]}</td>
              <td className="hidden text-soft [overflow-wrap:anywhere] md:table-cell">{it.version}</td>
              <td className="hidden text-soft md:table-cell">{it.format}</td>
              <td className="num hidden sm:table-cell">{count(it.operations)}</td>
              <td className="num hidden text-soft lg:table-cell">
                <Ago at={it.addedAt} />
              </td>
              <td className="num w-0">
                <RemoveSpec spec={it} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What was removed or replaced and can be put back; nothing while there is none. */
function Removed() {
  const { data } = useQuery(removedSpecsQuery);
  if (data === undefined || data.items.length === 0) return null;
  return (
    <>
      <SectionHead>Removed</SectionHead>
      <div className="panel overflow-hidden">
        <table className="table">
          <thead>
            <tr>
              <th>Document</th>
              <th className="num hidden sm:table-cell">Operations</th>
              <th className="num hidden sm:table-cell">Removed or replaced</th>
              <th>
                <span className="sr-only">Put back</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((it) => (
              <tr key={it.id}>
                <td className="[overflow-wrap:anywhere]">
                  <span className="font-medium">{it.name}</span>
                  <span className="block text-[13px] text-soft">
                    {it.format}
                    {it.version === "" ? "" : `, version ${it.version}`}
                  </span>
                </td>
                <td className="num hidden sm:table-cell">{count(it.operations)}</td>
                <td className="num hidden text-soft sm:table-cell">
                  <Ago at={it.removedAt} />
                </td>
                <td className="num w-0">
                  <RestoreSpec spec={it} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="mt-2 text-[13px] text-soft">The latest 20 can be put back; what was added under the same name since changes places with it.</p>
    </>
  );
}

function Add() {
  const client = useQueryClient();
  const toasts = Toast.useToastManager();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File>();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Spec["kind"]>("spec");
  const add = useMutation({
    mutationFn: (chosen: File) => addSpec(chosen, name.trim(), kind),
    onSuccess: async (added) => {
      await Promise.all(staleAfterSpecs.map((key) => client.invalidateQueries({ queryKey: [key] })));
      toasts.add({ title: `${added.name} is kept: ${plural(added.operations, "operation")}.`, timeout: 10_000 });
      setFile(undefined);
      setName("");
      if (input.current !== null) input.current.value = "";
    },
  });
  return (
    <form
      className="panel grid gap-3 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (file !== undefined) add.mutate(file);
      }}
    >
      <div className="grid gap-3 md:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto_auto] md:items-end">
        <Labelled name="File" note="OpenAPI, Postman or HAR, to 16 MiB">
          {(id) => (
            <input
              id={id}
              ref={input}
              type="file"
              required
              accept=".json,.yaml,.yml,.har,application/json"
              className="field w-full py-1 file:mr-2 file:border-0 file:bg-transparent file:font-medium"
              onChange={(event) => {
                setFile(event.target.files?.[0]);
                add.reset();
              }}
            />
          )}
        </Labelled>
        <Labelled name="Name" note="empty: its title">
          {(id) => <input id={id} className="field w-full" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />}
        </Labelled>
        <div>
          <p className="mb-1 text-[13px] font-medium">Known as</p>
          <Choice label="Known as" all={null} value={kind} options={kinds} onChange={(value) => setKind(isKind(value) ? value : "spec")} />
        </div>
        <button type="submit" className="button primary justify-center" disabled={add.isPending}>
          {add.isPending ? "Reading…" : "Add"}
        </button>
      </div>
      {add.error !== null && (
        <div role="alert" className="rounded-md border border-leak bg-leak-tint px-3 py-2 [overflow-wrap:anywhere]">
          <p className="font-medium text-leak">Not added. {add.error.message}</p>
          {add.error instanceof ApiFailure && <p>{add.error.remedy}</p>}
        </div>
      )}
      {add.data !== undefined && add.data.problems.length > 0 && <Problems added={add.data} />}
      <p className="text-[13px] text-soft">
        A document of the same name is replaced. Kept are paths, parameters, types and credentials it asks for; examples are not, nor the exchanges of a HAR.
      </p>
    </form>
  );
}

/** What of a document could not be read; the rest is kept. */
function Problems({ added: { name, problems } }: { readonly added: AddedSpec }) {
  return (
    <div role="status" className="rounded-md border border-line bg-warn-tint px-3 py-2 text-[13px]">
      <p className="font-medium text-warn">
        {plural(problems.length, "place")} of {name} could not be read; the rest is kept.
      </p>
      <ul className="mt-1 grid gap-0.5 [overflow-wrap:anywhere]">
        {problems.slice(0, problemsShown).map((it) => (
          <li key={`${it.where} ${it.what}`}>
            <span className="font-mono text-xs">{it.where}</span> {it.what}
          </li>
        ))}
      </ul>
      {problems.length > problemsShown && <p className="mt-1 text-soft">and {count(problems.length - problemsShown)} more</p>}
    </div>
  );
}

const problemsShown = 10;

function isKind(value: string | undefined): value is Spec["kind"] {
  return value !== undefined && Object.hasOwn(kinds, value);
}
