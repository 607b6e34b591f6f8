import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { existsSync } from "node:fs";
import { type Mode, PosternError } from "@postern/engine";
import type { ClockSetting } from "./clock.ts";
import { rateLimitsOf } from "./cli/import-policy.ts";
import { sealedCanaries } from "./config/sealed-canaries.ts";
import { makePorts } from "./keys/make-ports.ts";
import type { Config } from "./config/config-schema.ts";
import { loadOrCreateKey } from "./keys/key-file.ts";
import { localSocketPath } from "./local-socket.ts";
import type { GateReload } from "./gate/gate-process.ts";
import type { GateSettings, HubSettings, StoreSettings } from "./roles.ts";
import { holdDataDir } from "./run-lock.ts";
import { Supervised, type SupervisedEvent } from "./supervise.ts";

/**
 * Starts store, hub and gate as three supervised processes over one data directory, in that order, and says where they are. Throws what the first
 * that cannot start throws, with the others ended.
 */
export async function startPostern(given: StartOptions): Promise<Postern> {
  const dataDir = resolve(given.dataDir);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new PosternError("DATA_DIR_UNUSABLE", `The data directory ${dataDir} cannot be made`, { cause });
  }
  await holdDataDir(dataDir);
  // Made once here, so that three processes do not race to make it.
  const ports = makePorts(loadOrCreateKey({ env: process.env, dataDir }), 1);
  // From here on canaries are hashes: no process holds the list.
  const prepared = (config: Config): Config => {
    const sealed = { ...config, canaries: { ...config.canaries, ...sealedCanaries(config.canaries, ports) } };
    return given.upstream === null ? sealed : withoutHosts(sealed);
  };
  const options = { ...given, config: prepared(given.config) };
  const hubSocket = localSocketPath(dataDir, "hub");
  const common = { dataDir, hubSocket, clock: options.clock, mode: options.mode };
  const running: Supervised[] = [];
  const start = async <Ready>(role: "store" | "hub" | "gate", settings: object, keep: (ready: Ready) => object = () => ({})): Promise<Ready> => {
    const { process: child, ready } = await Supervised.start<Ready>(role, settings, options.onEvent);
    running.unshift(child);
    child.remember(keep(ready));
    return ready;
  };
  const stop = async (): Promise<void> => {
    for (const child of running) await child.stop(child.role === "gate" ? 5_000 : 10_000);
  };
  const storeSettings: StoreSettings = { dataDir, retention: options.config.retention };
  const storeReady = start<{ socketPath: string }>("store", storeSettings);
  // Heard below; a rejection while the hub starts is no unhandled one.
  storeReady.catch(() => undefined);
  try {
    const hubSettings: HubSettings = {
      ...common,
      upstream: options.upstream,
      consoleHost: options.console.host,
      consolePort: options.console.port,
      consoleDir: consoleBuild(),
      config: options.config,
      version: options.version,
      color: options.color,
      quiet: options.quiet,
    };
    const hub = await start<{ consoleUrl: string; loginUrl: string }>("hub", hubSettings, (ready) => ({ consolePort: Number(new URL(ready.consoleUrl).port) }));
    let gatePort: number | undefined;
    if (options.upstream !== null) {
      const gateSettings: GateSettings = {
        ...common,
        upstream: options.upstream,
        listenHost: options.listen.host,
        listenPort: options.listen.port,
        limits: rateLimitsOf(options.config),
        trustedHops: options.config.trustedHops ?? 0,
        canaries: options.config.canaries,
      };
      gatePort = (await start<{ port: number }>("gate", gateSettings, (ready) => ({ listenPort: ready.port }))).port;
    }
    await storeReady;
    let retention = JSON.stringify(options.config.retention);
    return {
      dataDir,
      consoleUrl: hub.consoleUrl,
      loginUrl: hub.loginUrl,
      gatePort,
      roles: running,
      reload: async (changed) => {
        const config = prepared(changed);
        const gate = running.find((one) => one.role === "gate");
        const changes: GateReload = { limits: rateLimitsOf(config), trustedHops: config.trustedHops ?? 0, canaries: config.canaries };
        gate?.remember(changes);
        gate?.send({ reload: changes });
        const store = running.find((one) => one.role === "store");
        store?.remember({ retention: config.retention });
        if (JSON.stringify(config.retention) !== retention) await store?.restart(10_000);
        retention = JSON.stringify(config.retention);
        const hubProcess = running.find((one) => one.role === "hub");
        hubProcess?.remember({ config });
        await hubProcess?.restart(5_000);
      },
      stop,
    };
  } catch (error) {
    await storeReady.catch(() => undefined);
    await stop();
    throw error;
  }
}

export interface StartOptions {
  readonly dataDir: string;
  readonly mode: Mode;
  /** Null: no gate. */
  readonly upstream: string | null;
  readonly listen: { readonly host: string; readonly port: number };
  readonly console: { readonly host: string; readonly port: number };
  readonly config: Config;
  readonly clock: ClockSetting | undefined;
  readonly version: string;
  readonly color: boolean;
  readonly quiet: boolean;
  readonly onEvent: (event: SupervisedEvent) => void;
}

export interface Postern {
  readonly dataDir: string;
  readonly consoleUrl: string;
  readonly loginUrl: string;
  readonly gatePort: number | undefined;
  readonly roles: readonly Supervised[];
  /** Takes a changed configuration: the gate between two requests, the hub by a restart, during which the gate goes on. `upstream`, `listen`, `console` and `mode` need a new start. */
  reload(config: Config): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Behind `protect` stands one service, whatever `Host` its clients write: a `host` in the configuration must not switch a protection off.
 */
function withoutHosts(config: Config): Config {
  const templates = config.templates.map(({ host: _host, ...rule }) => rule);
  return { ...config, templates, endpoints: config.endpoints.map(({ host: _host, ...endpoint }) => endpoint) };
}

/** The built console: inside the installed package, or beside it in a clone. */
function consoleBuild(): string | undefined {
  const here = dirname(fileURLToPath(import.meta.url));
  return [join(here, "..", "console"), join(here, "..", "..", "console", "dist", "web")].find((dir) => existsSync(join(dir, "index.html")));
}
