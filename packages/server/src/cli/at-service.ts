import { type Exchange, type ExchangeRows, PosternError } from "@postern/engine";
import type { Batch } from "../sources/source.ts";

/**
 * The same batch as if every request in it had been asked of this one service: what a log calls by its public name, or not at all, the gate before it knows by the service's own
 * address, as it is given to `postern protect`.
 */
export function atService(batch: Batch, origin: string): Batch {
  const { rows } = batch;
  const moved = (exchange: Exchange): Exchange => {
    const target = targetOf(exchange.url);
    return target === undefined ? exchange : { ...exchange, url: `${origin}${target}` };
  };
  if (rows === undefined) return { exchanges: batch.exchanges.map(moved), rejected: batch.rejected };
  const there: ExchangeRows = { length: rows.length, at: (row) => rows.at(row), weight: (row) => rows.weight(row), exchange: (row) => moved(rows.exchange(row)) };
  return {
    rejected: batch.rejected,
    rows: there,
    get exchanges() {
      return batch.exchanges.map(moved);
    },
  };
}

/** The origin of `--service`; undefined when it was not given. Throws USAGE. */
export function serviceOrigin(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new URL(url).origin;
  throw new PosternError("USAGE", "--service is no http or https address", { remedy: "Give the address that postern protect gets: --service http://127.0.0.1:3000" });
}

/** What stands behind the host; undefined of what is no path. */
function targetOf(url: string): string | undefined {
  if (url.startsWith("/")) return url;
  const scheme = url.indexOf("://");
  if (scheme < 1 || scheme > 16) return undefined;
  for (let at = scheme + 3; at < url.length; at++) {
    const one = url.charAt(at);
    if (one === "/" || one === "\\") return url.slice(at);
    if (one === "?" || one === "#") return `/${url.slice(at)}`;
  }
  return "/";
}
