import { connect } from "node:net";
import { startCallsService } from "@postern/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readUntil } from "../gate/proxy/testbed.ts";
import { ProtectedService, send } from "./protected-service.ts";

let service: Awaited<ReturnType<typeof startCallsService>>;
let postern: ProtectedService;
let asked = 0;

beforeAll(async () => {
  service = await startCallsService();
  postern = await ProtectedService.start(service.url);
});
afterAll(async () => {
  await postern.stop();
  await service.close();
  postern.remove();
});

describe("behind `postern protect`, what is called by name is an endpoint by its name", () => {
  it("GraphQL operations, JSON-RPC and Connect methods and a WebSocket are listed with their posture; invented names are not", async () => {
    for (let n = 0; n < 4; n++) {
      await post("/graphql", { query: "query Who($id: ID!) { a: user(id: $id) { email } b: user(id: 2) { name } }", variables: { id: `${n}` } });
      await post("/graphql", { query: "{ me { email } }" });
      await post("/graphql", { query: "{ me { email } }" }, { authorization: "Bearer token-of-anna-0123456789" });
      await post("/graphql", [{ query: "{ version }" }, { query: 'mutation { rename(id: 1, name: "x") { id } }' }]);
      await post("/graphql", { query: `{ invented${n} }` });
      await post("/rpc", { jsonrpc: "2.0", id: 1, method: "account.balance", params: [n] });
      await post("/rpc", { jsonrpc: "2.0", id: 1, method: `account.invented${n}` });
      await post("/shop.v1.Orders/List", {}, { "connect-protocol-version": "1" });
      await post(`/shop.v1.Orders/Invented${n}`, {}, { "connect-protocol-version": "1" });
    }
    const socket = connect(Number(new URL(postern.gate).port), "127.0.0.1");
    socket.write("GET /live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    expect(await readUntil(socket, "\r\n\r\n")).toContain("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    socket.destroy();
    asked += 1;
    await postern.read(asked);
    // A list is given again for a moment, the longer it took.
    let listed = await known();
    while (!listed.some((one) => one.path === "/live")) listed = await known();
    expect(listed.map((one) => `${one.method} ${one.path} ${one.operation === null ? "" : `${one.operation.protocol} ${one.operation.name}`}`.trimEnd())).toEqual([
      "POST /graphql",
      "POST /graphql graphql rename",
      "POST /graphql graphql me",
      "POST /graphql graphql user",
      "POST /graphql graphql version",
      "GET /live websocket",
      "POST /rpc",
      "POST /rpc json-rpc account.balance",
      "POST /shop.v1.Orders/List grpc shop.v1.Orders/List",
    ]);
    const of = (name: string): Known => listed.find((one) => one.operation?.name === name) ?? expect.fail(name);
    expect([of("me").auth.verdict, of("version").auth.verdict, of("user").auth.verdict]).toEqual(["enforced", "not enforced", "not enforced"]);
    // The first refusal came before anything proved that the field is there.
    expect([of("me").requests, of("me").clientErrors, of("me").errors, of("user").requests, of("account.balance").requests]).toEqual([7, 3, 0, 8, 4]);
    expect(of("user").dataClasses).toContain("email");
    expect(listed[0]?.calls).toEqual({ protocol: "graphql", operations: 4, others: 5 });
    const findings = JSON.parse((await postern.api("/api/v1/findings")).body.toString("utf8")) as { items: readonly { endpoint: { operation?: string }; title: string }[] };
    expect(findings.items.map((one) => one.endpoint.operation)).toContain("query user");
  });

  it("a plain lookup beside them still comes under a budget", async () => {
    for (let n = 0; n < 120; n++) {
      await send(`${postern.gate}/users/${9_994_071_550_000 + n * 13}/status`);
      asked++;
    }
    await postern.read(asked);
    let lookup: Known | undefined;
    while (lookup === undefined) lookup = (await known()).find((one) => one.path.startsWith("/users/") && one.guard !== null);
    expect(lookup.operation).toBeNull();
  });
});

async function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  asked++;
  await send(`${postern.gate}${path}`, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });
}

interface Known {
  readonly method: string;
  readonly path: string;
  readonly operation: { readonly protocol: string; readonly name: string } | null;
  readonly calls: unknown;
  readonly auth: { readonly verdict: string };
  readonly requests: number;
  readonly errors: number;
  readonly clientErrors: number;
  readonly dataClasses: readonly string[];
  readonly guard: unknown;
}

async function known(): Promise<readonly Known[]> {
  return (JSON.parse((await postern.api("/api/v1/endpoints?limit=500")).body.toString("utf8")) as { items: readonly Known[] }).items;
}
