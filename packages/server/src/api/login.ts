import type { Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { AuthPort } from "./auth-port.ts";
import { boundedText } from "./bounded-text.ts";
import { type ApiEnv, secretLengthMax, sessionCookie } from "./guard.ts";
import { escapeHtml, plainPage } from "./plain-page.ts";

interface LoginDeps {
  readonly auth: AuthPort;
  readonly now: () => number;
  readonly onEvent: (event: string, fields: Readonly<Record<string, string | number | boolean>>) => void;
  readonly secureCookie: boolean;
  readonly peerOf: (c: Context<ApiEnv>) => string;
}

/**
 * `/login?code=…` shows a button; only pressing it (a POST) burns the code, so chat previews and mail scanners that fetch links do not.
 * Then a cookie `postern_session` (HttpOnly, SameSite=Strict) and back to `/`. A used, old or invented code gets one and the same page.
 * `POST /logout` ends the session.
 *
 * Cookies know no ports: other services on the same host name receive this one too. Where those are not trusted, reach the console by
 * another name (`postern.localhost`).
 */
export function mountLogin(app: Hono<ApiEnv>, deps: LoginDeps): void {
  app.get("/login", (c) => {
    const code = c.req.query("code") ?? "";
    if (code === "" || code.length > secretLengthMax) return refused(400);
    return page(
      plainPage(
        "Sign in to Postern",
        `<p>This link works once. Continue in the browser you want to work in.</p><form method="post" action="/login"><input type="hidden" name="code" value="${escapeHtml(code)}"><button type="submit" autofocus>Sign in</button></form>`,
      ),
      200,
    );
  });

  app.post("/login", async (c) => {
    const body = await boundedText(c.req.raw, 2 * secretLengthMax);
    const code = body === undefined ? "" : (new URLSearchParams(body).get("code") ?? "");
    if (code === "" || code.length > secretLengthMax) return refused(400);
    const outcome = await deps.auth.redeemLogin(code, { at: deps.now(), address: deps.peerOf(c) });
    switch (outcome.kind) {
      case "ok": {
        const maxAge = Math.max(0, Math.floor((outcome.value.expiresAt - deps.now()) / 1_000));
        setCookie(c, sessionCookie, outcome.value.id, { httpOnly: true, sameSite: "Strict", path: "/", secure: deps.secureCookie, maxAge });
        deps.onEvent("api.signed_in", { address: deps.peerOf(c) });
        c.header("cache-control", "no-store");
        return c.redirect("/", 303);
      }
      case "denied":
        deps.onEvent("api.denied", { address: deps.peerOf(c), how: "code" });
        return refused(410);
      case "limited":
        return page(plainPage("Too many attempts", `<p>Wait ${outcome.retryAfterSeconds} seconds, then open a new login link.</p>`), 429, {
          "retry-after": String(outcome.retryAfterSeconds),
        });
    }
  });

  app.post("/logout", async (c) => {
    const site = c.req.header("sec-fetch-site");
    if (c.req.header("x-postern") !== "1" || (site !== undefined && site !== "same-origin")) return refused(403);
    const id = getCookie(c, sessionCookie);
    if (id !== undefined && id.length <= secretLengthMax) await deps.auth.endSession(id, deps.now());
    deleteCookie(c, sessionCookie, { path: "/" });
    c.header("cache-control", "no-store");
    return c.body(null, 204);
  });
}

function refused(status: number): Response {
  return page(
    plainPage(
      "This login link does not work",
      "<p>It was used already, is too old, or was cut off when copied. Each link works once.</p><p>Restart Postern to have a new link printed, or use the newest one in its terminal.</p>",
    ),
    status,
  );
}

function page(html: string, status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(html, { status, headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", ...headers } });
}
