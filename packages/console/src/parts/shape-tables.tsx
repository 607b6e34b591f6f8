import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { EndpointShape } from "../api-types.ts";
import { endpointShapeQuery } from "../data/queries.ts";
import { Badge } from "./badges.tsx";
import { count, percent, plural } from "./format.ts";
import { SectionHead } from "./page-head.tsx";
import { Loaded } from "./states.tsx";

type Field = EndpointShape["responses"][number]["fields"][number];

/** Parameters, and the fields of requests and of answers by status: names, types and data classes; no value. */
export function ShapeTables({ id }: { readonly id: string }) {
  const query = useQuery(endpointShapeQuery(id));
  return (
    <>
      <SectionHead>Messages</SectionHead>
      <Loaded query={query}>{(shape) => <Shape shape={shape} />}</Loaded>
    </>
  );
}

function Shape({ shape: { parameters, request, responses } }: { readonly shape: EndpointShape }) {
  const best = responses.findIndex((it) => it.status.startsWith("2"));
  return (
    <div className="panel divide-y divide-line overflow-hidden">
      <Part name="Parameters" note={parameters.length === 0 ? "none seen" : count(parameters.length)} open={parameters.length > 0}>
        {parameters.length === 0 ? (
          <Nothing>No parameter was seen. Access logs carry paths and queries only.</Nothing>
        ) : (
          <Fields fields={parameters.map((it) => ({ ...it, place: it.in }))} />
        )}
      </Part>
      {request !== null && (
        <Part name="Request body" note={[request.types.join(", "), fieldsText(request)].filter(Boolean).join(" · ")} open={request.fields.length > 0}>
          <Body body={request} />
        </Part>
      )}
      {responses.map((it, index) => (
        <Part
          key={it.status}
          name={`Answer ${it.status}`}
          note={[plural(it.answers, "answer"), it.types.join(", "), fieldsText(it)].filter(Boolean).join(" · ")}
          open={index === best && it.fields.length > 0}
        >
          <Body body={it} />
        </Part>
      ))}
    </div>
  );
}

function Part({ name, note, open, children }: { readonly name: string; readonly note: string; readonly open: boolean; readonly children: ReactNode }) {
  return (
    <details open={open}>
      <summary className="cursor-pointer px-4 py-2.5 hover:bg-sunk">
        <span className="ml-1 font-medium">{name}</span> <span className="ml-2 text-[13px] text-soft">{note}</span>
      </summary>
      {children}
    </details>
  );
}

function Body({ body: { fields, more } }: { readonly body: { readonly fields: readonly Field[]; readonly more: number } }) {
  if (fields.length === 0) return <Nothing>No source carried bodies of this kind that could be read.</Nothing>;
  return (
    <>
      <Fields fields={fields} />
      {more > 0 && <Nothing>{plural(more, "more field")} not shown; the exported document has them.</Nothing>}
    </>
  );
}

function Nothing({ children }: { readonly children: ReactNode }) {
  return <p className="px-5 pb-3 text-soft">{children}</p>;
}

function Fields({ fields }: { readonly fields: readonly (Field & { readonly place?: string })[] }) {
  const places = fields.some((it) => it.place !== undefined);
  return (
    <table className="table border-t border-line">
      <thead>
        <tr>
          <th>Name</th>
          {places && <th className="hidden sm:table-cell">In</th>}
          <th>Type</th>
          <th className="hidden sm:table-cell">Values</th>
          <th className="hidden md:table-cell">How often</th>
          <th>Data class</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((it) => (
          <tr key={`${it.place ?? ""} ${it.name}`}>
            <td className="font-mono text-[13px] [overflow-wrap:anywhere]">
              {it.name || "(the whole)"}
              {it.place !== undefined && <span className="block font-sans text-xs text-soft sm:hidden">in {it.place}</span>}
            </td>
            {places && <td className="hidden text-soft sm:table-cell">{it.place}</td>}
            <td className="[overflow-wrap:anywhere]">
              {it.types.join(" or ")}
              {it.format !== null && <span className="text-soft"> {it.format}</span>}
            </td>
            <td className="hidden text-soft sm:table-cell">{it.values === null ? "" : valueText[it.values]}</td>
            <td className="hidden text-soft md:table-cell">{oftenText(it)}</td>
            <td>{it.class !== null && <Badge tone="warn">{it.class}</Badge>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const valueText = { constant: "always the same", few: "a few", many: "many" } as const;

function oftenText({ always, share }: Field): string {
  if (share === null || share.of === 0) return always ? "always" : "";
  return always ? `always, of ${count(share.of)} read` : `${percent(share.seen / share.of)} of ${count(share.of)} read`;
}

function fieldsText({ fields, more }: { readonly fields: readonly Field[]; readonly more: number }): string {
  return fields.length + more === 0 ? "" : plural(fields.length + more, "field");
}
