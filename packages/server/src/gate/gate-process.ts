import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { AbuseHolds, type CanarySet, GateEngine, type GatePolicy, type Mode, type Ports } from "@postern/engine";
import type { Clock } from "../clock.ts";
import type { GateJournalRow } from "../gate-hub-wire.ts";
import type { Config } from "../config/config-schema.ts";
import { canarySetOf } from "../config/sealed-canaries.ts";
import { Journal, segmentAgeMs, segmentBytesMax } from "../store/journal.ts";
import { pruneJournal } from "../store/journal-tail.ts";
import { GateState } from "./gate-state.ts";
import { HubLead } from "./hub-lead.ts";
import { HubLink } from "./hub-link.ts";
import { JudgingGate } from "./judging-gate.ts";
import { createProxy, type Proxy } from "./proxy/proxy.ts";
import { type RateLimit, RateLimits } from "./rate-limits.ts";
import { anchorBytesMax, replayGate, replayMs } from "./replay-gate.ts";

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
  const engine = new GateEngine({ newId: () => `${epoch}-s${(signalNumber++).toString(36)}`, ...canariesOf(options.canaries, ports) });
  const holds = new AbuseHolds(ports);
  const upstream = new URL(options.upstream);
  const scope = upstream.host;

  const disclosures = Journal.open({ dir: journalDir, kind: "disclosures", segmentBytesMax, segmentAgeMs, now: Date.now });
  const anchors = Journal.open({ dir: journalDir, kind: "anchors", segmentBytesMax, segmentAgeMs: 60_000, now: Date.now });
  const prune = (): void => void pruneJournal(journalDir, "anchors", { keepMs: replayMs, bytesMax: anchorBytesMax, now: Date.now() });
  prune();
  const saved = state.loadPolicy();
  const policy: GatePolicy | undefined = saved === undefined ? undefined : { ...saved.policy, mode: options.mode };
  // Guards that are gone take part: what was spent there is still spent should they return.
  if (policy !== undefined) engine.setPolicy({ ...policy, endpoints: [...policy.endpoints, ...(saved?.retired ?? [])] });
  const former = saved?.former ?? new Map<string, string>();
  const replayed = replayGate(engine, ports, journalDir, { since: clock.now() - replayMs, former, anchored: (anchor) => holds.anchor(anchor) });
  engine.countNewcomersFrom(clock.now());
  const unplaced = new Set(replayed.unknown);
  /** A guard that was not known at the start has come: its rows of earlier lives are put back before it decides anything. */
  const placeLate = (next: GatePolicy): void => {
    const late = new Set(next.endpoints.flatMap((endpoint) => (unplaced.delete(endpoint.id) ? [endpoint.id] : [])));
    if (late.size === 0) return;
    engine.setPolicy(next);
    replayGate(engine, ports, journalDir, { since: clock.now() - replayMs, former, only: late });
  };

  let upstreamErrors = 0;
  const lead = options.mode === "enforce" ? new HubLead({ connected: () => link.connected, hasten: () => link.hasten(), nowMs: () => performance.now() }) : undefined;
  let proxy: Proxy | undefined;
  const link = new HubLink({
    path: options.hubSocket,
    epoch,
    origin: upstream.origin,
    previous: () => state.previous,
    onSettled: (past) => state.settled(past),
    usage: () =>
      engine.endpointIds().flatMap((endpointId) => {
        const usage = engine.usage(endpointId);
        if (usage === undefined) return [];
        const newcomers = engine.newcomerHours(endpointId, Math.floor(clock.now() / 3_600_000) - newcomerHoursTold);
        return [newcomers.length === 0 ? { endpointId, ...usage } : { endpointId, ...usage, newcomers }];
      }),
    upstreamErrors: () => upstreamErrors,
    onFrame: (frame) => {
      if (frame.t === "policy") {
        placeLate(frame.policy);
        gate.setPolicy(frame.policy);
        try {
          state.savePolicy(frame.policy);
        } catch {
          // A full disk must not cost the connection: this life has the policy, the next one starts with an older.
          options.onEvent({ name: "policy-not-saved" });
        }
        return;
      }
      if (frame.anchors.length === 0) return;
      anchors.appendAll(frame.anchors);
      for (const anchor of frame.anchors) {
        engine.anchor(anchor);
        gate.anchor(anchor);
      }
    },
    onState: (connected) => {
      if (!connected) lead?.disconnected();
      options.onEvent({ name: connected ? "hub-connected" : "hub-away" });
    },
    ...(lead === undefined ? {} : { lead: () => ({ waited: lead.waited, overdue: lead.overdue }), onAcknowledged: (seq) => lead.acknowledged(seq) }),
  });
  const gate = new JudgingGate({
    engine,
    ports,
    epoch,
    scope,
    lead,
    holds,
    limits: options.limits.length === 0 ? undefined : new RateLimits(ports, options.limits, scope, () => undefined),
    journal: (rows) => disclosures.appendAll(rows.map((row): GateJournalRow => ({ gate: epoch, ...row }))),
    signals: (signals) => link.signal(signals),
    complete: (finished) => {
      link.push(finished);
      state.finished(link.seq, finished.capture.head.at);
      lead?.finished(finished.capture.head, link.seq);
    },
  });
  if (policy !== undefined) gate.setPolicy(policy);
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
  const pruning = setInterval(prune, 3_600_000);
  const running = proxy;
  return {
    port: running.port,
    replayed: replayed.rows,
    reload: (changes) => {
      gate.setLimits(changes.limits.length === 0 ? undefined : new RateLimits(ports, changes.limits, scope, () => undefined));
      running.reload({ trustedHops: changes.trustedHops });
      const { canaries, dark } = canariesOf(changes.canaries, ports);
      engine.setCanaries(canaries, dark);
    },
    close: async (graceMs) => {
      await running.close(graceMs);
      clearInterval(timer);
      clearInterval(pruning);
      lead?.close();
      disclosures.close();
      anchors.close();
      state.close(await link.close(graceMs));
    },
  };
}

function canariesOf(lists: GateOptions["canaries"], ports: Ports): { readonly canaries: CanarySet | undefined; readonly dark: boolean } {
  return { canaries: lists === undefined ? undefined : canarySetOf(lists, ports), dark: lists?.dark ?? false };
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
  /** As hashes. */
  readonly canaries?: Config["canaries"];
  readonly ports: Ports;
  readonly clock: Clock;
  readonly onEvent: (event: { readonly name: "hub-connected" | "hub-away" | "policy-not-saved" }) => void;
}

export interface GateReload {
  readonly limits: readonly RateLimit[];
  readonly canaries: Config["canaries"];
  readonly trustedHops: number | readonly string[];
}

export interface RunningGate {
  readonly port: number;
  /** Journaled disclosures put back at start. */
  readonly replayed: number;
  /** Takes a changed configuration between two requests; connections stay open. */
  reload(changes: GateReload): void;
  close(graceMs: number): Promise<void>;
}
/** Hours before the current one: an answer is judged minutes after it was given, and a quiet hour has nothing to send it with. */
const newcomerHoursTold = 3;
