import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { EndpointTemplate } from "../api-types.ts";
import { endpointTemplateQuery, templateRulesQuery } from "../data/queries.ts";
import { plural } from "./format.ts";
import { Loaded } from "./states.tsx";
import { TemplateForm } from "./template-form.tsx";
import { useDecide } from "./use-decide.ts";

/** Why each part of the path is a constant or a parameter, and a way to have it stay so. */
export function TemplateWhy({ id }: { readonly id: string }) {
  const query = useQuery(endpointTemplateQuery(id));
  return (
    <>
      <h3 className="mt-4 mb-1 font-medium">Why this template</h3>
      <Loaded query={query}>{(template) => <Reasons template={template} />}</Loaded>
    </>
  );
}

function Reasons({ template: { id, path, host, segments, formerly } }: { readonly template: EndpointTemplate }) {
  return (
    <>
      {segments.length === 0 ? (
        <p className="text-soft">It is the root of the host.</p>
      ) : (
        <dl className="divide-y divide-line text-[13px]">
          {segments.map((it, index) => (
            // Two segments of one path may be alike.
            <div key={`${index} ${it.segment}`} className="py-1.5">
              <dt className={`font-mono [overflow-wrap:anywhere] ${it.is === "parameter" ? "text-brand" : ""}`}>{it.segment}</dt>
              <dd className="text-soft [overflow-wrap:anywhere]">{it.because}</dd>
            </div>
          ))}
        </dl>
      )}
      {formerly.length > 0 && <p className="mt-1 text-[13px] text-soft">{plural(formerly.length, "earlier template")} went into this one.</p>}
      {path.includes("~") && (
        <p className="mt-1 text-[13px] text-soft">A part with ~ is a constant that may be somebody's name or id: until many have asked for it, only its shape and hash are kept.</p>
      )}
      <Decide id={id} path={path} host={host} ruled={segments.some((it) => it.by === "rule")} />
    </>
  );
}

/** Traffic may teach another template tomorrow; a pinned one stays. What the configuration or a wider decision rules is changed there. */
function Decide({ id, path, host, ruled }: { readonly id: string; readonly path: string; readonly host: string; readonly ruled: boolean }) {
  const rules = useQuery(templateRulesQuery).data?.items;
  const [open, setOpen] = useState(false);
  const pinned = rules?.some((it) => it.template === path && it.from === "person") === true;
  const decide = useDecide();
  if (rules === undefined) return null;
  if (open) return <TemplateForm path={path} host={host} onDone={() => setOpen(false)} />;
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      {(!ruled || pinned) && (
        <button type="button" className="button" disabled={decide.isPending} onClick={() => decide.mutate({ kind: pinned ? "none" : "pin", endpoint: id })}>
          {pinned ? "Leave it to traffic" : "Pin this template"}
        </button>
      )}
      <button type="button" className="button" onClick={() => setOpen(true)}>
        Merge or split…
      </button>
    </div>
  );
}
