import Fastify from "fastify";
import accounts from "./routes/accounts.mjs";
import { shared } from "./routes/shared.mjs";

export async function build(onRoute = () => {}) {
  const app = Fastify({ logger: false });
  app.addHook("onRoute", onRoute);
  app.decorate("authenticate", async () => {});
  app.get("/", async () => ({}));
  app.get("/status", { schema: {} }, async function status() {
    return {};
  });
  await app.register(accounts, { prefix: "/accounts" });
  app.register(
    async (scope) => {
      scope.register(accounts, { prefix: "/nested" });
      scope.route({ method: ["PUT", "PATCH"], url: "/settings/:key", preHandler: [scope.authenticate], handler: async () => ({}) });
    },
    { prefix: "/v2" },
  );
  app.register(shared, { prefix: "/ignored-by-an-open-plugin" });
  app.register(import("./routes/late.mjs"), { prefix: "/late" });
  await app.ready();
  return app;
}
