import type { Key } from "../detect/observe/key-pair.ts";
import type { Actor } from "../exchange/actor.ts";
import type { Draw } from "./draws.ts";
import type { HoldDoor } from "./gate-policy.ts";
import type { GateNote, Mode } from "../exchange/exchange.ts";

/** Why a request under a hold passes, or does not and may come again after so many milliseconds. */
export interface AbuseHold {
  readonly reason: "sms-known" | "sms-probation" | "sms-held" | "login-known" | "login-probation" | "login-stuffed" | "login-sprayed";
  /** 0: it passes. */
  readonly wait: number;
  /** What it took, by keyed hash. */
  readonly taken: string;
  /** Of a sign-in that passes. */
  readonly login?: SignInTry;
}

export interface SignInTry {
  readonly door: HoldDoor;
  readonly actor: Actor;
  readonly accounts: readonly Key[];
  /** What it was charged to, at a source that tries leaked passwords. */
  readonly draws: readonly Draw[];
}

/** What is noted of a request that met a hold, also of one that passes and why; what else was decided about it (`note`) goes before, where it is not that it may pass. */
export function withHold(note: GateNote | undefined, { reason, wait }: AbuseHold, mode: Mode): GateNote {
  if (note !== undefined && note.would !== "allow") return note;
  const would = wait > 0 ? "throttle" : "allow";
  return { action: mode === "enforce" ? would : "allow", would, reason, journaled: note?.journaled ?? false };
}
