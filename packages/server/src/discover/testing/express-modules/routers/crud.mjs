import { Router } from "express";

export function makeCrud(name, { readOnly = false } = {}) {
  const router = Router();
  const one = (request, response) => response.json({ name });
  router.get("/", one);
  router.get(`/:${name}Id`, one);
  if (!readOnly) {
    router.post("/", one);
    router.delete(`/:${name}Id`, one);
  }
  return router;
}
