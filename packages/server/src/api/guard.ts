import { isIP } from "node:net";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import type { AuthPort, Caller } from "./auth-port.ts";
import { problemOf, problemResponse } from "./problem.ts";

export const sessionCookie = "postern_session";
/** Longer secrets are refused unread. */
export const secretLengthMax = 512;

/** Who asks, and how to ask again later whether he still may (live streams outlive a sign-out). */
export interface Present extends Caller {
  readonly by: "token" | "session";
  readonly stillThere: () => Promise<boolean>;
}

export interface ApiEnv {
  Bindings: { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string | undefined } } };
  Variables: { caller: Present };
}

/** The caller {@link requireCaller} let in. */
export function callerOf(c: Context<ApiEnv>): Present {
  return c.get("caller");
}

/** The peer's address: of the socket, never of a header. */
export function peerOf(c: Context<ApiEnv>): string {
  return c.env?.incoming?.socket?.remoteAddress ?? "";
}

/**
 * Refuses names we do not answer to (421). A page of an attacker can point its own name at 127.0.0.1 (DNS rebinding) and would then
 * be "same origin" with us; it cannot make a browser send `localhost` or an IP literal as Host.
 */
export function hostGuard(hosts: readonly string[]): MiddlewareHandler<ApiEnv> {
  const known = new Set(["localhost", ...hosts.map((host) => host.toLowerCase())]);
  return async (c, next) => {
    const name = hostName(c.req.header("host") ?? new URL(c.req.url).host);
    if (known.has(name) || name.endsWith(".localhost") || isIP(name) !== 0) return next();
    return problemResponse(problemOf("MISDIRECTED", "This host name is not one Postern's console answers to."));
  };
}

/** Lets a bearer token or a session cookie through, else 401. A sent token decides alone: a wrong one is not saved by a cookie beside it. */
export function requireCaller(deps: {
  readonly auth: AuthPort;
  readonly now: () => number;
  readonly onEvent: (event: string, fields: Readonly<Record<string, string | number | boolean>>) => void;
}): MiddlewareHandler<ApiEnv> {
  const { auth, now, onEvent } = deps;
  return async (c, next) => {
    const header = c.req.header("authorization");
    if (header !== undefined) {
      const token = /^Bearer +([^\s]+)$/i.exec(header.slice(0, secretLengthMax + 16))?.[1] ?? "";
      if (token === "" || header.length > secretLengthMax + 16) return unauthorized();
      const outcome = await auth.verifyToken(token, { at: now(), address: peerOf(c) });
      switch (outcome.kind) {
        case "ok":
          c.set("caller", {
            ...outcome.value,
            by: "token",
            stillThere: async () => (await auth.verifyToken(token, { at: now(), address: peerOf(c) })).kind === "ok",
          });
          return next();
        case "denied":
          onEvent("api.denied", { address: peerOf(c), how: "token" });
          return unauthorized();
        case "limited":
          return problemResponse(problemOf("TOO_MANY_FAILURES", "Too many wrong tokens or codes came from this address."), { "retry-after": String(outcome.retryAfterSeconds) });
      }
    }
    const id = getCookie(c, sessionCookie);
    const caller = id === undefined || id === "" || id.length > secretLengthMax ? undefined : await auth.verifySession(id, now());
    if (id === undefined || caller === undefined) return unauthorized();
    c.set("caller", { ...caller, by: "session", stillThere: async () => (await auth.verifySession(id, now())) !== undefined });
    return next();
  };
}

/**
 * Writes need the right to write, and with a cookie also a sign that our own page sent them: the header `X-Postern: 1`, which another
 * site cannot set without a preflight we never grant, and no foreign `Origin` or `Sec-Fetch-Site`.
 */
export function requireOwnPage(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (c.req.method === "GET" || c.req.method === "HEAD") return next();
    const caller = callerOf(c);
    if (caller.may !== "write") return problemResponse(problemOf("FORBIDDEN", "This token may only read."));
    if (caller.by === "session") {
      const origin = c.req.header("origin");
      const site = c.req.header("sec-fetch-site");
      const host = c.req.header("host") ?? new URL(c.req.url).host;
      const foreign = (origin !== undefined && hostOfOrigin(origin) !== host.toLowerCase()) || (site !== undefined && site !== "same-origin");
      if (foreign || c.req.header("x-postern") !== "1") return problemResponse(problemOf("FORBIDDEN", "The request did not come from the console's own page."));
    }
    return next();
  };
}

function unauthorized(): Response {
  return problemResponse(problemOf("UNAUTHORIZED", "Send a token or sign in."), { "www-authenticate": 'Bearer realm="postern"' });
}

function hostOfOrigin(origin: string): string {
  try {
    return new URL(origin).host.toLowerCase();
  } catch {
    return "";
  }
}

/** `[::1]:4800` → `::1`, `Localhost.:4800` → `localhost`. */
function hostName(host: string): string {
  const lower = host.slice(0, 260).toLowerCase();
  const literal = /^\[([0-9a-f:.]+)\](?::\d+)?$/.exec(lower)?.[1];
  if (literal !== undefined) return literal;
  return (lower.split(":", 1)[0] ?? "").replace(/\.$/, "");
}
