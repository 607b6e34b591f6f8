import { plainHash } from "../../exchange/plain-hash.ts";
import { rememberText } from "../../exchange/remember-text.ts";
import { headerOf } from "../../exchange/view-of.ts";
import type { ExchangeView } from "../../exchange/view.ts";
import type { OracleObservation } from "./endpoint-oracle.ts";

/**
 * How long the service took, and on what that depends besides the hour and the class: which machine answered, whether a cache did, as far as headers say. The gate's own
 * measure where there is one, else the time the source gives, which holds the network too. Undefined when the source gives none.
 */
export function timeOf({ exchange }: ExchangeView): OracleObservation["time"] {
  const ms = exchange.upstreamMs ?? exchange.durationMs;
  if (ms === undefined) return undefined;
  let stratum = "";
  for (const [name, value] of exchange.response.headers) {
    if (name.length < 3 || name.length > 24) continue;
    const lower = name.toLowerCase();
    if (lower === "age") stratum += value === "0" ? "" : "aged ";
    else if (telling.has(lower)) stratum += `${value.slice(0, 16)} `;
  }
  // It is kept with the answer until a label comes, on disk too: only whether two are the same matters.
  return { ms, stratum: stratum === "" ? "" : plainHash(stratum).slice(0, 8) };
}

/** The caller's application without its versions, its language, and whether it sent a credential: what both answers and people's existence may go along with. */
export function callerKind({ userAgent, credential, exchange }: ExchangeView): string {
  const { headers } = exchange.request;
  return `${applicationOf(userAgent)} ${headerOf(headers, "accept-language").slice(0, 5)} ${credential === undefined ? "" : "+"}${headerOf(headers, "cookie") === "" ? "" : "c"}`;
}

const applicationOf = rememberText((userAgent) => {
  let words = "";
  for (let at = 0; at < userAgent.length && words.length < 48; at += 1) {
    const code = userAgent.charCodeAt(at);
    if ((code < 48 || code > 57) && code !== 46) words += userAgent[at];
  }
  return words;
});

/** Headers of caches and load balancers; values are the service's own, a few each. In memory only as part of a stratum's name. */
const telling: ReadonlySet<string> = new Set([
  "x-cache",
  "cf-cache-status",
  "x-cache-status",
  "x-served-by",
  "x-backend",
  "x-backend-server",
  "x-instance",
  "x-instance-id",
  "x-node",
  "x-pod",
]);
