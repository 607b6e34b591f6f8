import { latestFirst } from "../api/keyset-page.ts";
import type { ChangeView } from "../api/views.ts";
import type { SpecChange } from "../specs/spec-changes.ts";
import type { EndpointChange } from "./endpoint-life.ts";

/** The change feed as API, console and command line show it: what happened to endpoints, and to the documents that describe them. Unsorted. */
export function changeViews(endpoints: readonly EndpointChange[], documents: readonly SpecChange[]): readonly ChangeView[] {
  return [
    ...endpoints.map(({ at, kind, endpoint, by }) => ({ at: new Date(at).toISOString(), kind, endpoint, document: null, by })),
    ...documents.map(({ at, kind, id, name, by }) => ({ at: new Date(at).toISOString(), kind, endpoint: null, document: { id, name }, by })),
  ];
}

/** The key of a change, latest first; unique, since a document changes in one way at one moment. */
export function changeKey({ at, kind, endpoint, document }: ChangeView): string {
  return `${latestFirst(at)}\n${kind}\n${endpoint?.id ?? document?.id ?? ""}`;
}
