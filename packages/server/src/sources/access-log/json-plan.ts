/** Where in a JSON log's object each thing stands: found once for each shape of object. */
export interface JsonPlan {
  readonly fields: {
    readonly at: Path & { readonly atEnd: boolean };
    readonly method: Path;
    readonly target: Path;
    readonly query: Path;
    /** `GET /x HTTP/1.1` in one member. */
    readonly request: Path;
    readonly host: Path;
    readonly status: Path;
    readonly size: Path;
    readonly duration: Path & { readonly unitMs: number };
    readonly address: Path;
    readonly agent: Path;
    readonly referer: Path;
    readonly scheme: Path;
  };
  /** The request's headers, where a log has them as an object. */
  readonly headers: Path;
  /** `method = request.method, …` for people. Names of members only, no values; at most 600 characters. */
  readonly mapping: string;
}

/** Names of members from the outside in; empty when the log has none for it. */
export interface Path {
  readonly names: readonly string[];
}

/** The value there; undefined when it is missing. */
export function valueAt(object: Readonly<Record<string, unknown>>, { names }: Path): unknown {
  const [first, ...more] = names;
  if (first === undefined) return undefined;
  let value: unknown = object[first];
  for (const name of more) value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Finds the members of an object by their usual names, three levels deep, whatever their case and separators: `request_uri`, `requestUri` and
 * `http.request.uri` are one name each with dots and underscores left out. The first name of each list that is there wins.
 *
 * A duration whose unit neither its name nor the server's other members tell is left out rather than guessed.
 */
export function planOf(object: Readonly<Record<string, unknown>>): JsonPlan {
  const known = new Map<string, readonly string[]>();
  const headers: Path = { names: collect(object, [], known) ?? [] };
  const find = (list: readonly string[]): readonly string[] => list.map((name) => known.get(name)).find((path) => path !== undefined) ?? [];
  const taken: [string, readonly string[]][] = [];
  const field = (what: string, list: readonly string[]): Path => {
    const names = find(list);
    if (names.length > 0) taken.push([what, names]);
    return { names };
  };
  const at = field("time", names.at);
  const method = field("method", names.method);
  const target = field("path", names.target);
  const query = field("query", names.query);
  const request = method.names.length > 0 && target.names.length > 0 ? { names: [] } : field("request", names.request);
  const host = field("host", names.host);
  const status = field("status", names.status);
  const size = field("size", names.size);
  const duration = durationOf(find, known);
  if (duration.names.length > 0 && duration.unitMs > 0) taken.push([`duration (${units.get(duration.unitMs) ?? "ms"})`, duration.names]);
  const address = field("client", names.address);
  const agent = field("user agent", names.agent);
  const referer = field("referer", names.referer);
  const scheme = field("scheme", names.scheme);
  const last = plain(at.names.join("."));
  // What these name is the moment of logging, when the answer was complete.
  const atEnd = last === "msec" || (last === "ts" && known.has("logger") && known.has("requesturi"));
  return {
    fields: { at: { ...at, atEnd }, method, target, query, request, host, status, size, duration, address, agent, referer, scheme },
    headers,
    mapping: taken
      .map(([what, path]) => `${what} = ${path.join(".")}`)
      .join(", ")
      .slice(0, 600),
  };
}

const words = (text: string): readonly string[] => text.split(" ");

/** By precedence; the finest time first, what the client sent before what the server made of it. */
const names = {
  at: words("msec startutc starttime requesttime8601 timeiso8601 @timestamp ts timestamp time datetime date timelocal startlocal requesttimestamp eventtime requesttimeepoch"),
  method: words("requestmethod method httpmethod verb httprequestmethod reqmethod httprequestrequestmethod csmethod requesthttpmethod"),
  target: words(
    "requesturi xenvoyoriginpath requestpath originalpath uri url path requesturl requri requrl reqpath httprequesturi httprequestrequesturl httprequestpath httprequesturl urloriginal urlpath httpurl httptarget " +
      "uripath endpoint target",
  ),
  query: words("args querystring query requestquery urlquery requestquerystring rawquery"),
  request: words("request requestline httprequest firstline"),
  host: words("httphost authority requesthost host httprequesthost urldomain vhost virtualhost serverhost domainname domain servername"),
  status: words(
    "status statuscode responsecode responsestatus downstreamstatus responsestatuscode httpstatus httpstatuscode httpresponsestatuscode httprequeststatus resstatuscode resstatus originstatus code",
  ),
  size: words(
    "bodybytessent bytessent bytes size responsesize responsebodysize downstreamcontentsize contentsize httpresponsebodybytes httprequestresponsesize responselength bytesout length",
  ),
  address: words(
    "clientip requestclientip remoteaddr clienthost remoteip requestremoteip remoteaddress requestremoteaddress reqremoteaddress clientaddress clientaddr clientipaddress sourceip httprequestremoteip httpclientip " +
      "downstreamremoteaddress client ip",
  ),
  agent: words("httpuseragent useragent requestuseragent useragentoriginal httpuseragentoriginal httprequestuseragent agent requestheaderuseragent"),
  referer: words("httpreferer httpreferrer referer referrer requestreferer requestreferrer httprequestreferer"),
  scheme: words("scheme requestscheme forwardedproto urlscheme tls https"),
};

/** Names that tell the unit, in milliseconds; {@link duration} alone does not. */
const durations: readonly (readonly [unitMs: number, names: readonly string[]])[] = [
  [1_000, words("requesttime requesttimes durations durationsec durationseconds upstreamresponsetime responsetimes latencys latencyseconds")],
  [1, words("durationms responsetime responsetimems requesttimems latencyms elapsedms timems tookms responselatencyms")],
  [1e-3, words("durationus responsetimeus requesttimeus latencyus durationmicros")],
  [1e-6, words("durationns latencyns eventduration durationnanos")],
];
const bare = words("duration latency elapsed took responsetime httprequestlatency");
const units = new Map([
  [1_000, "s"],
  [1, "ms"],
  [1e-3, "µs"],
  [1e-6, "ns"],
]);

function durationOf(find: (list: readonly string[]) => readonly string[], known: ReadonlyMap<string, unknown>): JsonPlan["fields"]["duration"] {
  for (const [unitMs, list] of durations) {
    const found = find(list);
    if (found.length > 0) return { names: found, unitMs };
  }
  // What servers mean by a bare `duration`: Caddy seconds, Traefik nanoseconds, Envoy milliseconds.
  const unitMs = known.has("downstreamstatus") ? 1e-6 : known.has("responseflags") ? 1 : known.has("logger") && known.has("requesturi") ? 1_000 : 0;
  return { names: find(bare), unitMs };
}

/** The name without case, dots and separators; `@timestamp` keeps its sign. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9@]/g, "");
}

/** Members by plain name, the outermost and first kept; at most {@link membersMax}. Objects of headers are left closed; gives the way to the request's. */
function collect(object: Readonly<Record<string, unknown>>, above: readonly string[], known: Map<string, readonly string[]>): readonly string[] | undefined {
  let headers: readonly string[] | undefined;
  for (const name of Object.keys(object)) {
    if (known.size >= membersMax) break;
    const path = [...above, name];
    const value = object[name];
    if (isRecord(value)) {
      const whole = plain(path.join("."));
      if (requestHeaders.has(whole)) headers ??= path;
      else if (!whole.endsWith("headers") && path.length < depthMax) headers = collect(value, path, known) ?? headers;
      continue;
    }
    const key = plain(path.join("."));
    if (!known.has(key)) known.set(key, path);
  }
  return headers;
}

const requestHeaders: ReadonlySet<string> = new Set(words("requestheaders reqheaders headers httprequestheaders"));

/** `http.request.method` is three deep. */
const depthMax = 3;
/** Logs of headers have some dozens. */
const membersMax = 512;
