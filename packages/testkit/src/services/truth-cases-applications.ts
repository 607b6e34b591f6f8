import { createHash, createHmac } from "node:crypto";
import { badBasic, badBearer, basic, bearer, brokenJwt, secret, token, type TruthCase } from "./truth-case.ts";

const rpc = { method: "POST", body: same('{"jsonrpc":"2.0","id":"1","method":"aria2.getVersion"}'), marker: "enabledFeatures" } as const;

/** Doors of the applications and servers in `debian-applications.ts`. */
export const applicationCases: readonly TruthCase[] = [
  { ...theirs("radicale", "/anna/calendar/{id}.ics"), as: basic, forged: badBasic },
  { ...theirs("aria2-basic", "/jsonrpc"), ...rpc, as: () => basic("anna"), forged: badBasic },
  { ...theirs("aria2-secret", `/jsonrpc?method=aria2.getVersion&id=1`), as: (_, { path }) => ({ path: `${path}&params=${params(token("anna"))}` }), marker: "enabledFeatures" },
  { ...theirs("aria2-open", "/jsonrpc"), ...rpc, callers: "strangers" },
  { ...theirs("transmission", "/transmission/web/index.html"), as: () => basic("anna"), forged: badBasic, marker: "Transmission" },
  { ...theirs("syncthing", "/rest/system/ping"), as: () => ({ headers: { "x-api-key": token("anna") } }), marker: "pong" },
  { ...theirs("pushgateway", "/api/v1/status"), as: basic, callers: "users", forged: badBasic, marker: "success" },
  { ...theirs("node-exporter-basic", "/metrics"), as: basic, forged: badBasic, marker: "node_load1" },
  { ...theirs("docker-registry", "/v2/_catalog"), as: basic, forged: badBasic, marker: "repositories" },
  { ...theirs("docker-registry-open", "/v2/_catalog"), as: basic, callers: "users", marker: "repositories" },
  { ...theirs("haproxy", "/records/{id}"), as: basic, forged: badBasic },
  { ...theirs("haproxy", "/stats"), as: basic, callers: "users", forged: badBasic, marker: "Statistics Report" },
  {
    ...theirs("haproxy", "/certified/{id}"),
    as: (user) => ({ headers: { "x-ssl-client-verify": "SUCCESS", "x-ssl-client-s-dn": `CN=${user}` } }),
    forged: { "x-ssl-client-verify": "NONE" },
  },
  { ...theirs("haproxy", "/public/{id}"), callers: "strangers" },
  { ...theirs("lighttpd-digest", "/records/{id}"), as: digest, challenge: true },
  { ...theirs("busybox-httpd", "/records/{id}"), as: basic, forged: badBasic },
  { ...theirs("mini-httpd", "/records/{id}"), as: basic, forged: badBasic },
  { ...theirs("webfs", "/records/{id}"), as: () => basic("anna"), forged: badBasic },
  { ...theirs("caddy", "/records/{id}"), as: basic, forged: badBasic },
  { ...theirs("rclone", "/core/version"), method: "POST", as: basic, forged: badBasic, marker: "version" },
  { ...theirs("supervisor", "/index.html"), as: () => basic("anna"), forged: badBasic, marker: "Supervisor" },
  { ...theirs("webhook", "/signed"), method: "POST", body: same('{"record":1}'), as: () => ({ headers: { "x-signature": `sha256=${hmac('{"record":1}')}` } }) },
  { ...theirs("webhook", "/header"), as: (user) => ({ headers: { "x-caller": token(user) } }), forged: { "x-caller": token("nobody") } },
  { ...theirs("webhook", "/query"), as: (user, { path }) => ({ path: `${path}?caller=${token(user)}` }) },
  { ...theirs("webhook", "/open"), as: bearer, callers: "users" },
  { ...theirs("httpbin", "/basic-auth/anna/pass-anna"), as: () => basic("anna"), forged: badBasic, marker: "authenticated" },
  { ...theirs("httpbin", "/hidden-basic-auth/anna/pass-anna"), as: () => basic("anna"), marker: "authenticated" },
  { ...theirs("httpbin", "/bearer"), as: bearer, forged: brokenJwt, marker: "authenticated" },
  { ...theirs("httpbin", "/digest-auth/auth/anna/pass-anna"), as: (_, request) => digest("anna", request), challenge: true, marker: "authenticated" },
  { ...theirs("httpbin", "/uuid"), as: bearer, callers: "users", marker: "uuid" },
  { ...theirs("httpbin", "/get"), callers: "strangers", marker: "headers" },
  { ...theirs("fastapi", "/basic/{id}"), as: basic, forged: badBasic },
  { ...theirs("fastapi", "/header/{id}"), as: (user) => ({ headers: { "x-partner": token(user) } }), forged: { "x-partner": token("nobody") } },
  { ...theirs("fastapi", "/query/{id}"), as: (user, { path }) => ({ path: `${path}?k=${token(user)}` }) },
  { ...theirs("fastapi", "/cookie/{id}"), as: (user) => ({ headers: { cookie: `c=${token(user)}` } }), forged: { cookie: `c=${token("nobody")}` } },
  { ...theirs("fastapi", "/bearer/{id}"), as: bearer, forged: brokenJwt },
  { ...theirs("flask-httpauth", "/basic/{id}"), as: basic, forged: badBasic },
  { ...theirs("flask-httpauth", "/token/{id}"), as: bearer, callers: "users", forged: badBearer },
  { ...theirs("flask-httpauth", "/header/{id}"), as: (user) => ({ headers: { "x-partner": token(user) } }), callers: "users" },
  { ...theirs("flask-httpauth", "/optional/{id}"), as: bearer },
  { ...theirs("django-rest-framework", "/basic/{id}"), as: basic, forged: badBasic },
  { ...theirs("django-rest-framework", "/token/{id}"), as: drfToken, callers: "users", forged: { authorization: `Token ${token("nobody")}` } },
  { ...theirs("django-rest-framework", "/session/{id}"), signIn: "/sessions/{user}" },
  { ...theirs("django-rest-framework", "/articles/{id}"), as: drfToken },
  { ...theirs("django-rest-framework", "/articles/{id}"), method: "PUT", as: drfToken },
  { ...theirs("django-rest-framework", "/open/{id}"), as: drfToken },
  { ...ours("aiohttp", "/records/{id}"), as: basic, forged: badBasic },
  { ...ours("aiohttp", "/open/{id}"), as: basic, callers: "users" },
  { ...ours("falcon", "/header/{id}"), as: (user) => ({ headers: { "x-membership": token(user) } }) },
  { ...ours("falcon", "/cookie/{id}"), as: (user) => ({ headers: { cookie: `m=${token(user)}` } }) },
  { ...theirs("sinatra", "/records/{id}"), as: basic, forged: badBasic },
  { ...theirs("sinatra", "/members/{id}"), signIn: "/sessions/{user}" },
  { ...theirs("php", "/members/{id}"), signIn: "/sessions/{user}" },
  { ...ours("php", "/basic/{id}"), as: basic, forged: badBasic },
];

function theirs(service: string, path: string) {
  return { service, path, method: "GET", door: "third party", callers: "both" } as const;
}
function ours(service: string, path: string) {
  return { ...theirs(service, path), door: "ours on a framework" } as const;
}
function same(text: string) {
  return { right: text, wrong: text };
}
function hmac(text: string): string {
  return createHmac("sha256", secret).update(text).digest("hex");
}
function params(word: string): string {
  return encodeURIComponent(Buffer.from(JSON.stringify([`token:${word}`])).toString("base64"));
}
function drfToken(user: string) {
  return { headers: { authorization: `Token ${token(user)}` } };
}

/** RFC 7616 with MD5 and `qop=auth`, from the server's challenge. */
function digest(user: string, { path, challenge = "" }: { readonly path: string; readonly challenge?: string }) {
  const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
  const of = (name: string): string => new RegExp(`\\b${name}="?([^",]*)`, "i").exec(challenge)?.[1] ?? "";
  const [realm, nonce, opaque] = [of("realm"), of("nonce"), of("opaque")];
  const response = md5(`${md5(`${user}:${realm}:pass-${user}`)}:${nonce}:00000001:0a4f113b:auth:${md5(`GET:${path}`)}`);
  const text = `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${path}", algorithm=MD5, qop=auth, nc=00000001, cnonce="0a4f113b", response="${response}"${opaque === "" ? "" : `, opaque="${opaque}"`}`;
  return { headers: { authorization: text } };
}
