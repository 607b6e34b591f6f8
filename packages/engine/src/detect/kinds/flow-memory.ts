import { RotatingMap } from "../oracle/rotating-map.ts";

/**
 * What was called about an account within the last half hour or so, in order: which endpoints lead to which. Keyed by keyed hashes; of the values sent along only 16 bits each, in
 * memory only, to see a new password come back. Bounds: {@link accountsMax} accounts, the last {@link callsMax} calls of each; what is forgotten is a vote less.
 */
export class FlowMemory {
  readonly #calls = new RotatingMap<FlowCall[]>(accountsMax);

  add(account: string, call: FlowCall): void {
    const calls = this.#calls.get(account);
    if (calls === undefined) {
      this.#calls.add(account, [call]);
      return;
    }
    const last = calls.at(-1);
    // Polling says the same again and again.
    if (last !== undefined && last.endpointId === call.endpointId && !call.changes) {
      calls[calls.length - 1] = call;
      return;
    }
    calls.push(call);
    if (calls.length > callsMax) calls.shift();
  }

  /** Oldest first. */
  of(account: string): readonly FlowCall[] {
    return this.#calls.get(account) ?? none;
  }
}

export interface FlowCall {
  readonly endpointId: string;
  readonly at: number;
  /** It may have changed something: not a GET or HEAD. */
  readonly changes: boolean;
  /** Answered with success. */
  readonly well: boolean;
  /** 16 bits of each value, of requests that change something. */
  readonly values: readonly number[];
}

const none: readonly FlowCall[] = [];
export const accountsMax = 32_768;
export const callsMax = 8;
