import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buildSchema, graphql, GraphQLError } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { carriesAll, type Exchange, type HeaderList } from "../../exchange/exchange.ts";
import { viewOf } from "../../exchange/view-of.ts";
import { Inventory } from "../inventory.ts";
import { callsReadMax } from "./call.ts";
import { operationsMax } from "./operations.ts";
import { ports } from "../../testing/ports.ts";

const schema = buildSchema(`
  type User { id: ID! name: String email: String }
  type Query { user(id: ID!): User users: [User!]! version: String me: User }
  type Mutation { login(email: String!, password: String!): String rename(id: ID!, name: String!): User }
`);
const signedIn = (context: unknown): boolean => (context as { readonly token: string | undefined }).token === "Bearer good";
const rootValue = {
  user: ({ id }: { readonly id: string }) => ({ id, name: "Ada", email: `user${id}@example.com` }),
  users: () => [{ id: "1", name: "Ada", email: "ada@example.com" }],
  version: () => "3.1",
  me: (_: unknown, context: unknown) => {
    if (!signedIn(context)) throw new GraphQLError("Not for you", { extensions: { code: "UNAUTHENTICATED" } });
    return { id: "7", name: "Grace", email: "grace@example.com" };
  },
  login: ({ password }: { readonly password: string }) => {
    if (password !== "right") throw new GraphQLError("Wrong password");
    return "token";
  },
  rename: ({ id, name }: { readonly id: string; readonly name: string }) => ({ id, name }),
};

/** GraphQL's own executor behind HTTP, with batches and stored documents as Apollo has them; and JSON-RPC by the letter of its specification. */
function service(): Server {
  const stored = new Map<string, string>();
  type Asked = { query?: string; variables?: Record<string, unknown>; operationName?: string; extensions?: { persistedQuery?: { sha256Hash?: string } } };
  const run = async (asked: Asked, token: string | undefined): Promise<unknown> => {
    const hash = asked.extensions?.persistedQuery?.sha256Hash;
    if (hash !== undefined && asked.query !== undefined) stored.set(hash, asked.query);
    const source = asked.query ?? stored.get(hash ?? "");
    if (source === undefined) return { errors: [{ message: "PersistedQueryNotFound", extensions: { code: "PERSISTED_QUERY_NOT_FOUND" } }] };
    return graphql({
      schema,
      source,
      rootValue,
      contextValue: { token },
      variableValues: asked.variables ?? {},
      ...(asked.operationName === undefined ? {} : { operationName: asked.operationName }),
    });
  };
  type Rpc = { jsonrpc?: string; method?: string; params?: unknown[]; id?: unknown };
  const call = ({ jsonrpc, method, params, id = null }: Rpc): unknown => {
    const done = (result: unknown, error: unknown): unknown =>
      jsonrpc === undefined ? { result: result ?? null, error: error ?? null, id } : { jsonrpc, id, ...(error === undefined ? { result } : { error }) };
    if (method === "account.balance") return done({ balance: 12 }, undefined);
    if (method === "account.close") return done(undefined, { code: 1, message: "Unauthorized" });
    if (method === "account.guarded") return params?.[0] === "token:secret of the test" ? done({ open: true }, undefined) : done(undefined, { code: 1, message: "Unauthorized" });
    if (method === "account.list") return done(["a"], undefined);
    return done(undefined, { code: -32_601, message: "Method not found" });
  };
  return createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const url = new URL(req.url ?? "/", "http://local");
      const text = Buffer.concat(chunks).toString();
      const answer = (status: number, json: unknown): void =>
        void res.writeHead(status, { "content-type": "application/json" }).end(json === undefined ? "" : JSON.stringify(json));
      if (url.pathname === "/graphql") {
        const asked = req.method === "GET" ? { query: url.searchParams.get("query") ?? undefined } : (JSON.parse(text) as Asked | Asked[]);
        const token = req.headers.authorization;
        void (Array.isArray(asked) ? Promise.all(asked.map((one) => run(one, token))) : run(asked as Asked, token)).then((json) => answer(200, json));
      } else if (url.pathname === "/rpc") {
        const asked = JSON.parse(text) as Rpc | Rpc[];
        answer(200, Array.isArray(asked) ? asked.filter((one) => one.id !== undefined).map(call) : call(asked));
      } else if (url.pathname === "/search") answer(200, { hits: [] });
      else answer(404, { error: "not found" });
    });
  });
}

describe("operations as endpoints, from what real services answer", () => {
  let server: Server;
  let origin = "";
  let serial = 0;
  beforeAll(async () => {
    server = service();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Sends it and shows it to the inventory. */
  async function send(inventory: Inventory, path: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const method = body === undefined ? "GET" : "POST";
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const answer = await fetch(origin + path, {
      method,
      headers: { ...headers, ...(sent === undefined ? {} : { "content-type": "application/json" }) },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await answer.text();
    inventory.observe(viewOf(exchangeOf(method, path, sent, text, answer.status, Object.entries(headers)), ports));
    return text === "" ? undefined : JSON.parse(text);
  }

  function exchangeOf(method: string, path: string, body: string | undefined, answer: string, status: number, headers: HeaderList = []): Exchange {
    serial++;
    return {
      id: `t:${serial}`,
      at: serial * 1_000,
      method,
      url: path,
      client: { address: `192.0.2.${serial % 200}` },
      request: {
        headers: [["Host", "api.example"], ...headers, ...(body === undefined ? [] : ([["Content-Type", "application/json"]] as const))],
        ...(body === undefined ? {} : { body }),
      },
      response: { status, headers: [["Content-Type", "application/json"]], body: answer },
      carries: carriesAll,
    };
  }

  const names = (inventory: Inventory): string[] =>
    inventory.listed().map((one) => `${one.method} ${one.template}${one.operation === undefined ? "" : ` ${one.operation.kind} ${one.operation.name}`}`);
  const operation = (inventory: Inventory, name: string) => inventory.listed().find((one) => one.operation?.name === name) ?? expect.fail(`no operation ${name}`);

  test("each root field is an endpoint under its own name, whatever alias, batch, fragment or query string asked for it", async () => {
    const inventory = new Inventory(ports);
    await send(inventory, "/graphql", { query: "query A($id: ID!) { first: user(id: $id) { name } second: user(id: 2) { name } version }", variables: { id: "1" } });
    await send(inventory, "/graphql", [{ query: "{ version }" }, { query: 'mutation { rename(id: 1, name: "x") { id } }' }]);
    await send(inventory, "/graphql", { query: "query B { ...f ... on Query { users { id } } } fragment f on Query { version }" });
    await send(inventory, `/graphql?query=${encodeURIComponent("{ version }")}`, undefined);
    expect(names(inventory)).toEqual([
      "GET /graphql",
      "GET /graphql query version",
      "POST /graphql",
      "POST /graphql mutation rename",
      "POST /graphql query user",
      "POST /graphql query users",
      "POST /graphql query version",
    ]);
    expect(operation(inventory, "user").requests).toBe(2);
    expect(
      operation(inventory, "user")
        .parameterList()
        .map((one) => [one.location.in, one.location.name, one.samples]),
    ).toEqual([["json", "id", 2]]);
    expect(inventory.listed().find((one) => one.key === "POST graphql query version")?.requests).toBe(3);
  });

  test("a refusal in an answer of 200 is one, for its operation alone", async () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 4; n++) {
      await send(inventory, "/graphql", { query: "{ me { email } }" }, { Authorization: "Bearer good" });
      await send(inventory, "/graphql", { query: "{ me { email } }" });
      await send(inventory, "/graphql", { query: "{ version }" });
    }
    expect(operation(inventory, "me").exactPosture().verdict).toBe("enforced");
    expect(operation(inventory, "me").clientErrors).toBe(4);
    expect([...operation(inventory, "me").byStatus]).toEqual([
      [200, 4],
      [401, 4],
    ]);
    expect(operation(inventory, "version").exactPosture().verdict).toBe("not enforced");
  });

  test("names that the service does not know add no operation, only to the others", async () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 40; n++) await send(inventory, "/graphql", { query: `{ secret${n} }`, operationName: `O${n}` });
    for (let n = 0; n < 40; n++) await send(inventory, "/graphql", { query: `query Q${n} { nothing${n}: version }`, operationName: `Q${n}` });
    for (let n = 0; n < 40; n++) await send(inventory, "/rpc", { jsonrpc: "2.0", id: n, method: `guess.${n}` });
    await send(inventory, "/rpc", { jsonrpc: "2.0", id: 1, method: "account.list" });
    expect(names(inventory)).toEqual(["POST /graphql", "POST /graphql query version", "POST /rpc", "POST /rpc call account.list"]);
    expect(inventory.endpoints().map((one) => one.operations?.others)).toEqual([40, 0]);
  });

  test("a stored document counts as its text once that was seen, else under a hash", async () => {
    const inventory = new Inventory(ports);
    const extensions = { persistedQuery: { version: 1, sha256Hash: "a".repeat(64) } };
    await send(inventory, "/graphql", { extensions, operationName: "Ada_Lovelace" });
    expect(names(inventory)).toEqual(["POST /graphql"]);
    await send(inventory, "/graphql", { query: "query Ada_Lovelace { version }", extensions });
    await send(inventory, "/graphql", { extensions, operationName: "Ada_Lovelace" });
    expect(names(inventory)).toEqual(["POST /graphql", "POST /graphql query version"]);
    expect(operation(inventory, "version").requests).toBe(2);
    const fresh = new Inventory(ports);
    await send(fresh, "/graphql", { extensions, operationName: "Ada_Lovelace" });
    expect(names(fresh)[1]).toMatch(/^POST \/graphql persisted ~[0-9a-f]{8}$/);
    expect(JSON.stringify(fresh.exportState())).not.toContain("Lovelace");
  });

  test("JSON-RPC methods are counted by the call, 2.0 and 1.0, alone and in batches; an error is a failure", async () => {
    const inventory = new Inventory(ports);
    await send(inventory, "/rpc", { jsonrpc: "2.0", id: 1, method: "account.balance", params: [7] });
    await send(inventory, "/rpc", [
      { jsonrpc: "2.0", id: 1, method: "account.balance", params: { account: 7 } },
      { jsonrpc: "2.0", id: 2, method: "account.list" },
      { jsonrpc: "2.0", method: "account.close" },
      { jsonrpc: "2.0", id: 4, method: "account.close" },
    ]);
    await send(inventory, "/rpc", { method: "account.list", params: [], id: 9 });
    expect(names(inventory)).toEqual(["POST /rpc", "POST /rpc call account.balance", "POST /rpc call account.list"]);
    expect(operation(inventory, "account.list").requests).toBe(2);
    expect(inventory.endpoints()[0]?.operations?.others).toBe(2);
  });

  test("a secret that goes before the parameters of a call is its caller's credential", async () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 4; n++) {
      await send(inventory, "/rpc", { jsonrpc: "2.0", id: n, method: "account.guarded", params: ["token:secret of the test", n] });
      await send(inventory, "/rpc", { jsonrpc: "2.0", id: n, method: "account.guarded", params: [n] });
    }
    const { none, valid, kinds, verdict } = operation(inventory, "account.guarded").exactPosture();
    expect([none.refused, valid.data, [...kinds], verdict]).toEqual([4, 4, ["api-key"], "enforced"]);
    expect(JSON.stringify(inventory.exportState())).not.toContain("secret of");
  });

  test("a search that calls its text `query` is none of GraphQL, not even for braces", async () => {
    const inventory = new Inventory(ports);
    await send(inventory, "/search", { query: "query builder" });
    await send(inventory, "/search", { query: "{ me }" });
    expect(names(inventory)).toEqual(["POST /search"]);
    expect(inventory.endpoints()[0]?.operations).toBeUndefined();
  });

  test("a hundred aliases in one request are a hundred calls", async () => {
    const inventory = new Inventory(ports);
    const count = callsReadMax + 36;
    await send(inventory, "/graphql", { query: `{ version }` });
    await send(inventory, "/graphql", {
      query: `mutation { ${Array.from({ length: count }, (_, n) => `a${n}: login(email: "x@example.com", password: "${n === 3 ? "right" : n}")`).join(" ")} }`,
    });
    expect(operation(inventory, "login").requests).toBe(count);
    expect(operation(inventory, "login").clientErrors).toBe(count - 1);
  });

  test("what was learned of operations survives a restart, under the same ids", async () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 3; n++) await send(inventory, "/graphql", { query: "{ version }" });
    await send(inventory, "/rpc", { jsonrpc: "2.0", id: 1, method: "account.list" });
    const again = Inventory.restore(ports, JSON.parse(JSON.stringify(inventory.exportState())));
    expect(again.listed().map((one) => [one.id, one.requests])).toEqual(inventory.listed().map((one) => [one.id, one.requests]));
    expect(again.byId(operation(inventory, "version").id)?.requests).toBe(3);
  });

  test("20,000 invented operation names, methods and paths of RPC services add no endpoint, and little memory", () => {
    const inventory = new Inventory(ports);
    const json = (path: string, body: unknown, answer: unknown, status = 200): void => {
      inventory.observe(viewOf(exchangeOf("POST", path, JSON.stringify(body), JSON.stringify(answer), status), ports));
    };
    for (let n = 0; n < 30; n++) {
      json("/graphql", { query: "{ version }" }, { data: { version: "1" } });
      json("/rpc", { jsonrpc: "2.0", id: 1, method: "account.list" }, { jsonrpc: "2.0", id: 1, result: [] });
    }
    const before = names(inventory);
    for (let n = 0; n < 5_000; n++) {
      json(
        "/graphql",
        { query: `query Scan${n} { probe${n} }`, operationName: `Scan${n}` },
        { errors: [{ message: `Cannot query field "probe${n}" on type "Query".`, extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }] },
      );
      json("/graphql", { operationName: `Scan${n}`, extensions: { persistedQuery: { version: 1, sha256Hash: `${n}` } } }, { errors: [{ message: "PersistedQueryNotFound" }] });
      json("/rpc", { jsonrpc: "2.0", id: n, method: `scan.m${n}` }, { jsonrpc: "2.0", id: n, error: { code: -32_601, message: "Method not found" } });
      json(`/acme.Scan${n}/Probe`, {}, { code: "unimplemented", message: "no such service" }, 404);
    }
    expect(names(inventory)).toEqual(before);
    expect(inventory.endpoints().map((one) => one.operations?.others)).toEqual([10_000, 5_000]);
    expect(JSON.stringify(inventory.exportState()).length).toBeLessThan(60_000);
  });

  test("a service that answers any name gets so many operations and no more; the rest are others", () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < operationsMax + 50; n++) {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: `any.m${String(n).padStart(4, "0")}` });
      inventory.observe(viewOf(exchangeOf("POST", "/rpc", body, JSON.stringify({ jsonrpc: "2.0", id: 1, result: n }), 200), ports));
    }
    expect(inventory.calls()).toHaveLength(operationsMax);
    expect(inventory.endpoints()[0]?.operations?.others).toBe(50);
  });

  test("a name that looks like somebody's number or address stays a keyed hash, whatever the service answers", () => {
    const inventory = new Inventory(ports);
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "user.4915112345678" });
    inventory.observe(viewOf(exchangeOf("POST", "/rpc", body, JSON.stringify({ jsonrpc: "2.0", id: 1, result: 1 }), 200), ports));
    expect(names(inventory)[1]).toMatch(/^POST \/rpc call ~[0-9a-f]{8}$/);
    expect(JSON.stringify(inventory.exportState())).not.toContain("4915112345678");
  });
});
