import { PosternError, templateShape } from "@postern/engine";

/**
 * The endpoint a person means: by id, by the unique beginning of one, or as `GET /users/{id}/status`, with or without host, where the names
 * of parameters and upper or lower case do not matter. Throws USAGE when several fit and NOT_FOUND when none does; both list candidates.
 */
export function findEndpoint(text: string, endpoints: readonly NamedEndpoint[]): NamedEndpoint {
  const wanted = text.trim();
  const exact = endpoints.filter((endpoint) => endpoint.ids.includes(wanted));
  const steps: ((endpoint: NamedEndpoint) => boolean)[] = [
    (endpoint) => fits(wanted, endpoint, templateShape),
    (endpoint) => fits(wanted, endpoint, looseShape),
    (endpoint) => [undefined, endpoint.method].includes(partsOf(wanted).method) && endpoint.hasPath?.(partsOf(wanted).path) === true,
    (endpoint) => wanted.length >= prefixMin && endpoint.ids.some((id) => id.startsWith(wanted)),
    (endpoint) => wanted.includes("/") && begins(wanted, endpoint),
  ];
  for (const found of [exact, ...steps.map((step) => endpoints.filter(step))]) {
    if (found.length > 1) throw new PosternError("USAGE", `${shown(wanted)} can be ${found.length} endpoints:\n${listOf(found)}`, { remedy: "Name one by its id." });
    if (found[0] !== undefined) return found[0];
  }
  const candidates = endpoints.filter((endpoint) => endpoint.disclosures > 0);
  throw new PosternError(
    "NOT_FOUND",
    `There is no endpoint ${shown(wanted)}. ${candidates.length === 0 ? "" : `Endpoints that disclosed something:\n${listOf(candidates)}`}`.trimEnd(),
    {
      remedy: "`postern endpoints` lists all of them.",
    },
  );
}

export interface NamedEndpoint {
  readonly id: string;
  /** Its id and those it had before paths merged. */
  readonly ids: readonly string[];
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** Whether a path without parameters is this one, its hidden constants told by their keyed hash. */
  readonly hasPath?: (path: string) => boolean;
  /** Rows it disclosed, to show those first. */
  readonly disclosures: number;
}

/** Shorter beginnings of an id fit by chance. */
const prefixMin = 4;
const listedMax = 20;

function fits(wanted: string, endpoint: NamedEndpoint, shape: (template: string) => string): boolean {
  const { method, path } = partsOf(wanted);
  if (method !== undefined && method !== endpoint.method && endpoint.method !== "*") return false;
  return shape(path) === shape(endpoint.path) || shape(path) === shape(endpoint.host + endpoint.path);
}

function begins(wanted: string, endpoint: NamedEndpoint): boolean {
  const { method, path } = partsOf(wanted);
  return (method === undefined || method === endpoint.method) && looseShape(endpoint.path).startsWith(looseShape(path));
}

function partsOf(text: string): { readonly method: string | undefined; readonly path: string } {
  const match = /^([A-Za-z]{1,20}|\*)[ \t]+(\S.*)$/.exec(text.slice(0, 2_048));
  return match === null ? { method: undefined, path: text } : { method: match[1] === "*" ? undefined : match[1]?.toUpperCase(), path: match[2] ?? "" };
}

/** `{cc}-{phone}` and `{user}` alike stand for one segment. */
function looseShape(template: string): string {
  return template
    .split("/")
    .map((segment) => (segment.includes("{") ? "{}" : segment.toLowerCase()))
    .join("/");
}

function listOf(endpoints: readonly NamedEndpoint[]): string {
  const shownOnes = endpoints.toSorted((a, b) => b.disclosures - a.disclosures).slice(0, listedMax);
  const more = endpoints.length - shownOnes.length;
  return [...shownOnes.map((one) => `  ${one.id}  ${one.method} ${one.host}${one.path}  (${one.disclosures} disclosures)`), ...(more > 0 ? [`  and ${more} more`] : [])].join("\n");
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
