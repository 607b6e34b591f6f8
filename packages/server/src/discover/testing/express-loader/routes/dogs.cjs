const router = require("express").Router();
router.post("/:name/walks", (request, response) => response.json([]));
module.exports = router;
