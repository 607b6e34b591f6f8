/**
 * Code bases of other people, pinned. `install`: npm packages fetched without their scripts; `debian`: a Debian package whose files lie in `source`.
 * `source`: what `postern discover` reads, within the scratch folder. `start`: what makes the real app and hands it to `printRoutes` (see
 * `record-routes.cjs`), or `app` to `print_routes.py`. Nothing here is tuned to what is found: an app that does badly stays in the list.
 */
export const apps = [
  {
    name: "node-red 4.1.15, its editor's API",
    install: ["node-red@4.1.15"],
    source: "node_modules/@node-red/editor-api/lib",
    start: `const RED = require("node-red");
RED.init(require("http").createServer(), { httpAdminRoot: "/", httpNodeRoot: "/", userDir: __dirname + "/user", logging: { console: { level: "off" } } });
printRoutes.express(RED.httpAdmin);`,
  },
  {
    name: "express-pouchdb 4.2.0",
    install: ["express-pouchdb@4.2.0", "pouchdb-core@9.0.0", "pouchdb-adapter-memory@9.0.0", "pouchdb-mapreduce@9.0.0"],
    source: "node_modules/express-pouchdb",
    start: `const PouchDB = require("pouchdb-core").plugin(require("pouchdb-adapter-memory")).plugin(require("pouchdb-mapreduce"));
printRoutes.express(require("express-pouchdb")(PouchDB.defaults({ adapter: "memory" }), { inMemoryConfig: true }));`,
  },
  {
    name: "redis-commander 0.9.0",
    install: ["redis-commander@0.9.0"],
    source: "node_modules/redis-commander",
    start: `process.env.NODE_CONFIG_DIR = require("path").dirname(require.resolve("redis-commander/package.json")) + "/config";
printRoutes.express(require("redis-commander/lib/app.js")([]));`,
  },
  { name: "kue 0.11.6", install: ["kue@0.11.6"], source: "node_modules/kue", start: `printRoutes.express(require("kue").app);` },
  {
    name: "bull-arena 4.10.0",
    install: ["bull-arena@4.10.0"],
    source: "node_modules/bull-arena",
    start: `printRoutes.express(require("bull-arena")({ queues: [{ name: "q", hostId: "h", type: "bull" }], Bull: class {} }, { disableListen: true }));`,
  },
  {
    name: "json-server 0.17.4 over two resources",
    install: ["json-server@0.17.4"],
    source: "node_modules/json-server",
    start: `const server = require("json-server"); const app = server.create();
app.use(server.rewriter({ "/x": "/posts" })); app.use(server.router({ posts: [{ id: 1 }], profile: { a: 1 } })); printRoutes.express(app);`,
  },
  {
    name: "parse-server 9.10.0",
    install: ["parse-server@9.10.0"],
    source: "node_modules/parse-server/lib",
    // Mounted where its own start mounts it unless told otherwise.
    start: `const { ParseServer } = require("parse-server"); const app = require("express")();
app.use("/parse", new ParseServer({ appId: "a", masterKey: "b", serverURL: "http://localhost/parse", databaseURI: "mongodb://localhost/x", silent: true }).app);
printRoutes.express(app);`,
  },
  {
    name: "openauth 0.4.3, its issuer",
    install: ["@openauthjs/openauth@0.4.3"],
    source: "node_modules/@openauthjs/openauth/src",
    start: `Promise.all([import("@openauthjs/openauth"), import("@openauthjs/openauth/storage/memory")]).then(([{ issuer }, { MemoryStorage }]) =>
  printRoutes.hono(issuer({ storage: MemoryStorage(), subjects: {}, providers: {}, allow: async () => true, success: async () => {} })));`,
  },
  {
    name: "langgraph-api 2.0.0",
    install: [
      "@langchain/langgraph-api@2.0.0",
      "@langchain/langgraph@1.7.3",
      "@langchain/core@1.4.0",
      "@langchain/langgraph-checkpoint@1.2.2",
      "@langchain/langgraph-sdk@2.0.0",
      "--legacy-peer-deps",
    ],
    source: "node_modules/@langchain/langgraph-api/dist",
    // The app is made within the function that starts it: seen when its parts are mounted on it.
    start: `import("hono").then(async ({ Hono }) => {
  const base = Object.getPrototypeOf(Hono.prototype);
  const { route } = base;
  const apps = new Set();
  base.route = function (path, app) {
    apps.add(this);
    return route.call(this, path, app);
  };
  const { startServer } = await import("./node_modules/@langchain/langgraph-api/dist/server.mjs");
  await startServer({ port: 0, nWorkers: 0, host: "127.0.0.1", cwd: __dirname, graphs: {} });
  printRoutes.hono([...apps].toSorted((a, b) => b.routes.length - a.routes.length)[0]);
});`,
  },
  {
    name: "verdaccio's Fastify server 7.0.0-next-8.21",
    install: ["@verdaccio/server-fastify@7.0.0-next-8.21", "express@4.21.2"],
    source: "node_modules/@verdaccio/server-fastify/src",
    start: `const logger = require("@verdaccio/logger"); const { parseConfigFile, getDefaultConfig, ConfigBuilder } = require("@verdaccio/config");
(async () => {
  await logger.setup?.({ type: "stdout", level: "fatal", format: "json" });
  const config = { ...getDefaultConfig(), storage: __dirname + "/storage", configPath: __dirname + "/config.yaml", config_path: __dirname + "/config.yaml" };
  const app = await require("@verdaccio/server-fastify").default(config); await app.ready(); printRoutes.fastify();
})().catch((error) => { console.error(error); process.exit(1); });`,
  },
  {
    name: "oidc-provider 8.8.1",
    install: ["oidc-provider@8.8.1"],
    source: "node_modules/oidc-provider",
    start: `import("oidc-provider").then(({ default: Provider }) => printRoutes.koa(new Provider("http://localhost:3000", {}).app));`,
  },
  { name: "httpbin 0.7.0 (Debian)", debian: "python3-httpbin", source: "httpbin", start: "from httpbin import app" },
  { name: "bepasty 1.0.0 (Debian)", debian: "bepasty", source: "bepasty", start: "from bepasty.app import create_app\napp = create_app()" },
  { name: "klaus 2.0.2 (Debian)", debian: "python3-klaus", source: "klaus", start: "from klaus import make_app\napp = make_app([], 'x')" },
  {
    name: "supysonic 0.7.2 (Debian)",
    debian: "supysonic",
    source: "supysonic",
    start:
      "import sys, tempfile\nfrom unittest.mock import MagicMock\nsys.modules['PIL'] = MagicMock()\nfrom supysonic.config import DefaultConfig\nDefaultConfig.BASE['database_uri'] = 'sqlite:///' + tempfile.mkdtemp() + '/s.db'\nfrom supysonic.web import create_application\napp = create_application(DefaultConfig())",
  },
];
