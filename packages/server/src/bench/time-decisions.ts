import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultBudget, GateEngine, type GatePolicy, unlearned } from "@postern/engine";
import type { Capture, RequestHead } from "../gate/gate-port.ts";
import { GateState } from "../gate/gate-state.ts";
import { HubLink } from "../gate/hub-link.ts";
import { JudgingGate } from "../gate/judging-gate.ts";
import { type RateLimit, RateLimits } from "../gate/rate-limits.ts";
import { FrameKind, frameSplitter, readBatch } from "../gate-hub-wire.ts";
import { makePorts } from "../keys/make-ports.ts";
import { Journal, segmentAgeMs, segmentBytesMax } from "../store/journal.ts";
import { answerOf } from "./children.ts";
import { requestHeaders } from "./paced-client.ts";
import { percentile } from "./statistics.ts";

/**
 * What the judgement adds on the gate's thread, call by call: the decision (`onRequest`, and `onAnswer` where an answer is held), and all of it
 * (with `onComplete`, the line to the hub and the gate's own state). Journal, state file and socket are real; a process at the other end takes the
 * batches. Thirty rules are loaded; one of them counts every request here and never refuses it. `guarded` is the costliest case: every question about a new subject of a budgeted endpoint, each answer journaled.
 */
export async function timeDecisions(count: number): Promise<DecisionTimes> {
  const dir = mkdtempSync(join(tmpdir(), "postern-bench-"));
  const path = join(dir, "hub.sock");
  const sink = fork(fileURLToPath(new URL("./bench-child.js", import.meta.url)), ["sink", path], { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
  try {
    await answerOf(sink);
    return { unguarded: await timeKind("unguarded", count, dir, path), guarded: await timeKind("guarded", count, dir, path) };
  } finally {
    sink.disconnect();
    rmSync(dir, { recursive: true, force: true });
  }
}

export interface DecisionTimes {
  readonly unguarded: KindTimes;
  readonly guarded: KindTimes;
}

/** Microseconds. */
export interface KindTimes {
  readonly decisionP50: number;
  readonly decisionP99: number;
  readonly addedP50: number;
  readonly addedP99: number;
  /** CPU of the whole process a request, this harness included: shows what timers do later, such as sending batches. */
  readonly cpu: number;
}

/** The other end of the gate's line: takes batches and acknowledges them, as the hub does. */
export async function acknowledge(path: string): Promise<void> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    const feed = frameSplitter((kind, payload) => {
      if (kind !== FrameKind.batch) return;
      const { epoch, seq, signalSeq } = readBatch(payload).head;
      socket.write(`{"t":"ack","epoch":"${epoch}","seq":${seq},"signals":${signalSeq}}\n`);
    });
    socket.on("data", feed);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
}

async function timeKind(kind: keyof DecisionTimes, count: number, dir: string, path: string): Promise<KindTimes> {
  const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
  const data = join(dir, kind);
  const state = new GateState(data, "bench");
  const journal = Journal.open({ dir: join(data, "journal"), kind: "disclosures", segmentBytesMax, segmentAgeMs, now: Date.now });
  let signalNumber = 0;
  const engine = new GateEngine({ newId: () => `s${signalNumber++}` });
  const link = new HubLink({
    path,
    epoch: "bench",
    origin: "http://api.test",
    previous: () => [],
    usage: () => [],
    upstreamErrors: () => 0,
    onFrame: () => undefined,
    onSettled: () => undefined,
    onState: () => undefined,
  });
  const gate = new JudgingGate({
    engine,
    ports,
    epoch: "bench",
    scope: "api.test",
    limits: new RateLimits(ports, thirtyLimits, "api.test", () => undefined),
    journal: (rows) => journal.appendAll(rows),
    signals: (signals) => link.signal(signals),
    complete: (finished) => {
      link.push(finished);
      state.finished(link.seq, finished.capture.head.at);
    },
  });
  gate.setPolicy(lookupPolicy);
  const rawHeaders = ["Host", "api.test", ...requestHeaders.flat()];
  const strangerHeaders = ["Host", "api.test", "User-Agent", "app/4.2 (phone; 17.1)", "Accept", "application/json"];
  const responseRawHeaders = ["Content-Type", "application/json", "Content-Length", "31", "Date", "Thu, 01 Jan 2026 00:00:00 GMT"];
  const responseSection = "Content-Type: application/json\r\nContent-Length: 31\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n";
  const warm = Math.floor(count / 3);
  const decision = new Float64Array(count);
  const added = new Float64Array(count);
  let cpuFrom = process.cpuUsage();
  for (let n = 0; n < warm + count; n++) {
    if (n === warm) cpuFrom = process.cpuUsage();
    const at = baseAt + n / 4;
    const guarded = kind === "guarded";
    const head: RequestHead = {
      at,
      method: "GET",
      host: "api.test",
      target: guarded ? `/client/v1/users/999-${10_000_000 + n}/status` : `/v1/items/${1_000 + (n % 5_000)}?limit=20`,
      rawHeaders: guarded ? strangerHeaders : rawHeaders,
      address: `10.${(n >> 8) % 200}.${n & 255}.7`,
    };
    const body = n % 3 === 0 ? missBody : hitBody;
    const status = guarded && n % 3 === 0 ? 404 : 200;
    const t0 = process.hrtime.bigint();
    const ruling = gate.onRequest(head);
    if (ruling.kind === "hold") gate.onAnswer(ruling, { at: at + 3, status, rawHeaders: responseRawHeaders, body, complete: true });
    const t1 = process.hrtime.bigint();
    const capture: Capture = {
      head,
      ruling,
      replaced: false,
      requestSection: undefined,
      requestBody: undefined,
      requestBodyTruncated: false,
      status,
      responseRawHeaders,
      responseSection,
      responseBody: body,
      responseBodyTruncated: false,
      responseBytes: body.length,
      durationMs: 3,
      upstreamError: undefined,
    };
    const t2 = process.hrtime.bigint();
    gate.onComplete(capture);
    const t3 = process.hrtime.bigint();
    if (n >= warm) {
      decision[n - warm] = Number(t1 - t0) / 1_000;
      added[n - warm] = Number(t1 - t0 + (t3 - t2)) / 1_000;
    }
    // Timers and sockets get their turn, as between requests.
    if (n % turnEvery === turnEvery - 1) await new Promise((resolve) => setImmediate(resolve));
    if (guarded && n === warm && ruling.kind !== "hold") throw new Error("The guarded endpoint was not guarded.");
  }
  const used = process.cpuUsage(cpuFrom);
  journal.close();
  await link.close(1_000);
  return {
    decisionP50: percentile(decision, 0.5),
    decisionP99: percentile(decision, 0.99),
    addedP50: percentile(added, 0.5),
    addedP99: percentile(added, 0.99),
    cpu: (used.user + used.system) / count,
  };
}

const hitBody = Buffer.from('{"registered":true,"devices":2}');
const missBody = Buffer.from('{"registered":false}');
/** What an operator may ask of a gate itself, his own rules in CEL being judged in the hub: see `time-triggers.ts`. */
const thirtyLimits: readonly RateLimit[] = [
  { method: "GET", path: "/v1/items/*", by: "credential", everyMs: 1, burst: 1_000_000, mode: "enforce" },
  { method: "GET", path: "/client/v1/users/*/status", by: "address", everyMs: 1, burst: 1_000_000, mode: "enforce" },
  ...Array.from({ length: 28 }, (_, n): RateLimit => ({ method: n % 2 === 0 ? "*" : "POST", path: `/v1/area${n}/*`, by: "address", everyMs: 1_000, burst: 20, mode: "enforce" })),
];
/** About what a loop turn of a busy gate holds. */
const turnEvery = 16;
const baseAt = Date.UTC(2026, 0, 5, 9);

/** One lookup of telephone numbers under a budget, forty other endpoints watched. */
export const lookupPolicy: GatePolicy = {
  version: 1,
  mode: "observe",
  principals: [],
  endpoints: [
    {
      id: "e1",
      method: "GET",
      host: "api.test",
      template: "/client/v1/users/{cc}-{phone}/status",
      state: "budgeted",
      subjects: [{ location: { in: "path", name: "cc-phone" }, type: "phone" }],
      classes: { scalars: ["registered"] },
      tellsNothing: [],
      uniform: { status: 404, headers: [["content-type", "application/json"]], body: '{"registered":false}', learned: true },
      budget: defaultBudget,
    },
    ...Array.from({ length: 40 }, (_, n) => ({
      id: `w${n}`,
      method: "GET",
      host: "api.test",
      template: `/v1/area${n}/{id}`,
      state: "watched" as const,
      subjects: [{ location: { in: "path" as const, name: "id" }, type: "integer" as const }],
      ...unlearned,
    })),
  ],
};
