"use strict";
const express = require("express");
const { API, VERSIONS } = require("./constants.cjs");
const users = require("./routes/users.cjs");
const requireUser = (request, response, next) => (request.headers.authorization ? next() : response.sendStatus(401));

const app = express();
app.set("title", "shop");
app.use(express.json());
app.get("/health", (request, response) => response.send(app.get("title")));
app.get(["/about", "/imprint"], function page(request, response) {
  response.send("page");
});
app.use(`${API}/users`, requireUser, users);
for (const version of VERSIONS) {
  const api = express.Router();
  api.route("/orders").get(list).post(requireUser, create);
  api.all("/echo", list);
  api.delete("/orders/:orderId/items/:itemId", requireUser, list);
  app.use("/" + version, api);
}
app.get(/^\/legacy\/(\d+)$/, list);
app.get("/files/*path", list);
app.get("/docs{/:page}", list);
require("./routes/admin.cjs")(app, { prefix: "/admin" });

function list(request, response) {
  response.json([]);
}
function create(request, response) {
  response.status(201).json({});
}

module.exports = app;
