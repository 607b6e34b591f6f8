import type { Carries } from "./exchange.ts";

/** Only the request's line and how it was answered were recorded, as an access log does: neither credentials nor what was said. */
export function isLogLine({ requestHeaders, responseBody }: Carries): boolean {
  return !requestHeaders && !responseBody;
}
