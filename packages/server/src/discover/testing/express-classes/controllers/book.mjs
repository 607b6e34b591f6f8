/* oxlint-disable typescript/unbound-method -- as people write it: the handlers do not use `this` */
import { Controller } from "./base.mjs";

export class BookController extends Controller {
  routes() {
    this.route({ method: "get", path: "", handler: this.list });
    this.route({ method: "get", path: "/:isbn", handler: this.list });
    this.route({ method: "put", path: "/:isbn", handler: this.list });
  }

  list(request, response) {
    response.json([]);
  }
}
