import type { Race, RaceLane } from "./run-race.ts";

/** What the last act claims and the run did not show; empty when the story holds. */
export function brokenClaims(race: Race): string[] {
  const ours = race.lanes.find((lane) => lane.ours)?.state;
  if (ours === undefined || ours === null) return ["Postern was not run"];
  const broken: string[] = [];
  for (const { name, state } of besideUs(race)) if (state !== null && ours.leaked >= state.leaked) broken.push(`no fewer people were learned behind Postern than behind ${name}`);
  if (ours.told === null) broken.push("Postern told nobody of the thief");
  if (ours.falseAlarms > 0) broken.push("Postern raised an alarm before there was a thief");
  if (ours.unaccounted !== 0 || ours.invented !== 0) broken.push("Postern's list of who was exposed is not the thief's own");
  return broken;
}

/** The limiters, those that were not run too. */
export function besideUs(race: Race): readonly RaceLane[] {
  return race.lanes.filter((lane) => !lane.ours);
}
