import { queryOptions } from "@tanstack/react-query";
import type { Endpoint, EndpointShape, EndpointTemplate, Incident, Overview, SpecDiff } from "../api-types.ts";
import { get, getAll } from "./client.ts";

/** Every question the console asks, with how stale its answer may get. Live events renew most of them sooner. */
export const overviewQuery = queryOptions({ queryKey: ["overview"], queryFn: () => get<Overview>("/overview"), refetchInterval: 10_000 });
export const endpointsQuery = queryOptions({
  queryKey: ["endpoints"],
  queryFn: () => getAll("/endpoints"),
  // A list of thousands is megabytes.
  refetchInterval: ({ state }) => ((state.data?.items.length ?? 0) > 500 ? 60_000 : 5_000),
  staleTime: 2_000,
});
/** All that is known at one path: methods, and operations sent there. */
export const pathQuery = (host: string, path: string) =>
  queryOptions({
    queryKey: ["path", host, path],
    queryFn: () => getAll("/endpoints", `&${new URLSearchParams({ host, path }).toString()}`),
    refetchInterval: 30_000,
  });
export const endpointShapeQuery = (id: string) =>
  queryOptions({ queryKey: ["endpoint-shape", id], queryFn: () => get<EndpointShape>(`/endpoints/${encodeURIComponent(id)}/shape`), refetchInterval: 30_000 });
export const endpointTemplateQuery = (id: string) =>
  queryOptions({ queryKey: ["endpoint-template", id], queryFn: () => get<EndpointTemplate>(`/endpoints/${encodeURIComponent(id)}/template`), refetchInterval: 30_000 });
export const templateRulesQuery = queryOptions({ queryKey: ["template-rules"], queryFn: () => getAll("/templates"), refetchInterval: 30_000 });
export const specsQuery = queryOptions({ queryKey: ["specs"], queryFn: () => getAll("/specs"), refetchInterval: 30_000 });
export const removedSpecsQuery = queryOptions({ queryKey: ["removed-specs"], queryFn: () => getAll("/specs/removed"), refetchInterval: 30_000 });
export const specDiffQuery = (id: string) =>
  queryOptions({ queryKey: ["spec-diff", id], queryFn: () => get<SpecDiff>(`/specs/${encodeURIComponent(id)}/diff`), refetchInterval: 60_000 });
/** `from` as ISO text, or nothing for all time. */
export const changesQuery = (from: string | undefined) =>
  queryOptions({ queryKey: ["changes", from ?? "all"], queryFn: () => getAll("/changes", from === undefined ? "" : `&from=${encodeURIComponent(from)}`), refetchInterval: 30_000 });
export const endpointQuery = (id: string) =>
  queryOptions({ queryKey: ["endpoint", id], queryFn: () => get<Endpoint>(`/endpoints/${encodeURIComponent(id)}`), refetchInterval: 5_000 });
export const findingsQuery = queryOptions({ queryKey: ["findings"], queryFn: () => getAll("/findings"), refetchInterval: 10_000 });
export const incidentsQuery = queryOptions({ queryKey: ["incidents"], queryFn: () => getAll("/incidents"), refetchInterval: 10_000 });
export const incidentQuery = (id: string) =>
  queryOptions({ queryKey: ["incident", id], queryFn: () => get<Incident>(`/incidents/${encodeURIComponent(id)}`), refetchInterval: 10_000 });
/** `from` as ISO text, or nothing for all time. */
export const totalsQuery = (from: string | undefined) =>
  queryOptions({
    queryKey: ["totals", from ?? "all"],
    queryFn: () => getAll("/disclosures/totals", from === undefined ? "" : `&from=${encodeURIComponent(from)}`),
    refetchInterval: 10_000,
  });
