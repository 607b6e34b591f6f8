import type { ProbeResult } from "../../probe/run-probe.ts";
import { redactedAnswer } from "../../probe/redacted-answer.ts";
import type { Asked } from "../../probe/judge-endpoint.ts";

/** What `postern probe --json` writes. No identifier stands in it, nor a value of an answer that is anybody's. */
export interface ProbeDocument {
  readonly target: string;
  readonly registered: number;
  readonly unregistered: number;
  readonly rounds: number;
  readonly warmUp: number;
  /** Repeats the order of the questions. */
  readonly seed: string;
  readonly verdict: string;
  readonly endpoints: readonly ProbedEndpoint[];
}

export interface ProbedEndpoint {
  readonly endpoint: string;
  readonly oracle: "yes" | "no" | "unproven";
  readonly channels: readonly {
    readonly channel: string;
    readonly name: string;
    readonly p: number;
    readonly registered: number;
    readonly unregistered: number;
  }[];
  readonly bits: number;
  readonly interval: readonly [number, number];
  readonly seenInTraffic: boolean;
  readonly usable: { readonly registered: number; readonly unregistered: number };
  readonly sent: number;
  readonly answered: number;
  readonly unsteady: number;
  readonly classes: readonly { readonly class: string; readonly registered: number; readonly unregistered: number }[];
  readonly time: { readonly p: number; readonly shiftMs: number; readonly auc: number; readonly visibleMs: number; readonly rounds: number } | null;
  readonly doubts: readonly { readonly code: string; readonly what: string; readonly remedy: string }[];
  /** Two answers as different as they come, redacted. */
  readonly pair: { readonly registered: readonly string[]; readonly unregistered: readonly string[] } | null;
}

/** `all`: every answer of the endpoint, from which it is told what is nobody's. */
export function probedEndpoint(result: ProbeResult, all: readonly Asked[]): ProbedEndpoint {
  const { judged } = result;
  const [missing, existing] = judged.pair;
  const { time } = judged;
  return {
    endpoint: result.target.name,
    oracle: result.oracle,
    channels: judged.channels.map((channel) => ({
      channel: channel.kind,
      name: channel.name.endsWith(":") ? `${channel.name.slice(0, -1)} (value)` : channel.name,
      p: channel.p,
      registered: channel.existing,
      unregistered: channel.missing,
    })),
    bits: judged.bits,
    interval: judged.interval,
    seenInTraffic: judged.seenPassively,
    usable: { registered: judged.usable[1], unregistered: judged.usable[0] },
    sent: result.sent,
    answered: result.answered,
    unsteady: judged.unsteady,
    classes: judged.classes.map(({ key, missing: none, existing: some }) => ({ class: key, registered: some, unregistered: none })),
    time: time === undefined ? null : { p: time.p, shiftMs: time.shiftMs, auc: time.auc, visibleMs: time.visibleMs, rounds: time.rounds },
    doubts: result.doubts,
    pair: missing === undefined || existing === undefined ? null : { registered: redactedAnswer(existing, all), unregistered: redactedAnswer(missing, all) },
  };
}

/** 0: no endpoint tells; 1: one does; 2: of one it cannot be said, and none does. */
export function probeExit(endpoints: readonly ProbedEndpoint[]): 0 | 1 | 2 {
  if (endpoints.some(({ oracle }) => oracle === "yes")) return 1;
  return endpoints.some(({ oracle }) => oracle === "unproven") ? 2 : 0;
}

export function verdictText(endpoints: readonly ProbedEndpoint[]): string {
  const yes = endpoints.filter(({ oracle }) => oracle === "yes").length;
  const unproven = endpoints.filter(({ oracle }) => oracle === "unproven").length;
  if (yes > 0)
    return `${yes} of ${endpoints.length} ${endpoints.length === 1 ? "endpoint tells" : "endpoints tell"} whoever asks who has an account. Answer both alike: same status, headers, fields, length and time; or put the gate before it.`;
  if (unproven > 0) return `Of ${unproven} of ${endpoints.length} ${endpoints.length === 1 ? "endpoint" : "endpoints"} it could not be told.`;
  return `No oracle found in ${endpoints.length === 1 ? "this endpoint" : `these ${endpoints.length} endpoints`}.`;
}
