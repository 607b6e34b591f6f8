// Small services on other people's frameworks, each with its door built as the framework's documentation shows. One process, one port each; prints
// {"name": "url", …} on one line and ends with its standard input. Every answer that gives something away holds the word `record`.
import { createHash, createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { createServer } from "node:http";
import Router from "@koa/router";
import { serve } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { basicAuth } from "hono/basic-auth";
import { bearerAuth } from "hono/bearer-auth";
import { jwt } from "hono/jwt";
import Koa from "koa";

const users = { anna: "pass-anna", bert: "pass-bert", cleo: "pass-cleo" };
const tokens = new Map(Object.keys(users).map((name) => [`token-of-${name}-0123456789`, name]));
const secret = "a secret of the services under test";
const urls = {};

const record = (id, more = {}) => ({ record: `record ${id}`, value: Number(id) * 7, ...more });
const bearerOf = (header) => ((header ?? "").startsWith("Bearer ") ? header.slice(7) : "");
const basicUser = (header) => {
  const [scheme, text] = (header ?? "").split(" ");
  if (scheme !== "Basic" || text === undefined) return undefined;
  const [name, password] = Buffer.from(text, "base64").toString("utf8").split(":");
  return users[name] !== undefined && users[name] === password ? name : undefined;
};
const jwtUser = (token) => {
  const [head, claims, signature] = token.split(".");
  if (signature === undefined) return undefined;
  const wanted = createHmac("sha256", secret).update(`${head}.${claims}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  const { sub, exp } = JSON.parse(Buffer.from(claims, "base64url").toString("utf8"));
  return exp * 1_000 > Date.now() ? sub : undefined;
};

const listening = [];
const listen = (name, handler) => {
  const server = createServer(handler);
  listening.push(new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((urls[name] = `http://127.0.0.1:${server.address().port}`)))));
};

function onExpress(name, build) {
  const app = express();
  app.use(express.json());
  build(app);
  listen(name, app);
}
onExpress("express-basic", (app) => {
  app.use((req, res, next) => (basicUser(req.headers.authorization) === undefined ? res.set("WWW-Authenticate", "Basic").status(401).send("Authentication required.") : next()));
  app.get("/records/:id", (req, res) => res.json(record(req.params.id)));
});
onExpress("express-bearer", (app) => {
  app.get("/records/:id", (req, res) => (tokens.has(bearerOf(req.headers.authorization)) ? res.json(record(req.params.id)) : res.status(401).json({ error: "no" })));
  app.post("/sessions", (req, res) => {
    const { user, password } = req.body ?? {};
    return users[user] === password && password !== undefined
      ? res.json({ token: `token-of-${user}-0123456789`, record: "record" })
      : res.status(401).json({ error: "Wrong password" });
  });
});
onExpress("express-session-redirect", (app) => {
  const sessions = new Map([...tokens].map(([token, name]) => [`s${token}`, name]));
  app.get("/records/:id", (req, res) => {
    const cookie = /sid=([^;]+)/.exec(req.headers.cookie ?? "")?.[1];
    return sessions.has(cookie) ? res.send(`<h1>record ${req.params.id}</h1>`) : res.redirect("/login");
  });
});
onExpress("express-key-header", (app) => {
  app.get("/records/:id", (req, res) => (tokens.has(req.get("X-Api-Key")) ? res.json(record(req.params.id)) : res.status(403).json({ error: "no" })));
});
// RFC 9449: the token names the key, the proof is signed with it for this method, path and token.
onExpress("express-dpop", (app) => {
  const json = (part) => JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));
  const proves = (proof, token, req) => {
    const [head, claims, signature] = proof.split(".");
    const { alg, typ, jwk } = json(head);
    const { htm, htu, ath } = json(claims);
    const thumb = createHash("sha256")
      .update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }))
      .digest("base64url");
    const key = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
    const signed = verify("sha256", Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, "base64url"));
    const about = htm === req.method && new URL(htu).pathname === req.path && ath === createHash("sha256").update(token).digest("base64url");
    return alg === "ES256" && typ === "dpop+jwt" && signed && about && json(token.split(".")[1]).cnf?.jkt === thumb;
  };
  app.get("/records/:id", (req, res) => {
    const [scheme, token = ""] = (req.headers.authorization ?? "").split(" ");
    const proof = req.get("DPoP") ?? "";
    const known = scheme === "DPoP" && proof !== "" && jwtUser(token) !== undefined && proves(proof, token, req);
    return known ? res.json(record(req.params.id)) : res.set("WWW-Authenticate", 'DPoP algs="ES256"').status(401).json({ error: "invalid_token" });
  });
});
onExpress("express-open", (app) => app.get("/records/:id", (req, res) => res.json(record(req.params.id))));
onExpress("express-ignores-token", (app) => app.get("/records/:id", (req, res) => res.json(record(req.params.id))));
onExpress("express-presence-beside", (app) => {
  const door = (opens) => (req, res) => (opens(bearerOf(req.headers.authorization)) ? res.json(record(req.params.id)) : res.status(401).json({ error: "no" }));
  app.get(
    "/charts/:id",
    door((token) => tokens.has(token)),
  );
  // Any token will do.
  for (const path of ["/results/:id", "/scans/:id"])
    app.get(
      path,
      door((token) => token !== ""),
    );
});
onExpress("express-error-in-200", (app) => {
  app.get("/records/:id", (req, res) =>
    res.json(tokens.has(bearerOf(req.headers.authorization)) ? record(req.params.id) : { success: false, error: { code: 401, message: "Please log in" } }),
  );
});
onExpress("express-hides-as-404", (app) => {
  app.get("/records/:id", (req, res) => (tokens.has(bearerOf(req.headers.authorization)) ? res.json(record(req.params.id)) : res.status(404).json({ error: "Not found" })));
});
onExpress("express-app-key", (app) => {
  app.get("/records/:id", (req, res) => (req.get("X-App-Key-Token") === "the-same-in-every-app-01" ? res.json(record(req.params.id)) : res.status(401).json({ error: "no" })));
});

async function onFastify(name, build) {
  const app = fastify();
  build(app);
  listening.push(app.listen({ port: 0, host: "127.0.0.1" }).then((url) => (urls[name] = url)));
}
await onFastify("fastify-jwt", (app) => {
  app.addHook("onRequest", async (request, reply) => {
    if (jwtUser(bearerOf(request.headers.authorization)) === undefined) return reply.code(401).send({ error: "no" });
  });
  app.get("/records/:id", async (request) => record(request.params.id));
});
await onFastify("fastify-public-read", (app) => {
  const guard = async (request, reply) => {
    if (!tokens.has(bearerOf(request.headers.authorization))) return reply.code(401).send({ error: "no" });
  };
  app.get("/records/:id", async (request) => record(request.params.id));
  app.put("/records/:id", { preHandler: guard }, async (request) => record(request.params.id));
  app.delete("/records/:id", { preHandler: guard }, async (request) => record(request.params.id));
});
await onFastify("fastify-optional", (app) => {
  app.get("/records/:id", async (request) => record(request.params.id, { hello: tokens.get(bearerOf(request.headers.authorization)) ?? "stranger" }));
});
await onFastify("fastify-own-records", (app) => {
  app.get("/users/:name/record", async (request, reply) => {
    const name = tokens.get(bearerOf(request.headers.authorization));
    if (name === undefined) return reply.code(401).send({ error: "no" });
    return name === request.params.name ? record(1, { name }) : reply.code(403).send({ error: "not yours" });
  });
});

function onKoa(name, build) {
  const app = new Koa();
  const router = new Router();
  build(router, app);
  app.use(router.routes());
  listen(name, app.callback());
}
onKoa("koa-basic", (router, app) => {
  app.use(async (ctx, next) => {
    if (basicUser(ctx.get("authorization")) === undefined) ctx.throw(401, { headers: { "WWW-Authenticate": "Basic" } });
    await next();
  });
  router.get("/records/:id", (ctx) => (ctx.body = record(ctx.params.id)));
});
onKoa("koa-key-query", (router) => {
  router.get("/records/:id", (ctx) => {
    ctx.assert(tokens.has(ctx.query.api_key), 401, "no");
    ctx.body = record(ctx.params.id);
  });
});
onKoa("koa-signed-cookie", (router, app) => {
  app.keys = [secret];
  router.post("/sessions/:user", (ctx) => {
    ctx.cookies.set("session", `${ctx.params.user}-0123456789abcdef`, { signed: true });
    ctx.body = { record: "signed in" };
  });
  router.get("/records/:id", (ctx) => {
    ctx.assert(ctx.cookies.get("session", { signed: true }) !== undefined, 401, "no");
    ctx.body = record(ctx.params.id);
  });
});
onKoa("koa-presence-only", (router) => {
  router.get("/records/:id", (ctx) => {
    ctx.assert(bearerOf(ctx.get("authorization")) !== "", 401, "no");
    ctx.body = record(ctx.params.id);
  });
});

function onHono(name, build) {
  const app = new Hono();
  build(app);
  listening.push(new Promise((resolve) => serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => resolve((urls[name] = `http://127.0.0.1:${port}`)))));
}
onHono("hono-basic-auth", (app) => {
  app.use("/records/*", basicAuth({ verifyUser: (name, password) => users[name] === password }));
  app.get("/records/:id", (c) => c.json(record(c.req.param("id"))));
});
onHono("hono-bearer-auth", (app) => {
  app.use("/records/*", bearerAuth({ token: [...tokens.keys()] }));
  app.get("/records/:id", (c) => c.json(record(c.req.param("id"))));
});
onHono("hono-jwt", (app) => {
  app.use("/records/*", jwt({ secret, alg: "HS256" }));
  app.get("/records/:id", (c) => c.json(record(c.req.param("id"))));
});
onHono("hono-hmac", (app) => {
  app.get("/records/:id", (c) => {
    const wanted = createHmac("sha256", secret).update(c.req.path).digest("hex");
    return c.req.header("x-signature") === wanted ? c.json(record(c.req.param("id"))) : c.json({ error: "no" }, 401);
  });
});

await Promise.all(listening);
process.stdout.write(`${JSON.stringify(urls)}\n`);
process.stdin.resume().on("end", () => process.exit(0));
