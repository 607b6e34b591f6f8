import { type FloorInput, type GuardedEndpoint, type Mode, newcomerDaysKept } from "@postern/engine";
import type { UptimeState } from "../uptime.ts";
import type { NewcomerHistory } from "./newcomer-history.ts";
import { wholeDays } from "./whole-days.ts";

/** What a floor of this endpoint is measured from, as a hub or a saved state knows it at event time `now`. */
export function floorInputOf(
  known: FloorKnown,
  endpoint: Pick<GuardedEndpoint, "id" | "budget">,
  at: { readonly mode: Mode; readonly now: number; readonly seed?: string },
): FloorInput {
  const hours = known.newcomers.of(endpoint.id);
  const first = Math.floor((hours[0]?.[0] ?? 0) / 24);
  // The day of its first newcomer may have begun before the guard stood.
  const days = hours.length === 0 ? [] : wholeDays(known.uptimeState(), at.now, newcomerDaysKept).filter((day) => day > first);
  return { hours, wholeDays: days, budget: endpoint.budget, mode: at.mode, seed: at.seed ?? `${endpoint.id}/${Math.floor(at.now / 86_400_000)}` };
}

export interface FloorKnown {
  readonly newcomers: Pick<NewcomerHistory, "of">;
  uptimeState(): UptimeState | undefined;
}
