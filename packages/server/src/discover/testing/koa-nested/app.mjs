import Router from "@koa/router";
import Koa from "koa";
import { forums } from "./forums.mjs";

export const app = new Koa();
const router = new Router();
const api = new Router({ prefix: "/api" });
const answer = (context) => {
  context.body = {};
};

router.get("/", answer).get("named", "/named/:id", answer);
router.del("/things/:thing", answer);
api.use(async function requireSession(context, next) {
  await next();
});
api.all("/anything", answer);
api.register("/registered", ["GET", "POST"], answer);
api.get(["/one", "/two"], answer);
api.use("/boards/:board", forums.routes(), forums.allowedMethods());
app.use(router.routes()).use(api.routes()).use(api.allowedMethods());
