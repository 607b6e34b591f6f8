import { expect, test } from "vitest";
import { listenApi } from "./listen-api.ts";
import { apiUnderTest, testToken } from "./testing/api-under-test.ts";

test("a live stream over a real socket ends when the reader leaves and when the server closes", async () => {
  const { api, views } = apiUnderTest();
  const server = await listenApi(api, { host: "127.0.0.1", port: 0 });
  const abort = new AbortController();
  const stream = await fetch(`${server.url}/api/v1/events`, { headers: { authorization: `Bearer ${testToken}` }, signal: abort.signal });
  const reader = stream.body?.getReader();
  const first = await reader?.read();
  expect(new TextDecoder().decode(first?.value)).toContain("event: overview");
  expect(views.listeners()).toBe(1);
  abort.abort();
  await expect.poll(() => views.listeners()).toBe(0);
  await fetch(`${server.url}/api/v1/events`, { headers: { authorization: `Bearer ${testToken}` } });
  await server.close();
  await expect.poll(() => views.listeners()).toBe(0);
});

test("a taken port is told as PORT_IN_USE", async () => {
  const { api } = apiUnderTest();
  const server = await listenApi(api, { host: "127.0.0.1", port: 0 });
  await expect(listenApi(api, { host: "127.0.0.1", port: server.port })).rejects.toMatchObject({ code: "PORT_IN_USE" });
  await server.close();
});
