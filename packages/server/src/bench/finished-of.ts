import type { Exchange } from "@postern/engine";
import type { FinishedExchange } from "../exchange-record.ts";

/** What the gate would have finished for this exchange to be read by the hub, as exchange `number`; the origin goes from its URL. */
export function finishedOf(exchange: Exchange, number: number, origin: string): FinishedExchange {
  const { request, response } = exchange;
  const bytes = (body: string | Uint8Array | undefined): Uint8Array | undefined => (typeof body === "string" ? Buffer.from(body) : body);
  return {
    number,
    note: exchange.gate,
    capture: {
      head: {
        at: exchange.at,
        method: exchange.method,
        host: "",
        target: exchange.url.startsWith(origin) ? exchange.url.slice(origin.length) : exchange.url,
        rawHeaders: request.headers.flat(),
        address: exchange.client.address,
      },
      ruling: { kind: "pass" },
      replaced: false,
      requestSection: undefined,
      requestBody: bytes(request.body),
      requestBodyTruncated: request.truncated === true,
      status: response.status,
      responseRawHeaders: response.headers.flat(),
      responseSection: undefined,
      responseBody: bytes(response.body),
      responseBodyTruncated: response.truncated === true,
      responseBytes: response.size ?? 0,
      durationMs: exchange.durationMs ?? 0,
      upstreamError: undefined,
    },
  };
}
