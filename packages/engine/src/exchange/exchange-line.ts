import { encodeBase64 } from "./encode-base64.ts";
import type { BodyContent, Carries, Exchange, Message } from "./exchange.ts";

/**
 * One exchange as a line of exchange NDJSON (`docs/reference/exchange.md`), without its newline and with no newline inside.
 * The reader gives it back equal, but for `gate`, which is Postern's own note and not written. Text goes out as text, bytes
 * as `{"base64"}`, a whole `at` as ISO 8601 with milliseconds. What is absent stays absent.
 *
 * Nothing is redacted and nothing is cut: this is the form of recorded traffic, not of stored traffic.
 */
export function exchangeLine(exchange: Exchange): string {
  const { id, at, method, url, client, request, response, durationMs, carries } = exchange;
  return JSON.stringify({
    id,
    at: Number.isInteger(at) && at >= 0 && at <= isoMax ? new Date(at).toISOString() : at,
    method,
    url,
    client,
    request: message(request),
    response: { status: response.status, ...message(response), size: response.size },
    durationMs,
    carries: missing(carries),
  });
}

/** The last millisecond whose year has four digits. */
const isoMax = 253_402_300_799_999;

function message(from: Message): {
  readonly headers: Message["headers"];
  readonly body: string | { readonly base64: string } | undefined;
  readonly truncated: boolean | undefined;
} {
  return { headers: from.headers, body: bodyForm(from.body), truncated: from.truncated };
}

function bodyForm(body: BodyContent | undefined): string | { readonly base64: string } | undefined {
  return body === undefined || typeof body === "string" ? body : { base64: encodeBase64(body) };
}

/** Only what is not carried is written; undefined when everything is. */
function missing(carries: Carries): Readonly<Record<string, boolean>> | undefined {
  const absent = Object.entries(carries).filter(([, carried]) => carried === false);
  return absent.length === 0 ? undefined : Object.fromEntries(absent);
}
