import type { HeaderList } from "../../exchange/exchange.ts";
import { isPlainWords } from "../../exchange/plain-words.ts";
import { rememberText } from "../../exchange/remember-text.ts";
import type { ExchangeView } from "../../exchange/view.ts";
import type { Ports } from "../../exchange/ports.ts";

/** Header lines looked at, the first ones: services send a dozen or two. */
const linesMax = 48;
export const signatureCharactersMax = 400;

/**
 * Which headers an answer has, beyond what its class says: a cookie set, a wait asked for, an allowance that is counted, a scheme of authentication. Two answers alike in
 * status and body may differ in these, by whether their subject exists.
 *
 * Names only, sorted, with names of cookies and the scheme of `WWW-Authenticate`; no values, and names that are no plain words as digits of a keyed hash. Headers of caches,
 * of the connection and of the body's coding are left out: they follow size and chance. Misses: what stands in values.
 */
export function headerSignature(headers: HeaderList, ports: Ports): string {
  const names = new Set<string>();
  for (let line = 0; line < headers.length && line < linesMax; line += 1) {
    const [name = "", value = ""] = headers[line] ?? [];
    const lower = lowered(name);
    if (ofTransport.has(lower) || lower.startsWith("cf-") || lower.startsWith("x-cache")) continue;
    if (lower === "set-cookie") names.add(`set-cookie:${word(value.slice(0, Math.max(0, value.indexOf("="))).toLowerCase(), ports)}`);
    else if (lower === "www-authenticate") names.add(`www-authenticate:${word((value.split(" ", 1)[0] ?? "").toLowerCase(), ports)}`);
    else if (lower.endsWith("ratelimit-remaining")) names.add(value === "0" ? `${lower}:0` : lower);
    else names.add(word(lower, ports));
  }
  return [...names].sort().join(" ").slice(0, signatureCharactersMax);
}

/** The same of an exchange; undefined where its source carries no headers of answers. */
export function headersOf({ exchange }: ExchangeView, ports: Ports): string | undefined {
  return exchange.carries.responseHeaders ? headerSignature(exchange.response.headers, ports) : undefined;
}

function word(name: string, ports: Ports): string {
  return isPlainName(name) ? name : `#${ports.hash("segment", name).slice(0, 6)}`;
}

/** A service sends the same headers with every answer. */
const isPlainName = rememberText((name) => name.length <= 40 && name.split(/[-_]/).every((part) => part.length <= 2 || common.has(part) || isPlainWords(part)), 1_024);
const lowered = rememberText((name) => name.toLowerCase(), 1_024);

const common: ReadonlySet<string> = new Set(["etag", "csp", "hsts", "csrf", "xsrf", "sid", "jwt", "ratelimit", "auth", "authenticate", "retry", "cookie", "otp", "mfa", "www"]);

const ofTransport: ReadonlySet<string> = new Set(
  "date connection keep-alive proxy-connection transfer-encoding content-length content-encoding trailer te upgrade via age alt-svc vary server-timing x-runtime x-response-time expires x-served-by x-timer".split(
    " ",
  ),
);
