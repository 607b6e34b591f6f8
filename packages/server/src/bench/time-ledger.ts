import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ledger } from "@postern/engine";
import { loadConfig } from "../config/load-config.ts";
import { HubCore } from "../hub/hub-core.ts";
import { recordBytes, RecordReader, writeRecord } from "../exchange-record.ts";
import { finishedOf } from "./finished-of.ts";
import type { GateFrame } from "../gate-hub-wire.ts";
import { makePorts } from "../keys/make-ports.ts";
import { sampleExchange, type SampleKind } from "./sample-exchanges.ts";

/**
 * CPU of the hub's work an exchange, in microseconds: everything (inventory, checks, oracles, anchors, redaction, journal, incidents), the ledger's
 * share of it, and reading the gate's line. A third of `count` is run first, unmeasured. CPU counts garbage collection and its threads.
 */
export function timeLedger(count: number): LedgerTimes {
  return { "no-body": timeKind("no-body", count), "json-1k": timeKind("json-1k", count), lookup: timeKind("lookup", count) };
}

export type LedgerTimes = Readonly<Record<SampleKind, KindTimes>>;

export interface KindTimes {
  readonly hubMicros: number;
  readonly ledgerMicros: number;
  readonly wireMicros: number;
}

/** As {@link timeLedger}, of one kind: for a profile. */
export function timeKind(kind: SampleKind, count: number): KindTimes {
  const dir = mkdtempSync(join(tmpdir(), "postern-bench-"));
  const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
  const warm = Math.floor(count / 3 / batch) * batch;
  const batches: Buffer[] = [];
  const reader = new RecordReader();
  for (let n = 0; n < warm + count; n += batch) {
    const exchanges = Array.from({ length: batch }, (_, i) => sampleExchange(kind, n + i, baseAt + (n + i) / perMs));
    const finished = exchanges.map((exchange, i) => finishedOf(exchange, n + i, origin));
    const records = Buffer.alloc(finished.reduce((sum, one) => sum + recordBytes(one), 0));
    finished.reduce((at, one) => writeRecord(records, at, one), 0);
    batches.push(records);
  }
  let now = baseAt;
  const core = new HubCore({ dataDir: dir, ports, mode: "observe", config: loadConfig(undefined), now: () => now, onIncident: () => undefined });
  const ledger = new Ledger(ports, { mode: "observe" });
  try {
    const wire = new Stopwatch();
    const whole = new Stopwatch();
    const alone = new Stopwatch();
    let n = 0;
    let ticked = 0;
    // A block is far longer than the clock's step, and blocks of the three take turns, so that a busy machine disturbs all alike.
    for (let block = 0; block < batches.length; block += blockFrames) {
      const measured = n >= warm;
      const blockBatches = batches.slice(block, block + blockFrames);
      wire.start();
      const frames = blockBatches.map((records, i): Batch => ({
        t: "batch",
        epoch: "bench",
        seq: n + (i + 1) * batch,
        exchanges: reader.readAll(records, "b", origin),
        signals: [],
        signalSeq: 0,
        usage: [],
        upstreamErrors: 0,
      }));
      wire.stop(measured);
      whole.start();
      for (const frame of frames) {
        core.onFrame(frame);
        now += batch / perMs;
        if (now - ticked >= 250) {
          ticked = now;
          core.tick();
          core.policy();
        }
      }
      whole.stop(measured);
      alone.start();
      for (const frame of frames) {
        for (const exchange of frame.exchanges) ledger.onExchange(exchange);
        ledger.policy(now);
      }
      alone.stop(measured);
      n += blockBatches.length * batch;
    }
    return { hubMicros: whole.micros / (n - warm), ledgerMicros: alone.micros / (n - warm), wireMicros: wire.micros / (n - warm) };
  } finally {
    core.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Adds up CPU of this process. */
class Stopwatch {
  micros = 0;
  #from = process.cpuUsage();

  start(): void {
    this.#from = process.cpuUsage();
  }

  stop(count: boolean): void {
    const used = process.cpuUsage(this.#from);
    if (count) this.micros += used.user + used.system;
  }
}

type Batch = Extract<GateFrame, { t: "batch" }>;

const origin = "http://api.test";
/** As the gate sends. */
const batch = 64;
const blockFrames = 32;
/** Exchanges a millisecond of event time: 4,000 a second. */
const perMs = 4;
const baseAt = Date.UTC(2026, 0, 5, 9);
