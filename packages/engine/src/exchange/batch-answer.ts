import type { ClassScheme } from "../decide/gate-policy.ts";
import { flagOf } from "../detect/oracle/class-structure.ts";
import type { ResponseClass } from "../understood.ts";
import { echoForms } from "./echo-forms.ts";
import { elementsOf, type Places } from "./batch-elements.ts";
import { isArray, scalarTexts, shape } from "./json-shape.ts";
import type { Ports } from "./ports.ts";
import { type ClassifiedAnswer, classOf, looksJson, mediaType, parsed } from "./response-class.ts";
import type { Batch } from "./subject-collector.ts";
import type { Json } from "./view.ts";

/**
 * What one answer says about each of several people it was asked about: a class for each, in the order of `batch.subjects`. Undefined where the answer does not
 * tell them apart (a refusal, no JSON, a list in which nobody asked about can be recognised): then all share the class of the answer as a whole.
 *
 * What is said of whom is read from the answer's own structure, not from names of fields: the part of it that holds the identifier (an element of a list, an entry
 * of a map, the object under an alias), else the entry at the same place of a list or object with as many entries as were asked. Who is held nowhere, in an answer
 * without any other entries, is absent. The class of a part is its shape with its flags, the identifier masked; it says `found=yes` or `found=no` where the part has
 * no flag of its own, so that presence beside absence is told like a flag.
 *
 * Misses: identifiers that come back in another spelling than {@link normalForm} bridges, lists of other ids in another order, sums (`{"known":37}`): each of
 * those leaves the class of the whole. Every identifier is paid for all the same, whatever is recognised.
 */
export function classifyBatch(scheme: ClassScheme, answer: ClassifiedAnswer, batch: Batch, ports: Ports): BatchAnswer | undefined {
  const { status } = answer;
  if (status < 200 || status >= 300) return undefined;
  const media = answer.contentType === "" ? "" : mediaType(answer.contentType);
  const json = looksJson(media, answer.body) ? (answer.json ?? parsed(answer.body)) : undefined;
  if (json === undefined || json === null || typeof json !== "object") return undefined;
  const places = elementsOf(json, batch, ports);
  if (places === undefined) return undefined;
  const head = `${status} ${media === "" ? "-" : media} [each] `;
  const known = new Map<string, ResponseClass>();
  const classes = batch.subjects.map((_, index) => {
    const text = textOf(places, index, batch.texts[index] ?? "", scheme, ports);
    let found = known.get(text.key);
    if (found === undefined) known.set(text.key, (found = classOf(head + text.key, status, text.fields)));
    return found;
  });
  return { classes, parts: places.samples, rest: places.rest };
}

export interface BatchAnswer {
  /** By subject. */
  readonly classes: readonly ResponseClass[];
  /** The first parts that speak of one person each, with the identifier as it was asked: to learn from, never to keep. */
  readonly parts: readonly { readonly json: Json; readonly echo: string }[];
  /** The answer without any of its parts: what it would say of nobody. Undefined where taking a part out is not saying that there is none. */
  readonly rest: Json | undefined;
}

/** The class of each of several who were asked about together, by hash, as a gate writes it down; undefined where all share the whole answer's. */
export function classOfEach(
  endpoint: { readonly each?: ClassScheme },
  answer: ClassifiedAnswer,
  asked: { readonly batch?: Batch } | undefined,
  ports: Ports,
): ((subject: string) => string | undefined) | undefined {
  if (asked?.batch === undefined) return undefined;
  const each = classifyBatch(endpoint.each ?? noScalars, answer, asked.batch, ports);
  if (each === undefined) return undefined;
  const ids = new Map<string, string>();
  for (const [index, subject] of asked.batch.subjects.entries()) {
    const { id } = each.classes[index] ?? {};
    if (id !== undefined) ids.set(subject.hash, id);
  }
  return (subject) => ids.get(subject);
}

const noScalars: ClassScheme = { scalars: [] };

function textOf(places: Places, index: number, echo: string, scheme: ClassScheme, ports: Ports): { readonly key: string; readonly fields: readonly string[] } {
  const of = places.of[index] ?? [];
  if (of.length === 0) return { key: "absent found=no", fields: [] };
  const forms = echoForms([echo]);
  const keys = new Set<string>();
  const fields: string[] = [];
  for (const { path, json, name } of of) {
    const one = partText(json, name, scheme, forms, ports);
    // Who was asked about twice may stand there twice.
    if (keys.has(`${path}${one.key}`)) continue;
    keys.add(`${path}${one.key}`);
    for (const field of one.fields) fields.push(`${path}.${field}`);
    if (one.fields.length === 0 && one.holds) fields.push(path);
  }
  return { key: [...keys].sort().join(" "), fields };
}

/** `name`: of the list it stands in, which may be all that is said: `{"registered":[…],"missing":[…]}`. */
function partText(
  part: Json,
  name: string,
  scheme: ClassScheme,
  forms: readonly string[],
  ports: Ports,
): { readonly key: string; readonly fields: readonly string[]; readonly holds: boolean } {
  const said = name === "" ? undefined : flagOf(`${name}=yes`);
  const { json, failed } = unwrapped(part);
  if (json === null || typeof json !== "object") {
    const no = failed || json === null || json === false || json === 0 || json === "";
    return { key: no || said === "no" ? ":- found=no" : `:${typeof json} found=yes`, fields: [], holds: !no };
  }
  const paths: string[] = [];
  const fields: string[] = [];
  shape(json, "", 0, forms, paths, fields, ports);
  paths.sort();
  // Under a name of their own, so that the scheme of parts and that of whole answers never mix.
  const scalars = scalarTexts(json, scheme, forms, ports).replaceAll(" ", ` ${eachPrefix}`);
  const own = flagOf(scalars);
  const empty = Object.keys(json).length === 0;
  const found = own === undefined ? ` found=${failed || empty || said === "no" ? "no" : "yes"}` : "";
  return { key: `{${paths.join(",")}}${scalars}${found}`, fields, holds: true };
}

/** Without the envelopes of GraphQL and JSON-RPC, and without objects that hold nothing but another: what is left is what the service says of one person. */
function unwrapped(part: Json): { readonly json: Json; readonly failed: boolean } {
  let json = part;
  for (let depth = 0; depth < envelopesMax; depth++) {
    if (json !== null && typeof json === "object" && isArray(json) && json.length === 1) {
      json = json[0] ?? null;
      continue;
    }
    if (json === null || typeof json !== "object" || isArray(json)) break;
    const object: { readonly [key: string]: Json } = json;
    const keys = Object.keys(object).filter((key) => key !== "jsonrpc" && key !== "id");
    const only = keys[0];
    const fails = keys.find((key) => key === "error" || key === "errors");
    if (fails !== undefined && keys.every((key) => key === fails || object[key] === null)) return { json: object[fails] ?? null, failed: true };
    if (keys.length !== 1 || only === undefined) break;
    const inner = object[only] ?? null;
    if (typeof inner !== "object" && !("jsonrpc" in object)) break;
    json = inner;
  }
  return { json, failed: false };
}

/** Before the names of a part's scalars in a class key. */
export const eachPrefix = "each.";
/** GraphQL, JSON-RPC and a list of one make three. */
export const envelopesMax = 4;
