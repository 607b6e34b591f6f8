import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../config/load-config.ts";
import { HubCore } from "../hub/hub-core.ts";
import { makePorts } from "../keys/make-ports.ts";
import { openSuffix } from "../store/segment-name.ts";
import { askedExchange, type Crowd, type CrowdMemory, CrowdScale } from "./crowd.ts";

/**
 * The hub's judgement and memory under a crowd, as its process drives them: inventory, oracles, anchors, incidents, live totals, policy, state saved every
 * five seconds. Journal segments are written, and removed once they are closed as if the store had loaded them: the disk is not weighed. Sockets, API and
 * the store's process are not in it.
 */
export function crowdAtHub(crowd: Crowd): CrowdMemory {
  ask({ questions: Math.min(20_480, crowd.questions), addresses: 5_000 }, () => undefined);
  const scale = new CrowdScale("hub", crowd.questions);
  return scale.done(ask(crowd, (n) => scale.asked(n)));
}

function ask(crowd: Crowd, asked: (n: number) => void): CrowdMemory["held"] {
  const dir = mkdtempSync(join(tmpdir(), "postern-crowd-"));
  const journal = join(dir, "journal");
  let now = 0;
  let alerts = 0;
  const core = new HubCore({
    dataDir: dir,
    ports: makePorts({ secret: new Uint8Array(32).fill(7) }, 1),
    mode: "observe",
    config: loadConfig(undefined),
    now: () => now,
    onIncident: () => undefined,
  });
  try {
    let savedAt = performance.now();
    for (let n = 0; n < crowd.questions; n += batch) {
      const exchanges = Array.from({ length: Math.min(batch, crowd.questions - n) }, (_, i) => askedExchange(crowd, n + i));
      now = exchanges.at(-1)?.at ?? now;
      core.onFrame({ t: "batch", epoch: "bench", seq: n + exchanges.length, exchanges, signals: [], signalSeq: 0, usage: [], upstreamErrors: 0 });
      for (let i = 0; i < exchanges.length; i++) asked(n + i);
      if ((n / batch) % tickFrames !== 0) continue;
      core.tick();
      // Handed on to the queue of alerts, which is on the disk: nobody told, they would wait in every state saved.
      alerts += core.incidents.dueAlerts().length;
      core.policy();
      core.uptime.tick(now, true);
      for (const name of readdirSync(journal)) if (!name.endsWith(openSuffix)) rmSync(join(journal, name), { force: true });
      if (performance.now() - savedAt < 5_000) continue;
      core.save();
      savedAt = performance.now();
    }
    return {
      endpoints: core.ledger.inventory.size.endpoints,
      incidents: core.incidents.list().length,
      signals: core.recentSignals.length,
      alerts,
      state: JSON.stringify(core.ledger.exportState()).length,
    };
  } finally {
    core.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** As the gate sends. */
const batch = 64;
/** A busy hub's quarter of a second. */
const tickFrames = 64;
