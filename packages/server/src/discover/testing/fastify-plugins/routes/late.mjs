export default function late(fastify, options, done) {
  for (const name of ["a", "b"]) fastify.head(`/${name}`, async () => "");
  fastify.all("/any", async () => ({}));
  done();
}
