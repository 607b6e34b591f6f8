import { expect, test } from "vitest";
import { carriesAll, type Exchange, type HeaderList } from "../../exchange/exchange.ts";
import { viewOf } from "../../exchange/view-of.ts";
import { Inventory } from "../inventory.ts";
import { ports } from "../../testing/ports.ts";

let serial = 0;

interface Seen {
  readonly method?: string;
  readonly status?: number;
  readonly size?: number;
  readonly type?: string;
  readonly request?: HeaderList;
  readonly response?: HeaderList;
  readonly body?: string | Uint8Array;
}
/** Without a type: as an access log has it. */
function see(inventory: Inventory, url: string, { method = "POST", status = 200, size, type, request = [], response = [], body }: Seen = {}): string | undefined {
  serial++;
  const log = type === undefined;
  const exchange: Exchange = {
    id: `t:${serial}`,
    at: serial * 1_000,
    method,
    url,
    client: { address: `192.0.2.${serial % 200}` },
    request: { headers: log ? request : [["Host", "api.example"], ["Content-Type", type], ...request] },
    response: { status, headers: log ? response : [["Content-Type", type], ...response], ...(size === undefined ? {} : { size }), ...(body === undefined ? {} : { body }) },
    carries: carriesAll,
  };
  const found = inventory.observe(viewOf(exchange, ports));
  return found === undefined ? undefined : `${found.method} ${found.template}`;
}
const listed = (inventory: Inventory): string[] => inventory.listed().map((one) => `${one.method} ${one.template} ${one.operation?.protocol ?? "plain"}`);

test("gRPC, gRPC-Web, Connect, Twirp and log lines name their methods in clear; the same method is one endpoint", () => {
  const inventory = new Inventory(ports);
  for (const type of [undefined, "application/grpc", "application/grpc+proto", "application/grpc-web+proto", "application/connect+json", "application/json"])
    expect(see(inventory, "/acme.billing.v1.Invoices/GetInvoice", type === undefined ? { size: 40 } : { type })).toBe("POST /acme.billing.v1.Invoices/GetInvoice");
  for (let n = 0; n < 5; n++) see(inventory, "/api/acme.Haberdasher/MakeHat", { type: "application/json" });
  see(inventory, "/Greeter/sayHello", { type: "application/grpc" });
  // The log line has no host.
  expect(listed(inventory)).toEqual([
    "POST /acme.billing.v1.Invoices/GetInvoice grpc",
    "POST /Greeter/sayHello grpc",
    "POST /acme.billing.v1.Invoices/GetInvoice grpc",
    "POST /api/acme.Haberdasher/MakeHat grpc",
  ]);
  const again = Inventory.restore(ports, JSON.parse(JSON.stringify(inventory.exportState())));
  expect(again.listed().map((one) => one.id)).toEqual(inventory.listed().map((one) => one.id));
  expect(again.find("POST", "api.example", ["Greeter", "sayHello"])?.template).toBe("/Greeter/sayHello");
});

test("grpc-status counts as the status it means, from the header and from the last frame of gRPC-Web", () => {
  const inventory = new Inventory(ports);
  const path = "/acme.Users/Get";
  see(inventory, path, { type: "application/grpc" });
  see(inventory, path, { type: "application/grpc", response: [["grpc-status", "16"]] });
  see(inventory, path, { type: "application/grpc", response: [["grpc-status", "5"]] });
  const trailers = new TextEncoder().encode("grpc-status:7\r\ngrpc-message:no\r\n");
  const frames = Uint8Array.of(0, 0, 0, 0, 2, 8, 1, 0x80, 0, 0, 0, trailers.length, ...trailers);
  see(inventory, path, { type: "application/grpc-web+proto", body: frames });
  see(inventory, path, { type: "application/grpc-web-text", body: Buffer.from(frames).toString("base64") });
  expect([...(inventory.listed()[0]?.byStatus ?? [])].sort(([a], [b]) => a - b)).toEqual([
    [200, 1],
    [401, 1],
    [403, 2],
    [404, 1],
  ]);
});

test("methods that a service does not know add no endpoint, however it says so", () => {
  const inventory = new Inventory(ports);
  see(inventory, "/acme.Users/Get", { type: "application/grpc" });
  for (let n = 0; n < 500; n++) {
    see(inventory, `/acme.Users/Guess${n}`, { type: "application/grpc", response: [["grpc-status", "12"]] });
    see(inventory, `/acme.S${n}/Guess`, { type: "application/grpc", status: 404 });
    see(inventory, `/acme.S${n}/Guess`, { size: 0 });
    see(inventory, `/acme.S${n}/Refused`, { type: "application/grpc", response: [["grpc-status", "16"]] });
  }
  expect(listed(inventory)).toEqual(["POST /acme.Users/Get grpc"]);
});

test("pages and documents with such names are none: their content types and endings tell", () => {
  const inventory = new Inventory(ports);
  see(inventory, "/Shop.Asmx/GetPrice", { type: "application/json" });
  see(inventory, "/acme.Forms/Send", { type: "multipart/form-data; boundary=x" });
  see(inventory, "/acme.Users/Get", { type: "application/json", method: "PUT" });
  see(inventory, "/users/Get", { type: "application/json" });
  expect(inventory.listed().map((one) => one.operation)).toEqual([undefined, undefined, undefined, undefined]);
});

test("a WebSocket is an endpoint beside the plain answers at its path; refused handshakes count for it, other answers for the plain one", () => {
  const inventory = new Inventory(ports);
  const upgrade: HeaderList = [
    ["Connection", "Upgrade"],
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Key", "k"],
  ];
  const key: HeaderList = [["Authorization", "Bearer abcdefghijkl"]];
  for (let n = 0; n < 4; n++) {
    see(inventory, "/live", { method: "GET", type: "text/plain", request: [...upgrade, ...key], status: 101 });
    see(inventory, "/live", { method: "GET", type: "text/plain", request: upgrade, status: 401 });
    see(inventory, "/live", { method: "GET", type: "application/json", status: 200, body: '{"poll":1}' });
    see(inventory, "/events", { method: "GET", status: 101 });
    see(inventory, "/other", {
      method: "GET",
      type: "text/plain",
      request: [
        ["Connection", "Upgrade"],
        ["Upgrade", "h2c"],
      ],
      status: 101,
    });
  }
  expect(inventory.listed().map((one) => [one.template, one.operation?.protocol, one.requests, one.exactPosture().verdict])).toEqual([
    ["/events", "websocket", 4, "not enforced"],
    ["/live", undefined, 4, "not enforced"],
    ["/live", "websocket", 8, "enforced"],
    ["/other", undefined, 4, expect.anything()],
  ]);
});
