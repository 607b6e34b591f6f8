/**
 * Whether a header speaks about one connection only (RFC 9110 7.6.1) and must not be passed on. `Trailer` passes, because
 * trailers do. `TE` does not: the caller adds `TE: trailers` itself where it was asked.
 */
export function isHopByHop(name: string): boolean {
  switch (name.length) {
    case 2:
      return sameName(name, "te");
    case 7:
      return sameName(name, "upgrade");
    case 10:
      return sameName(name, "connection") || sameName(name, "keep-alive");
    case 16:
      return sameName(name, "proxy-connection");
    case 17:
      return sameName(name, "transfer-encoding");
    default:
      return false;
  }
}

/**
 * The further headers a `Connection` header lists, lower case; `undefined` when it lists none, which is nearly always.
 * Never lists those that frame, route or name the caller: `Connection: Content-Length` or `Connection: X-Forwarded-For` is a
 * known way to make a proxy drop what the next hop decides by.
 */
export function listedByConnection(rawHeaders: readonly string[]): readonly string[] | undefined {
  let listed: string[] | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.length !== 10 || !sameName(name, "connection")) continue;
    const value = rawHeaders[at + 1] ?? "";
    if (value === "keep-alive" || value === "close" || value === "Keep-Alive") continue;
    for (const part of value.split(",")) {
      const token = part.trim().toLowerCase();
      if (token === "" || token === "close" || token === "keep-alive" || keptAlways.has(token)) continue;
      (listed ??= []).push(token);
    }
  }
  return listed;
}

/** A comma-separated header (all its lines) holds this token. `token` in lower case. */
export function hasToken(rawHeaders: readonly string[], header: string, token: string): boolean {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!sameName(rawHeaders[at] ?? "", header)) continue;
    const value = (rawHeaders[at + 1] ?? "").toLowerCase();
    if (value === token) return true;
    if (!value.includes(token)) continue;
    for (const part of value.split(",")) if (part.trim() === token) return true;
  }
  return false;
}

/** Header names are equal without regard to case; `lower` is already lower case. */
export function sameName(name: string, lower: string): boolean {
  return name.length === lower.length && (name === lower || name.toLowerCase() === lower);
}

const keptAlways: ReadonlySet<string> = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "trailer",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "authorization",
  "cookie",
]);
