import type { GatePort, Release, Ruling } from "../gate/gate-port.ts";

/** A judgement that lets everything pass and keeps nothing: what then remains is the cost of the proxy itself. */
export const passingGate: GatePort = {
  onRequest: (): Ruling => pass,
  onRequestBody: () => pass,
  onAnswer: (): Release => pass,
  onAbort: () => undefined,
  onComplete: () => undefined,
};

const pass = { kind: "pass" } as const;
