import { isHopByHop, listedByConnection, sameName } from "./hop-by-hop.ts";

/** An answer's end-to-end headers, in order, case and number as the service sent them. */
export function headersForClient(rawHeaders: readonly string[]): string[] {
  const listed = listedByConnection(rawHeaders);
  const kept: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (isHopByHop(name) || listed?.includes(name.toLowerCase())) continue;
    kept.push(name, rawHeaders[at + 1] ?? "");
  }
  return kept;
}

/**
 * Headers of an answer given instead of the service's, so that it cannot be told from one: `Content-Length` is corrected in
 * its place, or added unless `chunked`, which must not depend on the answer that is replaced: else the framing would tell its class. `Date` is the service's own.
 */
export function replacedHeaders(headers: readonly (readonly [string, string])[], bytes: number, upstream: readonly string[] | undefined, chunked = false): string[] {
  const upstreamDate = upstream === undefined ? undefined : valueOf(upstream, "date");
  const kept: string[] = [];
  let lengthTold = false;
  for (const [name, value] of headers) {
    if (isHopByHop(name)) continue;
    if (name.length === 14 && sameName(name, "content-length")) {
      if (!lengthTold) kept.push(name, String(bytes));
      lengthTold = true;
    } else if (name.length === 4 && upstreamDate !== undefined && sameName(name, "date")) kept.push(name, upstreamDate);
    else kept.push(name, value);
  }
  if (!lengthTold && !chunked) kept.push("Content-Length", String(bytes));
  return kept;
}

function valueOf(rawHeaders: readonly string[], lower: string): string | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2) if (sameName(rawHeaders[at] ?? "", lower)) return rawHeaders[at + 1];
  return undefined;
}
