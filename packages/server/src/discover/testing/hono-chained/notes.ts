import { Hono } from "hono";

const tags = new Hono();
tags.get("/", (context) => context.json([])).delete("/:tag", (context) => context.json({}));

export const notes = new Hono()
  .get("/", (context) => context.json([]))
  .post("/", (context) => context.json({}))
  .get("/:noteId", (context) => context.json({}))
  .route("/:noteId/tags", tags);
notes.get("/files/*", (context) => context.text(""));
