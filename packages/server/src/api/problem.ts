import { errorCatalogue, PosternError } from "@postern/engine";

/** RFC 9457 problem details. `code` is stable and is what a script matches on; `type` is a URN built from it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** What to do next. */
  readonly remedy: string;
  /** One entry a mistake, `pointer` is a JSON pointer into the request: `#/query/limit`, `#/body/status`. */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

export type ProblemCode =
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "INVALID_REQUEST"
  | "TOO_LARGE"
  | "MISDIRECTED"
  | "TOO_MANY_FAILURES"
  | "TOO_MANY_REQUESTS"
  | "TOO_MANY_STREAMS"
  | "UNAVAILABLE"
  | "INTERNAL";

const kinds: Readonly<Record<ProblemCode, { readonly status: number; readonly title: string; readonly remedy: string }>> = {
  UNAUTHORIZED: { status: 401, title: "Not signed in", remedy: remedyOf("UNAUTHORIZED") },
  FORBIDDEN: { status: 403, title: "Not allowed", remedy: "Use a token that may write; from a browser send the header `X-Postern: 1` from the console's own origin." },
  NOT_FOUND: { status: 404, title: "Not found", remedy: remedyOf("NOT_FOUND") },
  INVALID_REQUEST: { status: 400, title: "Invalid request", remedy: "Mend what `errors` points at; /api/v1/openapi.json says what is allowed." },
  TOO_LARGE: { status: 413, title: "Too large", remedy: "Send less; /api/v1/openapi.json names the bound." },
  MISDIRECTED: { status: 421, title: "Unknown host name", remedy: "Open the console by the address printed at start, or name this host in the configuration." },
  TOO_MANY_FAILURES: { status: 429, title: "Too many failed attempts", remedy: "Wait as long as `Retry-After` says, then use a valid token or a new login link." },
  TOO_MANY_REQUESTS: { status: 429, title: "Too many requests", remedy: "Wait as long as `Retry-After` says, then send it again; sending twice does no harm." },
  TOO_MANY_STREAMS: { status: 503, title: "Too many live streams", remedy: "Close a console window, or poll /api/v1/overview instead." },
  UNAVAILABLE: { status: 503, title: "Temporarily unavailable", remedy: remedyOf("STORE_UNAVAILABLE") },
  INTERNAL: { status: 500, title: "Internal error", remedy: remedyOf("INTERNAL") },
};

/** Builds the problem of a code; `detail` must hold nothing an unauthenticated caller may not read. */
export function problemOf(code: ProblemCode, detail: string, extra: { readonly remedy?: string; readonly errors?: Problem["errors"] } = {}): Problem {
  const { status, title, remedy } = kinds[code];
  return {
    type: `urn:postern:problem:${code.toLowerCase().replaceAll("_", "-")}`,
    title,
    status,
    detail,
    code,
    remedy: extra.remedy ?? remedy,
    ...(extra.errors === undefined ? {} : { errors: extra.errors }),
  };
}

/** Turns what a view threw into a problem. Only the codes a caller can act on keep their message; anything else is INTERNAL with a reference to the log. */
export function problemOfError(error: unknown, reference: string): Problem {
  if (error instanceof PosternError) {
    if (error.code === "SPEC_INVALID" || error.code === "USAGE") return problemOf("INVALID_REQUEST", error.message, { remedy: sentence(error.remedy) });
    if (error.code === "NOT_FOUND") return problemOf("NOT_FOUND", error.message, { remedy: sentence(error.remedy) });
    if (error.code === "STORE_UNAVAILABLE" || error.code === "STORE_QUERY_FAILED") {
      return problemOf("UNAVAILABLE", `The store did not answer (reference ${reference}).`, { remedy: sentence(error.remedy) });
    }
  }
  return problemOf("INTERNAL", `Postern failed to answer. The log has it under reference ${reference}.`);
}

/** The HTTP answer of a problem. */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
  });
}

function remedyOf(code: keyof typeof errorCatalogue): string {
  return sentence(errorCatalogue[code].split("Remedy: ")[1] ?? "");
}

/** The catalogue's remedies go on after a colon; here they stand alone. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
