import type { CredentialSeen } from "../exchange/view.ts";
import { DistinctCounter } from "./distinct-counter.ts";
import { addOutcomes, newOutcomes, type Outcome, type OutcomeCounts, outcomeNames } from "./posture-outcome.ts";

/**
 * Which credentials nearly everybody sends alike: a key embedded in an app is a constant, not a caller's own. Held against how many networks and devices call with any credential at all.
 *
 * Bound: {@link slotsMax} credentials of an endpoint; the least used gives way, and a constant that everybody uses outlives that at once.
 * Mistakes: the only customer of a service, calling with one key from that many networks, looks like an app's constant.
 */
export class SharedCredentials {
  readonly #slots = new Map<string, Slot>();
  /** Callers who sent a credential. */
  readonly #networks: DistinctCounter;
  readonly #devices: DistinctCounter;

  constructor(state?: SharedCredentialsState) {
    this.#networks = state === undefined ? new DistinctCounter() : DistinctCounter.restore(state.networks);
    this.#devices = state === undefined ? new DistinctCounter() : DistinctCounter.restore(state.devices);
    for (const { hash, count, outcomes, networks, devices, example } of state?.slots.slice(0, slotsMax) ?? []) {
      this.#slots.set(hash, {
        hash,
        count,
        outcomes: { ...outcomes },
        networks: DistinctCounter.restore(networks),
        devices: DistinctCounter.restore(devices),
        example,
        own: true,
      });
    }
  }

  /** Somebody came with a credential, of whatever sort. */
  called({ network, device }: CredentialCaller): void {
    this.#networks.add(network);
    this.#devices.add(device);
  }

  /** How a well-formed one was answered. */
  answered(credential: CredentialSeen, outcome: Outcome, { network, device }: CredentialCaller, exchangeId: string): void {
    const slot = this.#slot(credential);
    slot.count++;
    slot.outcomes[outcome]++;
    slot.networks.add(network);
    slot.devices.add(device);
    if (outcome === "data" && slot.example === "") slot.example = exchangeId;
  }

  /** `checked`: strangers without a credential are refused here. */
  isShared(hash: string, checked: boolean): boolean {
    const slot = this.#slots.get(hash);
    return slot !== undefined && this.#isShared(slot, checked);
  }

  /** Those that are shared, with what they were answered. */
  shared(checked: boolean): readonly SharedCredential[] {
    let shared: Slot[] | undefined;
    for (const slot of this.#slots.values()) if (this.#isShared(slot, checked)) (shared ??= []).push(slot);
    return shared ?? none;
  }

  /** Takes over what was counted elsewhere; that goes on counting for itself. */
  absorb(other: SharedCredentials): void {
    this.#networks.absorb(other.#networks);
    this.#devices.absorb(other.#devices);
    for (const [hash, slot] of other.#slots) {
      const mine = this.#slots.get(hash);
      if (mine === undefined) {
        // Two hold it from now on.
        slot.own = false;
        if (this.#slots.size < slotsMax) this.#slots.set(hash, slot);
        continue;
      }
      mine.count += slot.count;
      mine.networks.absorb(slot.networks);
      mine.devices.absorb(slot.devices);
      addOutcomes(mine.outcomes, slot.outcomes);
    }
  }

  exportState(): SharedCredentialsState {
    return {
      networks: this.#networks.exportState(),
      devices: this.#devices.exportState(),
      slots: [...this.#slots].map(([hash, { count, outcomes, networks, devices, example }]) => ({
        hash,
        count,
        outcomes: { ...outcomes },
        networks: networks.exportState(),
        devices: devices.exportState(),
        example,
      })),
    };
  }

  #isShared(slot: Slot, checked: boolean): boolean {
    // Nearly all credentials are somebody's own: so few calls come from no more networks, which are counted exactly as far as that.
    if (slot.count < sharedNetworksMin) return false;
    const networks = slot.networks.count;
    const networksMin = checked ? sharedBehindDoorMin : sharedNetworksMin;
    if (networks >= networksMin && networks >= sharedCallersShare * this.#networks.count) return true;
    const devices = slot.devices.count;
    return devices >= sharedDevicesMin && devices >= sharedCallersShare * this.#devices.count;
  }

  #slot(credential: CredentialSeen): Slot {
    const known = this.#slots.get(credential.hash);
    if (known !== undefined) return known;
    let slot: Slot | undefined;
    if (this.#slots.size >= slotsMax) {
      // The least used goes; a constant that everybody uses outlives this at once. None was used less than once.
      for (const one of this.#slots.values()) {
        if (slot === undefined || one.count < slot.count) slot = one;
        if (slot.count <= 1) break;
      }
      if (slot !== undefined) this.#slots.delete(slot.hash);
    }
    // Where many call, nearly every call takes a slot: the one that goes is used again.
    if (slot?.own === true) emptied(slot, credential.hash);
    else slot = { hash: credential.hash, count: 0, outcomes: newOutcomes(), networks: new DistinctCounter(), devices: new DistinctCounter(), example: "", own: true };
    this.#slots.set(credential.hash, slot);
    return slot;
  }
}

/** One that nearly everybody sends. */
export interface SharedCredential {
  readonly hash: string;
  readonly outcomes: Readonly<OutcomeCounts>;
  /** An exchange that gave it data; `""` where none did. */
  readonly example: string;
}

/** Hashes of 32 bits. */
export interface CredentialCaller {
  readonly network: number;
  readonly device: number;
}

export interface SharedCredentialsState {
  readonly networks: readonly number[];
  readonly devices: readonly number[];
  readonly slots: readonly {
    readonly hash: string;
    readonly count: number;
    readonly outcomes: OutcomeCounts;
    readonly networks: readonly number[];
    readonly devices: readonly number[];
    readonly example: string;
  }[];
}

/** A credential from fewer networks may be one customer with several sites. */
export const sharedNetworksMin = 5;
/** Where strangers without it are refused, a key may be the only customer's own: more networks are asked for than he has sites. */
export const sharedBehindDoorMin = 10;
/** Behind one address translator stands an office, not everybody who installed an app: more are asked for than of networks. */
export const sharedDevicesMin = 12;
/** A customer's own key is used by part of the callers, a key embedded in an app by nearly all. */
export const sharedCallersShare = 0.9;
/** Credentials watched per endpoint; a shared one is among the most used by definition. */
export const slotsMax = 16;

const none: readonly SharedCredential[] = [];

interface Slot {
  /** Of the credential. */
  hash: string;
  count: number;
  readonly outcomes: OutcomeCounts;
  readonly networks: DistinctCounter;
  readonly devices: DistinctCounter;
  example: string;
  /** False once another endpoint counts in it, too. */
  own: boolean;
}

function emptied(slot: Slot, hash: string): void {
  slot.hash = hash;
  slot.count = 0;
  for (const outcome of outcomeNames) slot.outcomes[outcome] = 0;
  slot.networks.clear();
  slot.devices.clear();
  slot.example = "";
}
