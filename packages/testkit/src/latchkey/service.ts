import type { Population } from "../population.ts";
import type { AccountStore } from "./account-store.ts";
import type { AddressLimit } from "./address-limit.ts";
import type { Carrier } from "./carrier.ts";
import type { Dashboard } from "./dashboard.ts";
import type { Flaws } from "./flaws.ts";
import type { LatchkeyRequest } from "./message.ts";

/** What the handlers of all planes share. */
export interface Service {
  readonly population: Population;
  readonly flaws: Flaws;
  readonly store: AccountStore;
  readonly carrier: Carrier;
  readonly limit: AddressLimit;
  readonly dashboard: Dashboard;
  readonly customerKeys: ReadonlySet<string>;
  /** Whether the carrier is down at this event time. */
  carrierDown(at: number): boolean;
  /** A fresh, unguessable-looking, reproducible id. */
  freshId(prefix: string): string;
  /** Uniform in [low, high), from the service's own seeded source. */
  between(low: number, high: number): number;
}

/** A request taken apart once. */
export interface Call {
  readonly method: string;
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: LatchkeyRequest["headers"];
  readonly body: string | undefined;
  readonly address: string;
  readonly at: number;
}

/** A registration or an approval waits this long for the person's answer. */
export const approvalMs = 120_000;
