import type { SubjectRule } from "../decide/gate-policy.ts";
import { graphqlValues } from "./graphql-values.ts";

/**
 * Identifiers that a GraphQL request asks about although they do not stand in the variable where honest clients put them: in a variable of another name, as that
 * variable's default, or written into the document, under an alias or in a batch. Without this anybody walks past a guard by writing the same question otherwise.
 *
 * By name: whatever is given to the variable of the rule, to an argument (or a field of one) of the same name, or to a variable that is. By looks: any text in
 * variables or document that is a phone number, an e-mail address or a UUID, where the rule is about one, and any global id of the rule's kind.
 *
 * Misses: other identifiers given to an argument that is called otherwise than the variable of the rule; documents beyond what is read count as too many.
 */
export function graphqlSubjects(type: SubjectRule["type"], isNamed: (lower: string) => boolean, requests: GraphqlRequests, found: FoundSubject): void {
  const looks = (text: string): boolean => looksLike(type, text) || found.isCoded?.(text) === true;
  if (requests.cut) found.tooMany();
  for (const { text, variables } of requests.list) {
    const { literals, flows, cut } = graphqlValues(text);
    if (cut) found.tooMany();
    const variablesAsked = new Set<string>();
    for (const { argument, variable } of flows) if (isNamed(argument.toLowerCase())) variablesAsked.add(variable.toLowerCase());
    const isAsked = (lower: string): boolean => variablesAsked.has(lower) || isNamed(lower);
    for (const literal of literals) if ((literal.quoted && looks(literal.text)) || isAsked(literal.name.toLowerCase())) found.list(literal.text);
    let left = scalarsMax;
    const walk = (node: unknown, asked: boolean, depth: number): void => {
      if (depth > depthMax || left-- <= 0) return found.tooMany();
      if (Array.isArray(node)) for (const one of node) walk(one, asked, depth + 1);
      else if (typeof node === "object" && node !== null) for (const [key, value] of Object.entries(node)) walk(value, asked || isAsked(key.toLowerCase()), depth + 1);
      else if (typeof node === "string" && (asked || looks(node))) found.list(node);
      else if (typeof node === "number" && asked) found.list(String(node));
    };
    walk(variables, false, 0);
  }
}

/** Whoever collects them. */
export interface FoundSubject {
  list(text: string): void;
  /** There may be more than were read. */
  tooMany(): void;
  /** Whether an identifier of the rule stands coded in a text, as in a global id. */
  isCoded?(text: string): boolean;
}

export interface GraphqlRequests {
  /** The batch is longer than what was read of it. */
  readonly cut: boolean;
  readonly list: readonly { readonly text: string; readonly variables: unknown }[];
}

/** The GraphQL requests in a JSON body, one or a batch of at most {@link requestsMax}, in a form, in a query string, or as a bare document: whatever a service may take of them. */
export function graphqlRequests(json: unknown, pairs: readonly (readonly [name: string, value: string])[], document: string | undefined): GraphqlRequests {
  const list: { readonly text: string; readonly variables: unknown }[] = [];
  for (const one of Array.isArray(json) ? json.slice(0, requestsMax) : [json]) {
    if (typeof one !== "object" || one === null) continue;
    const text: unknown = "query" in one ? one.query : "";
    list.push({ text: typeof text === "string" ? text : "", variables: "variables" in one ? one.variables : undefined });
  }
  const text = pairs.find(([name]) => name === "query")?.[1];
  const variables = pairs.find(([name]) => name === "variables")?.[1];
  if (text !== undefined || variables !== undefined) list.push({ text: text ?? "", variables: parsed(variables ?? "") });
  if (document !== undefined) list.push({ text: document, variables: undefined });
  return { list, cut: Array.isArray(json) && json.length > requestsMax };
}

/** More than an honest batch. */
export const requestsMax = 256;
const scalarsMax = 4_096;
const depthMax = 16;

function looksLike(type: SubjectRule["type"], text: string): boolean {
  if (text.length > 254) return false;
  if (type === "email") return /^[^@\s]{1,64}@[^@\s]{1,189}$/.test(text.trim());
  if (type === "uuid") return /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text.trim());
  if (type !== "phone" || !/^[\s+0-9().\-/]{7,40}$/.test(text)) return false;
  const digits = text.replaceAll(/\D/g, "").length;
  return digits <= 15 && digits >= (text.trim().startsWith("+") ? 7 : 9);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
