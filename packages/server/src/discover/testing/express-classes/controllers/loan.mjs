/* oxlint-disable typescript/unbound-method -- as people write it: the handlers do not use `this` */
import { Controller } from "./base.mjs";

const requireAuth = (request, response, next) => next();

export class LoanController extends Controller {
  constructor(base) {
    super(base);
    this.router.get(`${base}/overdue`, requireAuth, this.overdue);
  }

  routes() {
    this.route({ method: "post", path: "", guards: [requireAuth], handler: this.overdue });
  }

  overdue(request, response) {
    response.json([]);
  }
}
