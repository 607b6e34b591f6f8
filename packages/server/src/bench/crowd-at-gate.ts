import { GateEngine } from "@postern/engine";
import type { Capture, RequestHead } from "../gate/gate-port.ts";
import { JudgingGate } from "../gate/judging-gate.ts";
import { makePorts } from "../keys/make-ports.ts";
import { agent, type Crowd, type CrowdMemory, CrowdScale, questionOf } from "./crowd.ts";
import { lookupPolicy } from "./time-decisions.ts";

/**
 * The gate's judgement under a crowd, as the proxy drives it: every question under a budget, every answer held and settled. Journal rows and the line to
 * the hub are made and dropped: no disk, no socket. `sourceSlots`: of the table of sources, two a source.
 */
export function crowdAtGate(crowd: Crowd, sourceSlots?: number): CrowdMemory {
  ask({ questions: Math.min(20_000, crowd.questions), addresses: 5_000 }, undefined, () => undefined);
  const scale = new CrowdScale("gate", crowd.questions);
  const { engine, rows } = ask(crowd, sourceSlots, (n) => scale.asked(n));
  return scale.done({ sources: engine.sources.used, pending: engine.pendingSize, rows });
}

function ask(crowd: Crowd, sourceSlots: number | undefined, asked: (n: number) => void): { engine: GateEngine; rows: number } {
  let rows = 0;
  let signals = 0;
  const engine = new GateEngine({ newId: () => `s${signals++}`, ...(sourceSlots === undefined ? {} : { sourceSlots }) });
  const gate = new JudgingGate({
    engine,
    ports: makePorts({ secret: new Uint8Array(32).fill(7) }, 1),
    epoch: "bench",
    scope: "api.test",
    limits: undefined,
    journal: (made) => {
      rows += made.length;
    },
    signals: () => undefined,
    complete: () => undefined,
  });
  gate.setPolicy(lookupPolicy);
  for (let n = 0; n < crowd.questions; n++) {
    const { at, address, target, exists } = questionOf(crowd, n);
    const head: RequestHead = { at, method: "GET", host: "api.test", target, rawHeaders: askedWith, address };
    const status = exists ? 200 : 404;
    const body = exists ? hit : miss;
    const ruling = gate.onRequest(head);
    if (ruling.kind !== "hold") throw new Error("The guarded endpoint was not guarded.");
    gate.onAnswer(ruling, { at: at + 3, status, rawHeaders: answeredWith, body, complete: true });
    const capture: Capture = {
      head,
      ruling,
      replaced: false,
      requestSection: undefined,
      requestBody: undefined,
      requestBodyTruncated: false,
      status,
      responseRawHeaders: answeredWith,
      responseSection: undefined,
      responseBody: body,
      responseBodyTruncated: false,
      responseBytes: body.length,
      durationMs: 3,
      upstreamError: undefined,
    };
    gate.onComplete(capture);
    asked(n);
  }
  return { engine, rows };
}

const askedWith = ["Host", "api.test", "User-Agent", agent, "Accept", "application/json"];
const answeredWith = ["Content-Type", "application/json"];
const hit = Buffer.from('{"registered":true,"devices":2}');
const miss = Buffer.from('{"registered":false}');
