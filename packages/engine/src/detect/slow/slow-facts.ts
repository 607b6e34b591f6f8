/** What the store says of one endpoint and day (UTC), summed over all sources that are addresses. Counts of people are distinct ones. */
export interface SlowDay {
  readonly endpointId: string;
  /** Its first moment. */
  readonly day: number;
  /** Sources that asked and had never followed up on an earlier day. */
  readonly newcomers: number;
  /** Of their questions (at most two an hour and source) those that were followed up that day, and those that were not. */
  readonly followed: number;
  readonly unfollowed: number;
  /** The same of sources that had followed up before. */
  readonly knownFollowed: number;
  readonly knownUnfollowed: number;
  /** Newcomers by the hour of their first question: all, and those that followed nothing up. 24 each. */
  readonly byHour: readonly number[];
  readonly silentByHour: readonly number[];
}

/** What the store says of one source and endpoint over the whole window. */
export interface SlowSource {
  readonly endpointId: string;
  /** An address (an IPv6 /64), or a /24 of IPv4. */
  readonly source: string;
  readonly kind: "address" | "network";
  /** Addresses that asked: 1 but for a network. */
  readonly addresses: number;
  /** Distinct people asked about in the last 7 and 30 days and in the window, and of the latter those never followed up. */
  readonly asked7: number;
  readonly asked30: number;
  readonly asked: number;
  readonly unfollowed: number;
  /** Days on which it asked. */
  readonly days: number;
  readonly firstDay: number;
  readonly lastDay: number;
}

/** What a slow detector concludes; {@link slowSignal} makes the signal. */
export interface SlowAlarm {
  readonly detector: string;
  readonly endpointId: string;
  /** What tells it from others of its detector and endpoint: a source, or "". */
  readonly key: string;
  readonly level: "medium" | "high";
  readonly confidence: number;
  /** The day (its first moment) on which it became sure. */
  readonly sureOn: number;
  /** The first day of what was seen. */
  readonly since: number;
  readonly evidence: Readonly<Record<string, string | number | boolean>>;
}

export const dayMs = 86_400_000;
