import type { AddedSpec, Change, DisclosureTotals, Endpoint, Finding, Incident, Problem, RemovedSpec, Spec, TemplateChange, TemplateRule } from "../api-types.ts";

/** One page of a list, as every list route answers it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** What went wrong with a call: the API's own problem, or that no answer came. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly remedy: string;

  constructor(status: number, detail: string, remedy: string) {
    super(detail);
    this.name = "ApiFailure";
    this.status = status;
    this.remedy = remedy;
  }
}

/** GET under `/api/v1`; throws {@link ApiFailure}. */
export function get<T>(path: string): Promise<T> {
  return call<T>(path, {});
}

/** The lists the console loads whole, and what is in them. */
interface Lists {
  readonly "/endpoints": Endpoint;
  readonly "/specs": Spec;
  readonly "/specs/removed": RemovedSpec;
  readonly "/templates": TemplateRule;
  readonly "/changes": Change;
  readonly "/findings": Finding;
  readonly "/incidents": Incident;
  readonly "/disclosures/totals": DisclosureTotals;
}

export interface Listing<T> {
  readonly items: readonly T[];
  /** There is more than was loaded. */
  readonly cut: boolean;
}

/** Most pages of a list the console loads: 10,000 rows. A longer list says that it is cut. */
const pagesMax = 10;

/** Follows `next` to the end of a list, at most {@link pagesMax} pages of 1,000. `filter` is `&name=value`. */
export async function getAll<P extends keyof Lists>(path: P, filter = ""): Promise<Listing<Lists[P]>> {
  const items: Lists[P][] = [];
  let cursor = "";
  for (let page = 0; page < pagesMax; page += 1) {
    const { items: more, next } = await get<Page<Lists[P]>>(`${path}?limit=1000${filter}${cursor}`);
    items.push(...more);
    if (next === null) return { items, cut: false };
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
  return { items, cut: true };
}

/** Sets the status of an incident or a finding; answers the changed thing. */
export function setStatus<T>(kind: "incidents" | "findings", id: string, status: string): Promise<T> {
  return call<T>(`/${kind}/${encodeURIComponent(id)}/status`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-postern": "1" },
    body: JSON.stringify({ status }),
  });
}

/** What a person may say of an endpoint; what is left out stays, null takes it away. */
export interface EndpointPatch {
  readonly owner?: string | null;
  readonly tags?: readonly string[] | null;
  readonly retired?: boolean;
  readonly publicOnPurpose?: { readonly owner: string; readonly reason: string; readonly until: string } | null;
}

/** Describes an endpoint; answers it as it is then. */
export function describeEndpoint(id: string, patch: EndpointPatch): Promise<Endpoint> {
  return call<Endpoint>(`/endpoints/${encodeURIComponent(id)}`, {
    method: "PATCH",
    headers: { "content-type": "application/json", "x-postern": "1" },
    body: JSON.stringify(patch),
  });
}

/** What somebody wants of a template: as written, or that of an endpoint. `preview`: only say what it would do. */
export interface TemplateDecision {
  readonly kind: TemplateChange["kind"];
  readonly template?: string;
  readonly endpoint?: string;
  readonly host?: string;
  readonly preview?: boolean;
}

/** Pins, merges or splits a template, or takes back what was said of it. */
export function decideTemplate(decision: TemplateDecision): Promise<TemplateChange> {
  return call<TemplateChange>("/templates", { method: "PATCH", headers: { "content-type": "application/json", "x-postern": "1" }, body: JSON.stringify(decision) });
}

/** As the API bounds it. */
export const specBytesMax = 16 * 1024 * 1024;

/** Sends a document as it is. */
export async function addSpec(file: File, name: string, kind: Spec["kind"]): Promise<AddedSpec> {
  // The API would end the connection in the middle of a larger one, and the browser then says nothing of why.
  if (file.size > specBytesMax)
    throw new ApiFailure(
      413,
      `${file.name} is larger than ${specBytesMax / 1024 / 1024} MiB.`,
      "Leave out examples, or add it with the command spec add on the machine Postern runs on.",
    );
  const query = new URLSearchParams({ as: kind, ...(name === "" ? {} : { name }) });
  return await call<AddedSpec>(`/specs?${query.toString()}`, { method: "POST", headers: { "content-type": "application/octet-stream", "x-postern": "1" }, body: file });
}

/** Puts a removed document back. */
export function restoreSpec(id: string): Promise<Spec> {
  return call<Spec>(`/specs/${encodeURIComponent(id)}/status`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-postern": "1" },
    body: JSON.stringify({ status: "kept" }),
  });
}

/** Removes a document; {@link restoreSpec} puts it back. */
export function removeSpec(id: string): Promise<Spec> {
  return call<Spec>(`/specs/${encodeURIComponent(id)}`, { method: "DELETE", headers: { "x-postern": "1" } });
}

/** Ends this browser's session. */
export async function signOut(): Promise<void> {
  await fetch("/logout", { method: "POST", headers: { "x-postern": "1" } });
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(`/api/v1${path}`, init);
  } catch {
    throw new ApiFailure(0, "Postern does not answer.", "Check that it still runs in its terminal; this page tries again by itself.");
  }
  const body: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok)
    throw isProblem(body) ? new ApiFailure(answer.status, detailOf(body), body.remedy) : new ApiFailure(answer.status, `The API answered ${answer.status}.`, "Reload the page.");
  // The server parsed it through the schema this type was made from.
  return body as T;
}

/** The detail, and which part of what was sent it is about. */
function detailOf({ detail, errors }: Problem): string {
  return errors === undefined || errors.length === 0 ? detail : errors.map((it) => `${it.pointer.replace("#/body/", "").replace("#/query/", "")}: ${it.detail}`).join(" ");
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "detail" in body && "remedy" in body;
}
