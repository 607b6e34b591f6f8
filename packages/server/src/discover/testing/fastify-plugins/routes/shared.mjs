export function shared(fastify, options, done) {
  fastify.get("/shared", async () => ({}));
  done();
}
shared[Symbol.for("skip-override")] = true;
