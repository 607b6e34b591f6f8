import { headerOf } from "../../exchange/view-of.ts";
import type { ExchangeView } from "../../exchange/view.ts";

/**
 * Whether a request is for a WebSocket: `opened` when it was answered 101, `asked` when it was only asked for. A 101 without headers (an access log) is taken for
 * one: other protocols hardly switch.
 *
 * Misses: WebSockets over HTTP/2 and 3 (CONNECT with `:protocol`).
 */
export function webSocketOf({ exchange }: Pick<ExchangeView, "exchange">): "opened" | "asked" | undefined {
  if (exchange.method !== "GET") return undefined;
  const upgrade = headerOf(exchange.request.headers, "upgrade");
  if (upgrade !== "" && upgrade.toLowerCase() !== "websocket") return undefined;
  return exchange.response.status === 101 ? "opened" : upgrade === "" ? undefined : "asked";
}
