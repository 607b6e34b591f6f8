import type { Actor } from "../../exchange/actor.ts";
import type { Attempt } from "../kinds/endpoint-kinds.ts";
import type { Level } from "../signal.ts";

/** A secret or a code was tried, as the detectors see it. */
export interface Tried extends Attempt {
  readonly endpointId: string;
  readonly actor: Actor;
  /** The answer says that there is no such account. */
  readonly unknownAccount: boolean;
}

/** Raises a signal; who builds it knows the exchange it rests on. */
export type Emit = (detector: string, raised: Raised) => void;

export interface Raised {
  readonly level: Level;
  readonly confidence: number;
  readonly endpointId: string;
  /** Undefined when many sources did it together. */
  readonly actor: Actor | undefined;
  readonly evidence: Readonly<Record<string, string | number | boolean>>;
}
