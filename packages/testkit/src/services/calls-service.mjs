// A service that takes calls by name: GraphQL by its own reference executor at /graphql, JSON-RPC at /rpc, Connect at /shop.v1.Orders/…, a WebSocket's handshake at
// /live, and a plain lookup at /users/{phone}/status. One process, one port; prints {"url": …} on one line and ends with its standard input.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { buildSchema, graphql, GraphQLError } from "graphql";

const schema = buildSchema(`
  type User { id: ID! name: String email: String }
  type Query { user(id: ID!): User version: String me: User }
  type Mutation { rename(id: ID!, name: String!): User }
`);
const rootValue = {
  user: ({ id }) => ({ id, name: "Ada", email: `user${id}@example.com` }),
  version: () => "3.1",
  me: (_, { token }) => {
    if (token !== "Bearer token-of-anna-0123456789") throw new GraphQLError("Sign in first", { extensions: { code: "UNAUTHENTICATED" } });
    return { id: "7", name: "Anna", email: "anna@example.com" };
  },
  rename: ({ id, name }) => ({ id, name }),
};
const run = (asked, token) =>
  graphql({ schema, source: String(asked.query), rootValue, contextValue: { token }, variableValues: asked.variables, operationName: asked.operationName });

const methods = { "account.balance": () => ({ balance: 12 }), "account.list": () => ["a", "b"] };
const call = ({ method, id }) =>
  Object.hasOwn(methods, method) ? { jsonrpc: "2.0", id, result: methods[method]() } : { jsonrpc: "2.0", id, error: { code: -32_601, message: "Method not found" } };

const server = createServer((req, res) => {
  const chunks = [];
  req.on("data", (chunk) => chunks.push(chunk));
  req.on("end", () => {
    const answer = (status, json) => res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
    const text = Buffer.concat(chunks).toString();
    const asked = text === "" ? undefined : JSON.parse(text);
    if (req.url === "/graphql" && Array.isArray(asked)) void Promise.all(asked.map((one) => run(one, req.headers.authorization))).then((all) => answer(200, all));
    else if (req.url === "/graphql") void run(asked, req.headers.authorization).then((one) => answer(200, one));
    else if (req.url === "/rpc") answer(200, Array.isArray(asked) ? asked.map(call) : call(asked));
    else if (req.url === "/shop.v1.Orders/List") answer(200, { orders: [{ id: 1 }] });
    else if (/^\/users\/\d+\/status$/.test(req.url)) answer(Number(req.url.slice(7, -7)) % 3 === 0 ? 404 : 200, { registered: Number(req.url.slice(7, -7)) % 3 !== 0 });
    else answer(404, { code: "not_found" });
  });
});
server.on("upgrade", (req, socket) => {
  if (req.url !== "/live") return socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  // RFC 6455 §4.2.2
  const accept = createHash("sha1").update(`${req.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })}\n`));
process.stdin.resume().on("end", () => process.exit(0));
