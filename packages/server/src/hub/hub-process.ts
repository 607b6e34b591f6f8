import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { compareLevels, type Mode, type Ports } from "@postern/engine";
import { alertMessage } from "../alerts/alert-message.ts";
import { channelsOf } from "../alerts/channels-of.ts";
import { retentionDefaults } from "../store/retention.ts";
import { AlertDispatcher } from "../alerts/dispatch/alert-dispatcher.ts";
import { AlertQueue } from "../alerts/dispatch/alert-queue.ts";
import { createApi } from "../api/create-api.ts";
import { listenApi } from "../api/listen-api.ts";
import { createMemoryAuth } from "../api/memory-auth.ts";
import { createStateAuth } from "../api/state-auth.ts";
import { openState } from "../state/open-state.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config-schema.ts";
import { tryAsnLists } from "../config/asn-lists.ts";
import { publicOnPurpose } from "../config/public-on-purpose.ts";
import { StoreClient } from "../store/store-client.ts";
import { storeSocketPath } from "../store/store-socket.ts";
import { type BlindIdentifier, blindIdentifiers, blindIdentifierText } from "./blind-identifiers.ts";
import { GateServer } from "./gate-server.ts";
import { HubCore } from "./hub-core.ts";
import { NightlyFloors } from "./floor/nightly-floors.ts";
import { HubViews } from "./hub-views.ts";
import { hubMetrics } from "./hub-metrics.ts";
import { SpecShelf } from "./spec-shelf.ts";
import { KnownSpecs, knownByOf } from "../specs/known-specs.ts";

/**
 * The hub, alone in its process: ledger, journals, incidents, alerts, API and console. It never stands in the way of traffic; the gate goes on
 * without it.
 */
export async function runHub(options: HubOptions): Promise<RunningHub> {
  const { clock, config, dataDir } = options;
  let changed: string[] = [];
  mkdirSync(join(dataDir, "hub"), { recursive: true, mode: 0o700 });
  const store = new StoreClient({ socketPath: storeSocketPath(dataDir) });
  const core = new HubCore({
    store,
    dataDir,
    ports: options.ports,
    mode: options.mode,
    config,
    now: clock.now,
    joinMs: Math.max(60_000, 15_000 * clock.factor),
    onIncident: (id) => changed.push(id),
  });
  const { list, text } = tryAsnLists(config);
  core.ledger.questions.names.asns = list?.table;
  core.ledger.questions.names.inSlices = true;
  if (text !== undefined) options.onEvent({ name: "networks", detail: text });
  const state = await openState(dataDir);
  const specs = new SpecShelf(new KnownSpecs(dataDir), { ports: options.ports, audit: (entry) => state.audit.append(entry) });
  let blind: readonly BlindIdentifier[] = [];
  const views = new HubViews(core, {
    store,
    now: clock.now,
    clockFactor: clock.factor,
    mode: options.mode,
    upstream: options.upstream,
    version: options.version,
    ...(dataDir === resolve(usualDataDir) ? {} : { data: dataDir }),
    program: options.program,
    config,
    audit: (entry) => state.audit.append(entry),
    accepted: (finding) => publicOnPurpose(finding, config, clock.now(), core.annotations),
    knownBy: knownByOf(dataDir, options.ports, () => specs.changes),
    specs,
    blindIdentifiers: () => blind,
  });
  let policyVersion = -1;
  /** At most a second old, and at once when a guard is to be put up: what is asked meanwhile is answered. */
  const tellPolicy = (): void => {
    const policy = core.policy();
    if (policy.version === policyVersion) return;
    policyVersion = policy.version;
    gates.sendPolicy(policy);
  };
  const gates = new GateServer({
    path: options.hubSocket,
    policy: () => core.policy(),
    onFrame: (frame) => {
      const anchors = core.onFrame(frame);
      gates.sendAnchors(anchors);
      tellPolicy();
      tellIncidents();
    },
    onPastLife: (life) => core.pastLife(life),
    onGates: (count) => {
      views.gates = count;
    },
    // Not the message: that of a JSON error quotes what it could not read, which is traffic.
    onError: (error) => options.onEvent({ name: "gate-frame-refused", detail: error instanceof Error ? error.name : "no error" }),
  });

  const preset = options.apiToken === undefined ? undefined : createMemoryAuth({ random: () => randomBytes(32), presetToken: options.apiToken });
  const auth = createStateAuth(state.access, preset);
  const api = createApi({
    views,
    auth,
    version: options.version,
    program: options.program,
    ...(options.consoleDir === undefined ? {} : { consoleDir: options.consoleDir }),
    metrics: () => hubMetrics(core, views),
    now: Date.now,
    onEvent: (name, fields) => options.onEvent({ name, ...fields }),
  });
  const listening = await listenApi(api, { host: options.consoleHost, port: options.consolePort });

  const queue = new AlertQueue(join(dataDir, "hub", "alerts.ndjson"));
  const dispatcher = new AlertDispatcher({
    channels: channelsOf(options.quiet ? { ...config.alerts, terminal: false } : config.alerts, {
      write: (text) => options.onEvent({ name: "alert-text", text }),
      color: options.color,
      now: Date.now,
    }),
    queue,
    now: Date.now,
    random: Math.random,
    onEvent: (event) => options.onEvent({ name: "alert-delivery", detail: JSON.stringify(event) }),
  });
  dispatcher.start();
  await gates.listen();

  const tellIncidents = (): void => {
    if (changed.length > 0) {
      core.tick();
      for (const id of new Set(changed)) views.incidentChanged(id);
      changed = [];
    }
    // Time alone makes a summary due: it does not wait for the next signal.
    for (const alert of core.incidents.dueAlerts()) {
      options.onEvent({
        name: "incident",
        change: alert.change,
        id: alert.incident.id,
        level: alert.incident.level,
        at: alert.at,
        confirmed: alert.incident.disclosed.confirmed,
        denied: alert.incident.disclosed.denied,
      });
      if (compareLevels(alert.incident.level, config.alerts.level) < 0) continue;
      dispatcher.enqueue(
        alertMessage(alert, {
          endpointName: (id) => {
            const endpoint = core.ledger.inventory.byId(id);
            return endpoint === undefined ? undefined : `${endpoint.method} ${endpoint.template}`;
          },
          consoleUrl: listening.url,
          next: (incident) => views.incident(incident.id)?.next ?? incident.next,
        }),
      );
    }
  };

  const blindTold = new Set<string>();
  const lookForBlind = (): void => {
    blind = blindIdentifiers(core.ledger.inventory.endpoints(), config);
    for (const one of blind) {
      if (blindTold.has(one.key)) continue;
      blindTold.add(one.key);
      options.onEvent({ name: "blind-spot", detail: blindIdentifierText(one) });
    }
  };

  const floors = new NightlyFloors(core, {
    now: clock.now,
    mode: options.mode,
    onFailed: (endpointId, why) => options.onEvent({ name: "floor-not-measured", endpointId, detail: why }),
  });
  let ticks = 0;
  const timer = setInterval(() => {
    ticks++;
    core.tick();
    tellPolicy();
    tellIncidents();
    if (ticks % 4 === 0) {
      core.uptime.tick(clock.now(), gates.gates > 0);
      views.tick();
    }
    if (ticks % 20 === 0) {
      core.save();
      lookForBlind();
      floors.tick();
    }
    if (ticks % forgetTicks === 1) queue.forget(Date.now() - (config.retention.clearAddresses ?? retentionDefaults.clearAddresses));
    if (ticks % 8 === 1) {
      store.ping().then(
        () => {
          views.storeUp = true;
        },
        () => {
          views.storeUp = false;
        },
      );
    }
  }, 250);
  const issueLogin = async (): Promise<string> => `${listening.url}/login?code=${await state.access.createLogin(Date.now(), loginMs)}`;
  return {
    consoleUrl: listening.url,
    loginUrl: await issueLogin(),
    issueLogin,
    close: async () => {
      clearInterval(timer);
      await floors.close();
      await gates.close();
      await listening.close();
      await dispatcher.close();
      await core.slow?.stop();
      core.close();
      await store.close();
      await state.close();
    },
  };
}

/** Once an hour. */
const forgetTicks = 4 * 3_600;
/** Where commands look for data when they are not told. */
const usualDataDir = ".postern";
/** Long enough to read a terminal, short enough for a shell history. */
const loginMs = 15 * 60_000;

export interface HubOptions {
  readonly dataDir: string;
  readonly hubSocket: string;
  readonly ports: Ports;
  readonly mode: Mode;
  readonly config: Config;
  readonly clock: Clock;
  readonly upstream: string | null;
  readonly consoleHost: string;
  readonly consolePort: number;
  readonly consoleDir: string | undefined;
  readonly apiToken: string | undefined;
  /** How commands begin that people are told to run; `postern` when absent. */
  readonly program?: string;
  readonly version: string;
  readonly color: boolean;
  /** No alerts in the terminal. */
  readonly quiet: boolean;
  readonly onEvent: (event: HubEvent) => void;
}

export type HubEvent = { readonly name: string } & Readonly<Record<string, string | number | boolean>>;

export interface RunningHub {
  readonly consoleUrl: string;
  readonly loginUrl: string;
  issueLogin(): Promise<string>;
  close(): Promise<void>;
}
