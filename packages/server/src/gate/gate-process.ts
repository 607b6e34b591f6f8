import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Anchor, type Disclosure, GateEngine, type Mode, type Ports } from "@postern/engine";
import type { Clock } from "../clock.ts";
import { Journal, segmentAgeMs, segmentBytesMax } from "../store/journal.ts";
import { recoverJournal } from "../store/recover-journal.ts";
import { replayJournal } from "../store/replay-journal.ts";
import { GateState } from "./gate-state.ts";
import { HubLink } from "./hub-link.ts";
import { JudgingGate, networkHash } from "./judging-gate.ts";
import { createProxy, type Proxy } from "./proxy/proxy.ts";
import { type RateLimit, RateLimits } from "./rate-limits.ts";

/**
 * The gate, alone in its process: the proxy, the inline judgement and its journal. No native code, no store. On start it replays its own journal, so
 * that credits and evidence spent before a crash stay spent. With the hub away it goes on with what it knows.
 */
export async function runGate(options: GateOptions): Promise<RunningGate> {
  const { ports, clock } = options;
  const epoch = `${Math.floor(clock.now()).toString(36)}${randomBytes(3).toString("hex")}`;
  const state = new GateState(options.dataDir, epoch);
  const journalDir = join(options.dataDir, "journal");
  let signalNumber = 0;
  const engine = new GateEngine({ newId: () => `${epoch}-s${(signalNumber++).toString(36)}` });
  const upstream = new URL(options.upstream);
  const scope = upstream.host;

  const disclosures = Journal.open({ dir: journalDir, kind: "disclosures", segmentBytesMax, segmentAgeMs, now: Date.now });
  const anchors = Journal.open({ dir: journalDir, kind: "anchors", segmentBytesMax, segmentAgeMs: 60_000, now: Date.now });
  const policy = state.loadPolicy();
  if (policy !== undefined) engine.setPolicy({ ...policy, mode: options.mode });
  const replayed = replay(engine, ports, journalDir, clock.now() - replayMs);

  let upstreamErrors = 0;
  let proxy: Proxy | undefined;
  const link = new HubLink({
    path: options.hubSocket,
    epoch,
    previous: state.previous,
    usage: () =>
      engine.endpointIds().flatMap((endpointId) => {
        const usage = engine.usage(endpointId);
        return usage === undefined ? [] : [{ endpointId, ...usage }];
      }),
    upstreamErrors: () => upstreamErrors,
    onFrame: (frame) => {
      if (frame.t === "policy") {
        gate.setPolicy(frame.policy);
        state.savePolicy(frame.policy);
        return;
      }
      if (frame.anchors.length === 0) return;
      anchors.appendAll(frame.anchors);
      for (const anchor of frame.anchors) engine.anchor(anchor);
    },
    onState: (connected) => options.onEvent({ name: connected ? "hub-connected" : "hub-away" }),
  });
  const gate = new JudgingGate({
    engine,
    ports,
    epoch,
    origin: upstream.origin,
    scope,
    limits: options.limits.length === 0 ? undefined : new RateLimits(ports, options.limits, scope, () => undefined),
    journal: (rows) => disclosures.appendAll(rows),
    signals: (signals) => link.signal(signals),
    complete: (exchange) => {
      link.push(exchange);
      state.finished(link.seq, exchange.at);
    },
  });
  if (policy !== undefined) gate.setPolicy({ ...policy, mode: options.mode });
  proxy = await createProxy({
    upstream,
    host: options.listenHost,
    port: options.listenPort,
    gate,
    now: clock.now,
    scaleMs: clock.factor,
    trustedHops: options.trustedHops,
    onEvent: (event) => {
      if (event.type === "upstream-failed") upstreamErrors++;
    },
  });
  const timer = setInterval(() => {
    disclosures.rotate();
    anchors.rotate();
    engine.advance(clock.now());
    link.signal(engine.drain());
  }, 250);
  const running = proxy;
  return {
    port: running.port,
    replayed,
    close: async (graceMs) => {
      await running.close(graceMs);
      clearInterval(timer);
      disclosures.close();
      anchors.close();
      await link.close(graceMs);
    },
  };
}

export interface GateOptions {
  readonly upstream: string;
  readonly listenHost: string;
  readonly listenPort: number;
  readonly dataDir: string;
  readonly hubSocket: string;
  readonly mode: Mode;
  readonly limits: readonly RateLimit[];
  readonly trustedHops: number | readonly string[];
  readonly ports: Ports;
  readonly clock: Clock;
  readonly onEvent: (event: { readonly name: "hub-connected" | "hub-away" }) => void;
}

export interface RunningGate {
  readonly port: number;
  /** Journaled disclosures put back at start. */
  readonly replayed: number;
  close(graceMs: number): Promise<void>;
}

/** Credits come back in two days and flags last a month: what is older changes nothing that matters. */
const replayMs = 31 * 86_400_000;

/** Puts disclosures and anchors back in the order they happened. */
function replay(engine: GateEngine, ports: Ports, dir: string, since: number): number {
  recoverJournal(dir, "disclosures");
  recoverJournal(dir, "anchors");
  const anchors: Anchor[] = [];
  for (const { row } of replayJournal(dir, "anchors")) if (isAnchor(row) && row.at >= since) anchors.push(row);
  anchors.sort((a, b) => a.at - b.at);
  let next = 0;
  let count = 0;
  const networks = new Map<string, string>();
  for (const { row } of replayJournal(dir, "disclosures")) {
    if (!isDisclosure(row) || row.at < since) continue;
    for (let anchor = anchors[next]; anchor !== undefined && anchor.at <= row.at; anchor = anchors[++next]) engine.anchor(anchor);
    let network = networks.get(row.address);
    if (network === undefined) {
      network = networkHash(ports, row.address);
      if (networks.size < 100_000) networks.set(row.address, network);
    }
    engine.replay(row, network);
    count++;
  }
  for (let anchor = anchors[next]; anchor !== undefined; anchor = anchors[++next]) engine.anchor(anchor);
  engine.drain();
  return count;
}

function isDisclosure(row: unknown): row is Disclosure {
  return typeof row === "object" && row !== null && "endpointId" in row && "subject" in row && "narrow" in row && "at" in row && typeof row.at === "number" && "address" in row;
}

function isAnchor(row: unknown): row is Anchor {
  return typeof row === "object" && row !== null && "subjects" in row && Array.isArray(row.subjects) && "network" in row && "at" in row && typeof row.at === "number";
}
