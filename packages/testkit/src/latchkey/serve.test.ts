import { expect, onTestFinished, test } from "vitest";
import { flaws } from "./flaws.ts";
import { createLatchkey } from "./latchkey.ts";
import type { LatchkeyRequest } from "./message.ts";
import { serveLatchkey } from "./serve.ts";

async function served(behindProxy: boolean) {
  const latchkey = createLatchkey({ flaws: flaws("F1", "F2", "F3"), accounts: 10, seed: "s", now: () => 0 });
  const seen: LatchkeyRequest[] = [];
  const listening = {
    ...latchkey,
    handle: (request: LatchkeyRequest) => {
      seen.push(request);
      return latchkey.handle(request);
    },
  };
  const server = await serveLatchkey(listening, { behindProxy });
  onTestFinished(async () => {
    await server.close();
    latchkey.close();
  });
  return { url: server.url, seen, latchkey };
}

test("the caller's address is the socket's, whatever a header claims", async () => {
  const { url, seen } = await served(false);
  await fetch(`${url}/healthz`, { headers: { "x-forwarded-for": "203.0.113.9" } });
  expect(seen[0]?.address).toBe("127.0.0.1");
});

test("behind a proxy it is the rightmost forwarded one, which the proxy wrote", async () => {
  const { url, seen } = await served(true);
  await fetch(`${url}/healthz`, { headers: { "x-forwarded-for": "203.0.113.9, 127.4.5.6" } });
  expect(seen[0]?.address).toBe("127.4.5.6");
});

test("a body of 64 KiB is read, one byte more gets 413 and never reaches the service", async () => {
  const { url, seen } = await served(false);
  expect((await fetch(`${url}/v1/login`, { method: "POST", body: "x".repeat(65_536) })).status).toBe(401);
  expect((await fetch(`${url}/v1/login`, { method: "POST", body: "x".repeat(65_537) })).status).toBe(413);
  expect(seen).toHaveLength(1);
});

test("answers over HTTP with the bytes and headers the service gives in process", async () => {
  const { url, latchkey } = await served(false);
  const path = `/client/v1/users/999-${latchkey.population.numberAt(3)}/status`;
  const answer = await fetch(`${url}${path}`);
  expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(await answer.text()).toBe(latchkey.handle({ method: "GET", url: path, headers: [], address: "127.0.0.1" }).body);
  const head = await fetch(`${url}${path}`, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
});
