const fs = require("fs");
const path = require("path");
const express = require("express");

const app = express();
const folder = path.join(__dirname, "routes");
fs.readdirSync(folder)
  .filter((file) => file.endsWith(".cjs") && !file.startsWith("_"))
  .forEach((file) => {
    const name = path.basename(file, ".cjs");
    app.use(`/${name}`, require(path.join(folder, file)));
  });

module.exports = app;
