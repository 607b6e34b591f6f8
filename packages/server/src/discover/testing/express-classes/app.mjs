import express from "express";
import { BookController } from "./controllers/book.mjs";
import { LoanController } from "./controllers/loan.mjs";

class Server {
  #app = express();
  controllers = [new BookController("/books"), new LoanController("/loans")];

  constructor() {
    this.plumbing();
    this.controllers.forEach((controller) => this.#app.use("/library", controller.router));
  }

  plumbing() {
    this.#app.get("/ready", this.ready.bind(this));
  }

  ready(request, response) {
    response.send("yes");
  }

  get express() {
    return this.#app;
  }
}

export const app = new Server().express;
