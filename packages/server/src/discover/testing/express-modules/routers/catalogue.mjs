import { Router } from "express";

const router = Router();
export const search = Router();
const answer = (request, response) => response.json({});

router.get("/products", answer);
router.get("/products/:sku", answer);
router.get("/products/:sku/reviews/:from-:to", answer);
search.get("/", answer);
search.post("/suggest", answer);

export default router;
