import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { TemplateChange, TemplateRule } from "../api-types.ts";
import { ApiFailure, decideTemplate, type TemplateDecision } from "../data/client.ts";
import { templateRulesQuery } from "../data/queries.ts";
import { Choice } from "./choice.tsx";
import { Labelled } from "./endpoint-about.tsx";
import { count, plural } from "./format.ts";
import { useDecide } from "./use-decide.ts";
import { useCommand } from "./use-command.ts";

/** Merges, splits or pins a template after showing which endpoints would end and which would be made; what was decided here can be taken back here. */
export function TemplateForm({ path, host, onDone }: { readonly path: string; readonly host: string; readonly onDone: () => void }) {
  const [kind, setKind] = useState<Kind>("merge");
  const [template, setTemplate] = useState(suggested("merge", path));
  const [here, setHere] = useState(false);
  const preview = useMutation({ mutationFn: (decision: TemplateDecision) => decideTemplate({ ...decision, preview: true }) });
  const decide = useDecide();
  const decision: TemplateDecision = { kind, template: template.trim(), ...(here ? { host } : {}) };
  const edited = (): void => preview.reset();
  return (
    <form
      className="mt-3 grid gap-3 rounded-md border border-line p-3"
      aria-label="Merge or split"
      onSubmit={(event) => {
        event.preventDefault();
        preview.mutate(decision);
      }}
      onKeyDown={(event) => event.key === "Escape" && onDone()}
    >
      <div>
        <p className="mb-1 text-[13px] font-medium">What to do</p>
        <Choice
          label="What to do"
          all={null}
          value={kind}
          options={kinds}
          onChange={(value) => {
            const next = value === "split" || value === "pin" ? value : "merge";
            setKind(next);
            setTemplate(suggested(next, path));
            edited();
          }}
        />
      </div>
      <Labelled name="Template" note={notes[kind]}>
        {(id) => (
          <input
            id={id}
            required
            autoFocus
            spellCheck={false}
            className="field w-full font-mono"
            maxLength={1_024}
            value={template}
            onChange={(event) => {
              setTemplate(event.target.value);
              edited();
            }}
          />
        )}
      </Labelled>
      {host !== "" && (
        <label className="flex items-start gap-2 text-[13px]">
          <input
            type="checkbox"
            className="mt-0.5 h-4 w-4 accent-(--brand)"
            checked={here}
            onChange={(event) => {
              setHere(event.target.checked);
              edited();
            }}
          />
          <span className="[overflow-wrap:anywhere]">Only on {host}</span>
        </label>
      )}
      {preview.error !== null && (
        <div role="alert" className="rounded-md border border-leak bg-leak-tint px-3 py-2 text-[13px] [overflow-wrap:anywhere]">
          <p className="font-medium text-leak">That cannot be done. {preview.error.message}</p>
          {preview.error instanceof ApiFailure && <p>{preview.error.remedy}</p>}
        </div>
      )}
      {preview.data !== undefined && <Preview change={preview.data} />}
      <div className="flex flex-wrap gap-2">
        <button type="submit" className={`button ${preview.data === undefined ? "primary" : ""}`} disabled={preview.isPending}>
          {preview.isPending ? "Looking…" : "Show what would change"}
        </button>
        {preview.data !== undefined && (
          <button type="button" className="button primary" disabled={decide.isPending} onClick={() => decide.mutate(decision, { onSuccess: onDone })}>
            {verbs[kind]}
          </button>
        )}
        <button type="button" className="button" onClick={onDone}>
          Cancel
        </button>
      </div>
      <Decided host={host} />
    </form>
  );
}

/** The endpoints that would be joined or parted. */
function Preview({ change: { ended, made, endedCount, madeCount, notRecomputed } }: { readonly change: TemplateChange }) {
  return (
    <div role="status" className="text-[13px]">
      {endedCount + madeCount === 0 ? (
        <p className="text-soft">No endpoint seen so far changes by it; what comes is taken that way.</p>
      ) : (
        <>
          <p className="font-medium">
            {plural(endedCount, "endpoint")} would end, {count(madeCount)} would stand in their place.
          </p>
          <ul className="mt-1 max-h-64 overflow-y-auto font-mono text-xs [overflow-wrap:anywhere]" tabIndex={0} aria-label="Endpoints that would change">
            {[...ended.map((it) => ["−", it] as const), ...made.map((it) => ["+", it] as const)].map(([sign, it]) => (
              <li key={`${sign}${it.id}`} className={sign === "+" ? "text-brand" : "text-soft"}>
                {sign} {it.method} {it.path}, {plural(it.requests, "request")}
              </li>
            ))}
          </ul>
        </>
      )}
      {notRecomputed && <p className="mt-1 text-soft">What was counted as one endpoint stays counted as one; what comes now is counted apart.</p>}
    </div>
  );
}

/** What people decided on this host, to be taken back. */
function Decided({ host }: { readonly host: string }) {
  const said = useQuery(templateRulesQuery).data?.items.filter((it) => it.from === "person" && (it.host === null || it.host === host)) ?? [];
  const decide = useDecide();
  const command = useCommand();
  if (said.length === 0) return null;
  return (
    <div className="text-[13px]">
      <p className="mb-1 font-medium">Decided before</p>
      <ul className="grid gap-1">
        {said.slice(0, saidShown).map((it) => (
          <li key={`${it.kind} ${it.template} ${it.host}`} className="flex flex-wrap items-center justify-between gap-2">
            <span className="[overflow-wrap:anywhere]">
              {it.kind} <span className="font-mono text-xs">{it.template}</span>
            </span>
            <button type="button" className="button" aria-label={`Undo ${it.kind} ${it.template}`} disabled={decide.isPending} onClick={() => decide.mutate(undoOf(it))}>
              Undo
            </button>
          </li>
        ))}
      </ul>
      {said.length > saidShown && (
        <p className="mt-1 text-soft">
          and {count(said.length - saidShown)} more: {command("endpoints rules")}
        </p>
      )}
    </div>
  );
}

function undoOf({ template, host }: TemplateRule): TemplateDecision {
  return { kind: "none", template, ...(host === null ? {} : { host }) };
}

type Kind = "merge" | "split" | "pin";

const kinds: Readonly<Record<Kind, string>> = { merge: "Merge: words are values", split: "Split: a word is no value", pin: "Pin: exactly as written" };
const verbs: Readonly<Record<Kind, string>> = { merge: "Merge", split: "Split", pin: "Pin" };
const notes: Readonly<Record<Kind, string>> = {
  merge: "everything at its last {…} becomes one value",
  split: "its words are no values; * makes each word there one of its own",
  pin: "words stay words, {…} takes in the rest",
};
const saidShown = 20;

/** Something to begin with: the last word made a parameter, or the last parameter made words. */
function suggested(kind: Kind, path: string): string {
  if (kind === "pin") return path;
  const parts = path.split("/");
  const at = parts.findLastIndex((part) => (kind === "merge" ? part !== "" && !part.startsWith("{") : part.startsWith("{")));
  return at < 0
    ? path
    : parts
        .with(at, kind === "merge" ? "{value}" : "*")
        .slice(0, kind === "merge" ? at + 1 : undefined)
        .join("/");
}
