import { Toast } from "@base-ui/react/toast";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { EndpointTemplate } from "../api-types.ts";
import { decideTemplate } from "../data/client.ts";
import { endpointTemplateQuery, templateRulesQuery } from "../data/queries.ts";
import { plural } from "./format.ts";
import { Loaded } from "./states.tsx";

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

function Reasons({ template: { id, path, segments, formerly } }: { readonly template: EndpointTemplate }) {
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
      <Pin id={id} path={path} ruled={segments.some((it) => it.by === "rule")} />
    </>
  );
}

/** Traffic may teach another template tomorrow; a pinned one stays. What the configuration or a wider decision rules is changed there. */
function Pin({ id, path, ruled }: { readonly id: string; readonly path: string; readonly ruled: boolean }) {
  const rules = useQuery(templateRulesQuery).data?.items;
  const pinned = rules?.some((it) => it.template === path && it.from === "person") === true;
  const client = useQueryClient();
  const toasts = Toast.useToastManager();
  const decide = useMutation({
    mutationFn: (kind: "pin" | "none") => decideTemplate(id, kind),
    onSuccess: async (_, kind) => {
      await Promise.all(["template-rules", "endpoint-template", "endpoints", "endpoint", "path"].map((key) => client.invalidateQueries({ queryKey: [key] })));
      toasts.add({ title: kind === "pin" ? `${path} stays as it is.` : `${path} is left to traffic again.`, timeout: 6_000 });
    },
    onError: (error) => toasts.add({ title: `Nothing changed. ${error.message}`, priority: "high" }),
  });
  if (rules === undefined || (ruled && !pinned)) return null;
  return (
    <button type="button" className="button mt-3" disabled={decide.isPending} onClick={() => decide.mutate(pinned ? "none" : "pin")}>
      {pinned ? "Leave it to traffic" : "Pin this template"}
    </button>
  );
}
