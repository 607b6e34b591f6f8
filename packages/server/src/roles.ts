import { programName } from "./program-name.ts";
import { type Mode, PosternError } from "@postern/engine";
import { type ClockSetting, makeClock } from "./clock.ts";
import type { Config } from "./config/config-schema.ts";
import { type GateReload, runGate } from "./gate/gate-process.ts";
import type { RateLimit } from "./gate/rate-limits.ts";
import { loadOrCreateKey } from "./keys/key-file.ts";
import { makePorts } from "./keys/make-ports.ts";
import { claim } from "./run-lock.ts";
import type { Retention } from "./store/retention.ts";
import { runRole } from "./supervise.ts";
import { hubNiceness, storeNiceness, yieldTo } from "./yield-priority.ts";

/** What the parent tells every role. */
interface CommonSettings {
  readonly dataDir: string;
  readonly hubSocket: string;
  readonly clock: ClockSetting | undefined;
  readonly mode: Mode;
}

export interface GateSettings extends CommonSettings {
  readonly upstream: string;
  readonly listenHost: string;
  readonly listenPort: number;
  readonly limits: readonly RateLimit[];
  readonly canaries: Config["canaries"];
  readonly trustedHops: number | readonly string[];
}

export interface HubSettings extends CommonSettings {
  readonly upstream: string | null;
  readonly consoleHost: string;
  readonly consolePort: number;
  readonly consoleDir: string | undefined;
  readonly config: Config;
  readonly version: string;
  readonly color: boolean;
  readonly quiet: boolean;
}

export interface StoreSettings {
  readonly dataDir: string;
  readonly retention: Retention;
}

/** Becomes the role named: what a child process of {@link Supervised} does. */
export function becomeRole(role: string): void {
  const ports = (dataDir: string): ReturnType<typeof makePorts> => makePorts(loadOrCreateKey({ env: process.env, dataDir }), 1);
  switch (role) {
    case "gate":
      runRole<GateSettings, { port: number; replayed: number }>(async (settings, tell) => {
        claim(settings.dataDir, "gate");
        // A restarted gate must come back where its clients look for it.
        const gate = await runGate({ ...settings, ports: ports(settings.dataDir), clock: makeClock(settings.clock), onEvent: tell });
        return {
          ready: { port: gate.port, replayed: gate.replayed },
          stop: (graceMs) => gate.close(graceMs),
          receive: (message) => {
            if (typeof message === "object" && message !== null && "reload" in message) gate.reload(message.reload as GateReload);
          },
        };
      });
      return;
    case "hub":
      runRole<HubSettings, { consoleUrl: string; loginUrl: string }>(async (settings, tell) => {
        // On a faster clock a moment's delay is a long time of the run: what the hub learns must not come later still.
        if (settings.clock === undefined || settings.clock.factor <= 1) yieldTo(hubNiceness);
        claim(settings.dataDir, "hub");
        // Native code stays out of the gate: only the roles that need it load it.
        const { runHub } = await import("./hub/hub-process.ts");
        const hub = await runHub({
          ...settings,
          ports: ports(settings.dataDir),
          clock: makeClock(settings.clock),
          apiToken: process.env["POSTERN_API_TOKEN"],
          program: programName(process.env),
          onEvent: tell,
        });
        return {
          ready: { consoleUrl: hub.consoleUrl, loginUrl: hub.loginUrl },
          stop: () => hub.close(),
          receive: (message) => {
            if (typeof message === "object" && message !== null && "issueLogin" in message) void hub.issueLogin().then((url) => tell({ name: "login-link", url }));
          },
        };
      });
      return;
    case "store":
      runRole<StoreSettings, { socketPath: string }>(async (settings) => {
        yieldTo(storeNiceness);
        claim(settings.dataDir, "store");
        const { runStore } = await import("./store/store-process.ts");
        const store = await runStore({ dataDir: settings.dataDir, journalsDir: `${settings.dataDir}/journal`, retention: settings.retention });
        return { ready: { socketPath: store.socketPath }, stop: () => store.close() };
      });
      return;
    default:
      throw new PosternError("USAGE", `There is no role ${role}`);
  }
}
