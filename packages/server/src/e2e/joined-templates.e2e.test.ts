import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { ProtectedService, send } from "./protected-service.ts";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

it("a merge that was too broad raises nothing and refuses nobody while `postern protect` runs; `unpin` gives back names and counts, with what came meanwhile", async () => {
  // Two endpoints that answer otherwise, and each everybody alike.
  const upstream = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(request.url?.startsWith("/lookup/status") === true ? '{"state":"active","devices":1,"since":2020}' : '{"enabled":false}');
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const postern = await ProtectedService.start(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`, { args: ["--mode", "enforce"] });
  try {
    let asked = 0;
    const ask = async (times: number): Promise<void> => {
      for (let n = 0; n < times; n++) {
        for (const what of ["status", "presence"]) {
          const got = await send(`${postern.gate}/lookup/${what}?phone=%2B49151${5_550_000 + asked * 37}`);
          expect([got.status, got.body.toString("utf8")]).toEqual([200, what === "status" ? '{"state":"active","devices":1,"since":2020}' : '{"enabled":false}']);
        }
        asked++;
      }
      await postern.read(2 * asked);
    };
    const listed = async (): Promise<readonly string[]> => {
      const { items } = await answer<{ readonly items: readonly { readonly path: string; readonly requests: number }[] }>(postern, "/api/v1/endpoints");
      return items.map((one) => `${one.path} ${one.requests}`).toSorted();
    };
    const command = async (...args: readonly string[]): Promise<void> => {
      await promisify(execFile)(process.execPath, [main, "endpoints", ...args, "--data", postern.dataDir, "--json"], { cwd: postern.dir, env: { HOME: postern.dir } });
    };
    await ask(20);
    while ((await listed()).some((one) => !one.endsWith(" 20")));
    const before = await listed();
    expect(before).toHaveLength(2);
    await command("merge", "/lookup/{what}");
    // Taken up with the very next request.
    await ask(30);
    // The overview counts a request before the inventory does.
    while ((await listed()).join() !== "/lookup/{what} 100");
    expect((await answer<{ readonly items: readonly unknown[] }>(postern, "/api/v1/incidents")).items).toEqual([]);
    await command("unpin", "/lookup/{what}");
    await ask(1);
    const after = before.map((one) => one.replace(/ 20$/, " 51"));
    while ((await listed()).join() !== after.join());
    const { items } = await answer<{ readonly items: readonly { readonly check: string }[] }>(postern, "/api/v1/findings");
    expect(items.map((one) => one.check)).not.toContain("existence-oracle");
  } finally {
    await postern.stop();
    postern.remove();
    upstream.close();
  }
});

async function answer<Body>(postern: ProtectedService, path: string): Promise<Body> {
  return JSON.parse((await postern.api(path)).body.toString("utf8")) as Body;
}
