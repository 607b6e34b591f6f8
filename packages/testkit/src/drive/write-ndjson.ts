import type { BodyContent, Exchange } from "@postern/engine";

/**
 * One exchange as one line of the documented NDJSON form, without the newline: `at` in ISO 8601 with milliseconds, bodies
 * as text or `{"base64"}`.
 */
export function writeNdjson(exchange: Exchange): string {
  const { request, response } = exchange;
  return JSON.stringify({
    id: exchange.id,
    at: new Date(exchange.at).toISOString(),
    method: exchange.method,
    url: exchange.url,
    client: exchange.client,
    request: { headers: request.headers, ...bodyOf(request.body) },
    response: { status: response.status, headers: response.headers, ...bodyOf(response.body) },
    ...(exchange.durationMs === undefined ? {} : { durationMs: exchange.durationMs }),
  });
}

function bodyOf(body: BodyContent | undefined): { readonly body?: string | { readonly base64: string } } {
  if (body === undefined) return {};
  return { body: typeof body === "string" ? body : { base64: Buffer.from(body).toString("base64") } };
}
