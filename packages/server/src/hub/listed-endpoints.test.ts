import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exchange } from "@postern/engine";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parseConfig } from "../config/parse-config.ts";
import { makePorts } from "../keys/make-ports.ts";
import { KnownSpecs } from "../specs/known-specs.ts";
import { StoreClient } from "../store/store-client.ts";
import { HubCore } from "./hub-core.ts";
import { HubViews } from "./hub-views.ts";
import { SpecShelf } from "./spec-shelf.ts";

const parsed = parseConfig("", { name: "postern.yaml", env: {} });
if (!parsed.ok) throw new Error("an empty configuration is one");
const { config } = parsed;
const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "postern-listed-"));
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(dir, { recursive: true, force: true });
});

test("a list that takes long is given again, but not for long once the overview counts an endpoint more", async () => {
  const core = new HubCore({ dataDir: dir, ports, mode: "observe", config, now: () => 1_000, onIncident: () => undefined });
  const store = new StoreClient({ socketPath: join(dir, "none.sock") });
  const views = new HubViews(core, {
    config,
    store,
    audit: () => Promise.resolve(),
    now: () => 1_000,
    clockFactor: 1,
    mode: "observe",
    upstream: null,
    version: "0",
    accepted: () => undefined,
    specs: new SpecShelf(new KnownSpecs(dir), { ports, audit: () => Promise.resolve() }),
    // What makes a list long: a tenth of a second an endpoint.
    knownBy: () => {
      vi.advanceTimersByTime(100);
      return ["traffic"];
    },
    blindIdentifiers: () => [],
  });
  try {
    core.ledger.onExchange(exchange(1, "/news"));
    expect(views.endpoints()).toHaveLength(1);
    core.ledger.onExchange(exchange(2, "/news"));
    vi.advanceTimersByTime(1_500);
    expect(views.endpoints()[0]?.requests).toBe(1);
    core.ledger.onExchange(exchange(3, "/weather"));
    expect(views.overview().endpoints).toBe(2);
    expect(views.endpoints().map(({ requests }) => requests)).toEqual([2, 1]);
    // Endpoints made up all the time do not make it be looked at all the time.
    core.ledger.onExchange(exchange(4, "/maps"));
    expect(views.endpoints()).toHaveLength(2);
    vi.advanceTimersByTime(450);
    expect(views.endpoints()).toHaveLength(3);
  } finally {
    core.close();
    await store.close();
  }
});

function exchange(n: number, path: string): Exchange {
  const side = { headers: [] };
  return {
    id: `x${n}`,
    at: n,
    method: "GET",
    url: `http://shop.example${path}`,
    client: { address: "127.0.0.1" },
    request: side,
    response: { ...side, status: 200 },
    carries: { host: true, query: true, requestHeaders: true, requestBody: true, responseHeaders: true, responseBody: true },
  };
}
