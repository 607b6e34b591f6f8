import type { AftermathDay } from "@postern/engine";
import type { SlowAftermathParams } from "./questions/slow-aftermath.ts";
import { shards } from "./questions/slow-question.ts";
import type { StoreClient } from "./store-client.ts";

/** Days for the cohort test of {@link aftermath}, summed over the sixteen parts of all people. Nothing is asked where no endpoint of recovery or none that tells about people is known. Throws what the store throws. */
export async function askAftermath(
  client: Pick<StoreClient, "query">,
  options: Omit<SlowAftermathParams, "shard"> & { readonly stopped?: () => boolean },
): Promise<readonly AftermathDay[]> {
  const { stopped, ...asked } = options;
  const days = new Map<number, AftermathDay>();
  if (asked.events.length === 0 || asked.exposing.length === 0 || asked.confirmedClasses.length === 0) return [];
  for (let shard = 0; shard < shards; shard++) {
    if (stopped?.() === true) break;
    for (const row of await client.query("slowAftermath", { ...asked, shard })) {
      const known = days.get(row.day);
      days.set(
        row.day,
        known === undefined
          ? row
          : {
              day: row.day,
              events: known.events + row.events,
              exposedEvents: known.exposedEvents + row.exposedEvents,
              others: known.others + row.others,
              exposedOthers: known.exposedOthers + row.exposedOthers,
            },
      );
    }
  }
  return [...days.values()];
}
