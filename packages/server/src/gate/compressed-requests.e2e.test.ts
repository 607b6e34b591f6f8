import { createServer, request as httpRequest } from "node:http";
import { brotliCompressSync, deflateRawSync, deflateSync, gunzipSync, gzipSync } from "node:zlib";
import { defaultBudget, GateEngine, type GuardedEndpoint } from "@postern/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePorts } from "../keys/make-ports.ts";
import { bodyBytesMax } from "./gate-port.ts";
import { JudgingGate } from "./judging-gate.ts";
import { createProxy, type Proxy } from "./proxy/proxy.ts";
import { listen } from "./proxy/testbed.ts";

/** A service that answers whom a JSON body names, packed or not, behind the real proxy with the real judgement. */
const seen: { readonly coding: string; readonly body: Buffer }[] = [];
const service = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    seen.push({ coding: request.headers["content-encoding"] ?? "", body });
    response.writeHead(200, { "Content-Type": "application/json" }).end('{"known":true}');
  });
});
const lookup: GuardedEndpoint = {
  id: "0000000000000001",
  method: "POST",
  host: "svc",
  template: "/lookup",
  state: "budgeted",
  subjects: [{ location: { in: "json", name: "phone" }, type: "phone" }],
  classes: { scalars: ["known"] },
  tellsNothing: [],
  uniform: { status: 200, headers: [["Content-Type", "application/json"]], body: '{"known":"as if unknown"}', learned: false },
  budget: defaultBudget,
};
let servicePort = 0;
const open: Proxy[] = [];

beforeAll(async () => {
  servicePort = await listen(service);
});
afterAll(async () => {
  for (const proxy of open) await proxy.close(0);
  service.close();
  service.closeAllConnections();
});

/** A gate of its own, before the one service. */
async function gateBefore(): Promise<(coding: string, body: Buffer) => Promise<string>> {
  const engine = new GateEngine({ newId: () => "s", sourceSlots: 1_024, pairs: 1_000, pending: 64 });
  const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
  const gate = new JudgingGate({ engine, ports, epoch: "e", scope: "svc", limits: undefined, journal: () => undefined, signals: () => undefined, complete: () => undefined });
  gate.setPolicy({ version: 1, mode: "enforce", endpoints: [lookup], principals: [] });
  const proxy = await createProxy({ upstream: new URL(`http://127.0.0.1:${servicePort}`), host: "127.0.0.1", port: 0, gate, now: Date.now });
  open.push(proxy);
  return (coding, body) =>
    new Promise((resolve, reject) => {
      const headers = { "Content-Type": "application/json", "Content-Length": body.length, ...(coding === "" ? {} : { "Content-Encoding": coding }) };
      const sent = httpRequest({ port: proxy.port, method: "POST", path: "/lookup", headers, agent: false }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve(text));
      });
      sent.on("error", reject);
      sent.end(body);
    });
}

const bomb = gzipSync(Buffer.alloc(5_000_000, 32));
const about = (n: number): Buffer => Buffer.from(JSON.stringify({ phone: `+4477009${100_000 + n}` }));

async function truthful(count: number, coding: string, pack: (body: Buffer, n: number) => Buffer): Promise<number> {
  const ask = await gateBefore();
  const answers = await Promise.all(Array.from({ length: count }, (_, n) => ask(coding, pack(about(n), n))));
  return answers.filter((answer) => answer === '{"known":true}').length;
}

describe("a question in a packed body", () => {
  it.each<[string, (body: Buffer) => Buffer]>([
    ["gzip", (body) => gzipSync(body)],
    ["deflate", (body) => deflateSync(body)],
    ["deflate", (body) => deflateRawSync(body)],
    ["br", (body) => brotliCompressSync(body)],
    ["GZIP", (body) => gzipSync(body)],
  ])("in %s costs what it costs unpacked, and the service gets the bytes as they were sent", async (coding, pack) => {
    const from = seen.length;
    expect(await truthful(12, coding, pack)).toBe(defaultBudget.startCredits);
    expect(seen.slice(from)).toContainEqual({ coding, body: pack(about(0)) });
  });

  it("about one person again costs nothing, packed or not", async () => {
    expect(await truthful(30, "gzip", () => gzipSync(about(7)))).toBe(30);
  });

  it.each<[string, string, (body: Buffer, n: number) => Buffer]>([
    ["in a coding that is not known", "zstd", (body) => body],
    ["packed twice", "gzip, gzip", (body) => gzipSync(gzipSync(body))],
    ["that swells beyond what is judged", "gzip", (body) => gzipSync(Buffer.concat([body.subarray(0, -1), Buffer.from(`,"pad":"${"x".repeat(bodyBytesMax)}"}`)]))],
    ["that is a bomb", "gzip", () => bomb],
    ["that is cut off", "gzip", (body) => gzipSync(body).subarray(0, -9)],
    ["that is plain text under the name of a coding", "deflate", (body) => body],
    ["that is no text under the name of a coding", "br", () => Buffer.from([0xff, 0xfe, 0x80])],
  ])("%s is not answered truthfully", async (_, coding, pack) => {
    expect(await truthful(3, coding, pack)).toBe(0);
  });

  it("passes to the service in full, however little of it was read", async () => {
    const ask = await gateBefore();
    await ask("gzip", bomb);
    expect(gunzipSync(seen.at(-1)?.body ?? Buffer.alloc(0))).toHaveLength(5_000_000);
  });
});
