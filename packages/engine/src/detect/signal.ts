/** How loud: `info` is kept, `low` and `medium` are shown, `high` and `critical` page somebody. */
export type Level = "info" | "low" | "medium" | "high" | "critical";

/** A behaviour seen in a stream. Evidence says what was counted, over what window, against which bound. */
export interface Signal {
  readonly id: string;
  /** Detector's id, e.g. `enumeration.credits` (D1), `enumeration.source` (D2), `enumeration.endpoint` (D3), `enumeration.ceiling` (D6), `trigger.<id>`. */
  readonly detector: string;
  readonly level: Level;
  /** 0–1: chance that this is not honest traffic, from the detector's own statistics. */
  readonly confidence: number;
  readonly at: number;
  readonly endpointId: string | undefined;
  readonly actor: SignalActor | undefined;
  readonly evidence: Readonly<Record<string, string | number | boolean>>;
}

export interface SignalActor {
  readonly address: string;
  readonly network: string;
  readonly narrow: string;
}
