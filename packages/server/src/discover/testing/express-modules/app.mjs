import express from "express";
import catalogue, { search as searchRouter } from "./routers/catalogue.mjs";
import * as checkout from "./routers/checkout.mjs";
import { makeCrud } from "./routers/crud.mjs";

export function createApp({ admin = true, base = "/store" } = {}) {
  const app = express();
  const inner = express();
  app.use(base, catalogue);
  app.use([`${base}/search`, "/find"], searchRouter);
  app.use(base, checkout.router);
  if (admin) inner.use("/coupons", makeCrud("coupon"));
  inner.use("/vouchers", makeCrud("voucher", { readOnly: true }));
  app.use("/backoffice", inner);
  app.set("parts", [inner]);
  return app;
}
