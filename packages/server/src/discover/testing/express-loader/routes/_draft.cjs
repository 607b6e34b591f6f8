const router = require("express").Router();
router.get("/never", (request, response) => response.json([]));
module.exports = router;
