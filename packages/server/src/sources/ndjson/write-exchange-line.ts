import type { Carries, Exchange, Message } from "@postern/engine";

/**
 * One exchange as a line of exchange NDJSON, with its newline. {@link readNdjson} gives it back equal, but for `gate`, which
 * is Postern's own note and not written. Bytes that are no text go out as `{"base64"}`. Nothing is redacted: this is the
 * form of recorded traffic, not of stored traffic.
 */
export function writeExchangeLine(exchange: Exchange): string {
  const { id, at, method, url, client, request, response, durationMs, carries } = exchange;
  const record = {
    id,
    at: Number.isInteger(at) ? new Date(at).toISOString() : at,
    method,
    url,
    client,
    request: message(request),
    response: { status: response.status, ...message(response), size: response.size },
    durationMs,
    carries: missing(carries),
  };
  return `${JSON.stringify(record)}\n`;
}

function message(from: Message): object {
  const { body, headers, truncated } = from;
  return { headers, body: body === undefined || typeof body === "string" ? body : { base64: Buffer.from(body).toString("base64") }, truncated };
}

/** Only what is not carried is written; undefined when everything is. */
function missing(carries: Carries): object | undefined {
  const absent = Object.entries(carries).filter(([, carried]) => carried === false);
  return absent.length === 0 ? undefined : Object.fromEntries(absent);
}
