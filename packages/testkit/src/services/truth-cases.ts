import { createHmac } from "node:crypto";
import { latchkeyCases } from "./latchkey-doors.ts";
import { badBasic, badBearer, basic, bearer, brokenJwt, dpop, forgedBearer, jwt, secret, token, type TruthCase } from "./truth-case.ts";
import { applicationCases } from "./truth-cases-applications.ts";

const records = { method: "GET", path: "/records/{id}" } as const;
const ours = { ...records, door: "ours on a framework" } as const;
const theirs = { ...records, door: "third party" } as const;

/** Every service has its cases; what is true of them is probed, not written here. */
export const truthCases: readonly TruthCase[] = [
  { ...ours, service: "express-basic", as: basic, callers: "both", forged: badBasic },
  { ...ours, service: "express-bearer", as: bearer, callers: "both", forged: badBearer },
  {
    ...ours,
    service: "express-bearer",
    method: "POST",
    path: "/sessions",
    callers: "strangers",
    body: { right: '{"user":"anna","password":"pass-anna"}', wrong: '{"user":"anna","password":"guess"}' },
  },
  { ...ours, service: "express-session-redirect", as: (user) => ({ headers: { cookie: `sid=s${token(user)}` } }), callers: "both" },
  { ...ours, service: "express-key-header", as: (user) => ({ headers: { "x-api-key": token(user) } }), callers: "both" },
  { ...ours, service: "express-dpop", as: dpop, callers: "both", forged: jwt("anna").headers },
  { ...ours, service: "express-open", as: bearer, callers: "both" },
  { ...ours, service: "express-ignores-token", as: bearer, callers: "users" },
  { ...ours, service: "express-presence-beside", path: "/charts/{id}", as: bearer, callers: "both", forged: badBearer, forgedAnew: forgedBearer },
  { ...ours, service: "express-presence-beside", path: "/results/{id}", as: bearer, callers: "both", forged: badBearer, forgedAnew: forgedBearer },
  { ...ours, service: "express-presence-beside", path: "/scans/{id}", as: bearer, callers: "users" },
  { ...ours, service: "express-error-in-200", as: bearer, callers: "both" },
  { ...ours, service: "express-hides-as-404", as: bearer, callers: "both" },
  { ...ours, service: "express-app-key", as: () => ({ headers: { "x-app-key-token": "the-same-in-every-app-01" } }), callers: "both", constant: true },
  { ...ours, service: "fastify-jwt", as: jwt, callers: "both", forged: brokenJwt },
  { ...ours, service: "fastify-public-read", as: bearer, callers: "both" },
  { ...ours, service: "fastify-public-read", method: "PUT", as: bearer, callers: "both" },
  { ...ours, service: "fastify-public-read", method: "DELETE", as: bearer, callers: "users", forged: badBearer },
  { ...ours, service: "fastify-optional", as: bearer, callers: "both" },
  { ...ours, service: "fastify-own-records", path: "/users/anna/record", as: () => bearer("anna"), callers: "both", forged: { authorization: `Bearer ${token("bert")}` } },
  { ...ours, service: "koa-basic", as: basic, callers: "both", forged: badBasic },
  { ...ours, service: "koa-key-query", as: (user, { path }) => ({ path: `${path}?api_key=${token(user)}` }), callers: "both" },
  { ...ours, service: "koa-signed-cookie", signIn: "/sessions/{user}", callers: "both" },
  { ...ours, service: "koa-signed-cookie", method: "POST", path: "/sessions/anna", callers: "strangers" },
  { ...ours, service: "koa-presence-only", as: jwt, callers: "both", forged: brokenJwt },
  { ...theirs, service: "hono-basic-auth", as: basic, callers: "both", forged: badBasic },
  { ...theirs, service: "hono-bearer-auth", as: bearer, callers: "users", forged: badBearer },
  { ...theirs, service: "hono-jwt", as: jwt, callers: "both", forged: brokenJwt },
  { ...ours, service: "hono-hmac", as: (_, { path }) => ({ headers: { "x-signature": createHmac("sha256", secret).update(path).digest("hex") } }), callers: "both" },
  { ...theirs, service: "nginx-basic", as: basic, callers: "both", forged: badBasic },
  { ...theirs, service: "nginx-open", as: basic, callers: "both" },
  { ...theirs, service: "nginx-public-and-guarded", callers: "strangers" },
  { ...theirs, service: "nginx-public-and-guarded", path: "/guarded/{id}", as: basic, callers: "both" },
  { ...theirs, service: "lighttpd-basic", as: basic, callers: "both", forged: badBasic },
  { ...theirs, service: "apache2-basic", as: basic, callers: "both", forged: badBasic },
  { ...theirs, service: "bottle-basic", as: basic, callers: "both", forged: badBasic },
  { ...theirs, service: "bottle-open", as: bearer, callers: "users" },
  { ...theirs, service: "flask-session", signIn: "/sessions/{user}", callers: "both" },
  { ...ours, service: "flask-bearer", as: bearer, callers: "both", forged: badBearer },
  { ...theirs, service: "tornado-secure-cookie", signIn: "/sessions/{user}", callers: "both" },
  { ...theirs, service: "cherrypy-basic", as: basic, callers: "both", forged: badBasic },
  { ...theirs, service: "node-exporter-open", path: "/metrics", callers: "strangers", marker: "go_goroutines" },
  ...applicationCases,
  ...latchkeyCases(),
];
