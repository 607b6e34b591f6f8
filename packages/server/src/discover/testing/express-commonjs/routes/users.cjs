const { Router } = require("express");
const router = (module.exports = Router({ mergeParams: true }));
const pets = Router({ mergeParams: true });

router.param("userId", (request, response, next) => next());
router.get("/", (request, response) => response.json([]));
router.post("/", (request, response) => response.json({}));
router.get("/me", (request, response) => response.json({}));
router.get("/:userId", (request, response) => response.json({})).put("/:userId", (request, response) => response.json({}));
router.use("/:userId/pets", pets);
pets.get("/", (request, response) => response.json([]));
pets.patch("/:petId", (request, response) => response.json({}));
