import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carriesAll, type Exchange, Ledger } from "@postern/engine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ledgerOptionsOf } from "../cli/import-policy.ts";
import { configOf } from "../config/config-of.fixture.ts";
import { makePorts } from "../keys/make-ports.ts";
import { openState } from "../state/open-state.ts";
import { type Annotation, annotationsMax, changesOf, type EndpointLife, livesOf } from "./endpoint-life.ts";
import { HubCore } from "./hub-core.ts";
import { hubToken, runHubOn } from "./run-hub.fixture.ts";

const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
const dayMs = 86_400_000;
const start = Date.parse("2026-01-01T00:00:00Z");

function asked(path: string, day: number, n: number): Exchange {
  return {
    id: `x${day}-${n}`,
    at: start + day * dayMs + n,
    method: "GET",
    url: `http://api.example${path}`,
    client: { address: "192.0.2.1" },
    request: { headers: [] },
    response: { status: 200, headers: [["content-type", "application/json"]], body: `{"n":${n}}` },
    carries: carriesAll,
  };
}

/** Sixty days: `/orders` all the time, `/legacy` on the first two days only, `/refunds` in the last three. */
function traffic(): Exchange[] {
  const all: Exchange[] = [];
  for (let day = 0; day < 60; day++) {
    for (let n = 0; n < 4; n++) {
      all.push(asked("/orders", day, n));
      if (day < 2) all.push(asked("/legacy", day, n));
      if (day > 56) all.push(asked("/refunds", day, n));
    }
  }
  return all;
}

const config = configOf(`endpoints:
  - match: GET /orders
    owner: team-orders
    tags: [core, pii]
    publicOnPurpose: { owner: ada, reason: a catalogue, until: 2026-02-01 }
  - match: GET /legacy
    retired: 2026-01-01
`);

function ledgerOf(): Ledger {
  const ledger = new Ledger(ports, ledgerOptionsOf(config, "observe", ports));
  for (const exchange of traffic()) ledger.onExchange(exchange);
  return ledger;
}

describe("the life of endpoints", () => {
  const lives = (annotations: ReadonlyMap<string, Annotation>, plain = false): Record<string, EndpointLife> => {
    const ledger = ledgerOf();
    const lifeOf = livesOf(ledger, plain ? { endpoints: [] } : config, annotations);
    return Object.fromEntries(ledger.inventory.endpoints().map((endpoint) => [endpoint.clearTemplate, lifeOf(endpoint)]));
  };

  test("is told from traffic by its own time: new, active, idle; nothing is new on the first day of looking", () => {
    const found = lives(new Map(), true);
    expect(Object.fromEntries(Object.entries(found).map(([path, life]) => [path, life.lifecycle]))).toEqual({ "/orders": "active", "/legacy": "idle", "/refunds": "new" });
    expect(found["/orders"]).toMatchObject({ owner: null, tags: [], publicOnPurpose: null });
  });

  test("takes owner, tags and retirement from the configuration, and no longer calls public what was so until a day that is over", () => {
    const found = lives(new Map());
    expect(found["/orders"]).toMatchObject({ lifecycle: "active", owner: "team-orders", tags: ["core", "pii"], publicOnPurpose: null });
    expect(found["/legacy"]?.lifecycle).toBe("retired");
  });

  test("what a person said counts for more", () => {
    const id = ledgerOf()
      .inventory.endpoints()
      .find((endpoint) => endpoint.clearTemplate === "/orders")?.id;
    const set: Annotation = { at: start, by: "ada", owner: "billing", tags: [], publicOnPurpose: { owner: "ada", reason: "a feed", until: "2026-12-31" } };
    expect(lives(new Map([[id ?? "", set]]))["/orders"]).toMatchObject({ owner: "billing", tags: [], publicOnPurpose: { by: "ada", reason: "a feed", until: "2026-12-31" } });
  });

  test("the change feed says what appeared, and what answers though it was retired", () => {
    const ledger = ledgerOf();
    const changes = changesOf(ledger, config, new Map());
    expect(changes.filter((change) => change.kind === "appeared" && change.at > start + 50 * dayMs).map((change) => change.endpoint.method)).toEqual(["GET"]);
    expect(changes.filter((change) => change.kind === "answers-though-retired")).toHaveLength(1);
  });
});

describe("describing an endpoint over the API", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "postern-life-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  test("is written to the audit log, outlives a restart, and filters lists", async () => {
    const now = (): number => start + 60 * dayMs;
    const core = new HubCore({ dataDir: dir, ports, mode: "observe", config, now, onIncident: () => undefined });
    for (const exchange of traffic()) core.ledger.onExchange(exchange);
    const refunds = core.ledger.inventory.endpoints().find((endpoint) => endpoint.clearTemplate === "/refunds")?.id ?? "";
    core.close();
    const run = () => runHubOn(dir, { ports, mode: "observe", config, now });
    const ask = async (url: string, path: string, init: RequestInit = {}): Promise<{ items?: readonly { readonly id: string }[] }> =>
      (await (await fetch(`${url}/api/v1${path}`, { ...init, headers: { authorization: `Bearer ${hubToken}`, "content-type": "application/json" } })).json()) as {
        items?: readonly { readonly id: string }[];
      };
    let hub = await run();
    try {
      const patched = await ask(hub.consoleUrl, `/endpoints/${refunds}`, { method: "PATCH", body: JSON.stringify({ owner: "team-money", tags: ["beta"] }) });
      expect(patched).toMatchObject({ id: refunds, owner: "team-money", tags: ["beta"], lifecycle: "new" });
      expect(await ask(hub.consoleUrl, `/endpoints/${refunds}`, { method: "PATCH", body: JSON.stringify({ ownr: "x" }) })).toMatchObject({ code: "INVALID_REQUEST" });
      expect(await ask(hub.consoleUrl, "/endpoints/none", { method: "PATCH", body: "{}" })).toMatchObject({ code: "NOT_FOUND" });
    } finally {
      await hub.close();
    }
    hub = await run();
    try {
      for (const filter of ["lifecycle=new", "owner=team-money", "tag=beta", `newSince=${encodeURIComponent("2026-02-20T00:00:00Z")}`]) {
        expect((await ask(hub.consoleUrl, `/endpoints?${filter}`)).items?.map((one) => one.id)).toEqual([refunds]);
      }
      expect((await ask(hub.consoleUrl, "/changes?limit=1")).items).toMatchObject([{ kind: "described", endpoint: { id: refunds } }]);
    } finally {
      await hub.close();
    }
    const state = await openState(dir);
    try {
      expect(await state.audit.list()).toMatchObject([{ action: "endpoint.describe", subject: refunds, detail: { owner: "team-money", tags: "beta" } }]);
      expect(await state.audit.verify()).toBeUndefined();
    } finally {
      await state.close();
    }
  });

  test("stops at its bound, and what was described before stays changeable", () => {
    const core = new HubCore({ dataDir: dir, ports, mode: "observe", config, now: () => start, onIncident: () => undefined });
    try {
      const said: Annotation = { at: start, by: "ada" };
      for (let n = 0; n < annotationsMax - 1; n++) core.annotations.set(`e${n}`, said);
      expect([core.annotate("last", said), core.annotate("more", said), core.annotate("e0", said)]).toEqual([true, false, true]);
    } finally {
      core.close();
    }
  });
});
