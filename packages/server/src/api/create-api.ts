import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import type { AuthPort } from "./auth-port.ts";
import { boundedText } from "./bounded-text.ts";
import { type ApiEnv, callerOf, hostGuard, peerOf, requireCaller, requireOwnPage } from "./guard.ts";
import { createLiveStreams } from "./live-stream.ts";
import { mountLogin } from "./login.ts";
import { openapiOf } from "./openapi.ts";
import { namingProgram } from "../program-name.ts";
import { problemOf, problemOfError, problemResponse } from "./problem.ts";
import { routesOf } from "./routes.ts";
import { secureHeaders } from "./secure-headers.ts";
import { loadConsole } from "./static-console.ts";
import type { Views } from "./views.ts";

export interface ApiOptions {
  readonly views: Views;
  readonly auth: AuthPort;
  readonly version: string;
  /** The console's build; without it `/` says how to build it. Read once, at start. */
  readonly consoleDir?: string;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
  /** Real time, for sessions and codes. */
  readonly now: () => number;
  /** Event name and fields, without secrets or identifiers. */
  readonly onEvent: (event: string, fields: Readonly<Record<string, string | number | boolean>>) => void;
  /** Host names this may be reached by, beside loopback names and any IP literal. Lower case, without port. */
  readonly hosts?: readonly string[];
  /** How commands begin that people are told to run; `postern` when absent. */
  readonly program?: string | undefined;
  /** Mark the cookie Secure: set it when TLS ends in front of this. */
  readonly secureCookie?: boolean;
}

export type Api = Hono<ApiEnv>;

/** Bytes of a body anybody may send us; the largest honest one is `{"status":"acknowledged"}`. */
export const requestBodyBytesMax = 4_096;

/**
 * The HTTP API, the login, `/metrics` and the console on one port.
 *
 * Everything under `/api` but `/api/v1/health` answers 401 without a token or session, whether the route exists or not, so an
 * outsider learns no routes. Answers are parsed through their schema on the way out: a field no schema names never leaves.
 * A view that throws costs that one answer a 503 or 500 problem; the reference in it is in the event `api.failed`.
 */
export function createApi(options: ApiOptions): Api {
  const { views, auth, version, now, onEvent } = options;
  const app: Api = new Hono<ApiEnv>({ strict: true });
  const routes = routesOf(views, now);
  const openapi = JSON.stringify(openapiOf(routes, version));
  const live = createLiveStreams({ views });
  const named = (text: string): string => namingProgram(text, options.program ?? "postern");

  app.use(secureHeaders());
  app.use(hostGuard(options.hosts ?? []));
  app.get("/api/v1/health", (c) => {
    const { status } = views.health();
    return c.json({ status, version }, 200, { "cache-control": "no-store" });
  });

  const guard = requireCaller({ auth, now, onEvent });
  app.use("/api/*", guard);
  app.use("/metrics", guard);
  app.use("/api/*", requireOwnPage());

  app.get("/metrics", async () => new Response(await options.metrics(), { headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" } }));
  app.get("/api/v1/openapi.json", () => new Response(openapi, { headers: { "content-type": "application/json", "cache-control": "no-store" } }));
  app.get("/api/v1/events", (c) => live.open(callerOf(c).stillThere));

  for (const route of routes) {
    app.on(route.method, `/api/v1${route.path.replace("{id}", ":id")}`, async (c) => {
      let status = "";
      let body: unknown;
      if (route.body !== undefined) {
        body = await jsonOf(c.req.raw);
        if (typeof body !== "object" || body === null)
          return problemResponse(
            problemOf("INVALID_REQUEST", "The body must be a JSON object.", {
              errors: [{ pointer: "#/body", detail: `content-type application/json, at most ${requestBodyBytesMax} bytes` }],
            }),
          );
      }
      if (route.upload !== undefined) {
        // No type that a plain form of another site can send.
        const file = /^application\/(?:json|yaml|octet-stream)\b/i.test(c.req.header("content-type") ?? "") ? await boundedText(c.req.raw, route.upload.bytesMax) : null;
        if (file === null)
          return problemResponse(
            problemOf("INVALID_REQUEST", "The body must be the document itself.", {
              errors: [{ pointer: "#/body", detail: "content-type application/json, application/yaml or application/octet-stream" }],
            }),
          );
        if (file === undefined)
          return problemResponse(
            problemOf("TOO_LARGE", `The document is larger than ${route.upload.bytesMax / 1024 / 1024} MiB.`, {
              remedy: named("Leave out what is no part of the interface, such as examples, or use `postern spec add` on the machine itself."),
            }),
          );
        body = file;
      } else if (route.statuses !== undefined) {
        const body = await statusOf(c.req.raw);
        if (body === undefined)
          return problemResponse(
            problemOf("INVALID_REQUEST", `The body must be JSON: {"status": "…"}.`, {
              errors: [{ pointer: "#/body", detail: `content-type application/json, one key "status", at most ${requestBodyBytesMax} bytes` }],
            }),
          );
        status = body;
      }
      const result = await route.run({ id: c.req.param("id") ?? "", query: new URL(c.req.url).searchParams, status, body, by: callerOf(c).name });
      if (result.kind === "invalid") return problemResponse(problemOf("INVALID_REQUEST", "The request says something this route does not know.", { errors: result.mistakes }));
      if (result.kind === "busy")
        return problemResponse(problemOf("TOO_MANY_REQUESTS", `More than this route takes; try again in ${result.retryAfterSeconds} seconds.`), {
          "retry-after": String(result.retryAfterSeconds),
        });
      if (route.method === "patch") onEvent("api.described", { path: route.path, by: callerOf(c).name });
      if (route.method === "delete" || route.upload !== undefined || (route.method === "post" && route.body !== undefined))
        onEvent("api.changed", { path: route.path, by: callerOf(c).name });
      else if (route.method === "post") onEvent("api.triaged", { path: route.path, status, by: callerOf(c).name });
      return c.json(result.body ?? null, 200, { "cache-control": "no-store" });
    });
  }
  app.all("/api/*", () => problemResponse(problemOf("NOT_FOUND", "No such route.", { remedy: "GET /api/v1/openapi.json lists the routes." })));

  mountLogin(app, { auth, now, onEvent, secureCookie: options.secureCookie ?? false, peerOf });
  const site = loadConsole(options.consoleDir);
  app.get("*", (c) => site.answer(c.req.path, c.req.header("accept-encoding") ?? ""));
  app.notFound(() => problemResponse(problemOf("NOT_FOUND", "No such page.")));
  app.onError((error) => {
    const reference = randomBytes(6).toString("hex");
    const found = problemOfError(error, reference);
    const problem = { ...found, remedy: named(found.remedy) };
    if (problem.status >= 500) onEvent("api.failed", { reference, code: problem.code, error: error.name, message: error.message.slice(0, 500) });
    return problemResponse(problem);
  });
  return app;
}

/** The body's `status`; undefined when the body is anything but a small JSON object of that one key. Requiring JSON keeps plain HTML forms of other sites out. */
async function statusOf(request: Request): Promise<string | undefined> {
  const body = await jsonOf(request);
  if (typeof body !== "object" || body === null || Object.keys(body).join() !== "status" || !("status" in body)) return undefined;
  return typeof body.status === "string" ? body.status : undefined;
}

/** A small JSON body; undefined for anything else. */
async function jsonOf(request: Request): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) return undefined;
  const text = await boundedText(request, requestBodyBytesMax);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
