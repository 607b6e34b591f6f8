import type { Exchange } from "../../exchange/exchange.ts";
import type { ClassMeaning } from "./class-structure.ts";
import type { SeenAnswer } from "./own-answers.ts";

/**
 * What the asker saw of a guarded endpoint's answer: of a uniform one what the gate says it sent, else the service's own. Undefined where that is not known whole (a body cut
 * short or never carried), and for failures and limits, which are about nobody. The identifier is taken out of the length as it was written in the request; one that is
 * repeated in another spelling counts as part of the answer.
 */
export function seenAnswer(exchange: Exchange, endpointId: string, meaning: ClassMeaning, identifier: string): SeenAnswer | undefined {
  const { response, gate, at } = exchange;
  if (response.status === 0 || response.status === 429 || response.status >= 500) return undefined;
  if (gate?.action === "uniform") {
    const { sent, answered } = gate;
    if (sent === undefined || answered === undefined) return undefined;
    return { endpointId, uniform: true, meaning, status: answered, headers: sent.headers, bytes: sent.bytes, ms: sent.ms, at };
  }
  if (gate?.action !== "allow" || response.truncated === true || typeof response.body !== "string") return undefined;
  const text = identifier === "" ? response.body : response.body.replaceAll(identifier, "");
  return { endpointId, uniform: false, meaning, status: response.status, headers: response.headers, bytes: utf8Bytes(text), ms: exchange.durationMs ?? 0, at };
}

function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // A surrogate pair is two units and four bytes.
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}
