import { expect, test } from "vitest";
import { discover } from "./discover.ts";
import { byComparison } from "./frameworks/node-http.ts";
import { listed, treeMaker } from "./testing/tree.ts";

const tree = treeMaker();
const server = (body: string): string => `import { createServer } from "node:http";\n${body}\n`;

test("a server without a framework: comparisons with constants are listed, marked, and the dispatching by hand is said with its place", () => {
  const found = discover(
    tree({
      "server.mjs": server(`const BASE = "/v1";
createServer(async (req, res) => {
  const url = new URL(req.url, "http://x");
  if (req.method === "GET" && url.pathname === "/health") return res.end("ok");
  if (url.pathname === "/orders") {
    if (req.method === "POST") return create(res);
    if (req.method === "GET") return list(res);
  } else if (url.pathname === "/old" || url.pathname === "/older") res.end();
  if (url.pathname.startsWith("/static/")) return file(res);
  const one = url.pathname.match(/^\\/orders\\/(\\d+)$/);
  if (one && req.method === "DELETE") return res.end();
  if (url.pathname === BASE) return res.end();
  if (url.searchParams.get("x") === "/nothing") return res.end();
  if (req.headers.host === "/neither") return res.end();
}).listen(1);`),
    }),
  );
  expect(listed(found)).toEqual(["ANY /old", "ANY /older", "ANY /static/{path*}", "ANY /v1", "DELETE /orders/{1}", "GET /health", "GET /orders", "POST /orders"]);
  expect(found.routes.every((one) => one.assumes[0] === byComparison && one.framework === "node:http")).toBe(true);
  expect(found.unresolved).toEqual([expect.objectContaining({ file: "server.mjs", line: 3, why: expect.stringContaining("dispatched by hand") })]);
});

test("a switch, early returns and functions that are handed the request are followed", () => {
  const found = discover(
    tree({
      "server.cjs": `const http = require("http");
const server = http.createServer();
server.on("request", main);
function main(req, res) {
  const { url: target, method } = req;
  if (method !== "POST") { res.statusCode = 405; return res.end(); }
  route(target.split("?")[0], method, res);
}
function route(path, method, res) {
  switch (path) {
    case "/a":
    case "/b":
      return res.end();
    case "/c": {
      if (method === "PUT") return res.end();
    }
  }
}
module.exports = server;`,
    }),
  );
  expect(listed(found)).toEqual(["POST /a", "POST /b", "POST /c"]);
});

test("a table of handlers is not read, and is said; an app handed to createServer is no dispatcher", () => {
  const byTable = discover(tree({ "server.mjs": server(`const table = { "/x": one }; createServer((req, res) => (table[req.url] ?? missing)(req, res)).listen(1);`) }));
  expect(byTable.routes).toEqual([]);
  expect(byTable.unresolved.map((one) => one.why)).toEqual([expect.stringContaining("none of the comparisons")]);
  const withApp = discover(tree({ "server.mjs": server(`import express from "express"; const app = express(); app.get("/x", h); createServer(app).listen(1);`) }));
  expect(listed(withApp)).toEqual(["GET /x"]);
  expect(withApp.unresolved).toEqual([]);
});
