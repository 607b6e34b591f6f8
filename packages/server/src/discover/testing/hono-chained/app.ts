import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { notes } from "./notes.ts";

const app = new Hono().basePath("/api");
app.use("/admin/*", bearerAuth({ token: "unused" }));
app
  .get("/ping", (context) => context.text("pong"))
  .post((context) => context.text("ping"))
  .on(["PUT", "PATCH"], ["/pair/:left", "/pair/:left/:right"], (context) => context.text(""));
app.all("/any", (context) => context.text(""));
app.get("/admin/users/:id{[0-9]+}", (context) => context.text(""));
app.get("/optional/:part?", (context) => context.text(""));
app.route("/notes", notes);

export { app };
