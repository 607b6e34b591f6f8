import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exchange, Signal } from "@postern/engine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseConfig } from "../config/parse-config.ts";
import { makePorts } from "../keys/make-ports.ts";
import { replayJournal } from "../store/replay-journal.ts";
import { HubCore } from "./hub-core.ts";
import type { GateFrame } from "../gate-hub-wire.ts";

const parsed = parseConfig("", { name: "postern.yaml", env: {} });
if (!parsed.ok) throw new Error("an empty configuration is one");
const { config } = parsed;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "postern-hubcrash-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("a hub that died and started again", () => {
  test("journals each exchange once, whatever is sent again", () => {
    const first = start();
    first.onFrame(batch(1, 10));
    const second = crash(first, () => first.onFrame(batch(11, 20)));
    second.onFrame(batch(1, 25));
    second.close();
    expect(ids("exchanges")).toEqual(Array.from({ length: 25 }, (_, n) => `x${n + 1}`));
    expect(second.missing).toEqual([]);
  });

  test("counts a hole in the numbers once, over its own death too", () => {
    const first = start();
    first.onFrame(batch(1, 10));
    const second = crash(first, () => undefined);
    second.onFrame(batch(31, 40));
    expect(missing(second)).toBe(20);
    second.close();
    const third = start();
    third.onFrame(batch(31, 40));
    expect(missing(third)).toBe(20);
    third.close();
  });

  test("counts what a life of the gate lost: one it knows, one it never heard of, each once", () => {
    const first = start();
    first.onFrame(batch(1, 10));
    first.pastLife({ epoch: "gate", seq: 14, at: 5 });
    first.pastLife({ epoch: "unheard", seq: 3, at: 5 });
    expect(missing(first)).toBe(7);
    const second = crash(first, () => undefined, false);
    second.pastLife({ epoch: "gate", seq: 14, at: 5 });
    second.pastLife({ epoch: "unheard", seq: 3, at: 5 });
    expect(missing(second)).toBe(7);
    second.close();
  });

  test("keeps an incident that opened after its state was saved, and takes a signal that is sent again once", () => {
    const first = start();
    const second = crash(first, () => first.onFrame({ ...batch(1, 1), signals: [signal(1)], signalSeq: 1 }));
    expect(second.incidents.list().map((incident) => incident.status)).toEqual(["open"]);
    second.onFrame({ ...batch(1, 1), signals: [signal(1), signal(2)], signalSeq: 2 });
    second.close();
    expect(ids("signals")).toEqual(["s1", "s2"]);
    expect(second.recentSignals.map((one) => one.id)).toEqual(["s1", "s2"]);
    const third = start();
    expect(third.incidents.list()).toHaveLength(1);
    expect(third.recentSignals.map((one) => one.id)).toEqual(["s1", "s2"]);
    third.close();
  });
});

function start(): HubCore {
  return new HubCore({ dataDir: dir, ports: makePorts({ secret: new Uint8Array(32).fill(7) }, 1), mode: "observe", config, now: () => 1_000, onIncident: () => undefined });
}

/** The next life of a hub whose last saved state is from before `unsaved`; its journals hold everything. `stale` false: of what it saved itself. */
function crash(core: HubCore, unsaved: () => void, stale = true): HubCore {
  if (stale) core.save();
  const state = join(dir, "hub", "state.json");
  cpSync(state, `${state}.then`);
  unsaved();
  core.close();
  cpSync(`${state}.then`, state);
  return start();
}

function missing(core: HubCore): number {
  return core.missing.reduce((sum, one) => sum + one.count, 0);
}

function ids(kind: string): unknown[] {
  return [...replayJournal(join(dir, "journal"), kind)].map(({ row }) => row["id"]);
}

function batch(from: number, to: number): Extract<GateFrame, { t: "batch" }> {
  return {
    t: "batch",
    epoch: "gate",
    seq: to,
    exchanges: Array.from({ length: to - from + 1 }, (_, n) => exchange(from + n)),
    signals: [],
    signalSeq: 0,
    usage: [],
    upstreamErrors: 0,
  };
}

function exchange(n: number): Exchange {
  const side = { headers: [] };
  return {
    id: `x${n}`,
    at: n,
    method: "GET",
    url: "http://127.0.0.1/",
    client: { address: "127.0.0.1" },
    request: side,
    response: { ...side, status: 200 },
    carries: { host: true, query: true, requestHeaders: true, requestBody: true, responseHeaders: true, responseBody: true },
  };
}

function signal(n: number): Signal {
  return { id: `s${n}`, detector: "enumeration.source", level: "high", confidence: 1, at: n, endpointId: "e", actor: undefined, evidence: {} };
}
