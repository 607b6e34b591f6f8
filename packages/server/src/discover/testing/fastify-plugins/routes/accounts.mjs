const answer = async () => ({});

export default async function accounts(fastify) {
  fastify.addHook("onRequest", async function verifyToken() {});
  fastify.get("/", answer);
  fastify.post("/", { handler: answer });
  fastify.get("/:accountId", answer).delete("/:accountId", answer);
  fastify.get("/:accountId/export.:format", answer);
  fastify.get("/files/*", answer);
}
