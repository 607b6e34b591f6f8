import { useId, useState, type ReactNode } from "react";
import type { Endpoint } from "../api-types.ts";
import { ApiFailure, type EndpointPatch } from "../data/client.ts";
import { Badge } from "./badges.tsx";
import { Card } from "./card.tsx";
import { Facts } from "./facts.tsx";
import { day } from "./format.ts";
import { useNow } from "./now.ts";
import { useDescribe } from "./use-describe.ts";

/** Who answers for an endpoint, its tags and its life; to be changed here. */
export function EndpointAbout({ endpoint }: { readonly endpoint: Endpoint }) {
  const [editing, setEditing] = useState(false);
  /** After the form closes the keyboard goes on where it opened. */
  const [edited, setEdited] = useState(false);
  const done = (): void => {
    setEditing(false);
    setEdited(true);
  };
  const { lifecycle, publicOnPurpose } = endpoint;
  return (
    <Card
      title="Owner and life"
      badge={
        !editing && (
          <button type="button" className="button" autoFocus={edited} onClick={() => setEditing(true)}>
            Edit
          </button>
        )
      }
    >
      {editing ? (
        <Form endpoint={endpoint} onDone={done} />
      ) : (
        <Facts
          facts={[
            ["owner", endpoint.owner ?? "nobody named"],
            ["tags", endpoint.tags.join(", ") || "none"],
            [
              "life",
              <Badge key="life" tone={lifecycle === "retired" ? "warn" : lifecycle === "new" ? "brand" : "plain"}>
                {lifecycle}
              </Badge>,
            ],
            ["public on purpose", publicOnPurpose === null ? "no" : `${publicOnPurpose.by}, until ${day(publicOnPurpose.until)}: ${publicOnPurpose.reason}`],
          ]}
        />
      )}
    </Card>
  );
}

function Form({ endpoint, onDone }: { readonly endpoint: Endpoint; readonly onDone: () => void }) {
  const now = new Date(useNow());
  const describe = useDescribe(endpoint);
  const before = endpoint.publicOnPurpose;
  const [owner, setOwner] = useState(endpoint.owner ?? "");
  const [tags, setTags] = useState(endpoint.tags.join(", "));
  const [retired, setRetired] = useState(endpoint.lifecycle === "retired");
  const [isPublic, setPublic] = useState(before !== null);
  const [by, setBy] = useState(before?.by ?? endpoint.owner ?? "");
  const [reason, setReason] = useState(before?.reason ?? "");
  const [until, setUntil] = useState(before?.until ?? dayOf(new Date(now.getTime() + 90 * 86_400_000)));
  const save = (): void => {
    const list = tags
      .split(",")
      .map((tag) => tag.trim())
      .filter(Boolean);
    const patch: EndpointPatch = {
      ...(owner.trim() === (endpoint.owner ?? "") ? {} : { owner: owner.trim() || null }),
      ...(list.join() === endpoint.tags.join() ? {} : { tags: list.length === 0 ? null : list }),
      ...(retired === (endpoint.lifecycle === "retired") ? {} : { retired }),
      ...(isPublic
        ? before?.by === by && before.reason === reason && before.until === until
          ? {}
          : { publicOnPurpose: { owner: by.trim(), reason: reason.trim(), until } }
        : before === null
          ? {}
          : { publicOnPurpose: null }),
    };
    if (Object.keys(patch).length === 0) onDone();
    else describe.mutate(patch, { onSuccess: onDone });
  };
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => event.key === "Escape" && onDone()}
    >
      {describe.error !== null && (
        <div role="alert" className="rounded-md border border-leak bg-leak-tint px-3 py-2">
          <p className="font-medium text-leak">Nothing changed. {describe.error.message}</p>
          {describe.error instanceof ApiFailure && <p>{describe.error.remedy}</p>}
        </div>
      )}
      <Labelled name="Owner" note="a team or a person; empty for nobody">
        {(id) => <input id={id} className="field w-full" maxLength={200} value={owner} autoFocus onChange={(event) => setOwner(event.target.value)} />}
      </Labelled>
      <Labelled name="Tags" note="with commas between them">
        {(id) => <input id={id} className="field w-full" maxLength={2_000} value={tags} onChange={(event) => setTags(event.target.value)} />}
      </Labelled>
      <Tick name="Retired" note="should not answer any more; when it does, the changes say so" value={retired} onChange={setRetired} />
      <Tick name="Public on purpose" note="answers anyone, and somebody decided that; its finding is then accepted until the day" value={isPublic} onChange={setPublic} />
      {isPublic && (
        <div className="grid gap-3 border-l-2 border-line pl-3">
          <Labelled name="Who decided">
            {(id) => <input id={id} required className="field w-full" maxLength={200} value={by} onChange={(event) => setBy(event.target.value)} />}
          </Labelled>
          <Labelled name="Reason">
            {(id) => <input id={id} required className="field w-full" maxLength={1_000} value={reason} onChange={(event) => setReason(event.target.value)} />}
          </Labelled>
          <Labelled name="Until" note="its last day; then it is asked about again">
            {(id) => <input id={id} required type="date" className="field" min={dayOf(now)} value={until} onChange={(event) => setUntil(event.target.value)} />}
          </Labelled>
        </div>
      )}
      <div className="flex gap-2">
        <button type="submit" className="button primary" disabled={describe.isPending}>
          Save
        </button>
        <button type="button" className="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}

/** A label above its field. */
export function Labelled({ name, note, children }: { readonly name: string; readonly note?: string; readonly children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-[13px]">
        <span className="font-medium">{name}</span>
        {note !== undefined && <span className="text-soft">, {note}</span>}
      </label>
      {children(id)}
    </div>
  );
}

function Tick({ name, note, value, onChange }: { readonly name: string; readonly note: string; readonly value: boolean; readonly onChange: (value: boolean) => void }) {
  return (
    <label className="flex items-start gap-2 text-[13px]">
      <input type="checkbox" className="mt-0.5 h-4 w-4 accent-(--brand)" checked={value} onChange={(event) => onChange(event.target.checked)} />
      <span>
        <span className="font-medium">{name}</span>
        <span className="text-soft">: {note}</span>
      </span>
    </label>
  );
}

/** `2026-11-22` in UTC, as the API takes days. */
function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
