import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { EndpointView } from "../api/views.ts";
import { ProtectedService, send } from "./protected-service.ts";

it("`postern protect` finds out by itself that a declared uniform answer is not how the service denies, and that another one is", async () => {
  // Every second number is somebody's; the service denies in the same way on both paths.
  const upstream = createServer((request, response) => {
    const phone = decodeURIComponent(request.url?.split("phone=")[1] ?? "");
    const known = Number(phone.slice(-1)) % 2 === 0;
    const body = known ? '{"state":"active","devices":1}' : JSON.stringify({ error: "unknown", phone });
    response.writeHead(known ? 200 : 404, { "content-type": "application/json", "content-length": String(body.length) });
    response.end(body);
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const home = mkdtempSync(join(tmpdir(), "postern-own-"));
  const config = join(home, "postern.yaml");
  const declared = (path: string, body: string): string =>
    `  - match: GET ${path}\n    oracle: declared\n    subject: { in: query, name: phone, type: phone }\n    uniform: { status: 404, headers: { content-type: application/json, date: now, content-length: "0" }, body: '${body}' }\n`;
  writeFileSync(config, `endpoints:\n${declared("/careless", '{"error":"slow down"}')}${declared("/careful", '{"error":"unknown","phone":"{{subject}}"}')}`);
  const postern = await ProtectedService.start(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`, { args: ["--mode", "enforce", "--config", config] });
  try {
    let asked = 0;
    const ask = (path: string, from: string): Promise<{ readonly status: number }> => send(`${postern.gate}${path}?phone=%2B49151${5_550_000 + asked++}`, { from });
    const endpoints = async (): Promise<readonly EndpointView[]> => (JSON.parse((await postern.api("/api/v1/endpoints")).body.toString("utf8")) as { items: EndpointView[] }).items;
    // Many ask about a few; one asks about everybody, and is soon answered by us.
    for (let round = 0; round < 4; round++) {
      const crowd = Array.from({ length: 8 }, (_, n) => `127.0.${round + 1}.${n + 1}`).flatMap((from) => Array.from({ length: 4 }, () => from));
      for (const path of ["/careless", "/careful"]) await Promise.all([...crowd.map((from) => ask(path, from)), ...Array.from({ length: 24 }, () => ask(path, "127.0.0.9"))]);
    }
    await postern.read(asked);
    const own = async (path: string): Promise<NonNullable<EndpointView["ownAnswers"]>> => {
      for (;;) {
        const found = (await endpoints()).find((one) => one.path === path)?.ownAnswers;
        if (found !== null && found !== undefined && found.differs !== null && found.tells !== null) return found;
      }
    };
    const [careless, careful] = [await own("/careless"), await own("/careful")];
    expect(careless.differs).toMatchObject({ broken: true });
    expect(careless.differs?.lowBits).toBeGreaterThan(0.5);
    expect(careful.differs).toMatchObject({ broken: false });
    expect(careful.differs?.lowBits).toBeLessThan(0.01);
    // Neither tells who exists.
    expect([careless.tells?.broken, careful.tells?.broken]).toEqual([false, false]);
    const { items } = JSON.parse((await postern.api("/api/v1/findings")).body.toString("utf8")) as { items: readonly { check: string; endpoint: { path: string } }[] };
    expect(items.filter((one) => one.check === "uniform-answer-differs").map((one) => one.endpoint.path)).toEqual(["/careless"]);
  } finally {
    await postern.stop();
    postern.remove();
    upstream.close();
    rmSync(home, { recursive: true, force: true });
  }
});
