import { createHash, randomBytes } from "node:crypto";
import type { Ports } from "@postern/engine";
import { type Asked, isUsable, type Judged, judgeEndpoint } from "./judge-endpoint.ts";
import { ProbeClient } from "./probe-client.ts";
import { probePlan, type Side } from "./probe-plan.ts";
import { filled, type ProbeTarget } from "./probe-target.ts";
import { type Doubt, doubtOf } from "./probe-doubts.ts";

/** Two lists of identifiers as they stand in requests. */
export interface ProbeLists {
  readonly registered: readonly string[];
  readonly unregistered: readonly string[];
}

export interface ProbeOptions {
  readonly base: URL;
  readonly lists: ProbeLists;
  /** Never registered and on neither list: for warming up and for filling batches. */
  readonly spare: readonly string[];
  /** How often each identifier is asked about. */
  readonly rounds: number;
  /** Questions about spare identifiers before the first that counts: they open the connection, fill caches, and spend what a limit answers first. */
  readonly warmUp: number;
  /** Questions a second, at most. */
  readonly rate: number;
  readonly timeoutMs: number;
  readonly seed: string;
  readonly ports: Ports;
  readonly onProgress?: (asked: number, of: number) => void;
}

/** What the probe says of one endpoint. `unproven` with the doubts that stood in the way. */
export interface ProbeResult {
  readonly target: ProbeTarget;
  readonly oracle: "yes" | "no" | "unproven";
  readonly doubts: readonly Doubt[];
  readonly judged: Judged;
  /** Requests sent, and those that brought a usable answer. */
  readonly sent: number;
  readonly answered: number;
}

/** Answers that ask to wait are waited for, together at most this long an endpoint. */
const waitMsMax = 60_000;

/** Asks one endpoint about every identifier of both lists and judges the answers. Sends one request at a time. */
export async function runProbe(target: ProbeTarget, options: ProbeOptions): Promise<{ readonly result: ProbeResult; readonly asked: readonly Asked[] }> {
  const client = new ProbeClient(options.base, options.timeoutMs);
  const draw = drawing(`${options.seed} ${target.name}`);
  const plan = probePlan([options.lists.unregistered.length, options.lists.registered.length], options.rounds, draw);
  const total = options.warmUp + plan.length + controls;
  const asked: Asked[] = [];
  let sent = 0;
  let waitedMs = 0;
  let due = performance.now();
  const send = async (identifiers: readonly string[], elsewhere = false): Promise<Asked["answer"]> => {
    const [subject = "", ...fillers] = identifiers;
    const request = filled(target, subject, fillers);
    for (;;) {
      due = Math.max(due + 1_000 / options.rate, performance.now());
      await delay(due - performance.now());
      sent++;
      const answer = await client.ask(elsewhere ? { ...request, path: `/postern-probe-${randomBytes(6).toString("hex")}${request.path}` } : request);
      options.onProgress?.(Math.min(sent, total), total);
      const askedToWait = answer.status === 429 || answer.status === 503 ? retryAfterMs(answer.headers) : undefined;
      if (askedToWait === undefined || waitedMs + askedToWait > waitMsMax) return answer;
      waitedMs += askedToWait;
      await delay(askedToWait);
    }
  };
  const batch = (subject: string): readonly string[] => [
    subject,
    ...(target.batch > 1 ? Array.from({ length: target.batch - 1 }, () => options.spare[draw() % Math.max(1, options.spare.length)] ?? subject) : []),
  ];
  try {
    for (let n = 0; n < options.warmUp; n++) {
      const answer = await send(batch(options.spare[n % Math.max(1, options.spare.length)] ?? ""));
      // Nobody is there: the rest would only say so again.
      if (answer.status === 0 && n === 1) break;
    }
    for (const { side, index, round } of plan) {
      const subject = listOf(options.lists, side)[index] ?? "";
      const identifiers = batch(subject);
      const answer = await send(identifiers);
      asked.push({ side, index, round, identifiers, answer });
      if (asked.length === unreachableAfter && asked.every((one) => one.answer.status === 0)) break;
    }
    const elsewhere: Asked["answer"][] = [];
    for (let n = 0; n < controls && asked.some(({ answer }) => answer.status > 0); n++) elsewhere.push(await send(batch(options.spare[n] ?? ""), true));
    const judged = judgeEndpoint(asked, options.ports);
    const doubts = doubtOf(asked, elsewhere, judged, options.ports);
    const oracle = judged.tells === "proven" ? "yes" : doubts.length > 0 || judged.tells === "hint" ? "unproven" : "no";
    const answered = asked.filter(({ answer }) => isUsable(answer)).length;
    return { result: { target, oracle, doubts: oracle === "unproven" ? doubts : [], judged, sent, answered }, asked };
  } finally {
    client.close();
  }
}

/** Questions to a path that cannot exist: an endpoint that answers like it says nothing of its own. */
const controls = 2;
const unreachableAfter = 4;

function listOf(lists: ProbeLists, side: Side): readonly string[] {
  return side === 1 ? lists.registered : lists.unregistered;
}

function retryAfterMs(headers: readonly (readonly [string, string])[]): number | undefined {
  const said = headers.find(([name]) => name === "retry-after")?.[1];
  const seconds = Number(said);
  return said !== undefined && Number.isFinite(seconds) && seconds >= 0 ? Math.max(50, seconds * 1_000) : undefined;
}

function delay(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whole numbers from a seed: 32 bits of SHA-256 of seed and counter. */
function drawing(seed: string): () => number {
  let n = 0;
  return () => createHash("sha256").update(`${seed} ${n++}`).digest().readUInt32BE(0);
}
