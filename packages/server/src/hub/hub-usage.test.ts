import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseConfig } from "../config/parse-config.ts";
import { makePorts } from "../keys/make-ports.ts";
import { HubCore, usageMax } from "./hub-core.ts";

test("what gates tell of endpoints under ever new names is kept up to a bound, the latest", () => {
  const parsed = parseConfig("", { name: "postern.yaml", env: {} });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  const dataDir = mkdtempSync(join(tmpdir(), "postern-usage-"));
  const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
  const core = new HubCore({ dataDir, ports, mode: "observe", config: parsed.config, now: () => 0, onIncident: () => undefined });
  const usage = (id: number) => ({ endpointId: `e${id}`, truthful: id, uniform: 0, ceiling: 9, provisional: false });
  for (let n = 0; n < usageMax + 40; n++)
    core.onFrame({ t: "batch", epoch: "gate", seq: 0, exchanges: [], signals: [], signalSeq: 0, usage: [usage(n), { ...usage(0), truthful: n }], upstreamErrors: 0 });
  expect(core.usage.size).toBe(usageMax);
  // One that is told of still is never the oldest.
  expect(core.usage.get("e0")).toMatchObject({ truthful: usageMax + 39 });
  core.close();
  rmSync(dataDir, { recursive: true, force: true });
});
