import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carriesAll, type Exchange, templateRulesMax } from "@postern/engine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseConfig } from "../config/parse-config.ts";
import type { Config } from "../config/config-schema.ts";
import { makePorts } from "../keys/make-ports.ts";
import { openState } from "../state/open-state.ts";
import { HubCore } from "./hub-core.ts";
import { runHub } from "./hub-process.ts";
import { type KeptRule, TemplateRulesFile } from "./template-rules-file.ts";

const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
const at = Date.parse("2026-01-01T00:00:00Z");
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "postern-rules-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function configOf(yaml: string): Config {
  const parsed = parseConfig(yaml, { name: "postern.yaml", env: {} });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

function get(path: string, n: number): Exchange {
  return {
    id: `x${n}`,
    at: at + n,
    method: "GET",
    url: `http://api.example${path}`,
    client: { address: "192.0.2.1" },
    request: { headers: [] },
    response: { status: 200, headers: [["content-type", "application/json"]], body: `{"n":${n}}` },
    carries: carriesAll,
  };
}

function coreOf(config = configOf("")): HubCore {
  return new HubCore({ dataDir: dir, ports, mode: "observe", config, now: () => at, onIncident: () => undefined });
}

const seen = (core: HubCore): Record<string, number> => Object.fromEntries(core.ledger.inventory.endpoints().map((one) => [one.clearTemplate, one.requests]));
const merge: KeptRule = { kind: "merge", template: "/pages/{page}", at, by: "ada" };

describe("what somebody decided about templates", () => {
  test("is taken up by a running hub at its next tick, and again after it died without a word", () => {
    const core = coreOf();
    for (const [n, path] of ["/pages/status", "/pages/orders", "/pages/orders"].entries()) core.ledger.onExchange(get(path, n));
    core.save();
    new TemplateRulesFile(dir).set(merge);
    core.tick();
    expect(seen(core)).toEqual({ "/pages/{page}": 3 });
    // Nothing was saved since: as after kill -9.
    const again = coreOf();
    expect(seen(again)).toEqual({ "/pages/{page}": 3 });
    core.close();
    again.close();
  });

  test("stands in the configuration too; what people said counts for more", () => {
    const core = coreOf(configOf("templates:\n  - merge: /pages/{page}\n  - split: /pages/search\n    host: API.example\n"));
    for (const [n, path] of ["/pages/status", "/pages/orders", "/pages/search"].entries()) core.ledger.onExchange(get(path, n));
    expect(seen(core)).toEqual({ "/pages/search": 1, "/pages/{page}": 2 });
    new TemplateRulesFile(dir).set({ kind: "pin", template: "/pages/{name}", at, by: "ada" });
    core.tick();
    core.close();
    expect(core.ledger.inventory.rules.map(({ kind, template }) => `${kind} ${template}`)).toEqual(["split /pages/search", "pin /pages/{name}"]);
  });

  test("damaged by hand is told at the start, and leaves what is in force while the hub runs", () => {
    const core = coreOf();
    new TemplateRulesFile(dir).set(merge);
    core.tick();
    writeFileSync(join(dir, "hub", "templates.json"), "{");
    core.tick();
    expect(core.ledger.inventory.rules).toHaveLength(1);
    core.close();
    expect(() => coreOf()).toThrow(expect.objectContaining({ code: "DATA_DIR_UNUSABLE" }));
  });

  test("is one rule a template, at most as many as the inventory obeys, and none that would keep somebody's address", () => {
    const file = new TemplateRulesFile(dir);
    file.set(merge);
    expect(file.set({ ...merge, kind: "pin", template: "/pages/{other}" })).toHaveLength(1);
    expect(file.unset({ template: "/pages/{x}" })).toEqual([]);
    expect(file.unset({ template: "/pages/{x}" })).toBeUndefined();
    expect(() => file.set({ ...merge, template: "/users/ana@example.org/{x}" })).toThrow(expect.objectContaining({ code: "USAGE" }));
    const full = Array.from({ length: templateRulesMax }, (_, n) => ({ ...merge, template: `/p${n}/{x}` }));
    writeFileSync(join(dir, "hub", "templates.json"), JSON.stringify({ version: 1, rules: full }));
    expect(() => file.set(merge)).toThrow(expect.objectContaining({ code: "USAGE" }));
    expect(file.set({ ...merge, template: "/p7/{y}" })).toHaveLength(templateRulesMax);
  });

  test("waits for nobody who died while writing", () => {
    const file = new TemplateRulesFile(dir);
    file.set(merge);
    writeFileSync(join(dir, "hub", "templates.json.lock"), "");
    expect(file.set({ ...merge, template: "/wiki/{x}" })).toHaveLength(2);
    expect(existsSync(join(dir, "hub", "templates.json.lock"))).toBe(false);
  });
});

test("over the API: decided, explained, listed, taken back, in the audit log", async () => {
  const core = coreOf();
  for (const [n, path] of ["/pages/status", "/pages/orders", "/pages/orders"].entries()) core.ledger.onExchange(get(path, n));
  core.close();
  const token = "a-token-of-this-test";
  const hub = await runHub({
    dataDir: dir,
    hubSocket: join(dir, "run", "hub.sock"),
    ports,
    mode: "observe",
    config: configOf(""),
    clock: { now: () => at, factor: 1 },
    upstream: null,
    consoleHost: "127.0.0.1",
    consolePort: 0,
    consoleDir: undefined,
    apiToken: token,
    version: "0",
    color: false,
    quiet: true,
    onEvent: () => undefined,
  });
  try {
    const ask = async (path: string, body?: object): Promise<unknown> =>
      await (
        await fetch(`${hub.consoleUrl}/api/v1${path}`, {
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          ...(body === undefined ? {} : { method: "PATCH", body: JSON.stringify(body) }),
        })
      ).json();
    expect(await ask("/templates", { kind: "merge", template: "/pages" })).toMatchObject({ code: "INVALID_REQUEST", detail: expect.stringContaining("{parameter}") });
    expect(await ask("/templates", { kind: "merge" })).toMatchObject({ code: "INVALID_REQUEST" });
    // A preview says the same and changes nothing.
    expect(await ask("/templates", { kind: "merge", template: "/pages/{page}", preview: true })).toMatchObject({
      endedCount: 2,
      madeCount: 1,
      made: [{ path: "/pages/{page}", requests: 3 }],
    });
    expect(await ask("/templates")).toMatchObject({ items: [] });
    expect(await ask("/endpoints")).toMatchObject({ items: [{ path: "/pages/orders" }, { path: "/pages/status" }] });
    const change = await ask("/templates", { kind: "merge", template: "/pages/{page}" });
    expect(change).toMatchObject({ endedCount: 2, madeCount: 1, made: [{ path: "/pages/{page}", requests: 3 }] });
    const id = (change as { readonly made: readonly { readonly id: string }[] }).made[0]?.id ?? "";
    expect(await ask(`/endpoints/${id}/template`)).toMatchObject({
      segments: [
        { segment: "pages", is: "constant" },
        { segment: "{page}", is: "parameter", by: "rule" },
      ],
    });
    // A pin leaves words of interfaces alone: what the merge joined is there again.
    expect(await ask("/templates", { kind: "pin", endpoint: id })).toMatchObject({ template: "/pages/{page}", endedCount: 1, madeCount: 2 });
    expect(await ask("/templates")).toMatchObject({ items: [{ kind: "pin", template: "/pages/{page}", from: "person" }], next: null });
    expect(await ask("/templates", { kind: "none", template: "/pages/{any}" })).toMatchObject({ kind: "none", madeCount: 0, notRecomputed: false });
    expect(await ask("/templates", { kind: "none", template: "/pages/{any}" })).toMatchObject({ code: "NOT_FOUND" });
    expect(await ask("/templates")).toMatchObject({ items: [] });
  } finally {
    await hub.close();
  }
  const state = await openState(dir);
  try {
    expect(await state.audit.list()).toMatchObject([
      {},
      { detail: { kind: "none" } },
      { detail: { kind: "pin" } },
      { action: "endpoint.template", subject: "/pages/{page}", detail: { kind: "merge" } },
    ]);
  } finally {
    await state.close();
  }
}, 20_000);
