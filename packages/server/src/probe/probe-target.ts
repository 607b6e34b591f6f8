import { PosternError } from "@postern/engine";

/** One question to a service, with `{subject}` where the identifier stands: in the path, the query, a header or the body. */
export interface ProbeTarget {
  /** As people read it: `GET /users/{subject}/status`. */
  readonly name: string;
  readonly method: string;
  /** From the slash on, query included. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
  /** Identifiers in one request: that asked about and made-up ones beside it, wherever the body has an array that holds `{subject}`. */
  readonly batch: number;
}

export interface FilledRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
}

export const placeholder = "{subject}";

/** Throws USAGE where the template names no identifier, or something else in braces that nobody fills. */
export function checkedTarget(target: ProbeTarget): ProbeTarget {
  const places = [target.path, target.body ?? "", ...target.headers.map(([, value]) => value)];
  if (!places.some((text) => text.includes(placeholder)))
    throw new PosternError("USAGE", `${target.name} does not say where the identifier stands`, {
      remedy: `Write ${placeholder} in its place: "GET /users/${placeholder}/status".`,
    });
  const other = /\{(?!subject\})[^{}/?&=]*\}/.exec(target.path)?.[0];
  if (other !== undefined) throw new PosternError("USAGE", `${target.name}: nothing says what stands for ${other}`, { remedy: `Give it a value: --set ${other.slice(1, -1)}=…` });
  return target;
}

/** The request about one identifier. Written as its place wants it: percent-encoded in the target and in forms, escaped in JSON, as it is in a header. */
export function filled(target: ProbeTarget, subject: string, fillers: readonly string[]): FilledRequest {
  const mark = target.path.indexOf("?");
  const path = mark < 0 ? target.path : target.path.slice(0, mark);
  const query = mark < 0 ? "" : target.path.slice(mark);
  const encoded = encodeURIComponent(subject);
  return {
    method: target.method,
    path: `${path.replaceAll(placeholder, encoded.replaceAll("%40", "@").replaceAll("%2B", "+"))}${query.replaceAll(placeholder, encoded)}`,
    headers: target.headers.map(([name, value]) => [name, value.replaceAll(placeholder, subject.replaceAll(/[\r\n]/g, ""))] as const),
    body: target.body === undefined ? undefined : filledBody(target.body, isForm(target.headers), subject, fillers.slice(0, Math.max(0, target.batch - 1))),
  };
}

function filledBody(template: string, form: boolean, subject: string, fillers: readonly string[]): string {
  if (form) return template.replaceAll(placeholder, encodeURIComponent(subject));
  let json: unknown;
  try {
    json = JSON.parse(template);
  } catch {
    return template.replaceAll(placeholder, subject);
  }
  return JSON.stringify(withSubject(json, subject, fillers));
}

function withSubject(node: unknown, subject: string, fillers: readonly string[]): unknown {
  if (typeof node === "string") return node.replaceAll(placeholder, subject);
  if (Array.isArray(node)) {
    const [named] = node.filter((item) => JSON.stringify(item).includes(placeholder));
    const more = named === undefined ? [] : fillers.map((filler) => withSubject(named, filler, []));
    return [...node.map((item) => withSubject(item, subject, fillers)), ...more];
  }
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key.replaceAll(placeholder, subject), withSubject(value, subject, fillers)]));
}

function isForm(headers: ProbeTarget["headers"]): boolean {
  return headers.some(([name, value]) => name.toLowerCase() === "content-type" && value.toLowerCase().includes("x-www-form-urlencoded"));
}

/** Methods that only read. */
export function onlyReads(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "QUERY" || method === "OPTIONS";
}
