import { Router } from "express";

export class Controller {
  router = Router();

  constructor(base) {
    this.base = base;
    this.routes();
  }

  route({ method, path, handler, guards = [] }) {
    this.router[method](this.base + path, ...guards, handler);
  }

  routes() {}
}
