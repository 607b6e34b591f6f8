import express from "express";

export const router = express.Router();
const steps = ["address", "payment", "confirm"];
steps.forEach((step, i) => {
  router.post(`/checkout/${i + 1}/${step}`, (request, response) => response.sendStatus(204));
});
router
  .route("/cart/:cartId")
  .get((request, response) => response.json({}))
  .delete((request, response) => response.sendStatus(204));
