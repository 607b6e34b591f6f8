const router = require("express").Router();
router.get("/", (request, response) => response.json([]));
router.get("/:name/kittens", (request, response) => response.json([]));
module.exports = router;
