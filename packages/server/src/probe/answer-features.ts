import { echoForms, maskEcho, type Ports } from "@postern/engine";
import type { ProbeAnswer } from "./probe-client.ts";

/** Through what an answer may tell. */
export type ChannelKind = "class" | "status" | "header" | "field" | "value" | "text" | "length" | "time";

/** One thing about an answer that can be compared with other answers. */
export interface Feature {
  readonly kind: ChannelKind;
  /** Which header or field; `""` for the others. */
  readonly name: string;
  /** What it was, with everything taken from the request masked; only ever compared. */
  readonly symbol: string;
}

/** Answers are held apart by at most so many fields and headers each: a page of data differs in any of them. */
export const featuresMax = 400;
const depthMax = 12;

/**
 * Everything about an answer that may depend on the person asked about: status, each header's presence and value, each JSON field's presence, type and value, the
 * text. The identifiers of the request are masked wherever they come back. Misses: the order of headers, and what lies beyond {@link featuresMax}.
 */
export function featuresOf(answer: ProbeAnswer, asked: readonly string[], ports: Ports): readonly Feature[] {
  const forms = echoForms(asked);
  const features: Feature[] = [{ kind: "status", name: "", symbol: String(answer.status) }];
  const headers = new Map<string, string>();
  for (const [name, value] of answer.headers) if (!transport.has(name)) headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  for (const [name, value] of [...headers].slice(0, featuresMax / 2)) {
    features.push({ kind: "header", name, symbol: "there" });
    features.push({ kind: "header", name: `${name}:`, symbol: ports.hash("segment", maskEcho(value, forms)) });
  }
  const json = parsed(answer.body);
  if (json === undefined) features.push({ kind: "text", name: "", symbol: ports.hash("segment", maskEcho(answer.body, forms)) });
  else fields(json, "", 0, forms, ports, features);
  return features.slice(0, featuresMax);
}

/** Length of the body without the identifiers that came back in it. */
export function maskedLength(answer: ProbeAnswer, asked: readonly string[]): number {
  if (answer.length > answer.body.length * 4) return answer.length;
  return Buffer.byteLength(maskEcho(answer.body, echoForms(asked))) + Math.max(0, answer.length - Buffer.byteLength(answer.body));
}

function fields(node: unknown, path: string, depth: number, forms: readonly string[], ports: Ports, into: Feature[]): void {
  if (into.length >= featuresMax || depth > depthMax) return;
  const name = path === "" ? "(whole)" : path;
  if (Array.isArray(node)) {
    into.push({ kind: "field", name, symbol: "array" }, { kind: "value", name: `${name} (entries)`, symbol: String(node.length) });
    // What the entries hold, each path once: their number is above.
    const seen = new Map<string, Feature>();
    for (const item of node.slice(0, 32)) {
      const inner: Feature[] = [];
      fields(item, `${path}[]`, depth + 1, forms, ports, inner);
      for (const feature of inner) {
        const key = `${feature.kind} ${feature.name}`;
        const before = seen.get(key);
        seen.set(
          key,
          before === undefined || before.symbol === feature.symbol ? feature : { ...feature, symbol: ports.hash("segment", [before.symbol, feature.symbol].sort().join()) },
        );
      }
    }
    into.push(...seen.values());
    return;
  }
  if (typeof node === "object" && node !== null) {
    into.push({ kind: "field", name, symbol: "object" });
    for (const [key, value] of Object.entries(node)) fields(value, path === "" ? maskEcho(key, forms) : `${path}.${maskEcho(key, forms)}`, depth + 1, forms, ports, into);
    return;
  }
  into.push({ kind: "field", name, symbol: node === null ? "null" : typeof node });
  into.push({ kind: "value", name, symbol: ports.hash("segment", typeof node === "string" ? maskEcho(node, forms) : String(node)) });
}

export function parsed(body: string): unknown {
  const first = body.trimStart()[0];
  if (first !== "{" && first !== "[") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Of the connection, and what the length channel measures itself. */
const transport: ReadonlySet<string> = new Set(["connection", "keep-alive", "content-length", "transfer-encoding", "date"]);
