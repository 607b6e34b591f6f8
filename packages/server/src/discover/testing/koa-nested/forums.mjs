import Router from "@koa/router";

const posts = new Router();
posts.get("/", (context) => context.throw(404));
posts.post("/", (context) => context.throw(404));
posts.get("/:post", (context) => context.throw(404));

export const forums = new Router();
forums.prefix("/forums");
forums.get("/", (context) => context.throw(404));
forums.use("/:forum/posts", posts.routes());
