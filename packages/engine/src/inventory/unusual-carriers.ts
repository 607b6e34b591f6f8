import { isHighEntropy, isJwtShaped, mayBeSessionCookie } from "../exchange/credential-of.ts";
import { rememberText } from "../exchange/remember-text.ts";
import type { ExchangeView } from "../exchange/view.ts";
import { hash32 } from "./distinct-counter.ts";

/**
 * Places of a request that may carry a credential though nothing in their names says so: headers that no client sends by itself, cookies, parameters of the query. For
 * requests in which `credentialOf` found none; whether one of them is a credential, answers must show (see {@link LearnedCredential}). At most {@link carriersMax}.
 *
 * Left out by name is only what is known to be something else: what browsers, proxies and tracing add. `seed` is keyed, so neither names nor values can be read back.
 */
export function unusualCarriers(view: ExchangeView, seed: number): readonly UnusualCarrier[] {
  let found: UnusualCarrier[] | undefined;
  const add = (kind: string, name: string, value: string): void => {
    if (value.length < charactersMin || (found !== undefined && found.length >= carriersMax)) return;
    found ??= [];
    found.push({
      place: hash32(seed, `${kind}${name}`),
      value: hash32(seed, value.length > charactersMax ? value.slice(0, charactersMax) : value),
      header: kind === "h",
      drawn: (isHighEntropy(value) || isJwtShaped(value)) && !isUuid(value),
      wordy: kind === "h" || looksSecret(value),
    });
  };
  for (const [rawName, value] of view.exchange.request.headers) {
    const name = unusual(rawName);
    if (name === "cookie") {
      for (const pair of value.slice(0, cookieTextMax).split(";", cookiesMax)) {
        const equals = pair.indexOf("=");
        if (equals > 0) {
          const cookie = pair.slice(0, equals).trim();
          if (mayBeSessionCookie(cookie)) add("c", cookie, pair.slice(equals + 1).trim());
        }
      }
    } else if (name !== "") add("h", name, value.trim());
  }
  for (const [name, value] of view.query) add("q", name.slice(0, 64), value);
  return found ?? none;
}

export interface UnusualCarrier {
  /** Hash of where it stands. */
  readonly place: number;
  readonly value: number;
  readonly header: boolean;
  /** Looks drawn at random. */
  readonly drawn: boolean;
  /** Its value may be believed to be a secret where answers say so. */
  readonly wordy: boolean;
}

/** Places looked at in one request; what clients add of their own is less. */
export const carriersMax = 12;
/** Shorter values are switches and versions. */
const charactersMin = 4;
const charactersMax = 1_024;
const cookiesMax = 32;
const cookieTextMax = 8_192;
const none: readonly UnusualCarrier[] = [];

/** The name in lower case where a header may be more than it says, else `""`. */
const unusual = rememberText((rawName) => {
  const name = rawName.toLowerCase();
  return ordinary.has(name) || ordinaryParts.some((part) => name.includes(part)) ? "" : name.slice(0, 64);
}, 1_024);

const ordinary: ReadonlySet<string> = new Set(
  (
    "host user-agent accept accept-encoding accept-language accept-charset accept-datetime cache-control connection keep-alive proxy-connection content-type content-length " +
    "content-encoding content-language content-md5 content-range content-disposition digest date dnt expect from origin referer range pragma priority te trailer transfer-encoding " +
    "upgrade upgrade-insecure-requests via warning forwarded save-data x-requested-with x-real-ip true-client-ip client-ip x-client-ip x-cluster-client-ip x-original-url " +
    "x-rewrite-url x-http-method-override x-method-override x-wap-profile x-att-deviceid x-uidh purpose x-purpose x-moz idempotency-key last-event-id mime-version depth destination " +
    "overwrite prefer http2-settings alt-used early-data max-forwards downlink ect rtt viewport-width width device-memory dpr cdn-loop referrer authorization timezone x-timezone"
  ).split(" "),
);

/** What proxies, browsers, tracing and counting put into names. */
const ordinaryParts: readonly string[] = [
  "sec-",
  "if-",
  "x-forwarded",
  "x-envoy",
  "x-b3-",
  "x-datadog",
  "x-amzn-trace",
  "x-amz-cf",
  "x-cloud-trace",
  "cf-",
  "cloudfront-",
  "fastly-",
  "x-akamai",
  "x-vercel",
  "fly-",
  "x-azure",
  "x-arr-",
  "trace",
  "baggage",
  "sentry",
  "newrelic",
  "correlation",
  "request-id",
  "requestid",
  "request-start",
  "span",
  "csrf",
  "xsrf",
  "version",
  "platform",
  "locale",
  "language",
  "timestamp",
  "nonce",
  "sequence",
  "device",
  "install",
  "visitor",
  "analytics",
  "experiment",
  "feature",
];

function isUuid(value: string): boolean {
  return value.length === 36 && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value);
}

/** At least eight characters, no spaces, letters and digits both. */
function looksSecret(value: string): boolean {
  return value.length >= 8 && value.length <= charactersMax && !value.includes(" ") && /[0-9]/.test(value) && /[a-z]/i.test(value);
}
